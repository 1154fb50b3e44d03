"""The task `rollback`; what it does is the module `scripts.rollback`."""

from __future__ import annotations

from invoke import Context, task

from scripts.task_support import friendly, helped, target_of


@task(
    help=helped(
        "target",
        "verbose",
        "json",
        confirm="do it; without this only what would go is shown",
        tables="only these, by commas; a selection that would orphan rows is refused",
        run="the run to take back: last (default), all, or its number",
        **{
            "include-edited": "also rows that somebody changed since the run wrote them",
            "no-backup": "do not back up before; it is recorded",
        },
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
    no_backup: bool = False,
    verbose: bool = False,
    json: bool = False,
) -> int:
    """Take back what a run wrote, child tables first; a preview unless --confirm is given.

    Deletes rows the run inserted, restores those it replaced, and drops tables it created that are
    empty then; what somebody touched since is spared and counted. One transaction.
    """
    from scripts import rollback as job

    place = target_of(target)
    if not json:
        job.print_runs(place, run, confirm=confirm)
    steps = job.roll_back(
        place,
        tables,
        confirm=confirm,
        run=run,
        include_edited=include_edited,
        yes=yes,
        no_backup=no_backup,
    )
    job.print_steps(steps, confirm=confirm, as_json=json)
    return 0
