"""What a rollback would take back: every row the runs wrote, in one temporary table, judged once.

Rows of the newest runs can go only while nobody, no later run and no application, has touched them
since; and a parent can go only when everything that refers to it goes.
"""

from __future__ import annotations

from dataclasses import dataclass

import psycopg
from psycopg import sql

from scripts.connection import table_exists
from scripts.errors import KvError
from scripts.preflight.security import stands_between
from scripts.purge import refuse_purged_rollback
from scripts.settings import ENTITIES, Target

# In the caller's transaction; a preview ends it without a trace. Without a key: every join is one
# of whole tables, and a million ids in any order cost more to index than to hash.
_TABLE = """
    create temporary table takeback (
        entity text not null,
        id uuid not null,
        step text not null,
        before jsonb
    ) on commit drop
"""
# Of each row the first of the chosen runs says what was there before them; a word of another, later
# run, or a hash that is another now, says that it is no longer theirs to take back.
_ROWS = """
    insert into takeback (entity, id, step, before)
    select
        {entity},
        first.id,
        case
            when live.id is null and first.action = 'insert' then 'gone'
            when later.id is not null then 'spared_later'
            when live.id is null and first.last_action = 'delete' then 'insert'
            when live.id is null then 'spared_deleted'
            when first.last_action = 'delete' then 'spared_edited'
            when
                not {include_edited}
                and touched.id is not null
                and (touched.kind <> 'extended' or first.action = 'insert')
                then 'spared_edited'
            when first.action = 'insert' then 'delete'
            else 'restore'
        end,
        first.before
    from ({words}) as first
    left join (
        select distinct on (written.id) written.id, runs.started_at
        from {written} as written inner join {runs} as runs using (run_id)
        where written.entity = {entity} and written.run_id <> all({chosen})
        order by written.id, runs.started_at desc
    ) as later on first.id = later.id and later.started_at > first.last_started_at
    left join {touched_rows}({entity}, {name}::regclass, null, true) as touched
        on first.id = touched.id
    left join {final} as live on first.id = live.id
"""
# What the chosen runs say of each row, first and last. One run has one word for each: no row is
# sorted for it, and one run is the usual case.
_WORDS_OF_RUNS = """
    select distinct on (written.id)
        written.id,
        written.action,
        written.before,
        last_value(written.action) over each_row as last_action,
        last_value(runs.started_at) over each_row as last_started_at
    from {written} as written inner join {runs} as runs using (run_id)
    where written.entity = {entity} and written.run_id = any({chosen})
    window each_row as (
        partition by written.id order by runs.started_at
        rows between unbounded preceding and unbounded following
    )
    order by written.id, runs.started_at
"""
_WORDS_OF_RUN = """
    select
        written.id,
        written.action,
        written.before,
        written.action as last_action,
        runs.started_at as last_started_at
    from {written} as written inner join {runs} as runs using (run_id)
    where written.entity = {entity} and written.run_id = any({chosen})
"""
# A row stays when one that stays refers to it.
_KEPT_BY_CHILD = """
    update takeback
    set step = 'spared_parent'
    where entity = {entity} and step = 'delete' and exists (
        select from {child} as child
        inner join {final} as parent on {match}
        left join takeback as going
            on going.entity = {child_entity} and child.id = going.id and going.step = 'delete'
        where parent.id = takeback.id and going.id is null
    )
"""
_REFERRING = """
    select count(*) from {child} as child
    inner join {final} as parent on {match}
    inner join takeback on takeback.entity = {entity} and takeback.step = 'delete'
        and parent.id = takeback.id
"""
# Whoever refers to a row locks it against deletion: this keeps new ones out.
_HELD = """
    select count(*) from (
        select final.id from {final} as final
        inner join takeback on takeback.entity = {entity} and takeback.step = 'delete'
            and final.id = takeback.id
        for update of final
    ) as held
"""
# The columns of a key, and those they refer to, pair by pair.
_FOREIGN_KEYS = """
    select
        space.nspname::text,
        child.relname::text,
        array_agg(referring.attname::text order by pairs.place),
        array_agg(referred.attname::text order by pairs.place)
    from pg_constraint as keys
    cross join unnest(keys.conkey, keys.confkey) with ordinality as pairs (child, parent, place)
    inner join pg_class as child on child.oid = keys.conrelid
    inner join pg_namespace as space on space.oid = child.relnamespace
    inner join pg_attribute as referring
        on keys.conrelid = referring.attrelid and pairs.child = referring.attnum
    inner join pg_attribute as referred
        on keys.confrelid = referred.attrelid and pairs.parent = referred.attnum
    where keys.contype = 'f' and keys.confrelid = to_regclass(format('%%I.%%I', %s::text, %s::text))
    group by keys.oid, space.nspname, child.relname
    order by space.nspname, child.relname, keys.oid
"""
_COUNTS = """
    select
        count(*) filter (where step = 'delete'),
        count(*) filter (where step = 'restore'),
        count(*) filter (where step = 'insert'),
        count(*) filter (where step in ('spared_edited', 'spared_deleted')),
        count(*) filter (where step = 'spared_later'),
        count(*) filter (where step = 'spared_parent'),
        (select count(*) from {final}),
        exists (select from {created} where entity = {entity} and run_id = any({chosen}))
    from takeback where entity = {entity}
"""


@dataclass(frozen=True)
class Step:
    """What a rollback takes back in one table, and what it spares.

    `insert` are rows a run deleted; `edited` were changed or deleted by the application since,
    `later` written again by a later run, `parents` are referred to by a row that stays.
    """

    entity: str
    delete: int = 0
    restore: int = 0
    insert: int = 0
    edited: int = 0
    later: int = 0
    parents: int = 0
    drop_table: bool = False


