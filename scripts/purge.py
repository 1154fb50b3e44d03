"""Retention: takes our copies of personal data out of the work schema once a run is signed off.

What stays is what proves the counts: the runs, the ledger with keys, classes and codes, and which
rows were written. The six tables and the key-value table are never touched.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path

import psycopg
from psycopg import sql

from scripts import console, history, road
from scripts.connection import connect, table_exists
from scripts.errors import KvError, UsageError
from scripts.run_lock import lock_key
from scripts.settings import ROOT, Target
from scripts.status import TAKEN_BACK, last_run

# Models whose rows stay: keys, classes, codes, counts, and no part of a document.
_KEPT = frozenset(
    {"key_ledger", "element_ledger", "key_changes", "outlived_rows", "gate", "stg_kv__key_patterns"}
)
# Of these one column goes, and the row, which says what became of a key or a table, stays.
_EMPTIED_COLUMNS = {"rejects": "document"}
_LOST = (
    "a rollback can no longer restore the rows that these runs replaced, and is refused where there"
    " are such; it still deletes those they inserted",
    "the documents of rejects can no longer be looked up or replayed from our schema; the next run"
    " judges them anew, from the store",
    "'invoke verify' can no longer prove the round trip of these runs; after the next run it can",
)


@dataclass(frozen=True)
class Purged:
    """What goes from one table: whole rows, or one column of them."""

    table: str
    column: str
    rows: int


@dataclass(frozen=True)
class Purge:
    """What a purge takes away, or took; `runs` are those that are not purged yet."""

    runs: list[str]
    parts: list[Purged]
    is_done: bool


def purge(target: Target, run: str, *, everything: bool, yes: bool) -> Purge:
    """Show, or with `yes` do, the purge of one run or of all; one transaction, then a vacuum.

    Of every run the before-images in `written_rows` and its conflicts go. What the models keep of
    documents is the last run's: it goes with that run, and with an earlier one that no finished run
    came after. Deletes rows and empties columns; drops nothing. `runs.purged_at` says when, and the
    history has the step.

    Raises UsageError for no run, an unknown one or both options, and for a protected target without
    its name typed; KvError while a run is at work.
    """
    if bool(run) == everything:
        raise UsageError("Say which run to purge.", "Use --run=ID or --all.")
    if not yes:
        with connect(target, read_only=True) as connection:
            runs = _chosen(connection, target, run)
            return Purge(runs, _parts(connection, target, runs), is_done=False)
    road.check_typed_name(target)
    with history.step("purge", target.name, run=run, all=everything) as step:
        with connect(target) as connection:
            _refuse_while_running(connection, target)
            runs = _chosen(connection, target, run)
            parts = _parts(connection, target, runs)
            for part in parts:
                _take_away(connection, target, part, runs)
            _mark(connection, target, runs)
        _vacuum(target, parts)
        step.facts.update(runs=len(runs), rows=sum(part.rows for part in parts))
    return Purge(runs, parts, is_done=True)


def purged_at(connection: psycopg.Connection, target: Target, run_id: str) -> str:
    """Give when a run was purged, or an empty text; reads in the caller's transaction."""
    # By way of JSON, for a run of an earlier version has no such column.
    row = connection.execute(
        sql.SQL("select to_jsonb(runs) ->> 'purged_at' from {} as runs where run_id = %s").format(
            sql.Identifier(target.work_schema, "runs")
        ),
        (run_id,),
    ).fetchone()
    return str(row[0])[:10] if row and row[0] else ""


def provable_run(connection: psycopg.Connection, target: Target) -> str:
    """Give the last run; raise KvError when it was purged or taken back. Reads only."""
    last = last_run(connection, target)
    if last is None:
        return ""
    run, outcome = last
    if outcome in TAKEN_BACK:
        raise KvError(
            f"Run {run} was rolled back, and with it the ledger that says what should be there.",
            "Run 'invoke migrate': it judges the store again, and proves the rows that stand.",
        )
    day = purged_at(connection, target, run)
    if day:
        raise KvError(
            f"Run {run} was purged on {day}: what would prove it again is gone.",
            "Run 'invoke migrate' first; an unchanged store writes nothing.",
        )
    return run


def refuse_purged_rollback(
    connection: psycopg.Connection,
    target: Target,
    tables: tuple[str, ...],
    runs: tuple[str, ...],
) -> None:
    """Raise KvError when a rollback of these runs needs rows that were purged; reads only."""
    if not any(purged_at(connection, target, run) for run in runs):
        return
    row = connection.execute(
        sql.SQL(
            "select count(*), min(entity), min(run_id) from ("
            "  select distinct on (written.entity, written.id)"
            "  written.entity, written.run_id, written.action, written.before,"
            "  to_jsonb(runs) ->> 'purged_at' as purged_at"
            "  from {written} as written inner join {runs} as runs on written.run_id = runs.run_id"
            "  where written.entity = any(%s) and written.run_id = any(%s)"
            "  order by written.entity, written.id, runs.started_at"
            ") as first_word"
            " where action <> 'insert' and before is null and purged_at is not null"
        ).format(
            written=sql.Identifier(target.work_schema, "written_rows"),
            runs=sql.Identifier(target.work_schema, "runs"),
        ),
        (list(tables), list(runs)),
    ).fetchone()
    if row and row[0]:
        raise KvError(
            f"Run {row[2]} was purged: the {row[0]:,} rows it replaced (in {row[1]} and perhaps"
            " others) can no longer be restored.",
            "Restore a backup, or name tables without such rows in --tables.",
        )


