"""One key of the sample, and what is expected to become of it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
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
# A listed change: field, rule, after, and before where the document states something.
Change = Mapping[str, object]
_UNSTATED = object()


@dataclass(frozen=True)
class Note:
    """Why a key was planted, and what it shall lead to beyond its class.

    `changes` leaves out what the table gives a column of its own; `leftovers` are names of fields;
    `findings` leaves out which records a list does not name. None of them is asked for when None.
    """

    flaw_or_rule: str
    codes: tuple[str, ...] = ()
    root_key: str | None = None
    winner_key: str | None = None
    row: Mapping[str, str | None] | None = None
    changes: Sequence[Change] | None = None
    leftovers: Sequence[str] | None = None
    findings: Sequence[tuple[str, str]] | None = None


@dataclass(frozen=True)
class Document:
    """A key, its value, the entity it is a record of ("" for none) and its expected class.

    `elements` are the records inside a list, each under the key the ledger of elements gives it.
    """

    key: str
    value: Any
    entity: str = ""
    outcome: str = "migrated"
    note: Note | None = None
    elements: Sequence[Document] = ()

    @property
    def id(self) -> str:
        """Give the id stated in the document, for others to refer to it."""
        return str(self.value["id"])


def changed(document: Document, *, key: str = "", drop: str = "", **fields: object) -> Document:
    """Copy a record with other fields; `drop` names the fields to leave out, split by spaces."""
    value = {name: old for name, old in document.value.items() if name not in drop.split()}
    return replace(document, key=key or document.key, value={**value, **fields})


@dataclass(frozen=True)
class Variant:
    """One change to a plain record, and what it shall lead to: reject codes, or a row.

    `drop` names fields to leave out, `key` replaces the key. In `key` and in the texts of
    `fields`, `row` and `changes`, `{id}` stands for the plain record's id and `{tail}` for its last
    seven characters. `row` is None where a reject is expected.
    """

    about: str
    codes: str
    row: Mapping[str, str | None] | None
    drop: str
    key: str
    fields: Mapping[str, object]
    changes: Sequence[Change] | None = None
    leftovers: Sequence[str] | None = None

    def apply(self, plain: Document) -> Document:
        """Change a plain record and say what is expected of it."""

        def text(value: str) -> str:
            return value.replace("{id}", plain.id).replace("{tail}", plain.id[-7:])

        def filled(values: Mapping[str, object]) -> dict[str, Any]:
            return {k: text(v) if isinstance(v, str) else v for k, v in values.items()}

        fields = filled(self.fields)
        document = changed(plain, key=text(self.key), drop=self.drop, **fields)
        about = f"{plain.entity}: {self.about}"
        if self.row is None:
            return rejected(document, about, self.codes)
        changes = None if self.changes is None else [filled(entry) for entry in self.changes]
        document = migrated(document, about, **filled(self.row))
        return told(document, changes=changes, leftovers=self.leftovers)


def fault(codes: str, about: str, *, drop: str = "", key: str = "", **fields: object) -> Variant:
    """Describe a change that must be rejected with exactly these codes, split by spaces."""
    return Variant(f"{codes}: {about}", codes, None, drop, key, fields)


def repair(
    about: str, row: Mapping[str, str | None], *, drop: str = "", key: str = "", **fields: object
) -> Variant:
    """Describe a change that must migrate, with these values in the row."""
    return Variant(about, "", row, drop, key, fields)


def retold(
    about: str,
    row: Mapping[str, str | None],
    changes: Sequence[Change] = (),
    leftovers: Sequence[str] = (),
    *,
    drop: str = "",
    key: str = "",
    **fields: object,
) -> Variant:
    """Describe a change that must migrate with exactly these entries in the ledgers."""
    return Variant(about, "", row, drop, key, fields, changes, leftovers)


def change(field: str, rule: str, after: object = None, *, before: object = _UNSTATED) -> Change:
    """Expect a value that is not what the document says; without `before` it says nothing."""
    stated = {} if before is _UNSTATED else {"before": before}
    return {"field": field, "rule": rule, **stated, "after": after}


def told(
    document: Document,
    *,
    changes: Sequence[Change] | None = None,
    leftovers: Sequence[str] | None = None,
    findings: Sequence[tuple[str, str]] | None = None,
) -> Document:
    """Expect these entries in the ledgers of a planted key, and no others."""
    if document.note is None:
        raise ValueError(f"nothing is planted under {document.key}")
    note = replace(document.note, changes=changes, leftovers=leftovers, findings=findings)
    return replace(document, note=note)


def encoded(document: Document, times: int) -> Document:
    """Write the value as JSON text, so many times one inside the other."""
    value = document.value
    for _ in range(times):
        value = json.dumps(value, ensure_ascii=False)
    return replace(document, value=value)


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
