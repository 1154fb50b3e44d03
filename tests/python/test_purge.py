"""Retention: after a purge no document of ours is left, the tables are as they were, and it is said."""

from __future__ import annotations

import csv
import io
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest
from helpers import Kept, all_rows, load_documents, migrate_and_keep, new_database, rows, run
from psycopg import sql

from scripts import history
from scripts.checks import verify_task
from scripts.connection import connect, conninfo
from scripts.errors import Exit, KvError, UsageError
from scripts.purge import print_purge, provable_run, purge
from scripts.rollback import roll_back
from scripts.settings import Target

CANARY = "zqcanary"
# Four runs for the module, in each process that has one of its tests.
pytestmark = pytest.mark.slow
STORE = {
    "client:production:c-1": {
        "name": f"{CANARY}-kept",
        "contactEmail": "c@b.example",
        "status": " active ",
        "favourite": f"{CANARY}-leftover",
        "isActive": True,
    },
    "client:production:c-2": {"name": f"{CANARY}-rejected", "phone": f"{CANARY}-p"},
    "client:production:c-3": {"name": f"{CANARY}-mended"},
}


@pytest.fixture(scope="module")
def kept(server: Target, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Kept, str]]:
    """Migrate three times: insert, then update what the application holds, then unchanged."""
    folder = tmp_path_factory.mktemp("purge")
    corrections = folder / "corrections.csv"
    with corrections.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(
            [
                ("key", "field", "value", "reason"),
                ("client:production:c-3", "contactEmail", f"{CANARY}@b.example", "asked"),
            ]
        )
    corrections.chmod(0o600)
    with new_database(server) as target, pytest.MonkeyPatch.context() as patch:
        patch.setenv("KV_CORRECTIONS", str(corrections))
        load_documents(target, folder, STORE)
        first = run(target).run_id
        with connect(target) as connection:
            # As if the first run had found the row: what it replaces is the application's.
            connection.execute(
                "update kv_to_tables.written_rows set action = 'update', before = to_jsonb(c)"
                " from clients as c where c.id = written_rows.id and c.name like '%kept'"
            )
        result = migrate_and_keep(target, "kv_purge")
    yield result, first
    with psycopg.connect(conninfo(server), autocommit=True) as connection:
        connection.execute("drop database kv_purge with (force)")


