"""One document beside its rebuilt self: where they differ, and which differences are none.

As the verifier's round trip: an instant in another zone, a part that is withheld, and a value that
a trigger of the table made another one may differ.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from scripts.masking import WITHHELD

Path = tuple[str, ...]
MISSING = object()
_ZONED = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d{1,6})?)?(Z|[+-]\d\d:?\d\d)", re.ASCII)


@dataclass(frozen=True)
class Unequal:
    """A leaf in which two documents differ, and why that is no fault; MISSING for not there."""

    path: Path
    stored: Any
    rebuilt: Any
    excuse: str


def differences(
    stored: Any,
    rebuilt: Any,
    *,
    withheld: Collection[str],
    instants: Collection[str],
    overruled: Collection[str],
) -> list[Unequal]:
    """Give every leaf in which the two differ, in the order of their paths.

    `withheld` are paths of the ledger of changes (`$.a.b`), `instants` and `overruled` paths of
    fields with dots: those that hold an instant, and those a trigger of the table changed.
    """
    left, right = dict(_leaves(stored, ())), dict(_leaves(rebuilt, ()))
    found = []
    for path in sorted({*left, *right}):
        one, other = left.get(path, MISSING), right.get(path, MISSING)
        if _same(one, other):
            continue
        name = ".".join(path)
        excuse = ""
        if _is_withheld(path, other, withheld):
            excuse = "withheld"
        elif name in overruled:
            excuse = "a trigger of the table changed it"
        elif name in instants and _same_instant(one, other):
            excuse = "the same instant in another zone"
        found.append(Unequal(path, one, other, excuse))
    return found


def _leaves(value: Any, path: Path) -> Iterator[tuple[Path, Any]]:
    """Give what is neither an object nor an array, and those that are empty."""
    if isinstance(value, dict) and value:
        for name, inside in value.items():
            yield from _leaves(inside, (*path, name))
    elif isinstance(value, list) and value:
        for place, inside in enumerate(value):
            yield from _leaves(inside, (*path, str(place)))
    else:
        yield path, value


def _same(one: Any, other: Any) -> bool:
    """Compare as jsonb does: 1 and 1.0 are one number, and true is none."""
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    return bool(one == other)


def _is_withheld(path: Path, rebuilt: Any, withheld: Collection[str]) -> bool:
    for depth in range(len(path) + 1):
        if ".".join(("$", *path[:depth])) in withheld:
            return rebuilt is MISSING if depth < len(path) else rebuilt in (MISSING, WITHHELD)
    return False


def _same_instant(one: Any, other: Any) -> bool:
    if not (isinstance(one, str) and isinstance(other, str)):
        return False
    if not (_ZONED.fullmatch(one) and _ZONED.fullmatch(other)):
        return False
    return datetime.fromisoformat(one) == datetime.fromisoformat(other)


def number(text: str) -> Decimal:
    """Read a number of JSON as jsonb keeps it; for `json.loads`."""
    return Decimal(text)
