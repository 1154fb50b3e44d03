"""Make what stands on a table that has its rows: constraints, indexes, triggers, comments.

Each thing is made unless the table has one of its name, so that an interrupted copy can be
finished later, and each behind a savepoint: what cannot be made is said and left out.
"""

from __future__ import annotations

import re
from dataclasses import replace

from psycopg import sql

from scripts.definitions.columns import set_sequences
from scripts.definitions.facts import Constraint, Index, Table, Trigger
from scripts.definitions.maker import Maker

# What an extension puts into `public` on one server and into `extensions` on another.
_OPERATOR_CLASS = re.compile(r'(?:(?:"(?:[^"]|"")+"|\w+)\.)?\b(gin_trgm_ops|gist_trgm_ops)\b')
_ENABLED = {"D": "disable trigger", "R": "enable replica trigger", "A": "enable always trigger"}
_HAS_CONSTRAINT = "select 1 from pg_constraint where conrelid = to_regclass({}) and conname = {}"
_HAS_TRIGGER = "select 1 from pg_trigger where tgrelid = to_regclass({}) and tgname = {}"
_HAS_INDEX = (
    "select 1 from pg_index join pg_class on pg_class.oid = indexrelid"
    " where indrelid = to_regclass({}) and relname = {}"
)


def finish(maker: Maker) -> None:
    """Add keys and checks, indexes, foreign keys, triggers, comments and row-level security.

    Writes in the caller's transaction. What could not be made is in `maker.notes` and
    `maker.failures`.
    """
    for table in maker.tables:
        for constraint in table.constraints:
            if constraint.kind != "f":
                add_constraint(maker, table, constraint)
        for index in table.indexes:
            _add_index(maker, table, index)
    for table in maker.tables:
        for constraint in table.constraints:
            if constraint.kind == "f":
                add_constraint(maker, table, constraint)
    for table in maker.tables:
        for trigger in table.triggers:
            _add_trigger(maker, table, trigger)
        set_sequences(maker, table)
        _describe(maker, table)


def add_constraint(maker: Maker, table: Table, constraint: Constraint) -> None:
    """Add one constraint; a foreign key refers to the copy of its parent.

    One that refers to a table outside the set is noted and left out.
    """
    label = f"{table.full_name}: the constraint {constraint.name}"
    definition: sql.Composable = sql.SQL(constraint.definition)
    if constraint.parent:
        if not maker.is_known(constraint.parent):
            parent = ".".join(constraint.parent)
            maker.notes.append(f"{label} refers to {parent}, which is not of the set: left out.")
            return
        schema, name = constraint.parent
        definition = sql.SQL("{} references {} {}").format(
            definition,
            sql.Identifier(maker.schema_of(schema), name),
            sql.SQL(constraint.behind_parent),
        )
    statement = sql.SQL("alter table {} add constraint {} {}").format(
        maker.place(table), sql.Identifier(constraint.name), definition
    )
    made = _has(maker, _HAS_CONSTRAINT, table, constraint.name) or maker.attempt(statement, label)
    if made and constraint.comment is not None:
        _comment(maker, "constraint", constraint.name, table, constraint.comment)


def _add_index(maker: Maker, table: Table, index: Index) -> None:
    label = f"{table.full_name}: the index {index.name}"

    def where_it_is(match: re.Match[str]) -> str:
        row = maker.connection.execute(
            "select format('%%I.%%I', nspname, opcname) from pg_opclass"
            " join pg_namespace on pg_namespace.oid = opcnamespace where opcname = %s limit 1",
            (match[1],),
        ).fetchone()
        return str(row[0]) if row else match[0]

    statement = sql.SQL("create {} index {} on {} {}").format(
        sql.SQL("unique" if index.unique else ""),
        sql.Identifier(index.name),
        maker.place(table),
        sql.SQL(_OPERATOR_CLASS.sub(where_it_is, index.method)),
    )
    made = _has(maker, _HAS_INDEX, table, index.name) or maker.attempt(statement, label)
    if made and index.comment is not None:
        name = sql.Identifier(maker.schema_of(table.schema), index.name)
        maker.connection.execute(
            sql.SQL("comment on index {} is {}").format(name, sql.Literal(index.comment))
        )


