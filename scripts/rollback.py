"""Take back what runs wrote: delete inserted rows, restore replaced ones, drop empty tables."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import asdict, replace
from typing import LiteralString

import psycopg
from psycopg import sql

from scripts import console, notice, road
from scripts.backup import backup
from scripts.connection import connect, table_exists
from scripts.errors import KvError, UsageError
from scripts.rollback_plan import Step, Wanted, make_plan, names_of
from scripts.run_lock import run_lock
from scripts.settings import ENTITIES, Target

# Our ledgers say what became of every key: of a run that was taken back they would say it wrongly.
LEDGERS = ("key_ledger", "element_ledger", "recorded_changes", "leftovers", "rejects")
_OLD = (
    "takeback cross join lateral jsonb_populate_record(null::{final}, takeback.before) as old"
    " where takeback.entity = {entity} and takeback.step = {step}"
)
_RELEASE = """
    update {final} as final
    set {column} = final.id::text
    from {old} and final.id = takeback.id and final.{column} is distinct from old.{column}
"""
_RESTORE = "update {final} as final set {assignments} from {old} and final.id = takeback.id"
_INSERT = """
    insert into {final} ({columns}) overriding system value select {values} from {old}
"""
# Of each column: whether every image has it, and whether an update may set it.
_COLUMNS = """
    select
        attname::text,
        atttypid in ('json'::regtype, 'jsonb'::regtype),
        attname::text = any({hashed_columns}({name}::regclass)),
        (
            select bool_and(takeback.before ? attname::text)
            from takeback
            where takeback.entity = {entity} and takeback.step = 'insert'
        )
    from pg_attribute
    where attrelid = {name}::regclass and attnum > 0 and not attisdropped and attgenerated = ''
    order by attnum
"""
# What stands there now beside what had to be put back, column by column of the image.
_UNLIKE = """
    select image.key, count(*)
    from takeback
    inner join {final} as final on takeback.id = final.id
    cross join lateral jsonb_populate_record(null::{final}, takeback.before) as old
    cross join lateral jsonb_each(to_jsonb(old)) as image
    where takeback.entity = {entity} and takeback.step in ('restore', 'insert')
        and image.key = any({columns})
        and takeback.before ? image.key
        and to_jsonb(final) -> image.key is distinct from image.value
    group by image.key
    order by image.key
