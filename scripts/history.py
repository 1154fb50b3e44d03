"""The run history: one line per step, in a file of the operator's that no database holds.

`preflight` reads only and `copy` never writes to its source, so what was done to a target cannot
stand in the target. The file `history.jsonl` lies in KV_RUNS_DIR (by default `runs`), is readable
by its owner alone, and holds names, counts, times and hashes, never a value of the store.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from scripts.errors import Exit, KvError
from scripts.run_log import new_run_id
from scripts.settings import ROOT

# What decides how a document becomes a row: another text here is another version of the code.
_CODE = (
    *("dbt_project.yml", "profiles.yml", "tasks.py", "requirements.lock.txt"),
    *("models", "macros", "seeds", "expectations", "scripts"),
)
_SUFFIXES = (".sql", ".yml", ".yaml", ".csv", ".json", ".py", ".txt", ".md")


@dataclass
class Step:
    """One step of the road: what was done to which target, by which code, and how it ended.

    `facts` are counts and names; `options` what the operator asked for; both as JSON has them.
    `outcome` is `done`, `rejects` or `failed`.
    """

    kind: str
    target: str
    run_id: str = field(default_factory=new_run_id)
    started_at: str = ""
    finished_at: str = ""
    outcome: str = "failed"
    code_version: str = ""
    store_shape: str = ""
    options: dict[str, object] = field(default_factory=dict)
    facts: dict[str, object] = field(default_factory=dict)


def history_file() -> Path:
    """Give the place of the history; the folder may not exist yet."""
    return Path(os.environ.get("KV_RUNS_DIR", ROOT / "runs")) / "history.jsonl"


@cache
def code_version() -> str:
    """Give the SHA-256 of every file that decides what a run does, names included; 16 digits."""
    digest = hashlib.sha256()
    for name in _CODE:
        place = ROOT / name
        files = sorted(place.rglob("*")) if place.is_dir() else [place]
        for file in files:
            if file.is_file() and file.suffix in _SUFFIXES:
                digest.update(str(file.relative_to(ROOT)).encode() + b"\0")
                digest.update(hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()[:16]


@contextmanager
def step(kind: str, target: str, **options: object) -> Iterator[Step]:
    """Write one step into the history when the body ends, also when it fails.

    The body sets `outcome` where it is not `done`, and adds facts. An error is written as `failed`
    and raised again. Appends one line in one write, so that two commands at once do not mix.
    """
    taken = Step(kind, target, options=options, code_version=code_version(), outcome="done")
    taken.started_at = _now()
    try:
        yield taken
    except BaseException as error:
        taken.outcome = "failed"
        taken.facts["error"] = error.message if isinstance(error, KvError) else type(error).__name__
        raise
    finally:
        taken.finished_at = _now()
        append(taken)


def outcome_of(code: int) -> str:
    """Give the word of an exit code: `done`, `rejects` or `failed`."""
    return {Exit.DONE: "done", Exit.REJECTS: "rejects"}.get(Exit(code), "failed")


def append(taken: Step) -> None:
    """Append a step to the history file; makes folder (0700) and file (0600)."""
    place = history_file()
    place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    line = json.dumps(asdict(taken), default=str, ensure_ascii=False) + "\n"
    descriptor = os.open(place, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        os.write(descriptor, line.encode())
    finally:
        os.close(descriptor)


def steps() -> list[Step]:
    """Read the history, oldest first; none where there is no file.

    Raises KvError, naming the line, where the file cannot be read: a history that was changed by
    hand proves nothing.
    """
    place = history_file()
    if not place.exists():
        return []
    found = []
    for number, line in enumerate(place.read_text(encoding="utf-8").splitlines(), start=1):
        try:
            found.append(Step(**json.loads(line)))
        except (ValueError, TypeError):
            raise KvError(
                f"Line {number} of {place} is no step of the history.",
                "Move the file away to begin a new history.",
            ) from None
    return found


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")