def _chosen(connection: psycopg.Connection, target: Target, run: str) -> list[str]:
    if not table_exists(connection, target.work_schema, "runs"):
        raise KvError("There is no run to purge: nothing has run on this target.")
    found = connection.execute(
        sql.SQL(
            "select run_id, to_jsonb(runs) ->> 'purged_at' is not null from {} as runs"
            " where %s in ('', run_id) order by started_at"
        ).format(sql.Identifier(target.work_schema, "runs")),
        (run,),
    ).fetchall()
    if not found:
        raise UsageError(f"There is no run '{run}'.", "'invoke history' names the runs.")
    return [str(run_id) for run_id, is_purged in found if not is_purged]


def _parts(connection: psycopg.Connection, target: Target, runs: list[str]) -> list[Purged]:
    """Count what would go; only tables that are there and hold something are named."""
    if not runs:
        return []
    parts = []
    for table, column in (("written_rows", "before"), ("conflicts", "")):
        if table_exists(connection, target.work_schema, table):
            condition = sql.SQL("run_id = any({})").format(sql.Literal(runs))
            parts.append(Purged(table, column, _rows(connection, target, table, column, condition)))
    if _are_in_the_models(connection, target, runs):
        for table in ("corrections", *_models()):
            if table_exists(connection, target.work_schema, table):
                column = _EMPTIED_COLUMNS.get(table, "")
                rows = _rows(connection, target, table, column, sql.SQL("true"))
                parts.append(Purged(table, column, rows))
    return [part for part in parts if part.rows]


def _models() -> list[str]:
    """Give the models that may keep parts of documents: all but the final ones and those that stay.

    From the folder and not from a list, so that a model somebody adds is not forgotten.
    """
    names = {
        path.stem
        for path in Path(ROOT / "models").rglob("*.sql")
        if path.parent.name != "final" and path.stem not in _KEPT
    }
    return sorted(names)


def _are_in_the_models(connection: psycopg.Connection, target: Target, runs: list[str]) -> bool:
    """Say whether the models may still hold what one of these runs read."""
    row = connection.execute(
        sql.SQL(
            "select exists (select from {runs} as chosen where run_id = any(%s) and not exists ("
            " select from {runs} as later"
            " where later.started_at > chosen.started_at and later.outcome = 'done'))"
        ).format(runs=sql.Identifier(target.work_schema, "runs")),
        (runs,),
    ).fetchone()
    return bool(row and row[0])


def _rows(
    connection: psycopg.Connection,
    target: Target,
    table: str,
    column: str,
    condition: sql.Composable,
) -> int:
    held = sql.SQL("{} is not null").format(sql.Identifier(column)) if column else sql.SQL("true")
    row = connection.execute(
        sql.SQL("select count(*) from {} where {} and {}").format(
            sql.Identifier(target.work_schema, table), condition, held
        )
    ).fetchone()
    return int(row[0]) if row else 0


def _take_away(
    connection: psycopg.Connection, target: Target, part: Purged, runs: list[str]
) -> None:
    table = sql.Identifier(target.work_schema, part.table)
    condition: sql.Composable = sql.SQL("true")
    if part.table in ("written_rows", "conflicts"):
        condition = sql.SQL("run_id = any({})").format(sql.Literal(runs))
    if part.column:
        column = sql.Identifier(part.column)
        statement = sql.SQL("update {table} set {column} = null where {column} is not null and {}")
        connection.execute(statement.format(condition, table=table, column=column))
    else:
        connection.execute(sql.SQL("delete from {} where {}").format(table, condition))


def _mark(connection: psycopg.Connection, target: Target, runs: list[str]) -> None:
    table = sql.Identifier(target.work_schema, "runs")
    connection.execute(
        sql.SQL("alter table {} add column if not exists purged_at timestamptz").format(table)
    )
    connection.execute(
        sql.SQL("update {} set purged_at = clock_timestamp() where run_id = any(%s)").format(table),
        (runs,),
    )


def _refuse_while_running(connection: psycopg.Connection, target: Target) -> None:
    """Hold the lock of a run until the transaction ends, or raise KvError."""
    row = connection.execute(
        sql.SQL("select pg_try_advisory_xact_lock({})").format(lock_key(target))
    ).fetchone()
    if not (row and row[0]):
        raise KvError(
            "A run is at work on this target; nothing was purged.",
            "Wait until it has ended ('invoke status --watch').",
        )


def _vacuum(target: Target, parts: list[Purged]) -> None:
    """Let the server clean up behind the deleted rows, which stand in its files until then."""
    with connect(target, autocommit=True) as connection:
        for part in parts:
            connection.execute(
                sql.SQL("vacuum {}").format(sql.Identifier(target.work_schema, part.table))
            )


def print_purge(found: Purge, *, as_json: bool) -> None:
    """Print what goes or went, and what can no longer be done without it."""
    if as_json:
        console.print_json(asdict(found))
        return
    if not found.runs:
        console.say("Nothing to purge: it is done already.")
        return
    console.table(
        "Purged" if found.is_done else "A purge would take away",
        ["table", "what", "rows"],
        [[part.table, part.column or "whole rows", part.rows] for part in found.parts],
    )
    console.say(f"Of {len(found.runs):,} runs: {', '.join(found.runs)}.")
    console.say("Afterwards:" if not found.is_done else "From now on:")
    for sentence in _LOST:
        console.say(f"  - {sentence};")
    console.say("  - the ledger keeps every key with its class. Logs and backups are not touched.")
    if not found.is_done:
        console.say("Nothing was changed. Repeat with --yes to do it.")
