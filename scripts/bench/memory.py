"""The memory of a server's processes while something runs, sampled from outside."""

from __future__ import annotations

import threading
from contextlib import suppress
from pathlib import Path
from types import TracebackType

from scripts.settings import Target

_INTERVAL = 0.25  # seconds between two samples


class ServerMemory:
    """Samples the server of a target until it is closed; `peak_mib` is the most it had at once.

    Counts for each process what it does not share with others, and shared pages in parts (Pss of
    /proc/<pid>/smaps_rollup, proc(5)), so that the server's buffers count once. A server that is
    not on this machine, or a machine without /proc, gives 0.
    """

    def __init__(self, target: Target) -> None:
        """Find the server's first process by the lock file beside its socket."""
        self.peak_mib = 0.0
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._sample, daemon=True)
        lock = Path(target.host) / f".s.PGSQL.{target.port}.lock"
        self._postmaster = lock.read_text().splitlines()[0] if lock.is_file() else ""

    def __enter__(self) -> ServerMemory:
        """Begin to sample."""
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop sampling."""
        self._over.set()
        self._thread.join()

    def _sample(self) -> None:
        while self._postmaster and not self._over.wait(_INTERVAL):
            kib = 0
            children = Path(f"/proc/{self._postmaster}/task/{self._postmaster}/children")
            with suppress(OSError):
                for pid in [self._postmaster, *children.read_text().split()]:
                    kib += _pss(pid)
            self.peak_mib = max(self.peak_mib, kib / 1024)


def _pss(pid: str) -> int:
    """Give the share of memory of one process in KiB; 0 when it has ended meanwhile."""
    with suppress(OSError):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1])
    return 0
