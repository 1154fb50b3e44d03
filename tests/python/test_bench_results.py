"""MIGRATION_TEST_RESULTS.md: whole, from the run itself, each criterion judged, nobody named."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from helpers import Kept, execute, new_database, rows, table_rows

from scripts import history
from scripts.bench.queries.task import measure_target
from scripts.bench.results import results_task
from scripts.bench.results.criteria import Criterion, judge
from scripts.bench.results.facts import Facts, read_facts
from scripts.bench.results.page import write_page
from scripts.bench.results.samples import mask
from scripts.errors import KvError, UsageError
from scripts.settings import ENTITIES, Target

SECTIONS = [
    "Success criteria",
    "Environment",
    "The run",
    "Dry run",
    "Counts",
    "Foreign keys",
    "Samples",
    "Queries before and after",
    "Before and after",
    "Indexes",
    "Verification",
    "Issues found",
    "Sizes",
    "Recommended changes",
    "Sign-off",
    "Appendix",
]


@pytest.fixture
def sample(
    server: Target, migrated_sample: Kept, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Target]:
    """Give a migrated sample of the test's own, with a history of its own."""
    monkeypatch.setenv("KV_RUNS_DIR", str(tmp_path / "runs"))
    with new_database(server, migrated_sample.dbname) as target:
        yield target


def judged(target: Target) -> tuple[Facts, dict[str, Criterion]]:
    facts = read_facts(target)
    return facts, {one.what: one for one in judge(facts, measure_target(target))}


def texts_of(value: Any) -> Iterator[str]:
    """Give every text in a document, at any depth."""
    if isinstance(value, str):
        yield value
    for inner in (
        value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    ):
        yield from texts_of(inner)


