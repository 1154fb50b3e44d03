"""Take back what the runs wrote: delete inserted rows, restore replaced ones, drop empty tables."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import asdict, dataclass

import psycopg
from psycopg import sql

from scripts import console, notice, road
from scripts.connection import connect, table_exists
from scripts.errors import KvError, UsageError
from scripts.purge import refuse_purged_rollback
from scripts.settings import ENTITIES, Target


@dataclass(frozen=True)
class Step:
    """What a rollback takes back in one table."""

    entity: str
    delete: int
    restore: int
    drop_table: bool


def chosen_tables(tables: str) -> tuple[str, ...]:
    """Give the tables of `--tables`, child first; all six for an empty text.

    Raises UsageError for a name that is none of the six.
    """
    names = [name.strip() for name in tables.split(",")] if tables else list(ENTITIES)
    for name in names:
        if name not in ENTITIES:
            raise UsageError(
                f"There is no table '{name}' to roll back.", f"Choose from {', '.join(ENTITIES)}."
            )
    return tuple(entity for entity in reversed(ENTITIES) if entity in names)


def plan(connection: psycopg.Connection, target: Target, tables: tuple[str, ...]) -> list[Step]:
    """Count what a rollback of these tables would take back; reads only.

    Raises KvError when nothing was ever written, or when rows would be orphaned: some row that
    stays, in any table with a foreign key, refers to one that would go.
    """
    if not table_exists(connection, target.work_schema, "written_rows"):
        raise KvError("There is nothing to roll back: no run has written to this target.")
    refuse_purged_rollback(connection, target, tables)
    for parent in tables:
        for schema, child, column in _references(connection, target, parent):
            orphans = _orphans(connection, target, parent, (schema, child, column), tables)
            if orphans:
                known = schema == target.final_schema and child in ENTITIES and child not in tables
                raise KvError(
                    f"Rolling back {parent} would orphan {orphans:,} rows of {schema}.{child}.",
                    f"Add {child} to --tables." if known else "Move or remove those rows first.",
                )
    return [_step(connection, target, entity) for entity in tables]


def roll_back(target: Target, tables: str, *, confirm: bool, yes: bool = False) -> list[Step]:
    """Show, or with `confirm` do, the rollback of all runs; give its steps, child first.

    Deletes the rows our runs inserted, restores what their updates replaced, drops tables that
    our runs created and that are empty now (never with dependents), and forgets those rows in
    `written_rows`. All in one transaction: after an error nothing has changed. What was done is a
    step of the history, and its end is told; what was shown is none.

    Raises UsageError for a protected target without `yes` or without its name typed.
    """
    chosen = chosen_tables(tables)
    if not confirm:
        with connect(target, read_only=True) as connection:
            return plan(connection, target, chosen)
    road.check_yes(target, yes=yes)
    road.check_typed_name(target)
    with notice.announced("rollback", target.name, tables=tables) as record:
        steps = _roll_back(target, chosen)
        record.facts.update(
            deleted=sum(step.delete for step in steps),
            restored=sum(step.restore for step in steps),
        )
    return steps


def _roll_back(target: Target, chosen: tuple[str, ...]) -> list[Step]:
    with connect(target) as connection:
        steps = plan(connection, target, chosen)
        for step in steps:
            _take_back(connection, target, step)
    return steps


def _step(connection: psycopg.Connection, target: Target, entity: str) -> Step:
    if not table_exists(connection, target.final_schema, entity):
        return Step(entity, 0, 0, False)
    row = connection.execute(
        sql.SQL(
            "with first_words as ("
            "  select distinct on (written.id) written.id, written.action from {written} as written"
            "  inner join {runs} as runs on written.run_id = runs.run_id"
            "  where written.entity = {entity} order by written.id, runs.started_at)"
            " select count(*) filter (where action = 'insert'),"
            "  count(*) filter (where action = 'update'),"
            "  (select count(*) from {final}),"
            "  exists (select 1 from {created} where entity = {entity})"
            " from first_words inner join {final} as final on first_words.id = final.id"
        ).format(**_names(target, entity))
    ).fetchone()
    if row is None:
        return Step(entity, 0, 0, False)
    delete, restore, total, created = row
    return Step(entity, delete, restore, bool(created and total == delete))


def _names(target: Target, entity: str) -> dict[str, sql.Composable]:
    return {
        "entity": sql.Literal(entity),
        "final": sql.Identifier(target.final_schema, entity),
        "written": sql.Identifier(target.work_schema, "written_rows"),
        "created": sql.Identifier(target.work_schema, "created_tables"),
        "runs": sql.Identifier(target.work_schema, "runs"),
    }


def _take_back(connection: psycopg.Connection, target: Target, step: Step) -> None:
    names = _names(target, step.entity)
    if table_exists(connection, target.final_schema, step.entity):
        _restore(connection, target, step.entity, names)
        connection.execute(
            sql.SQL(
                "delete from {final} as final using {written} as written"
                " where written.entity = {entity} and written.action = 'insert'"
                " and written.id = final.id"
            ).format(**names)
        )
        if step.drop_table:
            # Without cascade, behind a savepoint: a table something depends on stays, empty.
            with suppress(psycopg.errors.DependentObjectsStillExist), connection.transaction():
                connection.execute(sql.SQL("drop table {final}").format(**names))
                connection.execute(
                    sql.SQL("delete from {created} where entity = {entity}").format(**names)
                )
    connection.execute(sql.SQL("delete from {written} where entity = {entity}").format(**names))


def _restore(
    connection: psycopg.Connection, target: Target, entity: str, names: dict[str, sql.Composable]
) -> None:
    """Put back the rows that our first update of each found, in every column that can be set."""
    columns = [
        str(row[0])
        for row in connection.execute(
            "select attname::text from pg_attribute"
            " where attrelid = to_regclass(format('%%I.%%I', %s::text, %s::text))"
            " and attnum > 0 and not attisdropped and attgenerated = '' and attname <> 'id'",
            (target.final_schema, entity),
        )
    ]
    connection.execute(
        sql.SQL(
            "update {final} as final set {assignments} from ("
            "  select distinct on (written.id) written.id, written.action, written.before"
            "  from {written} as written inner join {runs} as runs"
            "  on written.run_id = runs.run_id"
            "  where written.entity = {entity} order by written.id, runs.started_at) as first_word"
            " cross join lateral jsonb_populate_record(null::{final}, first_word.before) as old"
            " where first_word.action = 'update' and first_word.id = final.id"
        ).format(
            assignments=sql.SQL(", ").join(
                sql.SQL("{} = old.{}").format(sql.Identifier(name), sql.Identifier(name))
                for name in columns
            ),
            **names,
        )
    )


def _references(
    connection: psycopg.Connection, target: Target, parent: str
) -> list[tuple[str, str, str]]:
    """Give schema, table and column of every foreign key to a table, of ours or of anybody."""
    return [
        (str(schema), str(table), str(column))
        for schema, table, column in connection.execute(
            "select space.nspname, child.relname, attname from pg_constraint"
            " join pg_class as child on child.oid = conrelid"
            " join pg_namespace as space on space.oid = child.relnamespace"
            " join pg_attribute on attrelid = conrelid and attnum = conkey[1]"
            " where contype = 'f'"
            " and confrelid = to_regclass(format('%%I.%%I', %s::text, %s::text))",
            (target.final_schema, parent),
        )
    ]


def _orphans(
    connection: psycopg.Connection,
    target: Target,
    parent: str,
    reference: tuple[str, str, str],
    tables: tuple[str, ...],
) -> int:
    """Count the rows that refer to parent rows which would go, and that would not go themselves."""
    schema, child, column = reference
    goes: sql.Composable = sql.SQL("false")
    if schema == target.final_schema and child in tables:
        goes = sql.SQL(
            "exists (select 1 from {written} as own where own.entity = {child}"
            " and own.action = 'insert' and own.id = child.id)"
        ).format(written=_names(target, child)["written"], child=sql.Literal(child))
    row = connection.execute(
        sql.SQL(
            "select count(*) from {child} as child where child.{column} in ("
            "select id from {written} where entity = {entity} and action = 'insert')"
            " and not {goes}"
        ).format(
            child=sql.Identifier(schema, child),
            column=sql.Identifier(column),
            goes=goes,
            **_names(target, parent),
        )
    ).fetchone()
    return int(row[0]) if row else 0


def print_steps(steps: list[Step], *, confirm: bool, as_json: bool) -> None:
    """Print what goes or went, and how to do it."""
    if as_json:
        console.print_json({"confirmed": confirm, "steps": [asdict(step) for step in steps]})
        return
    console.table(
        "Rolled back" if confirm else "A rollback would take back",
        ["table", "rows deleted", "rows restored", "the table itself"],
        [
            [step.entity, step.delete, step.restore, "dropped" if step.drop_table else "stays"]
            for step in steps
        ],
    )
    if not confirm:
        console.say("Nothing was changed. Repeat with --confirm to do it.")
