"""The task `rejects`; what it does is the module `scripts.rejects`."""

from __future__ import annotations

from invoke import Context, task

from scripts.task_support import friendly, helped, target_of


@task(
    help=helped(
        "target",
        "json",
        write="write a corrections file to fill in, for its owner's eyes",
        verbose="show every reason and root, and the traceback of an error",
    )
)
@friendly
def rejects(
    _: Context, target: str = "embedded", write: str = "", json: bool = False, verbose: bool = False
) -> int:
    """Show what the last run rejected, by reason and root cause, with what would mend each.

    Fill in the file of --write and give it to `migrate --corrections`: the rejects are judged
    anew, and the store stays as it is. Reads only.
    """
    from pathlib import Path

    from scripts import console
    from scripts import rejects as job

    found = job.read_rejects(target_of(target))
    lines = job.write_template(found, Path(write)) if write else 0
    if json:
        console.print_json(found.as_dict())
    else:
        job.print_rejects(found, verbose=verbose)
        if write:
            console.say(
                f"Wrote {lines:,} lines to {write}, one for each field that a correction can mend:"
                " a record may need several, and one that waits for another needs none. Fill in"
                f" `value`, then run `invoke migrate --corrections={write}`."
            )
    return 0
