"""The corpus: small named documents, and what must become of each of them.

A file per family under `tests/corpus`, a sentence per case. `store` holds the keys a case brings with
their values, `with` the clean parents it needs, `expect` what must become of the keys it is about.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any, ClassVar

import yaml

from scripts.settings import ROOT

FOLDER = ROOT / "tests" / "corpus"
CLASSES = {
    *("migrated", "merged", "rejected", "soft_deleted", "derived", "other_family"),
    *("other_environment", "withheld", "unclassified"),
}
FINDINGS = {"listed_but_absent", "present_but_unlisted", "member_malformed", "lookup_disagrees"}
PARTS = {
    *("class", "codes", "root", "winner", "target", "row", "changes", "leftovers", "findings"),
}
# What a case may bring with `with`, parents first.
PARENTS = ("client", "catalog", "site", "gift", "employee")
LONG_AGO = "2025-01-01T00:00:00Z"


class CorpusError(Exception):
    """The corpus says something that nobody could have meant."""


class Raw(str):
    """JSON text that goes into the store as it is."""

    __slots__ = ()


@dataclass(frozen=True)
class Case:
    """One sentence, the documents it puts into the store, and what must become of its keys."""

    sentence: str
    file: str
    store: dict[str, Any]
    expect: dict[str, dict[str, Any]]
    corrections: list[dict[str, Any]]


class _Loader(yaml.SafeLoader):
    """YAML as JSON reads it: dates are text, `yes` is text, numbers keep their digits."""

    yaml_implicit_resolvers: ClassVar[dict[str, Any]] = {}


def _tag(tag: str, pattern: str, first: str) -> None:
    _Loader.add_implicit_resolver(tag, re.compile(pattern), list(first))


_tag("tag:yaml.org,2002:bool", r"^(true|false)$", "tf")
_tag("tag:yaml.org,2002:null", r"^(null|~|)$", "n~\0")
_Loader.yaml_implicit_resolvers.setdefault("", []).append(
    ("tag:yaml.org,2002:null", re.compile(r"^$"))
)
_tag("!number", r"^-?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?$", "-0123456789")


def _mapping(loader: _Loader, node: yaml.MappingNode) -> dict[str, Any]:
    pairs = [
        (loader.construct_scalar(name), loader.construct_object(value, deep=True))
        for name, value in node.value
    ]
    names = [name for name, _ in pairs]
    if len(set(names)) < len(names):
        raise CorpusError(f"A name stands twice at {node.start_mark}.")
    return dict(pairs)


def _repeated(loader: _Loader, node: yaml.Node) -> Any:
    text, times = loader.construct_sequence(node)
    return str(text) * int(times)


def _listed(loader: _Loader, node: yaml.Node) -> Any:
    text, times = loader.construct_sequence(node)
    return [text] * int(times)


def _nested(loader: _Loader, node: yaml.Node) -> Any:
    depth = int(loader.construct_scalar(node))
    return Raw('{"in":' * depth + "0" + "}" * depth)


_Loader.add_constructor("tag:yaml.org,2002:map", _mapping)
_Loader.add_constructor("!number", lambda loader, node: Decimal(loader.construct_scalar(node)))
_Loader.add_constructor("!json", lambda loader, node: Raw(loader.construct_scalar(node)))
_Loader.add_constructor("!repeated", _repeated)
_Loader.add_constructor("!listed", _listed)
_Loader.add_constructor("!nested", _nested)


def as_json(value: Any) -> str:
    """Write a value of the corpus as JSON text, digit by digit."""
    if isinstance(value, Raw):
        return str(value)
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, dict):
        members = (f"{json.dumps(name)}: {as_json(inner)}" for name, inner in value.items())
        return "{" + ", ".join(members) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(as_json, value)) + "]"
    return json.dumps(value)


def load() -> list[Case]:
    """Read every file of the corpus, in the order of their names.

    Raises CorpusError for a word the corpus does not know, a key or a sentence that stands twice, and
    an expectation of a key nobody put into the store.
    """
    cases: list[Case] = []
    for path in sorted(FOLDER.glob("*.yml")):
        for entry in _read(path):
            cases.append(_case(path, entry))
    sentences = [case.sentence for case in cases]
    _unique("sentence", sentences)
    _unique("key", [key for case in cases for key in case.store])
    return cases


def _read(path: Path) -> list[Any]:
    with path.open(encoding="utf-8") as file:
        loader = _Loader(file)
        try:
            entries = loader.get_single_data()
        finally:
            loader.dispose()
    if not isinstance(entries, list):
        raise CorpusError(f"{path.name} is no list of cases.")
    return entries


def _case(path: Path, entry: Any) -> Case:
    where = f"{path.name}: {entry.get('case')!r}"
    _known(where, entry, {"case", "with", "store", "expect", "corrections"}, {"case", "expect"})
    store = _parents(where, entry.get("with", {}))
    for key, value in entry.get("store", {}).items():
        if key in store:
            raise CorpusError(f"{where}: {key} is a parent and a document.")
        store[key] = value
    expect = {
        key: {"class": wanted} if isinstance(wanted, str) else wanted
        for key, wanted in entry["expect"].items()
    }
    for key, wanted in expect.items():
        _expectation(f"{where}: {key}", wanted)
        list_key, _, ordinal = key.rpartition(":")
        is_element = isinstance(store.get(list_key), list) and ordinal.isdigit()
        if key not in store and not is_element:
            raise CorpusError(f"{where}: {key} is expected but not in the store.")
    corrections = entry.get("corrections", [])
    for correction in corrections:
        parts = {"key", "field", "value", "reason"}
        _known(f"{where}: a correction", correction, parts, parts)
    return Case(entry["case"], path.stem, store, expect, corrections)


def _expectation(where: str, wanted: dict[str, Any]) -> None:
    _known(where, wanted, PARTS, {"class"})
    if wanted["class"] not in CLASSES:
        raise CorpusError(f"{where}: no class is called {wanted['class']}.")
    if (wanted["class"] == "rejected") != bool(wanted.get("codes")):
        raise CorpusError(f"{where}: a reject has codes, and nothing else has.")
    if (wanted["class"] == "merged") and "winner" not in wanted:
        raise CorpusError(f"{where}: a merged key has a winner.")
    for change in wanted.get("changes", []):
        names = [name for name in change if name not in ("before", "after")]
        if len(names) != 1 or not isinstance(change[names[0]], str):
            raise CorpusError(f"{where}: a change is {{field: rule}} with before and after.")
    for finding in wanted.get("findings", []):
        if len(finding) != 1 or not FINDINGS.issuperset(finding.values()):
            raise CorpusError(f"{where}: a finding is {{member: finding}}.")


def _known(where: str, entry: Any, allowed: set[str], required: set[str]) -> None:
    if not isinstance(entry, dict) or not allowed.issuperset(entry) or not required.issubset(entry):
        raise CorpusError(
            f"{where} has {sorted(entry)}, may have {sorted(allowed)}, must have {sorted(required)}."
        )


def _unique(what: str, names: list[str]) -> None:
    twice = {name for name in names if names.count(name) > 1}
    if twice:
        raise CorpusError(f"A {what} stands twice: {sorted(twice)}.")


def _parents(where: str, names: dict[str, str]) -> dict[str, Any]:
    """Give clean parents by their ids: a site belongs to the client, an employee to the site."""
    _known(where, names, set(PARENTS), set())
    dates = {"createdAt": LONG_AGO, "updatedAt": LONG_AGO}
    store: dict[str, Any] = {}
    for kind in PARENTS:
        if kind not in names:
            continue
        name = names[kind]
        document = {"id": name, "name": f"Clean {name}", "status": "active", **dates}
        if kind == "client":
            key = f"client:production:{name}"
            document["contactEmail"] = f"office@{name}.example"
        elif kind == "catalog":
            key = f"catalogs:{name}"
            document["type"] = "manual"
        elif kind == "site":
            key = f"site:production:{name}"
            document |= {"clientId": names["client"], "slug": name}
        elif kind == "gift":
            key = f"gift:production:{name}"
            document |= {"catalogId": names["catalog"], "sku": name, "currency": "EUR"}
            document["price"] = Decimal("12.50")
        else:
            key = f"employee:{names['site']}:{name}"
            del document["name"]
            document |= {"siteId": names["site"], "employeeId": f"NO-{name}"}
            document |= {"firstName": "Clean", "lastName": name, "email": f"{name}@staff.example"}
        store[key] = document
    return store
