"""Load a file of JSON lines into the key-value table of a target.

A line is `{"key": "client:production:client-001", "value": {...}}`; the file is plain text or
gzip, told apart by its first bytes. The text of a value is cut out of the line and handed to
PostgreSQL as it stands, so that `jsonb` and nothing else decides what a number or a repeated
field is: no value ever passes through a float.
"""

from __future__ import annotations

import gzip
import json
import re
import time
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import NoReturn, cast

import psycopg
from psycopg import sql

from scripts.connection import connect
from scripts.errors import KvError, UsageError
from scripts.settings import Target

Progress = Callable[[int], None]

_GZIP_MAGIC = b"\x1f\x8b"
_PROGRESS_EVERY = 1000
_NOT_JSON = "is not valid JSON"
_WRONG_SHAPE = 'is not an object with exactly "key" and "value"'
_HOLDS_NUL = "holds the character U+0000, which PostgreSQL cannot store"
_SPACE = r"[ \t\r\n]*"
# The signs of an object: what opens it, a name with its colon, what stands behind a value.
_OPENING = re.compile(rf"{_SPACE}\{{{_SPACE}(?:\}}{_SPACE})?")
_NAME = re.compile(rf'("(?:[^"\\]|\\.)*"){_SPACE}:{_SPACE}')
_BEHIND = re.compile(rf"{_SPACE}(?:,|\}}){_SPACE}")

# An error about a row quotes the row, in the server's log too. Whoever may, asks for less there.
_TERSE = (
    "do $$ begin set local log_error_verbosity = terse;"
    " exception when insufficient_privilege then null; end $$"
)

# The classes of SQLSTATE that say something about a row: data, constraints, limits.
_ROW_FAULTS = ("22", "23", "54")
# What PostgreSQL refuses in a row, in words that hold nothing of the row itself.
_REFUSALS = {
    "22P02": f"{_NOT_JSON} for PostgreSQL",
    "22P05": "holds U+0000 or another character the database cannot store",
    "22003": "holds a number beyond what PostgreSQL can store",
    "23505": "repeats a key of an earlier line",
    "54000": "holds more than PostgreSQL can store in one row",
    "54001": "nests its value deeper than PostgreSQL can read",
}


@dataclass(frozen=True)
class LoadResult:
    """What a load did: rows written, bytes of JSON text read (unpacked), seconds taken."""

    rows: int
    bytes: int
    seconds: float


class _BadLineError(Exception):
    """A line that cannot become a row; its text says why, without anything of the line itself."""


def load_file(
    target: Target, path: Path, *, replace: bool = False, progress: Progress | None = None
) -> LoadResult:
    """Load a file of JSON lines into the target's key-value table and analyze the table.

    Reads `path` as a stream: memory holds one line at a time. Writes `target.kv_table`, which is
    created when it is missing, in one transaction that keeps other writers out: all rows or none.
    With `replace` the rows that were there are deleted in that same transaction. `progress` is
    called with the number of rows sent so far, every thousand rows and at the end.

    Raises UsageError, having changed nothing, for a protected target, a missing file and a table
    that is not empty without `replace`. Raises KvError, having changed nothing, for a line that
    cannot become a row (naming its number, never its content), for a damaged gzip, and when
    PostgreSQL refuses the load as a whole.
    """
    if target.protected:
        raise UsageError(
            f"The target '{target.name}' is protected; nothing is loaded into its store.",
            "Load into a copy instead.",
        )
    if not path.is_file():
        raise UsageError(f"There is no file '{path}'.", "Give the path of a file of JSON lines.")
    started = time.monotonic()
    try:
        with connect(target) as connection:
            table = sql.Identifier(target.kv_schema, target.kv_table)
            connection.execute(_TERSE)
            _prepare_table(connection, target, table, replace=replace)
            rows, size = _copy(connection, target, table, path, progress)
            connection.execute(sql.SQL("analyze {}").format(table))
    except psycopg.Error as error:
        # The server's first sentence names tables and roles; an error about a row was met before.
        reason = error.diag.message_primary or type(error).__name__
        raise KvError(
            f"The load into target '{target.name}' failed: {reason}.",
            "Nothing was changed.",
        ) from None
    return LoadResult(rows, size, time.monotonic() - started)


def _prepare_table(
    connection: psycopg.Connection, target: Target, table: sql.Identifier, *, replace: bool
) -> None:
    """See to it that the table is there, ours alone to write, and empty."""
    name = table.as_string(connection)
    if connection.execute("select to_regclass(%s)", (name,)).fetchone() == (None,):
        connection.execute(
            sql.SQL("create table {} (key text primary key, value jsonb not null)").format(table)
        )
    # Until the commit readers go on, writers wait: what was empty stays empty.
    connection.execute(sql.SQL("lock table {} in share row exclusive mode").format(table))
    if replace:
        # Not truncate: that would make readers wait, and would ignore what refers to the table.
        connection.execute(sql.SQL("delete from {}").format(table))
        return
    found = sql.SQL("select exists (select from {})").format(table)
    if connection.execute(found).fetchone() == (True,):
        raise UsageError(
            f"The table {name} of target '{target.name}' is not empty; nothing was loaded.",
            "Say --replace to delete its rows first.",
        )


