"""The task `history`; what it does is the module `scripts.history_report`."""

from __future__ import annotations

from invoke import Context, task

from scripts.task_support import friendly, helped


@task(
    help=helped(
        "json",
        target="only the steps of this target",
        limit="how many steps, the newest (20)",
        verbose="show the traceback of an error",
    )
)
@friendly
def history(
    _: Context, target: str = "", limit: str = "20", json: bool = False, verbose: bool = False
) -> int:
    """Show what was done to which target, when, by which code, and how it ended; newest last.

    Reads `history.jsonl` in KV_RUNS_DIR (`runs`); connects to no database.
    """
    from scripts.history_report import chosen_steps, print_history

    print_history(chosen_steps(target, limit), as_json=json)
    return 0
