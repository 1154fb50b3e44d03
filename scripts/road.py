"""The road to production: what must stand in the history before a protected target is written.

Everything is rehearsed on a copy first, with the same code and a store of the same shape, one step
after the other. docs/production.md tells it for the operator.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from scripts import console
from scripts.errors import KvError, UsageError
from scripts.history import Step, code_version, steps
from scripts.settings import PROTECTED, Target


@dataclass(frozen=True)
class Stage:
    """One stage of the road: which steps of the history are it, and the command that makes one."""

    name: str
    command: str
    is_it: Callable[[Step, str, str], bool]
    has_shape: bool = True


@dataclass(frozen=True)
class Missing:
    """A stage that is still to be done, the command for it, and why there is no proof of it."""

    stage: str
    command: str
    why: str


def copy_of(target_name: str) -> str:
    """Give the name of the target on which a protected one is rehearsed."""
    return f"{target_name}-copy"


def leads_over(target: Target) -> bool:
    """Say whether steps on a target count for a road: on a protected one, or on its copy."""
    return target.protected or target.name in map(copy_of, PROTECTED)


def _on_the_copy(kind: str) -> Callable[[Step, str, str], bool]:
    return lambda step, _, copy: step.kind == kind and step.target == copy


def _is_copy(step: Step, source: str, copy: str) -> bool:
    between = (step.options.get("source"), step.options.get("target", step.target))
    return step.kind == "copy" and between == (source, copy)


_FAILED = "it failed the last time"
# In this order. A dry run of the protected target itself says as much as one of its copy.
_STAGES = (
    Stage(
        "preflight",
        "invoke preflight --target={source}",
        lambda step, source, _: step.kind == "preflight" and step.target == source,
    ),
    Stage("copy", "invoke copy --source={source} --target={copy}", _is_copy),
    Stage(
        "dry run of the copy",
        "invoke migrate --target={copy} --dry-run",
        lambda step, source, copy: step.kind == "dry_run" and step.target in (source, copy),
    ),
    Stage("migration of the copy", "invoke migrate --target={copy}", _on_the_copy("migrate")),
    Stage(
        "verification of the copy",
        "invoke verify --target={copy}",
        _on_the_copy("verify"),
        has_shape=False,
    ),
    Stage(
        "rollback of the copy",
        "invoke rollback --target={copy} --confirm",
        lambda step, _, copy: step.kind == "rollback" and step.target == copy,
        has_shape=False,
    ),
)


def missing(history: list[Step], target_name: str, version: str, store_shape: str) -> list[Missing]:
    """Give the stages that the history, oldest first, does not prove, in the order to do them.

    A stage is proved by a step of it that ended `done` or with `rejects`, after the stage before
    it, with this version of the code and, where a step has one, on a store of this shape. A later
    step of the same stage that failed takes the proof away. What left rules out
    (`--skip-validation`) or took back a part only (`--tables`) proves nothing. Behind a stage that
    is missing all are.
    """
    source, copy = target_name, copy_of(target_name)
    found: list[Missing] = []
    since = datetime.min
    for stage in _STAGES:
        its_own = [step for step in history if stage.is_it(step, source, copy)]
        why = "the stage before it is still to be done" if found else ""
        if not why:
            why, since = _proof(its_own, stage, version, store_shape, since)
        if why:
            command = stage.command.format(source=source, copy=copy)
            found.append(Missing(stage.name, command, why))
    return found


def _proof(
    its_own: list[Step], stage: Stage, version: str, store_shape: str, since: datetime
) -> tuple[str, datetime]:
    """Give why no step proves the stage, or nothing and when the first one that does ended."""
    why, proved = "it was never done", None
    for step in its_own:
        fault = _fault(step, stage, version, store_shape, since)
        if not fault:
            proved = proved or _moment(step.finished_at)
        elif fault == _FAILED:
            why, proved = fault, None
        elif not proved:
            why = fault
    return ("", proved) if proved else (why, since)


def _fault(step: Step, stage: Stage, version: str, store_shape: str, since: datetime) -> str:
    """Say why a step proves nothing; an empty text when it does."""
    if step.code_version != version:
        return "it was done with another version of the code"
    if stage.has_shape and (not store_shape or step.store_shape != store_shape):
        return "it was done for a store of another shape"
    if step.outcome not in ("done", "rejects"):
        return _FAILED
    if step.options.get("skip_validation"):
        return "it was done with --skip-validation"
    if step.options.get("tables"):
        return "only a part was taken back"
    if _moment(step.started_at) < since:
        return "it was done before the stage that comes first"
    return ""


def _moment(text: str) -> datetime:
    """Read a moment of the history; one that cannot be read is before all others."""
    try:
        return datetime.fromisoformat(text).replace(tzinfo=None)
    except ValueError:
        return datetime.min


@dataclass(frozen=True)
class Word:
    """What the operator said on the command line about writing a protected target."""

    approved_by: str = ""
    yes: bool = False
    override: str = ""


def check_word(target: Target, word: Word) -> None:
    """Raise UsageError when a migration of this target lacks `--approved-by` or `--yes`."""
    if target.protected and not word.approved_by.strip():
        raise UsageError(
            f"The target '{target.name}' is protected, and nobody is named who approved this.",
            "Say --approved-by=NAME.",
        )
    check_yes(target, yes=word.yes)


def guard(target: Target, word: Word, store_shape: str) -> None:
    """Let a migration of a protected target begin, or raise; reads the history and standard input.

    Raises KvError (exit code 1) when stages are missing, having named each with its command, and
    UsageError (exit code 2) when the target's name is not typed. With an override the missing
    stages are a warning.
    """
    still_missing = missing(steps(), target.name, code_version(), store_shape)
    for number, stage in enumerate(still_missing, start=1):
        console.complain(f"{number}. {stage.stage}: {stage.why}\n   {stage.command}")
    if still_missing and not word.override.strip():
        raise KvError(
            f"The road to '{target.name}' is not finished: {len(still_missing)} steps are missing.",
            "Do them in this order, then repeat the command (docs/production.md).",
        )
    if still_missing:
        console.complain("WARNING  The road is overridden; the reason is kept in the history.")
    check_typed_name(target)


def check_yes(target: Target, *, yes: bool) -> None:
    """Raise UsageError when `--yes` is missing for a target that is protected."""
    if target.protected and not yes:
        raise UsageError(
            f"The target '{target.name}' is protected; nothing was done.",
            "Repeat with --yes, and type the target's name when asked.",
        )


def check_typed_name(target: Target) -> None:
    """Ask for a protected target's name on standard input, also from a pipe.

    Raises UsageError when anything else comes, or nothing. Other targets are not asked about.
    """
    if not target.protected:
        return
    sys.stderr.write(f"Type the name of the target, {target.name}, to go on: ")
    sys.stderr.flush()
    typed = sys.stdin.readline().strip()
    if not sys.stdin.isatty():
        sys.stderr.write("\n")  # a pipe does not end the line of the question
    if typed != target.name:
        raise UsageError(
            f"The name of the target '{target.name}' was not typed; nothing was done.",
            "Repeat the command and type it.",
        )