"""


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


def chosen_runs(connection: psycopg.Connection, target: Target, run: str) -> tuple[str, ...]:
    """Give the runs of `--run`, newest first: `last`, `all`, or the number of one; reads only.

    The last is the last that wrote, taken back or not: asking twice does not reach the one before.

    Raises KvError when nothing was ever written, UsageError when there is no such run.
    """
    if not table_exists(connection, target.work_schema, "written_rows"):
        raise KvError("There is nothing to roll back: no run has written to this target.")
    found = connection.execute(
        sql.SQL(
            "select run_id from {} as runs where outcome = 'rolled_back'"
            " or exists (select from {} as written where written.run_id = runs.run_id)"
            " or exists (select from {} as made where made.run_id = runs.run_id)"
            " order by started_at desc"
        ).format(
            *(
                sql.Identifier(target.work_schema, name)
                for name in ("runs", "written_rows", "created_tables")
            )
        )
    ).fetchall()
    runs = tuple(str(row[0]) for row in found)
    if run == "all":
        return runs
    if run == "last":
        return runs[:1]
    if run in runs:
        return (run,)
    known = connection.execute(
        sql.SQL("select 1 from {} where run_id = %s").format(
            sql.Identifier(target.work_schema, "runs")
        ),
        (run,),
    ).fetchone()
    if known:
        return ()  # it wrote nothing
    raise UsageError(
        f"There is no run '{run}' on this target.",
        f"Choose last, all or one of: {', '.join(runs[:10]) or 'none has written'}.",
    )


def roll_back(
    target: Target,
    tables: str,
    *,
    confirm: bool,
    run: str = "last",
    include_edited: bool = False,
    yes: bool = False,
    no_backup: bool = False,
) -> list[Step]:
    """Show, or with `confirm` do, the rollback of a run (or of all); give its steps, child first.

    Deletes the rows the run inserted, restores what its updates and deletions replaced, drops the
    tables it created that are empty then (never with dependents), forgets those rows in
    `written_rows` and empties our ledgers, so that the next run starts clean. A row that somebody
    touched since is spared, or goes with `include_edited`; a row that a later run wrote again, or
    that a row which stays refers to, is spared in any case. A backup is made before, unless
    `no_backup` says otherwise. One transaction, under locks that let the application read and make
    its writers wait: after an error nothing has changed. Twice is harmless. What was done is a step
    of the history, and its end is told; what was shown is none.

    Raises KvError where a row of another table refers to one that would go, or while a run is at
    work, and UsageError for a protected target without `yes` or without its name typed.
    """
    chosen = chosen_tables(tables)
    if not confirm:
        with connect(target) as connection:
            steps = make_plan(
                connection,
                target,
                Wanted(chosen, chosen_runs(connection, target, run), include_edited),
            )
            connection.rollback()
        return steps
    road.check_yes(target, yes=yes)
    road.check_typed_name(target)
    with (
        notice.announced(
            "rollback", target.name, tables=tables, run=run, no_backup=no_backup
        ) as record,
        run_lock(target, record.run_id),
        connect(target) as connection,
    ):
        record.facts["backup"] = "" if no_backup else str(backup(target).folder)
        wanted = Wanted(chosen, chosen_runs(connection, target, run), include_edited, holds=True)
        _lock_tables(connection, target, chosen)
        try:
            steps = [
                _take_back(connection, target, step, wanted)
                if table_exists(connection, target.final_schema, step.entity)
                else step
                for step in make_plan(connection, target, wanted)
            ]
        except (psycopg.IntegrityError, psycopg.DataError) as error:
            # Its detail is the row.
            rule = error.diag.constraint_name or error.diag.column_name or "a rule"
            raise KvError(
                f"What was there before breaks {rule} of {error.diag.table_name or 'a table'} now."
                " Nothing was changed.",
                "Mend that rule, leave the table out with --tables, or restore a backup.",
            ) from None
        _forget(connection, target, wanted)
        record.facts.update(
            runs=list(wanted.runs),
            deleted=sum(step.delete for step in steps),
            restored=sum(step.restore + step.insert for step in steps),
            spared=sum(step.edited + step.later + step.parents for step in steps),
        )
    return steps


def _lock_tables(connection: psycopg.Connection, target: Target, tables: tuple[str, ...]) -> None:
    """Keep writers out of the tables: what is judged must be what is taken back."""
    there = [name for name in tables if table_exists(connection, target.final_schema, name)]
    if there:
        connection.execute(
            sql.SQL("lock table {} in share row exclusive mode").format(
                sql.SQL(", ").join(sql.Identifier(target.final_schema, name) for name in there)
            )
        )


def _take_back(connection: psycopg.Connection, target: Target, step: Step, wanted: Wanted) -> Step:
    """Do one step and give it as it was done: what the server did is counted, not assumed."""
    names = names_of(target, step.entity, connection)

    def execute(query: LiteralString, **parts: sql.Composable) -> int:
        return connection.execute(sql.SQL(query).format(**names, **parts)).rowcount

    dropped = False
    if step.restore or step.insert:
        _restore(connection, target, step, names)
    if step.delete:
        deleted = execute(
            "delete from {final} as final using takeback"
            " where takeback.entity = {entity} and takeback.step = 'delete'"
            " and final.id = takeback.id"
        )
        if deleted < step.delete:
            raise _hindered(step.entity, step.delete - deleted, "deleted")
    # A table with events that wait for the end of the transaction cannot be dropped.
    connection.execute("set constraints all immediate")
    if step.drop_table:
        # An application's view over the table, or its key to it, is a reason to keep it.
        with suppress(psycopg.errors.DependentObjectsStillExist), connection.transaction():
            execute("drop table {final}")
            execute("delete from {created} where entity = {entity}")
            dropped = True
    execute(
        "delete from {written} as written using takeback"
        " where takeback.entity = {entity} and written.entity = {entity}"
        " and written.id = takeback.id and written.run_id = any({chosen})"
        " and not starts_with(takeback.step, 'spared')",
        chosen=sql.Literal(list(wanted.runs)),
    )
    return replace(step, drop_table=dropped)


def _hindered(entity: str, rows: int, what: str) -> KvError:
    return KvError(
        f"{rows:,} rows of {entity} could not be {what}: a trigger of the table keeps them as they"
        " are. Nothing was changed.",
        f"Switch that trigger off for the rollback, or leave {entity} out with --tables.",
    )


def _restore(
    connection: psycopg.Connection, target: Target, step: Step, names: dict[str, sql.Composable]
) -> None:
    """Put back rows as the runs found them, in every column that their image has.

    A column that came later keeps what it holds. Triggers that overwrite `updated_at` are off
    meanwhile, where we may switch them off. What stands there afterwards is compared.
    """
    hashed_columns = sql.Identifier(target.work_schema, "hashed_columns")
    columns = connection.execute(
        sql.SQL(_COLUMNS).format(hashed_columns=hashed_columns, **names)
    ).fetchall()
    settable = [(name, is_json) for name, is_json, can_be_set, _ in columns if can_be_set]
    inserted = [(name, is_json) for name, is_json, _, in_all in columns if in_all]
    triggers = connection.execute(
        sql.SQL("select tgname::text, tgenabled::text from {}({}::regclass)").format(
            sql.Identifier(target.work_schema, "touching_triggers"), names["name"]
        )
    ).fetchall()

    def switch(word: str) -> None:
        for name, state in triggers:
            how = "enable always" if word == "enable" and state == "A" else word
            connection.execute(
                sql.SQL("alter table {} {} trigger {}").format(
                    names["final"], sql.SQL(how), sql.Identifier(name)
                )
            )

    def old(word: str) -> sql.Composed:
        return sql.SQL(_OLD).format(step=sql.Literal(word), **names)

    switch("disable")
    for column in _unique_columns(connection, names):
        # Two rows may exchange a value, and PostgreSQL checks row by row; nobody sees this.
        connection.execute(sql.SQL(_RELEASE).format(old=old("restore"), column=column, **names))
    assignments = sql.SQL(", ").join(
        sql.SQL("{0} = case when takeback.before ? {1} then {2} else final.{0} end").format(
            sql.Identifier(name), sql.Literal(name), _old_value(name, is_json)
        )
        for name, is_json in settable
    )
    restored = connection.execute(
        sql.SQL(_RESTORE).format(old=old("restore"), assignments=assignments, **names)
    ).rowcount
    if restored < step.restore:
        raise _hindered(step.entity, step.restore - restored, "restored")
    if step.insert:
        brought_back = connection.execute(
            sql.SQL(_INSERT).format(
                old=old("insert"),
                columns=sql.SQL(", ").join(sql.Identifier(name) for name, _ in inserted),
                values=sql.SQL(", ").join(_old_value(*column) for column in inserted),
                **names,
            )
        ).rowcount
        if brought_back < step.insert:
            raise _hindered(step.entity, step.insert - brought_back, "brought back")
    connection.execute("set constraints all immediate")
    switch("enable")
    compared = sql.Literal([name for name, _ in settable])
    for column, rows in connection.execute(sql.SQL(_UNLIKE).format(columns=compared, **names)):
        raise KvError(
            f"{rows:,} rows of {step.entity} came back with another {column}: a trigger of the"
            " table changes it. Nothing was changed.",
            f"Switch that trigger off for the rollback, or leave {step.entity} out with --tables.",
        )


def _old_value(name: str, is_json: bool) -> sql.Composed:
    """Read a column of the image; the null of JSON is told from that of SQL (image_of_row)."""
    if not is_json:
        return sql.SQL("old.{}").format(sql.Identifier(name))
    return sql.SQL("case when takeback.before -> '' ? {} then 'null' else old.{} end").format(
        sql.Literal(name), sql.Identifier(name)
    )


def _unique_columns(
    connection: psycopg.Connection, names: dict[str, sql.Composable]
) -> list[sql.Identifier]:
    """Give the text column that each unique index ends with, but for the primary key."""
    found = connection.execute(
        sql.SQL(
            "select distinct attname::text from pg_index inner join pg_attribute"
            " on attrelid = indrelid and attnum = indkey[indnkeyatts - 1]"
            " where indrelid = {name}::regclass and indisunique and not indisprimary"
            " and atttypid = 'text'::regtype order by 1"
        ).format(**names)
    )
    return [sql.Identifier(row[0]) for row in found]


def _forget(connection: psycopg.Connection, target: Target, wanted: Wanted) -> None:
    """Mark the runs as taken back, and empty the ledgers when the newest is among them."""
    if not wanted.runs or set(wanted.tables) != set(ENTITIES):
        return
    runs = sql.Identifier(target.work_schema, "runs")
    connection.execute(
        sql.SQL("update {} set outcome = 'rolled_back' where run_id = any(%s)").format(runs),
        (list(wanted.runs),),
    )
    newest = connection.execute(
        sql.SQL("select run_id from {} order by started_at desc limit 1").format(runs)
    ).fetchone()
    if newest and newest[0] in wanted.runs:
        for name in LEDGERS:
            if table_exists(connection, target.work_schema, name):
                connection.execute(
                    sql.SQL("truncate {}").format(sql.Identifier(target.work_schema, name))
                )


def print_steps(steps: list[Step], *, confirm: bool, as_json: bool) -> None:
    """Print what goes or went, what is spared and why, and how to do it."""
    if as_json:
        console.print_json({"confirmed": confirm, "steps": [asdict(step) for step in steps]})
        return
    console.table(
        "Rolled back" if confirm else "A rollback would take back",
        ["rows of", "deleted", "restored", "edited", "rewritten", "parents", "table"],
        [
            [
                step.entity,
                step.delete,
                step.restore + step.insert,
                step.edited,
                step.later,
                step.parents,
                "dropped" if step.drop_table else "stays",
            ]
            for step in steps
        ],
    )
    if any(step.edited for step in steps):
        console.say(
            "edited: the application changed or deleted them since, so they are spared;"
            " --include-edited takes back the changed ones as well."
        )
    if any(step.later for step in steps):
        console.say("rewritten: a later run wrote them again; roll back that run first.")
    if any(step.parents for step in steps):
        console.say("parents: a row that stays refers to them, so they stay with it.")
    if not confirm:
        console.say("Nothing was changed. Repeat with --confirm to do it.")
