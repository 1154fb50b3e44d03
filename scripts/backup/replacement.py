"""Exchange the rows of tables that are there for those of a backup, and leave all else.

What `--replace` may do, and nothing more: delete the rows of the backup's tables and insert the
backup's, in the transaction of the restore. Nothing is renamed, dropped or truncated; constraints,
indexes and triggers stay as they are, and are in force again before the commit. Triggers are
switched off meanwhile, so that `updated_at` stays what the backup says. Sequences are not set back,
for that could not be undone.

It is refused where the rows do not fit (other columns), and where a table that is not of the
backup refers to one that is: its rows would go with a cascade, or stop the delete.
"""

from __future__ import annotations

from collections.abc import Sequence

import psycopg
from psycopg import sql

from scripts.definitions.differences import differences
from scripts.definitions.facts import Table
from scripts.definitions.read import read_definition
from scripts.errors import KvError

_SWITCH_ON = {"O": "enable", "R": "enable replica", "A": "enable always"}
_OUTSIDE = (
    "select format('%%I.%%I', nspname, relname), confrelid::regclass::text,"
    " array(select attname::text from unnest(conkey) as part (number)"
    "   join pg_attribute on attrelid = conrelid and attnum = part.number)"
    " from pg_constraint join pg_class as c on c.oid = conrelid"
    " join pg_namespace as s on s.oid = relnamespace"
    " where contype = 'f' and conparentid = 0"
    " and confrelid = any(%(tables)s::text[]::regclass[])"
    " and conrelid <> all(%(tables)s::text[]::regclass[])"
)


class Replacement:
    """The exchange of the rows of some tables, in the caller's pinned transaction.

    A foreign key is checked when its statement ends, so the rows of tables with one, which may
    refer to each other in a circle, wait in temporary tables and go in by one statement.
    """

    def __init__(self, connection: psycopg.Connection, tables: Sequence[Table]) -> None:
        """Keep the tables, which are there; does nothing yet."""
        self.connection = connection
        self.tables = tables
        self.notes: list[str] = []
        self._switched_on: list[sql.Composed] = []
        self._inboxes: dict[str, sql.Identifier] = {}

    def prepare(self) -> None:
        """Lock the tables against writers, check that the rows may go, and delete them.

        Raises KvError for a table with other columns than the backup, or to which rows of a table
        outside the backup refer.
        """
        if not self.tables:
            return
        places = [_place(table) for table in self.tables]
        self.connection.execute(
            sql.SQL("lock table {} in share row exclusive mode").format(sql.SQL(", ").join(places))
        )
        for table in self.tables:
            self._compare_columns(table)
        self._refuse_outside_rows()
        for table in self.tables:
            self._switch_triggers_off(table)
        # One statement, behind which every row of all tables is gone: no order is needed.
        self._run_together([sql.SQL("delete from {}").format(place) for place in places])
        for number, table in enumerate(self.tables):
            if any(constraint.kind == "f" for constraint in self._found(table).constraints):
                self._make_inbox(table, number)

    def inbox(self, table: Table) -> sql.Identifier | None:
        """Give where the rows of a table must be sent; None for the table itself."""
        return self._inboxes.get(table.full_name)

    def complete(self) -> None:
        """Move the rows that waited, and switch the triggers on as they were."""
        self._run_together(
            [
                sql.SQL("insert into {} ({}) overriding system value select {} from {}").format(
                    _place(table), _columns(table), _columns(table), inbox
                )
                for table in self.tables
                if (inbox := self.inbox(table))
            ]
        )
        # A table with events that wait for the end of the transaction cannot be altered.
        self.connection.execute("set constraints all immediate")
        for statement in self._switched_on:
            self.connection.execute(statement)

    def _found(self, table: Table) -> Table:
        return read_definition(self.connection, table.schema, table.name)

    def _compare_columns(self, table: Table) -> None:
        found = self._found(table)
        ours = {column.name: (column.type, column.generated) for column in table.columns}
        theirs = {column.name: (column.type, column.generated) for column in found.columns}
        if ours != theirs:
            odd = sorted(
                name for name in ours.keys() | theirs.keys() if ours.get(name) != theirs.get(name)
            )
            raise KvError(
                f"The table {table.full_name} has other columns than in the backup:"
                f" {', '.join(odd)}. Nothing was changed.",
                "Restore with --beside=SCHEMA and move the rows yourself.",
            )
        self.notes += [f"{each}, and stays as it is." for each in differences(table, found)]

    def _refuse_outside_rows(self) -> None:
        names = [_place(table).as_string(self.connection) for table in self.tables]
        found = self.connection.execute(_OUTSIDE, {"tables": names}).fetchall()
        for child, parent, columns in found:
            row = self.connection.execute(
                sql.SQL("select exists (select from {} where {})").format(
                    sql.SQL(child),
                    sql.SQL(" and ").join(
                        sql.SQL("{} is not null").format(sql.Identifier(name)) for name in columns
                    ),
                )
            ).fetchone()
            if row and row[0]:
                raise KvError(
                    f"Rows of {child}, which is not in the backup, refer to {parent};"
                    " a replacement would lose or orphan them. Nothing was changed.",
                    "Restore with --beside=SCHEMA, or move those rows away first.",
                )

    def _switch_triggers_off(self, table: Table) -> None:
        for trigger in self._found(table).triggers:
            if trigger.enabled in _SWITCH_ON:
                name = sql.Identifier(trigger.name)
                self.connection.execute(
                    sql.SQL("alter table {} disable trigger {}").format(_place(table), name)
                )
                self._switched_on.append(
                    sql.SQL("alter table {} {} trigger {}").format(
                        _place(table), sql.SQL(_SWITCH_ON[trigger.enabled]), name
                    )
                )

    def _make_inbox(self, table: Table, number: int) -> None:
        inbox = sql.Identifier("pg_temp", f"kv_restore_{number}")
        self.connection.execute(
            sql.SQL("create temporary table {} on commit drop as select {} from {} limit 0").format(
                sql.Identifier(f"kv_restore_{number}"), _columns(table), _place(table)
            )
        )
        self._inboxes[table.full_name] = inbox

    def _run_together(self, statements: Sequence[sql.Composed]) -> None:
        if statements:
            parts = [
                sql.SQL("{} as ({})").format(sql.Identifier(f"part_{number}"), statement)
                for number, statement in enumerate(statements)
            ]
            self.connection.execute(sql.SQL("with {} select 1").format(sql.SQL(", ").join(parts)))


def _place(table: Table) -> sql.Identifier:
    return sql.Identifier(table.schema, table.name)


def _columns(table: Table) -> sql.Composed:
    return sql.SQL(", ").join(sql.Identifier(column.name) for column in table.stored_columns)
