"""The census: a look at any key-value table before anything of it is mapped.

It needs no model, no seed and no earlier run, reads only, and tells shapes, names of fields and
counts: no key, no value.
"""

from __future__ import annotations

import psycopg
from psycopg import IsolationLevel, sql

from scripts.census.facts import read_key_facts
from scripts.census.measure import read_counts
from scripts.census.report import Census, build
from scripts.census.shapes import MANY_WORDS
from scripts.census.words import known_families, vocabulary
from scripts.connection import connect
from scripts.errors import KvError
from scripts.settings import Target

# Compiling takes longer than it saves; and the planner cannot know how few families there are.
_PLANNING = (
    "set local jit = off",
    "set local enable_nestloop = off",
    "set local work_mem = '32MB'",
)

__all__ = ["Census", "take_census"]


def take_census(target: Target) -> Census:
    """Count what the target's key-value table holds; writes nothing.

    Reads in one transaction that the server keeps read-only, on one snapshot.

    Raises KvError, in words that hold nothing of the store, when the table is not there, is no
    key-value table (`key text, value jsonb`), or cannot be read.
    """
    name = f"{target.kv_schema}.{target.kv_table}"
    store = sql.Identifier(target.kv_schema, target.kv_table)
    try:
        with connect(target, read_only=True) as connection:
            connection.isolation_level = IsolationLevel.REPEATABLE_READ
            for setting in _PLANNING:
                connection.execute(setting)
            _check_columns(connection, target)
            facts = read_key_facts(connection, store)
            split_words = facts.words > MANY_WORDS
            return build(
                name,
                connection.info.parameter_status("server_version") or "",
                facts,
                read_counts(connection, store, vocabulary(), split_words=split_words),
                known_families(),
            )
    except psycopg.Error as error:
        # A message of the server may quote a value; its code does not.
        reason = {
            "42501": "the user has no right to read it",
            "57014": "the server cancelled the statement (statement_timeout?)",
            "53100": "the server's disk is full",
        }.get(error.sqlstate or "", f"SQLSTATE {error.sqlstate or 'unknown'}")
        raise KvError(
            f"The census of {name} in target '{target.name}' could not be finished: {reason}.",
            "Nothing was changed.",
        ) from None


def _check_columns(connection: psycopg.Connection, target: Target) -> None:
    """Raise KvError unless there is a table or view with `key text` and `value jsonb`."""
    name = f"{target.kv_schema}.{target.kv_table}"
    rows = connection.execute(
        "select attname::text, atttypid::regtype::text from pg_attribute"
        " join pg_class on pg_class.oid = attrelid"
        " join pg_namespace on pg_namespace.oid = relnamespace"
        " where nspname = %s and relname = %s and relkind = any('{r,p,v,m,f}')"
        " and attnum > 0 and not attisdropped",
        (target.kv_schema, target.kv_table),
    ).fetchall()
    types: dict[str, str] = {str(column): str(type_name) for column, type_name in rows}
    if not types:
        raise KvError(
            f"There is no table {name} in target '{target.name}'.",
            "Set KV_SCHEMA and KV_TABLE to the key-value table.",
        )
    if types.get("key") not in ("text", "character varying") or types.get("value") != "jsonb":
        found = ", ".join(f"{column} {types.get(column, 'missing')}" for column in ("key", "value"))
        raise KvError(
            f"The table {name} is no key-value table: it must have key text and value jsonb,"
            f" and has {found}.",
            "Name another table, or a view of it that casts the two, in KV_TABLE.",
        )
