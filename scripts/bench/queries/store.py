"""The store the queries are measured on: the bench's own, one long catalogue, and the lists.

The application kept lists beside the records, and its ways begin with them. They are added when the
store has been migrated: the array of all gifts holds whole gifts, which a run would merge.
"""

from __future__ import annotations

import psycopg
from psycopg import sql

from scripts.bench.store import Sizes, make_store
from scripts.settings import ENTITIES, Target

# The catalogue of which a site lists a thousand products.
_LONG_CATALOG = """
update {store} set value = jsonb_set(value, '{{catalogId}}', (
    select value -> 'id' from {store} where starts_with(key, 'catalogs:')
    order by value ->> 'createdAt' limit 1
))
where starts_with(key, 'gift:') and substr(value ->> 'sku', 5)::int <= 1000
"""
# In the order of their making, as the application appended.
_LISTS = (
    """
    select 'gifts:all', jsonb_agg(value order by value ->> 'createdAt')
    from {store} where starts_with(key, 'gift:')
    """,
    """
    select 'orders:all', jsonb_agg(value -> 'id' order by value ->> 'createdAt')
    from {store} where starts_with(key, 'order:')
    """,
    """
    select
        'catalog_gifts:' || (value ->> 'catalogId'),
        jsonb_agg(value -> 'id' order by value ->> 'createdAt')
    from {store} where starts_with(key, 'gift:') group by 1
    """,
    """
    select
        'sites:' || (value ->> 'id') || ':catalog_config',
        jsonb_build_object('siteId', value -> 'id', 'catalogId', value -> 'catalogId')
    from {store} where starts_with(key, 'site:')
    """,
    """
    select 'user_orders:' || (value ->> 'employeeId'), jsonb_agg(value -> 'id')
    from {store} where starts_with(key, 'order:') group by 1 order by 1 limit 1000
    """,
)


def make_query_store(connection: psycopg.Connection, target: Target, documents: int) -> Sizes:
    """Create and fill the store of a target, which must not exist; in autocommit.

    Differs from the store of the migration's bench in the catalogue of the first thousand products.
    """
    sizes = make_store(connection, target, documents)
    connection.execute(sql.SQL(_LONG_CATALOG).format(store=_store(target)))
    return sizes


def add_lists(connection: psycopg.Connection, target: Target) -> None:
    """Add the application's lists to a migrated store, and refresh all statistics; in autocommit.

    Vacuums the store and the six tables alike, so that neither side has an advantage.
    """
    for query in _LISTS:
        connection.execute(
            sql.SQL("insert into {store} (key, value) " + query).format(store=_store(target))
        )
    connection.execute(sql.SQL("vacuum (analyze) {}").format(_store(target)))
    for entity in ENTITIES:
        table = sql.Identifier(target.final_schema, entity)
        connection.execute(sql.SQL("vacuum (analyze) {}").format(table))


def _store(target: Target) -> sql.Identifier:
    return sql.Identifier(target.kv_schema, target.kv_table)
