"""A command of ours, run in a process of its own: its start-up counts, its memory can be read."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from scripts import notice
from scripts.bench.memory import ServerMemory
from scripts.errors import KvError
from scripts.settings import ROOT, Target, variables_of


@dataclass(frozen=True)
class Command:
    """One command: seconds from the start of its process to its end, peak memory in MiB.

    `own` are the seconds it says its work took, without start-up. Of a migration, `parts` and
    `phases` are its own account of its seconds, with `exit` for what came after it until the
    process was gone, and `rows_written` those of the six tables.
    """

    seconds: float
    driver_mib: float
    server_mib: float
    own: float = 0.0
    parts: dict[str, float] = field(default_factory=dict)
    phases: dict[str, float] = field(default_factory=dict)
    rows_written: int = 0

    @property
    def build(self) -> float:
        """Give the seconds of the build."""
        return self.parts["build"]


def run_migrate(target: Target, *flags: str) -> Command:
    """Run the whole migration once, without a backup, and read what it says of itself.

    Raises KvError where it fails.
    """
    return _run(target, "migrate", "--no-backup", *flags)


def run_backup(target: Target) -> Command:
    """Back up to a folder that is gone afterwards; raises KvError where that fails."""
    return _run(target, "backup")


def run_rollback(target: Target) -> Command:
    """Take back what the last run wrote, without a backup; raises KvError where that fails."""
    return _run(target, "rollback", "--confirm", "--no-backup")


def _run(target: Target, task: str, *flags: str) -> Command:
    with tempfile.TemporaryDirectory() as folder:
        printed = Path(folder) / "printed.json"
        environment = {
            **os.environ,
            **variables_of(target, "dev"),
            "KV_RUNS_DIR": folder,
            "KV_BACKUPS_DIR": str(Path(folder) / "backups"),
            # The store is one of production, and its runs are nobody's news.
            "KV_DEV_ENVIRONMENT": "production",
            "KV_DEV_DEFAULT_ENVIRONMENT": "production",
            notice.VARIABLE: "",
        }
        command = [sys.executable, "-m", "invoke", task, "--target=dev", *flags, "--json"]
        with printed.open("wb") as output, ServerMemory(target) as server:
            start = time.monotonic()
            process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=output)
            _, status, usage = os.wait4(process.pid, 0)
            seconds = time.monotonic() - start
            process.returncode = os.waitstatus_to_exitcode(status)
        said: dict[str, Any] = json.loads(printed.read_text() or "{}")
        if process.returncode:
            raise KvError(
                f"The measured {task} ended with {process.returncode}: {said.get('failures')}.",
                "Run `invoke migrate` on a store of your own to see what is wrong.",
            )
        own = _step_seconds(Path(folder))
    is_run = "ledger" in said
    entities = said["ledger"]["entities"] if is_run else []
    told = sum(said["phases"].values()) if is_run else 0.0
    return Command(
        seconds=round(seconds, 3),
        driver_mib=round(usage.ru_maxrss / _MAXRSS_UNITS, 1),
        server_mib=round(server.peak_mib, 1),
        own=round(own, 3),
        parts=said["seconds"] if is_run else {},
        phases={**said["phases"], "exit": round(seconds - told, 3)} if is_run else {},
        rows_written=sum(one["inserted"] + one["updated"] for one in entities),
    )


# getrusage(2): KiB on Linux, bytes on macOS.
_MAXRSS_UNITS = 1024**2 if sys.platform == "darwin" else 1024


def _step_seconds(folder: Path) -> float:
    """Give the seconds of the last step in the history: what the command did, nothing around it."""
    step = json.loads((folder / "history.jsonl").read_text(encoding="utf-8").splitlines()[-1])
    begun, ended = (datetime.fromisoformat(step[name]) for name in ("started_at", "finished_at"))
    return (ended - begun).total_seconds()
