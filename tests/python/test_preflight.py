"""Preflight finds what would stop a run, says what to do, and changes nothing."""

from __future__ import annotations

import json
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest
from helpers import Kept, load_documents, new_database, rows, run
from live_database import CLAIMS, claiming_documents, live_fingerprint, live_id, make_live
from pooler import transaction_pooler
from psycopg import sql
from test_servers import SYSTEM_15, other_server
from test_tasks import invoke

from scripts import preflight
from scripts.connection import connect
from scripts.errors import KvError
from scripts.preflight import activity
from scripts.preflight.findings import OK, STOP, WARN, Finding, View
from scripts.preflight.server import encryption, pooler
from scripts.preflight.survey import Survey, take_survey
from scripts.settings import ENTITIES, Target


@pytest.fixture(scope="module")
def kept_live(server: Target, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Make the live database with its store once, and give its name to be copied."""
    with new_database(server) as target:
        make_live(target)
        load_documents(target, tmp_path_factory.mktemp("store"), claiming_documents())
        with connect(replace(server, dbname="postgres"), autocommit=True) as connection:
            connection.execute("alter database kv_test rename to kv_live")
    yield "kv_live"
    with connect(replace(server, dbname="postgres"), autocommit=True) as connection:
        connection.execute("drop database kv_live with (force)")


@pytest.fixture
def live(server: Target, kept_live: str) -> Iterator[Target]:
    with new_database(server, kept_live) as target:
        yield target


@contextmanager
def role_for(target: Target, *statements: str) -> Iterator[Target]:
    """Make a role without rights but those of the statements, and drop it afterwards."""
    with connect(target) as connection:
        connection.execute("create role kv_tester login")
        for statement in statements:
            connection.execute(statement)
    try:
        yield replace(target, user="kv_tester")
    finally:
        with connect(target) as connection:
            connection.execute("drop owned by kv_tester")
            connection.execute("drop role kv_tester")


def of(survey: Survey, check: str) -> list[Finding]:
    return [each for each in survey.findings if each.check == check]


def stops(survey: Survey) -> list[Finding]:
    return [each for each in survey.findings if each.status == STOP]


def test_a_live_database_in_order_stops_nothing_and_is_left_as_it_was(live: Target) -> None:
    before = live_fingerprint(live, without=(), versions=True)
    survey = take_survey(live)
    assert live_fingerprint(live, without=(), versions=True) == before
    assert stops(survey) == []
    assert survey.exit_code == 0
    contracts = [each for each in survey.findings if each.check.endswith("contract")]
    assert [(each.check, each.status) for each in contracts] == [
        (f"{entity}: contract", OK) for entity in ENTITIES
    ]
    assert "clients 12, catalogs 12" in of(survey, "rows")[0].found


def test_its_transaction_refuses_every_write(live: Target, monkeypatch: pytest.MonkeyPatch) -> None:
    refusals = []

    def write(view: View) -> Iterator[Finding]:
        for statement in ("delete from orders", "create table more (id int)"):
            try:
                with view.connection.transaction():
                    view.connection.execute(statement)
            except psycopg.errors.ReadOnlySqlTransaction as error:
                refusals.append(error)
        yield Finding("writing", OK, "")

    monkeypatch.setattr("scripts.preflight.survey._CHECKS", (("writing", write),))
    take_survey(live)
    assert len(refusals) == 2


def test_the_collisions_to_come_are_proposed_with_masked_values(live: Target) -> None:
    survey = take_survey(live)
    found = {each.key: (each.table, each.live_id) for each in survey.proposals}
    assert found == CLAIMS
    assert {each.status for each in survey.findings if each.check.startswith("collisions")} == {
        WARN
    }
    text = json.dumps(survey.as_dict())
    for value in ("ORCHID", "orchid-spring", "OR-1001", "E-1005", "OR5HID"):
        assert value not in text
    (site,) = [each for each in survey.proposals if each.table == "sites"]
    assert site.correction.startswith(f"site:production:site-005,id,{live_id('sites', 5)},")


def test_an_employee_is_looked_for_in_the_live_site_that_its_own_site_is(
    live: Target, tmp_path: Path
) -> None:
    load_documents(
        live,
        tmp_path,
        {
            # No slug: that of its name is the live row's.
            "site:production:s": {"id": "s", "name": "Orchid Spring!", "clientId": "x"},
            "employee:s:e": {"id": "e", "employeeId": "E-1006"},
            "employee:s:other": {"id": "f", "employeeId": "E-1007"},
            "employee:production:gone": {
                "id": "g",
                "employeeId": "E-1005",
                "siteId": live_id("sites", 5),
                "deleted": True,
            },
            "employee:staging:e": {
                "id": "e",
                "employeeId": "E-1005",
                "siteId": live_id("sites", 5),
            },
            "client:c": {"id": live_id("clients", 5), "clientCode": "ORCHID"},
        },
    )
    found = {each.key: (each.live_id, each.matched_by) for each in take_survey(live).proposals}
    assert found == {
        "site:production:s": (live_id("sites", 5), "slug"),
        "employee:s:e": (
            live_id("employees", 6),
            "employee_id in its site (once the site is corrected)",
        ),
    }


def test_a_live_row_that_two_records_claim_says_so(live: Target, tmp_path: Path) -> None:
    client = {"name": "Orchid", "clientCode": "ORCHID"}
    load_documents(
        live,
        tmp_path,
        {
            "client:production:a": {"id": "a", **client},
            # The same record under another key is the same claim.
            "clients:a": {"id": "a", **client},
            "client:production:b": {"id": "b", **client},
        },
    )
    assert [(each.key, each.claimants) for each in take_survey(live).proposals] == [
        ("client:production:a", 2),
        ("client:production:b", 2),
        ("clients:a", 2),
    ]


@pytest.mark.slow
def test_what_a_run_rejects_is_what_preflight_proposed(live: Target) -> None:
    before = take_survey(live).proposals
    outcome = run(live)
    assert outcome.failures == []
    rejects = {
        row[0]: row[1]
        for row in rows(live, "select source_key, right(winner_key, 36) from kv_to_tables.rejects")
    }
    assert {each.key: each.live_id for each in before} == rejects
    survey = take_survey(live)
    assert {each.key for each in survey.proposals} == {each.key for each in before}
    assert stops(survey) == []
    assert "clients 13 (1 ours)" in of(survey, "rows")[0].found
    # What the operator has corrected is settled.
    with connect(live) as connection:
        connection.execute(
            "insert into kv_to_tables.corrections values ('site:production:site-005', 'id', '1', '')"
        )
    assert "sites" not in {each.table for each in take_survey(live).proposals if each.value}
    # The store may be gone from under the names: what the run has left still tells.
    with connect(live) as connection:
        connection.execute("update kv_store_6fcaeea3 set value = value - 'clientCode'")
    matched = {each.key: each.matched_by for each in take_survey(live).proposals}
    assert matched["client:production:client-005"] == "client_code"


def test_it_reads_keys_and_ids_as_a_run_does(server: Target, migrated_sample: Kept) -> None:
    values = {"clients": "client_code", "sites": "slug", "orders": "order_number"}
    with new_database(server, migrated_sample.dbname) as target:
        with connect(target) as connection:
            connection.execute("drop table kv_to_tables.written_rows")
            connection.execute("delete from kv_to_tables.rejects")
        # Every row stands there under the id its record has: no other record claims its value but
        # those that a run rejects or numbers anew.
        claims = {each.key for each in take_survey(target).proposals}
        migrated = {row[0] for row in rows(target, _MIGRATED, list(values))}
        renamed = {
            row[0]
            for row in rows(
                target,
                "select source_key from kv_to_tables.changes where field in ('slug', 'order_number')",
            )
        }
        assert claims & migrated - renamed == set()
        # With every id another, each record that states its value claims the row.
        with connect(target) as connection:
            connection.execute("set session_replication_role = replica")
            for table in values:
                connection.execute(
                    sql.SQL("update {} set id = gen_random_uuid()").format(sql.Identifier(table))
                )
        claims = {each.key for each in take_survey(target).proposals}
        unclaimed = {
            row[0]
            for table, column in values.items()
            for row in rows(target, _STATED.format(table=table, column=column))
        } - claims
        assert unclaimed == set()
        assert len(claims) > 100


_MIGRATED = (
    "select source_key from kv_to_tables.record_ledger"
    " where key_class = 'migrated' and entity = any(%s)"
)
# Records that are no element of a list and no JSON inside a text, as the run has typed them.
_STATED = (
    "select typed.source_key from kv_to_tables.typed_{table} as typed"
    " join kv_to_tables.key_ledger as ledger using (source_key)"
    " join kv_store_6fcaeea3 as store on store.key = typed.source_key"
    " where ledger.key_class = 'migrated' and jsonb_typeof(store.value) = 'object'"
    " and typed.{column} in (select {column} from {table})"
    " and not exists (select from kv_to_tables.changes as changes where"
    "  changes.source_key = typed.source_key and changes.field = '{column}')"
)


@pytest.mark.parametrize(
    ("options", "symptom"),
    [
        ({"backends": 1}, "Two connections share one backend"),
        ({"backends": 2}, "a pooler in transaction mode"),
        ({"backends": 3}, "a pooler in transaction mode"),
        ({"backends": 5, "reset": True}, "a pooler in transaction mode"),
        ({"backends": 5, "reset": True, "sticky": True}, "Settings do not survive a transaction"),
    ],
)
def test_a_pooler_in_transaction_mode_stops_a_run(
    live: Target, options: dict[str, int], symptom: str
) -> None:
    with transaction_pooler(live, **options) as pooled, connect(pooled) as connection:
        (found,) = pooler(View(connection, pooled))
    assert found.status == STOP
    assert symptom in found.found
    assert "port 5432" in found.remedy


def test_the_whole_survey_goes_through_a_pooler(live: Target) -> None:
    with transaction_pooler(live, backends=4) as pooled:
        survey = take_survey(pooled)
    assert [each.check for each in stops(survey)] == ["connection"]
    assert survey.exit_code == 1


def test_the_port_of_the_pooler_is_enough(live: Target) -> None:
    with connect(live) as connection:
        # The same server under another name for its port: nothing else gives it away.
        place = replace(live, port=6543)
        (found,) = pooler(View(connection, place))
    assert found.status == STOP


def test_tls_that_is_off_is_a_warning_on_a_protected_target(live: Target) -> None:
    with transaction_pooler(live) as network, connect(network) as connection:
        (found,) = encryption(View(connection, network))
        assert found.status == OK
        (found,) = encryption(View(connection, replace(network, name="prod")))
    assert (found.status, "TLS is off" in found.found) == (WARN, True)


def test_short_timeouts_of_the_role_are_told_as_it_gets_them(live: Target) -> None:
    with role_for(
        live,
        "alter role kv_tester set statement_timeout = '8s'",
        "alter role kv_tester set lock_timeout = '5min'",
    ) as place:
        (found,) = of(take_survey(place), "timeouts")
    assert found.status == WARN
    assert "statement_timeout 8 s" in found.found
    assert "lock_timeout 300 s" in found.found
    assert "A run sets its own" in found.remedy


@pytest.mark.parametrize(
    "variables",
    [
        {"KV_EMBEDDED_VERSION": "16"},
        pytest.param(
            {"KV_EMBEDDED_BIN": str(SYSTEM_15)},
            marks=pytest.mark.skipif(not SYSTEM_15.is_dir(), reason="PostgreSQL 15 is not here"),
        ),
    ],
    ids=["16", "15"],
)
def test_older_servers_are_looked_at_alike(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, variables: dict[str, str]
) -> None:
    with other_server(tmp_path / "server", monkeypatch, **variables) as target:
        make_live(target)
        load_documents(target, tmp_path, claiming_documents())
        survey = take_survey(target)
    assert stops(survey) == []
    assert {each.key: (each.table, each.live_id) for each in survey.proposals} == CLAIMS
    warned = {each.check for each in survey.findings if each.status == WARN}
    assert warned == {
        "orders: triggers",
        "triggers: updated_at",
        *(f"collisions: {table}" for table, _ in CLAIMS.values()),
    }


# --- the store


def test_a_store_with_no_key_stops_a_run(live: Target) -> None:
    with connect(live) as connection:
        connection.execute("delete from kv_store_6fcaeea3")
    (found,) = stops(take_survey(live))
    assert "public.kv_store_6fcaeea3 is empty" in found.found
    with connect(live) as connection, pytest.raises(KvError, match="is empty"):
        preflight.check(connection, live)


def test_a_store_under_another_name_is_found_and_named(live: Target) -> None:
    with connect(live) as connection:
        connection.execute("alter table kv_store_6fcaeea3 rename to kv_store_0badcafe")
    (found,) = stops(take_survey(live))
    assert "There is no table public.kv_store_6fcaeea3." in found.found
    assert "public.kv_store_0badcafe" in found.found
    assert "KV_TABLE" in found.remedy


def test_a_table_that_is_no_store_stops_a_run(live: Target) -> None:
    (found,) = stops(take_survey(replace(live, kv_table="clients")))
    assert "public.clients is no key-value table: it has id uuid" in found.found


def test_a_store_that_row_level_security_hides_stops_a_run_until_a_policy_opens_it(
    live: Target,
) -> None:
    with connect(live) as connection:
        connection.execute("alter table kv_store_6fcaeea3 enable row level security")
    with role_for(live, "grant select on kv_store_6fcaeea3 to kv_tester") as place:
        (found,) = of(take_survey(place), "store")
        assert found.status == STOP
        assert "Row-level security hides rows" in found.found
        with connect(place) as connection, pytest.raises(KvError, match="Row-level security"):
            preflight.check(connection, place)
        for policy, status in (
            ("using (key like 'client:%')", STOP),
            ("using (true)", OK),
        ):
            with connect(live) as connection:
                connection.execute("drop policy if exists reads on kv_store_6fcaeea3")
                connection.execute(
                    f"create policy reads on kv_store_6fcaeea3 for select to kv_tester {policy}"
                )
            assert of(take_survey(place), "store")[0].status == status
        with connect(place) as connection:
            assert preflight.check(connection, place) == 11
        # A restrictive policy on top takes away what the other gives.
        with connect(live) as connection:
            connection.execute(
                "create policy narrows on kv_store_6fcaeea3 as restrictive for select"
                " to kv_tester using (key like 'client:%')"
            )
        assert of(take_survey(place), "store")[0].status == STOP


def test_a_store_that_may_not_be_read_is_named(live: Target) -> None:
    with role_for(live) as place:
        (found,) = of(take_survey(place), "store")
    assert found.status == STOP
    assert "permission denied for table kv_store_6fcaeea3" in found.found


def test_more_columns_stale_statistics_and_a_missing_key_are_told(live: Target) -> None:
    with connect(live) as connection:
        connection.execute("alter table kv_store_6fcaeea3 drop constraint kv_store_6fcaeea3_pkey")
        connection.execute(
            "alter table kv_store_6fcaeea3 add created_at timestamptz, add note text"
        )
        connection.execute(
            "insert into kv_store_6fcaeea3 select 'session:' || n, '{}' from generate_series(1, 90) n"
        )
    survey = take_survey(live)
    assert stops(survey) == []
    assert "has 101 keys. Its columns note are not read" in of(survey, "store")[0].found
    assert of(survey, "store: key")[0].status == WARN
    assert "The planner says 11 rows; there are 101." in of(survey, "store: statistics")[0].found


# --- the role


def test_one_missing_privilege_is_named_with_its_table(live: Target) -> None:
    with role_for(
        live,
        "alter role kv_tester bypassrls",
        "grant all on all tables in schema public to kv_tester",
        "grant create on database kv_test to kv_tester",
        "revoke insert on orders from kv_tester",
    ) as place:
        (found,) = stops(take_survey(place))
    assert found.check == "privileges: orders"
    assert found.found == "'kv_tester' may not insert on public.orders."
    assert found.remedy == "grant insert on public.orders to kv_tester;"


def test_row_level_security_on_one_of_the_six_is_named(live: Target) -> None:
    with role_for(
        live,
        "grant all on all tables in schema public to kv_tester",
        "grant create on database kv_test to kv_tester",
    ) as place:
        (found,) = stops(take_survey(place))
        assert found.check == "row-level security"
        assert "hides rows of clients, catalogs, sites, products, employees, orders" in found.found


def test_what_cannot_be_made_is_named(live: Target) -> None:
    with role_for(
        live,
        "alter role kv_tester bypassrls",
        "grant all on all tables in schema public to kv_tester",
        "revoke references on employees from kv_tester",
        "revoke temporary on database kv_test from public",
        "create schema kv_to_tables",
        "create table kv_to_tables.runs (run_id text)",
        "drop table orders cascade",
    ) as place:
        found = {each.found: each.remedy for each in stops(take_survey(place))}
    said = " ".join(found)
    assert "may not make schemas" in said
    assert "may not make temporary tables" in said
    assert "may not make orders in public" in said
    assert "may not make tables in kv_to_tables" in said
    assert "may not replace runs in kv_to_tables" in said
    assert "public.orders will be made and refer to employees" in said
    assert "grant create on database kv_test to kv_tester;" in found.values()


# --- the tables


@pytest.mark.parametrize(
    ("change", "check", "status", "words"),
    [
        (
            "drop view orders_summary_view; alter table orders rename to orders_1;"
            " create view orders as select * from orders_1",
            "orders",
            STOP,
            "public.orders is a view",
        ),
        ("drop table orders cascade", "tables", WARN, "orders are not in public"),
        ("alter table clients drop client_sso", "clients: columns", STOP, "client_sso are missing"),
        (
            "alter table sites alter site_code type varchar(20)",
            "sites: columns",
            STOP,
            "site_code is character varying(20), we write text.",
        ),
        (
            "drop view orders_summary_view; alter table orders alter total_amount type numeric(8,2)",
            "orders: columns",
            STOP,
            "total_amount is numeric(8,2), we write numeric(10,2).",
        ),
        ("alter table orders alter status drop not null", "orders: columns", WARN, "takes nulls"),
        (
            "alter table employees alter email set not null",
            "employees: columns",
            WARN,
            "email takes no null",
        ),
        (
            "alter table catalogs add region text; update catalogs set region = '';"
            " alter table catalogs alter region set not null",
            "catalogs: columns",
            STOP,
            "region take no null, have no default",
        ),
        (
            "alter table catalogs drop managed_by,"
            " add managed_by text generated always as (name) stored",
            "catalogs: columns",
            STOP,
            "managed_by is generated",
        ),
        (
            "alter table sites drop constraint sites_slug_key",
            "sites: constraints",
            WARN,
            "sites_slug_key are not there.",
        ),
        (
            "alter table orders drop constraint orders_site_id_fkey",
            "orders: constraints",
            WARN,
            "orders_site_id_fkey are not there.",
        ),
        (
            "alter table products drop constraint products_price_check,"
            " add constraint products_price_check check (price > 1)",
            "products: constraints",
            WARN,
            "products_price_check say something else",
        ),
        (
            "alter table sites rename constraint sites_slug_key to one_slug",
            "sites: constraints",
            WARN,
            "sites_slug_key stand there under other names",
        ),
        (
            "alter table employees add constraint card_once unique (serial_card_number)",
            "employees: constraints",
            WARN,
            "card_once are the application's own",
        ),
        (
            "alter table clients add constraint loud check (name = upper(name)) not valid",
            "clients: constraints",
            WARN,
            "loud were never validated",
        ),
        (
            "create trigger mail before insert on orders for each row"
            " execute function update_updated_at_column()",
            "orders: triggers",
            WARN,
            "mail calls public.update_updated_at_column before insert, for each row",
        ),
        (
            "alter table orders disable trigger log_order_changes",
            "orders: triggers",
            OK,
            "log_order_changes is switched off",
        ),
        (
            "create rule quiet as on insert to orders do also select 1",
            "orders: rules",
            WARN,
            "The rule quiet rewrites",
        ),
        (
            "create publication realtime for table orders, sites",
            "publications",
            WARN,
            "realtime sends every row of orders, sites",
        ),
        (
            "create unique index one_name on clients (lower(name))",
            "clients: unique indexes",
            WARN,
            "one_name",
        ),
    ],
)
def test_what_differs_in_the_tables_is_named(
    live: Target, change: str, check: str, status: str, words: str
) -> None:
    with connect(live) as connection:
        connection.execute(change)
    found = of(take_survey(live), check)
    assert [each for each in found if each.status == status and words in each.found], found


def test_triggers_that_set_updated_at_are_told_apart(live: Target) -> None:
    (found,) = of(take_survey(live), "triggers: updated_at")
    assert "clients, catalogs, sites, products, employees, orders" in found.found
    assert "update_updated_at_column" in found.found


def test_tables_that_runs_made_are_in_order(server: Target, migrated_sample: Kept) -> None:
    with new_database(server, migrated_sample.dbname) as target:
        survey = take_survey(target)
    assert stops(survey) == []
    warned = {each.check for each in survey.findings if each.status == WARN}
    assert not [check for check in warned if "columns" in check or "constraints" in check]
    assert "ours)" in of(survey, "rows")[0].found


def test_an_empty_database_with_a_store_is_in_order(database: Target, tmp_path: Path) -> None:
    load_documents(database, tmp_path, claiming_documents())
    survey = take_survey(database)
    assert stops(survey) == []
    assert "None of the six is in public" in of(survey, "tables")[0].found
    assert survey.proposals == []


# --- who works there now


def test_a_lock_is_named_and_not_waited_for(live: Target) -> None:
    with psycopg.connect(
        host=live.host, user=live.user, dbname=live.dbname, application_name="nightly"
    ) as other:
        other.execute("lock table orders in access exclusive mode")
        pid = other.info.backend_pid
        survey = take_survey(live)
        (found,) = of(survey, "locks: orders")
        assert found.status == STOP
        assert f"Session {pid} (nightly) holds AccessExclusiveLock on orders" in found.found
        assert f"pg_terminate_backend({pid})" in found.remedy
        assert "Cannot be looked at: another session locks it." in of(survey, "rows")[0].found
        other.rollback()
        other.execute("update catalogs set name = name")
        survey = take_survey(live)
        assert "1 other sessions have just written" in of(survey, "locks: writers")[0].found
        assert stops(survey) == []


def test_a_transaction_that_stays_open_is_named(
    live: Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(activity, "_OPEN", activity._OPEN.replace("1 minute", "0 minutes"))
    with connect(live) as other:
        other.execute("select 1")
        (found,) = of(take_survey(live), "open transactions")
        assert found.status == WARN
        assert f"Session {other.info.backend_pid} (kv-to-tables)" in found.found
        assert "idle in transaction" in found.found


# --- the task


def test_the_task_ends_with_its_code_and_stands_in_the_history(
    live: Target, tmp_path: Path
) -> None:
    runs = tmp_path / "runs"
    place = {
        "KV_DEV_HOST": live.host,
        "KV_DEV_USER": live.user,
        "KV_DEV_DBNAME": live.dbname,
        "KV_RUNS_DIR": str(runs),
    }
    ended = invoke("preflight", "--target=dev", "--json", **place)
    assert ended.returncode == 0, ended.stderr
    said = json.loads(ended.stdout)
    assert said["counts"]["stop"] == 0
    assert len(said["proposals"]) == 5
    with connect(live) as connection:
        connection.execute("delete from kv_store_6fcaeea3")
    ended = invoke("preflight", "--target=dev", COLUMNS="200", **place)
    assert ended.returncode == 1
    assert "A run would stop or fail." in ended.stdout
    steps = [json.loads(line) for line in (runs / "history.jsonl").read_text().splitlines()]
    assert [(step["kind"], step["target"], step["outcome"]) for step in steps] == [
        ("preflight", "dev", "done"),
        ("preflight", "dev", "failed"),
    ]
    assert steps[0]["facts"] == {
        **said["counts"],
        "claims": dict.fromkeys(("clients", "sites", "products", "employees", "orders"), 1),
    }
    assert stat.S_IMODE((runs / "history.jsonl").stat().st_mode) == 0o600
