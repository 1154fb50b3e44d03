"""What became of a sample, and every way in which that is not what the sample expects."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from corpus_outcome import UNASKED, Found, canonical, read, read_found, resolved, unequal
from helpers import rows

from scripts.settings import Target

# Not planted one by one: what a list leaves out is compared with all records at once.
UNLISTED = "present_but_unlisted"


def disagreements(target: Target, expected: dict[str, Any]) -> list[str]:
    """Compare every planted key and element, the classes, and what no list names."""
    found = read_found(target)
    wrong = [
        f"{planted['key']} ({planted['flaw_or_rule']}): {difference}"
        for planted in (*expected["defects"], *expected["elements"])
        for difference in _differences(planted, found)
    ]
    classes = dict(
        rows(target, "select key_class, count(*) from kv_to_tables.key_ledger group by 1")
    )
    wanted = {name: int(count) for name, count in expected["classes"].items() if count}
    wrong += unequal("classes", wanted, classes)
    of_elements = rows(
        target, "select key_class, count(*) from kv_to_tables.element_ledger group by 1"
    )
    wanted = {name: int(count) for name, count in expected["element_classes"].items()}
    wrong += unequal("classes of elements", wanted, dict(of_elements))
    wrong += _unlisted(target, found)
    planted_keys = {planted["key"] for planted in (*expected["defects"], *expected["elements"])}
    unplanned = Counter(
        line["key_class"] for key, line in found.ledger.items() if key not in planted_keys
    )
    wrong += [
        f"{unplanned[name]} keys that are not planted are {name}"
        for name in ("rejected", "merged", "soft_deleted", "unclassified")
        if unplanned[name]
    ]
    return wrong


def _differences(planted: dict[str, Any], found: Found) -> Iterator[str]:
    key = planted["key"]
    line = found.ledger.get(key)
    if line is None:
        yield "has no line in the ledger"
        return
    codes = line["reject_codes"]
    yield from unequal("class", planted["class"], line["key_class"])
    yield from unequal("codes", sorted(planted["codes"]), sorted(codes.split(",") if codes else []))
    yield from unequal("root", planted["root_key"], line["root_key"])
    yield from unequal("winner", planted["winner_key"], line["winner_key"])
    if planted["changes"] is not None:
        made = {canonical(_made(change)): change for change in found.changes[key]}
        wanted = {canonical(resolved(change, found)) for change in planted["changes"]}
        yield from (f"change not made: {change}" for change in sorted(wanted - made.keys()))
        yield from (
            f"change not expected: {text}"
            for text, change in sorted(made.items())
            if text not in wanted and UNASKED not in change.values()
        )
    if planted["leftovers"] is not None:
        names, _ = found.leftovers.get(key, ([], "{}"))
        yield from unequal("leftovers", sorted(planted["leftovers"]), sorted(names))
    if planted["findings"] is not None:
        findings = sorted(f for f in found.findings[key] if f[1] != UNLISTED)
        yield from unequal("findings", sorted(map(tuple, planted["findings"])), findings)


def _made(change: dict[str, Any]) -> dict[str, Any]:
    """Write a change as the sample does."""
    ((field, rule),) = (
        (name, value) for name, value in change.items() if name not in ("before", "after")
    )
    before = {"before": change["before"]} if "before" in change else {}
    return {"field": field, "rule": rule, **before, "after": change["after"]}


def _unlisted(target: Target, found: Found) -> Iterator[str]:
    """Say it when the records that a list of them all does not name are not what was found."""
    for key, entity in (("gifts:all", "products"), ("catalogs:all", "catalogs")):
        store = read(_value(target, key))
        named = {member.get("id") for member in store if _is_record(member)}
        named |= {member for member in store if isinstance(member, str)}
        records = {
            record_id
            for (record_id,) in rows(
                target,
                "select record_id from kv_to_tables.record_ledger where entity = %s"
                " and record_id is not null group by record_id"
                " having not bool_and(key_class = 'soft_deleted')",
                entity,
            )
        }
        listed = {member for member, finding in found.findings[key] if finding == UNLISTED}
        yield from unequal(f"what {key} does not name", sorted(records - named), sorted(listed))


def _is_record(member: object) -> bool:
    return isinstance(member, dict)


def _value(target: Target, key: str) -> str:
    ((value,),) = rows(
        target, "select value::text from public.kv_store_6fcaeea3 where key = %s", key
    )
    return str(value)
