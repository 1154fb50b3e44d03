"""Copy the store and the six tables from one database to another, in chunks that can be resumed.

The source is opened read-only: the server refuses every write. Rows pass through as the text of
COPY, so the two servers may be of different versions, and are summed up on the way; in the end the
target is read back, and must have the same sums. The source may go on changing: each chunk is of
one moment, the whole copy is not. What changes behind the place where the copy stands is not in
it; for a copy of one moment use `backup` and `restore`.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import replace

import psycopg
from psycopg import sql

from scripts import history
from scripts.connection import connect, table_exists
from scripts.definitions.attached import finish
from scripts.definitions.columns import create_tables
from scripts.definitions.differences import differences
from scripts.definitions.facts import Table
from scripts.definitions.maker import Maker, reason
from scripts.definitions.read import pin, read_definition, read_definitions
from scripts.errors import KvError, UsageError
from scripts.row_checksum import checksum_of, copy_in
from scripts.settings import Target
from scripts.store_shape import shape_of
from scripts.table_copy.checkpoint import Progress, advance, begin, place_of, read_progress
from scripts.table_copy.chunks import Key, Pace, chunk_lines, end_of_chunk, key_of
from scripts.table_copy.outcome import Copied

Watch = Callable[[str, int], None]


def copy(
    source: Target,
    target: Target,
    *,
    resume: bool = False,
    pace: Pace | None = None,
    watch: Watch = lambda _table, _rows: None,
) -> Copied:
    """Copy the store and the six tables with their definitions; see the module for what it is.

    Reads the source in one read-only snapshot a chunk, in order of the key; parents before
    children. Writes the target's new tables and `copied_tables` in our schema, a transaction a
    chunk; constraints, indexes and triggers in the last. `watch` is called with a table and its
    rows after each chunk. With `resume` an interrupted copy of the same source goes on. Is a step
    of the history.

    Raises UsageError for a protected target, source and target in one, tables that are there, an
    interrupted copy without `resume`. Raises KvError when a server fails; what was copied stays,
    to be resumed. What the rows or sums forbid is in `Copied.failures`.
    """
    _check_usage(source, target)
    with history.step("copy", target.name, source=source.name, resume=resume) as step:
        started = time.monotonic()
        done = Copied(step.run_id, source.name, target.name)
        try:
            with connect(source, read_only=True) as reader, connect(target) as writer:
                reader.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
                _Copy(source, target, reader, writer, done).run(
                    pace or Pace(), watch, resume=resume
                )
        except psycopg.Error as error:
            raise KvError(
                f"The copy from '{source.name}' to '{target.name}' stopped: {reason(error)}.",
                "What was copied stays; repeat the command with --resume to go on.",
            ) from None
        done.seconds = time.monotonic() - started
        with connect(target, read_only=True) as reader:
            step.store_shape = shape_of(reader, target)
        step.outcome = history.outcome_of(done.exit_code)
        step.facts.update(
            run=done.run_id, tables=done.tables, notes=done.notes, failures=done.failures
        )
    return done


def _check_usage(source: Target, target: Target) -> None:
    if target.protected:
        raise UsageError(
            f"The target '{target.name}' is protected; nothing is copied into it.",
            "Copy from it, into another.",
        )
    if place_of(source) == place_of(target):
        raise UsageError(
            "Source and target are the same database; nothing was copied.",
            "Name two different ones.",
        )


class _Copy:
    """One copy under way; each method that writes does so in a transaction of its own."""

    def __init__(
        self,
        source: Target,
        target: Target,
        reader: psycopg.Connection,
        writer: psycopg.Connection,
        done: Copied,
    ) -> None:
        self.source = source
        self.target = target
        self.reader = reader
        self.writer = writer
        self.done = done

    def run(self, pace: Pace, watch: Watch, *, resume: bool) -> None:
        tables, keys = self._read_source()
        progress = self._prepare(tables, resume=resume)
        for table, key in zip(tables, keys, strict=True):
            self._copy_table(table, key, progress[table.full_name], pace, watch)
        for table in tables:
            self._verify(table, progress[table.full_name])
        if not self.done.failures:
            self._finish(tables, progress)
        self._count(tables, progress)

    def _read_source(self) -> tuple[list[Table], list[Key]]:
        with self.reader.transaction():
            tables = read_definitions(self.reader, self.source)
            keys = [key_of(self.reader, table) for table in tables]
        if not tables:
            raise KvError(
                f"Source '{self.source.name}' has none of the tables to copy.",
                "Check KV_SCHEMA, KV_TABLE and KV_FINAL_SCHEMA.",
            )
        return tables, keys

    def _prepare(self, tables: Sequence[Table], *, resume: bool) -> dict[str, Progress]:
        """Begin a copy or find how far one has come."""
        with self.writer.transaction():
            pin(self.writer)
            progress = read_progress(self.writer, self.target)
            if progress:
                self._check_resumable(tables, progress, resume=resume)
                self.done.resumed = True
            else:
                self._check_empty(tables)
                maker = Maker(self.writer, tables)
                create_tables(maker)
                self.done.notes += [
                    note for note in maker.notes if not any(note in each.notes for each in tables)
                ]
                progress = begin(self.writer, self.target, self.source, tables)
        return {f"{each.schema}.{each.table}": each for each in progress}

    def _check_empty(self, tables: Sequence[Table]) -> None:
        for table in tables:
            if table_exists(self.writer, table.schema, table.name):
                raise UsageError(
                    f"The target '{self.target.name}' has a table {table.full_name} already;"
                    " nothing was copied.",
                    "Copy into a database without these tables.",
                )

    def _check_resumable(
        self, tables: Sequence[Table], progress: Sequence[Progress], *, resume: bool
    ) -> None:
        begun = progress[0]
        if begun.source_place != place_of(self.source):
            raise UsageError(
                f"The target '{self.target.name}' holds a copy of another source,"
                f" '{begun.source}'; nothing was copied.",
                "Copy into another database, or resume from that source.",
            )
        if not resume:
            raise UsageError(
                f"A copy of '{begun.source}' into '{self.target.name}' was begun before;"
                " nothing was copied.",
                "Say --resume to go on with it, or copy into another database.",
            )
        known = {(each.schema, each.table) for each in progress}
        for table in tables:
            place = (table.schema, table.name)
            made = place in known and table_exists(self.writer, *place)
            if not made or _columns(read_definition(self.writer, *place)) != _columns(table):
                raise KvError(
                    f"The table {table.full_name} is no longer as it was when the copy began.",
                    "Copy into another database, from the beginning.",
                )

    def _copy_table(
        self, table: Table, key: Key, progress: Progress, pace: Pace, watch: Watch
    ) -> None:
        while progress.state == "copying":
            started = time.monotonic()
            rows = self._copy_chunk(table, key, progress, pace.chunk)
            watch(table.full_name, progress.checksum.rows)
            pace.wait(rows, time.monotonic() - started)

    def _copy_chunk(self, table: Table, key: Key, progress: Progress, rows: int) -> int:
        """Copy one chunk and move the checkpoint, in one transaction; give its rows.

        The sum of the chunk is taken from the very bytes the source sent.
        """
        before = replace(progress, checksum=replace(progress.checksum))
        with self.reader.transaction(), self.writer.transaction():
            pin(self.reader)
            pin(self.writer)
            end = end_of_chunk(self.reader, table, key, progress.last_key, rows)
            after = replace(before, checksum=replace(before.checksum))
            if end is None:
                after.state = "copied"
            else:
                columns = [column.name for column in table.stored_columns]
                statement = copy_in(_place(table), columns)
                with self.writer.cursor() as cursor, cursor.copy(statement) as inward:
                    for lines in chunk_lines(self.reader, table, key, before.last_key, end):
                        inward.write(b"".join(lines))
                        after.checksum.add(lines)
                after.last_key = end
            advance(self.writer, self.target, before, after)
        progress.state, progress.last_key = after.state, after.last_key
        progress.checksum = after.checksum
        return after.checksum.rows - before.checksum.rows

    def _verify(self, table: Table, progress: Progress) -> None:
        """Read the copy of a table back and compare it with what the source sent."""
        if progress.state != "copied":
            return
        with self.writer.transaction():
            pin(self.writer)
            columns = [column.name for column in table.stored_columns]
            found = checksum_of(self.writer, _place(table), columns)
            if found != progress.checksum:
                self.done.failures.append(
                    f"{table.full_name} has {found.rows:,} rows with the checksum {found.hex()};"
                    f" the source sent {progress.checksum.rows:,} with {progress.checksum.hex()}."
                )
                return
            self._set_state(progress, "verified")

    def _finish(self, tables: Sequence[Table], progress: dict[str, Progress]) -> None:
        """Make constraints, indexes, foreign keys and triggers; again, where some failed before."""
        if all(progress[table.full_name].state == "finished" for table in tables):
            return
        with self.writer.transaction():
            pin(self.writer)
            maker = Maker(self.writer, tables)
            finish(maker)
            self.done.notes += maker.notes
            if self.done.resumed:
                # What the first command said of columns and defaults is not known any more.
                for table in tables:
                    found = read_definition(self.writer, table.schema, table.name)
                    self.done.notes += [f"{each}." for each in differences(table, found)]
            self.done.failures += [
                f"{failure} The source changed while it was copied: mend those rows in the copy"
                " and repeat with --resume, or copy anew at a quieter time."
                for failure in maker.failures
            ]
            for table in tables:
                self.writer.execute(sql.SQL("analyze {}").format(_place(table)))
                if not maker.failures:
                    self._set_state(progress[table.full_name], "finished")

    def _set_state(self, progress: Progress, state: str) -> None:
        after = replace(progress, state=state)
        advance(self.writer, self.target, progress, after)
        progress.state = state

    def _count(self, tables: Sequence[Table], progress: dict[str, Progress]) -> None:
        """Say what was copied of each table, and what the source holds now."""
        with self.reader.transaction():
            pin(self.reader)
            for table in tables:
                row = self.reader.execute(
                    sql.SQL("select count(*) from {}").format(_place(table))
                ).fetchone()
                checksum = progress[table.full_name].checksum
                self.done.tables.append(
                    {
                        "table": table.full_name,
                        "rows": checksum.rows,
                        "source_rows": int(row[0]) if row else 0,
                        "checksum": checksum.hex(),
                        "state": progress[table.full_name].state,
                    }
                )


def _columns(table: Table) -> list[tuple[str, str, str]]:
    return [(column.name, column.type, column.generated) for column in table.columns]


def _place(table: Table) -> sql.Identifier:
    return sql.Identifier(table.schema, table.name)
