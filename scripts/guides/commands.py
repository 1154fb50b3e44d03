"""The page of all tasks with their flags, read from the tasks themselves."""

from __future__ import annotations

from copy import copy
from typing import Any

from scripts.markdown import table


def tasks_of(collection: Any, prefix: str = "") -> dict[str, Any]:
    """Give a copy of every task of a collection and of those inside it, by its full name.

    A copy, because a task forgets its help texts once it was asked for its arguments.
    """
    found = {f"{prefix}{name}": _copy(task) for name, task in collection.tasks.items()}
    for name, inner in collection.collections.items():
        found |= tasks_of(inner, f"{prefix}{name}.")
    return found


def _copy(task: Any) -> Any:
    copied = copy(task)
    copied.help = dict(task.help)
    return copied


def page() -> str:
    """Write the page: the tasks in the order of the alphabet, each with its flags."""
    from tasks import namespace

    lines = [
        "# Every command and flag",
        "",
        "The same as `invoke --list` and `invoke --help TASK`, on one page. A flag that takes a",
        "value is written `--flag=…`. Exit codes: 0 done, 1 failed or a law broken, 2 wrong usage,",
        "3 done with rejects.",
        "",
        "Written by `invoke guides`.",
    ]
    for name, task in sorted(tasks_of(namespace).items()):
        summary = " ".join((task.__doc__ or "").split())
        lines += ["", f"## invoke {name}", "", summary]
        rows = [_row(argument) for argument in task.get_arguments()]
        if rows:
            lines += ["", table(["Flag", "What it does", "Without it"], sorted(rows))]
    return "\n".join(lines) + "\n"


def _row(argument: Any) -> list[str]:
    name = argument.name.replace("_", "-")
    if argument.positional:
        return [f"`{name.upper()}`", argument.help or "", "must be given"]
    if argument.kind is bool:
        return [f"`--{name}`", argument.help or "", "yes" if argument.default else "no"]
    return [f"`--{name}=…`", argument.help or "", str(argument.default) or "none"]
