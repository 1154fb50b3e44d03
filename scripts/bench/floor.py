"""The floor: the least a migration can be on this server, as a script for clean documents alone.

One typed `create table as` for each entity with the e-mail check in its `where`, then the primary,
unique and foreign keys, then 25 indexes. It reads one spelling, judges nothing, keeps no account
and stops at the first document that is not what it expects.
"""

from __future__ import annotations

import time
from typing import LiteralString

import psycopg
from psycopg import sql

from scripts.bench.columns import SHAPES, Shape
from scripts.settings import Target

EMAIL = r"^[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+\.[A-Za-z]{2,}$"

_KEYS: tuple[LiteralString, ...] = (
    "clients add primary key (id), add unique (client_code)",
    "catalogs add primary key (id)",
    "sites add primary key (id), add unique (slug)",
    "products add primary key (id), add unique (catalog_id, sku)",
    "employees add primary key (id), add unique (site_id, employee_id)",
    "orders add primary key (id), add unique (order_number)",
    "sites add foreign key (client_id) references floor.clients",
    "products add foreign key (catalog_id) references floor.catalogs",
    "employees add foreign key (site_id) references floor.sites",
    "orders add foreign key (client_id) references floor.clients,"
    " add foreign key (site_id) references floor.sites,"
    " add foreign key (product_id) references floor.products,"
    " add foreign key (employee_id) references floor.employees",
)
_INDEXES: tuple[LiteralString, ...] = (
    "clients (status)",
    "clients (created_at desc)",
    "catalogs (type, status)",
    "catalogs (owner_id)",
    "sites (client_id, status)",
    "sites (catalog_id)",
    "sites (status)",
    "products (sku)",
    "products (category, price)",
    "products (brand)",
    "products (price)",
    "products (status)",
    "products (catalog_id, status)",
    "employees (employee_id)",
    "employees (email)",
    "employees (status)",
    "employees (site_id, status)",
    "orders (product_id)",
    "orders (employee_id)",
    "orders (customer_email)",
    "orders (status)",
    "orders (created_at desc)",
    "orders (client_id, created_at desc)",
    "orders (site_id, created_at desc)",
    "orders (client_id, status)",
)


def run_floor(connection: psycopg.Connection, target: Target) -> dict[str, float]:
    """Run the floor over the store of a target; give the seconds of each of its parts.

    Reads the store; writes and drops the schema `floor` of a database that is the bench's own. One
    session, in autocommit, with the server's own settings.
    """
    store = sql.Identifier(target.kv_schema, target.kv_table)
    parts = {
        "load": load_statements(store),
        "keys": key_statements(),
        "indexes": [sql.SQL("create index on floor.{}").format(sql.SQL(one)) for one in _INDEXES],
    }
    connection.execute("create schema floor")
    seconds = {}
    for name, statements in parts.items():
        start = time.monotonic()
        for statement in statements:
            connection.execute(statement)
        seconds[name] = time.monotonic() - start
    connection.execute("drop schema floor cascade")
    return seconds


def load_statements(source: sql.Composable) -> list[sql.Composed]:
    """Give the statements that make and fill the six tables from a relation of key and value."""
    return [_load(entity, shape, source) for entity, shape in SHAPES.items()]


def key_statements() -> list[sql.Composed]:
    """Give the statements that add the primary, unique and foreign keys."""
    return [sql.SQL("alter table floor.{}").format(sql.SQL(one)) for one in _KEYS]


def _load(entity: str, shape: Shape, source: sql.Composable) -> sql.Composed:
    columns = [
        sql.SQL("value ->> {} as {}").format(name, sql.Identifier(column))
        for column, name in shape.text.items()
    ] + [
        sql.SQL("(value {} {})::{} as {}").format(
            sql.SQL("->" if kind == "jsonb" else "->>"),
            name,
            sql.SQL(kind),
            sql.Identifier(column),
        )
        for column, (name, kind) in shape.typed.items()
    ]
    checked: sql.Composable = sql.SQL("")
    if shape.email:
        checked = sql.SQL(" and value ->> {} ~* {}").format(shape.text[shape.email], EMAIL)
    return sql.SQL(
        "create table floor.{} as select {} from {} where starts_with(key, {}){}"
    ).format(sql.Identifier(entity), sql.SQL(", ").join(columns), source, shape.prefix, checked)
