"""The verifier passes on what a run left, and finds whatever is done to it afterwards."""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass

import pytest
from helpers import fingerprint, needs_northwind
from psycopg import sql

from scripts.connection import connect
from scripts.settings import ENTITIES, ROOT, Target
from scripts.verify import VerifyReport, verify
from scripts.verify.columns import COLUMNS
from scripts.verify.constraints import read_contract
from scripts.verify.documents import made_in_python


def verified(target: Target, *, frozen: bool = False) -> VerifyReport:
    return verify(target, target.final_schema, target.work_schema, frozen=frozen)


def failed(report: VerifyReport) -> dict[str, tuple[str, ...]]:
    """Give the names of the checks that do not hold, with the keys they name."""
    return {check.name: check.sample_keys for check in report.checks if not check.passed}


ORDER_KEY = "order:744372a8-81b4-532b-987d-5ef8094a35c7"
CHAI_KEY = "product:67121910-3550-5209-aaa4-78b683461a6b"
NAMES = {
    "order": sql.SQL("(select id from orders where order_number = '10248')"),
    "chai": sql.SQL("(select id from products where sku = 'NW-001')"),
    "order_key": sql.Literal(ORDER_KEY),
    "chai_key": sql.Literal(CHAI_KEY),
}


def change(target: Target, *statements: str, **parts: sql.Composable) -> None:
    with connect(target) as connection:
        for statement in statements:
            connection.execute(sql.SQL(statement).format(**NAMES, **parts))


@dataclass(frozen=True)
class Mutation:
    """Something done to a migrated Northwind, the check that finds it, and the key it names."""

    what: str
    statements: tuple[str, ...]
    check: str
    key: str = ""


