"""One way to connect: psycopg, with the session pinned to what every run must agree on."""

from __future__ import annotations

import psycopg
from psycopg.conninfo import make_conninfo

from scripts.errors import KvError
from scripts.settings import Target

# Results may not depend on the operator's session: whatever the server's defaults are, we read
# and write in UTC, ISO and exact floats.
# A role's limit on the length of a statement is for the application; waiting for a lock is limited.
_SESSION = (
    "set timezone = 'UTC'; set datestyle = 'ISO, YMD'; set extra_float_digits = 1;"
    " set statement_timeout = 0; set idle_in_transaction_session_timeout = 0;"
    " set idle_session_timeout = 0; set lock_timeout = '60s'"
)

# psycopg says so when it begins a transaction, which it does not do in autocommit.
_READ_ONLY = "; set default_transaction_read_only = on"


def conninfo(target: Target, *, with_password: bool = True) -> str:
    """Give the libpq connection string of a target; `with_password=False` is safe to print."""
    return make_conninfo(
        host=target.host,
        port=str(target.port),
        user=target.user,
        dbname=target.dbname,
        sslmode=target.sslmode if not target.host.startswith("/") else None,
        password=(target.password or None) if with_password else None,
    )


def connect(
    target: Target,
    *,
    read_only: bool = False,
    autocommit: bool = False,
    application_name: str = "kv-to-tables",
) -> psycopg.Connection:
    """Open a connection to the target; the caller closes it (or uses it as a context manager).

    Without `autocommit` psycopg opens a transaction at the first statement. With `read_only` the
    server itself refuses any write.

    Raises KvError, without the password, when the server cannot be reached.
    """
    try:
        connection = psycopg.connect(
            conninfo(target),
            application_name=application_name,
            client_encoding="UTF8",
            connect_timeout=10,
            autocommit=True,
        )
        # Set, not passed as options: PGTZ and PGDATESTYLE would win over those.
        connection.execute(_SESSION + (_READ_ONLY if read_only else ""))
    except psycopg.OperationalError as error:
        reason = str(error).strip().splitlines()[-1]
        if target.password:
            reason = reason.replace(target.password, "***")
        raise KvError(
            f"The database of target '{target.name}' cannot be reached: {reason}",
            "Check host, port, user and password of the target.",
        ) from None
    connection.autocommit = autocommit
    connection.read_only = read_only or None
    return connection


def table_exists(connection: psycopg.Connection, schema: str, table: str) -> bool:
    """Say whether there is such a table, no view; reads in the caller's transaction."""
    row = connection.execute(
        "select 1 from pg_tables where schemaname = %s and tablename = %s", (schema, table)
    ).fetchone()
    return row is not None
