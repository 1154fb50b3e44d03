"""How far the run at work is: its lock, its sessions, its checkpoints, and its log; reads only."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import psycopg
from psycopg import sql
from psycopg.rows import dict_row

from scripts.connection import table_exists
from scripts.run_lock import NAME, is_run_lock
from scripts.run_log import logged
from scripts.settings import Target

# The lock is held in one session for the whole run. A dry run that holds none is known by the name
# of its sessions.
_AT_WORK = """
select
    activity.pid,
    substr(activity.application_name, length({name}) + 1) as run_id,
    to_char(activity.backend_start at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS') || ' UTC' as since
from pg_stat_activity as activity
left join pg_locks as locks on activity.pid = locks.pid and {is_lock}
where
    activity.datname = current_database()
    and activity.pid <> pg_backend_pid()
    and (
        locks.pid is not null
        or starts_with(activity.application_name, {name})
    )
order by locks.pid is null, activity.backend_start
limit 1
"""
# Never the statement of a session: it may hold values. Another user's state may be closed to us.
_BLOCKERS = """
select
    waiting.pid as waiting,
    blocking.pid,
    coalesce(blocking.application_name, '') as application,
    coalesce(blocking.usename::text, '') as user,
    coalesce(blocking.state, 'not shown to this user') as state,
    coalesce(
        to_char(
            coalesce(blocking.xact_start, blocking.state_change) at time zone 'UTC',
            'YYYY-MM-DD HH24:MI:SS'
        ) || ' UTC',
        ''
    ) as since
from pg_stat_activity as waiting
cross join unnest(pg_blocking_pids(waiting.pid)) as blocker (pid)
inner join pg_stat_activity as blocking on blocker.pid = blocking.pid
where waiting.datname = current_database() and waiting.application_name = {name}
order by waiting.pid, blocking.pid
"""
_BATCHES = """
select
    entity,
    rows_done::bigint as rows_done,
    rows_total::bigint as rows_total,
    extract(epoch from updated_at - started_at)::double precision as seconds
from {checkpoints}
where run_id = {run}
order by started_at, entity
"""
_AFTER = {"build": "expectations", "expectations": "verify", "verify": "report"}


@dataclass(frozen=True)
class Batch:
    """How far one table is; `rate` is rows a second since its first batch began."""

    entity: str
    rows_done: int
    rows_total: int
    seconds: float

    @property
    def share(self) -> float:
        """Give the part that is done, from 0 to 1."""
        return self.rows_done / self.rows_total if self.rows_total else 1.0

    @property
    def rate(self) -> float:
        """Give the rows written in a second."""
        return self.rows_done / self.seconds if self.seconds > 0 else 0.0

    @property
    def seconds_left(self) -> float | None:
        """Give the seconds until the table is done, or None when nothing tells."""
        left = self.rows_total - self.rows_done
        return left / self.rate if self.rate and left > 0 else None


@dataclass(frozen=True)
class Blocker:
    """A session that keeps one of ours waiting."""

    waiting: int
    pid: int
    application: str
    user: str
    state: str
    since: str


@dataclass
class Progress:
    """The run at work, as far as it can be seen from here.

    `working` are the models and tests that have begun and not ended; without the run's log they and
    the counts of nodes are not known, and the phase is that of the tables.
    """

    run_id: str
    pid: int
    since: str
    phase: str = "not known: the log of the run is on another machine"
    nodes_done: int = 0
    nodes_total: int = 0
    working: list[str] = field(default_factory=list)
    seconds_left: float | None = None
    batches: list[Batch] = field(default_factory=list)
    blockers: list[Blocker] = field(default_factory=list)


def read_progress(connection: psycopg.Connection, target: Target) -> Progress | None:
    """Give how far the run at work on this database is, or None when there is none.

    Reads server statistics, the table `checkpoints` where it is, and the log of the run in
    KV_RUNS_DIR, each in a transaction of its own when the connection is in autocommit.
    """
    names: dict[str, sql.Composable] = {
        "name": sql.Literal(NAME),
        "is_lock": is_run_lock(target),
    }
    found = _rows(connection, sql.SQL(_AT_WORK).format(**names))
    if not found:
        return None
    progress = Progress(found[0]["run_id"], found[0]["pid"], found[0]["since"])
    _add_log(progress)
    if table_exists(connection, target.work_schema, "checkpoints"):
        checkpoints = sql.Identifier(target.work_schema, "checkpoints")
        run = sql.Literal(progress.run_id)
        query = sql.SQL(_BATCHES).format(checkpoints=checkpoints, run=run)
        progress.batches = [Batch(**row) for row in _rows(connection, query)]
    name = sql.Literal(NAME + progress.run_id)
    blockers = _rows(connection, sql.SQL(_BLOCKERS).format(name=name))
    progress.blockers = [Blocker(**row) for row in blockers]
    return progress


def _rows(connection: psycopg.Connection, query: sql.Composed) -> list[dict[str, Any]]:
    with connection.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(query).fetchall()


def _add_log(progress: Progress) -> None:
    """Take phase, nodes and time left from the log of the run, where it is on this machine."""
    events = list(logged(progress.run_id))
    if not events:
        return
    progress.phase = "start"
    began: list[str] = []
    build_began = ""
    for event in events:
        name = str(event.get("name", ""))
        match event.get("event"):
            case "nodes":
                progress.phase = "build"
                build_began = str(event.get("at", ""))
                progress.nodes_total = int(event.get("total", 0))
            case "node_start":
                began.append(name)
            case "node":
                progress.nodes_done += 1
                if name in began:
                    began.remove(name)
            case "part":
                progress.phase = _AFTER.get(name, name)
                began.clear()
    progress.working = began
    if progress.phase == "build" and progress.nodes_done and build_began:
        passed = (datetime.now(UTC) - datetime.fromisoformat(build_began)).total_seconds()
        left = max(0, progress.nodes_total - progress.nodes_done)
        progress.seconds_left = passed * left / progress.nodes_done
