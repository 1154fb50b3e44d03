"""What `status` shows: a target, its store, its tables, its last runs, and the run at work, if any.

Everything is read: the statistics of the server, the checkpoints of the run, and its log where it
is on this machine. Of other sessions we name process, application, user and state, never the
statement. A table that somebody holds for himself is not waited for.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

import psycopg
from psycopg import sql

from scripts import console
from scripts.connection import connect
from scripts.errors import KvError
from scripts.run_progress import Progress, read_progress
from scripts.settings import ENTITIES, Target

PAUSE = 2.0
LOCKED = -1
# How a run ended that a rollback took back, or whose findings are void since an earlier one was.
TAKEN_BACK = ("rolled_back", "void")


def status_task(target: Target, *, as_json: bool, watch: bool = False) -> int:
    """Print the state of a target, then how far its run is; with `watch` until that has ended.

    With `watch` and `as_json` each look is a line of JSON of its own.
    """
    if watch and as_json:
        for look in _looks(target):
            sys.stdout.write(json.dumps(asdict(look), default=str) + "\n")
            sys.stdout.flush()
        return 0
    with connect(target, read_only=True, autocommit=True) as connection:
        connection.execute("set lock_timeout = '500ms'")
        state = _state(connection, target)
        connection.execute("reset lock_timeout")
        progress = read_progress(connection, target)
    if as_json:
        console.print_json({**state, "running": asdict(progress) if progress else None})
        return 0
    _print_state(target, state)
    if progress is None:
        console.say("No run is at work.")
        return 0
    print_progress(progress)
    if watch:
        _watch(target)
    return 0


def _watch(target: Target) -> None:
    for progress in _looks(target, pause_first=True):
        if console.out.is_terminal:
            console.out.clear()
        print_progress(progress)
    console.say("The run has ended; 'invoke history' says how.")


def _looks(target: Target, *, pause_first: bool = False) -> Iterator[Progress]:
    """Look every two seconds, outside any transaction, until no run is at work."""
    with connect(target, read_only=True, autocommit=True) as connection:
        if pause_first:
            time.sleep(PAUSE)
        while progress := read_progress(connection, target):
            yield progress
            time.sleep(PAUSE)


def _state(connection: psycopg.Connection, target: Target) -> dict[str, Any]:
    tables = {name: _count(connection, target.final_schema, name) for name in ENTITIES}
    return {
        "target": target.name,
        "server": connection.info.parameter_status("server_version"),
        "store": f"{target.kv_schema}.{target.kv_table}",
        "keys": _count(connection, target.kv_schema, target.kv_table),
        "tables": tables,
        "runs": _runs(connection, target),
    }


def _print_state(target: Target, state: dict[str, Any]) -> None:
    facts = {name: value for name, value in state.items() if name not in ("tables", "runs")}
    console.table("Target", ["", ""], [[name, _shown(value)] for name, value in facts.items()])
    console.table(
        f"Final tables in schema {target.final_schema}",
        ["table", "rows"],
        [[name, _shown(count)] for name, count in state["tables"].items()],
    )
    console.table(
        "Last runs",
        ["run", "started", "outcome"],
        [list(run.values()) for run in state["runs"]],
    )


def _shown(value: object) -> str:
    if isinstance(value, int):
        return "locked" if value == LOCKED else f"{value:,}"
    return "not there" if value is None else str(value)


def print_progress(progress: Progress) -> None:
    """Print how far the run at work is, its batches, and who keeps it waiting."""
    facts = {
        "run": f"{progress.run_id} (session {progress.pid}, since {progress.since})",
        "phase": progress.phase,
        "models and tests": _of(progress.nodes_done, progress.nodes_total),
        "at": ", ".join(progress.working),
        "time left": ""
        if progress.seconds_left is None
        else f"about {_time(progress.seconds_left)}",
    }
    console.table("At work", ["", ""], [[name, value] for name, value in facts.items() if value])
    if progress.batches:
        console.table(
            "Batches",
            ["table", "rows", "share", "rows a second", "time left"],
            [
                [
                    batch.entity,
                    _of(batch.rows_done, batch.rows_total),
                    f"{batch.share:.0%}",
                    f"{batch.rate:,.0f}",
                    "" if batch.seconds_left is None else _time(batch.seconds_left),
                ]
                for batch in progress.batches
            ],
        )
    if progress.blockers:
        console.table(
            "Who keeps us waiting",
            ["our session", "session", "application", "user", "state", "since"],
            [
                [str(who.waiting), str(who.pid), who.application, who.user, who.state, who.since]
                for who in progress.blockers
            ],
        )


def _of(done: int, total: int) -> str:
    return f"{done:,} of {total:,}" if total else f"{done:,}" if done else ""


def _time(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}"


def relation_exists(connection: psycopg.Connection, schema: str, table: str) -> bool:
    """Say whether there is such a table or view; reads in the caller's transaction."""
    row = connection.execute(
        "select to_regclass(format('%%I.%%I', %s::text, %s::text)) is not null", (schema, table)
    ).fetchone()
    return bool(row and row[0])


