"""A run in a process of its own, to be killed, interrupted or starved, and what must hold afterwards."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from helpers import all_rows, ledger, rows, run

from scripts.connection import connect
from scripts.settings import ROOT, Target, variables_of


def environment(target: Target, name: str = "DEV", **more: str) -> dict[str, str]:
    """Give the environment in which the target of that name is this one."""
    return {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        **variables_of(target, name),
        **more,
    }


@dataclass
class Driver:
    """`invoke` in a process group of its own, with its output in a file."""

    process: subprocess.Popen[bytes]
    output: Path
    runs: Path

    @property
    def said(self) -> str:
        """Give what it has printed so far."""
        return self.output.read_text(encoding="utf-8", errors="replace")

    def events(self) -> list[dict[str, Any]]:
        """Read the log of the run it is in; none before there is one."""
        logs = [path for path in sorted(self.runs.glob("*.jsonl")) if path.name[0].isdigit()]
        if not logs:
            return []
        lines = logs[-1].read_text(encoding="utf-8").splitlines()
        return [json.loads(line) for line in lines if line.endswith("}")]

    def wait_until(self, what: Callable[[list[dict[str, Any]]], bool], seconds: int = 120) -> bool:
        """Wait until the log says so; False where it ended before."""
        for _ in range(seconds * 50):
            if what(self.events()):
                return True
            if self.process.poll() is not None:
                return False
            time.sleep(0.02)
        raise AssertionError(f"nothing in {seconds} s: {self.said}")

    def wait_for_nodes(self, count: int) -> bool:
        """Wait until so many nodes of the build are finished."""
        return self.wait_until(
            lambda events: sum(event["event"] == "node" for event in events) >= count
        )

    def kill(self, sign: int = signal.SIGKILL) -> int:
        """Send a signal to the process alone, as a user or an out-of-memory killer does."""
        os.kill(self.process.pid, sign)
        return self.process.wait(timeout=120)

    def end(self, seconds: int = 300) -> int:
        """Wait for its end; give its exit code."""
        return self.process.wait(timeout=seconds)


def start(
    target: Target, folder: Path, *arguments: str, project: Path = ROOT, **more: str
) -> Driver:
    """Start `invoke` on the target called dev, with runs and backups in `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
        # A shell starts what it puts into the background deaf to an interrupt, and so its children.
        signal.signal(signal.SIGINT, signal.default_int_handler)
    output, runs_folder = folder / "output.txt", folder / "runs"
    with output.open("wb") as file:
        process = subprocess.Popen(
            [sys.executable, "-m", "invoke", *arguments, "--target=dev"],
            cwd=project,
            env=environment(
                target,
                **{
                    "PYTHONPATH": str(project),
                    "KV_RUNS_DIR": str(runs_folder),
                    "KV_BACKUPS_DIR": str(folder / "backups"),
                    **more,
                },
            ),
            stdout=file,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )
    return Driver(process, output, runs_folder)


def state(target: Target) -> dict[str, Any]:
    """Give what a clean run leaves: every row of the six tables, and the ledger."""
    with connect(target, read_only=True) as connection:
        return {**all_rows(target), "ledger": ledger(connection, target.work_schema)}


def assert_recovered(target: Target, wanted: dict[str, Any]) -> None:
    """Run again, and compare with a clean run; every key in one class, no statement left behind."""
    outcome = run(target, judge=True)
    assert outcome.failures == []
    found = state(target)
    for name, content in wanted.items():
        assert found[name] == content, name
    assert rows(
        target,
        "select count(*) from public.kv_store_6fcaeea3 full join kv_to_tables.key_ledger"
        ' on key collate "C" = source_key where key is null or source_key is null',
    ) == [(0,)]
    assert rows(target, "select count(*) from kv_to_tables.runs where outcome is null") == [(0,)]
