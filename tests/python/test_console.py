"""What the operator sees: tables at any width, progress in a pipe, JSON, readers that go away."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from decimal import Decimal
from types import SimpleNamespace

import pytest
from rich.console import Console

from scripts import console
from scripts.settings import ROOT

KEY = "employee:production:site-1:00000000-0000-4000-8000-000000000001"
SENTENCE = "Correct the field in the document, or give the operator's word for it in a file."


def printed(monkeypatch: pytest.MonkeyPatch, width: int, *, terminal: bool) -> str:
    shown = io.StringIO()
    kind = {"force_terminal": True, "color_system": None} if terminal else {}
    monkeypatch.setattr(console, "out", Console(file=shown, width=width, highlight=False, **kind))  # type: ignore[arg-type]
    console.table("Keys", ["key", "count", "mend"], [[KEY, 1234, SENTENCE], ["short", 5, ""]])
    return shown.getvalue()


def test_in_a_pipe_no_line_of_a_table_is_broken(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = printed(monkeypatch, 80, terminal=False).splitlines()
    assert lines[1].split() == ["key", "count", "mend"]
    assert lines[2].split(maxsplit=2) == [KEY, "1,234", SENTENCE]


def test_on_a_terminal_sentences_give_way_to_names(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = printed(monkeypatch, 110, terminal=True).splitlines()
    assert all(len(line) <= 110 for line in lines)
    assert lines[2].startswith(f"{KEY}  1,234  Correct")
    assert len(lines) > 5


def test_where_a_table_does_not_fit_each_row_is_a_list(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = printed(monkeypatch, 80, terminal=True).splitlines()
    assert lines[1:5] == [f"key    {KEY}", "count  1,234", f"mend   {SENTENCE}", ""]
    assert lines[5:7] == ["key    short", "count  5"]


def test_json_has_numbers_where_they_say_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    exact = Decimal("0.1234567890123456789012345")
    console.print_json({"whole": Decimal("12"), "part": Decimal("12.50"), "exact": exact})
    said = json.loads(capsys.readouterr().out)
    assert said == {"whole": 12, "part": 12.5, "exact": str(exact)}


def event(name: str, **data: object) -> SimpleNamespace:
    return SimpleNamespace(info=SimpleNamespace(name=name), data=SimpleNamespace(**data))


def node(name: str, status: str) -> SimpleNamespace:
    return event(
        "NodeFinished",
        node_info=SimpleNamespace(node_name=name, node_status=status),
        run_result=SimpleNamespace(execution_time=0.5, message="SELECT 7"),
    )


def test_in_a_pipe_a_build_tells_how_far_it_is_and_what_failed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    shown = io.StringIO()
    monkeypatch.setattr(console, "out", Console(file=shown, width=200, highlight=False))
    progress = console.BuildProgress(7, quiet=False, verbose=False)
    progress.on_event(event("LogStartLine", total=4))
    for name, status in (("one", "success"), ("two", "pass"), ("three", "fail"), ("four", "pass")):
        progress.on_event(node(name, status))
    lines = shown.getvalue().splitlines()
    assert [line.split()[0] for line in lines] == ["fail", "4"]
    assert lines[0].endswith("three")
    assert lines[1].endswith("four")


def test_a_reader_that_goes_away_ends_nothing() -> None:
    script = (
        "from scripts import console\n"
        "for _ in range(2000): console.table('T', ['key'], [['x' * 200]] * 20)\n"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(
        [sys.executable, "-c", script],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.readline() == "T\n"
        process.stdout.close()
        said = process.stderr.read()
    assert (process.returncode, said) == (0, "")
