"""What live tables have beyond the contract: keys of two columns, columns that came later, triggers."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import psycopg
import pytest
from helpers import execute, load_documents, rows, run, set_field, take_out

from scripts.cutover import undo
from scripts.dbt_runner import run_dbt
from scripts.errors import KvError
from scripts.purge import purge
from scripts.rollback import roll_back
from scripts.rollback_plan import Step
from scripts.settings import Target

CLIENT = "client:production:orchid"
OTHER = "client:production:nimbus"
SITE = "site:production:harbour"
STORE: dict[str, Any] = {
    CLIENT: {"id": "orchid", "name": "Orchid Freight", "contactEmail": "hi@orchid.example"},
    OTHER: {"id": "nimbus", "name": "Nimbus Labs", "contactEmail": "hi@nimbus.example"},
    SITE: {"id": "harbour", "clientId": "orchid", "name": "Harbour", "status": "active"},
}
pytestmark = pytest.mark.slow


@pytest.fixture
def migrated(database: Target, tmp_path: Path) -> Target:
    load_documents(database, tmp_path, STORE)
    assert run(database).failures == []
    return database


def take_back(target: Target, tables: str = "", **how: Any) -> dict[str, Step]:
    steps = roll_back(target, tables, confirm=True, no_backup=True, **how)
    return {step.entity: step for step in steps}


def keep_clients(target: Target, moment: str) -> None:
    """Let a trigger of the application swallow every delete or update of a client."""
    execute(
        target,
        "create function keep() returns trigger language plpgsql as 'begin return null; end'",
        f"create trigger keep before {moment} on clients for each row execute function keep()",
    )


def outcome_of(target: Target, key: str) -> str:
    found = rows(
        target, "select outcome from kv_to_tables.outlived_rows where source_key = %s", key
    )
    return str(found[0][0])


def test_a_key_of_two_columns_keeps_its_parent_from_going(migrated: Target) -> None:
    execute(
        migrated,
        "alter table clients add column tenant integer not null default 7",
        "alter table clients add unique (tenant, id)",
        "create table invoices (tenant integer, client_id uuid, foreign key (tenant, client_id)"
        " references clients (tenant, id) on delete cascade)",
        "insert into invoices select tenant, id from clients",
    )
    with pytest.raises(KvError, match="orphan 2 rows of"):
        take_back(migrated)
    take_out(migrated, OTHER)
    assert run(migrated, on_gone="delete").failures == []
    assert outcome_of(migrated, OTHER) == "referred_to"
    assert rows(migrated, "select count(*) from invoices") == [(2,)]


def test_a_key_to_another_column_is_understood(migrated: Target) -> None:
    execute(
        migrated,
        "create table notes (slug text references sites (slug) on delete cascade, note text)",
        "insert into notes select slug, 'said' from sites",
    )
    with pytest.raises(KvError, match="orphan 1 rows of"):
        take_back(migrated)


def test_what_was_put_into_a_later_column_is_no_less_the_applications(migrated: Target) -> None:
    execute(
        migrated,
        "alter table clients add column rank integer not null default 3, add column nickname text",
        "update clients set nickname = 'Nim' where name = 'Nimbus Labs'",
    )
    take_out(migrated, OTHER)
    assert run(migrated, on_gone="delete").failures == []
    assert outcome_of(migrated, OTHER) == "edited"
    steps = take_back(migrated, run="all")
    assert (steps["clients"].delete, steps["clients"].edited) == (1, 1)
    assert rows(migrated, "select nickname, rank from clients") == [("Nim", 3)]


def test_a_view_with_a_final_name_stops_plain_dbt_as_well(migrated: Target) -> None:
    execute(
        migrated,
        "alter table orders rename to app_orders",
        "create view orders as select * from app_orders",
    )
    result = run_dbt(migrated, ["run", "--select", "orders"])
    assert not result.success
    assert rows(migrated, "select relkind::text from pg_class where relname = 'orders'") == [("v",)]


def test_a_row_one_run_replaced_and_another_deleted_comes_back_as_it_was(migrated: Target) -> None:
    execute(migrated, "drop schema kv_to_tables cascade")
    set_field(migrated, OTHER, "name", "Renamed")
    assert run(migrated, on_conflict="take-kv").failures == []
    take_out(migrated, OTHER)
    assert run(migrated, on_gone="delete").failures == []
    assert rows(migrated, "select count(*) from clients") == [(1,)]
    assert take_back(migrated, run="all")["clients"].insert == 1
    assert rows(migrated, "select name from clients order by name") == [
        ("Nimbus Labs",),
        ("Orchid Freight",),
    ]


def test_identities_and_the_null_of_json_come_back(migrated: Target) -> None:
    execute(
        migrated,
        "alter table sites add column number bigint generated always as identity (start with 5)",
        "update sites set branding = 'null'",
    )
    set_field(migrated, SITE, "name", "Harbour House")
    assert run(migrated, on_conflict="take-kv").failures == []
    assert take_back(migrated)["sites"].restore == 1
    assert rows(migrated, "select name, number, branding::text from sites") == [
        ("Harbour", 5, "null")
    ]
    take_out(migrated, SITE)
    assert run(migrated, on_gone="delete", on_conflict="take-kv").failures == []
    assert take_back(migrated)["sites"].insert in (0, 1)


@pytest.mark.parametrize("moment", ["delete", "update"])
def test_a_trigger_that_keeps_rows_as_they_are_stops_the_way_back(
    moment: str, migrated: Target
) -> None:
    set_field(migrated, OTHER, "name", "Renamed")
    assert run(migrated).failures == []
    keep_clients(migrated, moment)
    with pytest.raises(KvError, match="a trigger of the table keeps them"):
        take_back(migrated, run="all" if moment == "delete" else "last")
    assert rows(migrated, "select count(*) from clients") == [(2,)]


def test_a_trigger_that_keeps_our_update_out_fails_the_run(migrated: Target) -> None:
    keep_clients(migrated, "update")
    set_field(migrated, OTHER, "name", "Renamed")
    outcome = run(migrated, judge=True)
    assert any("kept them as they were" in failure for failure in outcome.failures)


def test_events_that_wait_for_the_end_do_not_stop_the_way_back(migrated: Target) -> None:
    execute(
        migrated,
        "create function look() returns trigger language plpgsql as 'begin return null; end'",
        "create constraint trigger look after delete on sites deferrable initially deferred"
        " for each row execute function look()",
    )
    assert take_back(migrated)["sites"].drop_table


def test_after_a_purge_the_way_back_is_refused_only_where_it_needs_what_went(
    migrated: Target,
) -> None:
    set_field(migrated, OTHER, "name", "Renamed")
    assert run(migrated).failures == []
    purge(migrated, "", everything=True, yes=True)
    with pytest.raises(KvError, match="was purged"):
        roll_back(migrated, "", confirm=False)
    assert take_back(migrated, run="all")["clients"].delete == 2


def test_the_way_back_from_a_cut_over_lets_readers_pass(migrated: Target) -> None:
    with psycopg.connect(
        host=migrated.host, port=migrated.port, user=migrated.user, dbname=migrated.dbname
    ) as reader:
        reader.execute("select 1 from public.kv_store_6fcaeea3")
        with pytest.raises(KvError, match="in use by a transaction"):
            undo(replace(migrated))
