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
    )
)
@friendly
def bench(
    _: Context,
    target: str = "embedded",
    sizes: str = "1000,10000,100000",
    json: bool = False,
    verbose: bool = False,
) -> int:
    """Measure a migration beside the least PostgreSQL can do, in a database of its own.

    Makes stores of clean documents on the target's server, in the database kv_bench, which it drops
    again; the target's own database is not looked at. A protected target is refused.
    """
    from scripts.bench import report

    return report.bench_task(target_of(target), sizes, as_json=json)
