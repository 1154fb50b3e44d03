"""The least a backup and a rollback can be: one COPY to gzip, and deletes child first."""

from __future__ import annotations

import subprocess
import tempfile
import time
from pathlib import Path

import psycopg
from psycopg import sql

from scripts.errors import KvError
from scripts.settings import ENTITIES, Target


def copy_to_gzip(connection: psycopg.Connection, target: Target) -> float:
    """Copy the store through `gzip -1`, which works beside the server; give the seconds.

    Reads the store in one statement; the file is gone afterwards. The level is that of our backup,
    so that neither has less to do.

    Raises KvError where there is no gzip, or it fails.
    """
    copy = sql.SQL("copy {} to stdout").format(sql.Identifier(target.kv_schema, target.kv_table))
    with tempfile.TemporaryDirectory() as folder, Path(folder, "store.gz").open("wb") as file:
        start = time.monotonic()
        try:
            # The gzip on the path is the one a user would take
            gzip = subprocess.Popen(["gzip", "-1"], stdin=subprocess.PIPE, stdout=file)  # noqa: S607
        except OSError as error:
            raise KvError(f"gzip cannot be run: {error.strerror}.", "Install it.") from None
        with gzip, connection.cursor() as cursor, cursor.copy(copy) as rows:
            if gzip.stdin is None:
                raise KvError("gzip takes no input.")
            for chunk in rows:
                gzip.stdin.write(chunk)
            gzip.stdin.close()
        seconds = time.monotonic() - start
    if gzip.returncode:
        raise KvError(f"gzip ended with {gzip.returncode}.")
    return seconds


def bare_deletes(connection: psycopg.Connection, target: Target) -> float:
    """Delete all rows of the six tables, child first, and undo it; give the seconds of deleting.

    One transaction that is rolled back: the rows stand there afterwards as before. The connection
    is in autocommit.
    """
    with connection.transaction(force_rollback=True):
        start = time.monotonic()
        for entity in reversed(ENTITIES):
            connection.execute(
                sql.SQL("delete from {}").format(sql.Identifier(target.final_schema, entity))
            )
        return time.monotonic() - start
