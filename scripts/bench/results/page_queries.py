"""The sections of the results file that the measured queries fill."""

from __future__ import annotations

from scripts.bench.queries.measure import Queries
from scripts.bench.queries.report import (
    COLUMNS,
    HOW,
    list_sentence,
    query_rows,
    search_sentence,
    wanted_rows,
)
from scripts.bench.queries.wanted import plans_wanted, ratios_wanted, times_wanted
from scripts.bench.results.facts import Facts
from scripts.bench.results.text import table

_BEFORE_AFTER = {
    "list 1,000 products": "List 1,000 products",
    "client report of a month": "Client report",
    "product search": "Product search",
    "order by id": "Order lookup by id",
    "order by number": "Order lookup by number",
}


def queries_section(queries: Queries) -> str:
    """Give the times of both ways, what differs, and what was wanted."""
    remarks = [
        f"* {one.case.name}, {side.way}: {side.verdict}; {'; '.join(side.remarks)}.\n"
        for one in queries.measured
        for side in one.sides
        if side.remarks
    ]
    remarks += [f"* {name}: the data has nothing to ask for.\n" for name in queries.not_asked]
    return (
        f"{HOW} {search_sentence(queries)} {list_sentence(queries)}\n\n"
        + table(COLUMNS, query_rows(queries))
        + "\n"
        + "".join(remarks)
        + "\nWanted of the tables, without a network:\n\n"
        + table(("Query", "Wanted", "Measured", ""), wanted_rows(times_wanted(queries)))
        + "\nWanted against the application's own ways:\n\n"
        + table(("Query", "Wanted", "Measured", ""), wanted_rows(ratios_wanted(queries)))
    )


def before_after_section(queries: Queries) -> str:
    """Give the four queries the plan for the tables compared."""
    rows = []
    for one in queries.measured:
        for side in one.sides[:1] if one.case.name in _BEFORE_AFTER else ():
            ratio = one.ratio(side, 10)
            rows.append(
                (
                    _BEFORE_AFTER[one.case.name],
                    f"{side.round_trips:,} queries, {side.at(10):,.0f} ms",
                    f"1 query, {one.ms + 10:,.1f} ms",
                    side.verdict if ratio is None else f"{ratio:,.1f} times",
                )
            )
    return "At 10 ms a round trip.\n\n" + table(("Query", "Before", "After", ""), rows)


def indexes_section(facts: Facts, queries: Queries) -> str:
    """Give the plans, and the indexes there are."""
    return (
        table(("Query", "Wanted", "Plan", ""), wanted_rows(plans_wanted(queries)))
        + "\n"
        + table(
            ("Table", "Indexes", "Invalid"),
            ((one.table, one.index_count, one.invalid) for one in facts.sizes),
        )
    )