def _add_trigger(maker: Maker, table: Table, trigger: Trigger) -> None:
    schema, name = trigger.function
    if trigger.function_definition is not None:
        schema = maker.schema_of(schema)
        _add_function(maker, table, trigger, schema, trigger.function_definition)
    statement = sql.SQL("{} on {} {} execute function {}{}").format(
        sql.SQL(trigger.before_table),
        maker.place(table),
        sql.SQL(trigger.between),
        sql.Identifier(schema, name),
        sql.SQL(trigger.arguments),
    )
    label = f"{table.full_name}: the trigger {trigger.name}"
    if not (_has(maker, _HAS_TRIGGER, table, trigger.name) or maker.attempt(statement, label)):
        return
    absent = [name for name in trigger.reads if not _is_there(maker, table, name)]
    if absent and trigger.enabled != "D":
        # It would fail every statement that fires it.
        maker.notes.append(
            f"{table.full_name}: the trigger {trigger.name} is switched off here, because its"
            f" function names {', '.join(absent)}, which is not here."
        )
        trigger = replace(trigger, enabled="D")
    if trigger.enabled in _ENABLED:
        maker.connection.execute(
            sql.SQL("alter table {} {} {}").format(
                maker.place(table),
                sql.SQL(_ENABLED[trigger.enabled]),
                sql.Identifier(trigger.name),
            )
        )
    if trigger.comment is not None:
        _comment(maker, "trigger", trigger.name, table, trigger.comment)


def _is_there(maker: Maker, table: Table, name: str) -> bool:
    """Say whether a relation of that name is in the schema of the table, or on the way to it."""
    place = sql.Identifier(maker.schema_of(table.schema), name).as_string(maker.connection)
    found = maker.connection.execute(
        "select coalesce(to_regclass(%s), to_regclass(quote_ident(%s))) is not null", (place, name)
    ).fetchone()
    return bool(found and found[0])


def _add_function(
    maker: Maker, table: Table, trigger: Trigger, schema: str, definition: str
) -> None:
    """Make the trigger's function unless there is one of its name, which is never replaced."""
    name = trigger.function[1]
    there = maker.connection.execute(
        "select pg_get_functiondef(p.oid) from pg_proc as p"
        " join pg_namespace as s on s.oid = pronamespace"
        " where nspname = %s and proname = %s and pronargs = 0",
        (schema, name),
    ).fetchone()
    if there is None:
        maker.attempt(
            sql.SQL("create function {}{}").format(
                sql.Identifier(schema, name), sql.SQL(definition)
            ),
            f"{table.full_name}: the function {name}",
        )
    elif not str(there[0]).endswith(definition):
        maker.notes.append(
            f"{table.full_name}: the function {schema}.{name} that is here differs from the"
            f" original; the trigger {trigger.name} calls the one that is here."
        )


def _describe(maker: Maker, table: Table) -> None:
    if table.comment is not None:
        maker.connection.execute(
            sql.SQL("comment on table {} is {}").format(
                maker.place(table), sql.Literal(table.comment)
            )
        )
    for column in table.columns:
        if column.comment is not None:
            name = sql.Identifier(maker.schema_of(table.schema), table.name, column.name)
            maker.connection.execute(
                sql.SQL("comment on column {} is {}").format(name, sql.Literal(column.comment))
            )
    for wanted, words in (
        (table.row_security, "enable row level security"),
        (table.force_row_security, "force row level security"),
    ):
        if wanted:
            maker.connection.execute(
                sql.SQL("alter table {} {}").format(maker.place(table), sql.SQL(words))
            )


def _comment(maker: Maker, kind: str, name: str, table: Table, comment: str) -> None:
    maker.connection.execute(
        sql.SQL("comment on {} {} on {} is {}").format(
            sql.SQL(kind), sql.Identifier(name), maker.place(table), sql.Literal(comment)
        )
    )


def _has(maker: Maker, query: str, table: Table, name: str) -> bool:
    found = maker.connection.execute(
        sql.SQL(query).format(maker.literal(table), sql.Literal(name))
    ).fetchone()
    return found is not None
