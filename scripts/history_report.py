"""The run history as one table: when, what, on which target, by which code, and how it ended."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime

from scripts import console, history
from scripts.errors import UsageError
from scripts.settings import check_target_name

_COUNTS_SHOWN = 4
_COLUMNS = ["when (UTC)", "step", "target", "run", "outcome", "code hash", "what"]


def chosen_steps(target: str = "", limit: str = "20") -> list[history.Step]:
    """Read the newest steps, of all targets or of one, oldest first; reads the history file alone.

    A copy is a step of both its targets. Raises UsageError for a target or number there cannot be,
    and KvError for a history that cannot be read.
    """
    if not limit.isdecimal() or not int(limit):
        raise UsageError(f"--limit={limit} is not a number of steps.", "Use 1 or more.")
    found = history.steps()
    if target:
        check_target_name(target)
        found = [step for step in found if target in targets_of(step)]
    return found[-int(limit) :]


def targets_of(step: history.Step) -> set[str]:
    """Give the targets a step read or wrote: one, or both of a copy."""
    named = (step.target, step.options.get("source"), step.options.get("target"))
    return {name for name in named if isinstance(name, str) and name}


def print_history(steps: list[history.Step], *, as_json: bool) -> None:
    """Print the steps as one table, or as JSON with all that is known of each."""
    if as_json:
        console.print_json([asdict(step) for step in steps])
    elif not steps:
        console.say(f"There is no step yet in {history.history_file()}.")
    else:
        console.table("History", _COLUMNS, [_row(step) for step in steps])


def what_of(step: history.Step) -> str:
    """Say in a few words what a step did: its error, or its first counts that are not zero."""
    error = step.facts.get("error")
    if isinstance(error, str):
        return error
    counts: dict[str, object] = {}
    for name, value in step.facts.items():
        counts.update(value if isinstance(value, dict) else {name: value})
    words = [
        f"{value:,} {name.replace('_', ' ')}"
        for name, value in counts.items()
        if isinstance(value, int) and not isinstance(value, bool) and value
    ]
    return ", ".join(words[:_COUNTS_SHOWN])


def _row(step: history.Step) -> list[object]:
    try:
        moment = datetime.fromisoformat(step.started_at).astimezone(UTC)
        when = f"{moment:%Y-%m-%d %H:%M:%S}"
    except ValueError:
        when = step.started_at
    return [
        when,
        step.kind.replace("_", " "),
        " to ".join(filter(None, (_source(step), step.target))),
        step.run_id,
        step.outcome,
        step.code_version[:8],
        what_of(step),
    ]


def _source(step: history.Step) -> str:
    source = step.options.get("source")
    return source if isinstance(source, str) and source != step.target else ""
