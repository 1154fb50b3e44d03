"""The steps of a record: staging, verdict, row, changes, leftovers, rebuilt document."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import reduce
from typing import Any

import psycopg
from psycopg import sql

from scripts.settings import project_vars
from scripts.trace.compare import MISSING, Unequal, differences, number
from scripts.trace.decision import why_deleted, why_merged
from scripts.trace.journey import Change, Difference, Reason, Staged
from scripts.trace.tables import Tables

_RECORD = """
select entity, key_class, target_id::text, record_id, reject_codes, winner_key, root_key, spelling
from {record_ledger} where source_key = {key} and (ordinal is not null) = {is_element}
"""
_PATHS = """
select field, choice = substr({spelling}, place, 1) as is_used, path
from {field_paths} where entity = {entity} order by place, choice
"""
_REASONS = """
select said.code, coalesce(known.meaning, ''), coalesce(known.mend, '')
from string_to_table({codes}, ',') with ordinality as said (code, place)
left join {reject_codes} as known on known.entity = {entity} and known.code = said.code
order by said.place
"""
_ROOT = "select entity, reject_codes from {record_ledger} where source_key = {key}"
_ROW = "select row_to_json(final)::text from {final} as final where id = {id}::uuid"
_CHANGES = """
select field, before::text, after::text, rule from {changes} where source_key = {key}
order by rule = 'column_default', field
"""
_LEFTOVERS = "select fields::text from {leftovers} where source_key = {key}"
_REBUILT = "select document::text from {rebuilt}() where source_key = {key}"
_OVERRULED = """
select words.overruled
from {written_rows} as words inner join {runs} as runs on words.run_id = runs.run_id
where words.entity = {entity} and words.id = {id}::uuid
order by runs.started_at desc limit 1
"""
_CONFLICT = """
select kind, is_written from {conflicts} where entity = {entity} and id = {id}::uuid
and run_id = (select run_id from {runs} order by started_at desc limit 1)
"""
_CORRECTED = "select field from {corrections} where source_key = {key} order by field"
_KINDS = {
    "foreign": "the application had written this row before",
    "edited": "the application changed this row",
    "deleted": "the application deleted this row",
    "taken": "a row that stays took a unique value of it",
    "refused": "a trigger of the table kept it as it was",
}


@dataclass(frozen=True)
class Record:
    """A line of the record ledger."""

    key: str
    entity: str
    key_class: str
    target_id: str | None
    record_id: str | None
    codes: str | None
    winner_key: str | None
    root_key: str | None
    spelling: str | None


def record_of(tables: Tables, key: str, *, is_element: bool) -> Record | None:
    """Read the ledger's line of a record; a key may be called like an element of a list."""
    row = tables.row(_RECORD, key=key, is_element=is_element)
    return Record(key, *row) if row else None


def steps_of(
    tables: Tables, record: Record, captured: Any, stored: Any, is_unchanged: bool, notes: list[str]
) -> dict[str, Any]:
    """Read every step of a record, masked; adds to `notes` what is unusual.

    `captured` is the document as it was judged, `stored` the one in the store now.
    """
    masker, entity = tables.masker, record.entity
    paths = _paths(tables, record) if record.spelling else []
    is_finished = tables.exists("changes") and tables.exists("leftovers")
    changes = _read_changes(tables, record) if is_finished else []
    steps: dict[str, Any] = {
        "key_class": record.key_class,
        "record_id": masker.value(entity, ("id",), record.record_id),
        "target_id": record.target_id if record.key_class == "migrated" else None,
        "reasons": _reasons(tables, entity, record.codes),
        "winner_key": masker.key(record.winner_key) if record.winner_key else None,
        "root_key": masker.key(record.root_key) if record.root_key else None,
        "staging": _staging(tables, entity, paths, captured),
    }
    if record.root_key and (root := tables.row(_ROOT, key=record.root_key)):
        steps["root_reasons"] = _reasons(tables, root[0], root[1])
    if record.key_class == "merged" and record.winner_key:
        steps["decision"] = why_merged(tables, entity, record.key, record.winner_key)
    if record.key_class == "soft_deleted":
        steps["decision"] = why_deleted(captured)
    corrected = tables.texts(_CORRECTED, key=record.key) if tables.exists("corrections") else []
    if corrected:
        names = ", ".join(_masked_field(tables, name) for name in corrected)
        notes.append(
            f"The operator's corrections of {names} are laid over the document: sections 3 and 4"
            " are of the corrected one, section 1 is what the store has."
        )
    if record.key_class != "migrated" or record.target_id is None:
        return steps
    if not is_finished:
        notes.append("The run was stopped before its rows were written; `invoke report` says why.")
        return steps
    steps["row"] = final_row(tables, entity, record.target_id)
    if steps["row"] is None:
        notes.append("Its row is not in the table: it was deleted after the run.")
    conflict = tables.row(_CONFLICT, entity=entity, id=record.target_id)
    if conflict:
        ended = "the store's values were written" if conflict[1] else "the row was left as it is"
        notes.append(f"In the last run {_KINDS[conflict[0]]}; {ended} (table conflicts).")
    steps["changes"] = tuple(
        Change(
            _masked_field(tables, field),
            masker.value(entity, _names(field), before),
            masker.value(entity, _names(field), after),
            rule,
        )
        for field, before, after, rule in changes
    )
    leftovers = tables.row(_LEFTOVERS, key=record.key)
    if leftovers:
        steps["leftovers"] = masker.document(entity, _json(leftovers[0]))
    return steps | _rebuilt(tables, record, stored, is_unchanged, changes, paths)


