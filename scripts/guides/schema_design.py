"""The generated parts of `docs/SCHEMA_DESIGN.md`: the columns and rules of each table.

Read from the contracts in `models/final`, the var `field_names`, `seeds/defaults.csv` and the
reasons in `docs/schema_reasons.yml`.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Any

import yaml

from scripts.column_sources import names_of
from scripts.errors import KvError
from scripts.markdown import table
from scripts.project_files import contract_of, seed_rows
from scripts.settings import ENTITIES, ROOT

REASONS = ROOT / "docs" / "schema_reasons.yml"


def parts() -> dict[str, str]:
    """Give the part of each table, by the table's name.

    Raises KvError where a constraint or index has no reason, or a reason nothing to stand for.
    """
    return {entity: _part(entity) for entity in ENTITIES}


def _part(entity: str) -> str:
    model = contract_of(entity)
    columns = [_column(entity, column) for column in model["columns"]]
    columns += [
        [f"`{text.split()[0]}`", text.partition(" ")[2], "", "not written; the database makes it"]
        for text in model["config"]["meta"].get("generated", ())
    ]
    return "\n\n".join(
        [
            _plain(model["description"]),
            table(["Column", "Type", "Also spelled", "What it is"], columns),
            table(["Rule or index", "Definition", "Why"], _rules(entity, model)),
        ]
    )


def _column(entity: str, column: dict[str, Any]) -> list[str]:
    name = column["name"]
    said = [
        part.get("expression", part["type"].replace("_", " "))
        for part in column.get("constraints", ())
    ]
    kind = " ".join([column["data_type"], *said])
    text = _plain(column["description"])
    if name in _defaults(entity):
        text += f" Where nobody states it: `{_defaults(entity)[name]}` (`seeds/defaults.csv`)."
    return [f"`{name}`", f"`{kind}`", _spellings(entity, name), text]


def _rules(entity: str, model: dict[str, Any]) -> list[list[str]]:
    reasons = _reasons().get(entity, {})
    cascades = model["config"]["meta"].get("on_delete_cascade", ())
    rows = [
        (rule["name"], _definition(rule, rule["name"] in cascades)) for rule in model["constraints"]
    ]
    indexes = model["config"]["meta"].get("table_indexes", ())
    rows += [(index["name"], f"index {' '.join(index['on'].split())}") for index in indexes]
    odd = {name for name, _ in rows} ^ set(reasons)
    if odd:
        raise KvError(
            f"The rules of {entity} and docs/schema_reasons.yml differ: {', '.join(sorted(odd))}.",
            "Write down why each constraint and index is there.",
        )
    return [[f"`{name}`", f"`{text}`", _plain(reasons[name])] for name, text in rows]


def _definition(rule: dict[str, Any], is_cascade: bool) -> str:
    columns = ", ".join(rule.get("columns", ()))
    if rule["type"] == "foreign_key":
        parent = re.sub(r"ref\('(\w+)'\)", r"\1", rule["to"])
        cascade = " on delete cascade" if is_cascade else ""
        return f"foreign key ({columns}) to {parent} ({', '.join(rule['to_columns'])}){cascade}"
    if rule["type"] == "check":
        return f"check ({' '.join(rule['expression'].split())})"
    return f"{rule['type'].replace('_', ' ')} ({columns})"


def _spellings(entity: str, column: str) -> str:
    return ", ".join(f"`{name}`" for name in names_of(entity, column)[1:])


def _plain(text: str) -> str:
    return " ".join(text.split())


@cache
def _defaults(entity: str) -> dict[str, str]:
    rows = seed_rows("defaults")
    return {row["column_name"]: row["value"] for row in rows if row["entity"] == entity}


@cache
def _reasons() -> dict[str, dict[str, str]]:
    return dict(yaml.safe_load(REASONS.read_text(encoding="utf-8")))
