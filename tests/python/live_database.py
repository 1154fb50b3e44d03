"""A live production database as the application has it, to migrate into: definitions and rows.

`make_live` builds it in an empty database from the files in `live`; `live_fingerprint` describes
every definition and every row, so that a test can compare before and after.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
from psycopg import sql

from scripts.connection import connect
from scripts.settings import Target

FILES = ("tables", "later", "guards", "views", "rows")


def live_id(table: str, number: int) -> str:
    """Give the id of a row, as live/rows.sql makes it: fixed, and random to look at."""
    if number <= 3:
        return str(UUID(int=number))
    digits = list(hashlib.md5(f"{table}{number}".encode(), usedforsecurity=False).hexdigest())
    digits[12], digits[16] = "4", "a"
    return str(UUID("".join(digits)))


# What the claiming documents and the live rows both hold: table, key of the record, live row.
CLAIMS = {
    "client:production:client-005": ("clients", live_id("clients", 5)),
    "site:production:site-005": ("sites", live_id("sites", 5)),
    "gift:production:gift-5": ("products", live_id("products", 5)),
    "employee:production:emp-5": ("employees", live_id("employees", 5)),
    "order:production:order-5": ("orders", live_id("orders", 5)),
}


def claiming_documents() -> dict[str, Any]:
    """Give a small store: one record an entity that claims a value of a live row, and one that does not."""
    site, catalog = live_id("sites", 5), live_id("catalogs", 5)
    when = {"createdAt": "2026-01-10T08:00:00Z", "updatedAt": "2026-01-11T08:00:00Z"}
    order = {"customerName": "Ada Quill", "customerEmail": "ada@orchid.example", "totalAmount": 5}
    site_101 = {"siteId": "site-101", **order, **when}
    return {
        "client:production:client-005": {
            "id": "client-005",
            "name": "Orchid Freight",
            "contactEmail": "ops@orchid.example",
            "clientCode": "ORCHID",
            **when,
        },
        "client:production:client-101": {
            "id": "client-101",
            "name": "Nimbus Labs",
            "contact_email": "ops@nimbus.example",
            "client_code": "NIMBUS",
            **when,
        },
        "catalogs:catalog_tea_1": {"id": "catalog_tea_1", "name": "Tea", "type": "manual", **when},
        "site:production:site-005": {
            "id": "site-005",
            "name": "Orchid",
            "slug": "orchid-spring",
            "clientId": "client-101",
            **when,
        },
        "site:production:site-101": {
            "id": "site-101",
            "name": "Nimbus",
            "slug": "nimbus",
            "clientId": "client-101",
            **when,
        },
        "gift:production:gift-5": {
            "id": "gift-5",
            "name": "Teapot",
            "sku": "OR-1001",
            "price": 20,
            "catalogId": catalog,
            **when,
        },
        # The same SKU in another catalog is another product.
        "gift:production:gift-101": {
            "id": "gift-101",
            "name": "Cup",
            "sku": "OR-1001",
            "price": 7,
            "catalogId": "catalog_tea_1",
            **when,
        },
        "employee:production:emp-5": {
            "id": "emp-5",
            "employeeId": "E-1005",
            "siteId": site,
            "email": "five@orchid.example",
            **when,
        },
        "employee:production:emp-101": {
            "id": "emp-101",
            "employeeId": "E-1005",
            "siteId": "site-101",
            "email": "one@nimbus.example",
            **when,
        },
        "order:production:order-5": {
            "id": "order-5",
            "orderNumber": "ORD-20260301-OR5HID",
            **site_101,
        },
        "order:production:order-101": {
            "id": "order-101",
            "orderNumber": "ORD-20260110-NIMBUS",
            **site_101,
        },
    }


def make_live(target: Target) -> None:
    """Build the live database in the target's database, which must have none of its tables.

    Makes the roles anon, authenticated and service_role on the server where they are missing.
    """
    with connect(target) as connection:
        for name in FILES:
            path = Path(__file__).with_name("live") / f"{name}.sql"
            connection.execute(path.read_text(encoding="utf-8"))
            # A deferred event of an earlier file would keep the next one from altering the table.
            connection.commit()


_OURS = sql.SQL(
    "space.nspname !~ '^(pg_|information_schema)' and space.nspname <> all(%(without)s)"
)
# One query a kind: what it is about, and its definition.
_DEFINITIONS = {
    "schema": "select space.nspname, concat_ws(' ', space.nspowner::regrole, space.nspacl,"
    " obj_description(space.oid, 'pg_namespace')) from pg_namespace as space where {ours}",
    "relation": "select class.oid::regclass, concat_ws(' ', class.relkind, class.relpersistence,"
    " class.relowner::regrole, class.relacl, class.reloptions, class.relrowsecurity,"
    " class.relforcerowsecurity, obj_description(class.oid, 'pg_class'))"
    " from pg_class as class join pg_namespace as space on space.oid = class.relnamespace"
    " where class.relkind not in ('i', 'I') and {ours}",
    "column": "select class.oid::regclass || '.' || attribute.attname, concat_ws(' ',"
    " attribute.attnum, format_type(attribute.atttypid, attribute.atttypmod),"
    " attribute.attnotnull, attribute.attgenerated, attribute.attidentity, attribute.attacl,"
    " pg_get_expr(value.adbin, value.adrelid), col_description(class.oid, attribute.attnum))"
    " from pg_attribute as attribute join pg_class as class on class.oid = attribute.attrelid"
    " join pg_namespace as space on space.oid = class.relnamespace"
    " left join pg_attrdef as value on value.adrelid = class.oid and value.adnum = attribute.attnum"
    " where attribute.attnum > 0 and not attribute.attisdropped and class.relkind in ('r', 'p', 'v')"
    " and {ours}",
    "constraint": "select held.conrelid::regclass || ' ' || held.conname, concat_ws(' ',"
    " pg_get_constraintdef(held.oid), held.convalidated, obj_description(held.oid, 'pg_constraint'))"
    " from pg_constraint as held join pg_namespace as space on space.oid = held.connamespace"
    " where held.conrelid <> 0 and {ours}",
    "index": "select class.oid::regclass, concat_ws(' ', pg_get_indexdef(class.oid),"
    " held.indisvalid, obj_description(class.oid, 'pg_class'))"
    " from pg_index as held join pg_class as class on class.oid = held.indexrelid"
    " join pg_namespace as space on space.oid = class.relnamespace where {ours}",
    "trigger": "select held.tgrelid::regclass || ' ' || held.tgname, concat_ws(' ',"
    " pg_get_triggerdef(held.oid), held.tgenabled) from pg_trigger as held"
    " join pg_class as class on class.oid = held.tgrelid"
    " join pg_namespace as space on space.oid = class.relnamespace"
    " where not held.tgisinternal and {ours}",
    # The triggers behind foreign keys have names of their numbers; that they fire is what counts.
    "foreign key triggers": "select held.tgrelid::regclass || ' ' || bound.conname,"
    " string_agg(held.tgenabled::text, '' order by held.tgtype, held.tgfoid) from pg_trigger as held"
    " join pg_class as class on class.oid = held.tgrelid"
    " join pg_constraint as bound on bound.oid = held.tgconstraint"
    " join pg_namespace as space on space.oid = class.relnamespace"
    " where held.tgisinternal and {ours} group by held.tgrelid, bound.conname",
    "policy": "select held.polrelid::regclass || ' ' || held.polname, concat_ws(' ', held.polcmd,"
    " held.polpermissive, held.polroles::regrole[], pg_get_expr(held.polqual, held.polrelid),"
    " pg_get_expr(held.polwithcheck, held.polrelid)) from pg_policy as held"
    " join pg_class as class on class.oid = held.polrelid"
    " join pg_namespace as space on space.oid = class.relnamespace where {ours}",
    "view": "select class.oid::regclass, pg_get_viewdef(class.oid) from pg_class as class"
    " join pg_namespace as space on space.oid = class.relnamespace"
    " where class.relkind in ('v', 'm') and {ours}",
    "function": "select routine.oid::regprocedure, concat_ws(' ', pg_get_functiondef(routine.oid),"
    " routine.proowner::regrole, routine.proacl, obj_description(routine.oid, 'pg_proc'))"
    " from pg_proc as routine join pg_namespace as space on space.oid = routine.pronamespace"
    " where routine.prokind <> 'a' and not exists (select from pg_depend as held"
    "  where held.objid = routine.oid and held.deptype = 'e') and {ours}",
    "default privileges": "select concat_ws(' ', held.defaclrole::regrole, held.defaclnamespace::regnamespace,"
    " held.defaclobjtype), held.defaclacl from pg_default_acl as held"
    " where held.defaclnamespace::regnamespace::text <> all(%(without)s)",
    "extension": "select extname, extversion from pg_extension",
}


def live_fingerprint(
    target: Target,
    *,
    ours: Collection[str] = (),
    without: tuple[str, ...] = ("kv_to_tables",),
    versions: bool = False,
) -> list[str]:
    """Describe every definition and every row outside the schemas `without`, a sorted line each.

    Rows with an id, or about an entity with an id, of `ours` are left out. With `versions` the
    identity of each relation and the version of each row (`xmin`) stand there as well, so that a
    table rebuilt or a row rewritten with the same content is seen. Reads only.
    """
    with connect(target, read_only=True) as connection:
        return describe(connection, ours=ours, without=without, versions=versions)


def describe(
    connection: psycopg.Connection,
    *,
    ours: Collection[str] = (),
    without: tuple[str, ...] = ("kv_to_tables",),
    versions: bool = False,
) -> list[str]:
    """Do what `live_fingerprint` does, in the caller's transaction."""
    # Names with their schema, whatever the session's path.
    connection.execute("set local search_path = ''")
    found = [
        f"{kind} {name}: {definition}"
        for kind, query in _DEFINITIONS.items()
        for name, definition in connection.execute(
            sql.SQL(query).format(ours=_OURS), {"without": list(without)}
        ).fetchall()
    ]
    relations = connection.execute(
        sql.SQL(
            "select space.nspname::text, class.relname::text, class.oid, class.relfilenode"
            " from pg_class as class join pg_namespace as space on space.oid = class.relnamespace"
            " where class.relkind = 'r' and {ours}"
        ).format(ours=_OURS),
        {"without": list(without)},
    ).fetchall()
    for schema, name, *identity in relations:
        if versions:
            found.append(f"identity {schema}.{name}: {identity}")
        found += _rows(connection, schema, name, list(ours), versions=versions)
    return sorted(found)


def _rows(
    connection: psycopg.Connection, schema: str, name: str, ours: list[str], *, versions: bool
) -> list[str]:
    rows = connection.execute(
        sql.SQL(
            "select content::text, version from (select to_jsonb(live) as content,"
            " live.xmin::text as version from {} as live) as live"
            " where coalesce(content ->> 'id', '') <> all(%(ours)s)"
            " and coalesce(content ->> 'entity_id', '') <> all(%(ours)s)"
        ).format(sql.Identifier(schema, name)),
        {"ours": ours},
    ).fetchall()
    return [
        f"row {schema}.{name}: {content}" + (f" {version}" if versions else "")
        for content, version in rows
    ]
