"""What feeds each column of the six tables, read from the project: nothing here is written by hand.

Names come from the vars of dbt_project.yml, types and descriptions from the contracts, mapped words
and defaults from the seeds, rules from the models, reject codes from their seed.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import asdict, dataclass
from functools import cache
from typing import Any

from scripts.project_files import contract_of, seed_rows
from scripts.rule_names import document_parts, rules_by_column
from scripts.settings import ENTITIES, project_vars


@dataclass(frozen=True)
class Word:
    """A row of seeds/value_maps.csv or seeds/defaults.csv."""

    stated: str
    value: str
    reason: str


@dataclass(frozen=True)
class Code:
    """A row of seeds/reject_codes.csv."""

    code: str
    meaning: str
    mend: str


@dataclass(frozen=True)
class ColumnSource:
    """One column and all that feeds it.

    `names` are the fields of a document it is read from, in the order they are asked, a dot going
    one level down; `parts` what else of the document it may be made from; `keys` other keys of the
    store that may give it. `table_default` is JSON, or None.
    """

    entity: str
    column: str
    data_type: str
    description: str
    is_required: bool
    names: tuple[str, ...]
    parts: tuple[str, ...]
    keys: tuple[str, ...]
    rules: tuple[str, ...]
    mapped: tuple[Word, ...]
    defaults: tuple[Word, ...]
    table_default: str | None
    codes: tuple[Code, ...]

    def as_dict(self) -> dict[str, Any]:
        """Give it as plain dicts, for JSON."""
        return asdict(self)


def names_of(entity: str, column: str) -> tuple[str, ...]:
    """Give the names of a column in a document, as the macro `field_names` does."""
    own = project_vars()["field_names"].get(entity, {}).get(column, {})
    first, *rest = column.split("_")
    camel = own.get("camel", first + "".join(word.capitalize() for word in rest))
    return tuple(dict.fromkeys((column, camel, *own.get("also", ()))))


@cache
def column_sources() -> tuple[ColumnSource, ...]:
    """Read what feeds every column of the six tables; reads files of the project only."""
    found = []
    for entity in ENTITIES:
        read = {name for names in project_vars()["fields"][entity].values() for name in names}
        columns = contract_of(entity)["columns"]
        codes = _codes(entity, tuple(column["name"] for column in columns))
        for column in columns:
            name = column["name"]
            names = names_of(entity, name) if name in read else ()
            parts = document_parts(entity).get(name, ())
            found.append(
                ColumnSource(
                    entity,
                    name,
                    column["data_type"],
                    " ".join(column["description"].split()),
                    any(part["type"] == "not_null" for part in column.get("constraints", ())),
                    names,
                    tuple(part for part in parts if part not in names),
                    _keys(f"{entity}.{name}"),
                    rules_by_column(entity).get(name, ()),
                    _words("value_maps", entity, name),
                    _words("defaults", entity, name),
                    project_vars()["column_defaults"].get(entity, {}).get(name),
                    tuple(codes[name]),
                )
            )
    return tuple(found)


def codes_without_column(entity: str) -> tuple[str, ...]:
    """Give the reject codes that are about a document as a whole."""
    columns = tuple(column["name"] for column in contract_of(entity)["columns"])
    return tuple(code.code for code in _codes(entity, columns)[""])


def _words(seed: str, entity: str, column: str) -> tuple[Word, ...]:
    return tuple(
        Word(row.get("from_value", ""), row.get("to_value", row.get("value", "")), row["reason"])
        for row in seed_rows(seed)
        if row["entity"] == entity and row.get("field", row.get("column_name")) == column
    )


def _keys(place: str) -> tuple[str, ...]:
    return tuple(row["pattern"] for row in seed_rows("key_families") if row["gives"] == place)


def _codes(entity: str, columns: tuple[str, ...]) -> dict[str, list[Code]]:
    """Sort the codes of an entity by their column: `site_unknown` is about `site_id`."""
    found: dict[str, list[Code]] = defaultdict(list)
    for row in seed_rows("reject_codes"):
        if row["entity"] == entity:
            code = row["code"]
            about = [
                column
                for column in columns
                if code.startswith((f"{column}_", f"{column.removesuffix('_id')}_"))
            ]
            # `client_code_taken` is about client_code, not about the client.
            column = max(about, key=len, default="")
            found[column].append(Code(code, row["meaning"], row["mend"]))
    return found