@dataclass(frozen=True)
class Wanted:
    """What the operator asked for: tables child first, runs, and whether edited rows go as well.

    With `holds` the rows that go are locked, so that nobody can refer to them any more.
    """

    tables: tuple[str, ...]
    runs: tuple[str, ...]
    include_edited: bool = False
    holds: bool = False


def names_of(
    target: Target, entity: str, connection: psycopg.Connection
) -> dict[str, sql.Composable]:
    """Give the placeholders that the statements about one table share."""
    final = sql.Identifier(target.final_schema, entity)
    work = {
        name: sql.Identifier(target.work_schema, table)
        for name, table in (
            ("written", "written_rows"),
            ("created", "created_tables"),
            ("runs", "runs"),
            ("touched_rows", "touched_rows"),
        )
    }
    return {
        "entity": sql.Literal(entity),
        "final": final,
        "name": sql.Literal(final.as_string(connection)),
        **work,
    }


def make_plan(connection: psycopg.Connection, target: Target, wanted: Wanted) -> list[Step]:
    """Judge every row the runs wrote; give the steps, child first.

    Fills the temporary table `takeback` (entity, id, step, before), in the caller's transaction,
    and reads everything else. Raises KvError where a row that stays refers to one that would go.
    """
    refuse_purged_rollback(connection, target, wanted.tables, wanted.runs)
    connection.execute(_TABLE)
    steps: list[Step] = []
    for entity in wanted.tables:
        if table_exists(connection, target.final_schema, entity):
            # A table of which no row stays keeps no parent.
            whole = {step.entity for step in steps if step.drop_table}
            _judge(connection, target, entity, wanted, whole)
        steps.append(_step(connection, target, entity, wanted))
    return steps


@dataclass(frozen=True)
class ForeignKey:
    """A foreign key to a table, of ours or of anybody: who refers, by which columns, to which."""

    schema: str
    table: str
    columns: tuple[str, ...]
    referred: tuple[str, ...]

    def match(self) -> sql.Composed:
        """Give the condition by which a row `child` refers to a row `parent`."""
        return sql.SQL(" and ").join(
            sql.SQL("child.{} = parent.{}").format(sql.Identifier(ours), sql.Identifier(theirs))
            for ours, theirs in zip(self.columns, self.referred, strict=True)
        )


def foreign_keys(connection: psycopg.Connection, target: Target, parent: str) -> list[ForeignKey]:
    """Give every foreign key that refers to a final table; reads the catalog."""
    return [
        ForeignKey(str(schema), str(table), tuple(columns), tuple(referred))
        for schema, table, columns, referred in connection.execute(
            _FOREIGN_KEYS, (target.final_schema, parent)
        )
    ]


def _judge(
    connection: psycopg.Connection, target: Target, entity: str, wanted: Wanted, whole: set[str]
) -> None:
    names = names_of(target, entity, connection)
    chosen = sql.Literal(list(wanted.runs))
    words = _WORDS_OF_RUN if len(wanted.runs) == 1 else _WORDS_OF_RUNS
    connection.execute(
        sql.SQL(_ROWS).format(
            chosen=chosen,
            words=sql.SQL(words).format(chosen=chosen, **names),
            include_edited=sql.Literal(wanted.include_edited),
            **names,
        )
    )
    connection.execute("analyze takeback")
    for key in foreign_keys(connection, target, entity):
        schema, child = key.schema, key.table
        parts = {
            "child": sql.Identifier(schema, child),
            "match": key.match(),
            "child_entity": sql.Literal(child),
            **names,
        }
        ours = schema == target.final_schema and child in ENTITIES
        # A row that cannot be seen may go with its parent, where the foreign key cascades.
        if stands_between(connection, schema, child):
            raise KvError(
                f"Row-level security hides rows of {schema}.{child} that may refer to {entity}.",
                f"Let '{target.user}' read them by a policy, or connect as the owner.",
            )
        if ours and child in whole:
            continue
        try:
            if ours and child in wanted.tables:
                connection.execute(sql.SQL(_KEPT_BY_CHILD).format(**parts))
                continue
            if wanted.holds:
                connection.execute(sql.SQL(_HELD).format(**names))
            found = connection.execute(sql.SQL(_REFERRING).format(**parts)).fetchone()
        except psycopg.errors.InsufficientPrivilege:
            raise KvError(
                f"'{target.user}' may not see whether rows of {schema}.{child} refer to {entity}.",
                f"grant select ({', '.join(key.columns)}) on {schema}.{child} to {target.user};",
            ) from None
        if found and found[0]:
            raise KvError(
                f"Rolling back {entity} would orphan {found[0]:,} rows of {schema}.{child}.",
                f"Add {child} to --tables." if ours else "Move or remove those rows first.",
            )


def _step(connection: psycopg.Connection, target: Target, entity: str, wanted: Wanted) -> Step:
    if not table_exists(connection, target.final_schema, entity):
        return Step(entity)
    found = connection.execute(
        sql.SQL(_COUNTS).format(
            chosen=sql.Literal(list(wanted.runs)), **names_of(target, entity, connection)
        )
    ).fetchone()
    if found is None:  # never: an aggregate without groups gives one row
        return Step(entity)
    delete, restore, insert, edited, later, parents, rows, created = found
    drop = bool(created and rows == delete and not restore and not insert)
    return Step(entity, delete, restore, insert, edited, later, parents, drop)
