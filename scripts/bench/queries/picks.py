"""What the queries are asked about: ids chosen from the data itself, always the same ones.

The application knows a record by the id in its document, a table by its UUID; the ledger of the
last run knows both, and the key.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import psycopg
from psycopg import sql

from scripts.errors import KvError
from scripts.settings import ENTITIES, Target

# The keys of all records by their ids, in the order of their making; of several keys with one id
# the last counts, which is that of the row.
_KEYS = """
select ledger.record_id, ledger.source_key
from {ledger} as ledger
left join {table} as final on final.id = ledger.target_id
where ledger.entity = %s and ledger.record_id is not null and ledger.ordinal is null
order by ledger.key_class = 'migrated', final.created_at nulls first, final.id, source_key desc
"""
_RECORD = """
select record_id, source_key from {ledger}
where entity = %s and target_id = %s and key_class = 'migrated'
order by ordinal nulls first, source_key limit 1
"""
# The busiest month of a client, so that the report has something to add up.
_REPORT = """
select client_id, date_trunc('month', created_at, 'UTC') as first_day
from {orders} group by 1, 2 order by count(*) desc, 1, 2 limit 1
"""
_ORDER = """
select orders.id, orders.order_number from {orders} as orders
inner join {ledger} as ledger
    on ledger.target_id = orders.id and ledger.entity = 'orders' and ledger.key_class = 'migrated'
order by md5(orders.id::text) limit 1
"""
# The site whose catalogue is the longest.
_SITE = """
select sites.id, sites.client_id, sites.catalog_id
from {sites} as sites
left join (
    select catalog_id, count(*) as products from {products} where is_active group by 1
) as catalogs on sites.catalog_id = catalogs.catalog_id
inner join {ledger} as ledger
    on ledger.target_id = sites.id and ledger.entity = 'sites' and ledger.key_class = 'migrated'
order by coalesce(catalogs.products, 0) desc, sites.id limit 1
"""
_EMPLOYEE = """
select employees.site_id, employees.email
from {employees} as employees
inner join {ledger} as ledger
    on ledger.target_id = employees.id and ledger.entity = 'employees'
    and ledger.key_class = 'migrated'
where employees.status = 'active' and employees.email is not null
order by starts_with(ledger.source_key, 'employee:') desc, md5(employees.id::text) limit 1
"""
_USER = """
with users as (
    select substr(key, 13) as record_id from {store} where starts_with(key, 'user_orders:')
)
select ledger.target_id, users.record_id
from users
inner join {ledger} as ledger
    on ledger.record_id = users.record_id and ledger.entity = 'employees'
    and ledger.key_class = 'migrated'
where exists (select 1 from {orders} as orders where orders.employee_id = ledger.target_id)
order by users.record_id, ledger.target_id limit 1
"""
_TERM = """
select name from {products} where is_active and length(name) < 60
order by md5(id::text), name limit 1
"""
_ENVIRONMENT = """
select environment from {ledger} where key_class = 'migrated'
group by 1 order by count(*) desc, 1 limit 1
"""
_PREFIX = """
select exists (select 1 from {ledger} where starts_with(source_key, %s) and entity = %s)
"""


@dataclass(frozen=True)
class Known:
    """A record as both sides know it: UUID of its row, id in its document, key."""

    row_id: Any
    record_id: str
    key: str


@dataclass(frozen=True)
class Picks:
    """Everything the queries ask about; what the data does not have is None.

    `keys` gives for `products` and `orders` the key of each id; `prefixes` how the keys of an
    entity begin in the application's scan of it.
    """

    client: Known | None
    month: datetime | None
    site: Known | None
    site_client: Known | None
    catalog: Known | None
    order: Known | None
    order_number: str
    access_site: Known | None
    email: str
    user: tuple[Any, str] | None
    term: str
    keys: dict[str, dict[str, str]] = field(repr=False)
    prefixes: dict[str, str]


def pick(connection: psycopg.Connection, target: Target) -> Picks:
    """Choose what the queries are asked about; reads only, in the caller's transaction.

    Raises KvError where no run has left its tables and its ledger on the target.
    """
    names = {
        "ledger": sql.Identifier(target.work_schema, "record_ledger"),
        "store": sql.Identifier(target.kv_schema, target.kv_table),
        **{entity: sql.Identifier(target.final_schema, entity) for entity in ENTITIES},
    }

    def row(query: str, *values: object) -> Any:
        return connection.execute(sql.SQL(query).format(**names), values).fetchone()

    def known(entity: str, row_id: Any) -> Known | None:
        found = row(_RECORD, entity, row_id) if row_id else None
        return Known(row_id, *found) if found else None

    # The ledger may be so new that it has no statistics: joins of equals between whole tables.
    connection.execute("set local enable_nestloop = off")
    try:
        report, order, site = row(_REPORT), row(_ORDER), row(_SITE)
    except (psycopg.errors.UndefinedTable, psycopg.errors.UndefinedColumn):
        raise KvError(
            f"There is no finished run on '{target.name}' whose queries could be measured.",
            f"Run `invoke migrate --target={target.name}` first.",
        ) from None
    employee, term = row(_EMPLOYEE), row(_TERM)
    keys: dict[str, dict[str, str]] = {
        entity: dict(
            connection.execute(
                sql.SQL(_KEYS).format(**names, table=names[entity]), (entity,)
            ).fetchall()
        )
        for entity in ("products", "orders")
    }
    (environment,) = row(_ENVIRONMENT) or ("production",)
    prefixes = {}
    for entity, word in (
        ("clients", "client"),
        ("sites", "site"),
        ("products", "gift"),
        ("orders", "order"),
    ):
        narrow = f"{word}:{environment}:"
        prefixes[entity] = narrow if row(_PREFIX, narrow, entity)[0] else f"{word}:"
    picks = Picks(
        client=known("clients", report[0]) if report else None,
        month=report[1] if report else None,
        site=known("sites", site[0]) if site else None,
        site_client=known("clients", site[1]) if site else None,
        catalog=known("catalogs", site[2]) if site else None,
        order=known("orders", order[0]) if order else None,
        order_number=order[1] if order else "",
        access_site=known("sites", employee[0]) if employee else None,
        email=employee[1] if employee else "",
        user=row(_USER),
        term=term[0].lower() if term else "",
        keys=keys,
        prefixes=prefixes,
    )
    connection.execute("set local enable_nestloop to default")
    return picks