def final_row(tables: Tables, entity: str, row_id: str) -> dict[str, Any] | None:
    """Read a final row by its id, in the order of its columns, masked; None where there is none."""
    if not tables.exists(entity, tables.target.final_schema):
        return None
    final = sql.Identifier(tables.target.final_schema, entity)
    row = tables.row(_ROW, final=final, id=row_id)
    if not row:
        return None
    masked: dict[str, Any] = tables.masker.document(entity, _json(row[0]))
    return masked


def _paths(tables: Tables, record: Record) -> list[tuple[str, bool, list[str]]]:
    """Give every name of every column: column, whether this document uses it, path."""
    rows = tables.rows(_PATHS, spelling=record.spelling, entity=record.entity)
    return [(field, used, path) for field, used, path in rows]


def _staging(
    tables: Tables, entity: str, paths: list[tuple[str, bool, list[str]]], captured: Any
) -> tuple[Staged, ...]:
    staged: dict[str, Staged] = {}
    for column, is_used, path in paths:
        if is_used:
            stated = reduce(_inside, path, captured)
            value = tables.masker.value(entity, tuple(path), stated)
            staged[column] = Staged(column, ".".join(path), value)
        else:
            staged.setdefault(column, Staged(column, None))
    return tuple(staged.values())


def _inside(value: Any, name: str) -> Any:
    return value.get(name) if isinstance(value, dict) else None


def _reasons(tables: Tables, entity: str, codes: str | None) -> tuple[Reason, ...]:
    if not codes:
        return ()
    return tuple(Reason(*row) for row in tables.rows(_REASONS, entity=entity, codes=codes))


def _read_changes(tables: Tables, record: Record) -> list[tuple[str, Any, Any, str]]:
    return [
        (field, _json(before), _json(after), rule)
        for field, before, after, rule in tables.rows(_CHANGES, key=record.key)
    ]


def _rebuilt(
    tables: Tables,
    record: Record,
    stored: Any,
    is_unchanged: bool,
    changes: list[tuple[str, Any, Any, str]],
    paths: list[tuple[str, bool, list[str]]],
) -> dict[str, Any]:
    """Rebuild the document from the tables and compare it with the one in the store."""
    try:
        with tables.connection.transaction():
            row = tables.row(
                _REBUILT, rebuilt=tables.ours(f"rebuilt_{record.entity}"), key=record.key
            )
    except psycopg.errors.UndefinedFunction:
        return {"comparison": "The last run was not made to its end: nothing can be rebuilt."}
    except psycopg.errors.UndefinedTable:
        return {"comparison": "Its table is gone: a rollback has taken it. Run invoke migrate."}
    if not row:
        return {"comparison": "Without its row no document can be rebuilt."}
    rebuilt = _json(row[0])
    shown = tables.masker.document(record.entity, rebuilt)
    if not is_unchanged:
        return {
            "rebuilt": shown,
            "comparison": "Not compared: the document in the store is another one since the run.",
        }
    overruled = tables.row(_OVERRULED, entity=record.entity, id=record.target_id)
    columns = set(overruled[0] or ()) if overruled else set()
    instants = set(project_vars()["fields"][record.entity]["timestamptz"])
    found = differences(
        _decoded(stored, changes),
        rebuilt,
        withheld={field for field, _, _, rule in changes if rule == "withheld"},
        instants={".".join(path) for column, _, path in paths if column in instants},
        overruled={".".join(path) for column, _, path in paths if column in columns},
    )
    word = "equal" if not found else "same" if all(each.excuse for each in found) else "different"
    return {
        "rebuilt": shown,
        "comparison": word,
        "differences": tuple(_difference(tables, record.entity, each) for each in found),
    }


def _decoded(stored: Any, changes: list[tuple[str, Any, Any, str]]) -> Any:
    """Give the document a run read: JSON text in a string is decoded, up to three times."""
    if any(field == "$" and rule == "decoded" for field, _, _, rule in changes):
        for _ in range(3):
            if isinstance(stored, str):
                stored = json.loads(stored, parse_float=number)
    return stored


def _difference(tables: Tables, entity: str, each: Unequal) -> Difference:
    def shown(value: Any) -> Any:
        return "(not there)" if value is MISSING else tables.masker.value(entity, each.path, value)

    path = ".".join(tables.masker.name(name) for name in each.path)
    return Difference(path, shown(each.stored), shown(each.rebuilt), each.excuse)


def _names(field: str) -> tuple[str, ...]:
    """Give the path of a change: a column, or a part of the document (`$.a.b`)."""
    return tuple(name for name in field.split(".") if name != "$")


def _masked_field(tables: Tables, field: str) -> str:
    return ".".join(name if name == "$" else tables.masker.name(name) for name in field.split("."))


def _json(text: str | None) -> Any:
    return None if text is None else json.loads(text, parse_float=number)
