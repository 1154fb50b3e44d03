"""The task `purge`; what it does is the module `scripts.purge`."""

from __future__ import annotations

from invoke import Context, task

from scripts.task_support import friendly, helped, target_of


@task(
    help=helped(
        "target",
        "json",
        "verbose",
        run="the run whose copies go; `invoke history` names them",
        all="of all runs",
        yes="do it; without this only what would go is shown",
    )
)
@friendly
def purge(
    _: Context,
    target: str = "embedded",
    run: str = "",
    all: bool = False,
    yes: bool = False,
    json: bool = False,
    verbose: bool = False,
) -> int:
    """Remove our copies of personal data after sign-off; a preview unless --yes is given.

    Empties what kv_to_tables keeps of documents and of replaced rows, in one transaction; never the
    six tables or the store. Afterwards a rollback can no longer restore replaced rows.
    """
    from scripts import purge as job

    found = job.purge(target_of(target), run, everything=all, yes=yes)
    job.print_purge(found, as_json=json)
    return 0
