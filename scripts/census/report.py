"""What the census found: families, their fields and the whole table, as plain numbers."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field

from scripts.census.facts import KeyFacts
from scripts.census.measure import Count
from scripts.census.words import KnownFamily, name_of

# The order in which types are told, wherever they are.
TYPES = ("object", "array", "string", "number", "boolean", "null", "sql null")
# Spellings that say something; the others are plain texts, whole numbers and such.
SPELLINGS = {
    "instant_with_zone": "instant with zone",
    "instant_without_zone": "instant without zone",
    "date": "date alone",
    "long_date": "long date",
    "short_date_month_first": "short date, month first",
    "short_date_day_first": "short date, day first",
    "short_date_unclear": "short date, order unclear",
    "epoch_s": "epoch seconds",
    "epoch_ms": "epoch milliseconds",
    "epoch_s_text": "epoch seconds as text",
    "epoch_ms_text": "epoch milliseconds as text",
    "number_text": "number as text",
    "grouped_number_text": "number with commas as text",
    "currency_text": "currency text",
    "boolean_text": "boolean as text",
    "json_text": "JSON as text",
    "uuid": "UUID",
    "email": "e-mail",
    "url": "URL",
    "text": "text",
    "empty_text": "empty text",
    "blank_text": "blank text",
    "integer": "whole number",
    "fraction": "fraction",
    "empty": "empty list or object",
}


@dataclass(frozen=True)
class Sizes:
    """Bytes of the documents' JSON text."""

    min: int = 0
    median: int = 0
    p95: int = 0
    max: int = 0
    total: int = 0


@dataclass
class Field:
    """A field at the top of a family's documents, or (`[].name`) of the objects in its lists.

    `present` counts documents that have it; for a placeholder such as <id>, which stands for
    `names` names, it counts the fields. Spellings are of texts and numbers.
    """

    name: str
    names: int = 1
    present: int = 0
    share: float = 0.0
    types: dict[str, int] = field(default_factory=dict)
    spellings: dict[str, int] = field(default_factory=dict)

    @property
    def nulls(self) -> float:
        """Give the share of JSON null among the values."""
        return self.types.get("null", 0) / self.present if self.present else 0.0

    @property
    def empties(self) -> float:
        """Give the share of empty and blank texts among the values."""
        empty = self.spellings.get("empty_text", 0) + self.spellings.get("blank_text", 0)
        return empty / self.present if self.present else 0.0

    def as_dict(self) -> dict[str, object]:
        """Give the field as plain values, with its two shares."""
        shares = {
            "share_of_nulls": round(self.nulls, 4),
            "share_of_empty_texts": round(self.empties, 4),
        }
        return {**asdict(self), "share": round(self.share, 4), **shares}


@dataclass
class Family:
    """All keys of one shape."""

    shape: str
    known_as: str | None = None
    keys: int = 0
    types: dict[str, int] = field(default_factory=dict)
    spellings: dict[str, int] = field(default_factory=dict)
    empty: dict[str, int] = field(default_factory=dict)
    bytes: Sizes = field(default_factory=Sizes)
    elements: dict[str, int] = field(default_factory=dict)
    fields: list[Field] = field(default_factory=list)
    spelled_alike: list[list[str]] = field(default_factory=list)

    @property
    def double_encoded(self) -> int:
        """Give the number of documents that are JSON inside a JSON string."""
        return self.spellings.get("json_text", 0)

    @property
    def list_of(self) -> str | None:
        """Say what the lists of this family hold: texts, objects, other, mixed, or nothing."""
        if not self.types.get("array"):
            return None
        kinds = {"string": "texts", "object": "objects"}
        found = {kinds.get(kind, "other values") for kind in self.elements}
        return "nothing" if not found else found.pop() if len(found) == 1 else "mixed values"

    def as_dict(self) -> dict[str, object]:
        """Give the family as plain values."""
        return {
            **asdict(self),
            "fields": [each.as_dict() for each in self.fields],
            "double_encoded": self.double_encoded,
            "list_of": self.list_of,
        }


