"""The open transaction of a trace, and the names of what it reads."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, LiteralString

import psycopg
from psycopg import sql

from scripts.masking import Masker
from scripts.settings import Target
from scripts.status import relation_exists

_OURS = (
    "key_ledger",
    "element_ledger",
    "record_ledger",
    "stg_kv__keys",
    "stg_kv__elements",
    "key_families",
    "reject_codes",
    "field_paths",
    "changes",
    "recorded_changes",
    "leftovers",
    "list_findings",
    "written_rows",
    "conflicts",
    "corrections",
    "runs",
    "decoded",
)


@dataclass(frozen=True)
class Tables:
    """Runs queries in the caller's read-only transaction; names and values are composed."""

    connection: psycopg.Connection
    target: Target
    masker: Masker

    def rows(self, query: LiteralString, **values: object) -> list[tuple[Any, ...]]:
        """Run a query over our tables, the store and what `values` names; give all rows."""
        names: dict[str, sql.Composable] = {
            name: sql.Identifier(self.target.work_schema, name) for name in _OURS
        }
        names["store"] = sql.Identifier(self.target.kv_schema, self.target.kv_table)
        for name, value in values.items():
            names[name] = value if isinstance(value, sql.Composable) else sql.Literal(value)
        return self.connection.execute(sql.SQL(query).format(**names)).fetchall()

    def row(self, query: LiteralString, **values: object) -> tuple[Any, ...] | None:
        """Run a query and give its first row, or nothing."""
        found = self.rows(query, **values)
        return found[0] if found else None

    def texts(self, query: LiteralString, **values: object) -> list[str]:
        """Run a query of one column and give it as texts."""
        return [str(row[0]) for row in self.rows(query, **values)]

    def exists(self, name: str, schema: str = "") -> bool:
        """Say whether there is such a table or view, in our schema or another."""
        return relation_exists(self.connection, schema or self.target.work_schema, name)

    def ours(self, name: str) -> sql.Identifier:
        """Give the name of something in our schema."""
        return sql.Identifier(self.target.work_schema, name)

    def last_run(self) -> str:
        """Give the run that began last, or an empty text."""
        row = self.row("select run_id from {runs} order by started_at desc limit 1")
        return str(row[0]) if row else ""
