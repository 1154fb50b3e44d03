"""A copy takes what the source holds, never writes to it, and goes on where it was stopped."""

from __future__ import annotations

import itertools
import os
import signal
import subprocess
import sys
import time
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest
from helpers import fingerprint, load_documents, rows
from live_tables import make_live, run_sql, triggers
from test_servers import SYSTEM_15, other_server

from scripts import history, table_copy
from scripts.connection import connect, conninfo
from scripts.errors import Exit, KvError, UsageError
from scripts.settings import ENTITIES, ROOT, Target
from scripts.table_copy import copy
from scripts.table_copy.chunks import Pace, chunk_lines, end_of_chunk, key_of

OWN = ("kv_to_tables",)
_NEW_CLIENT_WITH_AN_ORDER = """
insert into clients (id, name, contact_email)
values ('10000000-0000-0000-0000-000000000001', 'New', 'new@b.example');
insert into orders select (jsonb_populate_record(o, jsonb_build_object(
    'id', gen_random_uuid(), 'order_number', '2',
    'client_id', '10000000-0000-0000-0000-000000000001'
))).* from orders as o
"""


@pytest.fixture
def source(database: Target, tmp_path: Path) -> Target:
    """Give a database as the application has it."""
    make_live(database, tmp_path)
    run_sql(database, "alter table clients drop column default_brand_id; drop table brands")
    return replace(database, name="dev")


@pytest.fixture
def copied(other_database: Target) -> Target:
    """Give the database to copy into, as another target."""
    return replace(other_database, name="prod-copy")


def seen(target: Target) -> list[tuple[object, ...]]:
    """Describe rows and definitions, but for the checkpoints of a copy."""
    found = fingerprint(target, without=OWN, versions=False) + triggers(target)
    return [part for part in found if "copied_tables" not in str(part)]


def fill(target: Target, number: int) -> None:
    run_sql(
        target,
        "insert into kv_store_6fcaeea3 select 'k' || n, jsonb_build_object('n', n)"
        " from generate_series(1, #) as n".replace("#", str(number)),
    )


def test_a_copy_has_the_rows_and_the_definitions_of_its_source(
    source: Target, copied: Target
) -> None:
    fill(source, 12_000)
    before = fingerprint(source)
    done = copy(source, copied)
    assert done.exit_code == Exit.DONE
    assert fingerprint(source) == before
    assert seen(copied) == seen(source)
    assert [(part["table"], part["rows"], part["state"]) for part in done.tables][:2] == [
        ("public.kv_store_6fcaeea3", 12_005, "finished"),
        ("public.clients", 2, "finished"),
    ]
    assert done.notes == [
        "public.clients: 1 row-level policies are not copied.",
        "public.orders: the grants to public are not copied.",
    ]
    step = history.steps()[-1]
    assert (step.kind, step.outcome, step.options["source"]) == ("copy", "done", "dev")


def test_the_source_refuses_every_write(
    source: Target, copied: Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried = []

    def write_instead(connection: psycopg.Connection, *_: object) -> None:
        for statement in (
            "insert into public.kv_store_6fcaeea3 values ('x', '1')",
            "create table public.x ()",
            "set transaction read write",
        ):
            with pytest.raises(psycopg.Error) as raised, connection.transaction():
                connection.execute(statement)
            tried.append(raised.value.sqlstate)

    monkeypatch.setattr(table_copy, "end_of_chunk", write_instead)
    before = fingerprint(source)
    copy(source, copied)
    # Read-only transaction twice; a transaction that has read cannot be made to write.
    assert tried[:3] == ["25006", "25006", "25001"]
    assert fingerprint(source) == before


def stop_after(chunks: int) -> table_copy.Watch:
    """Give a watch that ends the copy behind so many chunks."""
    count = itertools.count(1)

    def watch(_table: str, _rows: int) -> None:
        if next(count) == chunks:
            raise KeyboardInterrupt

    return watch


@pytest.mark.parametrize("chunks", [1, 4, 7, 11])
def test_an_interrupted_copy_is_resumed_to_the_same_end(
    source: Target, copied: Target, chunks: int
) -> None:
    fill(source, 3_000)
    pace = Pace(1_000_000)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("scripts.table_copy.chunks.ROWS", 1_000)
        with pytest.raises(KeyboardInterrupt):
            copy(source, copied, pace=pace, watch=stop_after(chunks))
        with pytest.raises(UsageError, match="was begun before; nothing was copied"):
            copy(source, copied)
        done = copy(source, copied, resume=True)
    assert done.resumed
    assert done.failures == []
    assert seen(copied) == seen(source)
    after = fingerprint(copied)
    assert copy(source, copied, resume=True).failures == []
    assert fingerprint(copied) == after


def test_a_copy_that_is_killed_is_resumed_to_the_same_end(source: Target, copied: Target) -> None:
    fill(source, 4_000)
    code = (
        "from scripts.table_copy import copy; from scripts.table_copy.chunks import Pace;"
        f"from scripts.settings import Target; from dataclasses import replace;"
        f"s = Target('dev', {source.host!r}, {source.port}, {source.user!r}, {source.dbname!r});"
        f"copy(s, replace(s, name='prod-copy', dbname={copied.dbname!r}), pace=Pace(1000))"
    )
    process = subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, env=os.environ)
    count = "select row_count from kv_to_tables.copied_tables where table_name like 'kv%'"
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        if rows(copied, "select to_regclass('kv_to_tables.copied_tables')") != [(None,)] and (
            rows(copied, count)[0][0] >= 1_000
        ):
            break
        time.sleep(0.05)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert 1_000 <= rows(copied, count)[0][0] < 4_000
    assert copy(source, copied, resume=True).failures == []
    assert seen(copied) == seen(source)


