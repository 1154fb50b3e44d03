"""One size measured: the floor, the earlier algorithm and our commands, beside one another.

Our commands run in processes of their own (scripts/bench/commands.py); the others in a session of
the bench.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace

import psycopg
from psycopg import sql

from scripts.bench.bare import bare_deletes, copy_to_gzip
from scripts.bench.commands import Command, run_backup, run_migrate, run_rollback
from scripts.bench.earlier import run_earlier
from scripts.bench.floor import run_floor
from scripts.bench.store import make_store
from scripts.connection import connect, conninfo
from scripts.errors import KvError
from scripts.settings import Target

_DATABASE = "kv_bench"
# Its reads are one by one: at a million documents it takes minutes and says nothing new.
EARLIER_LIMIT = 100_000


@dataclass(frozen=True)
class Measured:
    """What was measured at one size; seconds everywhere.

    `copy` is one COPY of the store to gzip, `deletes` are the bare deletes; `first` and `second`
    are two live runs one after the other, of which the second finds nothing to do.
    """

    documents: int
    floor: dict[str, float]
    copy: float
    deletes: float
    dry_run: Command
    backup: Command
    first: Command
    second: Command
    rollback: Command
    earlier: float | None = None

    @property
    def floor_seconds(self) -> float:
        """Give the floor as a whole."""
        return sum(self.floor.values())

    @property
    def documents_per_second(self) -> dict[str, float]:
        """Give how many documents each way takes in a second."""
        seconds = {
            "floor": self.floor_seconds,
            "build": self.first.build,
            "whole command": self.first.seconds,
        }
        if self.earlier:
            seconds["earlier script"] = self.earlier
        return {name: round(self.documents / value, 1) for name, value in seconds.items()}

    @property
    def ratios(self) -> dict[str, float]:
        """Give the figures that count, each by what it is a ratio of."""
        floor, parts = self.floor_seconds, self.first.parts
        ratios = {
            "build / floor": self.first.build / floor,
            "build and round trip / floor": (self.first.build + parts["verify"]) / floor,
            "expectations / floor": parts["expectations"] / floor,
            "whole command / floor": self.first.seconds / floor,
            "dry run / whole command": self.dry_run.seconds / self.first.seconds,
            "second build / first build": self.second.build / self.first.build,
            "rows of the second run / first": self.second.rows_written / self.first.rows_written,
            "backup / copy to gzip": self.backup.own / self.copy,
            "rollback / bare deletes": self.rollback.own / self.deletes,
        }
        if self.earlier:
            ratios["whole command / earlier script"] = self.first.seconds / self.earlier
        return {name: round(value, 3) for name, value in ratios.items()}

    def as_dict(self) -> dict[str, object]:
        """Give all of it as plain dicts, for JSON."""
        return {
            **asdict(self),
            "floor_seconds": self.floor_seconds,
            "documents_per_second": self.documents_per_second,
            "ratios": self.ratios,
        }


def measure(server: Target, documents: int) -> Measured:
    """Measure one size in a database of the bench's own on the server of a target.

    Creates the database `kv_bench` and drops it afterwards; the target's own is not looked at. What
    others need at least is measured twice, the floor before our run and after it, and the quicker
    counts: that is the harder measure. The backup is that before the first run, of the store alone:
    what one COPY holds as well.

    Raises KvError where one of our commands fails, or the first run does not write every document.
    """
    with scratch(server) as target, connect(target, autocommit=True) as connection:
        make_store(connection, target, documents)
        floors = [run_floor(connection, target)]
        earlier = run_earlier(connection, target) if documents <= EARLIER_LIMIT else None
        dry_run = run_migrate(target, "--dry-run")
        copies = [copy_to_gzip(connection, target)]
        backup = run_backup(target)
        copies.append(copy_to_gzip(connection, target))
        first = run_migrate(target)
        if first.rows_written != documents:
            raise KvError(
                f"The run wrote {first.rows_written:,} rows for {documents:,} clean documents.",
                "See whether `seeds/` still maps the keys and words that scripts/bench/store.py"
                " makes.",
            )
        floors.append(run_floor(connection, target))
        second = run_migrate(target)
        deletes = min(bare_deletes(connection, target) for _ in range(2))
        rollback = run_rollback(target)
    floor = min(floors, key=lambda one: sum(one.values()))
    return Measured(
        documents=documents,
        floor=floor,
        copy=min(copies),
        deletes=deletes,
        dry_run=dry_run,
        backup=backup,
        first=first,
        second=second,
        rollback=rollback,
        earlier=earlier,
    )


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
