"""The application's access to its store, as a client that counts."""

from __future__ import annotations

from typing import Any

import psycopg
from psycopg import sql

from scripts.settings import Target

SCAN_LIMIT = 1_000  # of the application's prefix scan, which has no order
PAGE = 50  # records on a page, where the caller does not say
Record = tuple[str, Any]


class KvClient:
    """Reads the store as the application's wrapper did, without its cache.

    `round_trips` counts the statements; `caps` says in words where an answer was cut off. Reads
    only, in the caller's transaction. The statements are prepared where `prepare` is set.
    """

    def __init__(self, connection: psycopg.Connection, target: Target, *, prepare: bool) -> None:
        """Keep one cursor for all reads: to open one for each would cost the store's side."""
        self.round_trips = 0
        self.caps: dict[str, None] = {}
        self.notes: dict[str, None] = {}
        self._cursor = connection.cursor()
        self._prepare = prepare
        store = sql.Identifier(target.kv_schema, target.kv_table)
        self._get = sql.SQL("select value from {} where key = %s").format(store)
        self._scan = sql.SQL("select key, value from {} where key like %s || '%%' limit {}").format(
            store, SCAN_LIMIT
        )

    def get(self, key: str) -> Any:
        """Give the value of a key, or None; one round trip."""
        self.round_trips += 1
        row = self._cursor.execute(self._get, (key,), prepare=self._prepare).fetchone()
        return row[0] if row else None

    def records(self, keys: list[str]) -> list[Record]:
        """Get keys one after the other, as the code did; those that are not there are left out."""
        found = ((key, self.get(key)) for key in keys)
        return [(key, value) for key, value in found if isinstance(value, dict)]

    def scan(self, prefix: str) -> list[Record]:
        """Give what stands under a prefix, a thousand at most and in no order; one round trip."""
        self.round_trips += 1
        found = self._cursor.execute(self._scan, (prefix,), prepare=self._prepare).fetchall()
        if len(found) == SCAN_LIMIT:
            self.caps[f"a prefix scan ends at {SCAN_LIMIT:,} keys"] = None
        return [(key, value) for key, value in found if isinstance(value, dict)]

    def page(self, records: list[Record], size: int = PAGE) -> list[Record]:
        """Give the first page of what a scan gave, which has no order."""
        if len(records) > size:
            self.caps[f"only the first {size} of a scan without an order are looked at"] = None
        return records[:size]

    def note(self, sentence: str) -> None:
        """Keep, once, how a way had to differ from the application's."""
        self.notes[sentence] = None
