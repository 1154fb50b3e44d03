"""Notices: one message to each address of KV_NOTIFY_URLS when a step has ended.

The addresses (apprise's own form: `mailto://…`, `slack://…`, `json://…`) hold passwords: they stay
in the environment and are never in an argument, a log, an error or the history. A message holds
names, counts and times, never a key or a value.

A run never waits for an endpoint: `send` starts a process of its own session that gets the message
on its standard input, has a minute, and writes how it went into the log of the run.
"""

from __future__ import annotations

import json
import logging
import os
import re
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from scripts import console, history
from scripts.run_log import RunLog
from scripts.settings import ROOT

if TYPE_CHECKING:
    from apprise import Apprise

VARIABLE = "KV_NOTIFY_URLS"
TIME_LIMIT = 60.0
# An address may itself hold a comma: only one in front of another address parts two.
_BETWEEN = re.compile(r"\s+|,(?=\s*[A-Za-z][A-Za-z0-9+.-]*://)|,\s*$")


@dataclass(frozen=True)
class Notice:
    """What is told of a step that has ended; `counts` are by class, or rows deleted, and so on."""

    kind: str
    target: str
    run_id: str
    outcome: str
    seconds: float
    counts: dict[str, int]

    @property
    def title(self) -> str:
        """Give one line: what ended, where, and how."""
        return f"kv-to-tables: {self.kind.replace('_', ' ')} of {self.target}: {self.outcome}"

    @property
    def body(self) -> str:
        """Give the run, how long it took, and a line for each count."""
        counts = [f"{name.replace('_', ' ')}: {count:,}" for name, count in self.counts.items()]
        return "\n".join([f"run {self.run_id}", f"took {self.seconds:,.1f} s", *counts])


def notice_of(step: history.Step) -> Notice:
    """Make the notice of a finished step; of its facts only whole numbers are taken."""
    counts: dict[str, int] = {}
    for name, value in step.facts.items():
        for inner, count in (value if isinstance(value, dict) else {name: value}).items():
            if isinstance(count, int) and not isinstance(count, bool):
                counts[str(inner)] = count
    begun, ended = map(datetime.fromisoformat, (step.started_at, step.finished_at))
    seconds = (ended - begun).total_seconds()
    return Notice(step.kind, step.target, step.run_id, step.outcome, seconds, counts)


@contextmanager
def announced(kind: str, target: str, **options: object) -> Iterator[history.Step]:
    """Write a step into the history (`history.step`) and tell how it ended, also when it failed.

    Warns at the beginning, in one sentence, of addresses that cannot be used.
    """
    warn_of_unusable()
    step = None
    try:
        with history.step(kind, target, **options) as step:
            yield step
    finally:
        if step:
            send(notice_of(step))


def addresses() -> list[str]:
    """Read the addresses of KV_NOTIFY_URLS, separated by white space or commas."""
    return [part for part in _BETWEEN.split(os.environ.get(VARIABLE, "")) if part]


def warn_of_unusable() -> None:
    """Say which addresses cannot be used, by their place in the list and without their text."""
    found = addresses()
    if not found:
        return
    bad = [str(place) for place, url in enumerate(found, start=1) if not _endpoint(url)]
    if bad:
        console.complain(
            f"WARNING  {VARIABLE}: address {', '.join(bad)} of {len(found)} cannot be used, and no"
            " notice will go there; see apprise's list of services for how one is written."
        )


def send(notice: Notice) -> None:
    """Hand a notice to a process that sends it, and come back at once; nothing without addresses.

    The process outlives this one, and inherits no password of a database. That it could not be
    started is written into the log of the run and fails nothing.
    """
    if not addresses():
        return
    environment = {
        name: value
        for name, value in os.environ.items()
        if name == VARIABLE or not name.startswith(("KV_", "PG"))
    }
    environment["KV_RUNS_DIR"] = str(history.history_file().parent.absolute())
    try:
        process = subprocess.Popen(
            [sys.executable, "-m", "scripts.notice"],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            cwd=ROOT,
            env=environment,
        )
        # Smaller than what a pipe holds, so that this does not wait for the reader.
        with process.stdin as pipe:  # type: ignore[union-attr]
            pipe.write(json.dumps(notice.__dict__).encode())
        process.returncode = 0  # nobody waits for it: without this Python warns that it still runs
    except OSError as error:
        _report(notice, sent=0, failed=len(addresses()), reason=type(error).__name__)


def main() -> int:
    """Send the notice on standard input to every address at once; write the result into the log.

    Connects to the addresses and to nothing else. Ends after a minute in any case, and counts an
    address that has not answered by then as failed.
    """
    notice = Notice(**json.load(sys.stdin))
    results: list[bool] = []
    threads = [
        threading.Thread(target=lambda url=url: results.append(_tell(url, notice)), daemon=True)
        for url in addresses()
    ]
    for thread in threads:
        thread.start()
    deadline = time.monotonic() + TIME_LIMIT
    for thread in threads:
        thread.join(max(0.0, deadline - time.monotonic()))
    sent = results.count(True)
    _report(notice, sent=sent, failed=len(threads) - sent)
    os._exit(0)  # a thread that still waits for its endpoint is left behind


def _report(notice: Notice, *, sent: int, failed: int, **more: str) -> None:
    log = RunLog(notice.run_id)
    result = "failed" if failed else "sent"
    log.write("notice", result=result, endpoints=sent + failed, sent=sent, failed=failed, **more)
    log.close()


def _tell(url: str, notice: Notice) -> bool:
    endpoint = _endpoint(url)
    try:
        return bool(endpoint and endpoint.notify(title=notice.title, body=notice.body))
    except Exception:
        return False  # what went wrong may quote the address


def _endpoint(url: str) -> Apprise | None:
    """Give the endpoint of an address, or None when there is no such kind of address."""
    # Its messages quote addresses.
    logger = logging.getLogger("apprise")
    logger.addHandler(logging.NullHandler())
    logger.propagate = False
    try:
        from apprise import Apprise

        endpoint = Apprise()
        return endpoint if endpoint.add(url) else None
    except Exception:
        return None


if __name__ == "__main__":
    sys.exit(main())
