"""The account of a migration: the road before it, its step in the history, its notice."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

from scripts import history, notice, road
from scripts.connection import connect
from scripts.settings import Target
from scripts.store_shape import shape_of

if TYPE_CHECKING:
    from scripts.migrate import Options, Outcome

# What the operator sees, not what is done.
_NOT_KEPT = ("dry_run", "verbose", "as_json", "yes")


@dataclass
class Account:
    """The step of one run; `close` takes over how it ended."""

    step: history.Step

    def close(self, outcome: Outcome) -> None:
        """Take over exit code, number of failures and counts; nothing that quotes a document."""
        self.step.outcome = history.outcome_of(outcome.exit_code)
        self.step.facts.update(
            keys=outcome.keys,
            classes=_classes(outcome),
            inserted=_sum(outcome, "inserted"),
            updated=_sum(outcome, "updated"),
            corrections=outcome.corrections,
            failures=len(outcome.failures),
            exit_code=int(outcome.exit_code),
        )


def may_begin(target: Target, options: Options) -> str:
    """Let a run begin, or raise what `road.guard` raises; give the shape of the store.

    Reads the shape in a transaction of its own, the history, and for a protected target that is to
    be written standard input; writes nothing. Where no road leads over the target nobody compares
    its shape, and it is empty: it costs a pass over the store.
    """
    word = road.Word(options.approved_by, options.yes, options.override_road)
    is_guarded = target.protected and not options.dry_run
    if is_guarded:
        road.check_word(target, word)
    if not road.leads_over(target):
        return ""
    with connect(target, read_only=True) as connection:
        shape = shape_of(connection, target)
    if is_guarded:
        road.guard(target, word, shape)
    return shape


@contextmanager
def accounted(target: Target, options: Options, shape: str = "") -> Iterator[Account]:
    """Let a run begin, or not; then keep its step and tell how it ended, also when it failed.

    A shape that is given says that `may_begin` was asked before, once for several runs. Writes the
    history file.
    """
    shape = shape or may_begin(target, options)
    kind = "dry_run" if options.dry_run else "migrate"
    with notice.announced(kind, target.name, **_said(options)) as step:
        step.store_shape = shape
        yield Account(step)


def _said(options: Options) -> dict[str, object]:
    """Give the options that differ from what they are when nothing is said."""
    return {
        option.name: getattr(options, option.name)
        for option in fields(options)
        if option.name not in _NOT_KEPT and getattr(options, option.name) != option.default
    }


def _classes(outcome: Outcome) -> dict[str, int]:
    classes = outcome.ledger.classes if outcome.ledger else {}
    return {name: count for name, count in classes.items() if count}


def _sum(outcome: Outcome, name: str) -> int:
    entities = outcome.ledger.entities if outcome.ledger else []
    return sum(int(str(entity[name])) for entity in entities)
