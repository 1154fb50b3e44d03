"""The seconds by phase add up, and every node of the build is in one of them."""

from __future__ import annotations

import io
import json
import os
import time
from pathlib import Path

import pytest
from helpers import load_northwind, needs_northwind, run

from scripts import console, phases
from scripts.dbt_runner import run_dbt
from scripts.phases import BUILD, PHASES, BuildClock, Span, attribute, phase_of
from scripts.settings import Target


def test_each_moment_is_divided_among_those_at_work() -> None:
    spans = [
        Span("capture", 1, 5),
        Span("judge", 3, 9),
        Span("judge", 3, 5),
        Span("laws", 10, 20),  # goes on after the build, as an interrupted one does
    ]
    seconds = attribute(spans, 0, 12)
    assert seconds == {
        **dict.fromkeys(BUILD, 0.0),
        "set-up": 1 + 1,
        "capture": pytest.approx(2 + 2 / 3),
        "judge": pytest.approx(2 * 2 / 3 + 4),
        "laws": 2,
    }
    assert sum(seconds.values()) == pytest.approx(12)


def test_a_final_model_is_divided_by_what_the_server_noted() -> None:
    clock = BuildClock(begun=0.0, spans={"model.kv.orders": Span("load", 0, 10)})
    parts = {"orders": [("load", 2.0), ("constraints", 3.0), ("indexes", 1.0), ("load", 1.0)]}
    seconds = clock.phases(10, parts)
    assert seconds["load"] == pytest.approx(2 + 1 + 3)  # the last three are its statistics
    assert (seconds["constraints"], seconds["indexes"]) == (3, 1)
    # The clock of the server may run ahead of ours: no part reaches beyond its model.
    seconds = clock.phases(10, {"orders": [("load", 8.0), ("indexes", 9.0)]})
    assert (seconds["load"], seconds["indexes"]) == (8, 2)


def test_a_folder_without_a_phase_is_an_error_and_not_left_out() -> None:
    with pytest.raises(KeyError):
        phase_of("model", "elsewhere/some.sql")


def test_every_node_of_the_project_is_in_one_phase(database: Target) -> None:
    assert run_dbt(database, ["parse"]).success
    manifest = Path(os.environ["DBT_TARGET_PATH"], "manifest.json").read_text(encoding="utf-8")
    nodes = list(json.loads(manifest)["nodes"].values())
    built = [(one["resource_type"], one["path"]) for one in nodes]
    assert {kind for kind, _ in built} == {"model", "seed", "test", "operation"}
    found = {phase_of(kind, path) for kind, path in built}
    assert found == {"set-up", "capture", "judge", "ledgers", "load", "laws"}


@needs_northwind
@pytest.mark.slow
def test_the_phases_of_a_run_add_up_to_it_and_stand_in_its_log(database: Target) -> None:
    load_northwind(database, "snake_product")
    begun = time.monotonic()
    outcome = run(database, judge=True)
    wall = time.monotonic() - begun
    assert outcome.failures == []
    assert tuple(outcome.phases) == PHASES
    assert all(seconds >= 0 for seconds in outcome.phases.values())
    build = sum(outcome.phases[name] for name in BUILD)
    assert build == pytest.approx(outcome.seconds["build"], abs=0.01)
    assert sum(outcome.phases.values()) == pytest.approx(wall, abs=0.5)
    took = {name for name in BUILD if outcome.phases[name] > 0}
    assert took == set(BUILD)
    log = Path(os.environ["KV_RUNS_DIR"], f"{outcome.run_id}.jsonl").read_text()
    events = [json.loads(line) for line in log.splitlines()]
    assert [one["seconds"] for one in events if one["event"] == "phases"] == [outcome.phases]


def test_phases_are_printed_with_their_share(monkeypatch: pytest.MonkeyPatch) -> None:
    shown = io.StringIO()
    monkeypatch.setattr(console.out, "file", shown)
    monkeypatch.setattr(console.out, "quiet", False)
    phases.print_phases({**dict.fromkeys(PHASES, 0.0), "start-up": 1.0, "judge": 3.0})
    lines = [line.split() for line in shown.getvalue().splitlines()]
    assert ["start-up", "1.00", "25%"] in lines
    assert ["judge", "3.00", "75%"] in lines
    assert not any("laws" in line for line in lines)


def test_a_process_began_before_anything_was_imported() -> None:
    began = phases.process_start()
    assert began <= phases.IMPORTED + 0.02  # a tick of the clock in /proc is 0.01 s
    assert time.monotonic() - began < 24 * 3600
