"""The task `bench`; what it does is the package `scripts.bench`."""

from __future__ import annotations

from invoke import Context, task

from scripts.task_support import friendly, helped, target_of


@task(
    help=helped(
        "target",
        "json",
        "verbose",
        sizes="how many documents, with commas between: 1000,10000,100000,1000000",
        out="the folder for bench.json and the pictures (default: bench in KV_RUNS_DIR)",
    )
)
@friendly
def bench(
    _: Context,
    target: str = "embedded",
    sizes: str = "1000,10000,100000",
    out: str = "",
    json: bool = False,
    verbose: bool = False,
) -> int:
    """Measure a migration beside the least PostgreSQL can do, in a database of its own.

    Makes stores of clean documents on the target's server, in the database kv_bench, which it drops
    again; the target's own database is not looked at. A protected target is refused. Says of every
    ratio whether it is what is wanted; writes JSON and pictures (PNG, SVG).
    """
    from scripts.bench import report

    wanted = report.sizes_of(sizes)  # before a server is started for nothing
    return report.bench_task(target_of(target), wanted, out=out, as_json=json)
