"""The journey of one key, as data: what the terminal, the JSON and the site's pages show."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True)
class Staged:
    """One column, and the field of the document it was read from: none where nothing is stated."""

    column: str
    field: str | None
    stated: Any = None


@dataclass(frozen=True)
class Reason:
    """One reject code with its sentence and what mends it."""

    code: str
    meaning: str
    mend: str


@dataclass(frozen=True)
class Change:
    """A value of the row that is not what the document says, or a part of the document itself."""

    field: str
    before: Any
    after: Any
    rule: str


@dataclass(frozen=True)
class Difference:
    """A place in which rebuilt and stored document differ; `excuse` says why it is no fault."""

    path: str
    stored: Any
    rebuilt: Any
    excuse: str


@dataclass(frozen=True)
class Journey:
    """What became of one key of the store, one element of a list, or one row without a key.

    Everything in it may be shown: secrets are withheld, persons masked unless somebody asked.
    `key` is None for a row that no key became. `comparison` is `equal`, `same`, `different` or a
    sentence why nothing could be compared; empty where nothing is rebuilt. `decision` says what
    made a copy lose, or a record a deleted one.
    """

    target: str
    run_id: str
    key: str | None
    found_as: str
    entity: str | None
    notes: tuple[str, ...]
    document: Any
    has_document: bool
    classification: dict[str, Any]
    staging: tuple[Staged, ...] = ()
    key_class: str | None = None
    record_id: str | None = None
    reasons: tuple[Reason, ...] = ()
    winner_key: str | None = None
    decision: str = ""
    root_key: str | None = None
    root_reasons: tuple[Reason, ...] = ()
    target_id: str | None = None
    row: dict[str, Any] | None = None
    changes: tuple[Change, ...] = ()
    leftovers: dict[str, Any] | None = None
    rebuilt: Any = None
    comparison: str = ""
    differences: tuple[Difference, ...] = ()
    findings: tuple[tuple[str, str], ...] = field(default=())

    def as_dict(self) -> dict[str, Any]:
        """Give the journey as plain dicts, for JSON."""
        return asdict(self)

    @property
    def is_id_made(self) -> bool:
        """Say whether the row goes by another id than the document."""
        return self.target_id is not None and str(self.record_id).lower() != self.target_id

    @property
    def sentence(self) -> str:
        """Say in one sentence what became of it."""
        entity = self.entity or "record"
        if self.key is None:
            return f"A row of {entity} that no key of the store became."
        words = {
            "migrated": f"It is a row of {entity}.",
            "merged": f"It is a copy of a record of {entity}; another key won.",
            "rejected": f"It was rejected: the last run made no row of {entity} of it.",
            "soft_deleted": f"It is a deleted record of {entity}; none is migrated.",
            "derived": "It is a list or lookup of other keys, which are migrated for themselves;"
            " an element that no key has is a record of its own.",
            "withheld": "It belongs to a family that is never migrated and never shown.",
            "other_family": "It belongs to a family that has no table.",
            "other_environment": "It is a record of another environment; only one is migrated.",
            "unclassified": "No pattern knows it: add one to seeds/key_families.csv.",
        }
        return words.get(self.key_class or "", "The last run did not see it.")
