"""What `invoke --list` costs beside an invoke that has no tasks to list."""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from scripts.errors import KvError
from scripts.settings import ROOT

TURNS = 9


@dataclass(frozen=True)
class Listing:
    """Seconds of `invoke --list` here and bare; `over` is by how much ours is slower."""

    ours: float
    bare: float
    over: float


def measure_listing(turns: int = TURNS) -> Listing:
    """Run both one after the other, several times, and give the medians.

    `over` is the median of the differences within a turn: what else the machine does then slows
    both. Reads the project; writes an empty `tasks.py` to a folder that is gone afterwards.

    Raises KvError where `invoke --list` fails.
    """
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "tasks.py").touch()
        if _list(ROOT)[1]:  # and whatever is cached is cached now
            raise KvError("`invoke --list` fails.", "Run it to see why.")
        _list(Path(folder))
        pairs = [(_list(ROOT)[0], _list(Path(folder))[0]) for _ in range(turns)]
    return Listing(
        ours=round(statistics.median(ours for ours, _ in pairs), 3),
        bare=round(statistics.median(bare for _, bare in pairs), 3),
        over=round(statistics.median(ours - bare for ours, bare in pairs), 3),
    )


def _list(folder: Path) -> tuple[float, int]:
    """Give seconds and exit code; an empty collection has nothing to list, which is code 1."""
    start = time.monotonic()
    command = [sys.executable, "-m", "invoke", "--list"]
    code = subprocess.run(command, cwd=folder, capture_output=True).returncode
    return time.monotonic() - start, code
