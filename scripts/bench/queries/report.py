"""What the bench prints of queries: times of both ways, answers, demands, plans; or JSON."""

from __future__ import annotations

from dataclasses import asdict

from scripts import console
from scripts.bench.queries.measure import ROUND_TRIP_MS, Queries
from scripts.bench.queries.plans import BIG
from scripts.bench.queries.wanted import Wanted, all_wanted

HOW = (
    "Milliseconds at 0 are measured: the median of several rounds after one that warms up, without"
    " any cache, one read after the other where the application's code did so. Those at 1 and 10"
    " are added up: so many for each round trip; a query on the tables is one. A way whose answer"
    " is not the tables' is not counted."
)


def as_dict(queries: Queries) -> dict[str, object]:
    """Give the measures and the demands as plain dicts, for JSON."""
    demands = {kind: [asdict(one) for one in found] for kind, found in all_wanted(queries).items()}
    return {**queries.as_dict(), "how": HOW, "wanted": demands}


def print_queries(queries: Queries) -> None:
    """Print the queries as tables."""
    rows = [list(row) for row in query_rows(queries)]
    for title, names in {
        f"Before: milliseconds of the application's own ways, {queries.keys:,} keys": COLUMNS[2:6],
        "After: milliseconds of one query on the tables": COLUMNS[6:9],
        "How many times quicker the tables are": COLUMNS[9:],
    }.items():
        # One line a query where the ways do not matter.
        chosen = {
            (row[0], "" if names == COLUMNS[6:9] else row[1]): [
                row[COLUMNS.index(name)] for name in names
            ]
            for row in rows
        }
        ways = names != COLUMNS[6:9]
        console.table(
            title,
            ["query", *(["way"] if ways else []), *names],
            [[*(place if ways else place[:1]), *values] for place, values in chosen.items()],
        )
    console.say(HOW + "\n")
    for one in queries.measured:
        for side in one.sides:
            if side.remarks:
                console.say(
                    f"{one.case.name}, {side.way}: {side.verdict}; {'; '.join(side.remarks)}."
                )
    for name in queries.not_asked:
        console.say(f"{name}: the data has nothing to ask for.")
    console.say("")
    titles = {
        "times": "Wanted of the tables, without a network",
        "ratios": "Wanted against the application's own ways",
        "plans": f"Wanted of plans; a table is big from {BIG:,} rows",
    }
    for kind, found in all_wanted(queries).items():
        console.table(titles[kind], ["query", "wanted", "measured", ""], wanted_rows(found))
    console.say(f"{search_sentence(queries)} {list_sentence(queries)}")


COLUMNS = (
    *("query", "the application's way", "trips"),
    *(f"at {trip}" for trip in ROUND_TRIP_MS),
    *(f"tables at {trip}" for trip in ROUND_TRIP_MS),
    *(f"times at {trip}" for trip in ROUND_TRIP_MS),
    "answer",
)


def query_rows(queries: Queries) -> list[tuple[object, ...]]:
    """Give a row for each of the application's ways, milliseconds and ratios as texts."""
    rows: list[tuple[object, ...]] = []
    for one in queries.measured:
        for side in one.sides:
            ratios = [one.ratio(side, trip) for trip in ROUND_TRIP_MS]
            rows.append(
                (
                    one.case.name,
                    side.way,
                    side.round_trips,
                    *(f"{side.at(trip):,.1f}" for trip in ROUND_TRIP_MS),
                    *(f"{one.ms + trip:,.1f}" for trip in ROUND_TRIP_MS),
                    *("none" if ratio is None else f"{ratio:,.1f}" for ratio in ratios),
                    side.verdict,
                )
            )
    return rows


def wanted_rows(found: list[Wanted]) -> list[list[object]]:
    """Give a row for each demand."""
    return [
        [one.what, one.wanted, one.measured, "met" if one.is_met else "not met"] for one in found
    ]


def list_sentence(queries: Queries) -> str:
    """Say what the list of products costs with all columns, and what helps a prefix scan."""
    return (
        "A list of products asks for the twelve columns it shows; 1,000 of them with all columns"
        f" take {queries.whole_rows_ms:.1f} ms. The collation is {queries.collation}: only under C"
        " can a prefix scan use the key's index."
    )


def search_sentence(queries: Queries) -> str:
    """Say by which index products are searched."""
    return {
        "by_trigrams": "Products are searched by trigrams (pg_trgm): any part of a word is found.",
        "by_words": "Products are searched by words (full text search): this database has no"
        " pg_trgm, and a part in the middle of a word is not found.",
        "by_name": "Products are searched by name alone: no index of this database serves more.",
    }[queries.search_by]
