"""The algorithm of the script this project takes the place of, straight on PostgreSQL.

One read for each id, one after the other, and upserts of a hundred rows; over HTTP each of them was
a round trip besides. It checks the e-mail address and verifies nothing. Here the ids are given to
it: it read them from lists that the application never wrote.
"""

from __future__ import annotations

import re
import time
from typing import Any

import psycopg
from psycopg import sql
from psycopg.types.json import Jsonb

from scripts.bench.columns import SHAPES, Shape
from scripts.bench.floor import EMAIL, key_statements, load_statements
from scripts.settings import Target

_BATCH = 100


def run_earlier(connection: psycopg.Connection, target: Target) -> float:
    """Run it over the store of a target; give its seconds.

    Reads the store key by key; writes and drops the schema `floor` of a database that is the
    bench's own, whose tables and keys stand before it begins, as they did. In autocommit: it had no
    transactions.
    """
    store = sql.Identifier(target.kv_schema, target.kv_table)
    connection.execute("create schema floor")
    empty = sql.SQL("(select * from {} limit 0) as nothing").format(store)
    for statement in load_statements(empty) + key_statements():
        connection.execute(statement)
    ids = {
        entity: [
            key
            for (key,) in connection.execute(
                sql.SQL("select key from {} where starts_with(key, %s)").format(store),
                (shape.prefix,),
            )
        ]
        for entity, shape in SHAPES.items()
    }
    start = time.monotonic()
    for entity, shape in SHAPES.items():
        _move(connection, store, entity, shape, ids[entity])
    seconds = time.monotonic() - start
    connection.execute("drop schema floor cascade")
    return seconds


def _move(
    connection: psycopg.Connection,
    store: sql.Identifier,
    entity: str,
    shape: Shape,
    keys: list[str],
) -> None:
    read = sql.SQL("select value from {} where key = %s").format(store)
    rows: list[list[Any]] = []
    for key in keys:
        found = connection.execute(read, (key,)).fetchone()
        if found and (not shape.email or re.match(EMAIL, found[0][shape.text[shape.email]])):
            rows.append(_row(shape, found[0]))
        if len(rows) == _BATCH:
            _upsert(connection, entity, shape, rows)
            rows = []
    if rows:
        _upsert(connection, entity, shape, rows)


def _row(shape: Shape, document: dict[str, Any]) -> list[Any]:
    typed = [
        Jsonb(document[name]) if kind == "jsonb" else document[name]
        for name, kind in shape.typed.values()
    ]
    return [document[name].strip() for name in shape.text.values()] + typed


def _upsert(
    connection: psycopg.Connection, entity: str, shape: Shape, rows: list[list[Any]]
) -> None:
    columns = [*shape.text, *shape.typed]
    one = sql.SQL("({})").format(sql.SQL(", ").join([sql.Placeholder()] * len(columns)))
    statement = sql.SQL(
        "insert into floor.{} ({}) values {} on conflict (id) do update set ({}) = row({})"
    ).format(
        sql.Identifier(entity),
        sql.SQL(", ").join(map(sql.Identifier, columns)),
        sql.SQL(", ").join([one] * len(rows)),
        sql.SQL(", ").join(map(sql.Identifier, columns)),
        sql.SQL(", ").join(sql.Identifier("excluded", column) for column in columns),
    )
    connection.execute(statement, [value for row in rows for value in row])
