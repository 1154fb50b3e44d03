"""The law of the house: every key of the store is in the ledger once, in exactly one class."""

from __future__ import annotations

from collections.abc import Iterator

from psycopg import sql

from scripts.verify.report import Check
from scripts.verify.scope import Scope, judged, noted

GROUP = "keys"
# The store as it is now beside the ledger of the last run.
_BOTH = """
with now as (
    select key collate "C" as source_key, md5(value::text)::uuid as source_hash from {store}
),
both_sides as (
    select
        now.source_key as store_key,
        ledger.source_key as ledger_key,
        now.source_hash is distinct from ledger.source_hash as differs
    from now
    full join {key_ledger} as ledger on now.source_key = ledger.source_key
)
"""
_DIFFERENCES = {
    "appeared": sql.SQL("ledger_key is null"),
    "vanished": sql.SQL("store_key is null"),
    "changed": sql.SQL("store_key is not null and ledger_key is not null and differs"),
}


def check_keys(scope: Scope) -> Iterator[Check]:
    """Compare store, capture and ledger key by key."""
    yield from scope.attempt(GROUP, "ledger", lambda: _ledger(scope))
    yield from scope.attempt(GROUP, "store", lambda: _store(scope))
    yield from scope.attempt(GROUP, "capture", lambda: _capture(scope))
    yield from scope.attempt(GROUP, "elements", lambda: _elements(scope))


def _ledger(scope: Scope) -> Iterator[Check]:
    total, distinct, classless = scope.row(
        "select count(*), count(distinct source_key), count(*) filter (where key_class is null)"
        " from {key_ledger}"
    )
    classes = scope.texts(
        "select coalesce(key_class, 'none') || ' ' || count(*) from {key_ledger}"
        " group by key_class order by count(*) desc, key_class"
    )
    yield judged(
        GROUP,
        "one class each",
        total != distinct or classless > 0 or not total,
        f"{total:,} ledger rows for {distinct:,} keys, {classless:,} without a class:"
        f" {', '.join(classes)}.",
        scope.texts(
            "select source_key from {key_ledger} group by source_key"
            " having count(*) > 1 or bool_or(key_class is null) limit {sample}"
        )
        if total != distinct or classless
        else (),
    )


def _store(scope: Scope) -> Iterator[Check]:
    """Tell what happened to the store since the capture; it may be in use, so that is no fault."""
    both_sides = scope.compose(_BOTH)
    in_store, in_ledger, *counts = scope.row(
        "{both_sides} select count(store_key), count(ledger_key),"
        " count(*) filter (where {appeared}),"
        " count(*) filter (where {vanished}),"
        " count(*) filter (where {changed})"
        " from both_sides",
        both_sides=both_sides,
        **_DIFFERENCES,
    )
    finding = judged if scope.frozen else noted
    for (word, condition), count in zip(_DIFFERENCES.items(), counts, strict=True):
        yield finding(
            GROUP,
            f"{word} since the capture",
            count > 0,
            f"{count:,} keys; the store has {in_store:,}, the ledger {in_ledger:,}.",
            scope.texts(
                "{both_sides} select coalesce(store_key, ledger_key) from both_sides"
                " where {condition} limit {sample}",
                both_sides=both_sides,
                condition=condition,
            )
            if count
            else (),
        )


def _capture(scope: Scope) -> Iterator[Check]:
    """Find keys that the run read and then lost; a capture that is gone again tells nothing."""
    if not scope.exists(scope.work_schema, "stg_kv__keys"):
        return
    both_sides = scope.compose(
        "{stg_kv__keys} as captured"
        " full join {key_ledger} as ledger on captured.source_key = ledger.source_key"
    )
    captured, lost, invented = scope.row(
        "select count(captured.source_key),"
        " count(*) filter (where ledger.source_key is null),"
        " count(*) filter (where captured.source_key is null) from {both_sides}",
        both_sides=both_sides,
    )
    if not captured:  # its table is unlogged: a crash of the server empties it
        yield noted(GROUP, "capture and ledger agree", True, "The capture is gone.")
        return
    yield judged(
        GROUP,
        "capture and ledger agree",
        lost + invented > 0,
        f"{captured:,} keys captured; {lost:,} of them are not in the ledger,"
        f" and {invented:,} of the ledger were not captured.",
        scope.texts(
            "select coalesce(captured.source_key, ledger.source_key) from {both_sides}"
            " where captured.source_key is null or ledger.source_key is null limit {sample}",
            both_sides=both_sides,
        )
        if lost + invented
        else (),
    )


# The objects inside the lists of the store beside the second ledger.
_ELEMENTS = """
    (
        select store.key || ':' || element.ordinal as source_key
        from {store} as store
        inner join {key_ledger} as ledger
            on store.key = ledger.source_key
            and ledger.key_class = 'derived'
            and md5(store.value::text)::uuid = ledger.source_hash
        cross join lateral jsonb_array_elements(
            case when jsonb_typeof(store.value) = 'array' then store.value else '[]' end
        ) with ordinality as element (value, ordinal)
        where jsonb_typeof(element.value) = 'object'
            and store.key in (select list_key from {element_ledger} union all {lists})
    ) as stored
    full join {element_ledger} as ledger on stored.source_key = ledger.source_key
"""


def _elements(scope: Scope) -> Iterator[Check]:
    """Compare the objects that stand in lists of a whole entity with the ledger of elements."""
    lists = sql.SQL(
        "select unnest(array['clients:all', 'catalogs:all', 'sites:all', 'gifts:all',"
        " 'products:all', 'employees:all', 'orders:all'])"
    )
    both = scope.compose(_ELEMENTS, lists=lists)
    total, classless, lost = scope.row(
        "select count(ledger.source_key),"
        " count(*) filter (where ledger.source_key is not null and key_class is null),"
        " count(*) filter (where ledger.source_key is null) from {both}",
        both=both,
    )
    yield judged(
        GROUP,
        "elements of lists have one class each",
        classless + lost > 0,
        f"{total:,} elements; {classless:,} without a class, {lost:,} of the store not in the"
        " ledger.",
        scope.texts(
            "select coalesce(ledger.source_key, stored.source_key) from {both}"
            " where ledger.source_key is null or key_class is null limit {sample}",
            both=both,
        )
        if classless + lost
        else (),
    )
