"""The task `report`; what it does is the module `scripts.team_report`."""

from __future__ import annotations

import sys

from invoke import Context, task

from scripts.task_support import friendly, helped, target_of


@task(
    help=helped(
        "target",
        format="markdown (default) or json",
        out="write a file instead of printing; one that is there is replaced",
        verbose="show the traceback of an error",
    )
)
@friendly
def report(
    _: Context,
    target: str = "embedded",
    format: str = "markdown",
    out: str = "",
    verbose: bool = False,
) -> int:
    """Fill in the team's status template: what was done, counts, next step, blockers.

    From the last run, its log and the history; no value of a document is in it. Reads only.
    """
    import json

    from scripts import console
    from scripts.errors import UsageError
    from scripts.private_file import write_private
    from scripts.team_report import make_report
    from scripts.team_report_markdown import markdown

    if format not in ("markdown", "json"):
        raise UsageError(f"--format={format} is unknown.", "Use markdown or json.")
    found = make_report(target_of(target))
    if format == "json":
        text = json.dumps(found.as_dict(), indent=2, ensure_ascii=False, default=str) + "\n"
    else:
        text = markdown(found)
    if out:
        write_private(out, text)
        console.say(f"Wrote {out}.")
    else:
        sys.stdout.write(text)
    return 0
