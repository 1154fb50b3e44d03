"""The contract against the catalogue: columns, constraints and indexes that must be there.

What is expected is read from `models/final/*.yml`, what is there from `pg_catalog`. PostgreSQL
writes expressions in its own way, so both sides are brought to one form first: lower case, without
spaces, parentheses and casts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sized
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from psycopg import sql

from scripts.project_files import contract_of
from scripts.settings import ENTITIES
from scripts.verify.report import Check
from scripts.verify.scope import Scope, judged, noted

GROUP = "constraints"
_TYPES = {"timestamptz": "timestamp with time zone"}
_COLUMNS = """
select attname::text, format_type(atttypid, atttypmod), attnotnull
from pg_attribute
where attrelid = to_regclass(%s) and attnum > 0 and not attisdropped
"""
_CONSTRAINTS = """
select conname::text, pg_get_constraintdef(oid, true)
from pg_constraint
where conrelid = to_regclass(%s) and contype in ('p', 'u', 'f', 'c')
"""
_INDEXES = """
select index.relname::text, pg_get_indexdef(indexrelid), indisvalid and indisready
from pg_index
join pg_class as index on index.oid = indexrelid
where indrelid = to_regclass(%s)
"""


@dataclass(frozen=True)
class Contract:
    """What a final table must have: types and NOT NULL by column; definitions by name.

    An index in `extensions` is there where the database has that extension, one in `stand_ins`
    where it has not.
    """

    columns: dict[str, tuple[str, bool]]
    constraints: dict[str, str]
    indexes: dict[str, str]
    extensions: dict[str, str] = field(default_factory=dict)
    stand_ins: dict[str, str] = field(default_factory=dict)


def read_contract(entity: str) -> Contract:
    """Read the contract of a final table from its YAML; reads a file only."""
    model = contract_of(entity)
    meta = model["config"]["meta"]
    cascades = meta.get("on_delete_cascade", ())
    columns = {
        column["name"]: (
            _TYPES.get(column["data_type"], column["data_type"].replace(" ", "")),
            any(part["type"] == "not_null" for part in column.get("constraints", ())),
        )
        for column in model["columns"]
    }
    constraints = {
        constraint["name"]: plain(_definition(constraint, constraint["name"] in cascades))
        for constraint in model["constraints"]
    }
    indexes = {
        index["name"]: plain(index["on"].removeprefix("using "))
        for index in meta.get("table_indexes", ())
    }
    extensions, stand_ins = (
        {index["name"]: index[key] for index in meta.get("table_indexes", ()) if key in index}
        for key in ("extension", "without_extension")
    )
    return Contract(columns, constraints, indexes, extensions, stand_ins)


def _definition(constraint: dict[str, Any], cascades: bool) -> str:
    """Write a constraint of the contract as PostgreSQL would."""
    if constraint["type"] == "check":
        return f"check {constraint['expression']}"
    columns = ",".join(constraint["columns"])
    if constraint["type"] != "foreign_key":
        return f"{constraint['type'].replace('_', ' ')} {columns}"
    parent = re.sub(r"ref\('(\w+)'\)", r"\1", constraint["to"])
    return (
        f"foreign key {columns} references {parent} {','.join(constraint['to_columns'])}"
        f"{' on delete cascade' if cascades else ''}"
    )


def plain(definition: str) -> str:
    """Bring a definition to the one form in which two of them are compared."""
    text = re.sub(r"::[a-z]+(\[\])?", "", definition.lower())
    text = re.sub(r"\S+\.(?=gin_trgm_ops)", "", text)
    text = re.sub(r"=\s*any\s*\(\(?array\[(.*?)\]\)*", r"in (\1)", text)
    return re.sub(r"[\s()\"]", "", text)


def check_constraints(scope: Scope) -> Iterator[Check]:
    """Compare columns, constraints and indexes of every final table with its contract."""
    for entity in ENTITIES:
        yield from scope.attempt(GROUP, entity, partial(_check_table, scope, entity))


def _check_table(scope: Scope, entity: str) -> Iterator[Check]:
    contract = read_contract(entity)
    table = sql.Identifier(scope.final_schema, entity).as_string(scope.connection)
    # A table that the application made has indexes and cascades of its own choosing; a copy for a
    # dry run has the original's, under names of the server's.
    ours = scope.is_ours(entity)
    loose = not ours or scope.final_schema != scope.target.final_schema
    execute = scope.connection.execute
    columns = {name: (kind, full) for name, kind, full in execute(_COLUMNS, (table,))}
    faults = list(_column_faults(contract.columns, columns))
    yield _finding(f"{entity}: columns", contract.columns, faults)

    constraints = {
        name: plain(_without_schema(scope, text)) for name, text in execute(_CONSTRAINTS, (table,))
    }
    faults = _differences(contract.constraints, constraints, loose=loose)
    yield _finding(f"{entity}: constraints", contract.constraints, faults)

    extensions = {"", *scope.texts("select extname from pg_extension")}
    wanted = {
        name: definition
        for name, definition in contract.indexes.items()
        if contract.extensions.get(name, "") in extensions
        and contract.stand_ins.get(name, "none") not in extensions
    }
    indexes = {
        name: plain(text.partition(" USING ")[2].removeprefix("btree")) if valid else "invalid"
        for name, text, valid in execute(_INDEXES, (table,))
    }
    faults = _differences(wanted, indexes, loose=loose)
    yield _finding(f"{entity}: indexes", wanted, faults, is_law=ours)


def _column_faults(
    wanted: dict[str, tuple[str, bool]], there: dict[str, tuple[str, bool]]
) -> Iterator[str]:
    for name, (kind, required) in wanted.items():
        if name not in there:
            yield f"{name} is missing"
        elif there[name][0] != kind:
            yield f"{name} is {there[name][0]}, not {kind}"
        elif required and not there[name][1]:
            yield f"{name} takes nulls"


def _differences(wanted: dict[str, str], there: dict[str, str], *, loose: bool) -> list[str]:
    """Name what is missing or different; `loose` lets other names and delete actions pass."""
    by_any_name = {definition.partition("ondelete")[0] for definition in there.values()}
    faults = []
    for name, definition in wanted.items():
        if there.get(name) == definition:
            continue
        if loose and definition.partition("ondelete")[0] in by_any_name:
            continue
        faults.append(f"{name} is {'not what the contract says' if name in there else 'missing'}")
    return faults


def _finding(name: str, wanted: Sized, faults: list[str], *, is_law: bool = True) -> Check:
    finding = judged if is_law else noted
    told = "; ".join(faults) or "all there"
    return finding(GROUP, name, bool(faults), f"{len(wanted):,} expected; {told}.")


def _without_schema(scope: Scope, definition: str) -> str:
    schema = sql.Identifier(scope.final_schema).as_string(scope.connection)
    return re.sub(rf"(?<=REFERENCES )({re.escape(schema)}|{scope.final_schema})\.", "", definition)
