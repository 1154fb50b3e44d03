"""One structured log file per run: JSON lines, readable by its owner alone, without values."""

from __future__ import annotations

import json
import os
import secrets
from datetime import UTC, datetime
from pathlib import Path
from typing import TextIO

from scripts.settings import ROOT


def new_run_id() -> str:
    """Give a run its number: the moment it began in UTC, and four random digits."""
    return f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}-{secrets.token_hex(2)}"


class RunLog:
    """The log of one run: `<run>.jsonl` in KV_RUNS_DIR, by default `runs` in the project folder.

    Whoever writes an event passes counts, names and times only, never what a document says.
    """

    def __init__(self, run_id: str, folder: Path | None = None) -> None:
        """Create the folder (0700) and the file (0600)."""
        folder = folder or Path(os.environ.get("KV_RUNS_DIR", ROOT / "runs"))
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.path = folder / f"{run_id}.jsonl"
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
