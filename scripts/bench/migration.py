"""One size measured: the floor, the earlier algorithm and our run, beside one another.

Our run is the command itself, in a process of its own, so that its start-up counts and its memory
can be read; the others run in a session of the bench.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from scripts import notice
from scripts.bench.earlier import run_earlier
from scripts.bench.floor import run_floor
from scripts.bench.memory import ServerMemory
from scripts.bench.store import make_store
from scripts.connection import connect, conninfo
from scripts.errors import KvError
from scripts.settings import ROOT, Target, variables_of

_DATABASE = "kv_bench"
# Its reads are one by one: at a million documents it takes minutes and says nothing new.
_EARLIER_LIMIT = 100_000


@dataclass(frozen=True)
class Command:
    """One command of ours: seconds as a whole and by phase, peak memory in MiB, rows written."""

    seconds: float
    phases: dict[str, float]
    driver_mib: float
    server_mib: float
    rows_written: int


@dataclass(frozen=True)
class Measured:
    """What was measured at one size; seconds everywhere."""

    documents: int
    floor: dict[str, float]
    first: Command
    second: Command
    earlier: float | None = None

    @property
    def floor_seconds(self) -> float:
        """Give the floor as a whole."""
        return sum(self.floor.values())

    @property
    def ratios(self) -> dict[str, float]:
        """Give the figures that count, each by what it is a ratio of."""
        floor, phases = self.floor_seconds, self.first.phases
        build, proof = phases["build"], phases["verify"]
        ratios = {
            "build / floor": build / floor,
            "build and round trip / floor": (build + proof) / floor,
            "expectations / floor": phases["expectations"] / floor,
            "whole command / floor": self.first.seconds / floor,
            "second build / first build": self.second.phases["build"] / build,
        }
        if self.earlier:
            ratios["whole command / earlier script"] = self.first.seconds / self.earlier
        return {name: round(value, 2) for name, value in ratios.items()}

    def as_dict(self) -> dict[str, object]:
        """Give all of it as plain dicts, for JSON."""
        return {**asdict(self), "floor_seconds": self.floor_seconds, "ratios": self.ratios}


def measure(server: Target, documents: int) -> Measured:
    """Measure one size in a database of the bench's own on the server of a target.

    Creates the database `kv_bench` and drops it afterwards; the target's own is not looked at. The
    floor runs before ours and after it, and the quicker one counts: that is the harder measure.

    Raises KvError where one of our runs fails, or the first does not write every document.
    """
    with scratch(server) as target, connect(target, autocommit=True) as connection:
        make_store(connection, target, documents)
        floors = [run_floor(connection, target)]
        earlier = run_earlier(connection, target) if documents <= _EARLIER_LIMIT else None
        first, second = run_command(target), run_command(target)
        floors.append(run_floor(connection, target))
    if first.rows_written != documents:
        raise KvError(
            f"The run wrote {first.rows_written:,} rows for {documents:,} clean documents.",
            "See whether `seeds/` still maps the keys and words that scripts/bench/store.py makes.",
        )
    floor = min(floors, key=lambda one: sum(one.values()))
    return Measured(documents, floor, first, second, earlier)


@contextmanager
def scratch(server: Target) -> Iterator[Target]:
    """Make the database of the bench, and drop it."""
    name = sql.Identifier(_DATABASE)
    with psycopg.connect(conninfo(server), autocommit=True) as connection:
        drop = sql.SQL("drop database if exists {} with (force)").format(name)
        connection.execute(drop)
        connection.execute(sql.SQL("create database {} template template0").format(name))
        try:
            yield replace(server, dbname=_DATABASE)
        finally:
            connection.execute(drop)


def run_command(target: Target) -> Command:
    """Run the whole command once, without a backup, and read what it says of itself."""
    with tempfile.TemporaryDirectory() as folder:
        printed = Path(folder) / "printed.json"
        environment = {
            **os.environ,
            **variables_of(target, "dev"),
            "KV_RUNS_DIR": folder,
            # The store is one of production, and its runs are nobody's news.
            "KV_DEV_ENVIRONMENT": "production",
            "KV_DEV_DEFAULT_ENVIRONMENT": "production",
            notice.VARIABLE: "",
        }
        command = [sys.executable, "-m", "invoke", "migrate", "--target=dev", "--no-backup"]
        with printed.open("wb") as output, ServerMemory(target) as server:
            start = time.monotonic()
            process = subprocess.Popen(
                [*command, "--json"], cwd=ROOT, env=environment, stdout=output
            )
            _, status, usage = os.wait4(process.pid, 0)
            seconds = time.monotonic() - start
            process.returncode = os.waitstatus_to_exitcode(status)
        said: dict[str, Any] = json.loads(printed.read_text() or "{}")
    if process.returncode:
        raise KvError(
            f"The measured run ended with {process.returncode}: {said.get('failures')}.",
            "Run `invoke migrate` on a store of your own to see what is wrong.",
        )
    written = sum(one["inserted"] + one["updated"] for one in said["ledger"]["entities"])
    return Command(
        round(seconds, 2),
        said["seconds"],
        round(usage.ru_maxrss / 1024, 1),
        round(server.peak_mib, 1),
        written,
    )
