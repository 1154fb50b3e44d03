"""The task `guides`: the generated parts of the documentation."""

from __future__ import annotations

from invoke import Context, task

from scripts.task_support import friendly, helped


def guides_task(*, check: bool) -> int:
    """Write the generated parts of the guides again, or name those that are not current.

    Reads the contracts, seeds, sources and tasks; writes below `docs/` and to no database. With
    `check` nothing is written, and 1 is given where something is not current.
    """
    from scripts import console, guides
    from scripts.settings import ROOT

    changed = guides.stale() if check else guides.write()
    for path in changed:
        console.say(f"{'Not current' if check else 'Wrote'}: {path.relative_to(ROOT)}")
    console.say(f"{len(changed)} files {'are not current' if check else 'were written'}.")
    return 1 if check and changed else 0


@task(help=helped("verbose", check="write nothing; 1 where something is not current"))
@friendly
def guides(_: Context, check: bool = False, verbose: bool = False) -> int:
    """Write the generated parts of docs again: commands, messages, reject codes, the tables."""
    return guides_task(check=check)
