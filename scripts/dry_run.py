"""The ephemeral schema of a dry run: made, filled with a copy of the final tables, dropped.

A dry run holds a session-level advisory lock named after its schema. A schema whose lock is free
was left by a run that died, and the next command drops it.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import psycopg
from psycopg import sql

from scripts.connection import connect, table_exists
from scripts.settings import ENTITIES, Target

PREFIX = "kv_dry_run_"
_HISTORY = ("runs", "written_rows", "written_columns", "created_tables")
_COMMENT = "kv-to-tables: ephemeral schema of a dry run; safe to drop"
_ON_DELETE = {
    "a": sql.SQL("no action"),
    "r": sql.SQL("restrict"),
    "c": sql.SQL("cascade"),
    "n": sql.SQL("set null"),
    "d": sql.SQL("set default"),
}
_LOCK = "select pg_try_advisory_lock(hashtextextended(%s, 7346))"


def drop_left_behind(connection: psycopg.Connection) -> list[str]:
    """Drop the schemas of dry runs that died; give their names.

    Only schemas with our prefix, our comment and a free lock. Commits each drop on its own; the
    connection must be in autocommit. A schema that cannot be dropped within five seconds is left
    to the next command.
    """
    found = connection.execute(
        "select nspname::text from pg_namespace"
        " where starts_with(nspname, %s) and obj_description(oid, 'pg_namespace') = %s",
        (PREFIX, _COMMENT),
    ).fetchall()
    dropped = []
    for (schema,) in found:
        taken = connection.execute(_LOCK, (schema,)).fetchone()
        if not taken or not taken[0]:
            continue
        try:
            connection.execute("set lock_timeout = '5s'")
            connection.execute(
                sql.SQL("drop schema if exists {} cascade").format(sql.Identifier(schema))
            )
            dropped.append(schema)
        except psycopg.errors.LockNotAvailable:
            pass  # its backends are still ending; the next command tries again
        finally:
            connection.execute("reset lock_timeout")
            connection.execute("select pg_advisory_unlock(hashtextextended(%s, 7346))", (schema,))
    return dropped


@contextmanager
def ephemeral_schema(target: Target) -> Iterator[str]:
    """Make the schema, with a copy of the final tables where they exist; drop it in any case.

    Reads the final tables in one transaction; writes nothing outside the new schema.
    """
    moment = datetime.now(UTC).strftime("%Y%m%d%H%M%S")
    schema = f"{PREFIX}{moment}_{os.getpid()}_{secrets.token_hex(2)}"
    with connect(target, autocommit=True) as holder:
        holder.execute(_LOCK, (schema,))
        try:
            with holder.transaction():
                holder.execute(sql.SQL("create schema {}").format(sql.Identifier(schema)))
                holder.execute(
                    sql.SQL("comment on schema {} is {}").format(
                        sql.Identifier(schema), sql.Literal(_COMMENT)
                    )
                )
                _copy_tables(holder, target.final_schema, schema)
                _copy_history(holder, target.work_schema, schema)
            yield schema
        finally:
            holder.execute(
                sql.SQL("drop schema if exists {} cascade").format(sql.Identifier(schema))
            )


def _copy_tables(connection: psycopg.Connection, source: str, schema: str) -> None:
    there = [entity for entity in ENTITIES if table_exists(connection, source, entity)]
    for entity in there:
        live, copy = sql.Identifier(source, entity), sql.Identifier(schema, entity)
        connection.execute(
            sql.SQL("create unlogged table {} (like {} including all)").format(copy, live)
        )
        columns = sql.SQL(", ").join(
            sql.Identifier(row[0])
            for row in connection.execute(
                "select attname::text from pg_attribute where attrelid = to_regclass(%s)"
                " and attnum > 0 and not attisdropped and attgenerated = '' order by attnum",
                (live.as_string(connection),),
            )
        )
        connection.execute(
            sql.SQL("insert into {} ({}) select {} from {}").format(copy, columns, columns, live)
        )
        connection.execute(sql.SQL("analyze {}").format(copy))
    # Only now: a table may refer to a later one, as a site to the gift it shows first.
    for entity in there:
        _copy_foreign_keys(connection, source, entity, schema)


def _copy_history(connection: psycopg.Connection, source: str, schema: str) -> None:
    """Copy what our runs wrote, by which a row of ours is told from one of the application.

    A run that has not ended stands in the copy as interrupted: it is none of the dry run's.
    """
    for name in _HISTORY:
        if not table_exists(connection, source, name):
            continue
        parts = {"copy": sql.Identifier(schema, name), "source": sql.Identifier(source, name)}
        for statement in (
            "create unlogged table {copy} (like {source} including all)",
            "insert into {copy} select * from {source}",
            "analyze {copy}",
        ):
            connection.execute(sql.SQL(statement).format(**parts))
        if name == "runs":
            connection.execute(
                sql.SQL("update {copy} set outcome = 'interrupted' where outcome is null").format(
                    **parts
                )
            )


def _copy_foreign_keys(
    connection: psycopg.Connection, source: str, entity: str, schema: str
) -> None:
    """Give the copy the foreign keys of the original, pointing at the copies of our own tables."""
    keys = connection.execute(
        "select conname::text, parent.relname::text, space.nspname::text,"
        " array(select attname::text from unnest(conkey) with ordinality as part (number, place)"
        "   join pg_attribute on attrelid = conrelid and attnum = part.number order by place),"
        " array(select attname::text from unnest(confkey) with ordinality as part (number, place)"
        "   join pg_attribute on attrelid = confrelid and attnum = part.number order by place),"
        " confdeltype"
        " from pg_constraint"
        " join pg_class as parent on parent.oid = confrelid"
        " join pg_namespace as space on space.oid = parent.relnamespace"
        " where contype = 'f' and conrelid = to_regclass(format('%%I.%%I', %s::text, %s::text))",
        (source, entity),
    ).fetchall()
    for name, parent, parent_schema, columns, parent_columns, on_delete in keys:
        ours = parent_schema == source and parent in ENTITIES
        connection.execute(
            sql.SQL(
                "alter table {} add constraint {} foreign key ({}) references {} ({}) on delete {}"
            ).format(
                sql.Identifier(schema, entity),
                sql.Identifier(name),
                sql.SQL(", ").join(map(sql.Identifier, columns)),
                sql.Identifier(schema if ours else parent_schema, parent),
                sql.SQL(", ").join(map(sql.Identifier, parent_columns)),
                _ON_DELETE[on_delete],
            )
        )
