"""A live database stays what it is: definitions and the application's rows, through every command."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from helpers import load_documents, rows, run
from live_database import CLAIMS, claiming_documents, live_fingerprint, make_live
from psycopg.types.json import Jsonb
from test_servers import SYSTEM_15, other_server

from scripts.connection import connect
from scripts.errors import Exit
from scripts.rollback import roll_back
from scripts.settings import ENTITIES, Target
from scripts.verify import verify


def put(target: Target, key: str, **fields: Any) -> None:
    with connect(target) as connection:
        connection.execute(
            "update public.kv_store_6fcaeea3 set value = value || %s where key = %s",
            (Jsonb(fields), key),
        )


def ours(target: Target) -> set[str]:
    """Give the ids of the rows our runs wrote, but for those that stood there before."""
    return {
        str(row[0])
        for row in rows(
            target,
            "select id from kv_to_tables.written_rows group by entity, id"
            " having bool_or(action = 'insert')",
        )
    }


def described(target: Target, *, without: set[str], versions: bool = True) -> list[str]:
    """Describe all but our schema, our rows and the store itself, which the test changes."""
    found = live_fingerprint(target, ours=without, versions=versions)
    return [line for line in found if "kv_store_6fcaeea3" not in line]


def corrections_of(tmp_path: Path) -> str:
    """Say of each record that claims a value of a live row that it is that row."""
    path = tmp_path / "corrections.csv"
    lines = [f'{key},id,"""{row}""",the same' for key, (_, row) in CLAIMS.items()]
    path.write_text("\n".join(["key,field,value,reason", *lines]) + "\n", encoding="utf-8")
    path.chmod(0o600)
    return str(path)


def walk(target: Target, tmp_path: Path) -> None:
    """Migrate into a live database, catch up, match, take it all back; compare at every step."""
    make_live(target)
    load_documents(target, tmp_path, claiming_documents())
    before = described(target, without=set())

    first = run(target, judge=True)
    assert first.failures == []
    assert first.exit_code == Exit.REJECTS
    assert described(target, without=ours(target)) == before
    held = rows(
        target,
        "select source_key, reject_codes, winner_key from kv_to_tables.key_ledger"
        " where key_class = 'rejected' order by source_key",
    )
    assert [(key, winner.removeprefix("the live row ")) for key, _, winner in held] == [
        (key, CLAIMS[key][1]) for key in sorted(CLAIMS) if key in {row[0] for row in held}
    ]
    assert len(held) == len(CLAIMS)

    # Catch-up: only what changed is written, and the record's own updated_at stands in the row.
    written = rows(target, "select count(*) from kv_to_tables.written_rows")[0][0]
    put(target, "order:production:order-101", status="processing", updatedAt="2026-03-03T00:00:00Z")
    assert run(target, judge=True).failures == []
    assert rows(target, "select count(*) from kv_to_tables.written_rows") == [(written + 1,)]
    assert rows(
        target,
        "select status, updated_at::text from public.orders"
        " where order_number = 'ORD-20260110-NIMBUS'",
    ) == [("processing", "2026-03-03 00:00:00+00")]
    assert described(target, without=ours(target)) == before

    # The operator says which records are rows that are there: they stay as the application has them.
    matched = run(target, judge=True, corrections=corrections_of(tmp_path))
    assert matched.failures == []
    assert matched.exit_code == Exit.DONE
    kept = rows(
        target,
        "select entity, id::text, kind, is_written from kv_to_tables.conflicts where run_id = ("
        "select run_id from kv_to_tables.runs order by started_at desc limit 1) order by entity",
    )
    assert sorted((entity, row) for entity, row, _, _ in kept) == sorted(CLAIMS.values())
    assert {(kind, taken) for _, _, kind, taken in kept} == {("foreign", False)}
    assert described(target, without=ours(target)) == before

    # What the application does meanwhile is its own, and verifying says so without failing.
    with connect(target) as connection:
        connection.execute(
            "update public.orders set notes = 'called' where order_number = 'ORD-20260110-NIMBUS'"
        )
    report = verify(target, target.final_schema, target.work_schema)
    assert report.failures() == []
    noted = {check.name for check in report.checks if check.outcome == "noted"}
    assert "orders: rows the application changed since" in noted

    roll_back(target, "", confirm=True, run="all", include_edited=True)
    for entity in ENTITIES:
        assert rows(
            target,
            "select count(*) from kv_to_tables.written_rows where entity = %s",
            entity,
        ) == [(0,)]
    # What the audit trigger wrote of our rows is the application's own record, and stays.
    gone = {line for line in described(target, without=set()) if "public.audit_logs" not in line}
    assert gone == {line for line in before if "public.audit_logs" not in line}


@pytest.mark.slow
def test_a_live_database_on_postgresql_18_stays_what_it_is(
    database: Target, tmp_path: Path
) -> None:
    walk(database, tmp_path)


@pytest.mark.slow
def test_a_live_database_on_postgresql_16_stays_what_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with other_server(tmp_path / "pg", monkeypatch, KV_EMBEDDED_VERSION="16") as target:
        walk(target, tmp_path)


@pytest.mark.slow
@pytest.mark.skipif(not SYSTEM_15.is_dir(), reason="PostgreSQL 15 is not installed here")
def test_a_live_database_on_postgresql_15_stays_what_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with other_server(tmp_path / "pg", monkeypatch, KV_EMBEDDED_BIN=str(SYSTEM_15)) as target:
        walk(target, tmp_path)
