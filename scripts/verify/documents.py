"""SQL over documents: what the names of a column hold, read as values, and how ids are made."""

from __future__ import annotations

import json
import uuid
from functools import cache

from psycopg import sql

from scripts.settings import project_vars
from scripts.verify.columns import Column, Kind
from scripts.verify.scope import WHITE_SPACE, Scope

_NUMBER = r"^-?[0-9]{1,30}(\.[0-9]{1,40})?$"
_WHOLE = r"^[0-9]{1,18}$"
_ZONED = r"^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d{1,6})?)?(Z|[+-]\d\d:?\d\d)$"
_UNZONED = r"^\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d{1,6})?)?)?$"
# How the value of a kind is read from its text; anything else is stated, but not plainly.
_VALUES = {
    Kind.TEXT: "case when not {listed} then {raw} end",
    Kind.MONEY: "case when not {listed} and {raw} ~ {number} then round({raw}::numeric, 2) end",
    Kind.COUNT: "case when not {listed} and {raw} ~ {whole} then {raw}::bigint end",
    Kind.FLAG: "case when not {listed} and {raw} in ('true', 'false') then {raw}::boolean end",
    Kind.INSTANT: (
        "case when {listed} then null when {raw} ~ {zoned} then {raw}::timestamptz"
        " when {raw} ~ {unzoned} then {raw}::timestamp at time zone {zone} end"
    ),
    Kind.JSON: (
        "case when not {listed} and jsonb_typeof({raw}) in ('object', 'array') then {raw} end"
    ),
    Kind.REFERENCE: "null::text",
}
# The hash is asked after the join, or every document would be hashed for every entity; and in a
# case, for of a bare comparison PostgreSQL expects that hardly a row passes. Keys and elements are
# read apart: of both together PostgreSQL knows nothing, and would hash the whole store. A list is
# hashed and opened once for all its elements: hence the materialized steps, a list may be of 50 MB.
_DOCUMENTS = """
    select
        source_key, environment, target_id,
        case when is_decoded then {opened} else stored end as document
    from (
        select
            ledger.source_key,
            ledger.source_hash,
            ledger.environment,
            ledger.target_id,
            decoded.source_key is not null as is_decoded,
            store.value as stored
        from {judged_keys} as ledger
        inner join {store} as store on ledger.source_key = store.key
        left join (
            select source_key from {recorded_changes} where rule = 'decoded'
        ) as decoded on ledger.source_key = decoded.source_key
        where ledger.entity = {entity} and ledger.key_class = 'migrated'
        offset 0
    ) as captured
    where case when source_hash = md5(stored::text)::uuid then true else false end
    union all
    select ledger.source_key, ledger.environment, ledger.target_id, lists.document
    from (
        with captured as materialized (
            select store.key, md5(store.value::text)::uuid as source_hash, store.value as stored
            from {store} as store
            where store.key in (select list_key from {element_ledger} where entity = {entity})
        ),
        opened as materialized (
            select captured.key as list_key, captured.source_hash, element.ordinal, element.document
            from captured
            cross join lateral jsonb_array_elements(
                case when jsonb_typeof({opened}) = 'array' then {opened} else '[]' end
            ) with ordinality as element (document, ordinal)
        )
        select * from opened
    ) as lists
    inner join {judged_records} as ledger
        on ledger.store_key = lists.list_key
        and ledger.ordinal = lists.ordinal
        and ledger.source_hash = lists.source_hash
    where ledger.entity = {entity} and ledger.key_class = 'migrated'
"""
# JSON text in a JSON string, up to three times. What was migrated is known to be JSON inside.
_OPENED = "case when jsonb_typeof({0}) = 'string' then ({0} #>> '{{}}')::jsonb else {0} end"
# Hyphens where they belong, and nothing but 32 hexadecimal digits beside them.
_UUID = (
    "{record_id} like '________-____-____-____-____________'"
    " and translate({record_id}, '-', '') ~ '^[0-9a-fA-F]+$'"
    " and octet_length(translate({record_id}, '-', '')) = 32"
)
# The digest's bytes 6 and 8 carry version and variant.
_MADE_ID = """
    case when {is_uuid} then {record_id}::uuid else (
        select encode(
            set_byte(
                set_byte(digest, 6, (get_byte(digest, 6) & 15) | 48),
                8, (get_byte(digest, 8) & 63) | 128
            ),
            'hex'
        )::uuid
        from (
            select decode(
                md5(
                    decode(replace({namespace}, '-', ''), 'hex')
                    || convert_to(
                        jsonb_build_array(
                            {entity}::text, {environment}, {site}, {record_id}
                        )::text,
                        'UTF8'
                    )
                ),
                'hex'
            ) as digest
            offset 0
        ) as made
    ) end
"""


