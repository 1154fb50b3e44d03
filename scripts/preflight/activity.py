"""Who works on the tables now: locks a run would wait for, and transactions that stay open."""

from __future__ import annotations

from collections.abc import Iterator

from scripts.preflight.findings import OK, STOP, WARN, Finding, View
from scripts.settings import ENTITIES

# What a run needs on these tables conflicts with every mode from ShareLock on. The modes below it
# are those of reading, writing, vacuum and analyze.
_LOCKS = """
select
    class.relname::text,
    held.mode,
    held.pid,
    coalesce(activity.application_name, ''),
    coalesce(activity.state, 'state hidden'),
    coalesce(extract(epoch from clock_timestamp() - activity.xact_start), 0)::bigint,
    held.granted
from pg_locks as held
inner join pg_class as class on held.relation = class.oid
left join pg_stat_activity as activity on held.pid = activity.pid
where
    held.locktype = 'relation'
    and held.database = (select oid from pg_database where datname = current_database())
    and held.pid is distinct from pg_backend_pid()
    and (
        class.oid = to_regclass(format('%%I.%%I', %s::text, %s::text))
        or class.relnamespace = to_regnamespace(quote_ident(%s)) and class.relname = any(%s)
    )
order by held.granted desc, class.relname, held.pid
"""
_OPEN = """
select
    pid,
    coalesce(application_name, ''),
    coalesce(state, 'state hidden'),
    extract(epoch from clock_timestamp() - xact_start)::bigint
from pg_stat_activity
where
    datname = current_database()
    and pid <> pg_backend_pid()
    and backend_type = 'client backend'
    and xact_start < clock_timestamp() - interval '1 minute'
order by xact_start
limit 5
"""
_CONFLICTING = (
    "ShareLock",
    "ShareRowExclusiveLock",
    "ExclusiveLock",
    "AccessExclusiveLock",
)


def locks(view: View) -> Iterator[Finding]:
    """Name the sessions that hold, or wait for, a lock on the store or one of the six tables."""
    target = view.target
    found = view.rows(
        _LOCKS, target.kv_schema, target.kv_table, target.final_schema, list(ENTITIES)
    )
    for table, mode, pid, application, state, seconds, granted in found:
        if mode not in _CONFLICTING:
            continue
        verb = "holds" if granted else "waits for"
        yield Finding(
            f"locks: {table}",
            STOP if granted and mode == "AccessExclusiveLock" else WARN,
            f"Session {pid}{_called(application)} {verb} {mode} on {table} ({state}, {seconds} s).",
            f"Wait for it, or end it: select pg_terminate_backend({pid});",
        )
    writers = {pid for _, mode, pid, *_ in found if mode == "RowExclusiveLock"}
    if writers:
        yield Finding(
            "locks: writers",
            WARN,
            f"{len(writers)} other sessions have just written to these tables.",
            "Choose a quiet hour, or keep the application from writing while the run lasts.",
        )
    if not any(row[1] in (*_CONFLICTING, "RowExclusiveLock") for row in found):
        yield Finding("locks", OK, "Nobody keeps us from these tables.")


def open_transactions(view: View) -> Iterator[Finding]:
    """Name transactions that have been open for more than a minute."""
    found = view.rows(_OPEN)
    for pid, application, state, seconds in found:
        yield Finding(
            "open transactions",
            WARN,
            f"Session {pid}{_called(application)} has one open since {seconds} s, {state}.",
            "Space of replaced rows is kept until it ends, and its locks with it: end it first.",
        )
    if not found:
        yield Finding("open transactions", OK, "None is older than a minute.")


def _called(application: str) -> str:
    return f" ({application})" if application else ""
