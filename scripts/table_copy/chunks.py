"""Read a table of the source in chunks by its key, each in a short snapshot of its own.

The order is the key column's own, so the index that keeps it unique serves every chunk, whatever
its collation; a comparison in another collation would sort the whole table each time. Only the
source compares keys: the target, which may sort otherwise, takes the rows as they come.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass

import psycopg
from psycopg import sql

from scripts.definitions.facts import Table
from scripts.errors import KvError
from scripts.row_checksum import Line, read_lines

ROWS = 5_000
# As stored on the source, compressed as they may be there: bounds how long one chunk can take.
BYTES = 32 << 20
_KEY = (
    "select attname::text, format_type(atttypid, atttypmod) from pg_index"
    " join pg_attribute on attrelid = indrelid and attnum = indkey[0]"
    " where indrelid = to_regclass(%s) and indisunique and indisvalid and attnotnull"
    " and indnkeyatts = 1 and indpred is null order by indisprimary desc, indexrelid limit 1"
)


@dataclass(frozen=True)
class Key:
    """The one column by which a table is read; `type` as SQL."""

    column: str
    type: str

    def literal(self, value: str) -> sql.Composed:
        """Give a key as the source printed it, typed."""
        return sql.SQL("{}::{}").format(sql.Literal(value), sql.SQL(self.type))


@dataclass(frozen=True)
class Pace:
    """How fast the source may be read; 0 rows a second is as fast as it goes."""

    rows_per_second: int = 0

    @property
    def chunk(self) -> int:
        """Give the rows of a chunk: never more than a second may take."""
        return min(ROWS, self.rows_per_second) or ROWS

    def wait(self, rows: int, seconds: float) -> None:
        """Sleep for what these rows should have taken longer than they did."""
        if self.rows_per_second:
            time.sleep(max(rows / self.rows_per_second - seconds, 0))


def key_of(connection: psycopg.Connection, table: Table) -> Key:
    """Find the column a table can be read by: its primary key, or another unique one, not null.

    Raises KvError for a table without one, or with a key of several columns.
    """
    place = sql.Identifier(table.schema, table.name).as_string(connection)
    row = connection.execute(_KEY, (place,)).fetchone()
    if row is None:
        raise KvError(
            f"The table {table.full_name} has no primary key of one column; it cannot be copied"
            " in chunks.",
            "Use 'invoke backup' on the source and 'invoke restore' on the target.",
        )
    return Key(str(row[0]), str(row[1]))


def end_of_chunk(
    connection: psycopg.Connection, table: Table, key: Key, last: str | None, rows: int
) -> str | None:
    """Give the last key of the chunk behind `last`, as text; None behind the end of the table.

    A chunk has at most `rows` rows, and ends with the row that makes it larger than 32 MB.
    """
    column = sql.Identifier(key.column)
    sizes = sql.SQL(" + ").join(
        sql.SQL("coalesce(pg_column_size({}), 0)").format(sql.Identifier(each.name))
        for each in table.stored_columns
    )
    row = connection.execute(
        sql.SQL(
            "select {key}::text from ("
            "  select {key}, size, sum(size) over (order by {key}) as upto from ("
            "    select {key}, {sizes} as size from {table} {behind} order by {key} limit {rows}"
            "  ) as page"
            ") as sized where upto - size < {bytes} order by {key} desc limit 1"
        ).format(
            key=column,
            sizes=sizes,
            table=sql.Identifier(table.schema, table.name),
            behind=_behind(key, last),
            rows=sql.Literal(rows),
            bytes=sql.Literal(BYTES),
        )
    ).fetchone()
    return str(row[0]) if row else None


def chunk_lines(
    connection: psycopg.Connection, table: Table, key: Key, last: str | None, end: str
) -> Iterator[list[Line]]:
    """Give the rows behind `last` up to `end` as COPY text, in the caller's transaction."""
    columns = sql.SQL(", ").join(sql.Identifier(each.name) for each in table.stored_columns)
    statement = sql.SQL(
        "copy (select {columns} from {table} {behind} {link} {key} <= {end} order by {key})"
        " to stdout"
    ).format(
        columns=columns,
        table=sql.Identifier(table.schema, table.name),
        behind=_behind(key, last),
        link=sql.SQL("where" if last is None else "and"),
        key=sql.Identifier(key.column),
        end=key.literal(end),
    )
    return read_lines(connection, statement)


def _behind(key: Key, last: str | None) -> sql.Composable:
    if last is None:
        return sql.SQL("")
    return sql.SQL("where {} > {}").format(sql.Identifier(key.column), key.literal(last))
