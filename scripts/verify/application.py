"""What the application said since, or in our stead: rows that are its own word are not judged."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from psycopg import sql

from scripts.settings import ENTITIES
from scripts.verify.report import Check
from scripts.verify.scope import Scope, judged, noted

GROUP = "application"
_LAST = "run_id = (select run_id from {runs} order by started_at desc limit 1)"
_OF_KIND = "from {conflicts} where entity = {entity} and " + _LAST + " and {condition}"
_KEPT = sql.SQL("not is_written and kind not in ('taken', 'refused')")
_TAKEN = sql.SQL("kind = 'taken'")
_REFUSED = sql.SQL("kind = 'refused'")


def check_application(scope: Scope) -> Iterator[Check]:
    """Count what was left to the application, entity by entity; a value it holds of ours fails."""
    for entity in ENTITIES:
        yield from scope.attempt(GROUP, entity, partial(_check_entity, scope, entity))


def _check_entity(scope: Scope, entity: str) -> Iterator[Check]:
    yield _conflicts(scope, entity)
    if scope.is_live(entity):
        yield _touched(scope, entity)
    (overruled,) = scope.row(
        "select count(*) from ({overruled}) as overruled",
        entity,
        overruled=scope.overruled(entity),
    )
    yield noted(
        GROUP,
        f"{entity}: values as written",
        overruled > 0,
        f"{overruled:,} values were made others by a trigger of the table as they were written.",
    )
    (taken,) = scope.row("select count(*) " + _OF_KIND, entity, condition=_TAKEN)
    yield judged(
        GROUP,
        f"{entity}: values not taken",
        taken > 0,
        f"{taken:,} rows were not written, because a row that stays took a unique value of theirs"
        " in the meantime; the next run makes rejects of them.",
        _sample(scope, entity, _TAKEN) if taken else (),
    )

    (refused,) = scope.row("select count(*) " + _OF_KIND, entity, condition=_REFUSED)
    yield judged(
        GROUP,
        f"{entity}: rows kept as they were",
        refused > 0,
        f"{refused:,} rows could not be updated: a trigger of the table kept them as they were.",
        _sample(scope, entity, _REFUSED) if refused else (),
    )


def _conflicts(scope: Scope, entity: str) -> Check:
    (kept,) = scope.row("select count(*) " + _OF_KIND, entity, condition=_KEPT)
    return noted(
        GROUP,
        f"{entity}: rows left as the application has them",
        kept > 0,
        f"{kept:,} rows differ from the store and stay, because the application wrote, changed or"
        " deleted them (table conflicts).",
        _sample(scope, entity, _KEPT) if kept else (),
    )


def _sample(scope: Scope, entity: str, condition: sql.Composable) -> tuple[str, ...]:
    return scope.texts(
        "select id " + _OF_KIND + " order by id limit {sample}", entity, condition=condition
    )


def _touched(scope: Scope, entity: str) -> Check:
    edited, deleted = scope.row(
        "select count(*) filter (where kind = 'edited'), count(*) filter (where kind = 'deleted')"
        " from {touched}",
        touched=scope.touched(entity),
    )
    return noted(
        GROUP,
        f"{entity}: rows the application changed since",
        edited + deleted > 0,
        f"{edited:,} rows of ours were changed and {deleted:,} deleted since they were written.",
    )
