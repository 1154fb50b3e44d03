"""The last pass: catch-up until little is left, a short lock, a proof, a guard, and back."""

from __future__ import annotations

import itertools
from pathlib import Path

import psycopg
import pytest
from helpers import load_documents, rows
from psycopg.types.json import Jsonb
from test_catch_up import STORE, names

from scripts import console
from scripts.connection import connect
from scripts.cutover import cut_over, undo
from scripts.difference import Difference, difference
from scripts.errors import KvError, UsageError
from scripts.migrate import Options, Outcome, migrate
from scripts.settings import Target
from scripts.verify import verify
from scripts.watch import watch, whole_number

OPTIONS = Options(as_json=True, no_backup=True)
CHANGED = {**STORE["client:production:c-2"], "name": "Nimbus Works"}


@pytest.fixture
def store(database: Target, tmp_path: Path) -> Target:
    console.out.quiet = True
    load_documents(database, tmp_path, STORE)
    return database


def write(target: Target, key: str, value: object) -> None:
    with connect(target) as connection:
        connection.execute(
            "insert into public.kv_store_6fcaeea3 values (%s, %s)"
            " on conflict (key) do update set value = excluded.value",
            (key, Jsonb(value)),
        )


def ahead(target: Target) -> Difference:
    with connect(target, read_only=True) as connection:
        return difference(connection, target)


@pytest.mark.slow
def test_the_difference_counts_what_the_last_run_has_not_seen(store: Target) -> None:
    assert ahead(store) == Difference(5, 0, 0)
    migrate(store, OPTIONS, judge=False)
    assert ahead(store).total == 0
    write(store, "client:production:c-2", CHANGED)
    write(store, "client:production:c-9", {})
    with connect(store) as connection:
        connection.execute("delete from public.kv_store_6fcaeea3 where key like 'role%'")
    assert ahead(store) == Difference(1, 1, 1)


@pytest.mark.slow
def test_a_watch_repeats_until_the_store_is_hardly_ahead(store: Target) -> None:
    seen: list[int] = []
    writes = iter([("client:production:c-2", CHANGED)])

    def busy(*positional: object, **named: object) -> Outcome:
        """Migrate, and let the application write once before anybody looks."""
        outcome = migrate(*positional, **named, judge=False)  # type: ignore[arg-type]
        for key, value in itertools.islice(writes, 1):
            write(store, key, value)
        return outcome

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("scripts.watch.migrate", busy)
        outcome = watch(
            store, OPTIONS, until=0, interval=0, told=lambda _, left: seen.append(left.total)
        )
    assert outcome.failures == []
    assert seen == [1, 0]
    assert "Nimbus Works" in names(store, "clients")
    with pytest.raises(UsageError, match="no sense for a dry run"):
        watch(store, Options(dry_run=True), until=0, interval=0)
    with pytest.raises(UsageError, match="--until=x is no whole number"):
        whole_number("until", "x", 0)


@pytest.mark.slow
def test_a_cut_over_leaves_no_difference_and_a_guard_and_can_be_undone(store: Target) -> None:
    migrate(store, OPTIONS, judge=False)
    write(store, "client:production:c-2", CHANGED)
    done = cut_over(store, OPTIONS, guard=True, max_lock=300)
    assert done.outcome.failures == []
    assert ahead(store).total == 0
    assert "Nimbus Works" in names(store, "clients")
    with pytest.raises(psycopg.errors.ReadOnlySqlTransaction, match="closed to writers"):
        write(store, "client:production:c-2", STORE["client:production:c-2"])
    assert len(rows(store, "select key from public.kv_store_6fcaeea3")) == 5

    # The tables are the application's now: what it edits is listed, and is no fault.
    with connect(store) as connection:
        connection.execute("update public.clients set name = 'Renamed' where name = 'Nimbus Works'")
    report = verify(store, store.final_schema, store.work_schema)
    assert report.failures() == []
    assert "Renamed" in names(store, "clients")

    assert undo(store) is True
    write(store, "client:production:c-9", {**CHANGED, "id": "c-9"})
    assert undo(store) is False


@pytest.mark.slow
def test_writers_wait_while_the_store_is_locked_and_readers_do_not(store: Target) -> None:
    migrate(store, OPTIONS, judge=False)
    with connect(store, autocommit=True) as reader, connect(store, autocommit=True) as writer:
        waited: list[str] = []

        def look(_: object) -> None:
            reader.execute("select count(*) from public.kv_store_6fcaeea3")
            writer.execute("set lock_timeout = '200ms'")
            try:
                writer.execute("delete from public.kv_store_6fcaeea3 where key = 'none'")
            except psycopg.errors.LockNotAvailable:
                waited.append("waited")

        with pytest.MonkeyPatch.context() as patch:
            import scripts.cutover as module

            real = module.migrate

            def watched(*positional: object, **named: object) -> object:
                look(None)
                return real(*positional, **named)  # type: ignore[arg-type]

            patch.setattr(module, "migrate", watched)
            cut_over(store, OPTIONS, guard=False, max_lock=300)
        assert waited == ["waited"]
        writer.execute("delete from public.kv_store_6fcaeea3 where key = 'none'")


@pytest.mark.slow
def test_a_pass_that_takes_too_long_lets_writers_go_on_and_cuts_nothing_over(
    store: Target,
) -> None:
    with pytest.raises(KvError, match="longer than --max-lock=1 seconds"):
        cut_over(store, OPTIONS, guard=True, max_lock=1)
    write(store, "client:production:c-2", CHANGED)
    assert rows(
        store, "select count(*) from kv_to_tables.created_tables where handed_over_at > '-infinity'"
    ) == [(0,)]


def test_a_writer_that_does_not_end_is_told_and_nothing_is_done(store: Target) -> None:
    with pytest.MonkeyPatch.context() as patch, connect(store) as writer:
        patch.setattr("scripts.cutover._ATTEMPTS", 1)
        writer.execute("delete from public.kv_store_6fcaeea3 where key = 'none'")
        with pytest.raises(KvError, match="in use by a transaction that does not end"):
            cut_over(store, OPTIONS, guard=True, max_lock=300)
    assert rows(store, "select to_regclass('public.clients')") == [(None,)]
