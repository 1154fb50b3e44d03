"""The verifier: whether the store stands in the final tables, key by key and column by column.

It shares nothing with the load: it reads the key-value table, the ledger, the rejects and the
final tables in SQL of its own, and none of the models in between.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import psycopg
from psycopg import IsolationLevel, sql

from scripts.connection import connect
from scripts.settings import Target
from scripts.verify.application import check_application
from scripts.verify.constraints import check_constraints
from scripts.verify.counts import check_keys
from scripts.verify.links import check_links
from scripts.verify.records import check_records
from scripts.verify.report import Check, VerifyReport
from scripts.verify.roundtrip import check_round_trip
from scripts.verify.rows import check_rows
from scripts.verify.scope import Scope
from scripts.verify.totals import check_totals

# Compiling takes longer than it saves; and nothing may hang on statistics, for the ledger is so new
# that it may have none: every join here is one of equals between whole tables.
_PLANNING = (
    "set local jit = off",
    "set local enable_nestloop = off",
    "set local enable_mergejoin = off",
    # More where the server gives more.
    "select set_config('work_mem', '32MB', true)"
    " where pg_size_bytes(current_setting('work_mem')) < pg_size_bytes('32MB')",
)

__all__ = ["Check", "VerifyReport", "verify"]


def verify(
    target: Target, schema_final: str, schema_work: str, *, frozen: bool = False
) -> VerifyReport:
    """Check the laws of a finished run; a dry run has both schemas in one.

    Reads in two sessions side by side, on one snapshot, in transactions that the server keeps
    read-only; writes nothing, and holds no more in memory than a few thousand keys. Keys that came,
    went or changed since the capture are noted; with `frozen`, which says that nobody writes to the
    store, they fail. The application's own rows, in tables it made, are noted as well.

    Raises KvError when the database cannot be reached. A check the server refuses (no table, no
    right) is one that could not run, and fails the report.
    """
    with (
        connect(target, read_only=True) as connection,
        connect(target, read_only=True) as beside,
        ThreadPoolExecutor(max_workers=1) as pool,
    ):
        _begin(connection)
        scope = Scope(connection, target, schema_final, schema_work, frozen)
        (snapshot,) = scope.row("select pg_export_snapshot()")
        _begin(beside, snapshot)
        # Totals and records take about as long as all the others.
        second = Scope(beside, target, schema_final, schema_work, frozen)
        others = pool.submit(lambda: (tuple(_structure(second)), tuple(check_round_trip(second))))
        try:
            by_column = (*check_records(scope), *check_totals(scope))
        except BaseException:
            beside.cancel()
            raise
        structure, round_trip = others.result()
        return VerifyReport((*structure, *by_column, *round_trip))


def _structure(scope: Scope) -> Iterator[Check]:
    yield from check_keys(scope)
    yield from check_rows(scope)
    yield from check_application(scope)
    yield from check_links(scope)
    yield from check_constraints(scope)


def _begin(connection: psycopg.Connection, snapshot: str = "") -> None:
    """Begin the transaction of a session, on the snapshot of another one where it is given."""
    connection.isolation_level = IsolationLevel.REPEATABLE_READ
    if snapshot:
        connection.execute(sql.SQL("set transaction snapshot {}").format(sql.Literal(snapshot)))
    for setting in _PLANNING:
        connection.execute(setting)
