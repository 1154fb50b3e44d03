"""docs/roles.sql gives each role what its tasks need, and nothing else."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest
from helpers import DATABASE, load_documents, rows, run
from live_database import claiming_documents, live_fingerprint, make_live
from psycopg import sql

from scripts import console
from scripts.checks import verify_task
from scripts.connection import connect, conninfo
from scripts.errors import Exit, KvError
from scripts.preflight.findings import STOP, WARN
from scripts.preflight.survey import take_survey
from scripts.rollback import roll_back
from scripts.settings import ENTITIES, ROOT, Target

OURS = ("kv_reader", "kv_migrator", "kv_copier")
# What hosted projects have for `postgres`: no superuser, but owner of all and past row security.
HOSTED = "hosted_owner"
OUTSIDE = ("brands", "admin_users", "audit_logs", "site_product_exclusions", "schema_versions")


def section(number: int) -> str:
    """Give the statements of one section of docs/roles.sql, for the database of the tests."""
    text = (ROOT / "docs" / "roles.sql").read_text(encoding="utf-8")
    _, *sections = text.split("-- Section ")
    (found,) = [part for part in sections if part.startswith(f"{number}:")]
    # The heading's own first line has lost its sign of a comment.
    return found.partition("\n")[2].replace("database postgres", f"database {DATABASE}")


@contextmanager
def owned_database(server: Target) -> Iterator[Target]:
    """Make a database that belongs to a role which is no superuser, and take both away again."""
    with psycopg.connect(conninfo(server), autocommit=True) as connection:
        connection.execute(f"create role {HOSTED} login createrole bypassrls")
        connection.execute(
            sql.SQL("create database {} template template0 owner {}").format(
                sql.Identifier(DATABASE), sql.Identifier(HOSTED)
            )
        )
        try:
            yield replace(server, dbname=DATABASE, user=HOSTED)
        finally:
            connection.execute(f"drop database {DATABASE} with (force)")
            for role in (*OURS, HOSTED):
                connection.execute(sql.SQL("drop role if exists {}").format(sql.Identifier(role)))


pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def owner(server: Target, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Target]:
    with psycopg.connect(conninfo(server), autocommit=True) as connection:
        for role in ("anon", "authenticated", "service_role"):
            # They may be there from another module's live database.
            exists = connection.execute("select to_regrole(%s)", (role,)).fetchone()
            if exists == (None,):
                connection.execute(sql.SQL("create role {}").format(sql.Identifier(role)))
    with owned_database(server) as target:
        make_live(target)
        load_documents(target, tmp_path_factory.mktemp("store"), claiming_documents())
        with connect(target) as connection:
            connection.execute("alter table kv_store_6fcaeea3 enable row level security")
            connection.execute(section(1))
            connection.execute(section(2))
        yield target


@pytest.fixture(scope="module")
def migrator(owner: Target) -> Target:
    return replace(owner, user="kv_migrator")


@pytest.fixture(scope="module")
def reader(owner: Target) -> Target:
    return replace(owner, user="kv_reader")


@pytest.fixture(scope="module")
def before(owner: Target) -> list[str]:
    return live_fingerprint(owner)


@pytest.fixture(scope="module")
def migrated(migrator: Target, before: list[str]) -> list[str]:
    """Migrate as kv_migrator, and give the ids of the rows that were written."""
    assert before
    outcome = run(migrator, judge=True)
    assert outcome.failures == []
    assert outcome.exit_code == Exit.REJECTS
    return [row[0] for row in rows(migrator, "select id::text from kv_to_tables.written_rows")]


def refused(target: Target, statement: str, table: str = "") -> bool:
    """Say whether a statement lacks a privilege; `{}` in it stands for the table."""
    with connect(target) as connection:
        try:
            connection.execute("set transaction read write")
            connection.execute(sql.SQL(statement).format(sql.Identifier(table or "none")))
        except psycopg.errors.InsufficientPrivilege:
            return True
        finally:
            connection.rollback()
    return False


def test_preflight_stops_nothing_for_the_migrator_and_names_what_the_owner_could(
    migrator: Target,
) -> None:
    survey = take_survey(migrator)
    assert [each for each in survey.findings if each.status == STOP] == []
    (ownership,) = [each for each in survey.findings if each.check == "ownership"]
    assert ownership.status == "warn"
    assert HOSTED in ownership.found
    assert len(survey.proposals) == 5


def test_preflight_of_the_reader_stops_at_writing_and_at_nothing_else(reader: Target) -> None:
    survey = take_survey(reader)
    stops = {each.check for each in survey.findings if each.status == STOP}
    assert stops == {
        *(f"privileges: {entity}" for entity in ENTITIES),
        "places",
        "row-level security",
    }


def test_the_migrator_tries_and_migrates_and_leaves_the_rest_as_it_was(
    migrator: Target, owner: Target, before: list[str], migrated: list[str]
) -> None:
    assert len(migrated) == 6
    assert live_fingerprint(owner, ours=migrated) == before
    versions = live_fingerprint(owner, versions=True)
    outcome = run(migrator, dry_run=True)
    assert outcome.failures == []
    assert live_fingerprint(owner, versions=True) == versions


def test_the_reader_verifies_what_the_migrator_did(reader: Target, migrated: list[str]) -> None:
    console.out.quiet = True
    assert migrated
    assert verify_task(reader, verbose=False, as_json=False) == Exit.DONE


@pytest.mark.parametrize("table", [*ENTITIES, "kv_store_6fcaeea3", *OUTSIDE])
def test_the_reader_writes_nothing(reader: Target, table: str) -> None:
    for statement in (
        "insert into {} default values",
        "delete from {}",
        "truncate {}",
        "drop table {}",
        "alter table {} add column more text",
    ):
        assert refused(reader, statement, table), statement
    if table in OUTSIDE:
        assert refused(reader, "select from {}", table)


def test_the_reader_makes_nothing(reader: Target, migrated: list[str]) -> None:
    assert migrated
    assert refused(reader, "create table public.mine (id int)")
    assert refused(reader, "create schema mine")
    assert refused(reader, "create table kv_to_tables.mine (id int)")
    assert refused(reader, "delete from kv_to_tables.rejects")
    assert refused(reader, "update clients set name = name")
    # Its own sessions are read-only besides.
    with connect(reader) as connection, pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
        connection.execute("create temporary table mine (id int)")


@pytest.mark.parametrize("table", OUTSIDE)
def test_the_migrator_touches_no_table_outside_the_six(migrator: Target, table: str) -> None:
    # Of two of them it may see one column: whether a row refers to one of ours.
    for statement in (
        "select * from {}",
        "insert into {} default values",
        "delete from {}",
        "truncate {}",
        "drop table {}",
    ):
        assert refused(migrator, statement, table), statement


def test_the_migrator_writes_no_store_and_alters_no_table_of_the_application(
    migrator: Target,
) -> None:
    assert refused(migrator, "insert into kv_store_6fcaeea3 values ('a', '1')")
    assert refused(migrator, "delete from kv_store_6fcaeea3")
    assert refused(migrator, "create table public.mine (id int)")
    for entity in ENTITIES:
        assert refused(migrator, "drop table {}", entity)
        assert refused(migrator, "truncate {} cascade", entity)
        assert refused(migrator, "alter table {} add column more text", entity)
        assert refused(migrator, "alter table {} disable trigger all", entity)


def test_a_rollback_refuses_where_it_cannot_see_what_refers_to_its_rows(
    migrator: Target, owner: Target, migrated: list[str]
) -> None:
    assert migrated
    with connect(owner) as connection:
        connection.execute("drop policy kv_migrator_reads on brands")
    with pytest.raises(KvError, match=r"Row-level security hides rows of public\.brands"):
        roll_back(migrator, "", confirm=True)
    with connect(owner) as connection:
        connection.execute(
            "create policy kv_migrator_reads on public.brands for select to kv_migrator using (true)"
        )
        connection.execute("revoke select (client_id) on brands from kv_migrator")
    with pytest.raises(KvError, match=r"may not see whether rows of public\.brands refer"):
        roll_back(migrator, "", confirm=True)
    survey = take_survey(migrator)
    assert "privileges: brands" in {each.check for each in survey.findings if each.status == WARN}
    with connect(owner) as connection:
        connection.execute("grant select (client_id) on public.brands to kv_migrator")


def test_the_migrator_rolls_back(
    migrator: Target, owner: Target, before: list[str], migrated: list[str]
) -> None:
    roll_back(migrator, "", confirm=True)
    # The application's trigger has logged the order's deletion too.
    assert live_fingerprint(owner, ours=migrated) == before


def test_taking_it_back_leaves_no_trace(owner: Target) -> None:
    lines = [line[5:] for line in section(4).splitlines() if line.startswith("--   ")]
    assert len(lines) == 5
    held = live_fingerprint(owner)
    with connect(owner) as connection:
        # As if a run had made a table: it must not go with the role.
        connection.execute("grant kv_migrator to current_user")
        connection.execute("create table made_by_a_run (id uuid)")
        connection.execute("grant create on schema public to kv_migrator")
        connection.execute("alter table made_by_a_run owner to kv_migrator")
        for role in ("kv_migrator", "kv_reader"):
            for line in lines:
                connection.execute(line.replace("kv_migrator", role))
        assert connection.execute("select from made_by_a_run").fetchall() == []
        connection.execute("drop table made_by_a_run")
    assert rows(owner, "select from pg_roles where rolname in ('kv_reader', 'kv_migrator')") == []
    left = live_fingerprint(owner, without=())
    assert [line for line in left if re.search("kv_reader|kv_migrator|kv_to_tables", line)] == []
    kept = [line for line in held if line.startswith("row ")]
    assert [line for line in left if line.startswith("row ")] == kept


def test_the_copier_makes_the_store_and_the_tables_in_a_database_of_its_own(
    server: Target, tmp_path: Path
) -> None:
    copy = replace(server, dbname="kv_copy")
    with psycopg.connect(conninfo(server), autocommit=True) as connection:
        connection.execute("create database kv_copy template template0")
        try:
            with connect(copy) as inside:
                inside.execute(section(3).replace(DATABASE, copy.dbname))
            copier = replace(copy, user="kv_copier")
            load_documents(copier, tmp_path, claiming_documents())
            survey = take_survey(copier)
            assert [each for each in survey.findings if each.status == STOP] == []
            assert refused(copier, "create role anybody")
        finally:
            connection.execute("drop database kv_copy with (force)")
            connection.execute("drop role if exists kv_copier")
