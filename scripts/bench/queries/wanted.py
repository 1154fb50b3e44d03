"""What was wanted of the tables' queries, each judged by a figure of the run."""

from __future__ import annotations

from dataclasses import dataclass

from scripts.bench.queries.measure import EQUAL, Queries


@dataclass(frozen=True)
class Wanted:
    """One demand: what it is about, what was wanted, what was measured, whether that meets it."""

    what: str
    wanted: str
    measured: str
    is_met: bool


def times_wanted(queries: Queries) -> list[Wanted]:
    """Judge the milliseconds of each query on the tables, without a network."""
    return [
        Wanted(
            one.case.name,
            f"below {one.case.target_ms:g} ms",
            f"{one.ms:.2f} ms",
            one.ms < one.case.target_ms,
        )
        for one in queries.measured
        if one.case.target_ms is not None
    ]


def ratios_wanted(queries: Queries) -> list[Wanted]:
    """Judge how many times quicker the tables are where that was claimed.

    Answers that are not the same are not compared, and meet nothing.
    """
    found = []
    for one in queries.measured:
        if one.case.wanted is None:
            continue
        way, times, trip = one.case.wanted
        (side,) = (side for side in one.sides if side.way == way)
        ratio = one.ratio(side, trip)
        found.append(
            Wanted(
                f"{one.case.name}, against {way}, at {trip} ms a round trip",
                f"{times:g} times",
                "answers differ" if ratio is None else f"{ratio:,.0f} times",
                ratio is not None and ratio >= times,
            )
        )
    return found


def plans_wanted(queries: Queries) -> list[Wanted]:
    """Judge that no big table is read from end to end."""
    return [
        Wanted(
            one.case.name,
            "no scan of a big table",
            describe(one.plan.indexes, one.plan.scanned),
            one.plan.is_by_index,
        )
        for one in queries.measured
    ]


def describe(indexes: tuple[str, ...], scanned: dict[str, int]) -> str:
    """Say which indexes a plan takes, and which tables it reads from end to end."""
    parts = [", ".join(indexes)] if indexes else []
    parts += [f"{name} read whole ({rows:,} rows)" for name, rows in scanned.items()]
    return "; ".join(parts) or "nothing read"


def all_wanted(queries: Queries) -> dict[str, list[Wanted]]:
    """Give all demands by their kind."""
    return {
        "times": times_wanted(queries),
        "ratios": ratios_wanted(queries),
        "plans": plans_wanted(queries),
    }


def answers_equal(queries: Queries) -> tuple[int, int]:
    """Give how many of the application's ways gave the tables' answer, and of how many."""
    sides = [side for one in queries.measured for side in one.sides]
    return sum(side.verdict == EQUAL for side in sides), len(sides)
