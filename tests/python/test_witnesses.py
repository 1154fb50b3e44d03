"""Verdict, constraint and expectation were written apart; on these cases they say the same."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import psycopg
import pytest
from helpers import load_documents, rows, run, table_rows
from psycopg import sql

from scripts.connection import connect
from scripts.expectations import run_expectations
from scripts.settings import ENTITIES, Target

NOBODY = "99999999-9999-4999-8999-999999999999"
GOOD: dict[str, dict[str, Any]] = {
    "clients": {"name": "Orchid Freight", "contactEmail": "ops@orchid.example", "clientCode": "OF"},
    "catalogs": {"name": "Gifts", "type": "manual", "totalProducts": 2, "activeProducts": 1},
    "sites": {"name": "Orchid", "clientId": "clients-good", "slug": "orchid"},
    "products": {"name": "Mug", "catalogId": "catalogs-good", "sku": "M-1", "price": 5},
    "employees": {"siteId": "sites-good", "employeeId": "E1", "email": "e@orchid.example"},
    "orders": {
        "siteId": "sites-good",
        "productId": "products-good",
        "customerName": "Ada Quill",
        "customerEmail": "ada@orchid.example",
        "totalAmount": 5,
    },
}
PREFIX = {
    "clients": "client",
    "catalogs": "catalog",
    "sites": "site",
    "products": "gift",
    "employees": "employee",
    "orders": "order",
}

# Entity, field of the document, its bad value, the reject code, the column, its bad value in SQL, and
# whether the table itself refuses it.
CASES = [
    ("clients", "contactEmail", "nobody", "contact_email_malformed", "contact_email", "nobody", True),
    ("clients", "contactEmail", "a..b@c.example", "contact_email_malformed", "contact_email", "a..b@c.example", False),
    ("clients", "contactEmail", "a@-c.example", "contact_email_malformed", "contact_email", "a@-c.example", False),
    ("clients", "name", "O", "name_too_short", "name", "O", True),
    ("clients", "status", "suspended", "status_unmapped", "status", "suspended", True),
    ("catalogs", "type", "barter", "type_unmapped", "type", "barter", True),
    ("catalogs", "status", "lost", "status_unmapped", "status", "lost", True),
    ("catalogs", "activeProducts", 3, "active_products_out_of_range", "active_products", 3, True),
    ("catalogs", "totalProducts", -1, "total_products_out_of_range", "total_products", -1, True),
    ("sites", "slug", "a b", "slug_malformed", "slug", "a b", True),
    ("sites", "status", "lost", "status_unmapped", "status", "lost", True),
    ("sites", "clientId", NOBODY, "client_unknown", "client_id", NOBODY, True),
    ("products", "price", -1, "price_out_of_range", "price", -1, True),
    ("products", "cost", -1, "cost_out_of_range", "cost", -1, True),
    ("products", "availableQuantity", -1, "available_quantity_out_of_range", "available_quantity", -1, True),
    ("products", "status", "lost", "status_unmapped", "status", "lost", True),
    ("products", "syncStatus", "lost", "sync_status_unmapped", "sync_status", "lost", True),
    ("products", "catalogId", NOBODY, "catalog_unknown", "catalog_id", NOBODY, True),
    ("employees", "email", "e@", "email_malformed", "email", "e@", True),
    ("employees", "status", "lost", "status_unmapped", "status", "lost", True),
    ("employees", "siteId", NOBODY, "site_unknown", "site_id", NOBODY, True),
    ("orders", "customerEmail", "ada@x", "customer_email_malformed", "customer_email", "ada@x", True),
    ("orders", "status", "failed", "status_unmapped", "status", "failed", True),
    ("orders", "totalAmount", -1, "total_amount_out_of_range", "total_amount", -1, True),
    ("orders", "siteId", NOBODY, "site_unknown", "site_id", NOBODY, True),
]  # fmt: skip


def _store() -> dict[str, Any]:
    """Give a good record of each entity, and one per case that differs in the bad value alone."""
    documents = {f"{PREFIX[entity]}:{entity}-good": copy.deepcopy(GOOD[entity]) for entity in GOOD}
    for number, (entity, field, value, *_) in enumerate(CASES):
        document = {**copy.deepcopy(GOOD[entity]), field: value}
        for unique in ("clientCode", "slug", "sku", "employeeId"):
            if unique in document and unique != field:
                document[unique] = f"case-{number}"
        documents[f"{PREFIX[entity]}:case-{number}"] = document
    return documents


@pytest.fixture
def judged(database: Target, tmp_path: Path) -> Target:
    load_documents(database, tmp_path, _store())
    assert run(database).failures == []
    return database


def test_the_three_witnesses_agree(judged: Target) -> None:
    verdicts = dict(rows(judged, "select source_key, reject_codes from kv_to_tables.rejects"))
    for number, (entity, _, _, code, *_) in enumerate(CASES):
        assert code in verdicts.pop(f"{PREFIX[entity]}:case-{number}").split(",")
    assert verdicts == {}
    assert [len(table_rows(judged, entity)) for entity in ENTITIES] == [1] * 6

    for case in CASES:
        assert _table_refuses(judged, case) == case[6], case

    assert run_expectations(judged, "public").failures == ()
    _break_everything(judged)
    broken = {
        (result.table, column)
        for result in run_expectations(judged, "public").failures
        if result.outcome == "failed"
        for column in result.columns
    }
    for case in CASES:
        assert (case[0], case[4]) in broken, case


def _table_refuses(target: Target, case: tuple[Any, ...]) -> bool:
    entity, column, value = case[0], case[4], case[5]
    with connect(target) as connection:
        try:
            connection.execute(
                sql.SQL("update {} set {} = %s").format(
                    sql.Identifier(entity), sql.Identifier(column)
                ),
                (value,),
            )
        except psycopg.IntegrityError:
            return True
        finally:
            connection.rollback()
    return False


def _break_everything(target: Target) -> None:
    """Take the constraints away and put each bad value into a row of its own."""
    with connect(target) as connection:
        constraints = connection.execute(
            "select conrelid::regclass::text, conname::text from pg_constraint"
            " where contype in ('c', 'f') and connamespace = 'public'::regnamespace"
        ).fetchall()
        for table, name in constraints:
            connection.execute(
                sql.SQL("alter table {} drop constraint {}").format(
                    sql.Identifier(table), sql.Identifier(name)
                )
            )
        for number, case in enumerate(CASES):
            own = {"client_code", "slug", "sku", "order_number"}
            if case[0] == "employees":
                own.add("employee_id")
            connection.execute(
                sql.SQL(
                    "insert into {table} ({columns}) select {columns} from jsonb_populate_record("
                    "null::{table}, (select to_jsonb(t) from {table} as t order by created_at limit 1)"
                    " || %s::jsonb)"
                ).format(
                    table=sql.Identifier(case[0]),
                    columns=sql.SQL(", ").join(
                        sql.Identifier(row[0])
                        for row in connection.execute(
                            "select attname::text from pg_attribute where attrelid = %s::regclass"
                            " and attnum > 0 and not attisdropped and attgenerated = ''",
                            (case[0],),
                        )
                    ),
                ),
                (
                    psycopg.types.json.Jsonb(
                        {
                            "id": f"00000000-0000-4000-8000-{number:012d}",
                            **dict.fromkeys(own, f"own-{number}"),
                            case[4]: case[5],
                        }
                    ),
                ),
            )