def test_a_chunk_and_its_checkpoint_are_one_transaction(
    source: Target, copied: Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise KvError("the disk is full")

    with monkeypatch.context() as patch:
        patch.setattr(table_copy, "advance", fail)
        with pytest.raises(KvError, match="the disk is full"):
            copy(source, copied)
    assert rows(copied, "select count(*) from kv_store_6fcaeea3") == [(0,)]
    assert copy(source, copied, resume=True).failures == []


def test_two_copies_at_once_do_not_mix(
    source: Target, copied: Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(source, 100)
    monkeypatch.setattr("scripts.table_copy.chunks.ROWS", 10)
    met = []

    def second(_table: str, _rows: int) -> None:
        if not met:
            met.append(1)
            with pytest.raises(KeyboardInterrupt):
                copy(source, copied, resume=True, watch=stop_after(2))

    with pytest.raises(KvError, match="Another copy is writing to the same target"):
        copy(source, copied, watch=second)
    assert rows(copied, "select count(*) from kv_store_6fcaeea3") == [(30,)]
    assert copy(source, copied, resume=True).failures == []


def test_a_target_with_the_tables_another_source_or_protection_is_refused(
    source: Target, copied: Target, tmp_path: Path
) -> None:
    with pytest.raises(UsageError, match="is protected"):
        copy(source, replace(copied, name="prod"))
    with pytest.raises(UsageError, match="are the same database"):
        copy(source, replace(source, name="prod-copy"))
    with pytest.raises(KvError, match="has none of the tables to copy"):
        copy(replace(copied, name="dev"), replace(source, name="prod-copy"))
    load_documents(copied, tmp_path, {"a": 1})
    before = fingerprint(copied)
    for resume in (False, True):
        with pytest.raises(UsageError, match=r"has a table public\.kv_store_6fcaeea3 already"):
            copy(source, copied, resume=resume)
    assert fingerprint(copied) == before
    run_sql(copied, "drop table kv_store_6fcaeea3")
    copy(source, copied)
    elsewhere = replace(source, dbname="postgres")
    with closing(connect(elsewhere, autocommit=True)) as connection:
        connection.execute("create table kv_store_6fcaeea3 (key text primary key, value jsonb)")
        try:
            with pytest.raises(UsageError, match="holds a copy of another source, 'dev'"):
                copy(elsewhere, copied, resume=True)
        finally:
            connection.execute("drop table kv_store_6fcaeea3")


def test_a_difference_is_found_and_named_by_its_table(source: Target, copied: Target) -> None:
    def alter(table: str, _rows: int) -> None:
        if table == "public.orders":
            run_sql(copied, "update products set name = 'Cup' where sku = 'A-1'")

    done = copy(source, copied, watch=alter)
    assert done.exit_code == Exit.FAILED
    assert len(done.failures) == 1
    assert done.failures[0].startswith("public.products has 2 rows with the checksum")
    assert history.steps()[-1].outcome == "failed"
    run_sql(copied, "update products set name = 'Mug' where sku = 'A-1'")
    assert copy(source, copied, resume=True).failures == []


def test_rows_that_change_behind_the_copy_are_seen_and_orphans_are_said(
    source: Target, copied: Target
) -> None:
    changed = []

    def change(table: str, _rows: int) -> None:
        if table == "public.employees" and not changed:
            changed.append(1)
            run_sql(source, _NEW_CLIENT_WITH_AN_ORDER)

    done = copy(source, copied, watch=change)
    assert done.exit_code == Exit.FAILED
    (failure,) = done.failures
    assert failure.startswith("public.orders: the constraint orders_client_id_fkey cannot be made")
    assert "repeat with --resume" in failure
    counts = {part["table"]: (part["rows"], part["source_rows"]) for part in done.tables}
    assert counts["public.clients"] == (2, 3)
    assert counts["public.orders"] == (2, 2)
    # Everything else is made; once the orphan is gone the key is made too.
    assert rows(copied, "select count(*) from pg_constraint where contype = 'f'") == [(7,)]
    run_sql(copied, "delete from orders where order_number = '2'")
    assert copy(source, copied, resume=True).failures == []
    assert rows(copied, "select count(*) from pg_constraint where contype = 'f'") == [(8,)]


def test_the_pace_is_kept(source: Target, copied: Target) -> None:
    fill(source, 600)
    started = time.monotonic()
    done = copy(source, copied, pace=Pace(400))
    assert time.monotonic() - started >= 613 / 400
    assert done.failures == []


def test_a_chunk_ends_where_it_becomes_large(
    source: Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("scripts.table_copy.chunks.BYTES", 100)
    with connect(source) as connection:
        table = table_copy.read_definition(connection, "public", "kv_store_6fcaeea3")
        key = key_of(connection, table)
        ends, last = [], None
        while (last := end_of_chunk(connection, table, key, last, 5)) is not None:
            ends.append(last)
    assert len(ends) > 1
    assert ends[-1] == rows(source, "select max(key) from kv_store_6fcaeea3")[0][0]


def test_a_chunk_is_read_through_the_index(source: Target) -> None:
    fill(source, 20_000)
    run_sql(source, "analyze kv_store_6fcaeea3")
    with connect(source) as connection:
        table = table_copy.read_definition(connection, "public", "kv_store_6fcaeea3")
        key = key_of(connection, table)
        assert end_of_chunk(connection, table, key, "k5", 100) is not None
        assert sum(len(lines) for lines in chunk_lines(connection, table, key, "k5", "k51")) == 112
        scans = connection.execute(
            "select seq_scan, idx_scan, idx_tup_fetch from pg_stat_xact_user_tables"
            " where relname = 'kv_store_6fcaeea3'"
        ).fetchone()
    assert scans is not None
    assert scans[:2] == (0, 2)
    assert scans[2] <= 212


_ODD_KEYS = r"""
insert into kv_store_6fcaeea3 select k, '1' from unnest(array[
    'a', 'B', 'ä', 'Z', 'z', '_', '-', 'a-b', 'ab', 'a:b', E'a\tb', E'a\\b', '''', '"', ' ', '', '{}'
]) as k
"""


@pytest.mark.skipif(not SYSTEM_15.is_dir(), reason="PostgreSQL 15 is not installed here")
def test_source_and_target_may_sort_otherwise_and_be_of_two_versions(
    copied: Target, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with (
        other_server(tmp_path / "old", monkeypatch, KV_EMBEDDED_BIN=str(SYSTEM_15)) as server,
        psycopg.connect(conninfo(server), autocommit=True) as connection,
    ):
        connection.execute(
            "create database german template template0 locale_provider icu"
            " icu_locale 'de-DE' locale 'C.utf8' encoding 'UTF8'"
        )
        source = replace(server, name="dev", dbname="german")
        make_live(source, tmp_path)
        run_sql(source, _ODD_KEYS)
        monkeypatch.setattr("scripts.table_copy.chunks.ROWS", 3)
        assert rows(source, "select 'a' < 'B', 'a' < 'B' collate \"C\"") == [(True, False)]
        assert copy(source, copied).failures == []
        for name in ("kv_store_6fcaeea3", *ENTITIES):
            query = 'select t::text from # as t order by t::text collate "C"'.replace("#", name)
            there = rows(copied, query)
            assert there == rows(source, query)
            assert len(there) > 0


def test_a_table_without_a_key_of_one_column_is_refused_before_anything_is_made(
    source: Target, copied: Target
) -> None:
    run_sql(source, "alter table employees drop constraint employees_pkey cascade")
    with pytest.raises(KvError, match=r"public\.employees has no primary key of one column"):
        copy(source, copied)
    assert rows(copied, "select count(*) from pg_tables where schemaname = 'public'") == [(0,)]
    run_sql(source, "alter table employees add unique (id)")
    assert copy(source, copied).failures == []


def test_a_missing_privilege_and_a_lost_connection_are_one_sentence(
    source: Target, copied: Target
) -> None:
    run_sql(
        source,
        "alter policy clients_all on clients using (status = 'active');"
        " create role kv_reader login; grant usage on schema public to kv_reader;"
        " grant select on kv_store_6fcaeea3, clients to kv_reader; revoke all on orders from public;"
        " grant select on all sequences in schema public to kv_reader",
    )
    try:
        with pytest.raises(KvError, match=r"Row-level security hides rows of public\.clients"):
            copy(replace(source, user="kv_reader"), copied)
    finally:
        run_sql(source, "drop owned by kv_reader; drop role kv_reader")

    def cut(_table: str, _rows: int) -> None:
        run_sql(
            source,
            "select pg_terminate_backend(pid) from pg_stat_activity"
            " where datname = current_database() and pid <> pg_backend_pid()",
        )

    with pytest.raises(KvError, match=r"stopped: .*--resume to go on"):
        copy(source, copied, resume=True, watch=cut)
    assert copy(source, copied, resume=True).failures == []


def test_a_newer_server_copies_to_an_older_one(
    source: Target, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_sql(source, "alter table catalogs add label text generated always as (upper(name)) virtual")
    with other_server(tmp_path / "old", monkeypatch, KV_EMBEDDED_VERSION="16") as server:
        old = replace(server, name="prod-copy")
        done = copy(source, old)
        assert done.failures == []
        assert "public.catalogs: label is stored here, not virtual." in done.notes
        for name in ("kv_store_6fcaeea3", *ENTITIES):
            query = "select t::text from # as t order by 1".replace("#", name)
            assert rows(old, query) == rows(source, query)
        assert [part for part in triggers(old) if "copied_tables" not in str(part)] == triggers(
            source
        )
