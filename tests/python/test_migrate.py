"""The main job, on a real store and a real server."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from helpers import (
    Kept,
    all_rows,
    fingerprint,
    ledger,
    load_documents,
    load_northwind,
    needs_northwind,
    rows,
    run,
    table_rows,
)

from scripts.connection import connect
from scripts.errors import Exit, KvError, UsageError
from scripts.migrate import Options
from scripts.rollback import roll_back
from scripts.settings import ENTITIES, Target

COUNTS = {
    "clients": 92,
    "catalogs": 8,
    "sites": 92,
    "products": 77,
    "employees": 9,
    "orders": 830,
}
# Columns whose inner spelling follows the document's.
SPELLED = {"orders": ("items", "shipping_address")}


@needs_northwind
@pytest.mark.slow
def test_northwind_in_three_spellings_gives_the_same_rows(
    northwind: Target, migrated_northwind: Kept
) -> None:
    found = []
    for spelling in ("snake_product", "camel_gift", "mixed_peer"):
        if spelling == "snake_product":
            outcome = migrated_northwind.outcome
        else:
            load_northwind(northwind, spelling)
            outcome = run(northwind, judge=True)
        assert outcome.failures == []
        assert outcome.exit_code == Exit.DONE
        assert outcome.ledger is not None
        assert outcome.ledger.classes["rejected"] == 0
        assert outcome.ledger.classes["derived"] == 6
        found.append(
            {
                entity: table_rows(northwind, entity, without=SPELLED.get(entity, ()))
                for entity in ENTITIES
            }
        )
        assert {entity: len(found[-1][entity]) for entity in ENTITIES} == COUNTS
        totals = rows(
            northwind,
            "select (select sum(total_amount) from orders), (select sum(price) from products)",
        )
        assert totals == [(Decimal("1265793.06"), Decimal("2220.21"))]
        roll_back(northwind, "", confirm=True)
    assert found[0] == found[1] == found[2]


@needs_northwind
def test_a_second_run_writes_nothing(northwind: Target) -> None:
    versions = "select id, xmin::text from {} order by id"
    before = {name: rows(northwind, versions.format(name)) for name in ENTITIES}
    outcome = run(northwind)
    assert outcome.failures == []
    assert outcome.ledger is not None
    assert [entity["inserted"] for entity in outcome.ledger.entities] == [0] * 6
    assert [entity["updated"] for entity in outcome.ledger.entities] == [0] * 6
    # No table was made: no time can have gone into constraints and indexes.
    assert outcome.phases["constraints"] == outcome.phases["indexes"] == 0
    assert outcome.phases["load"] > 0
    assert {name: rows(northwind, versions.format(name)) for name in ENTITIES} == before


@pytest.mark.slow
@needs_northwind
def test_a_dry_run_leaves_the_database_as_it_was_and_agrees_with_the_live_run(
    server: Target, database: Target, migrated_northwind: Kept
) -> None:
    load_northwind(database, "snake_product")
    seen: list[tuple[object, ...]] = []
    before = fingerprint(database)
    outcome = run(
        database,
        judge=True,
        dry_run=True,
        inspect=lambda connection, schema: seen.extend(ledger(connection, schema)),
    )
    assert outcome.failures == []
    assert fingerprint(database) == before
    assert outcome.ledger is not None
    live = migrated_northwind.outcome
    assert live.ledger is not None
    assert live.ledger.entities == outcome.ledger.entities
    with connect(replace(server, dbname=migrated_northwind.dbname)) as connection:
        assert ledger(connection, "kv_to_tables") == seen


@needs_northwind
@pytest.mark.slow
def test_a_dry_run_over_existing_tables_says_what_would_change(northwind: Target) -> None:
    with connect(northwind) as connection:
        connection.execute("delete from orders where order_number = '10248'")
        connection.execute("update products set name = 'Tea' where sku = 'NW-001'")
    before = fingerprint(northwind)
    for policy, inserted, updated in (("keep-table", 0, 0), ("take-kv", 1, 1)):
        outcome = run(northwind, dry_run=True, on_conflict=policy)
        assert outcome.failures == []
        assert outcome.ledger is not None
        by_entity = {entity["entity"]: entity for entity in outcome.ledger.entities}
        assert by_entity["orders"]["inserted"] == inserted
        assert by_entity["orders"]["left_alone"] == 829
        assert by_entity["products"]["updated"] == updated
        assert by_entity["products"]["left_alone"] == 77 - updated
    assert fingerprint(northwind) == before


@needs_northwind
def test_rollback_leaves_what_was_there_before(northwind: Target, migrated_northwind: Kept) -> None:
    once = all_rows(northwind)
    shown = roll_back(northwind, "", confirm=False)
    assert all_rows(northwind) == once
    assert [(step.entity, step.delete) for step in shown] == [
        (entity, COUNTS[entity]) for entity in reversed(ENTITIES)
    ]
    roll_back(northwind, "", confirm=True)
    assert fingerprint(northwind, without=("kv_to_tables",)) == migrated_northwind.before
    run(northwind)
    assert all_rows(northwind) == once


@pytest.mark.slow
@needs_northwind
def test_rollback_restores_what_an_update_replaced(northwind: Target) -> None:
    rows_before = all_rows(northwind)
    with connect(northwind) as connection:
        connection.execute("drop table kv_to_tables.written_rows, kv_to_tables.created_tables")
        connection.execute("update products set name = 'Tea' where sku = 'NW-001'")
    changed = table_rows(northwind, "products")
    run(northwind, on_conflict="take-kv")
    assert all_rows(northwind) == rows_before
    roll_back(northwind, "products", confirm=True)
    assert table_rows(northwind, "products") == changed


@needs_northwind
def test_a_rollback_that_would_orphan_rows_is_refused(northwind: Target) -> None:
    with pytest.raises(KvError, match=r"would orphan 830 rows of public\.orders.*Add orders"):
        roll_back(northwind, "products", confirm=True)
    roll_back(northwind, "orders,products", confirm=True)
    assert rows(northwind, "select to_regclass('orders'), to_regclass('products')") == [
        (None, None)
    ]
    assert rows(northwind, "select count(*) from catalogs") == [(8,)]


@pytest.mark.parametrize(
    "options",
    [
        {"batch_size": "0"},
        {"batch_size": "-1"},
        {"batch_size": "abc"},
        {"max_rejects": "-1"},
        {"max_rejects": "abc"},
        {"max_rejects": "%"},
    ],
)
def test_a_bad_option_is_refused_in_one_sentence(options: dict[str, str]) -> None:
    with pytest.raises(UsageError, match="is n"):
        Options(**options).checked()


@pytest.mark.slow
def test_too_many_rejects_stop_the_run_before_the_first_final_row(
    database: Target, tmp_path: Path
) -> None:
    load_documents(
        database,
        tmp_path,
        {
            "client:production:c-1": {"id": "c-1", "name": "Orchid", "contactEmail": "a@b.example"},
            "client:production:c-2": {"id": "c-2", "name": "Nimbus"},
        },
    )
    outcome = run(database, max_rejects="49%")
    assert outcome.exit_code == Exit.FAILED
    assert "more than" in " ".join(outcome.failures)
    assert rows(database, "select to_regclass('clients')") == [(None,)]
    assert rows(database, "select reject_codes from kv_to_tables.rejects") == [
        ("contact_email_missing",)
    ]
    assert run(database, max_rejects="50%").exit_code == Exit.REJECTS


def test_an_unknown_key_fails_the_run(database: Target, tmp_path: Path) -> None:
    load_documents(database, tmp_path, {"mystery:1": {"a": 1}})
    outcome = run(database)
    assert outcome.exit_code == Exit.FAILED
    assert outcome.ledger is not None
    assert outcome.ledger.unclassified == ["mystery:…"]


def test_an_empty_store_is_refused(database: Target) -> None:
    with pytest.raises(KvError, match="There is no table"):
        run(database)
    with connect(database) as connection:
        connection.execute(
            "create table kv_store_6fcaeea3 (key text primary key, value jsonb not null)"
        )
    with pytest.raises(KvError, match="is empty"):
        run(database)


@pytest.mark.slow
def test_a_dry_run_that_was_killed_leaves_a_schema_the_next_command_drops(
    database: Target, tmp_path: Path
) -> None:
    load_documents(
        database, tmp_path, {"client:1": {"name": "Orchid", "contactEmail": "a@b.example"}}
    )
    with connect(database) as connection:
        connection.execute("create schema kv_dry_run_20260101000000_1_abcd")
        connection.execute(
            "comment on schema kv_dry_run_20260101000000_1_abcd is"
            " 'kv-to-tables: ephemeral schema of a dry run; safe to drop'"
        )
        connection.execute("create schema kv_dry_run_not_ours")
    run(database)
    found = rows(database, "select nspname::text from pg_namespace where nspname like 'kv\\_dry%'")
    assert found == [("kv_dry_run_not_ours",)]


def test_a_view_where_a_final_table_must_stand_stops_the_run(
    database: Target, tmp_path: Path
) -> None:
    load_documents(database, tmp_path, {"client:1": {"name": "Orchid"}})
    with connect(database) as connection:
        connection.execute("create view orders as select 1 as id")
    with pytest.raises(KvError, match=r"'public\.orders' is no table"):
        run(database)
    assert isinstance(rows(database, "select id from orders")[0][0], int)


@pytest.mark.slow
def test_two_records_may_exchange_a_unique_value_between_runs(
    database: Target, tmp_path: Path
) -> None:
    client = {"name": "Orchid", "contactEmail": "a@b.example"}
    first = {
        "client:1": {**client, "clientCode": "A"},
        "client:2": {**client, "clientCode": "B"},
        "site:1": {"name": "One", "clientId": "1", "slug": "one"},
        "site:2": {"name": "Two", "clientId": "1", "slug": "two"},
    }
    load_documents(database, tmp_path, first)
    assert run(database).exit_code == Exit.DONE
    second = {
        "client:1": {**client, "clientCode": "B"},
        "client:2": client,
        "site:1": {"name": "One", "clientId": "1", "slug": "two"},
        "site:2": {"name": "Two", "clientId": "1", "slug": "one"},
    }
    load_documents(database, tmp_path, second)
    outcome = run(database)
    assert outcome.failures == []
    assert outcome.exit_code == Exit.DONE
    assert rows(database, "select name, slug from sites order by slug") == [
        ("Two", "one"),
        ("One", "two"),
    ]
    assert rows(database, "select client_code from clients order by 1") == [("B",), (None,)]


@pytest.mark.slow
def test_a_unique_value_that_a_live_row_holds_is_a_reject(database: Target, tmp_path: Path) -> None:
    client = {"name": "Orchid", "contactEmail": "a@b.example", "clientCode": "A"}
    load_documents(database, tmp_path, {"client:1": client})
    assert run(database).exit_code == Exit.DONE
    with connect(database) as connection:
        connection.execute(
            "insert into clients (id, name, contact_email, client_code)"
            " values ('00000000-0000-0000-0000-000000000001', 'Own', 'own@b.example', 'LIVE')"
        )
    load_documents(
        database,
        tmp_path,
        {"client:1": client, "client:2": {**client, "clientCode": "LIVE"}},
    )
    outcome = run(database)
    assert outcome.failures == []
    assert rows(
        database, "select source_key, reject_codes, winner_key from kv_to_tables.rejects"
    ) == [
        (
            "client:2",
            "client_code_taken",
            "the live row 00000000-0000-0000-0000-000000000001",
        )
    ]


@pytest.mark.slow
def test_without_validation_the_constraints_still_reject_and_nothing_crashes(
    database: Target, tmp_path: Path
) -> None:
    client = {"name": "Orchid", "contactEmail": "ops@orchid.example"}
    documents = {
        # Soft: no constraint stands behind these rules.
        "client:1": {**client, "technologyOwnerEmail": "nobody"},
        "client:2": {**client, "contactEmail": "a..b@orchid.example"},
        "site:1": {"name": "Orchid", "clientId": "1", "branding": ["x"]},
        # Hard: the table would refuse them.
        "client:3": {**client, "contactEmail": "nobody"},
        "client:4": {**client, "status": "suspended"},
        "site:2": {"name": "Other", "clientId": "9"},
    }
    load_documents(database, tmp_path, documents)
    strict = run(database, dry_run=True)
    assert strict.ledger is not None
    assert strict.ledger.rejected == 6
    outcome = run(database, skip_validation=True)
    assert outcome.failures == []
    rejects = rows(database, "select source_key, reject_codes from kv_to_tables.rejects order by 1")
    assert rejects == [
        ("client:3", "contact_email_malformed"),
        ("client:4", "status_unmapped"),
        ("site:2", "client_unknown"),
    ]


@pytest.mark.slow
def test_an_employee_number_claimed_twice_does_not_multiply_orders(
    database: Target, tmp_path: Path
) -> None:
    order = {"siteId": "s", "employeeId": "7", "totalAmount": 1, "customerName": "Ada Quill"}
    load_documents(
        database,
        tmp_path,
        {
            "client:c": {"name": "Orchid", "contactEmail": "ops@orchid.example"},
            "site:s": {"name": "Orchid", "clientId": "c"},
            "employee:s:e1": {"employeeId": "7", "email": "one@orchid.example"},
            "employee:s:e2": {"employeeId": "7", "email": "two@orchid.example"},
            "order:o1": order,
        },
    )
    outcome = run(database)
    assert outcome.failures == []
    assert rows(database, "select customer_email from orders") == [("one@orchid.example",)]
