"""Notices: an endpoint that is slow, broken or gone changes nothing, and no secret and no value is told."""

from __future__ import annotations

import json
import os
import socketserver
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from helpers import load_documents, run

from scripts import history, notice
from scripts.connection import connect
from scripts.errors import Exit, KvError
from scripts.notice import Notice, addresses, announced, notice_of, send, warn_of_unusable
from scripts.rollback import roll_back
from scripts.settings import ROOT, Target

CANARY = "canary-hook-password"
NOTICE = Notice("migrate", "prod-copy", "20260101T000000Z-abcd", "done", 12.5, {"migrated": 1234})


@pytest.fixture(autouse=True)
def own_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KV_RUNS_DIR", str(tmp_path / "runs"))


class Sink(BaseHTTPRequestHandler):
    """Answers a POST with the server's status, after the server's seconds."""

    def do_POST(self) -> None:
        """Take the message, then wait and answer."""
        length = int(self.headers["Content-Length"])
        self.server.taken.append(json.loads(self.rfile.read(length)))  # type: ignore[attr-defined]
        time.sleep(self.server.seconds)  # type: ignore[attr-defined]
        self.send_response(self.server.status)  # type: ignore[attr-defined]
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@contextmanager
def http_sink(status: int = 200, seconds: float = 0) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Sink)
    server.daemon_threads, server.block_on_close = True, False
    server.taken, server.status, server.seconds = [], status, seconds  # type: ignore[attr-defined]
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"json://user:{CANARY}@127.0.0.1:{server.server_port}/", server.taken  # type: ignore[attr-defined]
    finally:
        server.shutdown()
        server.server_close()


class Mailbox(socketserver.StreamRequestHandler):
    """Takes one message by SMTP, as little of it as a client needs."""

    def handle(self) -> None:
        """Answer each line until the client leaves."""
        self.wfile.write(b"220 sink\r\n")
        while line := self.rfile.readline():
            word = line.strip().upper()
            if word == b"DATA":
                self.wfile.write(b"354 go on\r\n")
                lines = []
                while (text := self.rfile.readline()) not in (b".\r\n", b""):
                    lines.append(text.decode())
                self.server.taken.append("".join(lines))  # type: ignore[attr-defined]
            self.wfile.write(b"221 bye\r\n" if word == b"QUIT" else b"250 ok\r\n")
            if word == b"QUIT":
                return


@contextmanager
def smtp_sink() -> Iterator[tuple[str, list[str]]]:
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Mailbox) as server:
        server.daemon_threads = True
        server.taken = []  # type: ignore[attr-defined]
        threading.Thread(target=server.serve_forever, daemon=True).start()
        port = server.server_address[1]
        yield (
            f"mailto://127.0.0.1:{port}/?mode=insecure&from=kv@a.example&to=ops@b.example",
            server.taken,  # type: ignore[attr-defined]
        )
        server.shutdown()


def result_of(run_id: str, seconds: float = 20) -> dict[str, Any]:
    """Wait for what the detached process writes into the log of the run."""
    path = Path(os.environ["KV_RUNS_DIR"], f"{run_id}.jsonl")
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
        found = [event for event in map(json.loads, lines) if event["event"] == "notice"]
        if found:
            return {name: found[0].get(name) for name in ("result", "endpoints", "sent", "failed")}
        time.sleep(0.05)
    raise AssertionError("no result of the notice in the log")


def test_a_message_says_target_run_outcome_duration_and_counts(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with http_sink() as (web, posts), smtp_sink() as (mail, letters):
        monkeypatch.setenv("KV_NOTIFY_URLS", f"{web}, {mail}")
        send(NOTICE)
        assert result_of(NOTICE.run_id) == {
            "result": "sent",
            "endpoints": 2,
            "sent": 2,
            "failed": 0,
        }
    (post,) = posts
    assert post["title"] == "kv-to-tables: migrate of prod-copy: done"
    assert post["message"] == f"run {NOTICE.run_id}\ntook 12.5 s\nmigrated: 1,234"
    (letter,) = letters
    assert "kv-to-tables: migrate of prod-copy: done" in letter
    assert "migrated: 1,234" in letter


@pytest.mark.parametrize(
    ("status", "seconds", "result"),
    [(200, 0, "sent"), (200, 30, "failed"), (500, 0, "failed"), (0, 0, "failed")],
    ids=["fast", "slow", "500", "refused"],
)
def test_an_endpoint_never_keeps_the_run_waiting(
    monkeypatch: pytest.MonkeyPatch, status: int, seconds: float, result: str
) -> None:
    with http_sink(status, seconds) as (url, _):
        if not status:
            url = "json://127.0.0.1:9/"
        monkeypatch.setenv("KV_NOTIFY_URLS", url)
        start = time.monotonic()
        send(NOTICE)
        assert time.monotonic() - start < 1
        assert result_of(NOTICE.run_id)["result"] == result


def test_one_dead_endpoint_does_not_keep_the_others_from_being_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with http_sink(200, 30) as (slow, _), http_sink() as (fast, posts):
        monkeypatch.setenv("KV_NOTIFY_URLS", f"{slow}\njson://127.0.0.1:9 {fast}")
        send(NOTICE)
        assert result_of(NOTICE.run_id) == {
            "result": "failed",
            "endpoints": 3,
            "sent": 1,
            "failed": 2,
        }
        assert len(posts) == 1


def test_the_process_gives_up_at_its_time_limit() -> None:
    """The endpoint's own limit is set far beyond ours, which is lowered for the test."""
    with http_sink(200, 30) as (url, _):
        code = "from scripts import notice; notice.TIME_LIMIT = 1.0; notice.main()"
        start = time.monotonic()
        ended = subprocess.run(
            [sys.executable, "-c", code],
            input=json.dumps(NOTICE.__dict__).encode(),
            env={**os.environ, "KV_NOTIFY_URLS": f"{url}?rto=300"},
            cwd=ROOT,
            capture_output=True,
            check=False,
            timeout=25,
        )
        assert time.monotonic() - start < 15
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, b"", b"")
    assert result_of(NOTICE.run_id)["result"] == "failed"


