"""The tasks of kv-to-tables: `invoke --list` names them, `invoke --help TASK` explains one.

Each task is thin: it reads its options, calls the package `scripts`, and exits with 0 (done), 1
(failed), 2 (wrong usage) or 3 (done with rejects). Everything heavy is imported inside a task.
"""

from __future__ import annotations

from invoke import Collection, Context, task

from scripts.backup_task import backup, restore
from scripts.census_task import census
from scripts.copy_task import copy
from scripts.cutover_task import cutover
from scripts.developer_tasks import docs, lint, schema, test
from scripts.history_task import history
from scripts.preflight_task import preflight
from scripts.purge_task import purge
from scripts.rejects_task import rejects
from scripts.server_tasks import db
from scripts.task_support import friendly, helped, target_of


@task(
    help=helped(
        "target",
        "verbose",
        "json",
        **{
            "dry-run": "do everything in an ephemeral schema and leave the database as it was",
            "batch-size": "rows per statement on tables that exist already",
            "max-rejects": "stop before the first final row when more are rejected: 20 or 2.5%",
            "skip-validation": "leave out the rules no constraint of the tables stands behind",
            "allow-unclassified": "go on although no pattern knows some keys",
            "on-conflict": "where the table's row differs: keep-table (default), newest, take-kv",
            "on-gone": "a row of ours whose record is no longer there: keep (default) or delete",
            "approved-by": "who approved it; needed, and recorded, for a protected target",
            "override-road": "a protected target without its rehearsal: the reason, recorded",
        },
        corrections="a file of corrections, laid over the documents (or KV_CORRECTIONS)",
        yes="needed for a protected target, whose name is then typed on standard input",
        watch="repeat until the store is ahead by no more than --until keys",
        until="with --watch: how many keys may differ in the end (default 0)",
        interval="with --watch: seconds between two runs (default 10)",
    )
)
@friendly
def migrate(
    _: Context,
    target: str = "embedded",
    dry_run: bool = False,
    batch_size: str = "",
    max_rejects: str = "",
    skip_validation: bool = False,
    allow_unclassified: bool = False,
    on_conflict: str = "",
    on_gone: str = "",
    corrections: str = "",
    approved_by: str = "",
    yes: bool = False,
    override_road: str = "",
    watch: bool = False,
    until: str = "",
    interval: str = "",
    verbose: bool = False,
    json: bool = False,
) -> int:
    """Take the store to the six tables, check them, and report what became of every key.

    Writes the final tables and the schema kv_to_tables; the store is only read. Run it again at any
    time: an unchanged store writes nothing. Exits with 3 when some records were rejected.
    A protected target needs its road finished, --approved-by, --yes and its name typed; see
    docs/production.md. --override-road="reason" goes on without the road, and is recorded.
    """
    from scripts import console
    from scripts import migrate as job

    options = job.Options(
        dry_run,
        batch_size,
        max_rejects,
        skip_validation,
        allow_unclassified,
        verbose,
        json,
        corrections,
        on_conflict,
        on_gone,
        approved_by,
        yes,
        override_road,
    ).checked()
    if watch:
        from scripts import watch as watching

        outcome = watching.watch(
            target_of(target),
            options,
            until=watching.whole_number("until", until, 0),
            interval=watching.whole_number("interval", interval, 10),
            told=None if json else watching.tell,
        )
    else:
        outcome = job.migrate(target_of(target), options)
    if json:
        console.print_json(outcome.as_dict())
    else:
        job.print_outcome(outcome, verbose=verbose)
    return outcome.exit_code


@task(
    help=helped(
        "target",
        "verbose",
        "json",
        confirm="do it; without this only what would go is shown",
        tables="only these, by commas; a selection that would orphan rows is refused",
        run="the run to take back: last (default), all, or its number",
        **{"include-edited": "also rows that somebody changed since the run wrote them"},
        yes="needed with --confirm for a protected target, whose name is then typed",
    )
)
@friendly
def rollback(
    _: Context,
    target: str = "embedded",
    confirm: bool = False,
    tables: str = "",
    run: str = "last",
    include_edited: bool = False,
    yes: bool = False,
    verbose: bool = False,
    json: bool = False,
) -> int:
    """Take back what a run wrote, child tables first; a preview unless --confirm is given.

    Deletes rows the run inserted, restores those it replaced, and drops tables it created that are
    empty then; what somebody touched since is spared and counted. One transaction.
    """
    from scripts import rollback as job

    steps = job.roll_back(
        target_of(target), tables, confirm=confirm, run=run, include_edited=include_edited, yes=yes
    )
    job.print_steps(steps, confirm=confirm, as_json=json)
    return 0


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
        documents="how many keys the store has (600 at least)",
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
    *(census, preflight, copy, migrate, verify, cutover, rejects, rollback, status, history),
    *(backup, restore, purge, sample, load),
    *(docs, schema, lint, test),
)
namespace.add_collection(db)
namespace.configure({"run": {"echo": False}})
