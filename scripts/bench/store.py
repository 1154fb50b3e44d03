"""A store of clean documents of a wanted size, made inside PostgreSQL.

Nothing in it is rejected, merged or changed: what a migration costs beyond the floor is then what
it proves, not what it mends. Ids are UUIDs, names are spelled as the application spells them. The
same size gives the same store.
"""

from __future__ import annotations

from dataclasses import dataclass

import psycopg
from psycopg import sql

from scripts.settings import Target

# Of a million documents; the rest are orders.
_SHARES = {
    "clients": 1_000,
    "catalogs": 1_000,
    "sites": 5_000,
    "products": 100_000,
    "employees": 500_000,
}
_MILLION = 1_000_000

_HELPERS = """
create function pg_temp.id_of(kind text, number bigint) returns text
language sql immutable parallel safe as $$
    select overlay(
        overlay(md5(kind || ':' || number) placing '4' from 13) placing '8' from 17
    )::uuid::text
$$;
create function pg_temp.moment(number bigint) returns text
language sql immutable parallel safe as $$
    select to_char(
        timestamp '2025-01-01' + number * interval '37 seconds', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'
    )
$$;
"""

_DOCUMENTS = {
    "clients": """
        select
            'client:production:' || pg_temp.id_of('client', n),
            jsonb_build_object(
                'id', pg_temp.id_of('client', n),
                'name', 'Client ' || n,
                'contactEmail', 'office' || n || '@client.example',
                'status', 'active',
                'clientCode', 'C' || n,
                'clientRegion', 'EMEA',
                'clientCity', 'Leeds',
                'clientCountry', 'GB',
                'clientAllowSessionTimeoutExtend', false,
                'clientHasEmployeeData', true,
                'createdAt', pg_temp.moment(n),
                'updatedAt', pg_temp.moment(n + 1000)
            )
        from generate_series(1, %(clients)s) as n""",
    "catalogs": """
        select
            'catalogs:' || pg_temp.id_of('catalog', n),
            jsonb_build_object(
                'id', pg_temp.id_of('catalog', n),
                'name', 'Catalog ' || n,
                'description', 'All of catalog ' || n,
                'type', 'manual',
                'status', 'active',
                'source', jsonb_build_object('type', 'manual'),
                'settings', jsonb_build_object('defaultCurrency', 'USD'),
                'managedBy', 'team',
                'ownerId', pg_temp.id_of('client', 1 + n %% %(clients)s),
                'totalProducts', 100,
                'activeProducts', 100,
                'createdAt', pg_temp.moment(n),
                'updatedAt', pg_temp.moment(n + 1000)
            )
        from generate_series(1, %(catalogs)s) as n""",
    "sites": """
        select
            'site:production:' || pg_temp.id_of('site', n),
            jsonb_build_object(
                'id', pg_temp.id_of('site', n),
                'clientId', pg_temp.id_of('client', 1 + n %% %(clients)s),
                'catalogId', pg_temp.id_of('catalog', 1 + n %% %(catalogs)s),
                'name', 'Site ' || n,
                'slug', 'site-' || n,
                'status', 'active',
                'validationMethods', jsonb_build_array('email'),
                'branding', jsonb_build_object('primaryColor', '#112233'),
                'siteCode', 'S' || n,
                'createdAt', pg_temp.moment(n),
                'updatedAt', pg_temp.moment(n + 1000)
            )
        from generate_series(1, %(sites)s) as n""",
    "products": """
        select
            'gift:production:' || pg_temp.id_of('product', n),
            jsonb_build_object(
                'id', pg_temp.id_of('product', n),
                'catalogId', pg_temp.id_of('catalog', 1 + n %% %(catalogs)s),
                'sku', 'SKU-' || n,
                'name', 'Product ' || n,
                'description', 'The product with the number ' || n,
                'category', 'category ' || n %% 20,
                'brand', 'brand ' || n %% 50,
                'price', round(1 + n %% 10000 / 100.0, 2),
                'currency', 'USD',
                'imageUrl', 'https://images.example/' || n || '.png',
                'availableQuantity', n %% 500,
                'status', 'active',
                'createdAt', pg_temp.moment(n),
                'updatedAt', pg_temp.moment(n + 1000)
            )
        from generate_series(1, %(products)s) as n""",
    "employees": """
        select
            'employee:' || pg_temp.id_of('site', 1 + n %% %(sites)s)
            || ':' || pg_temp.id_of('employee', n),
            jsonb_build_object(
                'id', pg_temp.id_of('employee', n),
                'siteId', pg_temp.id_of('site', 1 + n %% %(sites)s),
                'employeeId', 'E' || n,
                'email', 'person' || n || '@site.example',
                'firstName', 'First' || n %% 1000,
                'lastName', 'Last' || n %% 5000,
                'status', 'active',
                'createdAt', pg_temp.moment(n),
                'updatedAt', pg_temp.moment(n + 1000)
            )
        from generate_series(1, %(employees)s) as n""",
    "orders": """
        select
            'order:' || pg_temp.id_of('order', n),
            jsonb_build_object(
                'id', pg_temp.id_of('order', n),
                'orderNumber', 'ORD-' || n,
                'clientId', pg_temp.id_of('client', 1 + site %% %(clients)s),
                'siteId', pg_temp.id_of('site', site),
                'productId', pg_temp.id_of('product', 1 + n %% %(products)s),
                'employeeId', pg_temp.id_of('employee', employee),
                'customerName', 'First' || employee %% 1000 || ' Last' || employee %% 5000,
                'customerEmail', 'person' || employee || '@site.example',
                'status', 'confirmed',
                'totalAmount', round(1 + n %% 10000 / 100.0, 2),
                'currency', 'USD',
                'shippingAddress',
                jsonb_build_object('fullName', 'First', 'city', 'Leeds', 'country', 'GB'),
                'items',
                jsonb_build_array(
                    jsonb_build_object(
                        'productId', pg_temp.id_of('product', 1 + n %% %(products)s),
                        'quantity', 1
                    )
                ),
                'createdAt', pg_temp.moment(n),
                'confirmedAt', pg_temp.moment(n + 500),
                'updatedAt', pg_temp.moment(n + 1000)
            )
        from generate_series(1, %(orders)s) as n
        cross join lateral (select 1 + n %% %(employees)s as employee) as of_employee
        cross join lateral (select 1 + employee %% %(sites)s as site) as of_site""",
}


