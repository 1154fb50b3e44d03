"""The task `bench`; what it does is the package `scripts.bench`."""

from __future__ import annotations

from invoke import Context, task

from scripts.errors import UsageError
from scripts.task_support import friendly, helped, target_of


@task(
    help=helped(
        "target",
        "json",
        "verbose",
        sizes="how many documents, with commas between: 1000,10000,100000,1000000",
        out="where results go: a folder (bench in KV_RUNS_DIR), or the file of --here",
        queries="measure queries before and after a migration; 100000 documents by default",
        here="measure the queries on what the target itself has, as always on prod-copy",
    )
)
@friendly
def bench(
    _: Context,
    target: str = "embedded",
    sizes: str = "",
    queries: bool = False,
    here: bool = False,
    out: str = "",
    json: bool = False,
    verbose: bool = False,
) -> int:
    """Measure a migration beside the least PostgreSQL can do, or queries before and after it.

    Makes stores of clean documents on the target's server, in the database kv_bench, which it drops
    again; the target's own database is not looked at. Says of every ratio whether it is what is
    wanted; writes JSON and pictures (PNG, SVG). With --here, and on prod-copy, the queries are
    measured on the target's own store and tables instead, which are only read, and
    MIGRATION_TEST_RESULTS.md is written from them. A protected target is refused.
    """
    if here or target == "prod-copy":
        from scripts.bench.results import results_task

        return results_task(target_of(target), out, sizes, as_json=json)
    from scripts.bench import report
    from scripts.bench.queries.task import queries_task

    if queries and out:
        raise UsageError("--queries writes no file.", "Use --json, or --here for a results file.")
    # Before a server is started for nothing.
    wanted = report.sizes_of(sizes or ("100000" if queries else "1000,10000,100000"))
    if queries:
        return queries_task(target_of(target), wanted, as_json=json)
    return report.bench_task(target_of(target), wanted, out=out, as_json=json)
