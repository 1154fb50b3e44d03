"""Seconds by phase: where the time of a run went, from the start of its process to its outcome.

The phases of a build are told by what its nodes are: `capture` are the staging models, `judge` the
typed ones and the verdict, `ledgers` the ledgers with the gate and the view of rebuilt documents,
`laws` the data tests. A final model is divided by what the server noted while it made the table:
`load` are the rows with their account and statistics, `constraints` the primary, unique, check and
foreign keys, with the indexes the first two are made of, `indexes` the others. On a table that was
there before, all is `load`. `set-up` is what is left: hooks, seeds, and moments without a node.

Nodes work side by side, so each moment of the build is divided equally among those at work then:
the phases of a build add up to its wall time, and with the parts before and after it to the run's.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from scripts import IMPORTED
from scripts.connection import table_exists

BUILD = ("set-up", "capture", "judge", "ledgers", "load", "constraints", "indexes", "laws")
PHASES = ("start-up", "backup", *BUILD, "expectations", "round trip", "report")

_OF_FOLDER = {
    "staging": "capture",
    "typed": "judge",
    "verdict": "judge",
    "ledger": "ledgers",
    "roundtrip": "ledgers",
    "final": "load",
}
_PARTS = """
select
    entity,
    part,
    extract(
        epoch from ended_at - lag(ended_at) over (partition by entity order by ended_at)
    )::double precision as seconds
