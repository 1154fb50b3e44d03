"""One run at a time: a lock the database itself lets go when the process that holds it is gone."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from psycopg import sql

from scripts.connection import connect, table_exists
from scripts.errors import KvError
from scripts.settings import Target

NAME = "kv-to-tables "
# 7347 keeps this lock apart from that of dry runs.
_KEY = "hashtextextended('kv_to_tables.' || {schema}::text, 7347)"
# Of `locks`, the row of the run's lock: 64 bits stand in two halves.
_IS_LOCK = """
    locks.locktype = 'advisory'
    and locks.granted
    and locks.objsubid = 1
    and locks.database = (select oid from pg_database where datname = current_database())
    and (locks.classid::bigint << 32) | locks.objid::bigint = {key}
"""
_HOLDER = """
    select activity.pid, activity.application_name
    from pg_locks as locks
    inner join pg_stat_activity as activity on locks.pid = activity.pid
    where {is_lock}
"""
# Statements of a run whose task is gone: the server goes on with them until they end. Runs of a
# plain dbt, whose number is a UUID, are not told dead from alive by this lock, and left alone.
_LEFT_BEHIND = r"""
    select pid from pg_stat_activity
    where
        datname = current_database()
        and pid <> pg_backend_pid()
        and application_name ~ '^kv-to-tables \d{8}T\d{6}Z-'
        and application_name <> %s
        and usename = current_user
"""
# The sessions of one run, but for the one that holds its lock.
_OF_RUN = """
    select pid from pg_stat_activity as activity
    where
        datname = current_database()
        and application_name = {name}
        and not exists (select from pg_locks as locks where locks.pid = activity.pid and {is_lock})
"""


def lock_key(target: Target) -> sql.Composed:
    """Give the SQL of the number that the lock of this target's runs goes by."""
    return sql.SQL(_KEY).format(schema=sql.Literal(target.work_schema))


def is_run_lock(target: Target) -> sql.Composed:
    """Give the SQL condition by which a row `locks` of pg_locks is that lock, and held."""
    return sql.SQL(_IS_LOCK).format(key=lock_key(target))


@contextmanager
def run_lock(target: Target, run_id: str) -> Iterator[list[int]]:
    """Hold the lock of this database's runs; give the sessions of dead runs that were ended.

    Writes nothing: an advisory lock of a session of its own, so that it is gone when the process
    is, however that ends. Statements that a killed run left on the server are ended first, because
    the locks they hold would stop this one.

    Raises KvError, naming the run and the session, when another run is at work; and in the end,
    when somebody has ended our session, and with it the lock.
    """
    with connect(target, autocommit=True, application_name=NAME + run_id) as connection:
        taken = connection.execute(
            sql.SQL("select pg_try_advisory_lock({})").format(lock_key(target))
        ).fetchone()
        if not taken or not taken[0]:
            raise _held(connection, target)
        yield _end_left_behind(connection, NAME + run_id)
        try:
            connection.execute("select 1")
        except psycopg.OperationalError:
            raise KvError(
                "The session that held this run's lock was ended:"
                " another run may have begun beside it.",
                "Run 'invoke verify', and 'invoke migrate' again.",
            ) from None


def holder(connection: psycopg.Connection, target: Target) -> tuple[int, str] | None:
    """Give the session that holds the lock and its run, or None; reads only."""
    found = connection.execute(sql.SQL(_HOLDER).format(is_lock=is_run_lock(target))).fetchone()
    return (found[0], str(found[1]).removeprefix(NAME)) if found else None


def _held(connection: psycopg.Connection, target: Target) -> KvError:
    found = holder(connection, target)
    who = f"Run {found[1]} (session {found[0]})" if found else "Another run"
    return KvError(
        f"{who} is at work on this database.",
        "Wait until it has ended; 'invoke status' shows how far it is.",
    )


def _end_left_behind(connection: psycopg.Connection, name: str) -> list[int]:
    """End the sessions of runs that are dead, and wait until they are gone, 10 seconds at most."""
    pids = [row[0] for row in connection.execute(_LEFT_BEHIND, (name,))]
    for pid in pids:
        connection.execute("select pg_terminate_backend(%s)", (pid,))
    for _ in range(100):
        if not connection.execute(_LEFT_BEHIND, (name,)).fetchone():
            break
        time.sleep(0.1)
    return pids


def close_unfinished(connection: psycopg.Connection, target: Target, run_id: str) -> None:
    """End what this run left at work on the server, and write into `runs` that it was interrupted.

    The session that holds the lock is not ended: it is the caller's.
    """
    others = sql.SQL(_OF_RUN).format(name=sql.Literal(NAME + run_id), is_lock=is_run_lock(target))
    for (pid,) in connection.execute(others).fetchall():
        connection.execute("select pg_terminate_backend(%s, 5000)", (pid,))
    if table_exists(connection, target.work_schema, "runs"):
        connection.execute(
            sql.SQL(
                "update {} set outcome = 'interrupted', finished_at = clock_timestamp()"
                " where run_id = {} and outcome is null"
            ).format(sql.Identifier(target.work_schema, "runs"), sql.Literal(run_id))
        )
