"""Reads the journey of one key, in one read-only transaction on one snapshot; writes nothing."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

from psycopg import IsolationLevel

from scripts.connection import connect
from scripts.key_patterns import class_of
from scripts.masking import Masker
from scripts.settings import ENTITIES, Target
from scripts.status import not_judged, refuse_taken_back
from scripts.trace import near, steps
from scripts.trace.compare import number
from scripts.trace.journey import Journey
from scripts.trace.tables import Tables

_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_STORED = """
select value::text, md5(value::text)::uuid, {decoded}(value)::text
from {store} where key = {key}
"""
_KEY = """
select
    ledger.source_hash, ledger.entity, captured.document::text,
    captured.pattern, ledger.family, coalesce(ledger.entity, captured.entity), ledger.environment,
    ledger.key_class, captured.gives, captured.preference, families.note
from {key_ledger} as ledger
left join {stg_kv__keys} as captured on ledger.source_key = captured.source_key
left join {key_families} as families on captured.pattern = families.pattern
where ledger.source_key = {key}
"""
_FACTS = ("pattern", "family", "entity", "environment", "class", "gives", "preference", "note")
_ELEMENT = """
select ledger.list_key, ledger.ordinal, ledger.entity, captured.document::text
from {element_ledger} as ledger
left join {stg_kv__elements} as captured on ledger.source_key = captured.source_key
where ledger.source_key = {key}
"""
# Several keys may be of one row: the one that became it, then its copies.
_OF_ROW = """
select source_key from {record_ledger} where target_id = {key}::uuid
order by key_class <> 'migrated', source_key
"""
_FINDINGS = """
select coalesce(member, ''), finding from {list_findings} where list_key = {key}
order by finding, member limit 20
"""


@dataclass
class _Found:
    """What is known of a key before its record is looked at."""

    key: str
    found_as: str
    document: Any
    has_document: bool
    classification: dict[str, Any]
    notes: list[str]
    entity: str | None
    key_class: str | None
    captured: Any = None
    is_unchanged: bool = False


def read_trace(target: Target, asked: str, *, show_persons: bool = False) -> Journey:
    """Read what became of a key, of an element of a list (`gifts:all:1`), or of a row by its id.

    One read-only transaction on one snapshot, over store, ledger and final tables. Secrets are
    withheld from the result; persons are masked unless `show_persons`.

    Raises KvError when no run has judged the store or the last was taken back, and UsageError for a
    key that is not there, with those that are near.
    """
    with connect(target, read_only=True) as connection:
        connection.isolation_level = IsolationLevel.REPEATABLE_READ
        tables = Tables(connection, target, Masker(show_persons))
        if not tables.exists("key_ledger"):
            raise not_judged(target)
        refuse_taken_back(connection, target)
        return trace_in(tables, asked)


def trace_in(tables: Tables, asked: str) -> Journey:
    """Read a journey in the caller's transaction; raises UsageError for an unknown key."""
    found = _store_key(tables, asked) or _element(tables, asked)
    if found is None and _UUID.fullmatch(asked):
        keys = tables.texts(_OF_ROW, key=asked)
        if not keys:
            return _row_alone(tables, asked)
        found = _store_key(tables, keys[0]) or _element(tables, keys[0])
        if found:
            found.found_as = "id of a final row"
            found.notes += [f"Another key of this row: {tables.masker.key(k)}" for k in keys[1:6]]
    if found is None:
        raise near.unknown_key(tables, asked)
    return _journey(tables, found)


def _store_key(tables: Tables, key: str) -> _Found | None:
    stored = tables.row(_STORED, key=key)
    judged = tables.row(_KEY, key=key)
    if not stored and not judged:
        return None
    notes: list[str] = []
    found = _Found(key, "key of the store", None, bool(stored), {}, notes, None, None)
    if stored:
        found.document = json.loads(stored[0], parse_float=number)
    if not judged:
        notes.append("It came after the last run: `invoke migrate` will judge it.")
        return found
    hash_then, entity, captured, *facts = judged
    found.classification = dict(zip(_FACTS, facts, strict=True))
    key_class = found.classification["class"]
    found.entity, found.key_class = entity, key_class
    found.is_unchanged = stored is not None and stored[1] == hash_then
    if not stored:
        notes.append("It is no longer in the store; this is what the last run made of it.")
    elif not found.is_unchanged:
        notes.append(
            "Its document is another one since the last run, which saw the former:"
            " `invoke migrate` will judge it anew."
        )
    if found.classification["pattern"] is None and key_class != "unclassified":
        notes.append("What the run read is purged: pattern and staging are gone.")
    if captured is not None:
        found.captured = json.loads(captured, parse_float=number)
    return found


def _element(tables: Tables, key: str) -> _Found | None:
    row = tables.row(_ELEMENT, key=key)
    if not row:
        return None
    list_key, ordinal, entity, captured = row
    of_list = _store_key(tables, list_key)
    document, is_there = None, False
    if of_list and of_list.has_document:
        stored = tables.row(_STORED, key=list_key)
        content = json.loads(stored[2], parse_float=number) if stored else None
        if isinstance(content, list) and len(content) >= ordinal:
            document, is_there = content[ordinal - 1], True
    classification = {
        **(of_list.classification if of_list else {}),
        "list": list_key,
        "element": ordinal,
        "entity": entity,
        "class": "record",
        "preference": 9,
    }
    return _Found(
        key,
        "element of a list",
        document,
        is_there,
        classification,
        of_list.notes if of_list else [],
        entity,
        None,
        json.loads(captured, parse_float=number) if captured is not None else None,
        bool(of_list and of_list.is_unchanged),
    )


def _journey(tables: Tables, found: _Found) -> Journey:
    record = steps.record_of(tables, found.key, is_element=found.found_as == "element of a list")
    if record is None and found.found_as == "id of a final row":
        record = steps.record_of(tables, found.key, is_element=True)
    entity = record.entity if record else found.classification.get("entity")
    known_class = found.key_class or class_of(found.classification.get("list") or found.key)
    journey: dict[str, Any] = {
        "target": tables.target.name,
        "run_id": tables.last_run(),
        "key": tables.masker.key(found.key),
        "found_as": found.found_as,
        "entity": entity,
        "document": tables.masker.stored(entity, known_class, found.document),
        "has_document": found.has_document,
        "classification": {
            name: tables.masker.key(value) if name == "list" else value
            for name, value in found.classification.items()
            if value is not None
        },
        "key_class": found.key_class,
    }
    if record:
        journey |= steps.steps_of(
            tables, record, found.captured, found.document, found.is_unchanged, found.notes
        )
    elif found.key_class == "derived" and tables.exists("list_findings"):
        journey["findings"] = tuple(
            (tables.masker.key(member), finding)
            for member, finding in tables.rows(_FINDINGS, key=found.key)
        )
    return Journey(**journey, notes=tuple(found.notes))


def _row_alone(tables: Tables, asked: str) -> Journey:
    """Give the row that has this id and no key; raise UsageError when there is none."""
    for entity in ENTITIES:
        row = steps.final_row(tables, entity, asked.lower())
        if row is not None:
            return Journey(
                tables.target.name,
                tables.last_run(),
                None,
                "id of a final row",
                entity,
                ("The application wrote it, or a rule made it: no document says what it holds.",),
                None,
                False,
                {"entity": entity},
                target_id=asked.lower(),
                row=row,
            )
    raise near.unknown_key(tables, asked)