def test_the_file_is_whole_and_names_nobody(
    sample: Target, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    steps = {"dry_run": "20260101T000000Z-aaaa", "backup": "20260101T000001Z-bbbb"}
    for kind, run_id in steps.items():
        with history.step(kind, "embedded") as step:
            step.run_id = run_id
            step.facts.update(keys=1_000, folder="/backups/one", bytes=12_345, moment="then")
    place = tmp_path / "results.md"
    assert results_task(sample, str(place), "", as_json=True) == 0
    printed = json.loads(capsys.readouterr().out)
    text = place.read_text(encoding="utf-8")
    assert place.stat().st_mode & 0o777 == 0o600
    assert re.findall(r"^## (.+)$", text, re.MULTILINE) == SECTIONS
    for needed in (*steps.values(), "12,345", "PostgreSQL", "| Tester | | | |", "dbt-postgres"):
        assert needed in text
    for one in printed["criteria"]:
        verdict = "met" if one["is_met"] else "**not met**"
        assert f"| {one['level']} | {one['what']} | {one['measured']} | {verdict} |" in text
    assert {one["level"] for one in printed["criteria"]} == {"must", "should", "nice", "time"}

    # A word of the file's own may be a value too: whatever is longer and no such word must not be.
    values = {
        text
        for (document,) in rows(sample, "select value from public.kv_store_6fcaeea3")
        for text in texts_of(document)
    }
    emails = {value for value in values if "@" in value}
    assert len(emails) > 100
    assert [value for value in emails if value in text] == []
    names = rows(
        sample,
        "select customer_name from orders union select first_name || ' ' || last_name from employees"
        " union select name from clients union select order_number from orders"
        " union select contact_email from clients",
    )
    assert [name for (name,) in names if name and len(name) > 5 and name in text] == []
    assert "@" not in text


def test_counts_are_those_of_the_database(sample: Target) -> None:
    facts, criteria = judged(sample)
    assert [one.entity for one in facts.counts] == list(ENTITIES)
    for one in facts.counts:
        held = len(table_rows(sample, one.entity))
        (rejected,) = rows(
            sample, "select count(*) from kv_to_tables.rejects where entity = %s", one.entity
        )[0]
        assert (one.held, one.rejected) == (held, rejected)
        assert one.is_equal, one
        assert one.of_application == 0
    assert criteria["counts equal"].is_met
    assert criteria["no orphans"].is_met
    assert criteria["sample data equal"].is_met
    assert criteria["foreign keys valid"].is_met
    assert criteria["all automated tests pass"].is_met
    # The sample has defects on purpose.
    assert not criteria["no record failed"].is_met
    majors = sum(one.count for one in facts.issues if one.severity == "major")
    (codes,) = rows(
        sample,
        "select count(*) from kv_to_tables.rejects"
        " cross join string_to_table(reject_codes, ',') as code",
    )[0]
    (unclassified,) = rows(
        sample, "select count(*) from kv_to_tables.key_ledger where key_class = 'unclassified'"
    )[0]
    assert majors == codes + unclassified
    assert [one for one in facts.issues if one.severity == "critical"] == []


@pytest.mark.slow
def test_what_is_broken_is_not_met(sample: Target) -> None:
    execute(
        sample,
        "alter table employees drop constraint employees_site_id_fkey",
        "delete from sites where id = (select site_id from employees"
        " where not exists (select 1 from orders where orders.site_id = employees.site_id) limit 1)",
        "update clients set name = 'Somebody else'",
        "drop index idx_orders_status",
    )
    facts, criteria = judged(sample)
    for broken in (
        "counts equal",
        "no orphans",
        "sample data equal",
        "all automated tests pass",
        "foreign keys valid",
        "all manual checks",
    ):
        assert not criteria[broken].is_met, broken
    critical = {one.what: one.count for one in facts.issues if one.severity == "critical"}
    assert critical["employees.site_id → sites: rows without a parent"] > 0
    assert any("'links'" in what for what in critical)
    text = write_page(facts, measure_target(sample), list(criteria.values()))
    assert "| employees.site_id → sites |" in text
    assert "a foreign key for employees.site_id → sites" in text
    assert "Somebody" not in text


@pytest.mark.slow
def test_a_run_without_rejects_needs_no_change_of_the_script(northwind: Target) -> None:
    facts, criteria = judged(northwind)
    text = write_page(facts, measure_target(northwind), list(criteria.values()))
    assert "* script: none." in text
    assert criteria["no record failed"].is_met
    assert "The history has no dry run of embedded." in text


@pytest.mark.slow
def test_a_signed_file_is_left_alone(sample: Target, tmp_path: Path) -> None:
    place = tmp_path / "results.md"
    results_task(sample, str(place), "", as_json=True)
    results_task(sample, str(place), "", as_json=True)
    signed = place.read_text().replace("| Tester | | | |", "| Tester | Ada | today | A. |")
    place.write_text(signed)
    with pytest.raises(UsageError, match="is signed"):
        results_task(sample, str(place), "", as_json=True)
    assert place.read_text() == signed
    with pytest.raises(UsageError, match="cannot be written"):
        results_task(sample, str(place / "inside.md"), "", as_json=True)


@pytest.mark.slow
def test_nothing_of_the_target_is_written(sample: Target, tmp_path: Path) -> None:
    def state() -> list[tuple[Any, ...]]:
        return rows(
            sample,
            "select relname, n_tup_ins, n_tup_upd, n_tup_del from pg_stat_user_tables"
            " order by relid",
        )

    before = state()
    results_task(sample, str(tmp_path / "results.md"), "", as_json=True)
    assert state() == before


@pytest.mark.slow
def test_a_run_taken_back_has_no_results(sample: Target) -> None:
    execute(sample, "update kv_to_tables.runs set outcome = 'rolled_back'")
    with pytest.raises(KvError, match=r"rolled back.*migrate"):
        read_facts(sample)
    execute(sample, "drop table orders")
    with pytest.raises(KvError, match="no finished run on 'prod-copy'"):
        read_facts(replace(sample, name="prod-copy"))


@pytest.mark.parametrize(
    ("column", "value", "shown"),
    [
        ("name", "Orchid Freight", "O… (14)"),
        ("name", "Ada", "… (3)"),
        ("email", None, "nothing"),
        ("status", "active", "active"),
        ("status", "ada@orchid.example", "a… (18)"),
        ("price", 19.99, "19.99"),
        ("price", "call 555 010 7788", "c… (17)"),
    ],
)
def test_values_are_masked(column: str, value: Any, shown: str) -> None:
    assert mask(column, value) == shown
