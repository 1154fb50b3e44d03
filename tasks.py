"""The tasks of kv-to-tables: `invoke --list` names them, `invoke --help TASK` explains one.

Each task is thin: it reads its options, calls the package `scripts`, and exits with 0 (done), 1
(failed), 2 (wrong usage) or 3 (done with rejects). Everything heavy is imported inside a task.
"""

from __future__ import annotations

from invoke import Collection, Context, task

from scripts.backup_task import backup, restore
from scripts.bench_task import bench
from scripts.census_task import census
from scripts.copy_task import copy
from scripts.cutover_task import cutover
from scripts.developer_tasks import lint, schema, test
from scripts.docs_task import docs
from scripts.guides_task import guides
from scripts.history_task import history
from scripts.keys_task import keys
from scripts.migrate_task import migrate
from scripts.preflight_task import preflight
from scripts.purge_task import purge
from scripts.rejects_task import rejects
from scripts.report_task import report
from scripts.rollback_task import rollback
from scripts.server_tasks import db
from scripts.task_support import friendly, helped, target_of
from scripts.trace_task import trace


@task(help=helped("target", "verbose", "json"))
@friendly
def verify(_: Context, target: str = "embedded", verbose: bool = False, json: bool = False) -> int:
    """Prove the last run again, in SQL of its own: counts both ways, keys, constraints, totals.

    Runs `dbt test` and the expectations as well. Writes nothing.
    """
    from scripts import checks

    return checks.verify_task(target_of(target), verbose=verbose, as_json=json)


@task(help=helped("target", "verbose", "json", watch="every 2 seconds, until the run has ended"))
@friendly
def status(
    _: Context,
    target: str = "embedded",
    watch: bool = False,
    verbose: bool = False,
    json: bool = False,
) -> int:
    """Show the target, its store, its tables, the last runs, and how far a run at work is.

    In a second terminal: phase, models, batches, time left, and who keeps us waiting. Reads only.
    """
    from scripts import status as job

    return job.status_task(target_of(target), as_json=json, watch=watch)


@task(
    help=helped(
        "target",
        "verbose",
        documents="how many keys the store has (800 at least)",
        seed="the same number gives the same store, byte for byte",
        out="where the file goes; beside it <name>.expected.json",
        **{
            "file-only": "write the file and load nothing",
            "replace": "replace a store that is there",
        },
    )
)
@friendly
def sample(
    _: Context,
    target: str = "embedded",
    documents: str = "10000",
    seed: str = "1",
    out: str = "runs/sample.jsonl.gz",
    file_only: bool = False,
    replace: bool = False,
    verbose: bool = False,
) -> int:
    """Write a made-up store with known defects, and load it.

    The file beside it says what must become of each defect. Never on a protected target.
    """
    from scripts import store_tasks

    place = None if file_only else target_of(target)
    return store_tasks.sample_task(place, documents, seed, out, replace=replace)


@task(
    positional=["file"],
    help=helped(
        "target",
        "verbose",
        file='JSON lines {"key": ..., "value": ...}, plain or gzipped',
        replace="replace a store that is there",
    ),
)
@friendly
def load(
    _: Context, file: str, target: str = "embedded", replace: bool = False, verbose: bool = False
) -> int:
    """Load a dump of a key-value table, all of it or nothing; a bad line is named by its number."""
    from scripts import store_tasks

    return store_tasks.load_task(target_of(target), file, replace=replace)


namespace = Collection(
    *(census, preflight, copy, migrate, verify, cutover, rejects, keys, trace, rollback, status),
    *(history, report),
    *(backup, restore, purge, sample, load),
    *(docs, guides, schema, lint, bench, test),
)
namespace.add_collection(db)
namespace.configure({"run": {"echo": False}})
