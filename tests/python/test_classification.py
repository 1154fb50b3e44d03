"""Every key lands in one class, by the patterns of `seeds/key_families.csv`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from helpers import load_documents, rows, run

from scripts.settings import Target

# The key, its class, and for a record the entity, its site and its id.
KEYS: dict[str, tuple[str | None, ...]] = {
    "client:production:c-1": ("record", "clients", None, "c-1"),
    "client:c-1": ("record", "clients", None, "c-1"),
    "clients:c-1": ("record", "clients", None, "c-1"),
    "client:development:c-1": ("other_environment", "clients", None, "c-1"),
    "client:qa-7:c-1": ("other_environment", "clients", None, "c-1"),
    "client:nowhere:c-1": ("unclassified", None, None, None),
    "client:c-1:site:s-1": ("record", "sites", None, "s-1"),
    "clients:all": ("derived", "clients", None, None),
    "catalogs:catalog_x_mjwo8v60_a1b2": ("record", "catalogs", None, "catalog_x_mjwo8v60_a1b2"),
    "catalogs:all": ("derived", "catalogs", None, None),
    "sites:slug:orchid": ("derived", "sites", None, None),
    "sites:s-1": ("record", "sites", None, "s-1"),
    "sites:s-1:catalog_config": ("other_family", None, "s-1", None),
    "gift:production:gift-1": ("record", "products", None, "gift-1"),
    "products:p-1": ("record", "products", None, "p-1"),
    "gifts:all": ("derived", "products", None, None),
    "employee:s-1:e-1": ("record", "employees", "s-1", "e-1"),
    "employee:production:e-1": ("record", "employees", None, "e-1"),
    "employees:staging:e-1": ("other_environment", "employees", None, "e-1"),
    "order:s-1:o-1": ("record", "orders", "s-1", "o-1"),
    "order:ORD-1770900000123-42": ("record", "orders", None, "ORD-1770900000123-42"),
    "order_counter": ("derived", None, None, None),
    "user_orders:u:1": ("derived", "orders", None, None),
    "environments:qa-7": ("other_family", None, None, None),
    "environments:production": ("other_family", None, None, None),
    "session:0b1c": ("withheld", None, None, None),
    "session": ("unclassified", None, None, None),
    "ratelimit:/api/x:ip:fe80::1": ("withheld", None, None, None),
    "hris_connection_hris_conn_1_a": ("withheld", None, None, None),
    "hris_sync_hris_sync_1_a": ("other_family", None, None, None),
    "hrisXsyncX1": ("unclassified", None, None, None),
    "audit:production:1:2": ("other_family", None, None, None),
    "test-client:production:1": ("other_family", None, None, None),
    "Client:production:c-1": ("unclassified", None, None, None),
    "client": ("unclassified", None, None, None),
    "client:": ("record", "clients", None, ""),
    ":": ("unclassified", None, None, None),
    "ünïcödé:☃": ("unclassified", None, None, None),
    "client:%:_": ("unclassified", None, None, None),
}


def test_every_key_lands_in_its_class(database: Target, tmp_path: Path) -> None:
    documents: dict[str, Any] = dict.fromkeys(KEYS, 1)
    load_documents(database, tmp_path, documents)
    outcome = run(database, allow_unclassified=True)
    assert outcome.failures == []
    found = {
        row[0]: row[1:]
        for row in rows(
            database,
            "select source_key, key_class, entity, key_site, key_id from kv_to_tables.stg_kv__keys",
        )
    }
    assert found == KEYS
    assert outcome.ledger is not None
    assert sum(outcome.ledger.classes.values()) == len(KEYS)
    # A number is no record: each of them is a reject, and none of them brought the run down.
    records = [key for key, value in KEYS.items() if value[0] == "record"]
    assert outcome.ledger.rejected + outcome.ledger.classes["merged"] == len(records)
