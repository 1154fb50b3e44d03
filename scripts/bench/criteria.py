"""The ratios that are wanted, at which size, and whether what was measured meets them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from scripts.bench.listing import Listing
from scripts.bench.migration import Measured

# The most a ratio may be, and the size it is wanted at.
_WANTED = {
    "build / floor": (1.6, 1_000_000),
    "build and round trip / floor": (2.0, 1_000_000),
    "expectations / floor": (0.3, 1_000_000),
    "whole command / floor": (2.6, 1_000_000),
    "whole command / earlier script": (0.7, 100_000),
    "second build / first build": (0.3, 1_000_000),
    "rows of the second run / first": (0.0, 1_000_000),
    "backup / copy to gzip": (1.5, 1_000_000),
    "rollback / bare deletes": (1.3, 1_000_000),
}
_GROWTH = (10_000, 100_000, 1_000_000)
_MOST_GROWTH = 12.0
_MOST_MEMORY = 1.1
_MOST_LISTING = 0.1


@dataclass(frozen=True)
class Criterion:
    """One figure with the most it may be; `counts` where it was measured at the size wanted."""

    name: str
    at: str
    value: float
    wanted: float | None
    counts: bool

    @property
    def met(self) -> bool | None:
        """Say whether the figure is met; None where nothing is wanted of it."""
        return None if self.wanted is None else self.value <= self.wanted

    @property
    def verdict(self) -> str:
        """Give it in words, in brackets where the figure is wanted at another size."""
        if self.met is None:
            return ""
        word = "met" if self.met else "not met"
        return word if self.counts else f"({word})"

    def as_dict(self) -> dict[str, object]:
        """Give it for JSON, with what follows from it."""
        return {**asdict(self), "met": self.met}


def criteria(measured: Sequence[Measured], listing: Listing | None) -> list[Criterion]:
    """Give every ratio of every size, then those over all sizes, as far as they were measured."""
    found = []
    for one in measured:
        for name, value in one.ratios.items():
            wanted, size = _WANTED.get(name, (None, 0))
            at = f"{one.documents:,}"
            found.append(Criterion(name, at, value, wanted, counts=size == one.documents))
    found += _over_sizes(sorted(measured, key=lambda one: one.documents))
    if listing:
        name = "seconds of invoke --list over bare"
        found.append(Criterion(name, "", listing.over, _MOST_LISTING, counts=True))
    return found


def _over_sizes(measured: list[Measured]) -> list[Criterion]:
    found = []
    taken = {one.documents: one.first.seconds for one in measured}
    if all(size in taken for size in _GROWTH):
        small, middle, large = (taken[size] for size in _GROWTH)
        growth = round((large - small) / (middle - small), 2)
        name = "(t(1M) - t(10k)) / (t(100k) - t(10k)), whole command"
        found.append(Criterion(name, "all", growth, _MOST_GROWTH, counts=True))
    if len(taken) > 1:
        first, last = measured[0], measured[-1]
        counts = (first.documents, last.documents) == (_GROWTH[0], _GROWTH[-1])
        grown = round(last.first.driver_mib / first.first.driver_mib, 3)
        at = f"{last.documents:,} / {first.documents:,}"
        found.append(Criterion("driver's peak memory", at, grown, _MOST_MEMORY, counts=counts))
    return found
