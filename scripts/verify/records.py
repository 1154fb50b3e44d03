"""Ids and references: each row is the record it says, and names the records its document names."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from functools import partial

from psycopg import sql

from scripts.settings import ENTITIES
from scripts.verify.columns import COLUMNS, Kind
from scripts.verify.documents import stated
from scripts.verify.links import PARENTS
from scripts.verify.report import Check
from scripts.verify.rows import made_id
from scripts.verify.scope import SAMPLE_SIZE, Scope, judged

GROUP = "records"
_BATCH = 5000
# What a record goes by: its own id, unless that is empty or the whole key; else the key's end.
_RECORDS = """
    select
        ledger.source_key,
        ledger.environment,
        ledger.target_id,
        {site} as site,
        coalesce(
            nullif(nullif(btrim(store.value ->> 'id', {space}), ''), store.key),
            split_part(store.key, ':', -1)
        ) as record_id
    from {key_ledger} as ledger
    inner join {store} as store
        on ledger.source_key = store.key
        and ledger.source_hash = md5(store.value::text)::uuid
    inner join {final} as final on ledger.target_id = final.id
    where ledger.entity = {entity} and ledger.key_class = 'migrated'
"""
_NAMES = """
    select target_id, array_agg(name) as names
    from (
        select target_id, split_part(source_key, ':', -1) as name
        from {key_ledger}
        where entity = {parent} and target_id is not null
        union all
        select ledger.target_id, btrim(store.value ->> 'id', {space})
        from {key_ledger} as ledger
        inner join {store} as store on ledger.source_key = store.key
        where ledger.entity = {parent} and ledger.target_id is not null
        {numbers}
    ) as named
    group by target_id
"""
# An order may name its employee by the number the site knows the employee by.
_NUMBERS = "union all select id, employee_id from {employees}"
_REFERENCES = """
    select
        pairs.*,
        lower(pairs.stated) = pairs.held::text
        or pairs.stated = any(coalesce(parent.names, '{{}}')) as is_named
    from (
        select ledger.source_key, ledger.environment, {stated} as stated, {held} as held
        from {key_ledger} as ledger
        inner join (select key, value, value as document from {store}) as store
            on ledger.source_key = store.key
            and ledger.source_hash = md5(store.value::text)::uuid
        inner join {final} as final on ledger.target_id = final.id
        where ledger.entity = {entity} and ledger.key_class = 'migrated'
    ) as pairs
    left join ({names}) as parent on pairs.held = parent.target_id
    where pairs.stated is not null and pairs.held is not null
"""


def check_records(scope: Scope) -> Iterator[Check]:
    """Make every id again, in Python, and look up every reference by the name the document uses."""
    for entity in ENTITIES:
        yield from scope.attempt(GROUP, f"{entity}: ids", partial(_ids, scope, entity))
        for child, name, parent in PARENTS:
            if child == entity:
                yield from scope.attempt(
                    GROUP,
                    f"{entity}.{name}: the record it names",
                    partial(_references, scope, entity, name, parent),
                )


def _ids(scope: Scope, entity: str) -> Iterator[Check]:
    site = sql.SQL("final.site_id::text" if entity == "employees" else "''")
    total, wrong, sample = 0, 0, list[str]()
    # A cursor of the server's: a million ids would not stay flat here.
    with scope.connection.cursor(name="records") as cursor:
        cursor.itersize = _BATCH
        cursor.execute(scope.compose(_RECORDS, entity, site=site))
        for source_key, environment, target_id, site_id, record_id in cursor:
            total += 1
            if target_id != _expected(entity, environment, site_id, record_id):
                wrong += 1
                sample += [source_key] if len(sample) < SAMPLE_SIZE else []
    yield judged(
        GROUP,
        f"{entity}: ids",
        wrong > 0,
        f"{total:,} ids made again from the documents; {wrong:,} differ.",
        sample,
    )


def _expected(entity: str, environment: str, site: str, record_id: str) -> uuid.UUID:
    if len(record_id) == 36 and record_id.count("-") == 4:
        try:
            return uuid.UUID(record_id)
        except ValueError:
            pass
    return made_id(entity, environment, site, record_id)


def _references(scope: Scope, entity: str, name: str, parent: str) -> Iterator[Check]:
    column = next(c for c in COLUMNS[entity] if c.name == name and c.kind is Kind.REFERENCE)
    numbers = sql.SQL(_NUMBERS if parent == "employees" else "").format(
        employees=sql.Identifier(scope.final_schema, "employees")
    )
    references = scope.compose(
        _REFERENCES,
        entity,
        stated=stated(column),
        held=sql.Identifier("final", name),
        names=scope.compose(_NAMES, parent=sql.Literal(parent), numbers=numbers),
    )
    total, doubtful = scope.row(
        "select count(*), count(*) filter (where not is_named) from ({references}) as found",
        references=references,
    )
    wrong, sample = 0, list[str]()
    if doubtful:
        # A parent that no key stands for any more still has the id made from its name.
        with scope.connection.cursor(name="references") as cursor:
            cursor.execute(
                scope.compose(
                    "select * from ({references}) as found where not is_named",
                    references=references,
                )
            )
            for source_key, environment, said, held, _ in cursor:
                if held != _expected(parent, environment, "", said):
                    wrong += 1
                    sample += [source_key] if len(sample) < SAMPLE_SIZE else []
    yield judged(
        GROUP,
        f"{entity}.{name}: the record it names",
        wrong > 0,
        f"{total:,} references looked up; {wrong:,} rows name another row of {parent} than"
        " their document does.",
        sample,
    )
