"""The tasks `db …`: the embedded server, and the connection of any target."""

from __future__ import annotations

import os
import shlex
import shutil

from invoke import Collection, Context, task

from scripts.task_support import friendly, helped, target_of


@task
@friendly
def start(_: Context) -> int:
    """Start the embedded server; it stays up until `invoke db.stop`."""
    from scripts import console, embedded

    server = embedded.ensure_running()
    console.say(f"PostgreSQL {server.major} is running in {server.data_dir}.")
    return 0


@task
@friendly
def stop(_: Context) -> int:
    """Stop the embedded server; its data stay."""
    from scripts import console, embedded

    console.say("Stopped." if embedded.stop() else "It was not running.")
    return 0


@task(help={"yes": "do not ask: the embedded database and all that is in it goes"})
@friendly
def reset(_: Context, yes: bool = False) -> int:
    """Delete the embedded database, and only that one; `--yes` is needed."""
    from scripts import console, embedded
    from scripts.errors import UsageError

    if not yes:
        raise UsageError(
            "This deletes the embedded database and all that is in it.", "Repeat with --yes."
        )
    embedded.reset()
    console.say("The embedded database is gone.")
    return 0


@task(help=helped("target"))
@friendly
def url(_: Context, target: str = "embedded") -> int:
    """Print the target's libpq connection string, without its password."""
    import sys

    from scripts.connection import conninfo

    sys.stdout.write(conninfo(target_of(target), with_password=False) + "\n")
    return 0


@task
@friendly
def env(_: Context) -> int:
    """Print the variables of the embedded server for a shell: eval "$(invoke db.env)"."""
    import sys

    from scripts import embedded

    variables = embedded.export_environment(embedded.ensure_running())
    for name, value in variables.items():
        sys.stdout.write(f"export {name}={shlex.quote(value)}\n")
    return 0


@task(help=helped("target"))
@friendly
def psql(_: Context, target: str = "embedded") -> int:
    """Open psql on a target; the wheel brings one for the embedded server."""
    from scripts import embedded
    from scripts.connection import conninfo
    from scripts.errors import KvError

    place = target_of(target)
    program = shutil.which("psql") or str(embedded.program("psql"))
    if not os.access(program, os.X_OK):
        raise KvError("There is no psql.", "Install PostgreSQL's client programs.")
    if place.password:
        os.environ["PGPASSWORD"] = place.password
    os.execv(program, [program, conninfo(place, with_password=False)])  # noqa: S606 - a list, no shell


db = Collection("db", start, stop, reset, url, env, psql)
