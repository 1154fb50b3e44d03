"""The operator's corrections: a file of his own, laid over the documents before they are judged.

A row of the file is `key,field,value,reason`. `field` is a path in the document (`contactEmail`,
`shippingAddress.fullName`; `$` for the whole document), `value` is JSON, and what is no JSON is
text.
The store itself is never touched.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import os
import re
import stat
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import sql

from scripts.connection import connect, table_exists
from scripts.errors import UsageError
from scripts.masking import Masker
from scripts.settings import Target

HEADER = ("key", "field", "value", "reason")
# The same table that a run makes at its start (macros/run/start_run.sql), for runs come after this.
_TABLE = """
create table if not exists {} (
    source_key text not null,
    field text not null,
    value jsonb not null,
    reason text not null,
    primary key (source_key, field)
)
"""
_FORGOTTEN = (
    "The run before this one had corrections and this one has none: what they mended is judged as"
    " the store has it. Give --corrections=FILE to every run, or set KV_CORRECTIONS."
)
_FIELD = re.compile(r"\$|[^.$][^.]*(\.[^.]+)*")


@dataclass(frozen=True)
class Correction:
    """One row of the file; `value` is JSON text."""

    key: str
    field: str
    value: str
    reason: str


@dataclass(frozen=True)
class Corrections:
    """The rows of a file, how many of them await a value, and the SHA-256 of its bytes."""

    rows: tuple[Correction, ...] = ()
    unfilled: int = 0
    digest: str = ""


def find_corrections(path: str) -> Corrections:
    """Read the file of `--corrections`, or of KV_CORRECTIONS; no name, no corrections.

    Reads the file and nothing else. Raises UsageError, naming the line, for a file that is not
    there, that others may read, or that holds a row no document can be corrected by.
    """
    name = path or os.environ.get("KV_CORRECTIONS", "")
    if not name:
        return Corrections()
    file = Path(name)
    if not file.is_file():
        raise UsageError(f"There is no corrections file '{name}'.", "Check the path.")
    if stat.S_IMODE(file.stat().st_mode) & 0o077:
        raise UsageError(
            f"The corrections file '{name}' holds personal data and others may read it.",
            f"Close it first: chmod 600 {name}",
        )
    content = file.read_bytes()
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise UsageError(f"The file '{name}' is not UTF-8.", "Save it as UTF-8.") from None
    rows, unfilled = _rows(name, text)
    return Corrections(rows, unfilled, hashlib.sha256(content).hexdigest())


def _rows(name: str, text: str) -> tuple[tuple[Correction, ...], int]:
    reader = csv.DictReader(io.StringIO(text, newline=""))
    if tuple(reader.fieldnames or ()) != HEADER:
        raise UsageError(
            f"The corrections file '{name}' does not begin with the line {','.join(HEADER)}.",
            "`invoke rejects --write=FILE` makes one to fill in.",
        )
    found: dict[tuple[str, str], Correction] = {}
    unfilled = 0
    for row in reader:
        where = f"Line {reader.line_num} of the corrections file '{name}'"
        if None in row or None in row.values():
            raise UsageError(f"{where} has not four columns.", "Quote a value that holds a comma.")
        if not row["value"].strip():
            unfilled += 1
            continue
        correction = Correction(
            row["key"], row["field"].strip(), _json(row["value"]), row["reason"].strip()
        )
        if not correction.key or not _FIELD.fullmatch(correction.field):
            raise UsageError(f"{where} names no key or no field.", "Use a path like contactEmail.")
        if not correction.reason:
            raise UsageError(f"{where} gives no reason.", "Say why the value is another.")
        if (correction.key, correction.field) in found:
            raise UsageError(f"{where} corrects a field a second time.", "Keep one of the two.")
        found[correction.key, correction.field] = correction
    return tuple(found.values()), unfilled


def _json(value: str) -> str:
    """Give a value as JSON text with its own digits; what is no JSON is text."""
    try:
        json.loads(value, parse_float=str, parse_int=str, parse_constant=_refuse)
    except ValueError:
        return json.dumps(value, ensure_ascii=False)
    return value


def _refuse(_: str) -> None:
    raise ValueError


# Rows come by COPY and errors are caught on the server: its log keeps statements, their parameters
# and what an error quotes, and a value here is somebody's name or address.
_TAKE_OVER = """
    do $body$
    declare
        incoming record;
    begin
        for incoming in select * from incoming_corrections order by place loop
            begin
                insert into {table} values (
                    incoming.source_key, incoming.field, incoming.value::jsonb, incoming.reason
                );
            exception when data_exception or untranslatable_character then
                raise exception using errcode = 'data_exception', message = incoming.place;
            end;
        end loop;
    end
    $body$
