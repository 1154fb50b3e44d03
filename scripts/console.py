"""What the operator sees: sentences, aligned tables, a progress bar; plain lines in a pipe."""

from __future__ import annotations

import json
import os
import re
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from decimal import Decimal
from itertools import chain
from typing import Any

from rich.console import Console
from rich.measure import Measurement
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.progress import TimeRemainingColumn as Remaining
from rich.segment import Segment, Segments
from rich.table import Table
from rich.text import Text

from scripts.connection import connect
from scripts.settings import Target


class _Out(Console):
    """The output: whoever reads it may go away (`| head`), and the command goes on."""

    def on_broken_pipe(self) -> None:
        """Say no more, where rich would end the process with an error."""
        self.quiet = True
        let_go()


# rich leaves colours out by itself when NO_COLOR is set or the output is no terminal.
out: Console = _Out(highlight=False, soft_wrap=False)
err = Console(stderr=True, highlight=False)
# Columns of a table: of what is never reached, and of a sentence that is broken to fit.
_WIDEST, _NARROWEST = 10_000, 24


def say(sentence: str) -> None:
    """Print one sentence."""
    out.print(sentence, markup=False, soft_wrap=True)


def let_go() -> None:
    """Send what is still to come to nobody: whoever read the output has gone away."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def counted(number: int, noun: str) -> str:
    """Give a number with its noun, of which the plural ends in s."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def complain(sentence: str) -> None:
    """Print one sentence to the error output."""
    err.print(sentence, markup=False, soft_wrap=True)


def print_json(content: object) -> None:
    """Print machine-readable content, and nothing else, to the output, as far as it is read."""
    try:
        json.dump(content, sys.stdout, indent=2, default=_plain)
        sys.stdout.write("\n")
        sys.stdout.flush()
    except BrokenPipeError:
        let_go()


def _plain(value: object) -> object:
    """Give a number where JSON's own says the same; anything else as text."""
    if isinstance(value, Decimal):
        number = int(value) if value == value.to_integral_value() else float(value)
        return number if Decimal(str(number)) == value else str(value)
    return str(value)


def table(title: str, columns: list[str], rows: list[list[Any]]) -> None:
    """Print an aligned table; numbers stand to the right with a comma at each thousand.

    What has no blank in it, as a key, is never broken: on a terminal the sentences beside it are,
    and where that is not enough each row is a list of its own. In a pipe nothing is broken.
    """
    texts = [[f"{cell:,}" if isinstance(cell, int) else str(cell) for cell in row] for row in rows]
    grid = Table(
        box=None,
        pad_edge=False,
        padding=(0, 2, 0, 0),
        header_style="dim",
        show_header=any(columns),
    )
    for place, column in enumerate(columns):
        numeric = bool(rows) and all(isinstance(row[place], (int, float)) for row in rows)
        longest = max((len(row[place]) for row in texts if " " in row[place].strip()), default=0)
        grid.add_column(
            column,
            justify="right" if numeric else "left",
            no_wrap=not longest,
            min_width=min(longest, _NARROWEST) or None,
            overflow="fold",
        )
    for row in texts:
        # As text: what stands in brackets is no markup of ours.
        grid.add_row(*(Text(cell) for cell in row))
    needed = Measurement.get(out, out.options.update(width=_WIDEST), grid)
    out.print(title, style="bold", markup=False, soft_wrap=True)
    if out.is_terminal and needed.minimum > out.width:
        _print_lists(columns, texts)
    else:
        width = out.width if out.is_terminal else needed.maximum
        lines = out.render_lines(grid, out.options.update(width=width), pad=False)
        ended = ((*_trimmed(line), Segment.line()) for line in lines)
        out.print(Segments(chain.from_iterable(ended)), soft_wrap=True, end="")
    out.print()


def _trimmed(line: list[Segment]) -> list[Segment]:
    """Take the blanks from the end of a line."""
    while line and not line[-1].text.strip():
        line = line[:-1]
    return [*line[:-1], Segment(line[-1].text.rstrip(), line[-1].style)] if line else []


def _print_lists(columns: list[str], texts: list[list[str]]) -> None:
    """Print each row as lines of name and value, as psql does where a table is too wide."""
    width = max(map(len, columns), default=0)
    for place, row in enumerate(texts):
        if not width:
            out.print(Text("  ".join(row)), soft_wrap=True)
            continue
        if place:
            out.print()
        for column, cell in zip(columns, row, strict=True):
            if cell:
                out.print(Text.assemble((f"{column:<{width}}  ", "dim"), cell), soft_wrap=True)


