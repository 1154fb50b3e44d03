"""The queries of the bench: faithful ways on the store, one query on the tables, the same answers."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from helpers import execute, migrate_and_keep, new_database, rows, run
from test_servers import SYSTEM_15, other_server

from scripts.bench.queries.client import KvClient
from scripts.bench.queries.measure import Measured, Queries, measure_queries
from scripts.bench.queries.picks import pick
from scripts.bench.queries.plans import read_plan
from scripts.bench.queries.store import add_lists, make_query_store
from scripts.bench.queries.tables import Tables, tables_of, words_of
from scripts.bench.queries.wanted import ratios_wanted
from scripts.bench.results import results_task
from scripts.connection import connect
from scripts.errors import KvError
from scripts.settings import ROOT, Target
from scripts.verify import verify

# Thousands of documents are made, migrated and asked for.
pytestmark = pytest.mark.slow
DOCUMENTS = 3_000
PRODUCTS, ORDERS = 300, 1_179


@pytest.fixture(scope="module")
def made(server: Target) -> Target:
    with new_database(server) as target, connect(target, autocommit=True) as connection:
        make_query_store(connection, target, DOCUMENTS)
        kept = migrate_and_keep(target, "kv_queries")
    assert kept.outcome.ledger
    assert kept.outcome.ledger.classes["migrated"] == DOCUMENTS
    made = replace(server, dbname=kept.dbname)
    with connect(made, autocommit=True) as connection:
        add_lists(connection, made)
    return made


def measured(target: Target) -> Queries:
    with connect(target, read_only=True) as connection:
        return measure_queries(connection, target, prepare=True)


@pytest.fixture(scope="module")
def queries(made: Target) -> Queries:
    return measured(made)


def one_of(queries: Queries, name: str) -> Measured:
    (found,) = (one for one in queries.measured if one.case.name == name)
    return found


def tables(connection: Any, target: Target) -> Tables:
    return tables_of(connection, target, pick(connection, target), prepare=False)


def test_every_query_is_asked_and_the_answers_are_the_same(queries: Queries) -> None:
    assert queries.not_asked == ()
    verdicts = {
        (one.case.name, side.way): side.verdict for one in queries.measured for side in one.sides
    }
    assert {place for place, verdict in verdicts.items() if verdict != "equal"} == {
        ("active products, first 100", "prefix scan"),
        ("client report of a month", "admin page"),
    }
    assert all(one.rows > 0 for one in queries.measured)


def test_what_the_caps_cut_off_is_shown_as_wrong_and_not_counted(queries: Queries) -> None:
    report = one_of(queries, "client report of a month")
    by_ids, page = report.sides
    assert page.verdict == "wrong"
    assert any("1,000 keys" in remark for remark in page.remarks)
    assert any("first 50" in remark for remark in page.remarks)
    assert report.ratio(page, 10) is None
    assert report.ratio(by_ids, 10) == (by_ids.ms + ORDERS * 10 + 10) / (report.ms + 10)


def test_round_trips_are_those_of_the_code(queries: Queries) -> None:
    trips = {
        (one.case.name, side.way): side.round_trips
        for one in queries.measured
        for side in one.sides
    }
    page = trips.pop(("client report of a month", "admin page"))
    assert 5 <= page <= 5 + 15  # five scans, and one for each site of the client
    assert trips == {
        ("list 1,000 products", "a get an id"): 1 + PRODUCTS,
        ("products of a site, first 50", "catalog filter"): 2 + PRODUCTS,
        ("active products, first 100", "prefix scan"): 1,
        ("product search", "array of all gifts"): 1,
        ("client report of a month", "a get an order"): 1 + ORDERS,
        ("order by id", "one get"): 1,
        ("order by id", "public route"): 3,
        ("order by number", "a get an order"): 1 + ORDERS,
        ("site and its client", "two gets"): 2,
        ("orders of a client, counted", "a get an order"): 1 + ORDERS,
        ("employee access check", "prefix scan"): 1,
        ("orders of an employee", "list of the user"): 2,
    }


def test_a_round_trip_is_counted_where_it_is_made(made: Target) -> None:
    with connect(made, read_only=True) as connection:
        before = rows_read(connection)
        client = KvClient(connection, made, prepare=False)
        client.scan("order:")
        client.get("gifts:all")
        client.get("no such key")
        assert client.round_trips == 3
        assert rows_read(connection) >= before


def rows_read(connection: Any) -> int:
    return connection.execute(
        "select coalesce(sum(seq_scan + idx_scan), 0)::bigint from pg_stat_xact_user_tables"
    ).fetchone()[0]


def test_answers_that_differ_are_found(made: Target, server: Target) -> None:
    with new_database(server, made.dbname, "kv_other") as other:
        execute(
            other,
            "delete from public.kv_store_6fcaeea3 where key = 'orders:all'",
            "update public.orders set total_amount = total_amount + 1",
        )
        report = one_of(measured(other), "client report of a month")
    (by_ids, _) = report.sides
    assert by_ids.verdict == "different"
    assert any("no orders:all" in remark for remark in by_ids.remarks)
    assert report.ratio(by_ids, 10) is None


def test_each_query_has_an_index_of_its_own(made: Target) -> None:
    wanted = {
        "list": "idx_products_created_at",
        "active": "idx_products_created_at",
        "search": "idx_products_search_words",
        "order": "orders_pkey",
        "number": "orders_order_number_key",
        "site": "sites_pkey",
        "user": "idx_orders_employee_id",
    }
    with connect(made, read_only=True) as connection:
        # So small a table is rightly read whole.
        connection.execute("set local enable_seqscan = off")
        asked = tables(connection, made)
        taken = {name: read_plan(asked.plan(name), {}).indexes for name in wanted}
        assert {name for name, index in wanted.items() if index not in taken[name]} == set()
        # All products are of one catalogue here: to read them in their order may be cheaper.
        by_catalog = {"idx_products_catalog_active", "products_catalog_id_sku_key"}
        by_catalog.add("idx_products_created_at")
        assert by_catalog & set(read_plan(asked.plan("site_list"), {}).indexes)
        by_client = {"idx_orders_client_created_at", "idx_orders_client_status"}
        assert by_client & set(read_plan(asked.plan("report"), {}).indexes)
        assert by_client & set(read_plan(asked.plan("count"), {}).indexes)
        by_person = {"idx_employees_email", "employees_site_id_employee_id_key"}
        by_person.add("idx_employees_site_status")
        assert by_person & set(read_plan(asked.plan("access"), {}).indexes)


def test_a_scan_of_a_big_table_is_told(made: Target) -> None:
    with connect(made, read_only=True) as connection:
        connection.execute("set local enable_indexscan = off")
        connection.execute("set local enable_bitmapscan = off")
        plan = tables(connection, made).plan("number")
    assert read_plan(plan, {"orders": 39_300}).scanned == {"orders": 39_300}
    assert not read_plan(plan, {"orders": 39_300}).is_by_index
    assert read_plan(plan, {"orders": 393}).is_by_index


@pytest.mark.parametrize(
    ("term", "words"),
    [
        ("product 12", "'product' <-> '12':*"),
        ("o'neil & sons | \\ :* !", "'o' <-> 'neil' <-> 'sons':*"),
        ("100% ümlaut", "'100' <-> 'ümlaut':*"),
        ("--", ""),
    ],
)
def test_the_words_of_a_search_are_no_operators(made: Target, term: str, words: str) -> None:
    assert words_of(term) == words
    assert rows(made, "select to_tsquery('simple', %s) is not null", words) == [(True,)]


def test_products_are_found_by_words(made: Target) -> None:
    with connect(made, read_only=True) as connection:
        asked = tables(connection, made)
        assert asked.search_by == "by_words"
        for term, count in (
            ("product 299", 1),
            ("product 29", 11),
            ("category 7", 15),
            ("roduct", 0),
        ):
            asked.values["words"] = words_of(term)
            assert len(asked.ask("search").fetchall()) == count, term


@pytest.mark.skipif(not SYSTEM_15.is_dir(), reason="PostgreSQL 15 is not installed here")
def test_products_are_found_by_trigrams_where_the_database_has_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with other_server(tmp_path, monkeypatch, KV_EMBEDDED_BIN=str(SYSTEM_15)) as other:
        if not rows(other, "select 1 from pg_available_extensions where name = 'pg_trgm'"):
            pytest.skip("this server has no pg_trgm")
        with new_database(other) as target:
            # Where a hosted database has it; nothing says that it is on the search path.
            execute(
                target, "create schema extensions", "create extension pg_trgm schema extensions"
            )
            with connect(target, autocommit=True) as connection:
                make_query_store(connection, target, 1_000)
                assert run(target).failures == []
                add_lists(connection, target)
            found = measured(target)
            assert found.search_by == "by_trigrams"
            assert [side.verdict for side in one_of(found, "product search").sides] == ["equal"]
            indexes = rows(
                target, "select indexrelname from pg_stat_user_indexes where relname = 'products'"
            )
            assert ("idx_products_search_trgm",) in indexes
            assert ("idx_products_search_words",) not in indexes
            with connect(target) as connection:
                # A hundred products are rightly read whole.
                connection.execute(
                    "insert into products (catalog_id, sku, name, price)"
                    " select (select min(id::text)::uuid from catalogs), 'X-' || n, md5(n::text), 1"
                    " from generate_series(1, 20000) as n"
                )
                connection.execute("select gin_clean_pending_list('idx_products_search_trgm')")
                connection.execute("analyze products")
                asked = tables(connection, target)
                asked.values["like"] = "%duct 57%"
                plan = asked.plan("search")
                assert len(asked.ask("search").fetchall()) == 1
                connection.rollback()
            assert set(read_plan(plan, {}).indexes) == {"idx_products_search_trgm"}
            checks = verify(target, "public", "kv_to_tables").checks
            assert [str(check) for check in checks if not check.passed] == []


def test_the_extension_is_never_made(made: Target) -> None:
    assert rows(made, "select extname from pg_extension where extname <> 'plpgsql'") == []


def test_what_was_claimed_is_judged_by_the_run(queries: Queries) -> None:
    judged = {one.what: one for one in ratios_wanted(queries)}
    assert len(judged) == 4
    report = one_of(queries, "client report of a month")
    ratio = report.ratio(report.sides[0], 10)
    assert ratio is not None
    (one,) = (one for what, one in judged.items() if what.startswith("client report"))
    assert one.is_met == (ratio >= 150)
    assert one.measured == f"{ratio:,.0f} times"


def test_without_a_run_it_says_what_to_do(database: Target, tmp_path: Path) -> None:
    place = tmp_path / "results.md"
    with connect(database, autocommit=True) as connection:
        make_query_store(connection, database, 1_000)
    with pytest.raises(KvError, match=r"no finished run on 'embedded'.*invoke migrate"):
        results_task(database, str(place), "", as_json=True)
    assert not place.exists()
    with connect(database, read_only=True) as connection, pytest.raises(KvError, match="migrate"):
        measure_queries(connection, database, prepare=False)


@pytest.mark.usefixtures("server")
def test_the_command_prints_what_it_measured() -> None:
    command = [sys.executable, "-m", "invoke", "bench", "--queries", "--sizes=1000", "--json"]
    done = subprocess.run(command, cwd=ROOT, env=os.environ, capture_output=True, check=True)
    (printed,) = json.loads(done.stdout)
    assert printed["documents"] == 1_000
    assert {one["query"] for one in printed["queries"]} >= {"product search", "order by number"}
    assert set(printed["wanted"]) == {"times", "ratios", "plans"}
