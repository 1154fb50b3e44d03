"""One key of the sample, and what is expected to become of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

# The classes of the ledger a key of the sample can land in.
CLASSES = (
    "migrated",
    "merged",
    "rejected",
    "soft_deleted",
    "other_environment",
    "derived",
    "other_family",
    "withheld",
)


@dataclass(frozen=True)
class Note:
    """Why a key was planted, and what it shall lead to beyond its class."""

    flaw_or_rule: str
    codes: tuple[str, ...] = ()
    root_key: str | None = None
    winner_key: str | None = None
    row: Mapping[str, str | None] | None = None


@dataclass(frozen=True)
class Document:
    """A key, its value, the entity it is a record of ("" for none) and its expected class."""

    key: str
    value: Any
    entity: str = ""
    outcome: str = "migrated"
    note: Note | None = None

    @property
    def id(self) -> str:
        """Give the id stated in the document, for others to refer to it."""
        return str(self.value["id"])


def changed(document: Document, *, key: str = "", drop: str = "", **fields: object) -> Document:
    """Copy a record with other fields; `drop` names the fields to leave out, split by spaces."""
    value = {name: old for name, old in document.value.items() if name not in drop.split()}
    return replace(document, key=key or document.key, value={**value, **fields})


def migrated(document: Document, about: str, **row: str | None) -> Document:
    """Expect a record to migrate, with these values in its row."""
    return replace(document, outcome="migrated", note=Note(about, row=row or None))


def rejected(
    document: Document, about: str, codes: str, *, root: Document | None = None
) -> Document:
    """Expect a reject with exactly these codes (split by spaces), because of the record `root`."""
    note = Note(about, codes=tuple(sorted(codes.split())), root_key=root.key if root else None)
    return replace(document, outcome="rejected", note=note)


def taken(document: Document, about: str, code: str, winner: Document) -> Document:
    """Expect a reject because `winner` holds the unique value this record claims."""
    note = Note(about, codes=(code,), winner_key=winner.key)
    return replace(document, outcome="rejected", note=note)


def merged(document: Document, about: str, winner: Document) -> Document:
    """Expect the document to be one more copy of the record that stands under `winner`'s key."""
    return replace(document, outcome="merged", note=Note(about, winner_key=winner.key))


def classed(document: Document, outcome: str, about: str) -> Document:
    """Expect the key in another class."""
    return replace(document, outcome=outcome, note=Note(about))
