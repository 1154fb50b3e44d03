"""Control totals: every column of every row we wrote, against what the documents state.

Stated and held values are added up apart and compared row by row as well: two wrongs can add up
to a right. Left out, on both sides, is a value that a listed rule changed, and a document that
changed since the capture.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

from psycopg import sql

from scripts.settings import ENTITIES, prefix_of
from scripts.verify.columns import COLUMNS, Column, Kind
from scripts.verify.documents import stated, value, without_secrets
from scripts.verify.report import FAILED, PASSED, Check
from scripts.verify.scope import Scope

GROUP = "totals"
# These rules say how a stated value is read; the totals read it in the same way by themselves.
_READ_HERE = ("zone_assumed", "rounded")
_PAIRS = """
with pairs as (
    select
        ledger.source_key,
        store.value as document,
        coalesce(changed.columns, '{{}}') as changed,
        {held}
    from {key_ledger} as ledger
    inner join {store} as store
        on ledger.source_key = store.key
        and ledger.source_hash = md5(store.value::text)::uuid
    inner join {final} as final on ledger.target_id = final.id
    left join (
        select source_key, array_agg(column_name) as columns
        from {changes}
        where entity = {entity} and rule <> all({read_here})
        group by source_key
    ) as changed on ledger.source_key = changed.source_key
    where ledger.entity = {entity} and ledger.key_class = 'migrated'
),
raw as (
    select source_key, changed, {held_names}, {raw} from pairs offset 0
),
read as (
    select source_key, changed, {held_names}, {raw_names}, {values} from raw offset 0
)
"""
# Of one column: rows where something is stated and compared, rows left out, totals, differences.
_COUNTS = """
    count(*) filter (where {compared}),
    count(*) filter (where {listed}),
    {stated_total}::text,
    {held_total}::text,
    count(*) filter (where {differs})
"""
_TOTALS = {
    Kind.MONEY: "coalesce(sum({}) filter (where {}), 0)",
    Kind.COUNT: "coalesce(sum({}) filter (where {}), 0)",
    Kind.FLAG: "count(*) filter (where {} and {})",
    Kind.INSTANT: "(min({0}) filter (where {1}) || ' to ' || max({0}) filter (where {1}))",
}
_COUNT = "count({}) filter (where {})"
_LABELS = {
    Kind.MONEY: "in sum",
    Kind.COUNT: "in sum",
    Kind.FLAG: "true",
    Kind.INSTANT: "",
}


@dataclass(frozen=True)
class _Parts:
    """The SQL of one column, in a query over the CTE `read`."""

    column: Column
    place: int

    def name(self, side: str) -> sql.Identifier:
        return sql.Identifier(f"{side}_{self.place}")

    @property
    def listed(self) -> sql.Composed:
        return sql.SQL("{} = any(changed)").format(sql.Literal(self.column.name))

    @property
    def compared(self) -> sql.Composed:
        """Whether something is stated plainly, and no listed rule changed it."""
        return sql.SQL("({} is not null and not {})").format(self.name("value"), self.listed)

    @property
    def held(self) -> sql.Composable:
        return self.name("held")

    @property
    def differs(self) -> sql.Composed:
        absent: sql.Composable = sql.SQL("false")
        if not self.column.may_be_implied:
            absent = sql.SQL("{} is distinct from {}").format(
                self.held, sql.Literal(self.column.when_absent)
            )
        return sql.SQL(
            "(not {listed} and case when {raw} is null then {absent}"
            " when {value} is null then {held} is null"
            " else {held} is distinct from {value} end)"
        ).format(
            listed=self.listed,
            raw=self.name("raw"),
            value=self.name("value"),
            held=self.held,
            absent=absent,
        )

    def total(self, side: str) -> sql.Composed:
        query = sql.SQL(_TOTALS.get(self.column.kind, _COUNT))
        return query.format(self.name(side), self.compared)

    def counts(self) -> sql.Composed:
        return sql.SQL(_COUNTS).format(
            compared=self.compared,
            listed=self.listed,
            stated_total=self.total("value"),
            held_total=self.total("held"),
            differs=self.differs,
        )


def check_totals(scope: Scope) -> Iterator[Check]:
    """Compare what documents state and rows hold, for every column of every final table."""
    for entity in ENTITIES:
        yield from scope.attempt(GROUP, entity, partial(_check_entity, scope, entity))


def _check_entity(scope: Scope, entity: str) -> Iterator[Check]:
    parts = [_Parts(column, place) for place, column in enumerate(COLUMNS[entity])]
    pairs = _pairs(scope, entity, parts)
    comma = sql.SQL(", ")
    rows, *numbers = scope.row(
        "{pairs} select count(*), {counts} from read",
        pairs=pairs,
        counts=comma.join(part.counts() for part in parts),
    )
    for part, start in zip(parts, range(0, len(numbers), 5), strict=True):
        compared, left_out, said, held, differing = numbers[start : start + 5]
        label = _LABELS.get(part.column.kind, "values")
        sample: tuple[str, ...] = ()
        if differing:
            sample = scope.texts(
                "{pairs} select source_key from read where {differs} limit {sample}",
                pairs=pairs,
                differs=part.differs,
            )
        detail = (
            f"{compared:,} of {rows:,} values are stated and compared, {left_out:,} changed by a"
            f" listed rule; {said or 'nothing'} {label}".rstrip()
            + f" stated, {held or 'nothing'} held; {differing:,} rows differ."
        )
        yield Check(
            GROUP,
            f"{entity}.{part.column.name}",
            FAILED if differing or said != held else PASSED,
            detail,
            sample,
        )


def _pairs(scope: Scope, entity: str, parts: list[_Parts]) -> sql.Composed:
    """Give the CTEs that put documents and rows side by side, column by column."""
    comma = sql.SQL(", ")
    prefix = prefix_of(scope.target.name)
    zone = os.environ.get(prefix + "TIMEZONE") or os.environ.get("KV_TIMEZONE") or "UTC"

    def listed(side: str) -> sql.Composed:
        return comma.join(part.name(side) for part in parts)

    def named(expression: sql.Composable, part: _Parts, side: str) -> sql.Composed:
        if (entity, part.column.name) == ("catalogs", "source"):
            expression = without_secrets(expression)
        return sql.SQL("{} as {}").format(expression, part.name(side))

    def final(column: Column) -> sql.Composable:
        held = sql.Identifier("final", column.name)
        return sql.SQL("{}::text").format(held) if column.kind is Kind.REFERENCE else held

    return scope.compose(
        _PAIRS,
        entity,
        read_here=sql.Literal(list(_READ_HERE)),
        held=comma.join(named(final(part.column), part, "held") for part in parts),
        raw=comma.join(named(stated(part.column), part, "raw") for part in parts),
        values=comma.join(
            named(value(part.column, part.name("raw"), zone), part, "value") for part in parts
        ),
        held_names=listed("held"),
        raw_names=listed("raw"),
    )
