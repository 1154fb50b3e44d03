"""What stops a run before it begins, in one quick look; reads only."""

from __future__ import annotations

import psycopg
from psycopg import sql

from scripts.errors import KvError
from scripts.preflight.security import stands_between
from scripts.settings import ENTITIES, Target

OLDEST_SERVER = 150000
_HOW_TO_GET_ONE = (
    "Load a store with 'invoke load FILE' or 'invoke sample', or set KV_SCHEMA and KV_TABLE."
)


def check(connection: psycopg.Connection, target: Target, *, writes: bool = True) -> int:
    """Check the server and the store, in the caller's transaction, and give the number of keys.

    Raises KvError at the first thing that would make the run fail or lie: a server that is too old
    or, for one that `writes`, read-only; no such table, other columns, row-level security that
    hides rows from us, an empty store, or a view where a final table must stand (dbt would drop it
    with what depends on it).
    """
    if connection.info.server_version < OLDEST_SERVER:
        raise KvError(
            f"The server is PostgreSQL {connection.info.server_version // 10000}.",
            "Versions 15 to 18 are supported.",
        )
    closed = connection.execute(
        # What the session began with, whatever we made of it.
        "select pg_is_in_recovery() or reset_val::boolean from pg_settings"
        " where name = 'default_transaction_read_only'"
    ).fetchone()
    if writes and closed and closed[0]:
        raise KvError(
            f"The database of target '{target.name}' is read-only: a standby, or set so.",
            "Connect to the primary, or take default_transaction_read_only off.",
        )
    name = f"{target.kv_schema}.{target.kv_table}"
    _check_columns(connection, target, name)
    _check_row_security(connection, target, name)
    _check_final_names(connection, target)
    count = connection.execute(
        sql.SQL("select count(*) from {}").format(sql.Identifier(target.kv_schema, target.kv_table))
    ).fetchone()
    keys = int(count[0]) if count else 0
    if keys == 0:
        raise KvError(
            f"The key-value table {name} is empty.",
            _HOW_TO_GET_ONE,
        )
    return keys


def _check_columns(connection: psycopg.Connection, target: Target, name: str) -> None:
    columns: dict[str, str] = dict(
        connection.execute(
            "select attname::text, format_type(atttypid, atttypmod) from pg_attribute"
            " where attrelid = to_regclass(format('%%I.%%I', %s::text, %s::text))"
            " and attnum > 0 and not attisdropped",
            (target.kv_schema, target.kv_table),
        ).fetchall()
    )
    if not columns:
        raise KvError(
            f"There is no table {name}.",
            _HOW_TO_GET_ONE,
        )
    if columns.get("key") != "text" or columns.get("value") != "jsonb":
        raise KvError(
            f"The table {name} is no key-value table: it needs 'key text' and 'value jsonb'.",
            "Set KV_SCHEMA and KV_TABLE to the application's store.",
        )


def _check_row_security(connection: psycopg.Connection, target: Target, name: str) -> None:
    if stands_between(connection, target.kv_schema, target.kv_table):
        raise KvError(
            f"Row-level security hides rows of {name} from the user '{target.user}'.",
            "Connect as the owner, with BYPASSRLS, or as a role that a policy lets read all.",
        )


def _check_final_names(connection: psycopg.Connection, target: Target) -> None:
    rows = connection.execute(
        "select relname::text from pg_class"
        " where relnamespace = to_regnamespace(quote_ident(%s::text))"
        " and relname = any(%s) and relkind not in ('r', 'p')",
        (target.final_schema, list(ENTITIES)),
    ).fetchall()
    if rows:
        raise KvError(
            f"'{target.final_schema}.{rows[0][0]}' is no table, and one must stand there.",
            "Rename it, or set KV_FINAL_SCHEMA to another schema.",
        )
