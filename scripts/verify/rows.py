"""Rows and keys, both ways: every migrated key has its row, every row we wrote has a key."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from functools import partial

from psycopg import sql

from scripts.settings import ENTITIES
from scripts.verify.documents import made_in_python
from scripts.verify.report import Check
from scripts.verify.scope import Scope, judged, noted

GROUP = "rows"
_SIDES = """
with keys as (
    select target_id, min(source_key) as source_key, count(*) as key_count
    from {record_ledger}
    where entity = {entity} and key_class = 'migrated'
    group by target_id
),
written as (
    select id, run_id = (select run_id from {runs} order by started_at desc limit 1) as now
    from (
        select distinct on (words.id) words.id, words.run_id, words.action
        from {written_rows} as words inner join {runs} as runs using (run_id)
        where words.entity = {entity}
        order by words.id, runs.started_at desc
    ) as last_words
    where action <> 'delete'
),
sides as (
    select
        keys.source_key,
        keys.key_count,
        keys.target_id,
        written.id as written_id,
        written.now,
        {legacy}::uuid as legacy_id,
        final.id as row_id
    from keys
    full join written on keys.target_id = written.id
    full join {final} as final on coalesce(keys.target_id, written.id) = final.id
    where coalesce(keys.target_id, written.id, final.id) not in ({aside})
)
"""
_FAULTS = {
    "without_row": sql.SQL("key_count is not null and row_id is null"),
    "shared_row": sql.SQL("key_count > 1"),
    "gone": sql.SQL("written_id is not null and row_id is null"),
    "without_key": sql.SQL(
        "now and row_id is not null and key_count is null and row_id is distinct from legacy_id"
    ),
    "outlived": sql.SQL(
        "not now and row_id is not null and key_count is null and row_id is distinct from legacy_id"
    ),
    "not_ours": sql.SQL("row_id is not null and written_id is null and key_count is null"),
}


def check_rows(scope: Scope) -> Iterator[Check]:
    """Compare ledger, `written_rows` and final table, entity by entity."""
    for entity in ENTITIES:
        yield from scope.attempt(GROUP, entity, partial(_check_entity, scope, entity))


def _check_entity(scope: Scope, entity: str) -> Iterator[Check]:
    legacy = legacy_catalog(scope) if entity == "catalogs" else None
    sides = scope.compose(
        _SIDES, entity, legacy=sql.Literal(legacy and str(legacy)), aside=scope.aside(entity)
    )
    migrated, rows, *counts = scope.row(
        "{sides} select coalesce(sum(key_count), 0)::bigint, count(row_id),"
        " count(*) filter (where {without_row}), count(*) filter (where {shared_row}),"
        " count(*) filter (where {gone}), count(*) filter (where {without_key}),"
        " count(*) filter (where {outlived}),"
        " count(*) filter (where {not_ours}) from sides",
        sides=sides,
        **_FAULTS,
    )
    faults = dict(zip(_FAULTS, counts, strict=True))

    def sample(*names: str) -> tuple[str, ...]:
        if not any(faults[name] for name in names):
            return ()
        return scope.texts(
            "{sides} select coalesce(source_key, written_id::text, row_id::text) from sides"
            " where {condition} limit {sample}",
            sides=sides,
            condition=sql.SQL(" or ").join(_FAULTS[name] for name in names),
        )

    yield judged(
        GROUP,
        f"{entity}: keys have rows",
        bool(faults["without_row"] or faults["shared_row"]),
        f"{migrated:,} migrated keys; {faults['without_row']:,} have no row,"
        f" {faults['shared_row']:,} rows stand for more than one.",
        sample("without_row", "shared_row"),
    )
    yield judged(
        GROUP,
        f"{entity}: rows have keys",
        bool(faults["gone"] or faults["without_key"]),
        f"Of the rows we wrote {faults['gone']:,} are gone"
        f" and {faults['without_key']:,} have no migrated key.",
        sample("gone", "without_key"),
    )
    yield noted(
        GROUP,
        f"{entity}: rows that outlived their key",
        faults["outlived"] > 0,
        f"{faults['outlived']:,} rows of earlier runs whose key is gone or no longer migrated.",
        sample("outlived"),
    )
    # The application's tables hold rows of its own, and so will ours once it writes to them.
    finding = judged if scope.is_new(entity) else noted
    yield finding(
        GROUP,
        f"{entity}: no other rows",
        faults["not_ours"] > 0,
        f"{rows:,} rows, {faults['not_ours']:,} of them neither written by us nor of a key.",
        sample("not_ours"),
    )


def legacy_catalog(scope: Scope) -> uuid.UUID | None:
    """Give the id of the one row that no key stands for: the catalog of products without one.

    It is made here from the default's text by Python's own version 3 UUID, not read from any
    model. None when no default asks for it.
    """
    texts = scope.texts(
        "select value from {defaults} where entity = 'products' and column_name = 'catalog_id'"
    )
    environments = scope.texts(
        "select distinct environment from {record_ledger}"
        " where key_class = 'migrated' and environment is not null"
    )
    if not texts or len(environments) != 1:
        return None
    try:
        return uuid.UUID(texts[0])
    except ValueError:
        return made_in_python("catalogs", environments[0], "", texts[0])
