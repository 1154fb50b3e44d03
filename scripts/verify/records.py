"""Ids and references: each row is the record it says, and names the records its document names.

Ids are made again from the documents, all of them in SQL and some in Python, whose version 3 UUID
nobody here has written.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from psycopg import sql

from scripts.settings import ENTITIES
from scripts.verify.columns import COLUMNS
from scripts.verify.documents import made_id, made_in_python, stated, uncorrected_documents
from scripts.verify.links import PARENTS
from scripts.verify.report import Check
from scripts.verify.scope import Scope, judged

GROUP = "records"
_REMADE = 1000
_IS_MADE = sql.SQL("target_id::text <> lower(record_id)")
# What a record goes by: its own id, unless that is empty or the whole key; else the key's end.
_RECORDS = """
with records as (
    select
        documents.source_key,
        documents.environment,
        documents.target_id,
        {site} as site,
        case
            when coalesce(btrim(document ->> 'id', {space}), '') = ''
                or documents.source_key = btrim(document ->> 'id', {space})
                or (
                    document ->> 'id' like '%:%'
                    and starts_with(
                        reverse(documents.source_key), reverse(':' || (document ->> 'id'))
                    )
                )
                then split_part(documents.source_key, ':', -1)
            else btrim(document ->> 'id', {space})
        end as record_id
        {references}
    from ({documents}) as documents
    inner join {final} as final on documents.target_id = final.id
    {employees}
    offset 0
),
judged as (
    select
        source_key, environment, target_id, site, record_id,
        target_id is distinct from {made} as is_other
        {judgements}
    from records
    offset 0
)
"""
# Records whose id the operator corrected: the text they were known by, and the row they are now.
_RENAMED = """
    select
        coalesce(
            btrim(changes.before #>> '{{}}', {space}), split_part(changes.source_key, ':', -1)
        ),
        ledger.target_id
    from {recorded_changes} as changes
    inner join {record_ledger} as ledger on changes.source_key = ledger.source_key
    where changes.rule = 'corrected' and changes.field = '$.id'
        and ledger.entity = {parent} and ledger.target_id is not null
"""
_EMPLOYEES = "left join {employees} as employee on final.employee_id = employee.id"


def check_records(scope: Scope) -> Iterator[Check]:
    """Check ids and references, entity by entity."""
    for entity in ENTITIES:
        yield from scope.attempt(GROUP, entity, partial(_check_entity, scope, entity))


def _check_entity(scope: Scope, entity: str) -> Iterator[Check]:
    parents = {name: parent for child, name, parent in PARENTS if child == entity}
    judged_rows = _judged(scope, entity, parents)
    total, others, made, *numbers = scope.row(
        "{judged} select count(*), count(*) filter (where is_other),"
        " count(*) filter (where {is_made}) {counts} from judged",
        judged=judged_rows,
        is_made=_IS_MADE,
        counts=_each(", count({stated}), count(*) filter (where {differs})", parents),
    )

    def sample(condition: sql.Composable) -> tuple[str, ...]:
        return scope.texts(
            "{judged} select source_key from judged where {condition} limit {sample}",
            judged=judged_rows,
            condition=condition,
        )

    remade, differing = _remade(scope, entity, judged_rows) if made else (0, ())
    yield judged(
        GROUP,
        f"{entity}: ids",
        others + len(differing) > 0,
        f"{total:,} ids made again from the documents, {others:,} differ;"
        f" {remade:,} of them in Python, {len(differing):,} differ.",
        sample(sql.SQL("is_other")) if others else differing,
    )
    for place, (name, parent) in enumerate(parents.items()):
        count, wrong = numbers[2 * place : 2 * place + 2]
        yield judged(
            GROUP,
            f"{entity}.{name}: the record it names",
            wrong > 0,
            f"{count:,} references made again from the documents; {wrong:,} rows name another"
            f" row of {parent} than their document does.",
            sample(_identifier("differs", name)) if wrong else (),
        )


def _judged(scope: Scope, entity: str, parents: dict[str, str]) -> sql.Composed:
    """Give the CTEs that say of each record whether its id and its references are its own."""
    columns = {column.name: column for column in COLUMNS[entity]}
    site = "final.site_id::text" if entity == "employees" else "''"
    references = sql.SQL("").join(
        sql.SQL(", {} as {}, {} as {}").format(
            stated(columns[name]),
            _identifier("stated", name),
            sql.Identifier("final", name),
            _identifier("held", name),
        )
        for name in parents
    )
    employees: sql.Composable = sql.SQL("")
    if "employee_id" in parents:
        references += sql.SQL(
            ", employee.site_id::text as employee_site, employee.employee_id as employee_number"
        )
        employees = sql.SQL(_EMPLOYEES).format(
            employees=sql.Identifier(scope.final_schema, "employees")
        )
    return scope.compose(
        _RECORDS,
        entity,
        site=sql.SQL(site),
        documents=uncorrected_documents(scope, entity),
        employees=employees,
        references=references,
        made=made_id(entity, *map(sql.Identifier, ("environment", "site", "record_id"))),
        judgements=sql.SQL("").join(
            _judgement(scope, name, parent) for name, parent in parents.items()
        ),
    )


def _judgement(scope: Scope, name: str, parent: str) -> sql.Composed:
    """Say whether a row refers to another record than the document; a dropped one is no matter.

    An employee is one of its own site, and may be named by the number the site knows it by. Where
    the operator gave a record another id, the references to it follow.
    """
    is_employee = parent == "employees"
    said, held = _identifier("stated", name), _identifier("held", name)
    site = sql.SQL("employee_site" if is_employee else "''")
    return sql.SQL(
        ", {said}, {said} is not null and {held} is not null"
        " and {held} <> {made}{number} and ({said}, {held}) not in ({renamed}) as {differs}"
    ).format(
        said=said,
        held=held,
        made=made_id(parent, sql.Identifier("environment"), site, said),
        number=sql.SQL(" and employee_number is distinct from {}" if is_employee else "").format(
            *((said,) if is_employee else ())
        ),
        renamed=scope.compose(_RENAMED, parent=sql.Literal(parent)),
        differs=_identifier("differs", name),
    )


def _remade(scope: Scope, entity: str, judged_rows: sql.Composed) -> tuple[int, tuple[str, ...]]:
    """Make some ids in Python; give how many, and the keys of those that differ."""
    rows = scope.connection.execute(
        scope.compose(
            "{judged} select source_key, environment, site, record_id, target_id from judged"
            " where {is_made} limit {limit}",
            judged=judged_rows,
            is_made=_IS_MADE,
            limit=sql.Literal(_REMADE),
        )
    ).fetchall()
    return len(rows), tuple(
        source_key
        for source_key, environment, site, record_id, target_id in rows
        if target_id != made_in_python(entity, environment, site, record_id)
    )


def _each(query: str, parents: dict[str, str]) -> sql.Composed:
    return sql.SQL("").join(
        sql.SQL(query).format(
            stated=_identifier("stated", name), differs=_identifier("differs", name)
        )
        for name in parents
    )


def _identifier(word: str, name: str) -> sql.Identifier:
    return sql.Identifier(f"{word}_{name}")