@dataclass
class Census:
    """The whole table, and its families, the largest first."""

    table: str
    server: str
    keys: int
    document_bytes: int
    table_bytes: int
    longest_key: int
    separators: dict[str, int]
    unusual_keys: dict[str, int]
    types: dict[str, int]
    double_encoded: int
    lists: dict[str, int]
    families: list[Family]

    @property
    def spellings(self) -> dict[str, tuple[int, int]]:
        """Give for each spelling the number of values and of fields that hold one."""
        found = dict.fromkeys(SPELLINGS, (0, 0))
        for family in self.families:
            for each in family.fields:
                for name, number in each.spellings.items():
                    values, fields = found[name]
                    found[name] = (values + number, fields + 1)
        return {name: both for name, both in found.items() if both[0]}

    def as_dict(self) -> dict[str, object]:
        """Give the census as plain values, for JSON."""
        return {
            **asdict(self),
            "spellings": {
                name: {"values": values, "fields": fields}
                for name, (values, fields) in self.spellings.items()
            },
            "families": [each.as_dict() for each in self.families],
        }


def build(
    table: str,
    server: str,
    facts: KeyFacts,
    counts: Iterable[Count],
    known: list[KnownFamily],
) -> Census:
    """Put the counts together; holds families and fields, never keys or documents."""
    families: dict[str, Family] = {}
    fields: dict[tuple[str, str], Field] = {}
    for count in counts:
        family = families.setdefault(
            count.family, Family(count.family, name_of(count.family, known))
        )
        if count.part == "size":
            family.bytes = Sizes(*count.bytes or ())
        elif count.part == "document":
            _add_document(family, count)
        elif count.part == "element":
            _add(family.elements, count.type, count.number)
        else:
            part = count.part.removesuffix("_names")
            name = count.name if part == "field" else f"[].{count.name}"
            _add_field(fields.setdefault((count.family, name), Field(name)), count)
    for (shape, name), found in fields.items():
        family = families[shape]
        objects = family.elements if name.startswith("[].") else family.types
        found.share = min(1.0, found.present / max(1, objects.get("object", 0)))
        found.types = _in_order(found.types, TYPES)
        found.spellings = _in_order(found.spellings, tuple(SPELLINGS))
        family.fields.append(found)
    for family in families.values():
        family.types = _in_order(family.types, TYPES)
        family.elements = _in_order(family.elements, TYPES)
        family.fields.sort(key=lambda each: (-each.present, each.name))
        family.spelled_alike = _spelled_alike([each.name for each in family.fields])
    ordered = sorted(families.values(), key=lambda each: (-each.keys, each.shape))
    return Census(
        table=table,
        server=server,
        keys=facts.keys,
        document_bytes=sum(each.bytes.total for each in ordered),
        table_bytes=facts.table_bytes,
        longest_key=facts.longest,
        separators=_present(facts.separators),
        unusual_keys=_present(facts.unusual),
        types=_in_order(_sum(each.types for each in ordered), TYPES),
        double_encoded=sum(each.double_encoded for each in ordered),
        lists=_sum({each.list_of: each.types["array"]} for each in ordered if each.list_of),
        families=ordered,
    )


def _add(counts: dict[str, int], name: str, number: int) -> None:
    counts[name] = counts.get(name, 0) + number


def _add_document(family: Family, count: Count) -> None:
    family.keys += count.number
    _add(family.types, count.type, count.number)
    if count.type in ("string", "number"):
        _add(family.spellings, count.spelling, count.number)
    if count.spelling in ("empty", "empty_text"):
        sign = {"object": "{}", "array": "[]"}.get(count.type, '""')
        _add(family.empty, sign, count.number)


def _add_field(found: Field, count: Count) -> None:
    if count.part.endswith("_names"):
        found.names = count.number
        return
    found.present += count.number
    _add(found.types, count.type, count.number)
    if count.spelling:
        _add(found.spellings, count.spelling, count.number)


def _spelled_alike(names: list[str]) -> list[list[str]]:
    """Find names that differ in case, '_', '-', '.' and spaces only."""
    groups: dict[str, list[str]] = defaultdict(list)
    for name in names:
        if "<" not in name:
            prefix = "[]." if name.startswith("[].") else ""
            groups[prefix + re.sub(r"[\[\]._\- ]", "", name).lower()].append(name)
    return sorted(sorted(group) for group in groups.values() if len(group) > 1)


def _sum(dicts: Iterable[dict[str, int]]) -> dict[str, int]:
    total: dict[str, int] = {}
    for each in dicts:
        for name, number in each.items():
            _add(total, name, number)
    return total


def _in_order(counts: dict[str, int], order: tuple[str, ...]) -> dict[str, int]:
    return {name: counts[name] for name in order if name in counts}


def _present(counts: dict[str, int]) -> dict[str, int]:
    return {name: number for name, number in counts.items() if number}
