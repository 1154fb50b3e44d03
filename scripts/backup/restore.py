"""Restore a backup: into an empty place, into a schema beside, or over the rows of tables."""

from __future__ import annotations

import re
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import sql

from scripts import history
from scripts.backup.files import unpacked
from scripts.backup.manifest import Manifest, TableFile, check_backup, damaged
from scripts.backup.replacement import Replacement
from scripts.backup.retention import backups_folder
from scripts.connection import connect, table_exists
from scripts.definitions.attached import finish
from scripts.definitions.columns import create_tables
from scripts.definitions.facts import Table
from scripts.definitions.maker import Maker, reason
from scripts.definitions.read import pin
from scripts.errors import KvError, UsageError
from scripts.row_checksum import checksum_of, copy_in
from scripts.settings import Target

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_$]{0,62}")


@dataclass(frozen=True)
class Restored:
    """A finished restore: which backup, which tables with their rows, and what was left out.

    `replaced` are the tables that were there and had their rows exchanged.
    """

    run_id: str
    backup: str
    tables: list[tuple[str, int]]
    replaced: list[str]
    notes: list[str]
    seconds: float

    def as_dict(self) -> dict[str, object]:
        """Give the facts for JSON and the history."""
        return {
            "run_id": self.run_id,
            "backup": self.backup,
            "tables": [{"table": name, "rows": rows} for name, rows in self.tables],
            "replaced": self.replaced,
            "notes": self.notes,
            "seconds": round(self.seconds, 2),
        }


def restore(folder: str, target: Target, *, beside: str = "", replace: bool = False) -> Restored:
    """Restore a backup into a target, in one transaction, after the whole of it was checked.

    Makes the tables that are not there, rows first, then constraints, indexes and triggers. With
    `beside` all of them are made in that one schema, which must be new. With `replace` tables
    that are there keep their definition, and their rows are exchanged for those of the backup
    (`Replacement`); nothing is renamed, dropped or truncated. In the end every table is read back
    and its rows and checksum compared with the backup's; only then comes the commit.

    Raises UsageError for a protected target, tables in the way, an unusable schema; KvError for a
    damaged backup, other columns, rows that others refer to, or whatever the server refuses.
    After an error the database is as it was. Is a step of the history.
    """
    _check_usage(target, beside, replace=replace)
    place = _find(folder)
    with history.step("restore", target.name, beside=beside, replace=replace) as step:
        started = time.monotonic()
        manifest = check_backup(place)
        step.facts["backup"] = place.name
        try:
            replaced, maker = _restore(place, manifest, target, beside, replace=replace)
        except psycopg.Error as error:
            raise KvError(
                f"The restore into target '{target.name}' failed: {reason(error)}.",
                "Nothing was changed.",
            ) from None
        done = Restored(
            step.run_id,
            place.name,
            [
                (f"{maker.schema_of(part.table.schema)}.{part.table.name}", part.rows)
                for part in manifest.tables
            ],
            [table.full_name for table in replaced],
            maker.notes,
            time.monotonic() - started,
        )
        step.facts.update(done.as_dict())
    return done


def _check_usage(target: Target, beside: str, *, replace: bool) -> None:
    if target.protected:
        raise UsageError(
            f"The target '{target.name}' is protected; nothing is restored into it.",
            "Restore into a copy, and let the owner of the database move the rows.",
        )
    if beside and replace:
        raise UsageError(
            "--beside makes a new schema, in which there is nothing to replace.", "Give only one."
        )
    if beside and not _NAME.fullmatch(beside):
        raise UsageError(
            f"--beside={beside} is not a usable SQL name.",
            "Use letters, digits and underscores, at most 63 of them.",
        )


def _find(folder: str) -> Path:
    """Give the folder of a backup, named by its path or by its name among the backups."""
    path = Path(folder).expanduser()
    return path if path.is_dir() else backups_folder() / folder


def _restore(
    folder: Path, manifest: Manifest, target: Target, beside: str, *, replace: bool
) -> tuple[list[Table], Maker]:
    """Do it, in one transaction; give the tables that were there, and what made the others."""
    tables = [part.table for part in manifest.tables]
    with connect(target) as connection:
        pin(connection)
        if beside:
            _check_beside(connection, beside, tables)
        there = [
            table
            for table in tables
            if table_exists(connection, beside or table.schema, table.name)
        ]
        if there and not replace:
            raise UsageError(
                f"The table {there[0].full_name} is there already; nothing was restored.",
                "Say --replace to exchange the rows, or --beside=SCHEMA to look at the backup.",
            )
        fresh = [table for table in tables if table not in there]
        maker = Maker(connection, fresh, beside, others=there)
        replacement = Replacement(connection, there)
        replacement.prepare()
        create_tables(maker)
        for part in manifest.tables:
            _send(
                connection, folder, part, replacement.inbox(part.table) or maker.place(part.table)
            )
        replacement.complete()
        finish(maker)
        # The views they read are made by the next run.
        connection.execute("set local check_function_bodies = off")
        for definition in manifest.functions if not beside else ():
            # Made by this project, in its own schema; the text is the server's.
            connection.execute(sql.SQL(definition))
        if maker.failures:
            raise KvError(maker.failures[0], "Nothing was changed.")
        maker.notes += replacement.notes
        _compare(connection, maker, manifest.tables)
    return there, maker


def _check_beside(connection: psycopg.Connection, beside: str, tables: Sequence[Table]) -> None:
    if connection.execute("select to_regnamespace(quote_ident(%s))", (beside,)).fetchone() != (
        None,
    ):
        raise UsageError(
            f"There is a schema '{beside}' already; nothing was restored.", "Name a new one."
        )
    names = [table.name for table in tables]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice:
        raise KvError(
            f"The backup has two tables named '{twice}', which do not fit into one schema.",
            "Restore it into an empty database.",
        )


def _send(
    connection: psycopg.Connection, folder: Path, part: TableFile, place: sql.Composable
) -> None:
    """Send the rows of one file as they stand."""
    statement = copy_in(place, part.columns)
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        for lines in unpacked(folder / part.file):
            copy.write(b"".join(lines))


def _compare(connection: psycopg.Connection, maker: Maker, parts: Sequence[TableFile]) -> None:
    """Read every table back; raises KvError, before the commit, where it is not the backup's."""
    for part in parts:
        place = maker.place(part.table)
        found = checksum_of(connection, place, part.columns)
        if (found.rows, found.hex()) != (part.rows, part.checksum):
            raise damaged(
                Path(part.file), f"{part.table.full_name} read back has other rows than the backup"
            )
        connection.execute(sql.SQL("analyze {}").format(place))