def test_the_process_gets_no_password_and_no_address_as_an_argument(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    started: dict[str, Any] = {}

    class Started:
        def __init__(self, command: list[str], **options: Any) -> None:
            started.update(options, command=command)
            self.stdin = open(os.devnull, "wb")  # noqa: SIM115, PTH123

    monkeypatch.setattr(notice.subprocess, "Popen", Started)
    monkeypatch.setenv("KV_PROD_PASSWORD", CANARY)
    monkeypatch.setenv("PGPASSWORD", CANARY)
    monkeypatch.setenv("KV_NOTIFY_URLS", f"json://user:{CANARY}-hook@127.0.0.1:9/")
    send(NOTICE)
    assert CANARY not in " ".join(started["command"])
    kept = [name for name, value in started["env"].items() if CANARY in value]
    assert kept == ["KV_NOTIFY_URLS"]
    assert started["start_new_session"] is True


def test_a_process_that_cannot_be_started_is_a_line_in_the_log(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("KV_NOTIFY_URLS", "json://127.0.0.1:9/")
    monkeypatch.setattr(notice.sys, "executable", "/nowhere/python")
    send(NOTICE)
    assert result_of(NOTICE.run_id, 1) == {
        "result": "failed",
        "endpoints": 1,
        "sent": 0,
        "failed": 1,
    }


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", []),
        (" , \n", []),
        ("json://a/, json://b/\njson://c/", ["json://a/", "json://b/", "json://c/"]),
        ("mailto://a?to=x@a.example,y@b.example,json://b,", None),
    ],
)
def test_addresses_are_parted_by_commas_and_white_space(
    monkeypatch: pytest.MonkeyPatch, text: str, found: list[str] | None
) -> None:
    monkeypatch.setenv("KV_NOTIFY_URLS", text)
    wanted = ["mailto://a?to=x@a.example,y@b.example", "json://b"] if found is None else found
    assert addresses() == wanted


def test_an_address_that_cannot_be_used_is_told_without_its_text(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("KV_NOTIFY_URLS", f"json://a/ nosuch://{CANARY}@b/ {CANARY}")
    warn_of_unusable()
    shown = capsys.readouterr()
    assert "address 2, 3 of 3 cannot be used" in " ".join(shown.err.split())
    assert shown.out == ""
    assert CANARY not in shown.err
    monkeypatch.setenv("KV_NOTIFY_URLS", "json://a/")
    warn_of_unusable()
    monkeypatch.delenv("KV_NOTIFY_URLS")
    warn_of_unusable()
    assert capsys.readouterr().err == ""


def test_a_notice_takes_whole_numbers_only(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[Notice] = []
    monkeypatch.setattr(notice, "send", told.append)
    facts = {"classes": {"migrated": 5}, "failures": 0, "name": "canary", "ok": True, "share": 0.5}

    def verify() -> None:
        with announced("verify", "dev") as step:
            step.facts.update(facts)
            raise KvError("The key canary is bad.")

    with pytest.raises(KvError):
        verify()
    (sent,) = told
    assert sent.counts == {"migrated": 5, "failures": 0}
    assert (sent.kind, sent.target, sent.outcome) == ("verify", "dev", "failed")
    assert "canary" not in sent.title + sent.body
    assert notice_of(history.steps()[0]) == sent


@pytest.mark.slow
def test_a_run_with_a_dead_and_a_slow_endpoint_is_the_run_without(
    database: Target, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """F30 and F31: time, exit code and rows are the same, and no secret and no value is anywhere."""
    documents = {
        "client:production:canary-key": {"name": "canary-name", "contactEmail": "c@b.example"},
        "client:production:c-2": {"name": "canary-name"},
    }
    load_documents(database, tmp_path, documents)
    run(database)
    start = time.monotonic()
    assert run(database).exit_code == Exit.REJECTS
    usual = time.monotonic() - start
    with http_sink(200, 30) as (slow, posts):
        monkeypatch.setenv("KV_NOTIFY_URLS", f"{slow} json://127.0.0.1:9/{CANARY}")
        start = time.monotonic()
        outcome = run(database)
        assert time.monotonic() - start < usual + 8
        assert outcome.exit_code == Exit.REJECTS
        assert outcome.failures == []
        assert result_of(outcome.run_id)["result"] == "failed"
        with connect(database) as connection:
            connection.execute("drop table clients cascade")
            connection.execute("create view clients as select 'canary-view' as id")
        with pytest.raises(KvError):
            run(database)
        roll_back(database, "", confirm=True, no_backup=True)
        for step in history.steps()[-2:]:
            assert result_of(step.run_id)["endpoints"] == 2
    assert [post["title"] for post in posts] == [
        "kv-to-tables: migrate of embedded: rejects",
        "kv-to-tables: migrate of embedded: failed",
        "kv-to-tables: rollback of embedded: done",
    ]
    assert "migrated: 1\nrejected: 1\n" in posts[0]["message"]
    assert "canary" not in json.dumps(posts)
    for path in Path(os.environ["KV_RUNS_DIR"]).iterdir():
        text = path.read_text(encoding="utf-8")
        assert CANARY not in text
        assert "canary-" not in text