@pytest.fixture
def purgeable(
    server: Target, kept: tuple[Kept, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Target]:
    monkeypatch.setenv("KV_RUNS_DIR", str(tmp_path / "runs"))
    with new_database(server, kept[0].dbname) as target:
        yield target


def places_of_the_canary(target: Target) -> list[str]:
    """Name the tables of the work schema in which some column holds the canary."""
    found = []
    for (table,) in rows(
        target, "select tablename::text from pg_tables where schemaname = 'kv_to_tables' order by 1"
    ):
        with connect(target) as connection:
            row = connection.execute(
                sql.SQL("select count(*) from {} as t where t::text ilike '%zqcanary%'").format(
                    sql.Identifier("kv_to_tables", table)
                )
            ).fetchone()
        if row and row[0]:
            found.append(table)
    return found


@contextmanager
def run_at_work(target: Target) -> Iterator[None]:
    with connect(target, autocommit=True) as connection:
        connection.execute(
            "select pg_advisory_lock(hashtextextended('kv_to_tables.kv_to_tables', 7347))"
        )
        yield


def test_a_preview_changes_nothing_and_says_what_would_be_lost(
    purgeable: Target, capsys: pytest.CaptureFixture[str]
) -> None:
    before = places_of_the_canary(purgeable)
    # What is to be taken away has to be there first.
    assert {
        "corrections",
        "leftovers",
        "recorded_changes",
        "rejects",
        "stg_kv__keys",
        "typed_clients",
        "written_rows",
    } <= set(before)
    found = purge(purgeable, "", everything=True, yes=False)
    assert not found.is_done
    assert len(found.runs) == 2
    assert set(before) <= {part.table for part in found.parts}
    assert places_of_the_canary(purgeable) == before
    assert history.steps() == []
    print_purge(found, as_json=True)
    assert CANARY not in capsys.readouterr().out


def test_a_purge_leaves_no_document_and_the_tables_as_they_were(purgeable: Target) -> None:
    ledger = "select source_key, key_class, target_id from kv_to_tables.key_ledger order by 1"
    codes = "select source_key, reject_codes from kv_to_tables.rejects"
    kept_before = (all_rows(purgeable), rows(purgeable, ledger), rows(purgeable, codes))
    tables = rows(purgeable, "select schemaname, tablename from pg_tables order by 1, 2")
    done = purge(purgeable, "", everything=True, yes=True)
    assert done.is_done
    assert places_of_the_canary(purgeable) == []
    assert (all_rows(purgeable), rows(purgeable, ledger), rows(purgeable, codes)) == kept_before
    assert rows(purgeable, "select schemaname, tablename from pg_tables order by 1, 2") == tables
    assert rows(purgeable, "select count(*) from kv_store_6fcaeea3") == [(3,)]
    assert rows(purgeable, "select count(*), count(purged_at) from kv_to_tables.runs") == [(2, 2)]
    (step,) = history.steps()
    assert (step.kind, step.outcome, step.facts["runs"]) == ("purge", "done", 2)
    assert purge(purgeable, "", everything=True, yes=True).runs == []


def test_verify_and_rollback_say_that_the_run_was_purged(purgeable: Target) -> None:
    purge(purgeable, "", everything=True, yes=True)
    with pytest.raises(KvError, match=r"Run \S+ was purged on 20\d\d-\d\d-\d\d: .*prove it again"):
        verify_task(purgeable, verbose=False, as_json=True)
    before = all_rows(purgeable)
    with pytest.raises(KvError, match=r"Run \S+ was purged: the 1 rows it replaced"):
        roll_back(purgeable, "", confirm=True, no_backup=True)
    assert all_rows(purgeable) == before
    assert [step.outcome for step in history.steps()] == ["done", "failed", "failed"]


def test_after_the_next_run_verify_works_again(
    purgeable: Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    purge(purgeable, "", everything=True, yes=True)
    monkeypatch.setenv("KV_CORRECTIONS", "")
    before = rows(purgeable, "select name, xmin::text from clients where name like '%kept'")
    outcome = run(purgeable, judge=True)
    assert outcome.exit_code == Exit.REJECTS
    assert rows(purgeable, "select name, xmin::text from clients where name like '%kept'") == before
    with connect(purgeable, read_only=True) as connection:
        assert provable_run(connection, purgeable) == outcome.run_id


def test_inserted_rows_can_still_be_rolled_back(purgeable: Target) -> None:
    with connect(purgeable) as connection:
        connection.execute("update kv_to_tables.written_rows set action = 'insert', before = null")
    purge(purgeable, "", everything=True, yes=True)
    roll_back(purgeable, "", confirm=True, no_backup=True)
    assert rows(purgeable, "select to_regclass('clients')") == [(None,)]


def test_an_earlier_run_loses_its_before_images_and_the_last_keeps_its_proof(
    purgeable: Target, kept: tuple[Kept, str]
) -> None:
    last, first = kept[0].outcome.run_id, kept[1]
    documents = "select count(*) from kv_to_tables.stg_kv__keys where document is not null"
    staged = rows(purgeable, documents)
    done = purge(purgeable, first, everything=False, yes=True)
    assert [(part.table, part.column, part.rows) for part in done.parts] == [
        ("written_rows", "before", 1)
    ]
    assert rows(purgeable, documents) == staged != [(0,)]
    assert rows(purgeable, "select run_id from kv_to_tables.runs where purged_at is not null") == [
        (first,)
    ]
    # A run that did not finish has not replaced what an earlier one left.
    with connect(purgeable) as connection:
        connection.execute(
            "update kv_to_tables.runs set outcome = 'failed', purged_at = now() where run_id = %s",
            (last,),
        )
        connection.execute(
            "update kv_to_tables.runs set purged_at = null where run_id = %s", (first,)
        )
    purge(purgeable, first, everything=False, yes=True)
    assert places_of_the_canary(purgeable) == []


def test_no_purge_while_a_run_is_at_work(purgeable: Target) -> None:
    before = places_of_the_canary(purgeable)
    with run_at_work(purgeable), pytest.raises(KvError, match="A run is at work"):
        purge(purgeable, "", everything=True, yes=True)
    assert places_of_the_canary(purgeable) == before


def test_an_error_in_the_middle_changes_nothing(purgeable: Target) -> None:
    before = places_of_the_canary(purgeable)
    with connect(purgeable) as connection:
        connection.execute(
            "create rule stop as on delete to kv_to_tables.typed_orders"
            " do instead select 1 / (select count(*) from clients where false)"
        )
        connection.execute("insert into kv_to_tables.typed_orders (source_key) values ('order:1')")
    with pytest.raises(psycopg.Error):
        purge(purgeable, "", everything=True, yes=True)
    assert set(places_of_the_canary(purgeable)) == set(before)


@pytest.mark.parametrize(("name", "everything"), [("", False), ("x", True), ("nosuchrun", False)])
def test_a_purge_of_nothing_in_particular_is_refused(
    purgeable: Target, name: str, everything: bool
) -> None:
    with pytest.raises(UsageError):
        purge(purgeable, name, everything=everything, yes=False)


def test_a_protected_target_asks_for_its_name(
    purgeable: Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = places_of_the_canary(purgeable)
    monkeypatch.setattr(sys, "stdin", io.StringIO("yes\n"))
    with pytest.raises(UsageError, match="was not typed"):
        purge(replace(purgeable, name="prod"), "", everything=True, yes=True)
    assert places_of_the_canary(purgeable) == before


def test_without_a_run_there_is_nothing_to_purge(database: Target) -> None:
    with pytest.raises(KvError, match="no run to purge"):
        purge(database, "", everything=True, yes=False)
