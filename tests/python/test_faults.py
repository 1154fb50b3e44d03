"""What goes wrong half-way: afterwards nothing is lost, and one more run gives what a clean one gives.

Each fault is injected for real. docs/faults.md lists them all, with the test of each.
"""

from __future__ import annotations

import os
import random
import resource
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from driver import Driver, assert_recovered, start, state
from helpers import (
    all_rows,
    load_documents,
    load_northwind,
    needs_northwind,
    new_database,
    rows,
    run,
)
from psycopg import sql

from scripts import embedded
from scripts.connection import connect, conninfo
from scripts.errors import Exit, KvError
from scripts.load import load_file
from scripts.rollback import roll_back
from scripts.sample import write_sample
from scripts.settings import Target

DOCUMENTS, SEED = 1_000, 11


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("faults") / "store.jsonl.gz"
    write_sample(path, DOCUMENTS, SEED)
    return path


@pytest.fixture(scope="module")
def clean(server: Target, store: Path) -> dict[str, Any]:
    """Say what one run that nothing disturbs leaves."""
    with new_database(server) as target:
        load_file(target, store)
        assert run(target).failures == []
        return state(target)


@pytest.fixture
def loaded(database: Target, store: Path) -> Target:
    load_file(database, store)
    return database


@pytest.fixture
def live(loaded: Target) -> Target:
    """Give a database whose six tables are there and empty: rows are written in batches."""
    assert run(loaded).failures == []
    with connect(loaded) as connection:
        connection.execute(
            "delete from public.orders; delete from public.employees; delete from public.products;"
            " delete from public.sites; delete from public.catalogs; delete from public.clients;"
            " drop schema kv_to_tables cascade"
        )
    return loaded


def sessions(target: Target, state: str = "%") -> list[int]:
    """Give the sessions of runs on this database."""
    with psycopg.connect(conninfo(target), autocommit=True) as connection:
        return [
            row[0]
            for row in connection.execute(
                "select pid from pg_stat_activity where datname = current_database()"
                " and application_name like 'kv-to-tables 2%%' and state like %s",
                (state,),
            )
        ]


# kill -9 at instants spread over the run.
INSTANTS = 20


@pytest.mark.slow
@pytest.mark.parametrize("instant", range(INSTANTS))
def test_a_killed_run_is_finished_by_the_next(
    instant: int, loaded: Target, clean: dict[str, Any], tmp_path: Path
) -> None:
    driver = start(loaded, tmp_path, "migrate", "--no-backup")
    # The build has about a hundred nodes; the last instants fall into expectations and verifier.
    driver.wait_for_nodes(instant * 6)
    time.sleep(random.Random(instant).random() * 0.2)  # noqa: S311
    assert driver.kill() == -signal.SIGKILL
    assert_recovered(loaded, clean)


@pytest.mark.parametrize("instant", [0, 1, 3, pytest.param(5, marks=pytest.mark.slow)])
@pytest.mark.slow
def test_a_run_killed_between_batches_is_finished_by_the_next(
    instant: int, live: Target, clean: dict[str, Any], tmp_path: Path
) -> None:
    driver = start(live, tmp_path, "migrate", "--no-backup", "--batch-size=20")
    assert driver.wait_until(lambda _: _batches(live) > instant)
    driver.kill()
    before = rows(live, "select count(*) from kv_to_tables.written_rows")[0][0]
    assert before > 0
    assert_recovered(live, clean)


def _batches(target: Target) -> int:
    try:
        return int(
            rows(target, "select sum(batches_done) from kv_to_tables.checkpoints")[0][0] or 0
        )
    except psycopg.errors.UndefinedTable:
        return 0


