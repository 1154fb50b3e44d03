"""Catch-up: run after run until the store is hardly ahead of the tables."""

from __future__ import annotations

import time
from collections.abc import Callable

from scripts import console
from scripts.connection import connect
from scripts.difference import Difference, difference
from scripts.errors import UsageError
from scripts.migrate import Options, Outcome, migrate
from scripts.run_account import may_begin
from scripts.settings import Target

Told = Callable[[Outcome, Difference], None]


def whole_number(name: str, text: str, default: int) -> int:
    """Read an option that is a whole number; raise UsageError that names it when it is none."""
    if not text:
        return default
    if not (text.isascii() and text.isdecimal()) or len(text) > 9:
        raise UsageError(f"--{name}={text} is no whole number.", "Use digits alone.")
    return int(text)


def watch(
    target: Target, options: Options, *, until: int, interval: int, told: Told | None = None
) -> Outcome:
    """Migrate again and again until at most `until` keys differ from the last run; give that run.

    Every run is one of its own, with its step in the history, and moves only what changed; between
    two runs it pauses `interval` seconds. A run that fails ends the watch. `told` hears of each run
    and of what the store is ahead by then.

    Raises UsageError for a dry run, which leaves nothing behind, and what `migrate` raises.
    """
    if options.dry_run:
        raise UsageError("--watch makes no sense for a dry run.", "Leave one of them out.")
    shape = may_begin(target, options)
    while True:
        outcome = migrate(target, options, shape=shape)
        with connect(target, read_only=True) as connection:
            ahead = difference(connection, target)
        if told:
            told(outcome, ahead)
        if outcome.failures or ahead.total <= until:
            return outcome
        time.sleep(interval)


def tell(outcome: Outcome, ahead: Difference) -> None:
    """Print one line about a run of a watch."""
    took = sum(outcome.seconds.values())
    console.say(f"Run {outcome.run_id} took {took:.1f} s; the store is ahead by {ahead}.\n")
