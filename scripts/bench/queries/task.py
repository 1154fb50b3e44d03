"""The queries of a store of the bench's own, or of what a target has."""

from __future__ import annotations

from psycopg import IsolationLevel

from scripts import console
from scripts.bench.commands import run_migrate
from scripts.bench.migration import scratch
from scripts.bench.queries.measure import Queries, measure_queries
from scripts.bench.queries.report import as_dict, print_queries
from scripts.bench.queries.store import add_lists, make_query_store
from scripts.connection import connect
from scripts.errors import UsageError
from scripts.settings import Target


def queries_task(target: Target, sizes: list[int], *, as_json: bool) -> int:
    """Measure the queries at each size, print them when they are done, and give 0.

    Raises UsageError for a protected target.
    """
    if target.protected:
        raise UsageError(f"Target '{target.name}' is protected.", "Use embedded or dev.")
    found = []
    for documents in sizes:
        if not as_json:
            console.say(f"{documents:,} documents: the store, its run, the queries …")
        queries = measure_scratch(target, documents)
        found.append({"documents": documents, **as_dict(queries)})
        if not as_json:
            print_queries(queries)
    if as_json:
        console.print_json(found)
    return 0


def measure_scratch(server: Target, documents: int) -> Queries:
    """Measure the queries on a store of a wanted size, in a database of the bench's own.

    Creates the database `kv_bench` on the server of the target, migrates the store by our own
    command, adds the application's lists, and drops the database again. Raises KvError where the
    run fails.
    """
    with scratch(server) as target:
        with connect(target, autocommit=True) as connection:
            make_query_store(connection, target, documents)
            run_migrate(target)
            add_lists(connection, target)
        with connect(target, read_only=True) as connection:
            return measure_queries(connection, target, prepare=True)


def measure_target(target: Target) -> Queries:
    """Measure the queries on what a target has, in one transaction the server keeps read-only.

    Raises KvError where no run is finished there.
    """
    with connect(target, read_only=True) as connection:
        connection.isolation_level = IsolationLevel.REPEATABLE_READ
        return measure_queries(connection, target, prepare=False)