@pytest.mark.slow
def test_a_rollback_killed_in_the_middle_has_changed_nothing(
    loaded: Target, clean: dict[str, Any], tmp_path: Path
) -> None:
    assert run(loaded).failures == []
    with connect(loaded) as connection:
        # Clients go last: here the rollback is held up with five tables behind it.
        connection.execute(
            "create function public.wait() returns trigger language plpgsql as"
            " 'begin perform pg_sleep(60); return null; end'"
        )
        connection.execute(
            "create trigger wait after delete on public.clients"
            " for each statement execute function public.wait()"
        )
    driver = start(loaded, tmp_path, "rollback", "--confirm", "--no-backup")
    sleeping = "select count(*) from pg_stat_activity where wait_event = 'PgSleep'"
    assert driver.wait_until(lambda _: rows(loaded, sleeping)[0][0] > 0)
    assert driver.kill() == -signal.SIGKILL
    rows(
        loaded,
        "select pg_terminate_backend(pid) from pg_stat_activity where wait_event = 'PgSleep'",
    )
    assert state(loaded) == clean
    with connect(loaded) as connection:
        connection.execute("drop trigger wait on public.clients")
    roll_back(loaded, "", confirm=True, no_backup=True)
    assert rows(loaded, "select to_regclass('public.clients')") == [(None,)]
    assert_recovered(loaded, clean)


@pytest.mark.slow
def test_a_terminated_session_fails_the_run_and_the_next_finishes_it(
    loaded: Target, clean: dict[str, Any], tmp_path: Path
) -> None:
    driver = start(loaded, tmp_path, "migrate", "--no-backup")
    driver.wait_for_nodes(30)
    ended = 0
    while driver.process.poll() is None and not ended:
        # One that sits between two nodes is replaced and does not count.
        for pid in sessions(loaded, "active"):
            ended += rows(loaded, "select pg_terminate_backend(%s)", pid)[0][0]
    assert driver.end() == Exit.FAILED, driver.said
    assert "Traceback" not in driver.said
    assert_recovered(loaded, clean)


@pytest.mark.slow
def test_a_run_that_lost_its_lock_says_so(loaded: Target, tmp_path: Path) -> None:
    driver = start(loaded, tmp_path, "migrate", "--no-backup")
    driver.wait_for_nodes(5)
    rows(
        loaded,
        "select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory'"
        " and database = (select oid from pg_database where datname = current_database())",
    )
    assert driver.end() == Exit.FAILED
    assert "another run may have begun" in driver.said
    assert "Traceback" not in driver.said


