"""Whether anything a run is made from has changed since the last one: if not, its verdicts stand.

A run keeps its state in `run_states`: once before it began, once when its build was over. A state
is a digest for each table, of which rows it has in which version, and one of everything else that
decides a verdict. The version of a row is its place and the transaction that wrote it (`ctid` and
`xmin`): an update always makes a new version (PostgreSQL manual, 5.6 System Columns), so no
document is read for this. Transaction ids come again after four billion; a state counts for half of
that.

What stands here decides whether documents are judged again, never whether they are proved: laws,
expectations and the verifier look at every key and row in either case.
"""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import asdict, dataclass, fields, replace
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

import psycopg
from psycopg import sql
from psycopg.types.json import Jsonb

from scripts import notice
from scripts.connection import connect, table_exists
from scripts.definitions.read import known_tables, pin, read_definition
from scripts.errors import KvError
from scripts.history import code_version
from scripts.settings import Target

if TYPE_CHECKING:
    from scripts.build import Run

# Of our own tables these belong to runs, not to their verdicts: each run writes into them.
_OF_RUNS = ("runs", "run_states", "checkpoints", "load_parts", "conflicts", "corrections")
_OURS = """
    select relname::text from pg_class
    where relnamespace = to_regnamespace(quote_ident(%s)) and relkind = 'r' and relname <> all(%s)
    order by relname
"""
# Our tables and views as they are defined: laws and verifier read the views.
_DEFINED = """
    select
        relname::text,
        relkind::text,
        (
            select jsonb_agg(jsonb_build_array(attname, atttypid::regtype) order by attnum)
            from pg_attribute where attrelid = pg_class.oid and attnum > 0 and not attisdropped
        ),
        case when relkind = 'v' then pg_get_viewdef(oid) end
    from pg_class
    where relnamespace = to_regnamespace(quote_ident(%s)) and relkind in ('r', 'v', 'm', 'p', 'f')
    order by relname collate "C"
"""
# Where rows are not kept as heaps, `ctid` says nothing of versions (pg_am).
_PLACE = """
    select format('%%s %%s', oid, pg_relation_filenode(oid)) from pg_class
    where
        oid = to_regclass(format('%%I.%%I', %s::text, %s::text))
        and relkind = 'r'
        and relam = (select oid from pg_am where amname = 'heap')
"""
_VERSIONS = """
    select format('%s %s', count(*), sum(hash_record_extended(row(ctid, xmin), 0))) from {}
"""
_LAST = """
    select runs.run_id, runs.outcome, states.before, states.after
    from {runs} as runs
    left join {states} as states on runs.run_id = states.run_id
    order by runs.started_at desc, runs.run_id desc
    limit 1
"""
# A run that found something to tell tells it once; the next one looks for itself.
_TOLD = """
    select exists (select from {changes} where run_id = %(run)s)
    or exists (select from {conflicts} where run_id = %(run)s)
"""
_OF_RUN = """
    select
        (select count(*) from {table}) = (
            select count(*) from {written}
            where run_id = %(run)s and entity = %(entity)s and action = 'insert'
        )
        and not exists (
            select from {table} where xmin <> (select xmin from {table} limit 1)
        )
"""
_LONGEST = 2**31
# How settings end that say where something goes, or who we are. Any other may be read by a model.
_NO_RULE = ("_DIR", "_PASSWORD", "KV_RUN_ID", "KV_CORRECTIONS", notice.VARIABLE)


@dataclass(frozen=True)
class State:
    """What a run is made from, at one moment; digests by the name of the table.

    `shared` are the store and the six tables, `own` those of our schema that hold verdicts;
    `rules` is the digest of code, settings, options and corrections; `moment` a transaction id of
    64 bits, which never comes again.
    """

    rules: str
    moment: int
    shared: dict[str, str]
    own: dict[str, str]


def state_of(connection: psycopg.Connection, target: Target, rules: str) -> State | None:
    """Give the state of a target, or none where it cannot be told.

    Reads every row's version, of the store, the six tables and those of our schema, in one
    transaction of its own, which it rolls back; the connection must be in autocommit. Writes
    nothing.
    """
    with connection.transaction(force_rollback=True):
        pin(connection)
        shared: dict[str, str] = {}
        tables = known_tables(connection, target, own=False)
        # A store that is a view or a foreign table has no versions.
        if (target.kv_schema, target.kv_table) not in tables:
            return None
        for schema, table in tables:
            versions = _versions(connection, schema, table)
            if not versions:
                return None
            try:
                definition = read_definition(connection, schema, table).as_dict()
            except KvError:
                return None
            shared[f"{schema}.{table}"] = f"{versions} {_digest(definition)}"
        names = connection.execute(_OURS, (target.work_schema, list(_OF_RUNS))).fetchall()
        own = {str(name): _versions(connection, target.work_schema, str(name)) for (name,) in names}
        if not all(own.values()):
            return None
        defined = connection.execute(_DEFINED, (target.work_schema,)).fetchall()
        own["(definitions)"] = _digest(defined)
        moment = connection.execute("select pg_snapshot_xmax(pg_current_snapshot())::text")
        (xid,) = moment.fetchone() or (0,)
    return State(rules, int(xid), shared, own)


def _versions(connection: psycopg.Connection, schema: str, table: str) -> str:
    """Give one table's digest, empty where it has no versions to be read."""
    place = connection.execute(_PLACE, (schema, table)).fetchone()
    if place is None:
        return ""
    found = connection.execute(sql.SQL(_VERSIONS).format(sql.Identifier(schema, table))).fetchone()
    return f"{place[0]} {found[0] if found else ''}"


