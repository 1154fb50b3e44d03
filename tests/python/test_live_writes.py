"""Rows the application wrote, changed or deleted: never overwritten unasked, spared by a rollback."""

from __future__ import annotations

from typing import Any

import pytest
from helpers import execute, load_northwind, rows, run, set_field

from scripts.connection import connect
from scripts.errors import Exit, KvError, UsageError
from scripts.rollback import roll_back
from scripts.settings import Target

ORDERS = (
    "00541ab6-9325-54a8-8b3e-a1cb5c7ac1fb",
    "00ab9bb6-eef4-5a8d-b21f-f4beed2a244c",
    "00be79b8-81da-5b1c-963a-62ba3743ca09",
)
SITES = ("01f771de-f897-5e16-a249-f1cbbb610fc4", "027ecc1b-0c0e-5f41-8b3c-d5eb75b2c60a")
TOUCH = (
    "create function public.touch() returns trigger language plpgsql as"
    " 'begin new.updated_at = now(); return new; end'",
    "create trigger touch before update on public.orders for each row"
    " execute function public.touch()",
)


def note(target: Target, order: str, said: str) -> None:
    """Let the application change an order, as it does: with the moment it did so."""
    with connect(target) as connection:
        connection.execute(
            "update public.orders set notes = %s, updated_at = '2026-03-01Z' where id = %s",
            (said, order),
        )


def delete(target: Target, order: str) -> None:
    with connect(target) as connection:
        connection.execute("delete from public.orders where id = %s", (order,))


def notes(target: Target) -> dict[str, str | None]:
    found = rows(
        target, "select id::text, notes from public.orders where id = any(%s)", list(ORDERS)
    )
    return dict(found)


def conflicts(target: Target) -> list[tuple[Any, ...]]:
    return rows(
        target,
        "select id::text, kind, is_written, columns from kv_to_tables.conflicts"
        " where run_id = (select run_id from kv_to_tables.runs order by started_at desc limit 1)"
        " order by id",
    )


@pytest.fixture
def changed(northwind: Target) -> Target:
    """Give a store that says something new of three orders; one was changed, one deleted since."""
    for order in ORDERS:
        set_field(northwind, f"order:{order}", "notes", "the store's")
    note(northwind, ORDERS[0], "the application's")
    delete(northwind, ORDERS[2])
    execute(northwind, *TOUCH)
    return northwind


def test_a_row_the_application_changed_or_deleted_is_left_to_it_and_listed(changed: Target) -> None:
    outcome = run(changed, judge=True, batch_size="1")
    assert outcome.failures == []
    assert outcome.exit_code == Exit.DONE
    assert notes(changed) == {ORDERS[0]: "the application's", ORDERS[1]: "the store's"}
    assert conflicts(changed) == [
        (ORDERS[0], "edited", False, ["notes", "updated_at"]),
        (ORDERS[2], "deleted", False, None),
    ]
    # The trigger was off while the row was written, and is on again.
    ((updated_at, enabled),) = rows(
        changed,
        "select (select updated_at::text from public.orders where id = %s), tgenabled::text"
        " from pg_trigger where tgname = 'touch'",
        ORDERS[1],
    )
    assert updated_at.startswith("1998-01-21")
    assert enabled == "O"


@pytest.mark.slow
def test_a_trigger_that_does_more_than_touch_fires_and_what_it_changed_is_listed(
    changed: Target,
) -> None:
    execute(
        changed,
        "create or replace function public.touch() returns trigger language plpgsql as 'begin"
        " new.updated_at = now(); new.notes = upper(new.notes); return new; end'",
    )
    outcome = run(changed, judge=True)
    assert outcome.failures == []
    assert notes(changed)[ORDERS[1]] == "THE STORE'S"
    assert rows(
        changed,
        "select overruled from kv_to_tables.written_rows where id = %s and action = 'update'",
        ORDERS[1],
    ) == [(["notes", "updated_at"],)]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("policy", "first", "third"),
    [("newest", "the application's", None), ("take-kv", "the store's", "the store's")],
)
def test_the_operator_says_who_wins(
    changed: Target, policy: str, first: str, third: str | None
) -> None:
    outcome = run(changed, on_conflict=policy)
    assert outcome.failures == []
    assert notes(changed).get(ORDERS[0]) == first
    assert notes(changed).get(ORDERS[2]) == third
    taken = policy == "take-kv"
    assert [(kind, written) for _, kind, written, _ in conflicts(changed)] == [
        ("edited", taken),
        ("deleted", taken),
    ]
    # Of a row that was taken the next run has nothing to say.
    assert run(changed, on_conflict=policy).failures == []
    assert len(conflicts(changed)) == (0 if taken else 2)


@pytest.mark.slow
def test_the_newer_row_wins_where_the_operator_says_so(northwind: Target) -> None:
    set_field(northwind, f"order:{ORDERS[0]}", "updatedAt", "2030-01-01T00:00:00Z")
    set_field(northwind, f"order:{ORDERS[0]}", "notes", "the store's")
    note(northwind, ORDERS[0], "the application's")
    run(northwind, on_conflict="newest")
    assert notes(northwind)[ORDERS[0]] == "the store's"


