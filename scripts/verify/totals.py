"""Control totals: every column of every row we wrote, against what the documents state.

Stated and held values are added up apart and compared row by row as well: two wrongs can add up
to a right. Left out, on both sides, is a value that a listed rule changed, and a document that
changed since the capture.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

from psycopg import sql

from scripts.settings import ENTITIES, prefix_of
from scripts.verify.columns import COLUMNS, Column, Kind
from scripts.verify.documents import stated, uncorrected_documents, value
from scripts.verify.report import FAILED, PASSED, Check
from scripts.verify.scope import Scope

GROUP = "totals"
# These rules say how a stated value is read; the totals read it in the same way by themselves.
_READ_HERE = ("zone_assumed", "date_alone", "rounded", "trimmed", "as_text", "as_number")
_PAIRS = """
with pairs as (
    select
        documents.source_key,
        documents.document,
        coalesce(changed.columns, '{{}}') as changed,
        {held}
    from ({documents}) as documents
    inner join {final} as final on documents.target_id = final.id
    left join (
        select
            source_key,
            array_agg(
                case when rule = 'withheld' then substring(field from '[$][.][^.]+') else field end
            ) as columns
        from (
            select source_key, rule, field from {recorded_changes}
            where entity = {entity} and rule <> all({read_here})
            union all
            select source_key, 'overruled', field from ({overruled}) as overruled
        ) as listed
        group by source_key
    ) as changed on documents.source_key = changed.source_key
),
raw as (
    select source_key, {held_names}, {listed}, {raw} from pairs offset 0
),
read as (
    select source_key, {held_names}, {listed_names}, {raw_names}, {values} from raw offset 0
)
"""
# Of one column: values compared, values a listed rule changed, both totals, rows that differ.
_COUNTS = """
    count({value}),
    count(*) filter (where {listed}),
    {stated_total}::text,
    {held_total}::text,
    count(*) filter (where {differs})
"""
# `{0}` is the side that is added up, `{1}` says whether it takes part.
_TOTALS = {
    Kind.MONEY: "coalesce(sum({0}) filter (where {1}), 0)",
    Kind.COUNT: "coalesce(sum({0}) filter (where {1}), 0)",
    Kind.FLAG: "count(*) filter (where {0} and {1})",
    Kind.INSTANT: "(min({0}) filter (where {1}) || ' to ' || max({0}) filter (where {1}))",
}
_COUNT = "count({0}) filter (where {1})"
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
    def differs(self) -> sql.Composed:
        """Say whether a row holds another value than it must."""
        absent: sql.Composable = sql.SQL("false")
        if not self.column.may_be_implied:
            absent = sql.SQL("{} is distinct from {}").format(
                self.name("held"), sql.Literal(self.column.when_absent)
            )
        return sql.SQL(
            "(not {listed} and case when {raw} is null then {absent}"
            " when {value} is null then {held} is null"
            " else {held} is distinct from {value} end)"
        ).format(
            absent=absent,
            **{side: self.name(side) for side in ("listed", "raw", "value", "held")},
        )

    def total(self, side: str) -> sql.Composed:
        """Add up one side, over the rows whose value is compared."""
        query = sql.SQL(_TOTALS.get(self.column.kind, _COUNT))
        return query.format(self.name(side), sql.SQL("{} is not null").format(self.name("value")))

    def counts(self) -> sql.Composed:
        """Give the five numbers of the column."""
        return sql.SQL(_COUNTS).format(
            value=self.name("value"),
            listed=self.name("listed"),
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

    def named(expression: sql.Composable, part: _Parts, side: str) -> sql.Composed:
        return sql.SQL("{} as {}").format(expression, part.name(side))

    def each(side: str, make: Callable[[_Parts], sql.Composable]) -> sql.Composed:
        return comma.join(named(make(part), part, side) for part in parts)

    def names(side: str) -> sql.Composed:
        return comma.join(part.name(side) for part in parts)

    return scope.compose(
        _PAIRS,
        entity,
        documents=uncorrected_documents(scope, entity),
        read_here=sql.Literal(list(_READ_HERE)),
        overruled=scope.overruled(entity),
        held=each("held", lambda part: _held(part.column)),
        listed=each(
            "listed",
            lambda part: sql.SQL("changed && {}").format(sql.Literal(_listed_as(part.column))),
        ),
        raw=each("raw", lambda part: stated(part.column)),
        values=each(
            "value", lambda part: value(part.column, part.name("raw"), part.name("listed"), zone)
        ),
        held_names=names("held"),
        listed_names=names("listed"),
        raw_names=names("raw"),
    )


def _listed_as(column: Column) -> list[str]:
    """Give what a change of the column stands under: its name, or the place of a withheld part."""
    return [column.name, *sorted({f"$.{name.partition('.')[0]}" for name in column.names})]


def _held(column: Column) -> sql.Composable:
    held = sql.Identifier("final", column.name)
    if column.kind is Kind.REFERENCE:
        return sql.SQL("{}::text").format(held)
    return held
