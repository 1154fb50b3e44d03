"""The run history and the shape of a store: what each step leaves, and what a digest sees."""

from __future__ import annotations

import gzip
import io
import json
import stat
from dataclasses import replace
from pathlib import Path
from typing import Any

import psycopg
import pytest
from helpers import load_documents, rows, run
from psycopg import sql

from scripts import console, history, store_tasks
from scripts.connection import connect, conninfo
from scripts.errors import KvError, UsageError
from scripts.history_report import chosen_steps, print_history, what_of
from scripts.migrate import Options
from scripts.rollback import roll_back
from scripts.run_account import may_begin
from scripts.settings import Target
from scripts.store_shape import shape_of

CLIENT = {"name": "Orchid", "contactEmail": "canary-9@b.example", "notes": None}
STORE: dict[str, Any] = {
    "client:production:c-1": CLIENT,
    "client:production:c-2": {"name": "Nimbus", "contactEmail": "n@b.example"},
    "sites:slug:orchid": {"siteId": "s-1"},
    "sites:s-1": {"id": "s-1", "name": "Orchid"},
    "gifts:all": [{"id": "g-1", "price": 1.5}],
    "user_orders:8d1f": ["o-1"],
    "order_counter": 7,
    "hris_sync_site-1": {"at": "2026-01-01"},
}


