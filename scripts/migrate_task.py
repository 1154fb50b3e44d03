"""The task `migrate`; what it does is the module `scripts.migrate`."""

from __future__ import annotations

from invoke import Context, task

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
            "no-backup": "do not back up before a live run; it is recorded",
        },
        full="judge every document again, also where nothing has changed since the last run",
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
    no_backup: bool = False,
    full: bool = False,
    watch: bool = False,
    until: str = "",
    interval: str = "",
    verbose: bool = False,
    json: bool = False,
) -> int:
    """Take the store to the six tables, check them, and report what became of every key.

    Writes the final tables and the schema kv_to_tables; the store is only read. Run it again at any
    time: where nothing has changed, its verdicts stand and are proved anew. Exits with 3 when some
    records were rejected.
    A protected target needs its road finished, --approved-by, --yes and its name typed; see
    docs/production.md. --override-road="reason" goes on without the road, and is recorded.
    """
    from scripts import console
    from scripts import migrate as job
    from scripts.phases import process_start

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
        no_backup,
        full,
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
        outcome = job.migrate(target_of(target), options, began=process_start())
    if json:
        console.print_json(outcome.as_dict())
    else:
        job.print_outcome(outcome, verbose=verbose)
    return outcome.exit_code
