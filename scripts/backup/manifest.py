"""The manifest of a backup: what is in it, and the hashes that tell whether it still is."""

from __future__ import annotations

import hashlib
import json
import os
import zlib
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from scripts.backup.files import sha256_of, unpacked
from scripts.definitions.facts import Table
from scripts.errors import KvError, UsageError
from scripts.row_checksum import RowChecksum

FORMAT = 1
NAME = "manifest.json"


@dataclass(frozen=True)
class TableFile:
    """One table of a backup: its file, what the file must be, and how the table is defined.

    `bytes` and `sha256` are those of the compressed file, `checksum` is the order-free sum of the
    rows (`scripts.row_checksum`).
    """

    file: str
    rows: int
    bytes: int
    sha256: str
    checksum: str
    table: Table

    @property
    def columns(self) -> list[str]:
        """Give the names of the columns in the file, in their order."""
        return [column.name for column in self.table.stored_columns]


@dataclass(frozen=True)
class Manifest:
    """What a backup says of itself; `moment` is the server's, in UTC.

    `functions` are the definitions of our own schema's: a rollback after a restore needs them.
    """

    run_id: str
    target: str
    moment: str
    server_version: int
    code_version: str
    tables: list[TableFile]
    format: int = FORMAT
    notes: list[str] = field(default_factory=list)
    functions: list[str] = field(default_factory=list)

    def write(self, folder: Path) -> None:
        """Write the manifest (0600) with a SHA-256 of itself, down to the disk; raises OSError."""
        content = asdict(self)
        text = json.dumps({**content, "sha256": _digest(content)}, indent=1, ensure_ascii=False)
        descriptor = os.open(folder / NAME, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text + "\n")
            file.flush()
            os.fsync(file.fileno())


def read_manifest(folder: Path) -> Manifest:
    """Read the manifest of a backup and check its own hash; looks at no other file.

    Raises UsageError where there is no backup, KvError where the manifest was altered or is of a
    format this version does not know.
    """
    try:
        content = json.loads((folder / NAME).read_bytes())
        said = content.pop("sha256")
    except FileNotFoundError:
        raise UsageError(
            f"There is no backup in '{folder}'.", "Name the folder that holds its manifest.json."
        ) from None
    except OSError as error:
        raise KvError(f"The manifest of {folder} cannot be read: {error.strerror}.") from None
    except (ValueError, KeyError, TypeError, AttributeError):
        raise damaged(folder, "its manifest is no manifest") from None
    if content.get("format") != FORMAT:
        raise KvError(
            f"The backup {folder.name} has the format {content.get('format')}, and only"
            f" {FORMAT} is known here.",
            "Restore it with the version that wrote it.",
        )
    if said != _digest(content):
        raise damaged(folder, "its manifest was altered")
    return Manifest(
        **{
            **content,
            "tables": [
                TableFile(**{**part, "table": Table.from_dict(part["table"])})
                for part in content["tables"]
            ],
        }
    )


def check_backup(folder: Path) -> Manifest:
    """Read a whole backup and compare it with its manifest: hashes, rows, checksums.

    Raises KvError that names the file which is missing, cut off or altered.
    """
    manifest = read_manifest(folder)
    for part in manifest.tables:
        path = folder / part.file
        try:
            if path.parent != folder or sha256_of(path) != part.sha256:
                raise damaged(folder, f"{part.file} is not the file that was written")
            checksum = RowChecksum()
            for lines in unpacked(path):
                checksum.add(lines)
        except FileNotFoundError:
            raise damaged(folder, f"{part.file} is missing") from None
        except (OSError, zlib.error):
            raise damaged(folder, f"{part.file} cannot be read") from None
        if (checksum.rows, checksum.hex()) != (part.rows, part.checksum):
            raise damaged(folder, f"{part.file} does not hold the rows the manifest names")
    return manifest


def damaged(folder: Path, how: str) -> KvError:
    """Give the error for a backup that is not as it was written."""
    return KvError(
        f"The backup {folder.name} is damaged: {how}. Nothing was touched.", "Use another backup."
    )


def _digest(content: dict[str, Any]) -> str:
    text = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
