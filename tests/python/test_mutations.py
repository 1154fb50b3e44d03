"""Whatever is done to a migrated row, the verifier fails and names the row: no mutation survives.

The mutations are made from the contracts. The short way spoils many rows of one database at once,
each in one column, and asks that each of them is named; the long way spoils one value at a time.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

import psycopg
import pytest
from helpers import DATABASE, Kept, needs_northwind, new_database
from mutations import Mutation, drop_constraints, mutations
from psycopg import sql

from scripts.connection import connect, conninfo, table_exists
from scripts.settings import ENTITIES, Target
from scripts.verify import scope as verify_scope
from scripts.verify import verify
from scripts.verify.constraints import read_contract

DATABASES = 5


@dataclass(frozen=True)
class Spoiled:
    """A row that was changed: how, and the key (for a new row the id) the verifier must name."""

    what: str
    entity: str
    key: str


@dataclass(frozen=True)
class Planned:
    """A mutation with the rows it would change, by id and key, all listed as changed or none."""

    mutation: Mutation
    listed: bool
    rows: list[list[str]]


@contextmanager
def unguarded(server: Target, kept: Kept, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Give a copy of a migrated database in which no constraint forbids a mutation."""
    # Every key that a check finds, not the first twenty of them.
    monkeypatch.setattr(verify_scope, "SAMPLE_SIZE", 100_000)
    name = f"{kept.dbname}_unguarded"
    with new_database(server, kept.dbname) as target, connect(target) as connection:
        drop_constraints(connection)
        note_keys(connection)
        connection.commit()
        # Only what the missing constraints are themselves does not hold.
        groups = {check.group for check in verified(target) if not check.passed}
        assert groups == {"constraints"}
        connection.close()
        with psycopg.connect(conninfo(server), autocommit=True) as outside:
            outside.execute(
                sql.SQL("create database {} template {}").format(
                    sql.Identifier(name), sql.Identifier(DATABASE)
                )
            )
    try:
        yield name
    finally:
        with psycopg.connect(conninfo(server), autocommit=True) as outside:
            outside.execute(sql.SQL("drop database {} with (force)").format(sql.Identifier(name)))


def verified(target: Target):
    return verify(target, target.final_schema, target.work_schema, frozen=True).checks


def survivors(target: Target, spoiled: list[Spoiled]) -> list[Spoiled]:
    """Verify, and give what no check of its table names by its key."""
    named = defaultdict(set)
    for check in verified(target):
        if not check.passed and check.group != "constraints":
            for entity in ENTITIES:
                if check.name.startswith(entity):
                    # A check of single values names them as "key column".
                    named[entity].update(check.sample_keys)
                    named[entity].update(key.rpartition(" ")[0] for key in check.sample_keys)
    return [each for each in spoiled if each.key not in named[each.entity]]


def note_keys(connection: psycopg.Connection) -> None:
    """Put down which key or element each row is of, and the columns the change ledger speaks of."""
    sources = sql.SQL("table kv_to_tables.key_ledger")
    if table_exists(connection, "kv_to_tables", "element_ledger"):
        connection.execute(
            "create temporary view sources as"
            " select entity, source_key, target_id, key_class from kv_to_tables.key_ledger union all"
            " select entity, source_key, target_id, key_class from kv_to_tables.element_ledger"
        )
        sources = sql.SQL("table sources")
    columns = connection.execute("select * from kv_to_tables.changes limit 0").description or ()
    field = "field" if "field" in {column.name for column in columns} else "column_name"
    connection.execute(
        sql.SQL(
            "create table kv_to_tables.migrated_keys as"
            " select s.entity, s.source_key, s.target_id,"
            "   coalesce(array_agg(c.{}) filter (where c.{} is not null), '{{}}') as changed"
            " from ({}) as s left join kv_to_tables.changes as c on c.source_key = s.source_key"
            " where s.key_class = 'migrated' group by 1, 2, 3"
        ).format(sql.Identifier(field), sql.Identifier(field), sources)
    )


def candidates(connection: psycopg.Connection, mutation: Mutation) -> dict[bool, list[list[str]]]:
    """Give the rows that a mutation would change, with their keys, at random but always the same.

    Apart are those of which the change ledger already says something in that column.
    """
    found = connection.execute(
        sql.SQL(
            "select {name} = any(k.changed), t.id::text, k.source_key from {table} as t"
            " join kv_to_tables.migrated_keys as k on k.target_id = t.id and k.entity = {entity}"
            " where case when {where} then ({value}) is distinct from {column} else false end"
            " order by md5(t.id::text || {kind})"
        ).format(
            table=sql.Identifier(mutation.entity),
            entity=sql.Literal(mutation.entity),
            where=mutation.where,
            value=mutation.value,
            column=sql.Identifier("t", mutation.column),
            name=sql.Literal(mutation.column),
            kind=sql.Literal(f"{mutation.column} {mutation.kind}"),
        )
    ).fetchall()
    return {
        listed: [[row_id, key] for is_listed, row_id, key in found if is_listed == listed]
        for listed in (False, True)
    }


def planned(server: Target, unguarded_name: str) -> list[Planned]:
    """Give every mutation that has a row to change, those with the fewest rows first."""
    with connect(replace(server, dbname=unguarded_name)) as connection:
        found = [
            Planned(mutation, listed, rows)
            for mutation in mutations()
            if mutation.column != "id"
            for listed, rows in candidates(connection, mutation).items()
            if rows
        ]
    return sorted(found, key=lambda each: len(each.rows))


