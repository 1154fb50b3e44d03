"""The suites, run in the database: what they catch, never show and leave behind."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest
from helpers import needs_northwind, rows

from scripts.connection import connect, conninfo
from scripts.errors import KvError
from scripts.expectations import ExpectationResult, load_suites, run_expectations
from scripts.settings import ENTITIES, ROOT, Target

TYPES = {
    "expect_column_pair_values_a_to_be_greater_than_b",
    "expect_column_value_lengths_to_be_between",
    "expect_column_values_to_be_between",
    "expect_column_values_to_be_in_set",
    "expect_column_values_to_match_regex",
    "expect_column_values_to_not_be_null",
    "expect_column_values_to_not_match_regex",
    "unexpected_rows_expectation",
}


def change(target: Target, *statements: str) -> None:
    with connect(target) as connection:
        for statement in statements:
            connection.execute(statement)


def found(
    results: tuple[ExpectationResult, ...], table: str, word: str
) -> Iterator[ExpectationResult]:
    """Give the failures of a table whose rule holds a word."""
    return (r for r in results if r.table == table and word in r.witness_of and not r.success)


def test_every_final_table_has_a_suite_of_common_expectations_that_say_their_rule() -> None:
    suites = load_suites()
    assert [suite.table for suite in suites] == list(ENTITIES)
    for suite in suites:
        assert {expectation["type"] for expectation in suite.expectations} <= TYPES
        told = [expectation["meta"]["witness_of"] for expectation in suite.expectations]
        assert len(told) == len(set(told)), "one sentence for each rule"


def test_sql_of_a_suite_asks_for_ids_and_nothing_else() -> None:
    for suite in load_suites():
        for expectation in suite.expectations:
            query = expectation["kwargs"].get("unexpected_rows_query")
            if query is not None:
                assert query.split(" from ")[0] in (
                    "select id",
                    "select child.id",
                    "select mine.id",
                )
                assert "{batch}" in query
                assert expectation["meta"]["columns"]


@pytest.mark.parametrize(
    "content", ["", "[]", '{"meta": {"table": "clients"}, "expectations": []}'], ids=repr
)
def test_a_suite_that_is_none_is_refused(tmp_path: Path, content: str) -> None:
    for entity in ENTITIES:
        (tmp_path / f"{entity}.json").write_bytes(
            (ROOT / "expectations" / f"{entity}.json").read_bytes()
        )
    (tmp_path / "orders.json").write_text(content)
    with pytest.raises(KvError, match=r"expectations/orders\.json"):
        load_suites(tmp_path)
    (tmp_path / "orders.json").unlink()
    with pytest.raises(KvError, match="is missing"):
        load_suites(tmp_path)


def test_importing_the_module_does_not_import_great_expectations() -> None:
    program = (
        "import sys, scripts.expectations, scripts.expectation_engine, scripts.verify;"
        "print([m for m in sys.modules if m.startswith(('great_expectations', 'sqlalchemy'))])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


@needs_northwind
def test_northwind_passes_and_nothing_is_left_behind(northwind: Target, tmp_path: Path) -> None:
    """In a process of its own: where files would be written is settled at the first import."""
    password = "p$w{KV}:/@ %40"  # noqa: S105 - the server trusts everyone; it must not show
    program = (
        "import json, logging, os;"
        "from scripts.expectations import run_expectations;"
        "from scripts.settings import Target;"
        f"target = Target('embedded', {northwind.host!r}, {northwind.port}, {northwind.user!r},"
        f" {northwind.dbname!r}, password={password!r});"
        "before = dict(os.environ);"
        "report = run_expectations(target, 'public');"
        "changed = {k for k in os.environ if os.environ[k] != before.get(k)};"
        "print(json.dumps([report.to_json(), sorted(changed)]))"
    )
    folders = [tmp_path / name for name in ("home", "temporary", "work")]
    for folder in folders:
        folder.mkdir()
    environment = {
        **os.environ,
        **dict(zip(("HOME", "TMPDIR", "PWD"), map(str, folders), strict=True)),
        "PYTHONPATH": str(ROOT),
    }
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=folders[2],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert [path for folder in folders for path in folder.rglob("*")] == []
    # A progress bar or a log line would stand beside the one line of JSON.
    report, changed = json.loads(done.stdout)
    assert password not in done.stdout + done.stderr
    assert not any(name.startswith("KV_") for name in changed)
    assert report["success"]
    assert {result["outcome"] for result in report["results"]} == {"passed"}
    assert {result["checked_rows"] for result in report["results"]} == {92, 8, 77, 9, 830}


@needs_northwind
def test_a_bad_value_is_caught_and_named_by_its_key(northwind: Target) -> None:
    change(
        northwind,
        "alter table clients drop constraint clients_email_format",
        "alter table clients drop constraint clients_status_check",
        "alter table sites drop constraint sites_slug_key",
        "alter table products drop constraint products_price_check",
        "alter table orders drop constraint orders_site_id_fkey",
        "alter table orders drop constraint orders_status_timestamps",
        "alter table orders alter customer_email drop not null",
    )
    client, other, *_ = rows(northwind, "select id::text from clients order by id")
    order, lost, nameless, *_ = rows(
        northwind, "select id::text from orders where status = 'shipped'"
    )
    product, wrong, *_ = rows(northwind, "select id::text from products order by id")
    site, twin, *_ = rows(northwind, "select id::text from sites order by id")
    with connect(northwind) as connection:
        for query, values in (
            ("update clients set contact_email = 'hidden..value@x.example' where id = %s", client),
            ("update clients set status = 'hidden value' where id = %s", other),
            (
                "update sites set slug = (select slug from sites where id = %s) where id = %s",
                site + twin,
            ),
            ("update products set price = 'NaN' where id = %s", product),
            ("update products set price = -1 where id = %s", wrong),
            ("update orders set shipped_at = null where id = %s", order),
            ("update orders set site_id = id where id = %s", lost),
            ("update orders set customer_email = null where id = %s", nameless),
        ):
            connection.execute(query, values)
    report = run_expectations(northwind, "public")
    assert not report.success
    for table, word, ids in (
        (
            "clients",
            "contact_email has no leading, trailing or double dot",
            {f"client:{client[0]}"},
        ),
        ("clients", "status is a word", {f"client:{other[0]}"}),
        ("sites", "slug names one row", {f"site:{site[0]}", f"site:{twin[0]}"}),
        ("products", "NaN", {f"product:{product[0]}"}),
        ("orders", "a shipped order says when", {f"order:{order[0]}"}),
        ("orders", "site_id names a row", {f"order:{lost[0]}"}),
        ("orders", "customer_email is required", {f"order:{nameless[0]}"}),
    ):
        (result,) = found(report.results, table, word)
        assert result.outcome == "failed"
        assert set(result.sample_keys) == ids
        assert result.unexpected_count == len(ids)
    (out_of_range,) = found(report.results, "products", "price is not negative")
    assert out_of_range.outcome == "failed"
    assert len(report.failures) == 8
    assert "hidden" not in json.dumps(report.to_json())


BAD_ADDRESSES = [
    "nobody",
    "@c.example",
    "a@c",
    "a@c.d",
    "a b@c.example",
    "ü@c.example",
    "a@c.example\n",
    "a..b@c.example",
    ".a@c.example",
    "a.@c.example",
    "a@c..example",
    "a@.c.example",
    "a@-c.example",
    "a@c-.example",
    "a@c.-d.example",
    f"{'x' * 65}@c.example",
    f"a@{'x' * 64}.example",
    f"a@c.{'x' * 64}",
    f"{'x' * 64}@{'y' * 61}.{'y' * 61}.{'y' * 61}.info",
]
GOOD_ADDRESSES = [
    "A@C.EXAMPLE",
    "a-.b@c.example",
    "a%_+b@c--d.example",
    f"{'x' * 64}@c.example",
    f"a@{'x' * 63}.example",
    f"{'x' * 64}@{'y' * 61}.{'y' * 61}.{'y' * 61}.com",
]


@needs_northwind
def test_addresses_are_judged_as_the_tables_and_rfc_5321_do(northwind: Target) -> None:
    ids = [row[0] for row in rows(northwind, "select id::text from clients order by id")]
    addresses = dict(zip(BAD_ADDRESSES + GOOD_ADDRESSES, ids, strict=False))
    with connect(northwind) as connection:
        connection.execute("alter table clients drop constraint clients_email_format")
        for address, client in addresses.items():
            connection.execute(
                "update clients set contact_email = %s where id = %s", (address, client)
            )
    named = {
        key
        for result in found(run_expectations(northwind, "public").results, "clients", "contact")
        for key in result.sample_keys
    }
    assert named == {f"client:{addresses[address]}" for address in BAD_ADDRESSES}


@needs_northwind
def test_no_more_than_twenty_keys_are_named(northwind: Target) -> None:
    change(
        northwind,
        "alter table orders drop constraint orders_status_timestamps",
        "alter table orders drop constraint orders_email_format",
        "update orders set shipped_at = null, customer_email = 'nobody'",
    )
    report = run_expectations(northwind, "public")
    (late,) = found(report.results, "orders", "a shipped order says when")
    (mail,) = found(report.results, "orders", "passes the check of the live tables")
    assert (late.unexpected_count, len(late.sample_keys)) == (809, 20)
    assert (mail.unexpected_count, len(mail.sample_keys)) == (830, 20)


@needs_northwind
def test_rows_of_the_application_are_listed_and_do_not_fail(northwind: Target) -> None:
    change(
        northwind,
        "alter table clients drop constraint clients_name_length",
        "insert into clients (name, contact_email) values ('X', 'x@x.example')",
    )
    ((stranger,),) = rows(northwind, "select id::text from clients where name = 'X'")
    report = run_expectations(northwind, "public", run_rows_only=True)
    assert report.success
    (listed,) = found(report.results, "clients", "at least two characters")
    assert listed.of_application
    assert listed.sample_keys == (stranger,)
    assert (listed.checked_rows, listed.unexpected_count) == (1, 1)
    assert {r.checked_rows for r in report.results if r.table == "clients"} == {92, 1}

    assert not run_expectations(northwind, "public").success
    # A row that a key became is ours even when a later run had no need to write it.
    change(
        northwind,
        "delete from kv_to_tables.written_rows",
        "update clients set name = 'Y' where client_code = 'NWHQ'",
    )
    ours = run_expectations(northwind, "public", run_rows_only=True).failures
    assert [(r.table, len(r.sample_keys), r.of_application) for r in ours] == [
        ("clients", 1, False)
    ]


@needs_northwind
def test_no_table_is_pulled_into_memory(northwind: Target) -> None:
    from sqlalchemy import Engine, event

    change(northwind, "insert into clients (name, contact_email) values ('App', 'a@x.example')")
    fetched = []

    def note(_connection: object, cursor: psycopg.Cursor, *_: object) -> None:
        fetched.append(cursor.rowcount)

    event.listen(Engine, "after_cursor_execute", note)
    try:
        assert run_expectations(northwind, "public", run_rows_only=True).success
    finally:
        event.remove(Engine, "after_cursor_execute", note)
    # One row per statement, or one per column of a table.
    assert 0 < max(fetched) < 40


@needs_northwind
def test_a_check_that_could_not_run_is_no_check_that_passed(northwind: Target) -> None:
    change(northwind, "drop table employees cascade", "alter table sites drop column branding")
    report = run_expectations(northwind, "public")
    employees = [r for r in report.results if r.table == "employees"]
    assert {r.outcome for r in employees} == {"could not run"}
    assert {r.error for r in employees} == {'relation "public.employees" does not exist'}
    (branding,) = found(report.results, "sites", "branding")
    assert branding.outcome == "could not run"
    assert "does not exist" in branding.error
    (reference,) = found(report.results, "orders", "employee_id names a row")
    assert reference.outcome == "could not run"
    assert len(report.failures) == len(employees) + 2
    others = [r for r in report.results if r not in report.failures]
    assert {r.outcome for r in others} == {"passed"}

    change(northwind, "drop table kv_to_tables.written_rows")
    assert {
        r.outcome for r in run_expectations(northwind, "public", run_rows_only=True).results
    } == {"could not run"}
    nowhere = run_expectations(northwind, "nowhere")
    assert {r.outcome for r in nowhere.results} == {"could not run"}
    assert not nowhere.success


@needs_northwind
def test_sessions_are_read_only_and_gone_afterwards(northwind: Target) -> None:
    run_expectations(northwind, "public")
    with psycopg.connect(conninfo(replace(northwind, dbname="postgres"))) as connection:
        left = connection.execute(
            "select count(*) from pg_stat_activity where datname = %s", (northwind.dbname,)
        ).fetchone()
    assert left == (0,)
