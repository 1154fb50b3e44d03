"""The key-value table: whether it is there, is one, can be read whole, and how big it is."""

from __future__ import annotations

from collections.abc import Iterator

from psycopg import sql

from scripts.preflight.findings import OK, STOP, WARN, Finding, View, listed
from scripts.preflight.security import stands_between

_COLUMNS = """
select attname::text, format_type(atttypid, atttypmod) from pg_attribute
where
    attrelid = to_regclass(format('%%I.%%I', %s::text, %s::text))
    and attnum > 0 and not attisdropped
order by attnum
"""
_CANDIDATES = """
select format('%I.%I', space.nspname, class.relname)
from pg_class as class
inner join pg_namespace as space on class.relnamespace = space.oid
where
    class.relkind in ('r', 'p')
    and space.nspname !~ '^(pg_|information_schema)'
    and 2 = (
        select count(*) from pg_attribute as attribute
        where
            attribute.attrelid = class.oid and not attribute.attisdropped
            and (attribute.attname, attribute.atttypid)
            in (('key', 'text'::regtype), ('value', 'jsonb'::regtype))
    )
order by class.reltuples desc
"""
_FACTS = """
select
    class.reltuples::bigint,
    exists (
        select from pg_index
        inner join pg_attribute as attribute
            on pg_index.indrelid = attribute.attrelid and pg_index.indkey[0] = attribute.attnum
        where
            pg_index.indrelid = class.oid and pg_index.indisunique and pg_index.indisvalid
            and pg_index.indnkeyatts = 1 and pg_index.indpred is null
            and attribute.attname = 'key'
    )
from pg_class as class
where class.oid = to_regclass(format('%%I.%%I', %s::text, %s::text))
"""
_OPTIONAL = ("created_at", "updated_at")
# Statistics that are so far from the truth make the planner choose badly.
_STALE = 0.2


def store(view: View) -> Iterator[Finding]:
    """Say whether the store is there, can be read whole, and holds anything."""
    target = view.target
    name = f"{target.kv_schema}.{target.kv_table}"
    columns = dict(view.rows(_COLUMNS, target.kv_schema, target.kv_table))
    if not columns:
        others = [row[0] for row in view.rows(_CANDIDATES)]
        yield Finding(
            "store",
            STOP,
            f"There is no table {name}."
            + (f" Such tables are: {listed(others)}." if others else " No table looks like one."),
            "Set KV_SCHEMA and KV_TABLE to the application's store, or load one.",
        )
        return
    if columns.get("key") != "text" or columns.get("value") != "jsonb":
        kinds = listed(f"{column} {kind}" for column, kind in columns.items())
        yield Finding(
            "store",
            STOP,
            f"{name} is no key-value table: it has {kinds}.",
            "It needs 'key text' and 'value jsonb'; set KV_SCHEMA and KV_TABLE.",
        )
        return
    if stands_between(view.connection, target.kv_schema, target.kv_table):
        yield Finding(
            "store",
            STOP,
            f"Row-level security hides rows of {name} from '{target.user}'.",
            "Connect as the owner or a role with BYPASSRLS, or add a policy: docs/roles.sql.",
        )
        return
    yield from _content(view, name, columns)


def _content(view: View, name: str, columns: dict[str, str]) -> Iterator[Finding]:
    target = view.target
    table = sql.Identifier(target.kv_schema, target.kv_table)
    (keys,) = view.row(sql.SQL("select count(*) from {}").format(table))
    if not keys:
        yield Finding(
            "store",
            STOP,
            f"{name} is empty.",
            "Load a store, or set KV_SCHEMA and KV_TABLE to the one that is used.",
        )
        return
    more = [column for column in columns if column not in ("key", "value", *_OPTIONAL)]
    also = f" Its columns {listed(more)} are not read." if more else ""
    yield Finding("store", OK, f"{name} has {keys:,} keys.{also}")
    estimate, is_unique = view.row(_FACTS, target.kv_schema, target.kv_table)
    if not is_unique:
        yield Finding(
            "store: key",
            WARN,
            "No unique index on key: one key may stand there twice.",
            f"Look for keys of {name} that come more than once, and add a primary key.",
        )
    if estimate < 0 or abs(estimate - keys) > _STALE * keys:
        told = "has none" if estimate < 0 else f"says {estimate:,} rows"
        yield Finding(
            "store: statistics",
            WARN,
            f"The planner {told}; there are {keys:,}.",
            f"analyze {name};",
        )
