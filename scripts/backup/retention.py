"""Where backups lie, and how long they stay.

Those of a target that are older than KV_BACKUPS_DAYS (30) are deleted after a new one is complete,
but never its newest KV_BACKUPS_KEEP (3), whatever their age.
"""

from __future__ import annotations

import fcntl
import os
import re
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

from scripts.errors import UsageError
from scripts.settings import ROOT

_BACKUP = re.compile(r"(?P<target>.+)-(?P<moment>\d{8}T\d{6}Z)-[0-9a-f]{4}")
_PARTIAL = re.compile(r"\.(?P<name>.+)\.partial")


def backups_folder(out: str = "") -> Path:
    """Give the folder in which backups lie: `out`, KV_BACKUPS_DIR or `backups`; may not exist."""
    return Path(out or os.environ.get("KV_BACKUPS_DIR", "") or ROOT / "backups").expanduser()


def partial_name(name: str) -> str:
    """Give the name of a backup while it is written; nothing takes it for a backup."""
    return f".{name}.partial"


def kept(asked: str = "") -> int:
    """Give how many backups of a target always stay; raises UsageError for no number from 1."""
    text = asked or os.environ.get("KV_BACKUPS_KEEP", "") or "3"
    return _number(text, "--keep" if asked else "KV_BACKUPS_KEEP")


def days() -> int:
    """Give the age in days from which a backup may go; raises UsageError."""
    return _number(os.environ.get("KV_BACKUPS_DAYS", "") or "30", "KV_BACKUPS_DAYS")


def prune(folder: Path, target: str, keep: int, age: int) -> list[str]:
    """Delete the backups of a target that are older than `age` days, but never the newest `keep`.

    Deletes too what killed backups of the target left, unless its writer still lives. Gives the
    names of the backups that went; raises OSError. Touches nothing that has another name.
    """
    limit = datetime.now(UTC) - timedelta(days=age)
    found = sorted(
        (match["moment"], match[0])
        for path in folder.iterdir()
        if path.is_dir() and (match := _BACKUP.fullmatch(path.name)) and match["target"] == target
    )
    gone = []
    for moment, name in found[: max(len(found) - keep, 0)]:
        if datetime.strptime(moment, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC) < limit:
            # First another name: half a backup must not look like one.
            (folder / name).rename(folder / partial_name(name))
            gone.append(name)
    for path in folder.iterdir():
        partial = _PARTIAL.fullmatch(path.name)
        backup = _BACKUP.fullmatch(partial["name"]) if partial else None
        if backup and backup["target"] == target and _is_free(path):
            shutil.rmtree(path)
    return gone


def hold(folder: Path) -> int:
    """Lock the folder of a backup that is written; give the descriptor, to be closed at the end."""
    descriptor = os.open(folder, os.O_RDONLY)
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    return descriptor


def sync_folder(folder: Path) -> None:
    """Bring the names in a folder down to the disk, so that a power cut keeps them."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _is_free(folder: Path) -> bool:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    finally:
        os.close(descriptor)
    return True


def _number(text: str, name: str) -> int:
    if not re.fullmatch(r"[1-9]\d{0,5}", text):
        raise UsageError(f"{name}={text} is not a whole number from 1.", "Use for example 3.")
    return int(text)
