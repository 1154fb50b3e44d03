"""The bench makes the store it says, and measures what the same store gives everyone."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest
from helpers import all_rows, execute, rows, run

from scripts.bench import report
from scripts.bench.bare import bare_deletes, copy_to_gzip
from scripts.bench.commands import Command, run_rollback
from scripts.bench.criteria import Criterion, criteria
from scripts.bench.earlier import run_earlier
from scripts.bench.floor import run_floor
from scripts.bench.listing import Listing, measure_listing
from scripts.bench.migration import Measured
from scripts.bench.pictures import draw
from scripts.bench.queries.task import queries_task
from scripts.bench.report import sizes_of
from scripts.bench.results import results_task
from scripts.bench.store import Sizes, make_store
from scripts.connection import connect
from scripts.errors import KvError, UsageError
from scripts.phases import PHASES
from scripts.settings import Target

_CONTENT = (
    "select count(*), md5(string_agg(key || value::text, '' order by key collate \"C\"))"
    " from public.kv_store_6fcaeea3"
)


def test_a_store_is_divided_as_a_million_documents_are() -> None:
    assert Sizes.of(1_000_000) == Sizes(1_000, 1_000, 5_000, 100_000, 500_000, 393_000)
    assert Sizes.of(1_000) == Sizes(1, 1, 5, 100, 500, 393)


def test_the_same_size_gives_the_same_store(database: Target) -> None:
    made = []
    for _ in range(2):
        with connect(database, autocommit=True) as connection:
            make_store(connection, database, 1_000)
            made += rows(database, _CONTENT)
            connection.execute("drop table public.kv_store_6fcaeea3")
    assert made[0][0] == 1_000
    assert made[0] == made[1]


@pytest.mark.slow
def test_the_others_leave_nothing_behind_and_every_document_is_clean(database: Target) -> None:
    with connect(database, autocommit=True) as connection:
        make_store(connection, database, 1_000)
        floor = run_floor(connection, database)
        assert set(floor) == {"load", "keys", "indexes"}
        assert run_earlier(connection, database) > 0
        with pytest.raises(psycopg.errors.InvalidSchemaName):
            connection.execute("create table floor.x ()")
    outcome = run(database, judge=True)
    assert outcome.failures == []
    assert rows(database, "select key_class, count(*) from kv_to_tables.key_ledger group by 1") == [
        ("migrated", 1_000)
    ]
    assert rows(database, "select count(*) from kv_to_tables.recorded_changes") == [(0,)]


def a_command(seconds: float, driver: float = 100.0) -> Command:
    parts = {"build": 0.5 * seconds, "verify": 0.1 * seconds, "expectations": 0.05 * seconds}
    phases = {name: seconds / len(PHASES) for name in PHASES}
    return Command(seconds, driver, 500.0, seconds, parts, phases, rows_written=7)


def a_size(documents: int, seconds: float, driver: float = 100.0) -> Measured:
    """Give figures in which our first run takes so many seconds and everything else one."""
    second = replace(a_command(1.0), rows_written=0)
    return Measured(
        documents=documents,
        floor={"load": 0.5, "keys": 0.25, "indexes": 0.25},
        copy=1.0,
        deletes=1.0,
        dry_run=a_command(1.0),
        backup=a_command(1.0),
        first=a_command(seconds, driver),
        second=second,
        rollback=a_command(1.0),
        earlier=10.0 if documents <= 100_000 else None,
    )


def by_name(found: list[Criterion], at: str = "") -> dict[str, Criterion]:
    return {one.name: one for one in found if not at or one.at == at}


def test_a_figure_is_met_or_not_and_counts_at_the_size_it_is_wanted_at() -> None:
    found = criteria([a_size(1_000_000, 3.0), a_size(100_000, 8.0)], None)
    large, small = by_name(found, "1,000,000"), by_name(found, "100,000")
    assert (large["build / floor"].value, large["build / floor"].verdict) == (1.5, "met")
    assert large["whole command / floor"].verdict == "not met"
    assert small["whole command / floor"].verdict == "(not met)"
    assert small["whole command / earlier script"].verdict == "not met"
    assert "whole command / earlier script" not in large
    assert large["rows of the second run / first"].met is True
    assert large["dry run / whole command"].verdict == ""


def test_growth_and_memory_are_judged_over_the_sizes_that_were_asked_for() -> None:
    sizes = [a_size(10_000, 5.0), a_size(100_000, 10.0), a_size(1_000_000, 65.1, driver=111.0)]
    found = by_name(criteria(sizes, Listing(0.3, 0.1, 0.2)))
    growth = next(one for name, one in found.items() if name.startswith("(t(1M)"))
    assert (growth.value, growth.met) == (12.02, False)
    memory = found["driver's peak memory"]
    assert (memory.value, memory.verdict) == (1.11, "not met")
    assert found["seconds of invoke --list over bare"].verdict == "not met"

    found = by_name(criteria(sizes[:2], None))
    assert not any(name.startswith("(t(1M)") for name in found)
    assert found["driver's peak memory"].verdict == "(met)"
    assert "driver's peak memory" not in by_name(criteria(sizes[:1], None))


def test_pictures_are_drawn_and_the_same_figures_give_the_same_svg(tmp_path: Path) -> None:
    sizes = [a_size(1_000, 5.0), a_size(1_000_000, 60.0)]
    drawn = []
    for name in ("one", "two"):
        folder = tmp_path / name
        folder.mkdir()
        names = draw(list(reversed(sizes)), folder)
        assert sorted(names) == sorted(path.name for path in folder.iterdir())
        drawn.append({path.name: path.read_bytes() for path in folder.glob("*.svg")})
        for path in folder.glob("*.png"):
            assert path.read_bytes().startswith(b"\x89PNG")
    assert drawn[0] == drawn[1]
    assert len(drawn[0]) == 3
    said = drawn[0]["phases.svg"].decode()
    assert all(name in said for name in PHASES if name != "backup")
    for words in ("1,000,000 documents", "seconds", "earlier script is run up to 100,000"):
        assert words in said
    assert b"documents a second (log scale)" in drawn[0]["documents_per_second.svg"]
    assert b"MiB" in drawn[0]["memory.svg"]


@pytest.mark.slow
def test_the_bare_deletes_are_undone_and_a_copy_leaves_no_file(database: Target) -> None:
    with connect(database, autocommit=True) as connection:
        make_store(connection, database, 1_000)
        assert copy_to_gzip(connection, database) > 0
        assert run(database).failures == []
        before = all_rows(database)
        assert bare_deletes(connection, database) > 0
    assert all_rows(database) == before
    assert sum(map(len, before.values())) == 1_000


def test_a_command_that_fails_ends_the_bench(database: Target) -> None:
    execute(database, "create table public.kv_store_6fcaeea3 (key text primary key, value jsonb)")
    with pytest.raises(KvError, match="The measured rollback ended with 1"):
        run_rollback(database)


@pytest.mark.parametrize("sizes", ["", "999", "1000,", "ten", "10000001", "-1000"])
def test_sizes_that_are_none_are_refused(sizes: str) -> None:
    with pytest.raises(UsageError, match="no list of sizes"):
        report.sizes_of(sizes)


def test_listing_the_tasks_costs_a_tenth_of_a_second_at_most() -> None:
    # Three times at most: what else the machine does adds to the difference, and never takes away.
    for _ in range(3):
        listing = measure_listing()
        assert listing.bare > 0
        if listing.over <= 0.1:
            break
    # Everything heavy is imported inside a task: dbt alone would take seconds.
    assert listing.over <= 0.1, listing


@pytest.mark.slow
def test_a_size_is_measured_whole(
    server: Target, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert report.bench_task(server, [1_000], out=str(tmp_path), as_json=True) == 0
    said = json.loads(capfd.readouterr().out)
    assert said == json.loads((tmp_path / "bench.json").read_text())
    assert {path.suffix for path in tmp_path.iterdir()} == {".json", ".png", ".svg"}
    (size,) = said["sizes"]
    assert (size["first"]["rows_written"], size["second"]["rows_written"]) == (1_000, 0)
    for command in ("dry_run", "first", "second", "backup", "rollback"):
        assert size[command]["driver_mib"] > 0
        assert 0 < size[command]["own"] <= size[command]["seconds"]
    for command in ("dry_run", "first", "second"):
        phases = size[command]["phases"]
        assert sum(phases.values()) == pytest.approx(size[command]["seconds"], abs=0.05)
        assert phases["exit"] >= 0
    assert size["first"]["phases"]["indexes"] > 0 == size["second"]["phases"]["indexes"]
    assert size["ratios"]["build / floor"] > 1
    assert {one["name"] for one in said["criteria"]} > set(size["ratios"])
    found = rows(server, "select count(*) from pg_database where datname = 'kv_bench'")
    assert found == [(0,)]


def test_bad_input_is_refused(server: Target) -> None:
    prod = Target("prod", server.host, server.port, server.user, server.dbname)
    for refused in (
        lambda: queries_task(server, sizes_of("10"), as_json=True),
        lambda: queries_task(server, sizes_of("many"), as_json=True),
        lambda: queries_task(prod, sizes_of("1000"), as_json=True),
        lambda: results_task(prod, "", "", as_json=True),
        lambda: results_task(server, "", "1000", as_json=True),
    ):
        with pytest.raises(UsageError):
            refused()