@pytest.mark.slow
def test_two_rows_exchange_a_unique_value_in_one_transaction_and_back(northwind: Target) -> None:
    slugs = dict(rows(northwind, "select id::text, slug from public.sites"))
    set_field(northwind, f"site:{SITES[0]}", "slug", slugs[SITES[1]])
    set_field(northwind, f"site:{SITES[1]}", "slug", slugs[SITES[0]])
    assert run(northwind, batch_size="1").failures == []
    now = dict(rows(northwind, "select id::text, slug from public.sites"))
    assert now[SITES[0]] == slugs[SITES[1]]
    assert now[SITES[1]] == slugs[SITES[0]]
    steps = {step.entity: step for step in roll_back(northwind, "", confirm=True)}
    assert steps["sites"].restore == 2
    assert dict(rows(northwind, "select id::text, slug from public.sites")) == slugs


@pytest.mark.slow
def test_an_exchange_with_a_row_that_stays_is_left_undone_and_fails_the_run(
    northwind: Target,
) -> None:
    slugs = dict(rows(northwind, "select id::text, slug from public.sites"))
    set_field(northwind, f"site:{SITES[0]}", "slug", slugs[SITES[1]])
    set_field(northwind, f"site:{SITES[1]}", "slug", slugs[SITES[0]])
    with connect(northwind) as connection:
        connection.execute(
            "update public.sites set name = 'The application''s' where id = %s", (SITES[0],)
        )
    outcome = run(northwind, judge=True)
    assert dict(rows(northwind, "select id::text, slug from public.sites")) == slugs
    assert conflicts(northwind)[0][:3] == (SITES[0], "edited", False)
    assert conflicts(northwind)[1][:3] == (SITES[1], "taken", False)
    assert any("values not taken" in failure for failure in outcome.failures)


@pytest.mark.slow
def test_a_rollback_takes_back_one_run_and_spares_what_was_touched_since(changed: Target) -> None:
    first = rows(changed, "select run_id from kv_to_tables.runs")[0][0]
    run(changed)
    note(changed, ORDERS[1], "edited again")
    steps = {step.entity: step for step in roll_back(changed, "", confirm=True)}
    assert (steps["orders"].restore, steps["orders"].edited) == (0, 1)
    # The run before is not reached by asking twice; asked for by its number, it spares the parents
    # of what stays and what the later run wrote.
    assert {step.delete for step in roll_back(changed, "", confirm=True)} == {0}
    steps = {step.entity: step for step in roll_back(changed, "", confirm=True, run=first)}
    assert steps["orders"].later == 1
    assert steps["orders"].edited == 1
    assert steps["orders"].delete == 827
    assert steps["clients"].parents > 0
    left = rows(changed, "select id::text from public.orders order by id")
    assert left == [(ORDERS[0],), (ORDERS[1],)]


@pytest.mark.slow
def test_a_rollback_with_edited_rows_leaves_nothing_of_ours(changed: Target) -> None:
    run(changed)
    roll_back(changed, "", confirm=True, run="all", include_edited=True)
    assert rows(changed, "select to_regclass('public.orders')") == [(None,)]
    assert rows(changed, "select count(*) from kv_to_tables.key_ledger") == [(0,)]


def test_a_run_that_is_not_there_is_told(northwind: Target) -> None:
    with pytest.raises(UsageError, match="There is no run 'x'"):
        roll_back(northwind, "", confirm=False, run="x")


def test_a_rollback_waits_for_no_run(northwind: Target) -> None:
    with connect(northwind, autocommit=True, application_name="kv-to-tables R") as other:
        other.execute(
            "select pg_advisory_lock(hashtextextended('kv_to_tables.' || %s, 7347))",
            (northwind.work_schema,),
        )
        with pytest.raises(KvError, match=r"Run R \(session \d+\) is at work"):
            roll_back(northwind, "", confirm=True)


def test_new_relations_are_closed_to_the_api_from_their_first_moment(database: Target) -> None:
    load_northwind(database, "camel_gift")
    execute(
        database,
        "do $$ begin create role anon; create role authenticated; exception when others then null;"
        " end $$",
        "alter default privileges grant all on tables to anon, authenticated",
        "alter default privileges grant usage on schemas to anon, authenticated",
    )
    try:
        assert run(database).failures == []
        opened = rows(
            database,
            "select oid::regclass::text, role from pg_class cross join"
            " unnest(array['anon', 'authenticated']) as role"
            " where relkind in ('r', 'v') and relnamespace in"
            " ('public'::regnamespace, 'kv_to_tables'::regnamespace)"
            " and relname <> 'kv_store_6fcaeea3'"
            " and has_table_privilege(role, oid, 'select, insert, update, delete, truncate')",
        )
        assert opened == []
        assert not rows(database, "select has_schema_privilege('anon', 'kv_to_tables', 'usage')")[
            0
        ][0]
        open_to_all = rows(
            database,
            "select relname from pg_class where relnamespace = 'public'::regnamespace"
            " and relkind = 'r' and relname <> 'kv_store_6fcaeea3' and not relrowsecurity",
        )
        assert open_to_all == []
    finally:
        execute(
            database,
            "alter default privileges revoke all on tables from anon, authenticated",
            "alter default privileges revoke usage on schemas from anon, authenticated",
        )
