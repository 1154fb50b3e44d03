"""Where the verifier looks: one read-only transaction, and the names of what it reads."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, LiteralString

import psycopg
from psycopg import sql

from scripts.settings import Target
from scripts.verify.report import FAILED, NOT_RUN, NOTED, PASSED, Check

SAMPLE_SIZE = 20
# What JSON writers leave at the ends of a text.
WHITE_SPACE = sql.Literal(" \t\n\r\f\x0b")


@dataclass(frozen=True)
class Scope:
    """The open transaction and the schemas of one verification."""

    connection: psycopg.Connection
    target: Target
    final_schema: str
    work_schema: str
    frozen: bool = False

    def names(self, entity: str = "") -> dict[str, sql.Composable]:
        """Give the placeholders that the queries of all checks share."""
        return {
            "store": sql.Identifier(self.target.kv_schema, self.target.kv_table),
            "final": sql.Identifier(self.final_schema, entity or "clients"),
            "entity": sql.Literal(entity),
            "space": WHITE_SPACE,
            "sample": sql.Literal(SAMPLE_SIZE),
            **{
                name: sql.Identifier(self.work_schema, name)
                for name in (
                    "key_ledger",
                    "element_ledger",
                    "record_ledger",
                    "rejects",
                    "recorded_changes",
                    "rebuilt_documents",
                    "defaults",
                    "written_rows",
                    "created_tables",
                    "runs",
                    "stg_kv__keys",
                )
            },
        }

    def compose(
        self, query: LiteralString, entity: str = "", /, **parts: sql.Composable
    ) -> sql.Composed:
        """Fill the placeholders of a query: the shared ones and `parts`."""
        return sql.SQL(query).format(**self.names(entity) | parts)

    def row(
        self, query: LiteralString, entity: str = "", /, **parts: sql.Composable
    ) -> tuple[Any, ...]:
        """Run a query that gives one row."""
        found = self.connection.execute(self.compose(query, entity, **parts)).fetchone()
        return tuple(found) if found else ()

    def texts(
        self, query: LiteralString, entity: str = "", /, **parts: sql.Composable
    ) -> tuple[str, ...]:
        """Run a query of one column and give it as texts."""
        found = self.connection.execute(self.compose(query, entity, **parts))
        return tuple(str(row[0]) for row in found)

    def exists(self, schema: str, table: str) -> bool:
        """Say whether there is such a table or view."""
        name = sql.Identifier(schema, table).as_string(self.connection)
        return self.connection.execute("select to_regclass(%s)", (name,)).fetchone() != (None,)

    def is_ours(self, entity: str) -> bool:
        """Say whether this project created the table, so that nobody else has rows in it."""
        query = "select exists (select 1 from {created_tables} where entity = {entity})"
        return bool(self.row(query, entity)[0])

    def is_new(self, entity: str) -> bool:
        """Say whether the last run created the table: nobody else had a business with it yet."""
        query = (
            "select exists (select 1 from {created_tables} where entity = {entity}"
            " and run_id = (select run_id from {runs} order by started_at desc limit 1))"
        )
        return bool(self.row(query, entity)[0])

    def attempt(
        self, group: str, name: str, make: Callable[[], Iterable[Check]]
    ) -> Iterator[Check]:
        """Make checks behind a savepoint: what the server refuses is a check that could not run."""
        try:
            with self.connection.transaction():
                checks = list(make())
        except psycopg.Error as error:
            # Class 42 is about names and rights; messages of other classes quote values.
            state = error.sqlstate or ""
            said = error.diag.message_primary if state.startswith("42") else None
            yield Check(group, name, NOT_RUN, f"{said or type(error).__name__}.")
        else:
            yield from checks


def judged(group: str, name: str, broken: bool, detail: str, sample: Iterable[str] = ()) -> Check:
    """Give a check that failed or passed."""
    return Check(group, name, FAILED if broken else PASSED, detail, tuple(sample))


def noted(group: str, name: str, found: bool, detail: str, sample: Iterable[str] = ()) -> Check:
    """Give a check that passed, with something to note or not."""
    return Check(group, name, NOTED if found else PASSED, detail, tuple(sample))
