"""The round trip: each document rebuilt from the tables against the one in the store.

`rebuilt_documents` puts a document together from its row, the map, what is left over and the listed
changes. Here it is compared with the store, whole. These may differ and still be the same: an
instant written in another zone, a part that is withheld, and a value that a trigger of the table
made another one when it was written; whatever else does is a failure.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from psycopg import sql

from scripts.settings import ENTITIES
from scripts.verify.columns import COLUMNS, Kind
from scripts.verify.documents import documents
from scripts.verify.report import FAILED, PASSED, Check
from scripts.verify.scope import Scope, judged

GROUP = "round trip"
_ZONED = r"^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d{1,6})?)?(Z|[+-]\d\d:?\d\d)$"
# Of the documents that are not equal as they stand, every value by its path, on both sides. Only
# leaves count: an object or an array is what its members are.
_DIFFERENCES = """
with recursive pairs as (
    select stored.source_key, stored.document as stored, rebuilt.document as rebuilt
    from ({documents}) as stored
    inner join {rebuilt_documents} as rebuilt
        on rebuilt.entity = {entity} and stored.source_key = rebuilt.source_key
    where stored.document is distinct from rebuilt.document
),
nodes as (
    select source_key, side, '{{}}'::text[] as path, value
    from pairs
    cross join lateral (values ('stored', stored), ('rebuilt', rebuilt)) as sides (side, value)
    union all
    select nodes.source_key, nodes.side, nodes.path || inside.name, inside.value
    from nodes
    cross join lateral (
        select key as name, value
        from jsonb_each(case when jsonb_typeof(nodes.value) = 'object' then nodes.value end)
        union all
        select (ordinal - 1)::text, element
        from jsonb_array_elements(
            case when jsonb_typeof(nodes.value) = 'array' then nodes.value end
        ) with ordinality as elements (element, ordinal)
    ) as inside
),
leaves as (
    select * from nodes
    where jsonb_typeof(value) not in ('object', 'array') or value in ('{{}}', '[]')
),
unequal as (
    select
        coalesce(stored.source_key, rebuilt.source_key) as source_key,
        coalesce(stored.path, rebuilt.path) as path,
        stored.value as stored,
        rebuilt.value as rebuilt
    from (select * from leaves where side = 'stored') as stored
    full join (select * from leaves where side = 'rebuilt') as rebuilt
        on stored.source_key = rebuilt.source_key and stored.path = rebuilt.path
    where stored.value is distinct from rebuilt.value
),
-- What is withheld, and all that stands inside it.
excused as (
    select distinct unequal.source_key, unequal.path
    from unequal
    cross join lateral generate_series(1, cardinality(unequal.path)) as depth
    inner join {recorded_changes} as withheld
        on withheld.rule = 'withheld'
        and unequal.source_key = withheld.source_key
        and '$.' || array_to_string(unequal.path[:depth], '.') = withheld.field
    where case
        when depth = cardinality(unequal.path)
            then coalesce(unequal.rebuilt, '"[withheld]"') = '"[withheld]"'
        else unequal.rebuilt is null
    end
    union
    -- What a trigger of the table made of the value, under each name of its column.
    select unequal.source_key, unequal.path
    from unequal
    inner join ({overruled}) as overruled on unequal.source_key = overruled.source_key
    inner join unnest({columns}::text[], {names}::text[]) as named (field, name)
        on overruled.field = named.field and array_to_string(unequal.path, '.') = named.name
),
differing as (
    select unequal.source_key, unequal.path
    from unequal
    left join excused
        on unequal.source_key = excused.source_key and unequal.path = excused.path
    where excused.path is null and not case
        when
            array_to_string(unequal.path, '.') = any({instants})
            and unequal.stored #>> '{{}}' ~ {zoned}
            and unequal.rebuilt #>> '{{}}' ~ {zoned}
            then (unequal.stored #>> '{{}}')::timestamptz
                = (unequal.rebuilt #>> '{{}}')::timestamptz
        else false
    end
)
"""
_SIDES = """
    ({documents}) as stored
    full join (
        select * from {rebuilt_documents} where entity = {entity}
    ) as rebuilt on stored.source_key = rebuilt.source_key
"""
# Rebuilt documents that the store has not: but for those whose key went or changed since the
# capture, which is noted elsewhere.
_EXTRA = """
    ({sides_without}) as unmatched
    inner join {judged_records} as ledger on unmatched.source_key = ledger.source_key
    inner join {store} as store on ledger.store_key = store.key
    where case when md5(store.value::text)::uuid = ledger.source_hash then true else false end
"""
# A correction is judged before it is taken back: what the document became is what the row says.
_AFTER = """
    select changes.source_key, changes.field
    from {recorded_changes} as changes
    inner join {judged_records} as ledger
        on changes.source_key = ledger.source_key and ledger.key_class = 'migrated'
    left join ({overruled}) as overruled
        on changes.source_key = overruled.source_key and changes.field = overruled.field
    inner join {final} as final on ledger.target_id = final.id
    cross join lateral (select to_jsonb(final) -> changes.field as value) as held
    where
        changes.entity = {entity}
        and overruled.field is null
        and not starts_with(changes.field, '$')
        and case
            when changes.field = any({instant_columns})
                then (held.value #>> '{{}}')::timestamptz
                is distinct from (changes.after #>> '{{}}')::timestamptz
            else nullif(held.value, 'null') is distinct from changes.after
        end
    union all
    select changes.source_key, changes.field
    from {recorded_changes} as changes
    inner join {rebuilt_documents} as rebuilt
        on rebuilt.entity = {entity} and changes.source_key = rebuilt.source_key
    where
        changes.entity = {entity}
        and changes.rule = 'corrected'
        and case when changes.field = '$' then rebuilt.judged_document
            else rebuilt.judged_document -> substr(changes.field, 3) end
        is distinct from changes.after
"""


def check_round_trip(scope: Scope) -> Iterator[Check]:
    """Compare every migrated document with the one rebuilt from the tables, entity by entity."""
    for entity in ENTITIES:
        yield from scope.attempt(GROUP, entity, partial(_documents, scope, entity))
        yield from scope.attempt(GROUP, f"{entity}: changes", partial(_changes, scope, entity))


def _documents(scope: Scope, entity: str) -> Iterator[Check]:
    sides = scope.compose(_SIDES, entity, documents=documents(scope, entity))
    stored, rebuilt, missing, unmatched, equal = scope.row(
        "select count(stored.source_key), count(rebuilt.source_key),"
        " count(*) filter (where rebuilt.source_key is null),"
        " count(*) filter (where stored.source_key is null),"
        " count(*) filter (where stored.document = rebuilt.document) from {sides}",
        sides=sides,
    )
    without = scope.compose(
        "select rebuilt.source_key from {sides} where stored.source_key is null", sides=sides
    )
    extras = scope.compose(_EXTRA, entity, sides_without=without)
    (extra,) = scope.row("select count(*) from {extras}", extras=extras) if unmatched else (0,)
    alike, fields = 0, ""
    sample: tuple[str, ...] = ()
    unequal = stored - missing - equal
    if unequal:
        differences = _differences(scope, entity)
        (differing,) = scope.row(
            "{differences} select count(distinct source_key) from differing",
            differences=differences,
        )
        alike = unequal - differing
        if differing:
            names = scope.texts(
                "{differences} select path[1] || ' ' || count(distinct source_key)"
                " from differing group by path[1] order by count(*) desc, path[1] limit 10",
                differences=differences,
            )
            fields = f", in {', '.join(names)}"
            sample = scope.texts(
                "{differences} select distinct source_key from differing"
                " order by source_key limit {sample}",
                differences=differences,
            )
    if missing:
        sample += scope.texts(
            "select stored.source_key from {sides} where rebuilt.source_key is null limit {sample}",
            sides=sides,
        )
    if extra:
        sample += scope.texts(
            "select unmatched.source_key from {extras} limit {sample}", extras=extras
        )
    different = unequal - alike
    yield judged(
        GROUP,
        f"{entity}: documents",
        bool(missing or extra or different),
        f"{stored:,} documents of the store and {rebuilt:,} rebuilt: {equal:,} are equal as they"
        f" stand, {alike:,} but for the zone of an instant or a withheld part; {missing:,} missing,"
        f" {extra:,} extra, {different:,} different{fields}.",
        sample,
    )


def _differences(scope: Scope, entity: str) -> sql.Composed:
    names = [
        name for column in COLUMNS[entity] if column.kind is Kind.INSTANT for name in column.names
    ]
    return scope.compose(
        _DIFFERENCES,
        entity,
        documents=documents(scope, entity),
        instants=sql.Literal(names),
        zoned=sql.Literal(_ZONED),
        overruled=scope.overruled(entity),
        columns=sql.Literal([column.name for column in COLUMNS[entity] for _ in column.names]),
        names=sql.Literal([name for column in COLUMNS[entity] for name in column.names]),
    )


def _changes(scope: Scope, entity: str) -> Iterator[Check]:
    """Find listed changes whose value is not the one in the row."""
    columns = [column.name for column in COLUMNS[entity] if column.kind is Kind.INSTANT]
    unlike = scope.compose(
        _AFTER,
        entity,
        instant_columns=sql.Literal(columns),
        overruled=scope.overruled(entity),
    )
    (total,) = scope.row("select count(*) from {recorded_changes} where entity = {entity}", entity)
    (wrong,) = scope.row("select count(*) from ({unlike}) as unlike", unlike=unlike)
    sample: tuple[str, ...] = ()
    if wrong:
        sample = scope.texts(
            "select source_key || ' ' || field from ({unlike}) as unlike limit {sample}",
            unlike=unlike,
        )
    yield Check(
        GROUP,
        f"{entity}: rows hold what the changes say",
        FAILED if wrong else PASSED,
        f"{total:,} changes; {wrong:,} rows hold another value.",
        sample,
    )