_WATCH = (
    "select 'index ' || relid::regclass::text, tuples_done, tuples_total"
    " from pg_stat_progress_create_index where datname = current_database()"
    " union all select 'copy ' || relid::regclass::text, bytes_processed, bytes_total"
    " from pg_stat_progress_copy where datname = current_database() limit 1"
)


# How a node of dbt ends that did not go through.
_BAD = ("error", "fail", "skipped", "warn", "runtime error", "partial success")
_EVERY = 10.0


class BuildProgress:
    """Shows a dbt command as it runs: phase and model, count, rate of documents, time left.

    `on_event` is a dbt callback. On a terminal one bar moves; elsewhere there is a line every ten
    seconds, and one for each node that did not end well. `verbose` gives every node a line.
    """

    def __init__(self, documents: int, *, quiet: bool, verbose: bool) -> None:
        """Keep the number of documents, for the rate; `quiet` shows nothing."""
        self.documents = documents
        self.quiet = quiet
        self.verbose = verbose
        self.on_node: Callable[[str, str, float], None] = lambda _name, _status, _seconds: None
        self.on_total: Callable[[int], None] = lambda _total: None
        self.on_start: Callable[[str], None] = lambda _name: None
        self._live = not quiet and out.is_terminal
        self._progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(bar_width=24),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TextColumn("{task.fields[rate]}"),
            TextColumn("left"),
            Remaining(),
            console=out,
            transient=True,
            disable=not self._live,
        )
        self._task = self._progress.add_task("starting", total=None, rate="")
        self._working = ""
        self._rows = 0
        self._total = 0
        self._done = 0
        self._start = self._told = time.monotonic()

    def on_event(self, event: Any) -> None:
        """Take one dbt event; everything but the start and end of nodes is passed over."""
        name = event.info.name
        if name == "LogStartLine":
            self._progress.update(self._task, total=event.data.total)
            if event.data.total != self._total:  # every node says it
                self._total = event.data.total
                self.on_total(self._total)
        elif name == "NodeStart":
            self._working = event.data.node_info.node_name
            self._progress.update(self._task, description=f"{self._working:<32.32}")
            self.on_start(self._working)
        elif name == "NodeFinished":
            info = event.data.node_info
            seconds = float(event.data.run_result.execution_time or 0)
            # The message of a model ends in the number of its rows: SELECT 1114, INSERT 0 92.
            counted = re.search(r"(?:SELECT|INSERT 0) (\d+)$", str(event.data.run_result.message))
            self._rows += int(counted[1]) if counted else 0
            rate = self._rows / max(time.monotonic() - self._start, 0.1)
            self._progress.update(self._task, advance=1, rate=f"{rate:,.0f} rows/s")
            self.on_node(info.node_name, info.node_status, seconds)
            self._done += 1
            if not self.quiet:
                self._tell(info.node_status, seconds, info.node_name)

    def _tell(self, status: str, seconds: float, name: str) -> None:
        """Give a node its line, or now and then one for all of them."""
        now = time.monotonic()
        if self.verbose or status in _BAD:
            say(f"  {status:<8} {seconds:7.2f} s  {name}")
        elif not self._live and (now - self._told >= _EVERY or self._done == self._total):
            self._told = now
            say(f"  {self._done} of {self._total} nodes after {now - self._start:.0f} s: {name}")

    @contextmanager
    def shown(self, target: Target) -> Iterator[None]:
        """Show the bar for the length of a command, with what PostgreSQL itself tells."""
        done = threading.Event()
        watcher = threading.Thread(target=self._watch, args=(target, done), daemon=True)
        if not self.quiet and not self._live:
            say("  dbt begins …")
        with self._progress:
            if self._live:
                watcher.start()
            try:
                yield
            finally:
                done.set()

    def _watch(self, target: Target, done: threading.Event) -> None:
        """Poll pg_stat_progress_* on a connection of its own; it is only for show."""
        with suppress(Exception), connect(target, read_only=True, autocommit=True) as connection:
            while not done.wait(0.5):
                row = connection.execute(_WATCH).fetchone()
                if row and row[2]:
                    text = f"{self._working} {row[0]} {100 * row[1] // row[2]} %"
                    self._progress.update(self._task, description=f"{text:<32.48}")