def _copy(
    connection: psycopg.Connection,
    target: Target,
    table: sql.Identifier,
    path: Path,
    progress: Progress | None,
) -> tuple[int, int]:
    """Send every document of the file; return rows and bytes."""
    rows = size = 0
    statement = sql.SQL("copy {} (key, value) from stdin").format(table)
    try:
        with connection.cursor() as cursor, cursor.copy(statement) as copy:
            for number, line in _lines(path):
                try:
                    copy.write_row(_split(line))
                except _BadLineError as error:
                    raise _refused(path, number, str(error)) from None
                rows += 1
                size += len(line)
                if progress and rows % _PROGRESS_EVERY == 0:
                    progress(rows)
    except psycopg.Error as error:
        state = error.sqlstate or ""
        row = _row_of(error, target)
        if row is None or not state.startswith(_ROW_FAULTS):
            raise  # a full disk, say, also names the row at which it happened
        fault = _REFUSALS.get(state, f"is refused by PostgreSQL (SQLSTATE {state})")
        raise _refused(path, _line_of(path, row), fault) from None
    if progress and rows % _PROGRESS_EVERY:
        progress(rows)
    return rows, size


def _refused(path: Path, number: int, fault: str) -> KvError:
    # To be raised without its cause, whose text may hold what stands in the line.
    return KvError(
        f"Line {number} of {path.name} {fault}; nothing was loaded.",
        "Mend or remove that line and load the file again.",
    )


def _lines(path: Path) -> Iterator[tuple[int, bytes]]:
    """Read the file, unpacking gzip, and give its lines that are not blank, with their numbers.

    Raises KvError when the file cannot be read or its gzip is damaged.
    """
    try:
        with path.open("rb") as raw:
            zipped = raw.peek(len(_GZIP_MAGIC)).startswith(_GZIP_MAGIC)
            lines = cast("Iterable[bytes]", gzip.GzipFile(fileobj=raw) if zipped else raw)
            for number, line in enumerate(lines, 1):
                if line.strip():
                    yield number, line
    except EOFError:
        raise _unreadable(path, "its gzip is cut off") from None
    except (gzip.BadGzipFile, zlib.error):
        raise _unreadable(path, "its gzip is damaged") from None
    except OSError as error:
        raise _unreadable(path, error.strerror or "the disk failed") from None


def _unreadable(path: Path, reason: str) -> KvError:
    return KvError(
        f"The file {path.name} cannot be read to its end: {reason}; nothing was loaded.",
        "Check the file, or write it again.",
    )


def _refuse_constant(_: str) -> NoReturn:
    raise ValueError


# Used to find where a value ends; numbers stay text because nothing of the result is used.
_DECODER = json.JSONDecoder(parse_float=str, parse_int=str, parse_constant=_refuse_constant)


def _split(line: bytes) -> tuple[str, str]:
    """Cut a line into its key and the text of its value.

    Raises _BadLineError when it is not an object with exactly a key that can be stored and a
    value. Whether the value is one that jsonb takes is left to PostgreSQL.
    """
    try:
        text = line.decode("utf-8")
    except UnicodeDecodeError:
        raise _BadLineError("is not valid UTF-8") from None
    if "\0" in text:
        raise _BadLineError(_HOLDS_NUL)
    try:
        members = _members(text)
    except ValueError:
        raise _BadLineError(_NOT_JSON) from None
    if sorted(name for name, _ in members) != ["key", "value"]:
        raise _BadLineError(_WRONG_SHAPE)
    parts = dict(members)
    return _key(parts["key"]), parts["value"]


def _members(text: str) -> list[tuple[str, str]]:
    """Give names and texts of the members of the object in `text`.

    Raises ValueError when `text` is not JSON, _BadLineError when it is no object or an empty one.
    """
    found = _OPENING.match(text)
    if not found:
        _value_end(text.strip(), 0)
        raise _BadLineError(_WRONG_SHAPE)
    members: list[tuple[str, str]] = []
    while not found[0].rstrip().endswith("}"):
        name = _match(_NAME, text, found.end())
        end = _value_end(text, name.end())
        members.append((_DECODER.decode(name[1]), text[name.end() : end]))
        found = _match(_BEHIND, text, end)
    if found.end() != len(text):
        raise ValueError
    return members


def _match(pattern: re.Pattern[str], text: str, at: int) -> re.Match[str]:
    found = pattern.match(text, at)
    if not found:
        raise ValueError
    return found


def _value_end(text: str, start: int) -> int:
    try:
        return _DECODER.raw_decode(text, start)[1]
    except RecursionError:
        # Deeper than Python reads, not deeper than jsonb: the value is what stands before the
        # last brace, and PostgreSQL finds out whether that is true.
        return text.rindex("}")


def _key(text: str) -> str:
    key = str(_DECODER.decode(text))
    if not text.startswith('"') or not key:
        raise _BadLineError("has a key that is not a text or is empty")
    if "\0" in key:
        raise _BadLineError(_HOLDS_NUL)
    try:
        key.encode("utf-8")
    except UnicodeEncodeError:
        raise _BadLineError("has a key with half a surrogate pair") from None
    return key


def _row_of(error: psycopg.Error, target: Target) -> int | None:
    """Read from the error's context which row of the COPY it is about; None when it is none.

    The word for "line" is in the server's language. The last match counts: text of a document
    can stand before the server's own line, never after it.
    """
    pattern = rf"^COPY {re.escape(target.kv_table)}[^\d\n]*(\d+)"
    found = re.findall(pattern, error.diag.context or "", re.MULTILINE)
    return int(found[-1]) if found else None


def _line_of(path: Path, row: int) -> int:
    """Find the number of the line that became the given row: blank lines became none.

    Reads the file again, for a list of them would grow with the file.
    """
    return next(number for number, _ in islice(_lines(path), row - 1, None))
