"""The examples of `docs/rejects/examples.yml`: for each reject code the documents that yield it."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from typing import Any

import yaml

from scripts.errors import KvError
from scripts.project_files import seed_rows
from scripts.settings import ROOT

FILE = ROOT / "docs" / "rejects" / "examples.yml"
_KNOWN = {"set", "key", "document", "with", "live", "without_defaults", "out_of_reach"}


@dataclass(frozen=True)
class Example:
    """One code of one entity: the document under `key`, and what must stand beside it."""

    entity: str
    code: str
    key: str
    document: Any
    others: dict[str, Any] = field(default_factory=dict)
    live: list[dict[str, Any]] = field(default_factory=list)
    without_defaults: bool = False
    out_of_reach: str = ""


@cache
def _content() -> dict[str, Any]:
    content = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    return dict(content)


def parents() -> dict[str, Any]:
    """Give the documents every example may refer to, by key."""
    return dict(_content()["parents"])


def examples() -> list[Example]:
    """Give the examples in the order of the codes.

    Raises KvError for a code without an example, an example without a code, and an unknown word.
    """
    found: dict[str, dict[str, Any]] = _content()["examples"]
    there = [(entity, code) for entity, named in found.items() for code in named]
    wanted = [(row["entity"], row["code"]) for row in seed_rows("reject_codes")]
    odd = set(there) ^ set(wanted)
    if odd:
        raise KvError(
            f"Reject codes and their examples differ: {sorted(odd)[0]}.",
            "Each row of seeds/reject_codes.csv has one example in docs/rejects/examples.yml.",
        )
    return [_example(entity, code, found[entity][code]) for entity, code in wanted]


def _example(entity: str, code: str, said: dict[str, Any]) -> Example:
    if not _KNOWN.issuperset(said):
        raise KvError(
            f"The example of {entity}.{code} says {sorted(set(said) - _KNOWN)}.",
            f"Use {', '.join(sorted(_KNOWN))}.",
        )
    clean = _content()["clean"][entity]
    name = code.replace("_", "-")
    document = said.get("document")
    if document is None:
        given = {
            at: value.replace("{id}", name) if isinstance(value, str) else value
            for at, value in clean["document"].items()
        }
        merged = {**given, **said.get("set", {})}
        document = {at: _value(value) for at, value in merged.items() if value is not None}
    return Example(
        entity,
        code,
        said.get("key", clean["key"]).replace("{id}", name),
        document,
        said.get("with", {}),
        said.get("live", []),
        bool(said.get("without_defaults")),
        said.get("out_of_reach", "").strip(),
    )


def _value(value: Any) -> Any:
    if isinstance(value, dict) and set(value) == {"repeated"}:
        text, times = value["repeated"]
        return str(text) * int(times)
    return value
