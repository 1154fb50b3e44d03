"""Where the verifier looks: one read-only transaction, and the names of what it reads."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, LiteralString

import psycopg
from psycopg import sql

from scripts.settings import Target
from scripts.verify.report import FAILED, NOT_RUN, NOTED, PASSED, Check

SAMPLE_SIZE = 20
_KEPT = """
    select id from {conflicts}
    where entity = {entity} and not is_written and kind not in ('taken', 'refused')
        and run_id = (select run_id from {runs} order by started_at desc limit 1)
"""
# Columns that a trigger changed as we wrote them; of one row the newest run has the last word.
_OVERRULED = """
    select ledger.source_key, unnest(written.overruled) as field
    from (
        select distinct on (words.id) words.id, words.overruled
        from {written_rows} as words
        inner join {runs} as runs on words.run_id = runs.run_id
        where words.entity = {entity}
        order by words.id, runs.started_at desc
    ) as written
    inner join {record_ledger} as ledger
        on ledger.entity = {entity} and written.id = ledger.target_id
"""
_ANY_OVERRULED = """
    select from {written_rows} where entity = {entity} and overruled is not null
"""
_TOUCHED = " union select id from {touched_rows}({entity}, {name}::regclass)"
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
    _live: dict[str, bool] = field(default_factory=dict)
    _asked: dict[tuple[str, str], bool] = field(default_factory=dict)

    def names(self, entity: str = "") -> dict[str, sql.Composable]:
        """Give the placeholders that the queries of all checks share."""
        return {
            "store": sql.Identifier(self.target.kv_schema, self.target.kv_table),
            "final": sql.Identifier(self.final_schema, entity or "clients"),
            "entity": sql.Literal(entity),
            "space": WHITE_SPACE,
            "sample": sql.Literal(SAMPLE_SIZE),
            "judged_records": self._judged(entity, "record_ledger"),
            "judged_keys": self._judged(entity, "key_ledger"),
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
                    "conflicts",
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

    def aside(self, entity: str) -> sql.Composed:
        """Give a query of the ids that are not judged, because the row is the application's word.

        Those are the conflicts of the last run in which the table's row was kept, and, in a table
        the application uses, what it edited or deleted since we wrote it.
        """
        touched = _TOUCHED if self.is_live(entity) else ""
        return self._ours(_KEPT + touched, entity)

    def touched(self, entity: str) -> sql.Composed:
        """Give the rows that somebody changed or deleted since we wrote them: id and kind."""
        return self._ours("{touched_rows}({entity}, {name}::regclass)", entity)

    def overruled(self, entity: str) -> sql.Composed:
        """Give a query of (source_key, field): what a trigger of the table made another."""
        if not self.has(_ANY_OVERRULED, entity):
            return sql.SQL(
                "select null::text as source_key, null::text as field where false"
            ).format()
        return self._ours(_OVERRULED, entity)

    def has(self, query: LiteralString, entity: str) -> bool:
        """Say whether a query over our own tables finds anything; asked once."""
        if (query, entity) not in self._asked:
            found = self.connection.execute(
                sql.SQL("select exists ({})").format(self._ours(query, entity))
            ).fetchone()
            self._asked[query, entity] = bool(found and found[0])
        return self._asked[query, entity]

    def _judged(self, entity: str, name: str) -> sql.Composable:
        """Give the records of an entity that must stand in the table as their documents say."""
        ledger = sql.Identifier(self.work_schema, name)
        if not entity or not (self.is_live(entity) or self.has(_KEPT, entity)):
            return ledger
        return sql.SQL(
            "(select * from {} as record where record.target_id is null"
            " or record.target_id not in ({}))"
        ).format(ledger, self.aside(entity))

    def _ours(self, query: LiteralString, entity: str) -> sql.Composed:
        """Fill the names of our own tables: not by `compose`, whose names these are a part of."""
        table = sql.Identifier(self.final_schema, entity).as_string(self.connection)
        names = ("conflicts", "runs", "touched_rows", "written_rows", "record_ledger")
        return sql.SQL(query).format(
            entity=sql.Literal(entity),
            name=sql.Literal(table),
            **{name: sql.Identifier(self.work_schema, name) for name in names},
        )

    def is_live(self, entity: str) -> bool:
        """Say whether the application uses the table: it was there before, or is handed over."""
        if entity not in self._live:
            self._live[entity] = self.target.protected or not self.is_ours(entity)
        return self._live[entity]

    def is_ours(self, entity: str) -> bool:
        """Say whether this project created the table and has not handed it over."""
        query = (
            "select exists (select 1 from {created_tables}"
            " where entity = {table} and handed_over_at is null)"
        )
        return bool(self.row(query, table=sql.Literal(entity))[0])

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
