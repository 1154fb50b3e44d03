"""The task `trace`; what it does is the package `scripts.trace`."""

from __future__ import annotations

import sys

from invoke import Context, task

from scripts.task_support import friendly, helped, target_of


@task(
    positional=["key"],
    help=helped(
        "target",
        "json",
        key="a key of the store, an element of a list (gifts:all:1), or the id of a final row",
        verbose="show also columns without a value, and the traceback of an error",
        **{"show-values": "show personal data, on a terminal only; secrets never"},
    ),
)
@friendly
def trace(
    _: Context,
    key: str,
    target: str = "embedded",
    show_values: bool = False,
    json: bool = False,
    verbose: bool = False,
) -> int:
    """Show what became of one key: document, class, staging, verdict, row, changes, rebuilt.

    Personal data is masked unless --show-values, secrets always. Reads only. An unknown key is
    exit code 2, with the keys that are near.
    """
    from scripts import console
    from scripts.errors import UsageError
    from scripts.trace import read_trace
    from scripts.trace.terminal import print_journey

    if show_values and not sys.stdout.isatty():
        raise UsageError(
            "--show-values shows personal data, and the output is no terminal.",
            "Leave it out: values are masked then.",
        )
    journey = read_trace(target_of(target), key, show_persons=show_values)
    if json:
        console.print_json(journey.as_dict())
    else:
        print_journey(journey, verbose=verbose)
    return 0