def not_judged(target: Target) -> KvError:
    """Make the error of whoever asks for what a run has left where there was none."""
    return KvError(f"No run has judged the store of '{target.name}' yet.", "Run `invoke migrate`.")


def last_run(connection: psycopg.Connection, target: Target) -> tuple[str, str] | None:
    """Give the run that began last, and its outcome; none where there was none. Reads only."""
    if not relation_exists(connection, target.work_schema, "runs"):
        return None
    row = connection.execute(
        sql.SQL(
            "select run_id, coalesce(outcome, 'unfinished') from {}"
            " order by started_at desc limit 1"
        ).format(sql.Identifier(target.work_schema, "runs"))
    ).fetchone()
    return (str(row[0]), str(row[1])) if row else None


def refuse_taken_back(connection: psycopg.Connection, target: Target) -> None:
    """Raise KvError where the last run was taken back: its ledgers are empty. Reads only."""
    last = last_run(connection, target)
    if last and last[1] in TAKEN_BACK:
        raise KvError(
            f"Run {last[0]} was rolled back, and what it said of each key is gone; rows of earlier"
            " runs stand where they were.",
            "Run 'invoke migrate' to judge the store again.",
        )


def require_tables(connection: psycopg.Connection, target: Target, purpose: str) -> None:
    """Raise KvError where one of the six tables is not there; reads in the caller's transaction."""
    for entity in ENTITIES:
        if not relation_exists(connection, target.final_schema, entity):
            raise KvError(
                f"There is no table {target.final_schema}.{entity} to {purpose}.",
                "Run 'invoke migrate' first; a rollback has taken it away.",
            )


def _count(connection: psycopg.Connection, schema: str, table: str) -> int | None:
    """Count the rows of a table: None where there is none, -1 where somebody holds it."""
    if not relation_exists(connection, schema, table):
        return None
    try:
        row = connection.execute(
            sql.SQL("select count(*) from {}").format(sql.Identifier(schema, table))
        ).fetchone()
    except psycopg.errors.LockNotAvailable:
        return LOCKED
    return int(row[0]) if row else None


def _runs(connection: psycopg.Connection, target: Target) -> list[dict[str, str]]:
    if not relation_exists(connection, target.work_schema, "runs"):
        return []
    # By way of JSON, for a run of an earlier version left no `purged_at`.
    query = sql.SQL(
        "select run_id, to_char(started_at at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS'),"
        " coalesce(outcome, 'unfinished')"
        " || case when to_jsonb(runs) ->> 'purged_at' is null then '' else ', purged' end"
        " from {} as runs order by started_at desc limit 5"
    ).format(sql.Identifier(target.work_schema, "runs"))
    try:
        rows = connection.execute(query).fetchall()
    except psycopg.errors.LockNotAvailable:
        return []
    return [
        {"run": str(run), "started": f"{started} UTC", "outcome": str(outcome)}
        for run, started, outcome in rows
    ]