MUTATIONS = [
    Mutation(
        "a row is deleted",
        ("delete from orders where id = {order}",),
        "orders: keys have rows",
        ORDER_KEY,
    ),
    Mutation(
        "a row we wrote is gone",
        ("delete from orders where id = {order}",),
        "orders: rows have keys",
        ORDER_KEY,
    ),
    Mutation(
        "a row stands twice under a new id",
        (
            "create temporary table twin as select * from orders limit 1",
            "update twin set id = gen_random_uuid(), order_number = order_number || '-2'",
            "insert into orders select * from twin",
        ),
        "orders: no other rows",
    ),
    Mutation(
        "a price is changed",
        ("update products set price = price + 0.01 where id = {chai}",),
        "products.price",
        CHAI_KEY,
    ),
    Mutation(
        "two prices are changed and the sum is not",
        (
            "update products set price = price + 1 where id = {chai}",
            "update products set price = price - 1 where sku = 'NW-002'",
        ),
        "products.price",
        CHAI_KEY,
    ),
    Mutation(
        "an e-mail is nulled",
        ("update employees set email = null where employee_id = '1'",),
        "employees.email",
        "employee:6b29a136-cacb-510f-a3e9-f8df6fb37d6d",
    ),
    Mutation(
        "a date moves by a zone",
        ("update orders set created_at = created_at - interval '7 hours' where id = {order}",),
        "orders.created_at",
        ORDER_KEY,
    ),
    Mutation(
        "a document inside a row loses a field",
        ("update orders set shipping_address = shipping_address - 'city' where id = {order}",),
        "orders.shipping_address",
        ORDER_KEY,
    ),
    Mutation(
        "a value is invented",
        ("update clients set client_region = 'EMEA' where client_code = 'NWHQ'",),
        "clients.client_region",
        "client:c0b8f6e9-09d5-5d31-9764-45f344b334b8",
    ),
    Mutation(
        "two ids are swapped",
        (
            "alter table orders drop constraint orders_product_id_fkey",
            "alter table products drop constraint products_pkey",
            "update products set id = case sku"
            " when 'NW-001' then (select id from products where sku = 'NW-002')"
            " else {chai} end where sku in ('NW-001', 'NW-002')",
        ),
        "products.sku",
        CHAI_KEY,
    ),
    Mutation(
        "an order names another product",
        (
            "update orders set product_id = (select id from products where sku = 'NW-077')"
            " where id = {order}",
        ),
        "orders.product_id: the record it names",
        ORDER_KEY,
    ),
    Mutation(
        "a row takes another id, and the ledger with it",
        (
            "update kv_to_tables.written_rows set id = 'aaaaaaaa-0000-4000-8000-000000000000'"
            " where id = {order}",
            "update kv_to_tables.key_ledger"
            " set target_id = 'aaaaaaaa-0000-4000-8000-000000000000' where target_id = {order}",
            "update orders set id = 'aaaaaaaa-0000-4000-8000-000000000000'"
            " where order_number = '10248'",
        ),
        "orders: ids",
        ORDER_KEY,
    ),
    Mutation(
        "a parent disappears",
        (
            "alter table orders drop constraint orders_product_id_fkey",
            "delete from products where id = {chai}",
        ),
        "orders: product_id names a row of products",
    ),
    Mutation(
        "a parent without a foreign key disappears",
        (
            "update sites set catalog_id = 'aaaaaaaa-0000-4000-8000-000000000000'"
            " where slug = 'northwind-hq'",
        ),
        "sites: catalog_id names a row of catalogs",
        "site:01f771de-f897-5e16-a249-f1cbbb610fc4",
    ),
    Mutation(
        "a foreign key the project does not know is broken",
        (
            "create table brands (id uuid primary key)",
            "alter table clients add column brand_id uuid default gen_random_uuid()",
            "alter table clients add foreign key (brand_id) references brands (id) not valid",
        ),
        "clients: brand_id names a row of brands",
    ),
    Mutation(
        "a foreign key is dropped",
        ("alter table orders drop constraint orders_site_id_fkey",),
        "orders: constraints",
    ),
    Mutation(
        "a foreign key no longer cascades",
        (
            "alter table sites drop constraint sites_client_id_fkey,"
            " add constraint sites_client_id_fkey foreign key (client_id) references clients (id)",
        ),
        "sites: constraints",
    ),
    Mutation(
        "a foreign key is not validated",
        (
            "alter table orders drop constraint orders_site_id_fkey,"
            " add constraint orders_site_id_fkey foreign key (site_id) references sites (id)"
            " not valid",
        ),
        "orders: constraints",
    ),
    Mutation(
        "a check is weakened",
        (
            "alter table products drop constraint products_price_check,"
            " add constraint products_price_check check (price >= -1)",
        ),
        "products: constraints",
    ),
    Mutation(
        "a unique key is dropped",
        ("alter table sites drop constraint sites_slug_key",),
        "sites: constraints",
    ),
    Mutation("an index is dropped", ("drop index idx_orders_status",), "orders: indexes"),
    Mutation(
        "an index is invalid",
        (
            "update pg_index set indisvalid = false"
            " where indexrelid = 'idx_orders_status'::regclass",
        ),
        "orders: indexes",
    ),
    Mutation(
        "an index loses its condition",
        (
            "drop index idx_employees_email",
            "create index idx_employees_email on employees (email)",
        ),
        "employees: indexes",
    ),
    Mutation(
        "a column takes nulls",
        ("alter table orders alter items drop not null",),
        "orders: columns",
    ),
    Mutation(
        "a column has another type",
        ("alter table orders alter total_amount type numeric(12, 2)",),
        "orders: columns",
    ),
    Mutation(
        "the ledger loses a key",
        ("delete from kv_to_tables.key_ledger where source_key = {chai_key}",),
        "capture and ledger agree",
        CHAI_KEY,
    ),
    Mutation(
        "a row we wrote has no key",
        ("delete from kv_to_tables.key_ledger where source_key = {chai_key}",),
        "products: rows have keys",
        "67121910-3550-5209-aaa4-78b683461a6b",
    ),
    Mutation(
        "a key stands in two classes",
        (
            "create temporary table twin as select * from kv_to_tables.key_ledger"
            " where source_key = {chai_key}",
            "update twin set key_class = 'soft_deleted'",
            "insert into kv_to_tables.key_ledger select * from twin",
        ),
        "one class each",
        CHAI_KEY,
    ),
    Mutation(
        "a key has no class",
        ("update kv_to_tables.key_ledger set key_class = null where source_key = {chai_key}",),
        "one class each",
        CHAI_KEY,
    ),
    Mutation(
        "two keys share a row",
        (
            "update kv_to_tables.key_ledger set target_id = {chai}"
            " where target_id = (select id from products where sku = 'NW-002')",
        ),
        "products: keys have rows",
        CHAI_KEY,
    ),
    Mutation(
        "a merged key has no winner",
        (
            "update kv_to_tables.key_ledger set key_class = 'merged', winner_key = 'nobody'"
            " where source_key = {chai_key}",
        ),
        "merged keys have winners",
        CHAI_KEY,
    ),
    Mutation(
        "a reject has no root",
        (
            "update kv_to_tables.key_ledger set key_class = 'rejected',"
            " reject_codes = 'catalog_rejected', root_key = 'catalogs:all'"
            " where source_key = {chai_key}",
        ),
        "rejected keys have reasons",
        CHAI_KEY,
    ),
    Mutation(
        "a rejected key is not among the rejects",
        (
            "update kv_to_tables.key_ledger set key_class = 'rejected',"
            " reject_codes = 'price_missing' where source_key = {chai_key}",
        ),
        "rejects are the rejected keys",
        CHAI_KEY,
    ),
]


@needs_northwind
def test_northwind_passes_and_nothing_is_changed(northwind: Target) -> None:
    before = fingerprint(northwind)
    report = verified(northwind, frozen=True)
    assert failed(report) == {}
    assert report.passed
    assert {check.outcome for check in report.checks} == {"passed"}
    assert fingerprint(northwind) == before
    details = {check.name: check.detail for check in report.checks}
    assert "1265793.06 in sum stated, 1265793.06 held" in details["orders.total_amount"]
    assert "2220.21 in sum stated, 2220.21 held" in details["products.price"]
    assert "830 of 830 values are stated" in details["orders.created_at"]
    assert "1,114 ledger rows for 1,114 keys" in details["one class each"]
    assert json.loads(json.dumps(report.as_dict()))["passed"] is True


