"""What became of the corpus, and every way in which that is not what it says."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from functools import reduce
from operator import getitem
from typing import Any

from helpers import rows, table_rows

from scripts.settings import ENTITIES, Target

ZONED = re.compile(r"^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)$")
# What the table gives a column nobody spoke of is asked for only where a case is about it.
UNASKED = "column_default"

KEYS = (
    "select source_key, key_class, reject_codes, root_key, winner_key, target_id::text, entity"
    " from kv_to_tables.key_ledger"
)
ELEMENTS = KEYS.replace("key_ledger", "element_ledger")


@dataclass
class Found:
    """What became of every key of the corpus, read once."""

    ledger: dict[str, dict[str, Any]]
    tables: dict[str, dict[str, str]]
    changes: dict[str, list[dict[str, Any]]] = field(default_factory=lambda: defaultdict(list))
    leftovers: dict[str, tuple[list[str], str]] = field(default_factory=dict)
    findings: dict[str, list[tuple[str, str]]] = field(default_factory=lambda: defaultdict(list))

    def id_of(self, key: str) -> str:
        """Give the new id of a key."""
        return str(self.ledger[key]["target_id"])


def read_found(target: Target) -> Found:
    """Read the ledgers, the changes, the leftovers and the six tables, each with one query."""
    verdict = ("key_class", "reject_codes", "root_key", "winner_key", "target_id", "entity")
    ledger = {
        key: dict(zip(verdict, values, strict=True))
        for query in (KEYS, ELEMENTS)
        for key, *values in rows(target, query)
    }
    tables = {
        entity: {json.loads(row)["id"]: row for row in table_rows(target, entity)}
        for entity in ENTITIES
    }
    result = Found(ledger, tables)
    for key, column, before, after, rule in rows(
        target,
        "select source_key, field, before::text, after::text, rule from kv_to_tables.changes",
    ):
        change = {column: rule}
        if before is not None:
            change["before"] = read(before)
        change["after"] = None if after is None else read(after)
        result.changes[key].append(change)
    for key, names, fields in rows(
        target,
        "select source_key, array(select jsonb_object_keys(fields)), fields::text"
        " from kv_to_tables.leftovers",
    ):
        result.leftovers[key] = (names, fields)
    for key, member, finding in rows(
        target, "select list_key, member, finding from kv_to_tables.list_findings"
    ):
        result.findings[key].append(("null" if member is None else member, finding))
    return result


def compare(key: str, wanted: dict[str, Any], found: Found) -> Iterator[str]:
    """Say every way in which a key became something else than the corpus says."""
    line = found.ledger.get(key)
    if line is None:
        yield "has no line in the ledger"
        return
    codes = line["reject_codes"]
    yield from unequal("class", wanted["class"], line["key_class"])
    yield from unequal(
        "codes", sorted(wanted.get("codes", [])), sorted(codes.split(",") if codes else [])
    )
    yield from unequal("root", wanted.get("root"), line["root_key"])
    yield from unequal("winner", wanted.get("winner"), line["winner_key"])
    if "target" in wanted:
        yield from unequal("target", wanted["target"], line["target_id"])
    is_migrated = wanted["class"] == "migrated"
    if is_migrated:
        yield from _compare_row(line, wanted.get("row", {}), found)
    if is_migrated or "changes" in wanted:
        yield from _compare_changes(wanted.get("changes", []), found.changes[key], found)
    if is_migrated or "leftovers" in wanted:
        names, fields = found.leftovers.get(key, ([], "{}"))
        left = wanted.get("leftovers", [])
        if isinstance(left, dict):
            yield from unequal("leftovers", canonical(left), canonical(read(fields)))
        else:
            yield from unequal("leftovers", sorted(left), sorted(names))
    if "findings" in wanted or key in found.findings:
        yield from _compare_findings(wanted.get("findings", []), found.findings[key])


def _compare_row(line: dict[str, Any], wanted: dict[str, Any], found: Found) -> Iterator[str]:
    row = read(found.tables.get(line["entity"], {}).get(line["target_id"], "null"))
    if row is None:
        yield "has no row"
        return
    for column, value in wanted.items():
        if column not in row:
            yield f"the table has no column {column}"
        else:
            yield from unequal(column, canonical(resolved(value, found)), canonical(row[column]))


def _compare_changes(
    wanted: list[dict[str, Any]], changes: list[dict[str, Any]], found: Found
) -> Iterator[str]:
    expected = {canonical({"after": None, **resolved(change, found)}) for change in wanted}
    made = {canonical(change): UNASKED in change.values() for change in changes}
    yield from (f"change not made: {change}" for change in sorted(expected - made.keys()))
    yield from (
        f"change not expected: {change}"
        for change, is_unasked in sorted(made.items())
        if change not in expected and not is_unasked
    )


def _compare_findings(
    wanted: list[dict[str, str]], findings: list[tuple[str, str]]
) -> Iterator[str]:
    """Ask for every finding, but of what is unlisted only what is named: the corpus is one store."""
    expected = {next(iter(finding.items())) for finding in wanted}
    yield from (f"not found: {finding}" for finding in sorted(expected - set(findings)))
    yield from (
        f"not expected: {finding}"
        for finding in sorted(set(findings) - expected)
        if finding[1] != "present_but_unlisted"
    )


def unequal(what: str, wanted: object, got: object) -> Iterator[str]:
    if wanted != got:
        yield f"{what} should be {wanted}, is {got}"


def resolved(value: Any, found: Found) -> Any:
    """Replace `id of <key>` by the new id of that key."""
    if isinstance(value, dict):
        return {name: resolved(inner, found) for name, inner in value.items()}
    if isinstance(value, list):
        return [resolved(inner, found) for inner in value]
    if isinstance(value, str) and value.startswith("id of "):
        return found.id_of(value.removeprefix("id of "))
    return value


def decoded(document: Any) -> Any:
    """Take a document out of the strings it is encoded in."""
    while isinstance(document, str) and document.startswith(("{", '"')):
        document = read(document)
    return document


def masked(document: Any, changes: list[dict[str, Any]]) -> Any:
    """Withhold in a document of the store what the changes say was withheld."""
    for change in changes:
        for path, rule in change.items():
            if rule == "withheld":
                *way, name = path.removeprefix("$.").split(".")
                reduce(getitem, way, document)[name] = "[withheld]"
    return document


def read(text: str) -> Any:
    return json.loads(text, parse_float=Decimal, parse_int=Decimal)


def canonical(value: Any) -> str:
    """Give a value as text that is the same for the same number and for the same instant."""
    if isinstance(value, Decimal):
        return format(value.normalize(), "f")
    if isinstance(value, str) and ZONED.match(value):
        return f"instant {datetime.fromisoformat(value).astimezone(UTC).isoformat()}"
    if isinstance(value, dict):
        members = (f"{json.dumps(name)}: {canonical(value[name])}" for name in sorted(value))
        return "{" + ", ".join(members) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(canonical, value)) + "]"
    return json.dumps(value, ensure_ascii=False)
