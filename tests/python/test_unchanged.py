"""A run after which nothing has changed: its verdicts stand; whatever changes ends that."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest
from helpers import execute, fingerprint, load_documents, rows, run, set_field
from psycopg.types.json import Jsonb

from scripts import history
from scripts.build import Run
from scripts.connection import connect
from scripts.migrate import Options, Outcome
from scripts.phases import Stopwatch
from scripts.rollback import is_empty, roll_back
from scripts.run_log import RunLog, logged
from scripts.settings import Target
from scripts.site.facts import read_facts
from scripts.unchanged import Memory
from scripts.verify.report import NOTED

AT = {"createdAt": "2026-01-01T00:00:00Z", "updatedAt": "2026-01-02T00:00:00Z"}
KEY = "client:production:c-1"
STORE: dict[str, Any] = {
    KEY: {"id": "c-1", "name": "Orchid Freight", "contactEmail": "ops@orchid.example", **AT},
    "site:production:s-1": {"id": "s-1", "name": "Orchid", "slug": "o", "clientId": "c-1", **AT},
    "site:production:s-2": {"id": "s-2", "name": "Lost", "slug": "l", "clientId": "c-9", **AT},
}
# Ours, which every run writes into, and what it was made from.
_OF_RUNS = ("runs", "run_states", "checkpoints", "load_parts", "corrections")


@pytest.fixture
def migrated(database: Target, tmp_path: Path) -> tuple[Target, str]:
    load_documents(database, tmp_path, STORE)
    outcome = run(database)
    assert outcome.failures == []
    assert outcome.unchanged_since == ""
    return database, outcome.run_id


@contextmanager
def memory(target: Target, run_id: str, **options: Any) -> Iterator[Memory]:
    """Give what a run that begins now would remember."""
    log = RunLog(run_id)
    try:
        yield Memory(
            Run(
                target,
                Options(**{name: value for name, value in options.items() if name != "digest"}),
                Outcome(run_id, dry_run=False, keys=0),
                log,
                Stopwatch(),
                "",
                str(options.get("digest", "")),
                judge=True,
            )
        )
    finally:
        log.close()


def unchanged_since(target: Target, run_id: str, **options: Any) -> str:
    with memory(target, run_id, **options) as now:
        return now.unchanged_since()


def accept(target: Target, run_id: str) -> None:
    """Take what is there now for what the run left."""
    with memory(target, run_id) as now:
        now.note()
        now.keep()
    assert unchanged_since(target, run_id) == run_id


def relations(target: Target) -> list[tuple[Any, ...]]:
    return [found for found in fingerprint(target) if found[1] not in _OF_RUNS]


def test_where_nothing_has_changed_no_model_is_built_and_all_is_proved(
    migrated: tuple[Target, str],
) -> None:
    target, first = migrated
    before = relations(target)
    again = run(target, judge=True)
    assert again.failures == []
    assert again.unchanged_since == first
    assert relations(target) == before
    nodes = {event["name"] for event in logged(again.run_id) if event["event"] == "node"}
    assert "assert_every_key_has_one_class" in nodes
    assert not nodes & {"stg_kv__keys", "typed_clients", "key_ledger", "clients", "reject_codes"}
    assert again.verification is not None
    assert again.expectations is not None
    assert again.ledger is not None
    assert [entity["rejected"] for entity in again.ledger.entities] == [0, 0, 1, 0, 0, 0]
    assert [entity["left_alone"] for entity in again.ledger.entities] == [1, 0, 1, 0, 0, 0]
    assert rows(target, "select outcome from kv_to_tables.runs") == [("done",), ("done",)]
    # Of what did not change a third run thinks the same.
    assert unchanged_since(target, "a-third") == again.run_id
    assert read_facts(target, quick=True).unchanged_since == first
    # What the second run found is gone with what the first one wrote.
    steps = roll_back(target, "", confirm=True, no_backup=True)
    assert {step.entity: step.delete for step in steps if step.delete} == {"clients": 1, "sites": 1}
    assert rows(target, "select outcome from kv_to_tables.runs") == [
        ("rolled_back",),
        ("void",),
    ]
    assert rows(target, "select count(*) from kv_to_tables.key_ledger") == [(0,)]
    assert is_empty(roll_back(target, "", confirm=True))
    # Where nothing is left nothing is backed up.
    assert history.steps()[-1].facts["backup"] == ""


CHANGES: dict[str, tuple[str, ...]] = {
    "a document written again as it was": (
        "update public.kv_store_6fcaeea3 set value = value where key like 'client:%'",
    ),
    "a new key": ("insert into public.kv_store_6fcaeea3 values ('client:production:c-2', '{}')",),
    "a key that went": ("delete from public.kv_store_6fcaeea3 where key = 'site:production:s-2'",),
    "a row of a table": ("update public.sites set name = 'Other'",),
    "a row that went": ("delete from public.sites",),
    "a row put for another": (
        "insert into public.clients (id, name, contact_email) values"
        " ('00000000-0000-4000-8000-000000000001', 'Nimbus', 'ops@nimbus.example')",
        "delete from public.clients where name = 'Orchid Freight'",
    ),
    "an index that went": ("drop index public.idx_sites_status",),
    "a rule of a table": ("alter table public.sites add check (name <> '')",),
    "a column more": ("alter table public.sites add column note text",),
    "a trigger": (
        "create function public.nothing() returns trigger language plpgsql"
        " as 'begin return new; end'",
        "create trigger nothing before update on public.sites"
        " for each row execute function public.nothing()",
    ),
    "what the trigger does": (
        "create or replace function public.nothing() returns trigger language plpgsql"
        " as 'begin return null; end'",
    ),
    "a row of the ledger": ("delete from kv_to_tables.key_ledger where key_class = 'rejected'",),
    "a table of ours emptied by a crash": ("truncate kv_to_tables.verdicts",),
    "a view of ours that is another": (
        "drop view kv_to_tables.leftover_census",
        "create view kv_to_tables.leftover_census as select 1 as one",
    ),
    "a column of ours that went": ("alter table kv_to_tables.gate drop column reject_count",),
    "a table of ours that went": ("drop table kv_to_tables.leftovers cascade",),
    "what a run wrote": ("delete from kv_to_tables.written_rows",),
}


# What was done, and what undoes it.
OTHER_ENDS = (
    (
        "update kv_to_tables.runs set outcome = 'failed'",
        "update kv_to_tables.runs set outcome = 'done'",
    ),
    (
        "insert into kv_to_tables.runs (run_id, started_at, outcome)"
        " values ('of plain dbt', clock_timestamp(), 'done')",
        "delete from kv_to_tables.runs where run_id = 'of plain dbt'",
    ),
    (
        "insert into kv_to_tables.conflicts"
        " select run_id, 'clients', gen_random_uuid(), 'foreign', false from kv_to_tables.runs",
        "delete from kv_to_tables.conflicts",
    ),
)


def test_whatever_changes_brings_a_whole_run(
    migrated: tuple[Target, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    target, run_id = migrated
    for name, statements in CHANGES.items():
        execute(target, *statements)
        assert unchanged_since(target, run_id) == "", name
        accept(target, run_id)
    assert unchanged_since(target, run_id, digest="of corrections") == ""
    assert unchanged_since(target, run_id, on_gone="delete") == ""
    assert unchanged_since(replace(target, name="dev"), run_id) == ""
    for name in ("KV_ENVIRONMENT", "KV_EMBEDDED_DEFAULT_ENVIRONMENT", "KV_TIMEZONE", "KV_NEWER"):
        with monkeypatch.context() as patch:
            patch.setenv(name, "another")
            assert unchanged_since(target, run_id) == "", name
    with monkeypatch.context() as patch:
        patch.setattr("scripts.unchanged.code_version", lambda: "another")
        assert unchanged_since(target, run_id) == ""
    assert unchanged_since(target, run_id) == run_id
    for done, undone in OTHER_ENDS:
        execute(target, done)
        assert unchanged_since(target, run_id) == "", done
        execute(target, undone)
        assert unchanged_since(target, run_id) == run_id
    # As if the state had been taken two thousand million transactions ago.
    execute(
        target,
        "update kv_to_tables.run_states set after = jsonb_set("
        "after, '{moment}', to_jsonb((after ->> 'moment')::bigint - 2147483649))",
    )
    assert unchanged_since(target, run_id) == ""
    accept(target, run_id)
    execute(target, "alter table public.kv_store_6fcaeea3 rename to kv_base")
    execute(target, "create view public.kv_store_6fcaeea3 as select * from public.kv_base")
    with memory(target, run_id) as now:
        assert now._state() is None, "a view has no versions"


@pytest.mark.slow
def test_what_was_written_into_a_new_table_while_its_run_went_on_is_seen(
    migrated: tuple[Target, str],
) -> None:
    target, run_id = migrated
    assert unchanged_since(target, run_id) == run_id
    execute(target, "update public.sites set name = 'Other'")
    # As if the state after the run had been taken only then.
    with memory(target, run_id) as now:
        state = now._state()
    assert state is not None
    with connect(target) as connection:
        connection.execute("update kv_to_tables.run_states set after = %s", (Jsonb(asdict(state)),))
    assert unchanged_since(target, run_id) == ""


@pytest.mark.slow
def test_a_run_with_news_is_followed_by_a_whole_one(migrated: tuple[Target, str]) -> None:
    target, _ = migrated
    set_field(target, KEY, "name", "Orchid Freight Ltd")
    with_news = run(target)
    assert with_news.unchanged_since == ""
    told = "select source_key, change from kv_to_tables.key_changes"
    assert rows(target, told) == [(KEY, "changed")]
    # What the run before told is not told a second time.
    assert run(target).unchanged_since == ""
    assert rows(target, told) == []
    assert run(target).unchanged_since != ""


@pytest.mark.slow
def test_on_demand_and_in_a_dry_run_every_document_is_judged(
    migrated: tuple[Target, str],
) -> None:
    target, _ = migrated
    assert run(target, full=True).unchanged_since == ""
    assert run(target, dry_run=True).unchanged_since == ""


@pytest.mark.slow
def test_a_state_that_lies_does_not_get_past_the_proof(migrated: tuple[Target, str]) -> None:
    target, run_id = migrated
    set_field(target, KEY, "name", "Orchid Freight Ltd")
    with memory(target, run_id) as now:
        state = now._state()
    assert state is not None
    with connect(target) as connection:
        connection.execute(
            "update kv_to_tables.run_states set before = %(state)s, after = %(state)s",
            {"state": Jsonb(asdict(state))},
        )
    lied = run(target, judge=True)
    assert lied.unchanged_since == run_id
    assert lied.verification is not None
    assert any(check.outcome == NOTED for check in lied.verification.checks)