"""


# An element of a list has the key of its list with its place behind it.
_UNKNOWN = """
    select asked.key from asked_keys as asked
    where not exists (
        select from {store} as store
        where store.key = asked.key or store.key = regexp_replace(asked.key, ':[0-9]+$', '')
    )
    order by asked.key collate "C"
"""
_WITH_BEFORE = """
    select corrections_hash is not null from {}
    where outcome is not null order by started_at desc limit 1
"""


def check_corrections(target: Target, corrections: Corrections) -> str:
    """See whether the store has what is corrected, before anything begins; give a warning or none.

    Reads the store and `runs`, with a temporary table that is rolled back. Whoever gives none after
    a run that had some is warned: what those mended is judged as the store has it.

    Raises UsageError for keys that the store has not.
    """
    with connect(target) as connection:
        if not corrections.rows:
            if not table_exists(connection, target.work_schema, "runs"):
                return ""
            runs = sql.SQL(_WITH_BEFORE).format(sql.Identifier(target.work_schema, "runs"))
            before = connection.execute(runs).fetchone()
            return _FORGOTTEN if before and before[0] else ""
        connection.execute("create temporary table asked_keys (key text) on commit drop")
        with connection.cursor().copy("copy asked_keys from stdin") as copy:
            for key in dict.fromkeys(row.key for row in corrections.rows):
                copy.write_row((key,))
        store = sql.Identifier(target.kv_schema, target.kv_table)
        unknown = connection.execute(sql.SQL(_UNKNOWN).format(store=store)).fetchall()
        connection.rollback()
    if unknown:
        shown = ", ".join(Masker().key(str(key)) for (key,) in unknown[:5])
        more = f" and {len(unknown) - 5:,} more" if len(unknown) > 5 else ""
        raise UsageError(
            f"The corrections name keys that the store has not: {shown}{more}.",
            "Mend or remove their lines; `invoke keys` lists keys.",
        )
    return ""


def store_corrections(target: Target, corrections: Corrections, schema: str) -> None:
    """Put the corrections where a run finds them, in place of those of an earlier run.

    Writes the table `corrections` of our own schema, in one transaction; makes both if need be.
    Raises UsageError for a value that jsonb does not take.
    """
    table = sql.Identifier(schema, "corrections")
    with connect(target) as connection:
        connection.execute(sql.SQL("create schema if not exists {}").format(sql.Identifier(schema)))
        connection.execute(sql.SQL(_TABLE).format(table))
        connection.execute(sql.SQL("delete from {}").format(table))
        if not corrections.rows:
            return
        connection.execute(
            "create temporary table incoming_corrections (place integer, source_key text,"
            " field text, value text, reason text) on commit drop"
        )
        with connection.cursor().copy("copy incoming_corrections from stdin") as copy:
            for place, row in enumerate(corrections.rows):
                copy.write_row((place, row.key, row.field, row.value, row.reason))
        try:
            connection.execute(sql.SQL(_TAKE_OVER).format(table=table))
        except psycopg.DataError as error:
            # U+0000, half a surrogate pair, a number beyond numeric: jsonb takes none of them.
            row = corrections.rows[int(error.diag.message_primary or 0)]
            raise UsageError(
                f"The correction of {row.field} of {row.key} cannot be stored as JSON.",
                "Write the value without characters and numbers PostgreSQL refuses.",
            ) from None
