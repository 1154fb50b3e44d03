"""Runs after the first: what came, changed or went in the store, and what becomes of its rows."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from helpers import load_documents, rows, run, take_out
from psycopg.types.json import Jsonb

from scripts.connection import connect
from scripts.rollback import roll_back
from scripts.settings import Target

AT = {"createdAt": "2026-01-01T00:00:00Z", "updatedAt": "2026-01-02T00:00:00Z"}
STORE: dict[str, Any] = {
    "client:production:c-1": {
        "id": "c-1",
        "name": "Orchid Freight",
        "contactEmail": "ops@orchid.example",
        **AT,
    },
    "client:production:c-2": {
        "id": "c-2",
        "name": "Nimbus Labs",
        "contactEmail": "ops@nimbus.example",
        **AT,
    },
    "site:production:s-1": {"id": "s-1", "name": "Orchid", "slug": "o", "clientId": "c-1", **AT},
    "site:production:s-2": {"id": "s-2", "name": "Second", "slug": "t", "clientId": "c-1", **AT},
    "role:production:role-1": {"id": "role-1"},
}


def put(target: Target, key: str, value: dict[str, Any]) -> None:
    with connect(target) as connection:
        connection.execute(
            "insert into public.kv_store_6fcaeea3 values (%s, %s)"
            " on conflict (key) do update set value = excluded.value",
            (key, Jsonb(value)),
        )


def names(target: Target, entity: str) -> list[str]:
    found = {
        "clients": "select name from public.clients order by name",
        "sites": "select name from public.sites order by name",
    }
    return [name for (name,) in rows(target, found[entity])]


def changes(target: Target) -> list[tuple[Any, ...]]:
    return rows(
        target, "select source_key, change from kv_to_tables.key_changes order by source_key"
    )


def outlived(target: Target) -> list[tuple[Any, ...]]:
    return rows(
        target,
        "select source_key, reason, outcome from kv_to_tables.outlived_rows"
        " order by entity, source_key",
    )


@pytest.fixture
def migrated(database: Target, tmp_path: Path) -> Target:
    load_documents(database, tmp_path, STORE)
    assert run(database).failures == []
    assert changes(database) == []
    return database


@pytest.mark.slow
def test_new_changed_and_gone_keys_are_found_by_hash_and_alone_moved(migrated: Target) -> None:
    before = rows(migrated, "select id, xmin::text from public.clients order by id")
    put(migrated, "client:production:c-3", {**STORE["client:production:c-2"], "id": "c-3"})
    put(migrated, "site:production:s-1", {**STORE["site:production:s-1"], "name": "Orchid two"})
    take_out(migrated, "site:production:s-2", "role:production:role-1")
    outcome = run(migrated, judge=True)
    assert outcome.failures == []
    assert changes(migrated) == [
        ("client:production:c-3", "new"),
        ("role:production:role-1", "gone"),
        ("site:production:s-1", "changed"),
        ("site:production:s-2", "gone"),
    ]
    # The sum is of the store as it is now; what is gone stands outside it, and its row stays.
    assert rows(migrated, "select count(*) from kv_to_tables.key_ledger") == [(4,)]
    assert names(migrated, "sites") == ["Orchid two", "Second"]
    assert outlived(migrated) == [("site:production:s-2", "gone", "kept")]
    after = rows(migrated, "select id, xmin::text from public.clients order by id")
    assert set(before) < set(after)

    # It is remembered in the runs that follow, and forgotten when it comes again.
    assert run(migrated).failures == []
    assert changes(migrated) == [
        ("role:production:role-1", "gone"),
        ("site:production:s-2", "gone"),
    ]
    put(migrated, "site:production:s-2", STORE["site:production:s-2"])
    assert run(migrated).failures == []
    assert changes(migrated) == [("role:production:role-1", "gone"), ("site:production:s-2", "new")]
    assert outlived(migrated) == []


@pytest.mark.slow
def test_rows_of_gone_keys_go_where_the_operator_says_so_and_come_back(migrated: Target) -> None:
    put(migrated, "client:production:c-2", {**STORE["client:production:c-2"], "deleted": True})
    take_out(migrated, "client:production:c-1", "site:production:s-2")
    with connect(migrated) as connection:
        connection.execute("update public.sites set name = 'Edited' where slug = 'o'")
    outcome = run(migrated, judge=True, on_gone="delete", batch_size="1")
    # The site that stays keeps its client in the table, and its row is as the application edited it.
    assert outcome.failures == []
    assert names(migrated, "clients") == ["Orchid Freight"]
    assert names(migrated, "sites") == ["Edited"]
    assert outlived(migrated) == [
        ("client:production:c-1", "gone", "referred_to"),
        ("client:production:c-2", "soft_deleted", "deleted"),
        ("site:production:s-2", "gone", "deleted"),
    ]
    assert rows(
        migrated,
        "select entity, action from kv_to_tables.written_rows where run_id = (select run_id"
        " from kv_to_tables.runs order by started_at desc limit 1) order by entity",
    ) == [("clients", "delete"), ("sites", "delete")]

    steps = {step.entity: step for step in roll_back(migrated, "", confirm=True)}
    assert (steps["clients"].insert, steps["sites"].insert) == (1, 1)
    assert names(migrated, "clients") == ["Nimbus Labs", "Orchid Freight"]
    assert names(migrated, "sites") == ["Edited", "Second"]


@pytest.mark.slow
def test_a_correction_of_the_id_says_that_a_record_is_a_row_that_is_there(
    database: Target, tmp_path: Path
) -> None:
    live = "7f3d9a52-8a65-4a3e-9d55-0a1b2c3d4e5f"
    load_documents(database, tmp_path, STORE)
    assert run(database).failures == []
    with connect(database) as connection:
        # The application's own client, with its own site, before the store came.
        connection.execute("delete from public.sites")
        connection.execute("delete from public.clients")
        connection.execute("drop schema kv_to_tables cascade")
        connection.execute(
            "insert into public.clients (id, name, contact_email, created_at, updated_at)"
            " values (%s, 'Orchid Freight Ltd', 'new@orchid.example', now(), now())",
            (live,),
        )
    corrections = tmp_path / "corrections.csv"
    corrections.write_text(
        f'key,field,value,reason\nclient:production:c-1,id,"""{live}""",the same client\n'
    )
    corrections.chmod(0o600)
    outcome = run(database, judge=True, corrections=str(corrections))
    assert outcome.failures == []
    # The row stays the application's, the sites of the store follow.
    assert names(database, "clients") == ["Nimbus Labs", "Orchid Freight Ltd"]
    assert rows(database, "select slug, client_id::text from public.sites order by slug") == [
        ("o", live),
        ("t", live),
    ]
    assert rows(database, "select entity, id::text, kind from kv_to_tables.conflicts") == [
        ("clients", live, "foreign")
    ]