@dataclass(frozen=True)
class Sizes:
    """How many documents of each entity a store has."""

    clients: int
    catalogs: int
    sites: int
    products: int
    employees: int
    orders: int

    @classmethod
    def of(cls, documents: int) -> Sizes:
        """Divide a number of documents as a million are divided; at least one of each."""
        parts = {name: max(1, documents * share // _MILLION) for name, share in _SHARES.items()}
        return cls(**parts, orders=max(1, documents - sum(parts.values())))


def make_store(connection: psycopg.Connection, target: Target, documents: int) -> Sizes:
    """Create the store of a target, which must not exist, and fill it; give what is in it.

    Runs in the caller's transaction (none, with autocommit: a vacuum follows). The unit of
    `documents` is keys.
    """
    sizes = Sizes.of(documents)
    store = sql.Identifier(target.kv_schema, target.kv_table)
    connection.execute(_HELPERS)
    connection.execute(
        sql.SQL("create table {} (key text not null, value jsonb not null)").format(store)
    )
    for query in _DOCUMENTS.values():
        connection.execute(
            sql.SQL("insert into {} (key, value) {}").format(store, sql.SQL(query)), vars(sizes)
        )
    connection.execute(sql.SQL("alter table {} add primary key (key)").format(store))
    connection.execute(sql.SQL("vacuum (analyze) {}").format(store))
    return sizes