@pytest.mark.slow
def test_a_server_that_is_stopped_at_once_loses_nothing(
    store: Path, clean: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KV_EMBEDDED_DIR", str(tmp_path / "pg"))
    running = embedded.ensure_running()
    target = Target("embedded", running.host, running.port, running.user, running.dbname)
    try:
        load_file(target, store)
        driver = start(target, tmp_path / "run", "migrate", "--no-backup")
        driver.wait_for_nodes(60)
        postmaster = int(
            next((tmp_path / "pg").glob("*/data/postmaster.pid")).read_text().splitlines()[0]
        )
        # What `pg_ctl stop -m immediate` sends.
        os.kill(postmaster, signal.SIGQUIT)
        assert driver.end() == Exit.FAILED
        assert "Traceback" not in driver.said
        again = embedded.ensure_running()
        target = Target("embedded", again.host, again.port, again.user, again.dbname)
        assert_recovered(target, clean)
    finally:
        embedded.reset()


@pytest.mark.slow
@pytest.mark.parametrize(
    "sign", [signal.SIGTERM, pytest.param(signal.SIGINT, marks=pytest.mark.slow)]
)
def test_a_signal_ends_a_run_tidily(
    sign: signal.Signals, loaded: Target, clean: dict[str, Any], tmp_path: Path
) -> None:
    driver = start(loaded, tmp_path, "migrate", "--no-backup")
    driver.wait_for_nodes(40)
    assert driver.kill(sign) in (130, 143)
    assert "Traceback" not in driver.said
    assert "can be started again" in driver.said
    for _ in range(100):
        if not sessions(loaded):
            break
        time.sleep(0.1)
    assert sessions(loaded) == []
    assert rows(loaded, "select outcome from kv_to_tables.runs") == [("interrupted",)]
    assert_recovered(loaded, clean)


@pytest.mark.slow
def test_a_second_run_is_told_who_is_at_work(loaded: Target, tmp_path: Path) -> None:
    driver = start(loaded, tmp_path, "migrate", "--no-backup")
    driver.wait_for_nodes(5)
    with pytest.raises(KvError, match=r"Run \d{8}T\d{6}Z-[0-9a-f]{4} \(session \d+\) is at work"):
        run(loaded)
    second = start(loaded, tmp_path / "second", "rollback", "--confirm")
    assert second.end() == Exit.FAILED
    assert driver.end() == Exit.REJECTS


@pytest.mark.slow
def test_a_full_disk_is_said_and_survived(
    loaded: Target, clean: dict[str, Any], tmp_path: Path
) -> None:
    """No file of the server may grow beyond a megabyte, as if the disk were full."""
    postmaster = _postmaster(loaded)
    soft, hard = resource.prlimit(postmaster, resource.RLIMIT_FSIZE)
    resource.prlimit(postmaster, resource.RLIMIT_FSIZE, (1 << 19, hard))
    try:
        driver = start(loaded, tmp_path, "migrate", "--no-backup")
        code = driver.end()
    finally:
        resource.prlimit(postmaster, resource.RLIMIT_FSIZE, (soft, hard))
    assert code == Exit.FAILED
    assert "Traceback" not in driver.said
    assert_recovered(loaded, clean)


def _postmaster(target: Target) -> int:
    folder = rows(target, "show data_directory")[0][0]
    return int(Path(folder, "postmaster.pid").read_text().splitlines()[0])


def test_a_read_only_target_is_said(loaded: Target) -> None:
    with psycopg.connect(conninfo(loaded), autocommit=True) as connection:
        connection.execute(
            sql.SQL("alter database {} set default_transaction_read_only = on").format(
                sql.Identifier(loaded.dbname)
            )
        )
    with pytest.raises(KvError, match="read-only"):
        run(loaded)


@pytest.mark.slow
def test_a_store_without_a_good_client_moves_nothing_and_says_why(
    database: Target, tmp_path: Path
) -> None:
    site = "site:production:harbour"
    order = "order:harbour:0b000000-0000-4000-8000-000000000001"
    load_documents(
        database,
        tmp_path,
        {
            "client:production:one": {"id": "one", "name": "One", "status": "active"},
            "client:production:two": {"id": "two", "name": "T", "contactEmail": "two.example"},
            site: {"id": "harbour", "clientId": "one", "name": "Harbour", "status": "active"},
            order: {"id": order, "siteId": "harbour", "orderNumber": "1", "totalValue": 1},
        },
    )
    outcome = run(database, judge=True)
    assert outcome.failures == []
    assert outcome.exit_code == Exit.REJECTS
    assert all(found == [] for found in all_rows(database).values())
    roots = dict(rows(database, "select source_key, root_key from kv_to_tables.rejects"))
    assert roots[site] == roots[order] == "client:production:one"
    assert len(roots) == 4


@pytest.mark.slow
def test_short_limits_of_a_role_are_survived(
    live: Target, clean: dict[str, Any], tmp_path: Path
) -> None:
    """Statements and waits of a second at most, for whoever connects to this database."""
    with psycopg.connect(conninfo(live), autocommit=True) as connection:
        for name in ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout"):
            connection.execute(
                sql.SQL("alter database {} set {} = '1s'").format(
                    sql.Identifier(live.dbname), sql.Identifier(name)
                )
            )
    driver = start(live, tmp_path, "migrate", "--no-backup", "--batch-size=100")
    assert driver.end() == Exit.REJECTS, driver.said
    assert state(live) == clean


@pytest.fixture
def locked(live: Target) -> Iterator[psycopg.Connection]:
    """Hold a table in a session that sits there."""
    with psycopg.connect(conninfo(live)) as connection:
        connection.execute("set application_name = 'the application'")
        connection.execute("lock table public.sites in access exclusive mode")
        yield connection


@pytest.mark.slow
def test_a_table_that_is_locked_for_a_while_is_waited_for(
    live: Target, locked: psycopg.Connection, clean: dict[str, Any], tmp_path: Path
) -> None:
    driver = start(live, tmp_path, "migrate", "--no-backup")
    driver.wait_for_nodes(20)
    threading.Timer(4, locked.rollback).start()
    assert driver.end() == Exit.REJECTS, driver.said
    assert state(live) == clean


@pytest.mark.slow
def test_a_table_that_stays_locked_is_told_with_its_holder(
    live: Target, locked: psycopg.Connection, clean: dict[str, Any], tmp_path: Path
) -> None:
    driver = start(live, tmp_path, "migrate", "--no-backup")
    code = driver.end(600)
    assert code == Exit.FAILED
    assert "AccessExclusiveLock on sites" in driver.said
    assert str(locked.info.backend_pid) in driver.said
    assert "Traceback" not in driver.said
    locked.rollback()
    assert_recovered(live, clean)


@pytest.mark.slow
@needs_northwind
def test_keys_that_come_change_and_go_while_a_run_is_at_work_are_left_to_the_next(
    database: Target, tmp_path: Path
) -> None:
    """The run is of one moment; what differs from it is noted, and caught up."""
    load_northwind(database, "camel_gift")
    driver = start(database, tmp_path, "migrate", "--no-backup")
    stop = threading.Event()

    def disturb() -> None:
        with connect(database, autocommit=True) as connection:
            for number in range(10_000):
                if stop.is_set():
                    return
                connection.execute(
                    'insert into public.kv_store_6fcaeea3 values (%s, \'{"id": "new"}\')',
                    (f"role:production:role-{number}",),
                )
                connection.execute(
                    "update public.kv_store_6fcaeea3 set value = value || '{\"touched\": true}'"
                    " where key = (select key from public.kv_store_6fcaeea3"
                    " where key like 'order:%%' order by md5(key || %s) limit 1)",
                    (str(number),),
                )
                connection.execute(
                    "delete from public.kv_store_6fcaeea3 where key = %s",
                    (f"role:production:role-{number - 7}",),
                )
                time.sleep(0.05)

    thread = threading.Thread(target=disturb)
    thread.start()
    try:
        assert driver.end() == Exit.DONE, driver.said
    finally:
        stop.set()
        thread.join()
    outcome = run(database, judge=True)
    assert outcome.failures == []
    assert (
        rows(
            database,
            "select count(*) from kv_to_tables.leftovers where fields ? 'touched'",
        )[0][0]
        > 0
    )


@pytest.mark.slow
def test_memory_of_the_driver_does_not_grow_with_the_store(
    database: Target, tmp_path: Path
) -> None:
    """What a run of 1,000 keys needs is enough for 100,000."""
    peaks = []
    for documents in (1_000, 100_000):
        path = tmp_path / f"{documents}.jsonl.gz"
        write_sample(path, documents, SEED)
        load_file(database, path, replace=True)
        driver = start(database, tmp_path / str(documents), "migrate", "--no-backup")
        peak = 0
        while driver.process.poll() is None:
            peak = max(peak, _peak_memory(driver))
            time.sleep(0.1)
        assert driver.end() == Exit.REJECTS, driver.said
        peaks.append(peak)
    assert peaks[1] < 1.15 * peaks[0]


def _peak_memory(driver: Driver) -> int:
    """Read the peak of resident memory so far, in kilobytes (proc(5), VmHWM)."""
    try:
        status = Path(f"/proc/{driver.process.pid}/status").read_text()
    except FileNotFoundError:
        return 0
    return next((int(line.split()[1]) for line in status.splitlines() if "VmHWM" in line), 0)