@needs_northwind
@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: mutation.what)
def test_it_finds_that(northwind: Target, mutation: Mutation) -> None:
    change(northwind, *mutation.statements)
    broken = failed(verified(northwind))
    assert mutation.check in broken
    assert not mutation.key or mutation.key in broken[mutation.check]


@needs_northwind
def test_a_store_in_use_is_noted_and_a_frozen_one_is_not_excused(northwind: Target) -> None:
    change(
        northwind,
        """insert into kv_store_6fcaeea3 values ('client:new', '{{"name": "New"}}')""",
        "delete from kv_store_6fcaeea3 where key = {chai_key}",
        """update kv_store_6fcaeea3 set value = value || '{{"notes": "x"}}'
        where key = {order_key}""",
    )
    report = verified(northwind)
    assert report.passed
    noted = {check.name: check.sample_keys for check in report.checks if check.outcome == "noted"}
    assert noted == {
        "appeared since the capture": ("client:new",),
        "vanished since the capture": (CHAI_KEY,),
        "changed since the capture": (ORDER_KEY,),
    }
    assert failed(verified(northwind, frozen=True)) == noted


@needs_northwind
def test_a_table_of_the_application_may_hold_more(northwind: Target) -> None:
    change(
        northwind,
        "delete from kv_to_tables.created_tables where entity = 'clients'",
        "insert into clients (name, contact_email) values ('App', 'app@x.example')",
        "drop index idx_clients_created_at",
        "alter table clients rename constraint clients_client_code_key to clients_code_unique",
    )
    report = verified(northwind)
    assert failed(report) == {}
    noted = {check.name for check in report.checks if check.outcome == "noted"}
    assert noted == {"clients: no other rows", "clients: indexes"}
    change(northwind, "alter table clients drop constraint clients_code_unique")
    assert "clients: constraints" in failed(verified(northwind))


@needs_northwind
def test_rows_that_came_after_the_run_which_made_the_table_are_noted(northwind: Target) -> None:
    change(northwind, "insert into clients (name, contact_email) values ('App', 'app@x.example')")
    assert set(failed(verified(northwind))) == {"clients: no other rows"}
    change(northwind, "insert into kv_to_tables.runs (run_id) values ('the next')")
    assert failed(verified(northwind)) == {}


@needs_northwind
def test_one_row_needs_no_key_the_catalog_of_products_without_one(northwind: Target) -> None:
    legacy = made_in_python("catalogs", "production", "", "catalog_legacy_default")
    for row_id, broken in ((legacy, set()), (uuid.uuid4(), {"catalogs: rows have keys"})):
        change(
            northwind,
            "insert into catalogs (id, name, type) values ({row_id}, 'Legacy', 'manual')",
            "insert into kv_to_tables.written_rows (run_id, entity, id, action)"
            " select run_id, 'catalogs', {row_id}, 'insert' from kv_to_tables.runs"
            " order by started_at desc limit 1",
            row_id=sql.Literal(row_id),
        )
        assert set(failed(verified(northwind))) == broken


@needs_northwind
def test_a_check_that_could_not_run_is_no_check_that_passed(northwind: Target) -> None:
    change(northwind, "drop table employees cascade", "drop table kv_to_tables.rejects")
    report = verified(northwind)
    assert not report.passed
    outcomes = {check.name: check.outcome for check in report.checks}
    assert outcomes["employees"] == "could not run"
    assert outcomes["rejects are the rejected keys"] == "could not run"
    assert outcomes["products.price"] == "passed"
    assert any("does not exist" in sentence for sentence in report.failures())

    nowhere = verify(northwind, "nowhere", "nowhere")
    assert not nowhere.passed
    assert {check.outcome for check in nowhere.checks} == {"could not run"}


@needs_northwind
def test_no_value_of_a_document_is_told(northwind: Target) -> None:
    change(
        northwind,
        "update employees set email = 'hidden@x.example'",
        "update clients set name = 'hidden value'",
        "update orders set customer_name = 'hidden value'",
    )
    report = verified(northwind)
    # Each by its total and by its rebuilt documents.
    assert len(failed(report)) == 6
    assert "hidden" not in json.dumps(report.as_dict())
    assert not any("@" in sentence for sentence in report.failures())


def test_the_verifier_knows_every_column_of_the_contract() -> None:
    for entity in ENTITIES:
        known = {column.name for column in COLUMNS[entity]} | {"id"}
        assert known == set(read_contract(entity).columns)


def test_the_verifier_reads_no_model_of_the_load() -> None:
    for path in (ROOT / "scripts" / "verify").glob("*.py"):
        text = path.read_text(encoding="utf-8")
        for word in ("typed_", "cross_", "val_"):
            assert f'"{word}' not in text, path
            assert " {word}" not in text, path


def test_ids_are_made_as_the_standard_says() -> None:
    made = made_in_python("clients", "production", "", 'a "b"\\\té\x01')
    assert made.version == 3
    assert made.variant == uuid.RFC_4122
