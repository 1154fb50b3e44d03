"""The same answers from the six tables: one query each.

The search takes the index that is there: trigrams where the database has pg_trgm, words of
built-in full text search where it has not.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

import psycopg
from psycopg import sql

from scripts.bench.queries.picks import Picks
from scripts.settings import ENTITIES, Target

# What a list of products shows; all columns are measured beside them.
_LISTED = sql.SQL(", ").join(
    sql.Identifier("products", column)
    for column in (
        *("id", "sku", "name", "description", "category", "brand", "price", "currency"),
        *("image_url", "available_quantity", "status", "created_at"),
    )
)
_QUERIES = {
    "list": "select {listed} from {products} as products"
    " order by products.created_at desc, products.id desc limit 1000",
    "list_whole": "select products.* from {products} as products"
    " order by products.created_at desc, products.id desc limit 1000",
    "site_list": "select {listed} from {sites} as sites"
    " inner join {products} as products on sites.catalog_id = products.catalog_id"
    " where sites.id = %(site)s and products.is_active"
    " order by products.created_at, products.id limit 50",
    "active": "select {listed} from {products} as products where products.is_active"
    " order by products.created_at desc, products.id desc limit 100",
    "report": "select count(*), coalesce(sum(total_amount), 0), avg(total_amount) from {orders}"
    " where client_id = %(client)s and created_at >= %(start)s"
    " and created_at < %(start)s::timestamptz + interval '1 month'",
    "order": "select orders.* from {orders} as orders where orders.id = %(order)s",
    "number": "select orders.* from {orders} as orders where orders.order_number = %(number)s",
    "site": "select sites.*, clients.id as id_of_client, clients.name as name_of_client"
    " from {sites} as sites inner join {clients} as clients on sites.client_id = clients.id"
    " where sites.id = %(site)s",
    "count": "select count(*) from {orders} where client_id = %(client)s",
    "access": "select employees.* from {employees} as employees"
    " where employees.site_id = %(access_site)s and employees.email = %(email)s"
    " and employees.status = 'active'",
    "user": "select orders.* from {orders} as orders where orders.employee_id = %(user)s"
    " order by orders.created_at desc",
    "by_trigrams": "select {listed} from {products} as products where products.is_active and ("
    "products.name ilike %(like)s or products.description ilike %(like)s"
    " or products.category ilike %(like)s or products.features::text ilike %(like)s)",
    "by_name": "select {listed} from {products} as products"
    " where products.is_active and products.name ilike %(like)s",
    "by_words": "select {listed} from {products} as products where products.is_active"
    " and {words} @@ to_tsquery('simple', %(words)s)",
}
_SEARCH_INDEXES = """
select pg_get_indexdef(indexrelid), pg_get_expr(indexprs, indrelid)
from pg_index where indrelid = to_regclass(%s) and indisvalid
and pg_get_indexdef(indexrelid) ~ ' USING gin '
order by indexrelid
"""


@dataclass(frozen=True)
class Tables:
    """The six tables of a target, asked in the caller's transaction."""

    connection: psycopg.Connection
    values: dict[str, Any]
    search_by: str
    prepare: bool
    _names: dict[str, sql.Composable] = field(repr=False)

    def query(self, name: str) -> sql.Composed:
        """Give one query; `search` is the one for the index that is there."""
        chosen = self.search_by if name == "search" else name
        return sql.SQL(_QUERIES[chosen]).format(**self._names)

    def ask(self, name: str) -> psycopg.Cursor[tuple[Any, ...]]:
        """Run one query, which is one round trip, and give its cursor with all rows read."""
        return self.connection.execute(self.query(name), self.values, prepare=self.prepare)

    def plan(self, name: str) -> dict[str, Any]:
        """Give PostgreSQL's plan of one query as it says it in JSON; runs nothing."""
        explained = sql.SQL("explain (format json) {}").format(self.query(name))
        row = self.connection.execute(explained, self.values).fetchone()
        plan: dict[str, Any] = row[0][0]["Plan"] if row else {}
        return plan


def tables_of(
    connection: psycopg.Connection, target: Target, picks: Picks, *, prepare: bool
) -> Tables:
    """Say what is asked of the tables of a target, and find the index of its search."""
    names: dict[str, sql.Composable] = {
        entity: sql.Identifier(target.final_schema, entity) for entity in ENTITIES
    }
    products = names["products"].as_string(connection)
    search_by, words = "by_name", "null"
    for definition, expression in connection.execute(_SEARCH_INDEXES, (products,)):
        if "gin_trgm_ops" in definition and "description" in definition:
            search_by = "by_trigrams"
            break
        if expression and "to_tsvector" in expression:
            search_by, words = "by_words", str(expression)
    return Tables(
        connection,
        {
            "site": picks.site.row_id if picks.site else None,
            "client": picks.client.row_id if picks.client else None,
            "start": picks.month,
            "order": picks.order.row_id if picks.order else None,
            "number": picks.order_number,
            "access_site": picks.access_site.row_id if picks.access_site else None,
            "email": picks.email,
            "user": picks.user[0] if picks.user else None,
            "like": "%" + re.sub(r"([%_\\])", r"\\\1", picks.term) + "%",
            "words": words_of(picks.term),
        },
        search_by,
        prepare,
        {**names, "words": sql.SQL(words), "listed": _LISTED},
    )


def words_of(term: str) -> str:
    """Give what to_tsquery takes for a text: its words in a row, the last one begun."""
    words = re.findall(r"[^\W_]+", term)
    quoted = [f"'{word}'" for word in words]
    return " <-> ".join([*quoted[:-1], *(f"{word}:*" for word in quoted[-1:])])
