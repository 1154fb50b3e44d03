"""The tasks `backup` and `restore`; what they do is the package `scripts.backup`."""

from __future__ import annotations

from invoke import Context, task

from scripts.task_support import friendly, helped, target_of


@task(
    help=helped(
        "target",
        "json",
        "verbose",
        out="the folder in which backups lie (or KV_BACKUPS_DIR; `backups` by default)",
        keep="how many of this target always stay (or KV_BACKUPS_KEEP; 3), whatever their age",
    )
)
@friendly
def backup(
    _: Context,
    target: str = "embedded",
    out: str = "",
    keep: str = "",
    json: bool = False,
    verbose: bool = False,
) -> int:
    """Back up the store, the six tables and our own, all of one moment, to a folder of files.

    Reads only, in one transaction. Older backups of the target go after KV_BACKUPS_DAYS (30) days.
    The files hold everything the tables hold: keep them where only you can read.
    """
    from scripts import backup as job
    from scripts import console

    done = job.backup(target_of(target), out=out, keep=keep)
    if json:
        console.print_json(done.as_dict())
        return 0
    console.table(
        f"Backup {done.folder}",
        ["table", "rows", "bytes"],
        [[part.table.full_name, part.rows, part.bytes] for part in done.manifest.tables],
    )
    for note in done.manifest.notes:
        console.say(f"Not in the backup: {note}")
    for name in done.pruned:
        console.say(f"Deleted the old backup {name}.")
    console.say(f"Done in {done.seconds:.1f} s. Restore it with: invoke restore {done.folder}")
    return 0


@task(
    positional=["folder"],
    help=helped(
        "target",
        "json",
        "verbose",
        folder="the backup: its folder, or its name among the backups",
        beside="make all its tables in this one schema, which must be new",
        replace="exchange the rows of tables that are there; their definitions stay",
    ),
)
@friendly
def restore(
    _: Context,
    folder: str,
    target: str = "embedded",
    beside: str = "",
    replace: bool = False,
    json: bool = False,
    verbose: bool = False,
) -> int:
    """Restore a backup, after it was checked whole: all of it in one transaction, or nothing.

    Makes the tables that are not there. Never on a protected target; drops and truncates nothing.
    """
    from scripts import console
    from scripts.backup.restore import restore as job

    done = job(folder, target_of(target), beside=beside, replace=replace)
    if json:
        console.print_json(done.as_dict())
        return 0
    console.table(
        f"Restored {done.backup}",
        ["table", "rows", ""],
        [
            [name, rows, "rows exchanged" if name in done.replaced else "made"]
            for name, rows in done.tables
        ],
    )
    for note in done.notes:
        console.say(note)
    console.say(
        f"Done in {done.seconds:.1f} s: every table was read back and has the rows of the backup."
    )
    return 0
