"""What a check says, and the transaction in which all of them look."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, LiteralString

import psycopg
from psycopg import sql

from scripts.settings import Target

OK, WARN, STOP = "ok", "warn", "stop"


@dataclass(frozen=True)
class Finding:
    """One line of the report: what was looked at, how it is (`ok`, `warn`, `stop`), what to do."""

    check: str
    status: str
    found: str
    remedy: str = ""


@dataclass(frozen=True)
class View:
    """An open read-only transaction on the target."""

    connection: psycopg.Connection
    target: Target

    def rows(
        self, query: LiteralString | sql.Composed, *values: object, **named: object
    ) -> list[tuple[Any, ...]]:
        """Run a query in the view's transaction and give all its rows."""
        statement = sql.SQL(query) if isinstance(query, str) else query
        return self.connection.execute(statement, named or values or None).fetchall()

    def row(self, query: LiteralString | sql.Composed, *values: object) -> tuple[Any, ...]:
        """Run a query that gives one row."""
        return self.rows(query, *values)[0]

    def attempt(self, check: str, look: Callable[[View], Iterable[Finding]]) -> Iterator[Finding]:
        """Run one check behind a savepoint; what it may not read or waits for is a finding."""
        try:
            with self.connection.transaction():
                found = list(look(self))
        except psycopg.errors.InsufficientPrivilege as error:
            reason = error.diag.message_primary or "permission denied"
            remedy = f"Grant '{self.target.user}' what is missing; see docs/roles.sql."
            found = [Finding(check, STOP, f"Cannot be looked at: {reason}.", remedy)]
        except psycopg.errors.LockNotAvailable:
            remedy = "See the findings on locks; repeat when they are gone."
            found = [Finding(check, STOP, "Cannot be looked at: another session locks it.", remedy)]
        except psycopg.errors.QueryCanceled:
            remedy = "Look again in a quieter hour."
            found = [Finding(check, WARN, "Given up: it took longer than its minute.", remedy)]
        yield from found


def listed(names: Iterable[str], limit: int = 8) -> str:
    """Give names by commas, the first few and how many more there are."""
    all_names = list(names)
    more = f" and {len(all_names) - limit} more" if len(all_names) > limit else ""
    return ", ".join(all_names[:limit]) + more
