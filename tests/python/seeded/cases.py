"""One key of the store, what it holds and what must become of it."""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass
from typing import Any

ENVIRONMENT = "production"
# The constant instant of seeds/defaults.csv, for records with no date at all.
NO_DATE = "1970-01-01T00:00:00Z"
_NAMESPACE = uuid.UUID("5b0a7a3e-6c1d-5f43-9a51-0d6a4e6f2c11")


@dataclass(frozen=True)
class Case:
    """A key, its value, and where it must end; `row` is the row of a migrated one, nulls left out."""

    key: str
    value: Any
    key_class: str
    entity: str | None = None
    row: dict[str, Any] | None = None
    codes: frozenset[str] = frozenset()
    root: str | None = None
    winner: str | None = None


@dataclass(frozen=True)
class Group:
    """Keys of one form: how the page names them, what they are, and why each did what it did."""

    keys: str
    what: str
    earlier: str
    ours: str
    cases: tuple[Case, ...]


def new_id(entity: str, old_id: str, site: str = "") -> str:
    """Make the id of a row from the id of a record, as docs/rules.md states it."""
    name = json.dumps([entity, ENVIRONMENT, site, old_id], ensure_ascii=False)
    return str(uuid.uuid3(_NAMESPACE, name))


def migrated(entity: str, key: str, value: dict[str, Any], **row: Any) -> Case:
    """Make a key that becomes a row; `id` of the row is made from the document's id unless given."""
    return Case(key, value, "migrated", entity, {"id": new_id(entity, value["id"]), **row})


def merged(entity: str, key: str, value: Any, winner: str) -> Case:
    """Make another copy of the record under `winner`."""
    return Case(key, value, "merged", entity, winner=winner)


def rejected(entity: str, key: str, value: Any, codes: str, root: str | None = None) -> Case:
    """Make a record that cannot become a row, with all its reasons."""
    return Case(key, value, "rejected", entity, codes=frozenset(codes.split()), root=root)


def kept_apart(key_class: str, key: str, value: Any) -> Case:
    """Make a key that is no record of the six tables."""
    return Case(key, value, key_class)
