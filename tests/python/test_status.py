"""`status` during a run: phase, models, batches, time left, and who keeps us waiting."""

from __future__ import annotations

import io
import json
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from helpers import fingerprint, load_documents, run

from scripts import console, status
from scripts.connection import connect, conninfo
from scripts.run_log import RunLog
from scripts.run_progress import Batch, Progress, read_progress
from scripts.settings import Target
from scripts.status import status_task

RUN = "20260105T080000Z-abcd"
CLIENT = {"name": "Orchid", "contactEmail": "ops@orchid.example"}


@pytest.fixture(autouse=True)
def own_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KV_RUNS_DIR", str(tmp_path / "runs"))


@contextmanager
def session(target: Target, name: str) -> Iterator[psycopg.Connection]:
    with psycopg.connect(conninfo(target), autocommit=True, application_name=name) as connection:
        yield connection


@contextmanager
def lock_of(target: Target, run_id: str = RUN) -> Iterator[psycopg.Connection]:
    """Hold what a run holds."""
    with session(target, f"kv-to-tables {run_id}") as connection:
        connection.execute(
            "select pg_advisory_lock(hashtextextended('kv_to_tables.' || %s, 7347))",
            (target.work_schema,),
        )
        yield connection


def progress_of(target: Target) -> Progress | None:
    with connect(target, read_only=True, autocommit=True) as connection:
        return read_progress(connection, target)


def make_checkpoints(target: Target) -> None:
    with connect(target) as connection:
        connection.execute("create schema kv_to_tables")
        connection.execute(
            "create table kv_to_tables.checkpoints (run_id text, entity text, batches integer,"
            " rows_done bigint, rows_total bigint, started_at timestamptz, updated_at timestamptz)"
        )
        connection.execute(
            "insert into kv_to_tables.checkpoints values"
            " (%(run)s, 'clients', 1, 92, 92, '2026-01-05 08:00Z', '2026-01-05 08:00:01Z'),"
            " (%(run)s, 'orders', 3, 3000, 9000, '2026-01-05 08:01Z', '2026-01-05 08:01:30Z'),"
            " ('another', 'orders', 3, 1, 2, '2026-01-05 08:01Z', '2026-01-05 08:01:30Z')",
            {"run": RUN},
        )


def test_without_a_run_there_is_no_progress(database: Target) -> None:
    with session(database, "kv-to-tables"), session(database, "another program"):
        assert progress_of(database) is None


def test_the_holder_of_the_lock_is_the_run_at_work(database: Target) -> None:
    with session(database, "kv-to-tables 20260105T070000Z-0000"), lock_of(database) as holder:
        progress = progress_of(database)
        assert progress is not None
        assert (progress.run_id, progress.pid) == (RUN, holder.info.backend_pid)
        assert progress.phase == "not known: the log of the run is on another machine"
        assert (progress.batches, progress.blockers, progress.seconds_left) == ([], [], None)


def test_the_lock_of_another_schema_or_purpose_is_no_run(database: Target) -> None:
    with session(database, "another program") as other:
        other.execute("select pg_advisory_lock(hashtextextended('kv_to_tables.other', 7347))")
        other.execute("select pg_advisory_lock(5)")
        assert progress_of(database) is None


def test_a_dry_run_is_known_by_the_name_of_its_sessions(database: Target) -> None:
    with session(database, f"kv-to-tables {RUN}"):
        progress = progress_of(database)
        assert progress is not None
        assert progress.run_id == RUN


def test_the_log_tells_phase_models_and_time_left(database: Target) -> None:
    log = RunLog(RUN)
    log.write("begin", target="embedded")
    seen = []
    with lock_of(database):
        for events in (
            [],
            [("nodes", {"total": 4}), ("node_start", {"name": "stg_kv__keys"})],
            [("node", {"name": "stg_kv__keys"}), ("node_start", {"name": "val_clients"})],
            [("part", {"name": "build", "seconds": 5})],
            [("part", {"name": "expectations"})],
            [("part", {"name": "verify"})],
        ):
            for event, facts in events:
                log.write(event, **facts)
            progress = progress_of(database)
            assert progress is not None
            seen.append((progress.phase, progress.nodes_done, progress.working))
            assert (progress.seconds_left is not None) == (seen[-1][:2] == ("build", 1))
    assert seen == [
        ("start", 0, []),
        ("build", 0, ["stg_kv__keys"]),
        ("build", 1, ["val_clients"]),
        ("expectations", 1, []),
        ("verify", 1, []),
        ("report", 1, []),
    ]


