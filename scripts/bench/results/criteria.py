"""The success criteria of the plan for the tables, each judged by a value of the run."""

from __future__ import annotations

from dataclasses import dataclass

from scripts.bench.queries.measure import Queries
from scripts.bench.queries.wanted import plans_wanted, times_wanted
from scripts.bench.results.facts import Facts

_TRIP = 10  # milliseconds a round trip, as between the application's server and its database
# Keys of a store, and the seconds a migration of so many may take.
_EXPECTED = ((100, 10), (1_000, 30), (10_000, 300), (100_000, 1_800))


@dataclass(frozen=True)
class Criterion:
    """One criterion: `must`, `should`, `nice` or `time`, what was measured, whether it is met."""

    level: str
    what: str
    measured: str
    is_met: bool


def judge(facts: Facts, queries: Queries) -> list[Criterion]:
    """Judge every criterion; nothing is met by being left out."""
    ratios = [
        (ratio, f"{one.case.name}, {side.way}")
        for one in queries.measured
        for side in one.sides
        if (ratio := one.ratio(side, _TRIP)) is not None
    ]
    checks = facts.verification.checks
    failed = sum(not check.passed for check in checks)
    lost = [check for check in checks if check.group in ("keys", "round trip") and not check.passed]
    unequal = [one.entity for one in facts.counts if not one.is_equal]
    orphans = sum(one.orphans for one in facts.relations)
    guarded = sum(one.is_guarded for one in facts.relations)
    different = sum(one.outcome == "different" for one in facts.samples)
    rejected = sum(one.rejected for one in facts.counts)
    skipped = sum(one.merged + one.soft_deleted for one in facts.counts)
    scans = [one for one in plans_wanted(queries) if not one.is_met]
    times = times_wanted(queries)
    views = sum(facts.views.values())
    stale = [
        one.table for one in facts.sizes if not one.is_analyzed or one.dead > max(1_000, one.live)
    ]

    def quicker(times_wanted: int) -> tuple[str, bool]:
        slow = [name for ratio, name in ratios if ratio < times_wanted]
        least = min(ratios, default=(0.0, "nothing to compare"))
        told = f"{len(ratios) - len(slow)} of {len(ratios)} ways at {_TRIP} ms a round trip"
        return f"{told}; the least {least[0]:,.1f} times ({least[1]})", bool(ratios) and not slow

    must = [
        Criterion(
            "must",
            "counts equal",
            f"{len(facts.counts) - len(unequal)} of {len(facts.counts)} tables"
            + (f"; not {', '.join(unequal)}" if unequal else ""),
            not unequal,
        ),
        Criterion("must", "no orphans", f"{orphans:,} rows", not orphans),
        Criterion(
            "must",
            "sample data equal",
            f"{len(facts.samples):,} values, {different:,} different",
            bool(facts.samples) and not different,
        ),
        Criterion("must", "queries 10 times quicker", *quicker(10)),
        Criterion(
            "must",
            "all automated tests pass",
            f"{len(checks) - failed:,} of {len(checks):,} checks of the verifier",
            bool(checks) and not failed,
        ),
        Criterion(
            "must",
            "nothing lost or corrupted",
            f"{len(lost):,} laws of keys and round trip broken",
            bool(checks) and not lost,
        ),
        Criterion(
            "must",
            "foreign keys valid",
            f"{guarded} of {len(facts.relations)} validated",
            guarded == len(facts.relations),
        ),
    ]
    should = [
        Criterion("should", "below 10 minutes", f"{facts.seconds:,.1f} s", facts.seconds < 600),
        Criterion("should", "no record failed", f"{rejected:,} rejected", not rejected),
        Criterion(
            "should", "no record skipped", f"{skipped:,} merged or soft deleted", not skipped
        ),
        Criterion(
            "should",
            "indexes used",
            f"{len(scans)} of {len(queries.measured)} plans scan a big table",
            bool(queries.measured) and not scans,
        ),
        Criterion(
            "should",
            "views work",
            f"{views} of {len(facts.views)} of the application's views there can be read",
            views == len(facts.views),
        ),
        Criterion(
            "should",
            "queries within their times",
            f"{sum(one.is_met for one in times)} of {len(times)}",
            bool(times) and all(one.is_met for one in times),
        ),
    ]
    nice = [
        Criterion("nice", "queries 100 times quicker", *quicker(100)),
        Criterion("nice", "below 5 minutes", f"{facts.seconds:,.1f} s", facts.seconds < 300),
        Criterion(
            "nice",
            "all manual checks",
            "counts, orphans, samples, views and plans, each as above",
            not unequal
            and not orphans
            and not different
            and views == len(facts.views)
            and not scans,
        ),
        Criterion(
            "nice",
            "healthy statistics",
            f"{len(stale)} of {len(facts.sizes)} tables never analyzed or mostly dead rows"
            + (f": {', '.join(stale)}" if stale else ""),
            not stale,
        ),
    ]
    return [*must, *should, *nice, *_expected_time(facts)]


def _expected_time(facts: Facts) -> list[Criterion]:
    """Judge the time by the number of keys, where the plan names one for so many."""
    allowed = next((seconds for keys, seconds in _EXPECTED if facts.ledger.keys <= keys), None)
    if allowed is None:
        return []
    return [
        Criterion(
            "time",
            f"{facts.ledger.keys:,} keys below {allowed:,} s",
            f"{facts.seconds:,.1f} s",
            facts.seconds < allowed,
        )
    ]
