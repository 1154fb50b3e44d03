"""What a plan says of the indexes it takes, and of the tables it reads from end to end."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

# Below this many rows PostgreSQL rightly reads the whole table: it has a few hundred pages at most.
BIG = 5_000


@dataclass(frozen=True)
class Plan:
    """The indexes a query takes, and the tables it scans, with their rows."""

    indexes: tuple[str, ...]
    scanned: dict[str, int]

    @property
    def is_by_index(self) -> bool:
        """Whether no big table is scanned."""
        return all(rows < BIG for rows in self.scanned.values())


def read_plan(plan: dict[str, Any], rows: dict[str, int]) -> Plan:
    """Read a plan of `explain (format json)`; `rows` are the counted rows of each table."""
    nodes = list(_nodes(plan))
    return Plan(
        tuple(dict.fromkeys(str(node["Index Name"]) for node in nodes if "Index Name" in node)),
        {
            name: rows.get(name, 0)
            for node in nodes
            if node["Node Type"].endswith("Seq Scan")
            for name in [str(node["Relation Name"])]
        },
    )


def _nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for child in plan.get("Plans", ()):
        yield from _nodes(child)
