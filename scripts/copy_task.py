"""The task `copy`; what it does is the package `scripts.table_copy`."""

from __future__ import annotations

from invoke import Context, task

from scripts.task_support import friendly, helped, target_of


@task(
    help=helped(
        "json",
        "verbose",
        source="copy from this target, which is only read: prod (default), prod-copy, dev",
        target="copy into this one, which has none of the tables yet: prod-copy (default)",
        resume="go on with a copy that was interrupted",
        **{"rows-per-second": "read the source no faster; as fast as it goes by default"},
    )
)
@friendly
def copy(
    _: Context,
    source: str = "prod",
    target: str = "prod-copy",
    resume: bool = False,
    rows_per_second: str = "",
    json: bool = False,
    verbose: bool = False,
) -> int:
    """Copy the store and the six tables with their definitions to another database, by chunks.

    Never writes to the source. Each chunk is of one moment; for a copy of one moment as a whole use
    backup and restore. Exits with 1 where the copy is not what the source sent.
    """
    import re
    import time
    from dataclasses import asdict

    from scripts import console
    from scripts.errors import UsageError
    from scripts.table_copy import copy as job
    from scripts.table_copy.chunks import Pace

    if rows_per_second and not re.fullmatch(r"[1-9]\d{0,8}", rows_per_second):
        raise UsageError(
            f"--rows-per-second={rows_per_second} is not a number of rows.", "Use 1 or more."
        )
    said = time.monotonic()

    def watch(table: str, rows: int) -> None:
        nonlocal said
        if not json and (verbose or time.monotonic() - said > 5):
            said = time.monotonic()
            console.say(f"{table}: {rows:,} rows so far")

    pace = Pace(int(rows_per_second or 0))
    done = job(target_of(source), target_of(target), resume=resume, pace=pace, watch=watch)
    if json:
        console.print_json({**asdict(done), "exit_code": int(done.exit_code)})
        return int(done.exit_code)
    console.table(
        f"Copied from '{done.source}' to '{done.target}'",
        ["table", "rows copied", "rows in the source now", "state"],
        [[part["table"], part["rows"], part["source_rows"], part["state"]] for part in done.tables],
    )
    for note in done.notes:
        console.say(note)
    for failure in done.failures:
        console.complain(f"FAILED  {failure}")
    console.say(
        f"The copy is {'not complete' if done.failures else 'done'}, after {done.seconds:.1f} s;"
        " rows that changed in the source behind it are not in it."
    )
    return int(done.exit_code)
