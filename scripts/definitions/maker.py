"""Where definitions are made: the connection, the schemas, and what could not be made."""

from __future__ import annotations

from collections.abc import Sequence

import psycopg
from psycopg import errors, sql

from scripts.definitions.facts import Table

# The target lacks something, or may not use it: the object is reported and left out.
LACKING = (
    errors.UndefinedObject,
    errors.UndefinedFunction,
    errors.UndefinedTable,
    errors.UndefinedColumn,
    errors.InvalidSchemaName,
    errors.FeatureNotSupported,
    errors.InsufficientPrivilege,
    errors.DuplicateTable,
    errors.SyntaxError,
)


class Maker:
    """Makes a set of tables in a database, in the caller's transaction, which is pinned.

    With `beside` all of them go into that one schema, else each into its own. `notes` says what
    the server lacks and what is not copied, `failures` what the rows themselves forbid.
    """

    def __init__(
        self,
        connection: psycopg.Connection,
        tables: Sequence[Table],
        beside: str = "",
        others: Sequence[Table] = (),
    ) -> None:
        """Keep the connection and the tables to make; `others` are of the set and there already."""
        self.connection = connection
        self.tables = tables
        self.notes: list[str] = [note for table in tables for note in table.notes]
        self.failures: list[str] = []
        self._beside = beside
        self._known = {(table.schema, table.name) for table in (*tables, *others)}

    def schema_of(self, schema: str) -> str:
        """Give the schema in which a table of that schema is made."""
        return self._beside or schema

    def place(self, table: Table) -> sql.Identifier:
        """Give the name of the table that is made."""
        return sql.Identifier(self.schema_of(table.schema), table.name)

    def literal(self, table: Table) -> sql.Literal:
        """Give that name as a text, for `to_regclass`."""
        return sql.Literal(self.place(table).as_string(self.connection))

    def is_known(self, place: tuple[str, str]) -> bool:
        """Say whether a table of that schema and name is one of the set."""
        return place in self._known

    def attempt(self, statement: sql.Composed, label: str) -> bool:
        """Run a statement behind a savepoint; say whether it went, and note why it did not."""
        try:
            with self.connection.transaction():
                self.connection.execute(statement)
        except errors.IntegrityError as error:
            self.failures.append(f"{label} cannot be made: {reason(error)}.")
            return False
        except LACKING as error:
            self.notes.append(f"{label} cannot be made here: {reason(error)}.")
            return False
        return True


def reason(error: psycopg.Error) -> str:
    """Give the server's first sentence, which names objects; one about a value would quote it."""
    if (error.sqlstate or "").startswith("22"):
        return f"the server refuses a value (SQLSTATE {error.sqlstate})"
    return error.diag.message_primary or type(error).__name__
