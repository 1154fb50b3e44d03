"""One structured log file per run: JSON lines, readable by its owner alone, without values."""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TextIO

from scripts.settings import ROOT


def new_run_id() -> str:
    """Give a run its number: the moment it began in UTC, and four random digits."""
    return f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}-{secrets.token_hex(2)}"


def log_file(run_id: str, folder: Path | None = None) -> Path:
    """Give the place of the log of a run: KV_RUNS_DIR, by default `runs` in the project folder.

    A run's number may come from a database: only its last part names the file.
    """
    folder = folder or Path(os.environ.get("KV_RUNS_DIR", ROOT / "runs"))
    return folder / f"{Path(run_id).name}.jsonl"


def logged(run_id: str) -> Iterator[dict[str, Any]]:
    """Read the events of a run in their order; none where its log is not on this machine.

    A line that is no event is passed over: the last one of a run at work may be half written.
    """
    try:
        lines = log_file(run_id).read_text(encoding="utf-8").splitlines()
    except OSError:
        return
    for line in lines:
        try:
            event = json.loads(line)
        except ValueError:
            continue
        if isinstance(event, dict):
            yield event


class RunLog:
    """The log of one run: `<run>.jsonl` in KV_RUNS_DIR, by default `runs` in the project folder.

    Whoever writes an event passes counts, names and times only, never what a document says.
    """

    def __init__(self, run_id: str, folder: Path | None = None) -> None:
        """Create the folder (0700) and the file (0600)."""
        self.path = log_file(run_id, folder)
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        self._file: TextIO = os.fdopen(descriptor, "w", encoding="utf-8")

    def write(self, event: str, **facts: object) -> None:
        """Append one event with its moment, and flush it: a killed run leaves what it did.

        In one piece, because the threads of a build write at once.
        """
        moment = datetime.now(UTC).isoformat(timespec="milliseconds")
        line = json.dumps({"at": moment, "event": event, **facts}, default=str)
        self._file.write(line + "\n")
        self._file.flush()

    def close(self) -> None:
        """Close the file."""
        self._file.close()