def test_a_half_written_log_is_read_as_far_as_it_goes(database: Target) -> None:
    RunLog(RUN).write("nodes", total=4)
    with Path(os.environ["KV_RUNS_DIR"], f"{RUN}.jsonl").open("a", encoding="utf-8") as file:
        file.write('{"at": "2026-01-05T08:00:00+00:00", "event": "no')
    with lock_of(database):
        progress = progress_of(database)
        assert progress is not None
        assert (progress.phase, progress.nodes_total) == ("build", 4)


def test_checkpoints_tell_batches_rate_and_time_left(database: Target) -> None:
    make_checkpoints(database)
    with lock_of(database):
        progress = progress_of(database)
    assert progress is not None
    assert progress.batches == [Batch("clients", 92, 92, 1.0), Batch("orders", 3000, 9000, 30.0)]
    clients, orders = progress.batches
    assert (clients.share, clients.seconds_left) == (1.0, None)
    assert (orders.rate, orders.seconds_left) == (100.0, 60.0)
    empty = Batch("sites", 0, 0, 0.0)
    assert (empty.share, empty.rate, empty.seconds_left) == (1.0, 0.0, None)


def test_who_keeps_us_waiting_is_named_without_the_statement(
    database: Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    with connect(database) as connection:
        connection.execute("create table clients (name text)")
    with (
        session(database, "the application") as application,
        session(database, f"kv-to-tables {RUN}") as ours,
        lock_of(database),
        application.transaction(),
    ):
        application.execute("lock table clients /* canary-statement */")
        waiting = threading.Thread(target=ours.execute, args=("select from clients",))
        waiting.start()
        deadline = time.monotonic() + 10
        progress = None
        while time.monotonic() < deadline and not (progress and progress.blockers):
            progress = progress_of(database)
            time.sleep(0.05)
        assert progress is not None
        (blocker,) = progress.blockers
        assert (blocker.waiting, blocker.pid) == (
            ours.info.backend_pid,
            application.info.backend_pid,
        )
        assert (blocker.application, blocker.user) == ("the application", database.user)
        assert blocker.state == "idle in transaction"
        assert blocker.since.endswith(" UTC")
        shown = io.StringIO()
        monkeypatch.setattr(console.out, "file", shown)
        monkeypatch.setattr(console.out, "width", 200)
        monkeypatch.setattr(console.out, "quiet", False)
        status_task(database, as_json=False)
        assert "the application" in shown.getvalue()
        assert "locked" in shown.getvalue()  # and was not waited for
        assert "canary" not in shown.getvalue()
    waiting.join()


def test_watch_looks_again_until_the_run_has_ended(
    database: Target, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(status, "PAUSE", 0.2)
    make_checkpoints(database)
    with lock_of(database) as holder:
        ending = threading.Timer(1, holder.close)
        ending.start()
        assert status_task(database, as_json=True, watch=True) == 0
        ending.join()
    looks = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert len(looks) > 1
    assert {look["run_id"] for look in looks} == {RUN}
    assert looks[0]["batches"][1]["rows_total"] == 9000
    shown = io.StringIO()
    monkeypatch.setattr(console.out, "file", shown)
    monkeypatch.setattr(console.out, "quiet", False)
    with lock_of(database) as holder:
        ending = threading.Timer(1, holder.close)
        ending.start()
        status_task(database, as_json=False, watch=True)
        ending.join()
    assert shown.getvalue().count("At work") > 1
    assert "The run has ended" in shown.getvalue()


@pytest.mark.slow
def test_the_log_of_a_real_run_is_understood_and_status_writes_nothing(
    database: Target, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    load_documents(database, tmp_path, {"client:production:c-1": CLIENT})
    outcome = run(database)
    before = fingerprint(database)
    with lock_of(database, outcome.run_id):
        status_task(database, as_json=True)
    assert fingerprint(database) == before
    shown = json.loads(capsys.readouterr().out)
    assert shown["tables"]["clients"] == 1
    assert shown["runs"][0]["outcome"] == "done"
    running = shown["running"]
    assert running["nodes_done"] == running["nodes_total"] > 50
    assert (running["phase"], running["working"]) == ("expectations", [])
