"""How far the store is from what was migrated: keys that came, changed or went, by hash."""

from __future__ import annotations

from dataclasses import dataclass

import psycopg
from psycopg import sql

from scripts.connection import table_exists
from scripts.settings import Target

_COUNTS = """
    select
        count(*) filter (where ledger.source_key is null),
        count(*) filter (where now.source_key is not null and ledger.source_key is not null),
        count(*) filter (where now.source_key is null)
    from (
        select key collate "C" as source_key, md5(value::text)::uuid as source_hash from {store}
    ) as now
    full join {ledger} as ledger on now.source_key = ledger.source_key
    where now.source_hash is distinct from ledger.source_hash
"""


@dataclass(frozen=True)
class Difference:
    """Keys of the store that the ledger of the last run does not hold as they are now."""

    new: int
    changed: int
    gone: int

    @property
    def total(self) -> int:
        """Give the number of keys that the next run has to look at."""
        return self.new + self.changed + self.gone

    def __str__(self) -> str:
        """Give the three counts as a sentence's part."""
        return f"{self.new:,} new, {self.changed:,} changed, {self.gone:,} gone"


def difference(connection: psycopg.Connection, target: Target) -> Difference:
    """Compare the store with the ledger of the last run, in one statement; reads only.

    Without a ledger every key is new.
    """
    if not table_exists(connection, target.work_schema, "key_ledger"):
        ledger: sql.Composable = sql.SQL(
            "(select null::text as source_key, null::uuid as source_hash where false)"
        )
    else:
        ledger = sql.Identifier(target.work_schema, "key_ledger")
    found = connection.execute(
        sql.SQL(_COUNTS).format(
            store=sql.Identifier(target.kv_schema, target.kv_table), ledger=ledger
        )
    ).fetchone()
    return Difference(*found) if found else Difference(0, 0, 0)
