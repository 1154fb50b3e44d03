"""Back up the tables that matter, in one consistent snapshot, to a folder of files.

A backup is a folder `<target>-<moment>-<4 hex>` (0700) with `manifest.json` and, for each table, a
file of COPY text in gzip (0600), which plain tools read as well: `gunzip -c FILE`, then psql's
`copy`. The hashes in the manifest find damage; they are no signature.
"""

from __future__ import annotations

import os
import re
import shutil
import time
from dataclasses import dataclass, field
from pathlib import Path

import psycopg

from scripts import history
from scripts.backup.files import GzipWriter
from scripts.backup.manifest import Manifest, TableFile
from scripts.backup.retention import (
    backups_folder,
    days,
    hold,
    kept,
    partial_name,
    prune,
    sync_folder,
)
from scripts.connection import connect
from scripts.definitions.facts import Table
from scripts.definitions.maker import reason
from scripts.definitions.read import read_definitions
from scripts.errors import KvError
from scripts.row_checksum import RowChecksum, copy_out, read_lines
from scripts.settings import Target

_FUNCTIONS = (
    "select pg_get_functiondef(pg_proc.oid) from pg_proc"
    " inner join pg_namespace on pg_namespace.oid = pronamespace"
    " where nspname = %s and prokind = 'f' order by proname"
)


@dataclass(frozen=True)
class Backup:
    """A finished backup: where it is, what is in it, which old ones went, seconds taken."""

    folder: Path
    manifest: Manifest
    seconds: float
    pruned: list[str] = field(default_factory=list)

    @property
    def rows(self) -> int:
        """Give the rows of all tables."""
        return sum(part.rows for part in self.manifest.tables)

    @property
    def bytes(self) -> int:
        """Give the compressed bytes of all tables."""
        return sum(part.bytes for part in self.manifest.tables)

    def as_dict(self) -> dict[str, object]:
        """Give the facts for JSON and the history; no definitions."""
        return {
            "folder": str(self.folder),
            "run_id": self.manifest.run_id,
            "moment": self.manifest.moment,
            "rows": self.rows,
            "bytes": self.bytes,
            "tables": [
                {
                    "table": part.table.full_name,
                    "rows": part.rows,
                    "bytes": part.bytes,
                    "sha256": part.sha256,
                    "checksum": part.checksum,
                }
                for part in self.manifest.tables
            ],
            "not_copied": self.manifest.notes,
            "pruned": self.pruned,
            "seconds": round(self.seconds, 2),
        }


def backup(target: Target, *, out: str = "", keep: str = "") -> Backup:
    """Write the store, the six tables and our own logged tables of a target to a new folder.

    Reads in one transaction (repeatable read, read only), so that all tables are of one moment;
    other sessions go on. Writes below `out` or KV_BACKUPS_DIR, under another name until it is
    complete, and deletes old backups of the target afterwards (`retention`). Memory holds some
    megabytes, or a few times the largest row. Is a step of the history.

    Raises UsageError for a `keep` that is no number; KvError, leaving no backup, when there is
    nothing to back up, a table may not be read whole, or the folder cannot be written.
    """
    number, age = kept(keep), days()
    folder = backups_folder(out)
    with history.step("backup", target.name) as step:
        started = time.monotonic()
        try:
            manifest = _write(target, folder, step.run_id)
            pruned = prune(folder, target.name, number, age)
        except psycopg.Error as error:
            raise KvError(
                f"The backup of target '{target.name}' failed: {reason(error)}.",
                "No backup was written; the target is as it was.",
            ) from None
        except OSError as error:
            raise KvError(
                f"The backup cannot be written to {folder}: {error.strerror}.",
                "Make room there, or name another folder with --out or KV_BACKUPS_DIR.",
            ) from None
        name = f"{target.name}-{step.run_id}"
        done = Backup(folder / name, manifest, time.monotonic() - started, pruned)
        step.facts.update(done.as_dict())
    return done


def _write(target: Target, folder: Path, run_id: str) -> Manifest:
    """Write a backup under its partial name, then give it its own."""
    name = f"{target.name}-{run_id}"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    partial = folder / partial_name(name)
    partial.mkdir(mode=0o700)
    lock = hold(partial)
    try:
        manifest = _write_tables(target, partial, run_id)
        manifest.write(partial)
        partial.rename(folder / name)
        sync_folder(folder)
    except BaseException:
        shutil.rmtree(partial, ignore_errors=True)
        raise
    finally:
        os.close(lock)
    return manifest


def _write_tables(target: Target, folder: Path, run_id: str) -> Manifest:
    with connect(target, read_only=True) as connection:
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        tables = read_definitions(connection, target, own=True)
        if not tables:
            raise KvError(
                f"Target '{target.name}' has none of the tables to back up.",
                "Check KV_SCHEMA, KV_TABLE and KV_FINAL_SCHEMA.",
            )
        row = connection.execute('select to_char(now(), \'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"\')')
        return Manifest(
            run_id=run_id,
            target=target.name,
            moment=str((row.fetchone() or ("",))[0]),
            server_version=connection.info.server_version,
            code_version=history.code_version(),
            tables=[
                _write_table(connection, table, folder, number)
                for number, table in enumerate(tables, start=1)
            ],
            notes=[note for table in tables for note in table.notes],
            functions=[
                definition
                for (definition,) in connection.execute(_FUNCTIONS, (target.work_schema,))
            ],
        )


def _write_table(
    connection: psycopg.Connection, table: Table, folder: Path, number: int
) -> TableFile:
    # The number keeps names apart that a file system cannot hold.
    readable = re.sub(r"[^A-Za-z0-9_.]", "_", table.full_name)
    file = f"{number:02}-{readable[:100]}.copy.gz"
    columns = [column.name for column in table.stored_columns]
    checksum = RowChecksum()
    place = psycopg.sql.Identifier(table.schema, table.name)
    with GzipWriter(folder / file) as writer:
        for lines in read_lines(connection, copy_out(place, columns)):
            writer.write(b"".join(lines))
            checksum.add(lines)
    return TableFile(file, checksum.rows, writer.size, writer.sha256, checksum.hex(), table)