def documents(scope: Scope, entity: str) -> sql.Composed:
    """Give the documents of migrated keys and elements, but for those changed since the capture."""
    opened: sql.Composable = sql.SQL("stored")
    for _ in range(3):
        opened = sql.SQL(_OPENED).format(opened)
    return scope.compose(_DOCUMENTS, entity, opened=opened)


def uncorrected_documents(scope: Scope, entity: str) -> sql.Composed:
    """Give those of them that stand as they were judged: no correction was laid over them."""
    return scope.compose(
        "select * from ({documents}) as documents where not exists (select from {recorded_changes}"
        " as changes where changes.source_key = documents.source_key"
        " and changes.rule = 'corrected')",
        entity,
        documents=documents(scope, entity),
    )


def stated(column: Column) -> sql.Composed:
    """Read what a document holds for a column: trimmed text, or JSON; null for nothing."""
    form = (
        "nullif({part}, 'null')"
        if column.kind is Kind.JSON
        else ("nullif(btrim({part}, {space}), '')")
    )
    parts = (
        sql.SQL(form).format(part=_part(name, column.kind), space=WHITE_SPACE)
        for name in column.names
    )
    return sql.SQL("coalesce({})").format(sql.SQL(", ").join(parts))


def _part(name: str, kind: Kind) -> sql.Composed:
    arrow = "#>" if kind is Kind.JSON else "#>>"
    path = sql.Literal("{" + name.replace(".", ",") + "}")
    return sql.SQL("document {} {}").format(sql.SQL(arrow), path)


def value(column: Column, raw: sql.Composable, listed: sql.Composable, zone: str) -> sql.Composed:
    """Read what is stated as a value of the column's kind.

    Null when it is not stated plainly, and when a listed rule changed it. A time without a zone
    is read in `zone`, an amount rounded half away from zero.
    """
    return sql.SQL(_VALUES[column.kind]).format(
        listed=listed,
        raw=raw,
        number=sql.Literal(_NUMBER),
        whole=sql.Literal(_WHOLE),
        zoned=sql.Literal(_ZONED),
        unzoned=sql.Literal(_UNZONED),
        zone=sql.Literal(zone),
    )


def made_id(
    entity: str, environment: sql.Composable, site: sql.Composable, record_id: sql.Composable
) -> sql.Composed:
    """Make the id of a record: its own where that is a UUID, else version 3 (RFC 9562 5.3)."""
    return sql.SQL(_MADE_ID).format(
        is_uuid=sql.SQL(_UUID).format(record_id=record_id),
        namespace=sql.Literal(str(namespace())),
        entity=sql.Literal(entity),
        environment=environment,
        site=site,
        record_id=record_id,
    )


@cache
def namespace() -> uuid.UUID:
    """Read the name space of ids that are made from text ids."""
    return uuid.UUID(project_vars()["id_namespace"])


def made_in_python(entity: str, environment: str, site: str, record_id: str) -> uuid.UUID:
    """Make the id of a record that has no UUID, with Python's own version 3."""
    name = json.dumps([entity, environment, site, record_id], ensure_ascii=False)
    return uuid.uuid3(namespace(), name)
