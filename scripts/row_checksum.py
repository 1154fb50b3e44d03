"""Count rows and sum their hashes, as COPY writes them: the same for the same rows in any order.

Each row is one line of COPY's text format, so that every witness hashes the bytes that were
really sent, read or stored, and no collation, plan or server version has a say in it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import blake2b

import psycopg
from psycopg import sql

_MODULUS = 1 << 128
# Rows are gathered to about this many bytes: one call a row would cost more than the row.
BATCH_BYTES = 1 << 20

Line = bytes | bytearray | memoryview


@dataclass
class RowChecksum:
    """The number of rows and the sum of the first 128 bits of their BLAKE2b, modulo 2^128."""

    rows: int = 0
    total: int = 0

    def add(self, lines: Sequence[Line]) -> None:
        """Take in whole lines, each with the newline at its end."""
        hashes = [int.from_bytes(blake2b(line).digest()[:16], "big") for line in lines]
        self.rows += len(lines)
        self.total = (self.total + sum(hashes)) % _MODULUS

    def hex(self) -> str:
        """Give the sum as 32 hexadecimal digits."""
        return f"{self.total:032x}"


def read_lines(connection: psycopg.Connection, statement: sql.Composed) -> Iterator[list[Line]]:
    """Run a `copy … to stdout` and give its lines in batches of about a megabyte.

    Reads in the caller's transaction. Memory holds one batch, or one row where that is larger.
    """
    batch: list[Line] = []
    size = 0
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        for line in copy:
            batch.append(line)
            size += len(line)
            if size >= BATCH_BYTES:
                yield batch
                batch, size = [], 0
    if batch:
        yield batch


def copy_out(table: sql.Composable, columns: Sequence[str]) -> sql.Composed:
    """Give the statement that sends these columns of a table as text."""
    names = sql.SQL(", ").join(map(sql.Identifier, columns))
    return sql.SQL("copy {} ({}) to stdout").format(table, names)


def copy_in(table: sql.Composable, columns: Sequence[str]) -> sql.Composed:
    """Give the statement that takes these columns of a table as text."""
    names = sql.SQL(", ").join(map(sql.Identifier, columns))
    return sql.SQL("copy {} ({}) from stdin").format(table, names)


def checksum_of(
    connection: psycopg.Connection, table: sql.Composable, columns: Sequence[str]
) -> RowChecksum:
    """Read a whole table back and sum it up, in the caller's transaction."""
    checksum = RowChecksum()
    for lines in read_lines(connection, copy_out(table, columns)):
        checksum.add(lines)
    return checksum