def rules_of(
    connection: psycopg.Connection, target: Target, variables: dict[str, object], corrections: str
) -> str:
    """Give the digest of all that decides a verdict beside the rows of tables.

    Code and seeds, names and settings, the vars of this run, its corrections, the server's version
    and its extensions. Reads files, the environment and the catalog.
    """
    server = connection.execute(
        "select current_setting('server_version'), current_database(),"
        " (select oid from pg_database where datname = current_database()),"
        " (select jsonb_agg(extname || extversion order by extname) from pg_extension)"
    ).fetchone()
    names = (target.name, target.kv_schema, target.kv_table)
    places = (target.final_schema, target.work_schema)
    settings = {
        name: value
        for name, value in os.environ.items()
        if name.startswith("KV_") and not name.endswith(_NO_RULE)
    }
    tools = [version("dbt-core"), version("dbt-postgres"), os.environ.get("PGOPTIONS", "")]
    return _digest([code_version(), tools, names, places, variables, corrections, server, settings])


def _unchanged_since(connection: psycopg.Connection, target: Target, now: State) -> str:
    """Give the last run where its verdicts stand, or an empty text; `now` is a whole state.

    They do when that run went through and found everything as the one before it had left it, or
    made the tables itself; when it had nothing to tell of keys that changed and of rows that were
    the application's; and when nothing has changed since its build was over. Reads only.
    """
    schema = target.work_schema
    if not table_exists(connection, schema, "run_states"):
        return ""
    names = {
        "runs": sql.Identifier(schema, "runs"),
        "states": sql.Identifier(schema, "run_states"),
        "changes": sql.Identifier(schema, "key_changes"),
        "conflicts": sql.Identifier(schema, "conflicts"),
        "created": sql.Identifier(schema, "created_tables"),
    }
    last = connection.execute(sql.SQL(_LAST).format(**names)).fetchone()
    if last is None or last[1] != "done" or last[2] is None:
        return ""
    run, before, after = str(last[0]), _state_in(last[2]), _state_in(last[3])
    if before is None or after is None:
        return ""
    if now.moment - after.moment > _LONGEST or replace(now, moment=after.moment) != after:
        return ""
    created = {
        f"{target.final_schema}.{entity}"
        for (entity,) in connection.execute(
            sql.SQL("select entity from {created} where run_id = %s").format(**names), (run,)
        )
    }
    differing = [
        name
        for name in before.shared | after.shared
        if before.shared.get(name) != after.shared.get(name)
    ]
    if not all(
        name in created and _is_of_run_alone(connection, target, run, name) for name in differing
    ):
        return ""
    told = connection.execute(sql.SQL(_TOLD).format(**names), {"run": run}).fetchone()
    return "" if told is None or told[0] else run


def _digest(content: object) -> str:
    text = json.dumps(content, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def _state_in(content: dict[str, Any]) -> State | None:
    """Read a state; none where another version of this module has kept it."""
    names = {field.name for field in fields(State)}
    return State(**content) if set(content) == names else None


def _is_of_run_alone(connection: psycopg.Connection, target: Target, run: str, table: str) -> bool:
    """Say whether a table that a run created holds what it wrote, and nothing else.

    The application may have written into it before the state was taken, while the run went on with
    other tables: all rows of a new table are of one transaction.
    """
    entity = table.removeprefix(f"{target.final_schema}.")
    row = connection.execute(
        sql.SQL(_OF_RUN).format(
            table=sql.Identifier(target.final_schema, entity),
            written=sql.Identifier(target.work_schema, "written_rows"),
        ),
        {"run": run, "entity": entity},
    ).fetchone()
    return bool(row and row[0])


class Memory:
    """What a live run remembers of what it is made from, for the next one."""

    def __init__(self, run: Run) -> None:
        """Take the state before the run; reads, in a transaction of its own."""
        self._run = run
        self._before = self._state()
        self._after: State | None = None

    def unchanged_since(self) -> str:
        """Give the run whose verdicts stand, or an empty text; reads, as above."""
        if self._before is None:
            return ""
        with self._connected() as connection:
            return _unchanged_since(connection, self._run.target, self._before)

    def note(self) -> None:
        """Take the state after the build, but where the models stayed as they were before it.

        What the application changes while the run goes on is then seen by the next one.
        """
        self._after = self._before if self._run.outcome.unchanged_since else self._state()

    def keep(self) -> None:
        """Keep both states, if there are two, in place of those of earlier runs.

        Writes `run_states`, in a transaction of its own.
        """
        if self._before is None or self._after is None:
            return
        target = self._run.target
        table = sql.Identifier(target.work_schema, "run_states")
        with connect(target) as connection:
            connection.execute(sql.SQL("delete from {}").format(table))
            connection.execute(
                sql.SQL("insert into {} (run_id, before, after) values (%s, %s, %s)").format(table),
                (
                    self._run.outcome.run_id,
                    Jsonb(asdict(self._before)),
                    Jsonb(asdict(self._after)),
                ),
            )

    def _state(self) -> State | None:
        run = self._run
        with self._connected() as connection:
            rules = rules_of(connection, run.target, run.variables, run.corrections)
            return state_of(connection, run.target, rules)

    def _connected(self) -> psycopg.Connection:
        return connect(self._run.target, read_only=True, autocommit=True)
