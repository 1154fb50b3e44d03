"""The cut-over: a last, proved pass while nobody writes the store, and a guard for afterwards."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import LiteralString

import psycopg
from psycopg import sql

from scripts import console, history, notice
from scripts.backup import backup
from scripts.connection import connect, table_exists
from scripts.difference import difference
from scripts.errors import KvError
from scripts.migrate import Options, Outcome, migrate
from scripts.run_account import may_begin
from scripts.settings import Target

_GUARD = "kv_to_tables_guard"
_ATTEMPTS = 12
_FUNCTION = """
    create or replace function {function}() returns trigger language plpgsql as $guard$
    begin
        raise exception using
            errcode = 'read_only_sql_transaction',
            message = 'the key-value table is closed to writers: it was cut over to tables';
    end
    $guard$
"""
_TRIGGER = """
    create or replace trigger {guard} before insert or update or delete or truncate on {store}
    for each statement execute function {function}()
"""


@dataclass(frozen=True)
class CutOver:
    """How a cut-over ended: its last pass, how long writers waited, whether the guard stands."""

    outcome: Outcome
    seconds_locked: float
    is_guarded: bool


def cut_over(target: Target, options: Options, *, guard: bool, max_lock: int) -> CutOver:
    """Do the last pass under a lock that lets the store be read and not written; prove the result.

    The lock is held in a session of its own, which the server ends after `max_lock` seconds: then
    writers go on, and nothing is cut over, while what was migrated stays. In its transaction: the
    store is compared with the ledger (zero keys may differ), the six tables are handed over to the
    application, so that from now on its edits are its own, and with `guard` a trigger is left on
    the store that refuses writers with one sentence.

    Raises KvError when the lock cannot be had or was lost, the pass fails, or a key differs.
    """
    shape = may_begin(target, options)
    with notice.announced("cutover", target.name, guard=guard, max_lock=max_lock) as step:
        step.store_shape = shape
        # Before the lock, not under it: writers wait for the pass alone.
        step.facts["backup"] = "" if options.no_backup else str(backup(target).folder)
        with _locked(target, max_lock=max_lock) as holder:
            start = time.monotonic()
            outcome = migrate(target, replace(options, no_backup=True), shape=shape)
            if outcome.failures:
                raise KvError(
                    f"The last pass failed, so nothing is cut over: {outcome.failures[0]}",
                    "Writers go on; mend it and repeat.",
                )
            _finish(holder, target, guard=guard, max_lock=max_lock)
            seconds = time.monotonic() - start
        step.outcome = history.outcome_of(outcome.exit_code)
        step.facts.update(keys=outcome.keys, seconds_locked=round(seconds, 1), guard=guard)
    return CutOver(outcome, seconds, guard)


def undo(target: Target) -> bool:
    """Take the guard off the store and the tables back into our care; say whether there was one.

    One transaction. Rows stay as they are: what was written to the tables meanwhile is the
    application's and is not carried back into the store.
    """
    with (
        notice.announced("cutover_undone", target.name) as step,
        _locked(target, "access exclusive") as connection,
    ):
        found = connection.execute(
            "select 1 from pg_trigger where tgname = %s and tgrelid = to_regclass(%s)",
            (_GUARD, _store(target).as_string(connection)),
        ).fetchone()
        for statement in (
            "drop trigger if exists {guard} on {store}",
            "drop function if exists {function}()",
        ):
            connection.execute(sql.SQL(statement).format(**_names(target)))
        if table_exists(connection, target.work_schema, "created_tables"):
            connection.execute(
                sql.SQL("update {} set handed_over_at = null").format(
                    sql.Identifier(target.work_schema, "created_tables")
                )
            )
        step.facts.update(guard=found is not None)
    return found is not None


@contextmanager
def _locked(
    target: Target, mode: LiteralString = "share row exclusive", max_lock: int = 60
) -> Iterator[psycopg.Connection]:
    """Hold the store, against writers or everybody; an error or the end of the session lets it go.

    The lock is asked for in short attempts: whoever waits for one makes others wait behind it.
    """
    with connect(target) as holder:
        for attempt in range(1, _ATTEMPTS + 1):
            try:
                holder.execute("set local lock_timeout = '2s'")
                holder.execute(
                    sql.SQL("lock table {} in {} mode").format(_store(target), sql.SQL(mode))
                )
                break
            except psycopg.errors.LockNotAvailable:
                holder.rollback()
                jitter = random.uniform(0.5, 1.5)  # noqa: S311 - a pause, no secret
                time.sleep(min(0.1 * 2**attempt, 5) * jitter)
        else:
            raise KvError(
                "The key-value table is in use by a transaction that does not end.",
                "End it (pg_stat_activity tells whose it is) and repeat; nothing was done.",
            )
        holder.execute(
            sql.SQL("set local idle_in_transaction_session_timeout = {}").format(
                sql.Literal(f"{max_lock}s")
            )
        )
        yield holder


def _finish(holder: psycopg.Connection, target: Target, *, guard: bool, max_lock: int) -> None:
    """Prove that nothing differs, hand over, guard, and commit, in the transaction of the lock."""
    try:
        ahead = difference(holder, target)
        if ahead.total:
            raise KvError(
                f"The store and the ledger differ under the lock ({ahead}): nothing is cut over.",
                "This must not happen; verify, and look at kv_to_tables.key_changes.",
            )
        holder.execute(
            sql.SQL("update {} set handed_over_at = clock_timestamp()").format(
                sql.Identifier(target.work_schema, "created_tables")
            )
        )
        if guard:
            holder.execute(sql.SQL(_FUNCTION).format(**_names(target)))
            holder.execute(sql.SQL(_TRIGGER).format(**_names(target)))
        holder.commit()
    except (psycopg.OperationalError, psycopg.errors.IdleInTransactionSessionTimeout):
        raise KvError(
            f"The pass took longer than --max-lock={max_lock} seconds: writers go on, and nothing"
            " is cut over; what was migrated stays.",
            "Run 'invoke migrate --watch' until little is left, and repeat.",
        ) from None


def _store(target: Target) -> sql.Identifier:
    return sql.Identifier(target.kv_schema, target.kv_table)


def _names(target: Target) -> dict[str, sql.Composable]:
    return {
        "store": _store(target),
        "guard": sql.Identifier(_GUARD),
        "function": sql.Identifier(target.work_schema, "refuse_write"),
    }


def print_cut_over(done: CutOver) -> None:
    """Say how it ended, and what is to be done now."""
    console.say(
        f"Cut over: no key differs; writers of the store waited {done.seconds_locked:.1f} s."
    )
    console.say(
        "The store is closed to writers; 'invoke cutover --undo' opens it again."
        if done.is_guarded
        else "The store is open to writers; nothing takes over what they write from now on."
    )
