"""How far a copy has come, in the target: a row a table, written with each chunk's own rows.

The table `copied_tables` of our schema outlives the copy as its record. A place of a table is the
last key copied; it stands in the same transaction as the rows, so a killed copy loses nothing and
repeats nothing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import psycopg
from psycopg import sql

from scripts.connection import table_exists
from scripts.definitions.facts import Table
from scripts.errors import KvError
from scripts.row_checksum import RowChecksum
from scripts.settings import Target

NAME = "copied_tables"
_CREATE = """
create table if not exists {} (
    schema_name text not null,
    table_name text not null,
    source text not null,
    source_place text not null,
    state text not null check (state in ('copying', 'copied', 'verified', 'finished')),
    last_key text,
    row_count bigint not null,
    checksum text not null,
    started_at timestamptz not null default now(),
    changed_at timestamptz not null default now(),
    primary key (schema_name, table_name)
)
"""


@dataclass
class Progress:
    """How far one table has come; `state` goes copying, copied, verified, finished."""

    schema: str
    table: str
    source: str
    source_place: str
    state: str
    last_key: str | None
    checksum: RowChecksum


def place_of(source: Target) -> str:
    """Give a digest that tells one source database from another, without naming its host."""
    text = f"{source.host}:{source.port}/{source.dbname}"
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def read_progress(connection: psycopg.Connection, target: Target) -> list[Progress]:
    """Read how far a copy into the target has come; empty where none was begun."""
    if not table_exists(connection, target.work_schema, NAME):
        return []
    found = connection.execute(
        sql.SQL(
            "select schema_name, table_name, source, source_place, state, last_key, row_count,"
            " checksum from {}"
        ).format(_table(target))
    ).fetchall()
    return [
        Progress(schema, table, source, place, state, last_key, RowChecksum(rows, int(total, 16)))
        for schema, table, source, place, state, last_key, rows, total in found
    ]


def begin(
    connection: psycopg.Connection, target: Target, source: Target, tables: Sequence[Table]
) -> list[Progress]:
    """Enter every table at its beginning; makes our schema where it lacks."""
    connection.execute(
        sql.SQL("create schema if not exists {}").format(sql.Identifier(target.work_schema))
    )
    connection.execute(sql.SQL(_CREATE).format(_table(target)))
    for table in tables:
        connection.execute(
            sql.SQL(
                "insert into {} (schema_name, table_name, source, source_place, state, row_count,"
                " checksum) values (%s, %s, %s, %s, 'copying', 0, %s)"
            ).format(_table(target)),
            (table.schema, table.name, source.name, place_of(source), RowChecksum().hex()),
        )
    return read_progress(connection, target)


def advance(
    connection: psycopg.Connection, target: Target, before: Progress, after: Progress
) -> None:
    """Write where a table stands now, if it stood where we believe it did.

    Raises KvError when it did not: another copy is writing the same tables.
    """
    done = connection.execute(
        sql.SQL(
            "update {} set state = %s, last_key = %s, row_count = %s, checksum = %s,"
            " changed_at = clock_timestamp()"
            " where schema_name = %s and table_name = %s and state = %s"
            " and last_key is not distinct from %s and row_count = %s"
        ).format(_table(target)),
        (
            after.state,
            after.last_key,
            after.checksum.rows,
            after.checksum.hex(),
            after.schema,
            after.table,
            before.state,
            before.last_key,
            before.checksum.rows,
        ),
    )
    if done.rowcount != 1:
        raise KvError(
            "Another copy is writing to the same target.", "Let it end, or stop it, and --resume."
        )


def _table(target: Target) -> sql.Identifier:
    return sql.Identifier(target.work_schema, NAME)