def spoil(connection: psycopg.Connection, plan: Planned, used: set[str]) -> Spoiled | None:
    """Change one value of one row that is not used yet; None where there is no such row."""
    free = [row for row in plan.rows if row[0] not in used]
    if not free:
        return None
    row_id, key = free[0]
    mutation = plan.mutation
    connection.execute(
        sql.SQL("update {} as t set {} = {} where t.id = %s").format(
            sql.Identifier(mutation.entity), sql.Identifier(mutation.column), mutation.value
        ),
        (row_id,),
    )
    used.add(row_id)
    what = f"{mutation}{' (of a listed change)' if plan.listed else ''}"
    return Spoiled(what, mutation.entity, key)


def whole_rows(connection: psycopg.Connection) -> Iterator[Spoiled]:
    """In each table drop a row, give one an id of nobody, swap two ids, and duplicate a child."""
    for entity in ENTITIES:
        table = sql.Identifier(entity)
        found = connection.execute(
            sql.SQL(
                "select t.id::text, k.source_key from {} as t"
                " join kv_to_tables.migrated_keys as k on k.target_id = t.id"
                " where k.entity = %s order by md5(t.id::text) limit 5"
            ).format(table),
            (entity,),
        ).fetchall()
        dropped, strange, one, two, twin = found
        connection.execute(sql.SQL("delete from {} where id = %s").format(table), (dropped[0],))
        yield Spoiled(f"{entity}: a row is dropped", entity, dropped[1])
        connection.execute(
            sql.SQL("update {} set id = gen_random_uuid() where id = %s").format(table),
            (strange[0],),
        )
        yield Spoiled(f"{entity}: a row has an id of nobody", entity, strange[1])
        # Their children stay, and now name the other one.
        connection.execute(
            sql.SQL(
                "update {} set id = case id when %s then %s::uuid else %s end where id in (%s, %s)"
            ).format(table),
            (one[0], two[0], one[0], one[0], two[0]),
        )
        yield Spoiled(f"{entity}: ids are swapped, the one row", entity, one[1])
        yield Spoiled(f"{entity}: ids are swapped, the other row", entity, two[1])
        columns = sql.SQL(", ").join(
            sql.Identifier(name) for name in read_contract(entity).columns if name != "id"
        )
        row = connection.execute(
            sql.SQL(
                "insert into {} (id, {}) select gen_random_uuid(), {} from {} where id = %s"
                " returning id::text"
            ).format(table, columns, columns, table),
            (twin[0],),
        ).fetchone()
        assert row is not None
        yield Spoiled(f"{entity}: a row stands twice", entity, row[0])


def many_at_once(server: Target, unguarded_name: str) -> tuple[list[Spoiled], list[Spoiled]]:
    """Spoil as many rows as there are in one database, verify it, and go on with the next one.

    What finds no row of its own in some databases is left to the long way: a few rows are the only
    ones that many of the mutations could change.
    """
    made: list[Spoiled] = []
    left: list[Spoiled] = []
    waiting = planned(server, unguarded_name)
    for number in range(DATABASES):
        with new_database(server, unguarded_name) as target:
            with connect(target) as connection:
                if number == 0:
                    spoiled = list(whole_rows(connection))
                else:
                    used: set[str] = set()
                    done = [(plan, spoil(connection, plan, used)) for plan in waiting]
                    spoiled = [row for _, row in done if row]
                    waiting = [plan for plan, row in done if row is None]
            left += survivors(target, spoiled)
        made += spoiled
    return made, left


def one_by_one(server: Target, unguarded_name: str) -> tuple[list[Spoiled], list[Spoiled]]:
    """Spoil one value of a database and verify it; then the next, in a fresh copy."""
    made: list[Spoiled] = []
    left: list[Spoiled] = []
    for plan in planned(server, unguarded_name):
        with new_database(server, unguarded_name) as target:
            with connect(target) as connection:
                spoiled = spoil(connection, plan, set())
            assert spoiled is not None
            made.append(spoiled)
            left += survivors(target, [spoiled])
    return made, left


def told(made: list[Spoiled], left: list[Spoiled]) -> str:
    kinds = len({each.what for each in made})
    caught = len(made) - len(left)
    return f"{len(made)} mutations of {kinds} kinds, {caught} caught: {caught / len(made):.1%}"


def every_column() -> set[str]:
    return {
        f"{entity}.{column}"
        for entity in ENTITIES
        for column in read_contract(entity).columns
        if column != "id"
    }


def judge(made: list[Spoiled], left: list[Spoiled], record: Callable[[str, object], None]) -> None:
    record("counted", told(made, left))
    if left:
        pytest.fail("\n".join([told(made, left), *(f"{each.what} ({each.key})" for each in left)]))


def test_no_mutation_of_the_sample_survives(
    server: Target,
    migrated_sample: Kept,
    monkeypatch: pytest.MonkeyPatch,
    record_property: Callable[[str, object], None],
) -> None:
    with unguarded(server, migrated_sample, monkeypatch) as name:
        made, left = many_at_once(server, name)
    assert every_column() - {each.what.partition(":")[0] for each in made} == set()
    judge(made, left, record_property)


@pytest.mark.slow
@needs_northwind
def test_no_mutation_of_northwind_survives(
    server: Target,
    migrated_northwind: Kept,
    monkeypatch: pytest.MonkeyPatch,
    record_property: Callable[[str, object], None],
) -> None:
    with unguarded(server, migrated_northwind, monkeypatch) as name:
        made, left = many_at_once(server, name)
    judge(made, left, record_property)


@pytest.mark.slow
def test_no_mutation_survives_alone(
    server: Target,
    migrated_sample: Kept,
    monkeypatch: pytest.MonkeyPatch,
    record_property: Callable[[str, object], None],
) -> None:
    with unguarded(server, migrated_sample, monkeypatch) as name:
        made, left = one_by_one(server, name)
    judge(made, left, record_property)
