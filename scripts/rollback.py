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
from scripts.put_back import hindered, put_back
from scripts.rollback_plan import Step, Wanted, make_plan, names_of
from scripts.run_lock import run_lock
from scripts.settings import ENTITIES, Target

# Our ledgers say what became of every key: of a run that was taken back they would say it wrongly.
LEDGERS = ("key_ledger", "element_ledger", "recorded_changes", "leftovers", "rejects")
# Of a row that is spared the runs keep their word.
_TAKEN_BACK = """
    written.id in (
        select id from takeback where entity = {entity} and not starts_with(step, 'spared')
    )
"""
# Runs that came after all that are taken back, and whether they wrote.
_LATER = """
    select
        runs.run_id,
        exists (select from {written_rows} as written where written.run_id = runs.run_id)
        or exists (select from {created_tables} as made where made.run_id = runs.run_id)
    from {runs} as runs
    where
        runs.run_id <> all(%(chosen)s)
        and runs.started_at > (
            select max(started_at) from {runs} where run_id = any(%(chosen)s)
        )
"""
# Triggers that fire when a row is deleted (bit 3 of tgtype, src/include/catalog/pg_trigger.h).
_ASKED = """
    select from pg_trigger where tgrelid = {name}::regclass and not tgisinternal and tgtype & 8 <> 0
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
    `no_backup` says otherwise or nothing is left to take back. One transaction, under locks that
    let the application read and make its writers wait: after an error nothing has changed. Twice is
    harmless. What was done is a step of the history, and its end is told; what was shown is none.

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
        runs = chosen_runs(connection, target, run)
        wrote = _wrote(connection, target, runs)
        connection.commit()
        record.facts["backup"] = "" if no_backup or not wrote else str(backup(target).folder)
        wanted = Wanted(chosen, runs, include_edited, holds=True)
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
        if wrote:
            _forget(connection, target, wanted)
        record.facts.update(
            runs=list(wanted.runs),
            deleted=sum(step.delete for step in steps),
            restored=sum(step.restore + step.insert for step in steps),
            spared=sum(step.edited + step.later + step.parents for step in steps),
        )
    return steps


def _wrote(connection: psycopg.Connection, target: Target, runs: tuple[str, ...]) -> bool:
    """Say whether anything these runs wrote is still known; reads only."""
    row = connection.execute(
        sql.SQL(
            "select exists (select from {written} where run_id = any(%(runs)s))"
            " or exists (select from {created} where run_id = any(%(runs)s))"
        ).format(
            written=sql.Identifier(target.work_schema, "written_rows"),
            created=sql.Identifier(target.work_schema, "created_tables"),
        ),
        {"runs": list(runs)},
    ).fetchone()
    return bool(row and row[0])


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

    def drop() -> bool:
        # An application's view over the table, or its key to it, is a reason to keep it.
        with suppress(psycopg.errors.DependentObjectsStillExist), connection.transaction():
            execute("drop table {final}")
            execute("delete from {created} where entity = {entity}")
            return True
        return False

    # A table with events that wait for the end of the transaction cannot be dropped.
    connection.execute("set constraints all immediate")
    # A table of which every row goes is dropped as a whole; where a trigger has a say about each
    # of them, it is asked first.
    dropped = step.drop_table and not execute(_ASKED) and drop()
    if not dropped:
        if step.restore or step.insert:
            put_back(connection, target, step, names)
        if step.delete:
            deleted = execute(
                "delete from {final} as final using takeback"
                " where takeback.entity = {entity} and takeback.step = 'delete'"
                " and final.id = takeback.id"
            )
            if deleted < step.delete:
                raise hindered(step.entity, step.delete - deleted, "deleted")
        connection.execute("set constraints all immediate")
        dropped = step.drop_table and drop()
    spares = step.edited or step.later or step.parents
    execute(
        "delete from {written} as written"
        " where written.entity = {entity} and written.run_id = any({chosen}) and {taken_back}",
        chosen=sql.Literal(list(wanted.runs)),
        taken_back=sql.SQL(_TAKEN_BACK if spares else "true").format(**names),
    )
    return replace(step, drop_table=dropped)


def _forget(connection: psycopg.Connection, target: Target, wanted: Wanted) -> None:
    """Mark the runs as taken back; where no later one wrote, those are void: empty the ledgers.

    A later run that wrote no row has found what is gone now: its ledgers tell of rows that are not.
    """
    if not wanted.runs or set(wanted.tables) != set(ENTITIES):
        return
    names = {
        name: sql.Identifier(target.work_schema, name)
        for name in ("runs", "written_rows", "created_tables")
    }
    chosen = {"chosen": list(wanted.runs)}
    later = connection.execute(sql.SQL(_LATER).format(**names), chosen).fetchall()
    stands = any(wrote for _, wrote in later)
    for outcome, runs in (
        ("rolled_back", list(wanted.runs)),
        ("void", [] if stands else [run for run, _ in later]),
    ):
        connection.execute(
            sql.SQL("update {runs} set outcome = %s where run_id = any(%s)").format(**names),
            (outcome, runs),
        )
    if stands:
        return
    for name in LEDGERS:
        if table_exists(connection, target.work_schema, name):
            connection.execute(
                sql.SQL("truncate {}").format(sql.Identifier(target.work_schema, name))
            )


def is_empty(steps: list[Step]) -> bool:
    """Say whether there is nothing to take back and nothing was spared."""
    return not any(
        step.drop_table
        or step.delete + step.restore + step.insert + step.edited + step.later + step.parents
        for step in steps
    )


def print_runs(target: Target, run: str, *, confirm: bool) -> None:
    """Print which runs are meant: the last one that wrote something is often not the last.

    Reads in a transaction of its own; raises what `chosen_runs` raises.
    """
    with connect(target, read_only=True) as connection:
        runs = chosen_runs(connection, target, run)
    word = "Taking back" if confirm else "This would take back"
    named = ", ".join(runs) if runs else f"nothing: run {run} wrote no row"
    console.say(f"{word} {named}{' (the last run that wrote)' if run == 'last' else ''}.")


def print_steps(steps: list[Step], *, confirm: bool, as_json: bool) -> None:
    """Print what goes or went, what is spared and why, and how to do it."""
    if as_json:
        console.print_json({"confirmed": confirm, "steps": [asdict(step) for step in steps]})
        return
    if is_empty(steps):
        console.say(
            "There is nothing to take back: no row of that run is left. Nothing was changed."
        )
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
    console.say(
        "deleted: rows the run inserted. restored: rows it changed or deleted, as they were before."
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
    if confirm:
        console.say("`invoke migrate` writes them again; `invoke history` tells what was done.")
    else:
        console.say("Nothing was changed. Repeat with --confirm to do it.")
