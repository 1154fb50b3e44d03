"""The way of the script this project takes the place of, straight on PostgreSQL.

For each entity: read the list of its ids under one key; read each document by its id, one after the
other; check it; trim its texts; write all of them with one upsert (products in batches). Its checks,
defaults and field names are kept as they were, its faults too. What it wrote over HTTP goes through
one statement here, which takes a column that only some rows have for null in the others, as the HTTP
interface did.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import psycopg
from earlier_script_fields import ENTITIES, Document
from psycopg import sql
from psycopg.types.json import Jsonb


@dataclass
class Report:
    """What a run did: the end of every key it read, the keys it asked for in vain, its counts."""

    ends: dict[str, str] = field(default_factory=dict)
    asked_in_vain: list[str] = field(default_factory=list)
    successful: int = 0
    failed: int = 0
    skipped: int = 0
    rows_written: int = 0
    stopped_by: str | None = None

    @property
    def exit_code(self) -> int:
        """Skipped records do not count, nor does anything nobody looked for."""
        return 1 if self.failed or self.stopped_by else 0

    def summary(self) -> str:
        """Say what it printed at its end. The total was never counted up."""
        end = "completed successfully" if self.exit_code == 0 else "completed with errors"
        if self.stopped_by:
            end = f"failed: {self.stopped_by}"
        return (
            f"Total 0, successful {self.successful}, failed {self.failed},"
            f" skipped {self.skipped}. Migration {end}."
        )


def run(
    connection: psycopg.Connection,
    store: sql.Composable,
    *,
    batch_size: int = 100,
    batch_all: bool = False,
    skip_validation: bool = False,
) -> Report:
    """Read `store` and write the six tables of the search path; each statement stands by itself.

    `connection` is in autocommit mode, for it knew no transactions. `batch_all` writes every entity
    in batches, not the products alone.
    """
    report = Report()
    for entity in ENTITIES:
        found: dict[str, Document] = {}
        ids = _get(connection, store, entity.list_key)
        if ids is not None:
            report.ends[entity.list_key] = "read as a list of ids"
        for name in ids or []:
            # An object in the place of a text, as its language wrote it.
            key = entity.prefix + ("[object Object]" if isinstance(name, dict) else str(name))
            document = _get(connection, store, key)
            if not document:
                report.skipped += 1
                report.asked_in_vain.append(key)
                continue
            faults = [] if skip_validation else entity.faults(document)
            if faults:
                report.failed += 1
                report.ends[key] = "rejected for its " + " and ".join(faults)
                continue
            # Counted before it is written.
            report.successful += 1
            found[key] = {"id": name, **entity.row(_trimmed(document))}
        size = batch_size if entity.batched or batch_all else max(len(found), 1)
        keys = list(found)
        for start in range(0, len(keys), size):
            batch = keys[start : start + size]
            try:
                _upsert(connection, entity.table, [found[key] for key in batch])
            except psycopg.Error as error:
                # What is written stays; the entities that follow are never begun.
                report.stopped_by = f"{entity.table}: {error.diag.message_primary}"
                report.ends.update(dict.fromkeys(keys[start:], "lost: its statement failed"))
                return report
            report.ends.update(dict.fromkeys(batch, "moved"))
            report.rows_written += len(batch)
    return report


def _get(connection: psycopg.Connection, store: sql.Composable, key: str) -> Any:
    query = sql.SQL("select value from {} where key = %s").format(store)
    row = connection.execute(query, (key,)).fetchone()
    return row[0] if row else None


def _upsert(connection: psycopg.Connection, table: str, rows: list[Document]) -> None:
    columns = list(dict.fromkeys(name for row in rows for name in row))
    names = sql.SQL(", ").join(map(sql.Identifier, columns))
    changes = sql.SQL(", ").join(
        sql.SQL("{0} = excluded.{0}").format(sql.Identifier(name)) for name in columns
    )
    statement = sql.SQL(
        "insert into {table} ({names}) select {names} from jsonb_populate_recordset(null::{table}, %s)"
        " on conflict (id) do update set {changes}"
    ).format(table=sql.Identifier(table), names=names, changes=changes)
    connection.execute(statement, (Jsonb(rows),))


def _trimmed(value: Any) -> Any:
    if isinstance(value, str):
        return value.replace("\0", "").strip()
    if isinstance(value, list):
        return [_trimmed(inner) for inner in value]
    if isinstance(value, dict):
        return {name: _trimmed(inner) for name, inner in value.items()}
    return value
