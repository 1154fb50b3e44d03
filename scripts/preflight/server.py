"""The server and the way to it: version, pooler, encryption, connections, timeouts."""

from __future__ import annotations

import os
from collections.abc import Iterator

import psycopg

from scripts.connection import connect
from scripts.errors import KvError
from scripts.preflight.findings import OK, STOP, WARN, Finding, View
from scripts.preflight.gate import OLDEST_SERVER
from scripts.settings import Target

NEWEST_SERVER = 180000
POOLER_PORT = 6543
SHORT_TIMEOUT = 120_000  # milliseconds
_SESSION_MODE = (
    "Use port 5432: the direct host, or the pooler in session mode. A run holds advisory locks and"
    " settings between transactions."
)
# What `connect` has set, in a transaction of its own.
_DATESTYLE = "ISO, YMD"
_PID = "select pg_backend_pid(), current_setting('datestyle')"


def version(view: View) -> Iterator[Finding]:
    """Compare the version of the server with those that are tested."""
    number = view.connection.info.server_version
    name = f"PostgreSQL {view.connection.info.parameter_status('server_version')}"
    if number < OLDEST_SERVER:
        yield Finding("server", STOP, f"{name}.", "Versions 15 to 18 are supported.")
    elif number // 10000 > NEWEST_SERVER // 10000:
        yield Finding("server", WARN, f"{name}, newer than any tested.", "Migrate a copy first.")
    else:
        yield Finding("server", OK, f"{name}.")


def pooler(view: View) -> Iterator[Finding]:
    """Find out whether transactions of one connection share backends with others.

    Opens two more connections for a moment, each in read-only transactions.
    """
    try:
        if view.target.port == POOLER_PORT:
            symptom = f"Port {POOLER_PORT} is that of a pooler in transaction mode."
        else:
            symptom = _pooling(view.target)
    except (KvError, psycopg.OperationalError):
        yield Finding(
            "connection",
            STOP,
            "A second connection was refused or not answered.",
            "A run needs several at once: raise the limit of the role or of the pooler.",
        )
        return
    if symptom:
        yield Finding("connection", STOP, symptom, _SESSION_MODE)
    else:
        yield Finding("connection", OK, f"Port {view.target.port}; the session keeps its backend.")


def _pooling(target: Target) -> str:
    """Give the symptom of a pooler in transaction mode; an empty text for none.

    A transaction of a second connection gets the backend the first has just given back, or takes
    it away from it. With a session of its own neither can happen.
    """
    with connect(target, read_only=True) as first:
        own = _backend(first)
        with connect(target, read_only=True) as second:
            row = second.execute(_PID).fetchone()
            if row and row[0] == own[0]:
                return "Two connections share one backend: a pooler in transaction mode."
            # The second transaction is still open: a pooler has other backends for the first.
            if {_backend(first)[0] for _ in range(3)} != {own[0]}:
                return "The backend changes between transactions: a pooler in transaction mode."
        if own[1] != _DATESTYLE:
            return "Settings do not survive a transaction: a pooler resets them."
    return ""


def _backend(connection: psycopg.Connection) -> tuple[int, str]:
    """Give the backend of one transaction, and a setting that `connect` has made."""
    row = connection.execute(_PID).fetchone()
    connection.commit()
    return (row[0], row[1]) if row else (0, "")


def encryption(view: View) -> Iterator[Finding]:
    """Say whether the connection is encrypted; on a protected target it should be."""
    if view.target.host.startswith("/"):
        yield Finding("encryption", OK, "A socket of this machine; nothing crosses a network.")
    elif view.connection.pgconn.ssl_in_use:
        yield Finding("encryption", OK, f"TLS is on (sslmode={view.target.sslmode}).")
    else:
        yield Finding(
            "encryption",
            WARN if view.target.protected else OK,
            f"TLS is off (sslmode={view.target.sslmode}).",
            "Set the target's SSLMODE to require, or verify-full with the server's certificate."
            if view.target.protected
            else "",
        )


def connections(view: View) -> Iterator[Finding]:
    """Compare the connections that are left with those a run takes."""
    needed = int(os.environ.get("KV_THREADS", "2")) + 2
    used, most, reserved, limit, own = view.row(
        "select (select count(*) from pg_stat_activity where backend_type = 'client backend'),"
        " current_setting('max_connections')::int,"
        " current_setting('superuser_reserved_connections')::int,"
        " (select rolconnlimit from pg_roles where rolname = current_user),"
        " (select count(*) from pg_stat_activity where usename = current_user)"
    )
    left = most - reserved - used
    if limit >= 0:
        left = min(left, limit - own)
    status = WARN if left < needed else OK
    yield Finding(
        "connections",
        status,
        f"{used} of {most} in use, {max(left, 0)} left for this role; a run takes {needed}.",
        "Free some, or lower KV_THREADS." if status == WARN else "",
    )


def timeouts(view: View) -> Iterator[Finding]:
    """Show the timeouts that a session of this role begins with."""
    # reset_val: what the session began with, whatever has been set since.
    found = dict(
        view.rows(
            "select name, reset_val::bigint from pg_settings where name in ("
            "'statement_timeout', 'lock_timeout', 'idle_in_transaction_session_timeout')"
        )
    )
    words = [f"{name} {_duration(value)}" for name, value in sorted(found.items())]
    short = [name for name, value in found.items() if 0 < value < SHORT_TIMEOUT]
    yield Finding(
        "timeouts",
        WARN if short else OK,
        ", ".join(words) + ".",
        "A run sets its own; for anything else of yours: alter role ... set statement_timeout = 0."
        if short
        else "",
    )


def _duration(milliseconds: int) -> str:
    return f"{milliseconds / 1000:g} s" if milliseconds else "off"