from {parts}
where run_id = %s
order by entity, ended_at
"""

Parts = dict[str, list[tuple[str, float]]]


@dataclass(frozen=True)
class Span:
    """Something at work in one phase, from one moment to another (time.monotonic)."""

    phase: str
    begin: float
    end: float


@dataclass
class BuildClock:
    """The moments of one dbt command, taken from its events; `on_event` is a dbt callback.

    The build begins with its first hook or node, and ends when the command is back: what is before
    is start-up.
    """

    begun: float | None = None
    spans: dict[str, Span] = field(default_factory=dict)
    _working: dict[str, tuple[str, float]] = field(default_factory=dict)

    def on_event(self, event: Any) -> None:
        """Note the start and the end of a node, in whose thread this is called."""
        now = time.monotonic()
        name = event.info.name
        if name == "LogHookStartLine" or (name == "LogStartLine" and self.begun is None):
            self.begun = self.begun or now
        elif name == "NodeStart":
            self.begun = self.begun or now
            info = event.data.node_info
            phase = phase_of(info.resource_type, info.node_path)
            self._working[info.unique_id] = (phase, now)
        elif name == "NodeFinished":
            info = event.data.node_info
            phase, begin = self._working.pop(info.unique_id)
            self.spans[info.unique_id] = Span(phase, begin, now)

    def phases(self, ended: float, parts: Parts) -> dict[str, float]:
        """Divide the build, until the moment `ended`, by phase; unrounded seconds.

        `parts` are those of the final models (`read_parts`). A node that was interrupted has no
        end, and counts until `ended`.
        """
        if self.begun is None:
            return {}
        spans = list(self.spans.items()) + [
            (node, Span(phase, begin, ended)) for node, (phase, begin) in self._working.items()
        ]
        divided = [
            piece
            for node, span in spans
            for piece in (
                _divided(span, parts.get(node.rpartition(".")[2], []))
                if span.phase == "load"
                else [span]
            )
        ]
        return attribute(divided, self.begun, ended)


def phase_of(kind: str, path: str) -> str:
    """Give the phase of a node by its kind and the path of its file inside the models' folder.

    Raises KeyError for a model in a folder that has none: every node is in one phase.
    """
    if kind in ("test", "unit_test"):
        return "laws"
    if kind != "model":
        return "set-up"
    return _OF_FOLDER[Path(path).parts[0]]


def attribute(spans: Iterable[Span], begin: float, end: float) -> dict[str, float]:
    """Divide the time from `begin` to `end` among the spans at work at each moment, by phase.

    Moments without one count as set-up. The values add up to `end - begin`.
    """
    seconds = dict.fromkeys(BUILD, 0.0)
    moments: list[tuple[float, int, str]] = []
    for span in spans:
        first, last = max(span.begin, begin), min(span.end, end)
        if first < last:
            moments += [(first, 1, span.phase), (last, -1, span.phase)]
    moments.sort()
    working = dict.fromkeys(BUILD, 0)
    before = begin
    for moment, change, phase in [*moments, (end, 0, "set-up")]:
        total = sum(working.values())
        for name, count in working.items():
            if count:
                seconds[name] += (moment - before) * count / total
        if not total:
            seconds["set-up"] += moment - before
        working[phase] += change
        before = moment
    return seconds


def _divided(span: Span, parts: list[tuple[str, float]]) -> list[Span]:
    """Divide a final model in the order of its parts; what follows them is its statistics: load.

    The server's durations are laid on our own clock from the model's start on, which is early by
    the milliseconds that dbt took to compile it.
    """
    pieces = []
    begin = span.begin
    for part, seconds in parts:
        end = min(begin + seconds, span.end)
        pieces.append(Span(part, begin, end))
        begin = end
    return [*pieces, Span("load", begin, span.end)]


def read_parts(connection: psycopg.Connection, work_schema: str, run_id: str) -> Parts:
    """Read, by entity, the parts of making its table in this run, with their seconds, in order.

    Reads only, in the caller's transaction; nothing where the run made no table.
    """
    parts: Parts = {}
    if table_exists(connection, work_schema, "load_parts"):
        query = sql.SQL(_PARTS).format(parts=sql.Identifier(work_schema, "load_parts"))
        for entity, part, seconds in connection.execute(query, (run_id,)):
            if part != "begin":
                parts.setdefault(str(entity), []).append((str(part), float(seconds)))
    return parts


def process_start() -> float:
    """Give the moment this process began, on the clock of time.monotonic.

    To a hundredth of a second from /proc (proc(5)); where there is none, when the first of our own
    modules was imported, which leaves out the interpreter.
    """
    try:
        # The second field is the command in brackets, which may hold blanks.
        fields = Path("/proc/self/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
        began = int(fields[19]) / os.sysconf("SC_CLK_TCK")
        uptime = time.clock_gettime(time.CLOCK_BOOTTIME)
    except (OSError, AttributeError):
        return IMPORTED
    return time.monotonic() - (uptime - began)


@dataclass
class Stopwatch:
    """The moments of one run, for its seconds by phase; `began` is when its process did."""

    began: float = field(default_factory=time.monotonic)
    build: BuildClock = field(default_factory=BuildClock)
    build_ended: float = 0.0
    parts: Parts = field(default_factory=dict)

    def end_build(self, seconds: dict[str, float]) -> None:
        """Note that dbt is back; put the seconds of start-up and build beside those of a backup.

        A build that failed before its first hook took none: all was start-up.
        """
        self.build_ended = time.monotonic()
        begun = self.build.begun = self.build.begun or self.build_ended
        seconds["start-up"] = round(begun - self.began - seconds.get("backup", 0.0), 3)
        seconds["build"] = round(self.build_ended - begun, 3)

    def phases(self, seconds: dict[str, float]) -> dict[str, float]:
        """Give the seconds by phase until now, in the order of PHASES; they add up.

        `seconds` are those of the run's parts. What none of them holds is the report.
        """
        found = {
            "start-up": seconds.get("start-up", 0.0),
            "backup": seconds.get("backup", 0.0),
            **self.build.phases(self.build_ended, self.parts),
            "expectations": seconds.get("expectations", 0.0),
            "round trip": seconds.get("verify", 0.0),
        }
        found["report"] = time.monotonic() - self.began - sum(found.values())
        return {name: round(found.get(name, 0.0), 3) for name in PHASES}


def print_phases(phases: dict[str, float]) -> None:
    """Print the phases that took time, with their share of the run."""
    from scripts import console

    total = sum(phases.values())
    console.table(
        "Seconds by phase",
        ["phase", "seconds", "share"],
        [
            [name, f"{seconds:.2f}", f"{seconds / total:.0%}"]
            for name, seconds in phases.items()
            if seconds >= 0.005
        ],
    )
