"""The live database that other tests migrate into is what it says, on every server."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from helpers import load_documents, new_database, rows, run, table_rows
from live_database import (
    CLAIMS,
    claiming_documents,
    describe,
    live_fingerprint,
    live_id,
    make_live,
)
from test_servers import SYSTEM_15, other_server

from scripts.connection import connect
from scripts.settings import ENTITIES, Target

CHANGES = {
    "a column": "alter table clients add column note text",
    "a type": "alter table employees alter column first_name type varchar(80)",
    "a not null": "alter table employees alter column email set not null",
    "a default": "alter table sites alter column status set default 'active'",
    "a generated column": "alter table products alter column is_active drop expression",
    "a check": "alter table orders drop constraint orders_total_amount_check",
    "a foreign key": "alter table sites drop constraint sites_client_id_fkey",
    "a unique constraint": "alter table sites drop constraint sites_slug_key",
    "an index": "drop index idx_orders_status",
    "a trigger": "drop trigger log_order_changes on orders",
    "a trigger switched off": "alter table sites disable trigger update_sites_updated_at",
    "the triggers of keys switched off": "alter table orders disable trigger all",
    "a policy": "drop policy sites_public on sites",
    "what a policy says": "alter policy sites_public on sites using (true)",
    "row-level security": "alter table orders disable row level security",
    "row-level security for the owner": "alter table orders force row level security",
    "a comment on a table": "comment on table orders is 'Other'",
    "a comment on a column": "comment on column sites.catalog_id is null",
    "a grant": "grant select on sites to anon",
    "a grant on a column": "grant update (name) on sites to anon",
    "default privileges": "alter default privileges in schema public revoke all on tables from anon",
    "how a view is read": "alter view active_products_view reset (security_invoker)",
    "what a view says": "create or replace view site_products_view as select products.*, sites.id as"
    " site_id, sites.name as site_name, sites.client_id from sites, products",
    "a new view": "create view extra as select 1 as one",
    "a function": "alter function update_updated_at_column() security invoker",
    "a value": "update products set price = price + 1, updated_at = updated_at where sku = 'OR-1001'",
    "a row": "delete from site_product_exclusions",
    "a row of another table": "insert into brands (name) values ('New')",
}


@pytest.fixture(scope="module")
def live(server: Target) -> Iterator[Target]:
    with new_database(server) as target:
        make_live(target)
        yield target


@contextmanager
def undone(target: Target) -> Iterator[psycopg.Connection]:
    """Give a connection whose changes are taken back."""
    with connect(target) as connection:
        yield connection
        connection.rollback()


def test_it_has_a_dozen_rows_in_each_table_and_the_columns_that_came_later(live: Target) -> None:
    for entity in ENTITIES:
        held = {json.loads(row)["id"] for row in table_rows(live, entity)}
        assert len(held) == 12
        assert {live_id(entity, 2), live_id(entity, 9)} <= held
    assert rows(live, "select count(*) from pg_policy")[0][0] >= 7
    assert rows(live, "select count(*) from site_products_view")[0][0] > 0
    assert rows(live, "select gifts_per_user, available_languages from sites limit 1") == [
        (2, ["en"])
    ]
    assert rows(live, "select count(*) from audit_logs") == [(12,)]


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
def test_the_fingerprint_notices(live: Target, change: str) -> None:
    with undone(live) as connection:
        before = describe(connection)
        assert describe(connection) == before
        connection.execute("set local search_path = public")
        connection.execute(change)
        assert describe(connection) != before


def test_the_fingerprint_leaves_out_our_rows_and_what_was_logged_of_them(live: Target) -> None:
    new = "7c1e0b52-93a4-4c1d-8f10-2a6d9b7e4c11"
    before = live_fingerprint(live)
    with undone(live) as connection:
        connection.execute(
            "insert into orders (id, client_id, site_id, order_number, customer_name,"
            " customer_email, total_amount, shipping_address)"
            " select %s, client_id, site_id, 'NEW', 'A B', 'a@b.example', 1, '{}' from orders limit 1",
            (new,),
        )
        assert describe(connection) != before
        assert describe(connection, ours={new}) == before


def test_with_versions_a_row_rewritten_as_it_was_is_noticed(live: Target) -> None:
    plain, exact = live_fingerprint(live), live_fingerprint(live, versions=True)
    with undone(live) as connection:
        connection.execute("update site_product_exclusions set reason = reason")
        assert describe(connection) == plain
        assert describe(connection, versions=True) != exact


def test_the_claiming_documents_claim_what_live_rows_hold(live: Target) -> None:
    documents = claiming_documents()
    held = {
        "clients": ("clientCode", "client_code"),
        "sites": ("slug", "slug"),
        "products": ("sku", "sku"),
        "employees": ("employeeId", "employee_id"),
        "orders": ("orderNumber", "order_number"),
    }
    for key, (table, row) in CLAIMS.items():
        name, column = held[table]
        live_rows = {found["id"]: found for found in map(json.loads, table_rows(live, table))}
        assert live_rows[row][column] == documents[key][name]


def test_it_builds_on_postgresql_16(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with other_server(tmp_path, monkeypatch, KV_EMBEDDED_VERSION="16") as target:
        make_live(target)
        assert rows(target, "select count(*) from orders_summary_view") == [(12,)]
        assert live_fingerprint(target) == live_fingerprint(target)


@pytest.mark.skipif(not SYSTEM_15.is_dir(), reason="PostgreSQL 15 is not installed here")
def test_it_builds_on_postgresql_15_with_its_extensions(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with other_server(tmp_path, monkeypatch, KV_EMBEDDED_BIN=str(SYSTEM_15)) as target:
        make_live(target)
        assert rows(target, "select count(*) from orders_summary_view") == [(12,)]


@pytest.mark.slow
def test_a_dry_run_over_the_live_database_leaves_it_as_it_was(live: Target, tmp_path: Path) -> None:
    load_documents(live, tmp_path, claiming_documents())
    before = live_fingerprint(live, versions=True)
    outcome = run(live, dry_run=True)
    assert outcome.failures == []
    assert outcome.ledger is not None
    assert outcome.ledger.classes["rejected"] == 5
    assert live_fingerprint(live, versions=True) == before