@pytest.fixture(autouse=True)
def own_history(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KV_RUNS_DIR", str(tmp_path / "runs"))


def shape(target: Target) -> str:
    with connect(target, read_only=True) as connection:
        return shape_of(connection, target)


def shape_with(target: Target, documents: dict[str, Any]) -> str:
    """Give the digest of the store with more documents, and take them away again."""
    with connect(target) as connection:
        for key, value in documents.items():
            connection.execute(
                "insert into kv_store_6fcaeea3 values (%s, %s)"
                " on conflict (key) do update set value = excluded.value",
                (key, json.dumps(value)),
            )
        found = shape_of(connection, target)
        connection.rollback()
        return found


def test_a_run_and_its_rollback_are_steps_with_counts_and_without_values(
    database: Target, tmp_path: Path
) -> None:
    load_documents(database, tmp_path, {"client:production:c-1": CLIENT, "client:x": {"a": 1}})
    outcome = run(database, max_rejects="99%")
    roll_back(database, "", confirm=False)
    roll_back(database, "", confirm=True, no_backup=True)
    migrated, rolled_back = history.steps()
    assert (migrated.kind, migrated.outcome, migrated.run_id) == (
        "migrate",
        "rejects",
        outcome.run_id,
    )
    assert migrated.facts["classes"] == {"migrated": 1, "rejected": 1}
    assert (migrated.facts["exit_code"], migrated.facts["failures"]) == (3, 0)
    assert migrated.options == {"max_rejects": "99%", "no_backup": True}
    # No road leads over this target: nobody asks for the shape of its store.
    assert migrated.store_shape == ""
    assert migrated.code_version == history.code_version()
    assert (rolled_back.kind, rolled_back.outcome) == ("rollback", "done")
    assert rolled_back.facts == {
        "backup": "",
        "runs": [migrated.run_id],
        "deleted": 1,
        "restored": 0,
        "spared": 0,
    }
    text = history.history_file().read_text(encoding="utf-8")
    assert "canary-9" not in text
    assert stat.S_IMODE(history.history_file().stat().st_mode) == 0o600


def test_the_shape_of_a_store_is_read_where_a_road_leads_over_its_target(
    database: Target, tmp_path: Path
) -> None:
    load_documents(database, tmp_path, {"client:production:c-1": CLIENT})
    copy = replace(database, name="prod-copy")
    assert may_begin(copy, Options()) == shape(database) != ""
    assert may_begin(database, Options()) == ""


def test_a_run_that_cannot_begin_is_a_failed_step(database: Target) -> None:
    with pytest.raises(KvError, match="There is no table"):
        run(database, dry_run=True)
    (step,) = history.steps()
    assert (step.kind, step.outcome, step.store_shape) == ("dry_run", "failed", "")
    assert step.facts == {"error": "There is no table public.kv_store_6fcaeea3."}


def test_a_load_and_a_sample_are_steps(database: Target, tmp_path: Path) -> None:
    console.out.quiet = True
    path = tmp_path / "dump.jsonl.gz"
    with gzip.open(path, "wt", encoding="utf-8") as file:
        file.write('{"key": "client:1", "value": {"name": "canary-8"}}\nnonsense\n')
    with pytest.raises(KvError, match="Line 2"):
        store_tasks.load_task(database, str(path), replace=False)
    store_tasks.sample_task(database, "800", "1", str(tmp_path / "s.jsonl.gz"), replace=False)
    store_tasks.sample_task(None, "800", "1", str(tmp_path / "s.jsonl.gz"), replace=False)
    assert [(step.kind, step.outcome) for step in history.steps()] == [
        ("load", "failed"),
        ("sample", "done"),
    ]
    assert history.steps()[1].facts["keys"] == 800
    assert "canary-8" not in history.history_file().read_text(encoding="utf-8")


def test_the_table_shows_the_newest_last_and_takes_a_target_and_a_limit(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for number in range(3):
        with history.step("verify", "prod-copy") as step:
            step.facts.update(checks=number + 1000)
    with history.step("copy", "prod-copy", source="prod") as step:
        step.facts["keys"] = 5
    with history.step("load", "dev"):
        pass
    assert [step.kind for step in chosen_steps("prod")] == ["copy"]
    assert [what_of(step) for step in chosen_steps("prod-copy", "2")] == ["1,002 checks", "5 keys"]
    assert len(chosen_steps()) == 5
    shown = io.StringIO()
    monkeypatch.setattr(console.out, "file", shown)
    monkeypatch.setattr(console.out, "width", 200)
    monkeypatch.setattr(console.out, "quiet", False)
    print_history(chosen_steps(limit="2"), as_json=False)
    lines = [line for line in shown.getvalue().splitlines() if line.strip()]
    assert len(lines) == 4
    assert "prod to prod-copy" in lines[2]
    assert "load" in lines[3]


@pytest.mark.parametrize("limit", ["0", "-1", "many", "²"])
def test_a_limit_that_is_no_number_is_refused(limit: str) -> None:
    with pytest.raises(UsageError, match="is not a number of steps"):
        chosen_steps(limit=limit)


def test_a_history_that_was_changed_by_hand_is_refused_with_the_line() -> None:
    with history.step("load", "dev"):
        pass
    with history.history_file().open("a", encoding="utf-8") as file:
        file.write('{"kind": "migrate"}\n')
    with pytest.raises(KvError, match=r"Line 2 of .*history\.jsonl is no step"):
        chosen_steps()


@pytest.mark.parametrize(
    "more",
    [
        {"client:production:c-1770900000123-a1b2c3d": {"name": "x", "contactEmail": "y"}},
        {"client:production:jane@x.example": {"contactEmail": "y", "name": "x"}},
        {"client:production:acme": {"name": "x", "contactEmail": None, "notes": None}},
        {"sites:beta": {"id": "b", "name": "x"}, "sites:slug:other": {"siteId": "beta"}},
        {"user_orders:abc": [], "user_orders:def": ["a", "b"]},
        {"hris_sync_acme": {"at": ""}, "order_counter": 8},
    ],
)
def test_new_documents_of_known_shape_leave_the_digest(
    database: Target, tmp_path: Path, more: dict[str, Any]
) -> None:
    load_documents(database, tmp_path, STORE)
    assert shape_with(database, more) == shape(database)


@pytest.mark.parametrize(
    "more",
    [
        {"invoice:1": {"name": "x"}},
        {"sites:s-1:catalog_config": {"id": "s-1", "name": "x"}},
        {"client:staging:c-1": {"name": "x", "contactEmail": "y"}},
        {"client:c-1": {"name": "x", "contactEmail": "y"}},
        {"client:production:c-3": {"name": "x", "contactEmail": "y", "phone": None}},
        {"client:production:c-3": {"name": "x", "contactEmail": "y", "notes": "z"}},
        {"client:production:c-3": {"name": 5}},
        {"client:production:c-3": "text"},
        {"user_orders:abc": [5]},
        {"gifts:more:all": [{"id": "g-1"}]},
        {"user_orders:abc": [{"id": "g-1"}]},
    ],
)
def test_a_new_family_field_or_type_changes_the_digest(
    database: Target, tmp_path: Path, more: dict[str, Any]
) -> None:
    load_documents(database, tmp_path, STORE)
    assert shape_with(database, more) != shape(database)


@pytest.mark.parametrize("locale", ["C", "C.UTF-8", "en_US.UTF-8"])
def test_the_digest_hangs_on_no_order_and_no_collation(
    server: Target, tmp_path: Path, locale: str
) -> None:
    documents = {**STORE, "Ärger:1": {"ä": 1, "z": 1, "A": 1, "a": 1, "_": 1}}
    with psycopg.connect(conninfo(server), autocommit=True) as connection:
        try:
            connection.execute(
                sql.SQL(
                    "create database kv_shape template template0 encoding 'UTF8' locale {}"
                ).format(sql.Literal(locale))
            )
        except psycopg.errors.WrongObjectType:
            pytest.skip(f"this machine has no locale {locale}")
    target = Target("embedded", server.host, server.port, server.user, "kv_shape")
    try:
        load_documents(target, tmp_path, documents)
        found = shape(target)
        load_documents(target, tmp_path, dict(reversed(documents.items())))
        assert shape(target) == found == "84376162b21c195c"
    finally:
        with psycopg.connect(conninfo(server), autocommit=True) as connection:
            connection.execute("drop database kv_shape with (force)")


def test_the_digest_leaves_the_callers_transaction_as_it_was(
    database: Target, tmp_path: Path
) -> None:
    load_documents(database, tmp_path, STORE)
    with connect(database) as connection:
        connection.execute("create table mine ()")
        shape_of(connection, database)
        assert connection.execute("show enable_sort").fetchone() == ("on",)
    assert rows(database, "select to_regclass('mine')::text") == [("mine",)]


def test_a_target_without_a_store_has_no_shape(database: Target) -> None:
    assert shape(database) == ""
    with connect(database) as connection:
        connection.execute("create table kv_store_6fcaeea3 (key text, value text)")
    assert shape(database) == ""
