"""SQL that reads documents: what a column's names hold, and that as a value, if stated plainly."""

from __future__ import annotations

from psycopg import sql

from scripts.verify.columns import Column, Kind
from scripts.verify.scope import WHITE_SPACE

_NUMBER = r"^-?[0-9]{1,30}(\.[0-9]{1,40})?$"
_WHOLE = r"^[0-9]{1,18}$"
_ZONED = r"^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d{1,6})?)?(Z|[+-]\d\d:?\d\d)$"
_UNZONED = r"^\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d{1,6})?)?)?$"
# How the value of a kind is read from its text; anything else is stated, but not plainly.
_VALUES = {
    Kind.TEXT: "{raw}",
    Kind.MONEY: "case when {raw} ~ {number} then round({raw}::numeric, 2) end",
    Kind.COUNT: "case when {raw} ~ {whole} then {raw}::bigint end",
    Kind.FLAG: "case when {raw} in ('true', 'false') then {raw}::boolean end",
    Kind.INSTANT: (
        "case when {raw} ~ {zoned} then {raw}::timestamptz"
        " when {raw} ~ {unzoned} then {raw}::timestamp at time zone {zone} end"
    ),
    Kind.JSON: "case when jsonb_typeof({raw}) in ('object', 'array') then {raw} end",
    Kind.REFERENCE: "null::text",
}


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


def value(column: Column, raw: sql.Composable, zone: str) -> sql.Composed:
    """Read what is stated as a value of the column's kind; null when it is not stated plainly.

    A time without a zone is read in `zone`, an amount rounded half away from zero.
    """
    return sql.SQL(_VALUES[column.kind]).format(
        raw=raw,
        number=sql.Literal(_NUMBER),
        whole=sql.Literal(_WHOLE),
        zoned=sql.Literal(_ZONED),
        unzoned=sql.Literal(_UNZONED),
        zone=sql.Literal(zone),
    )


def without_secrets(document: sql.Composable) -> sql.Composed:
    """Leave the secrets out of a catalog's source: no table of ours holds them."""
    return sql.SQL("({} #- '{{apiConfig,credentials}}' #- '{{fileConfig,ftpPassword}}')").format(
        document
    )
