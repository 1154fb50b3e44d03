"""Every shape and pattern of a store, one sentence each, becomes what the corpus says."""

from __future__ import annotations

import gzip
import json
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from functools import reduce
from operator import getitem
from pathlib import Path
from typing import Any

import corpus
import psycopg
import pytest
from helpers import rows, run, table_rows
from psycopg import sql

from scripts.connection import connect, conninfo
from scripts.load import load_file
from scripts.migrate import Outcome
from scripts.settings import ENTITIES, Target

CASES = corpus.load()
SHAPES = [
    *(f"C{number}" for number in range(1, 10)),
    *(f"S{number}" for number in range(1, 10)),
    *(f"G{number}" for number in range(1, 10)),
    *(f"E{number}" for number in range(1, 7)),
    *(f"O{number}" for number in range(1, 7)),
    *(f"V{number}" for number in range(1, 6)),
    *(f"P{number:02}" for number in range(1, 27)),
    *("F19", "F20", "F21", "F22", "F26", "F27", "F28"),
]
ZONED = re.compile(r"^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)$")
# What the table gives a column nobody spoke of is asked for only where a case is about it.
UNASKED = "column_default"

KEYS = (
    "select source_key, key_class, reject_codes, root_key, winner_key, target_id::text, entity"
    " from kv_to_tables.key_ledger"
)
ELEMENTS = KEYS.replace("key_ledger", "element_ledger")
# The documents that did not come back to the letter; the elements of lists are documents, too.
UNEQUAL = """
    with stored as (
        select key as source_key, value as document from public.kv_store_6fcaeea3
        union all
        select key || ':' || element.ordinal, element.document
        from public.kv_store_6fcaeea3
        cross join jsonb_array_elements(case when jsonb_typeof(value) = 'array' then value end)
            with ordinality as element (document, ordinal)
        where key like '%:all'
    )
    select source_key, rebuilt.document::text, stored.document::text
    from kv_to_tables.rebuilt_documents as rebuilt
    inner join stored using (source_key)
    where rebuilt.document is distinct from stored.document
"""


@dataclass
class Found:
    """What became of every key of the corpus, read once."""

    ledger: dict[str, dict[str, Any]]
    tables: dict[str, dict[str, str]]
    changes: dict[str, list[dict[str, Any]]] = field(default_factory=lambda: defaultdict(list))
    leftovers: dict[str, tuple[list[str], str]] = field(default_factory=dict)
    findings: dict[str, list[tuple[str, str]]] = field(default_factory=lambda: defaultdict(list))

    def id_of(self, key: str) -> str:
        """Give the new id of a key."""
        return str(self.ledger[key]["target_id"])


@pytest.fixture(scope="module")
def migrated(
    server: Target, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Target, Outcome]]:
    """Load the whole corpus into one store and migrate it once."""
    folder = tmp_path_factory.mktemp("corpus")
    target = Target("embedded", server.host, server.port, server.user, "kv_test")
    name = sql.Identifier(target.dbname)
    with (
        pytest.MonkeyPatch.context() as patch,
        psycopg.connect(conninfo(server), autocommit=True) as connection,
    ):
        patch.setenv("KV_RUNS_DIR", str(folder / "runs"))
        connection.execute(sql.SQL("create database {} template template0").format(name))
        try:
            load_file(target, _store(folder))
            _correct(target)
            yield target, run(target, allow_unclassified=True)
        finally:
            connection.execute(sql.SQL("drop database {} with (force)").format(name))


def _store(folder: Path) -> Path:
    path = folder / "store.jsonl.gz"
    with gzip.open(path, "wt", encoding="utf-8") as file:
        for case in CASES:
            for key, value in case.store.items():
                file.write(f'{{"key": {json.dumps(key)}, "value": {corpus.as_json(value)}}}\n')
    return path


def _correct(target: Target) -> None:
    """Put the corrections of the corpus where a run looks for them."""
    corrections = [entry for case in CASES for entry in case.corrections]
    with connect(target) as connection:
        connection.execute("create schema if not exists kv_to_tables")
        connection.execute(
            "create table kv_to_tables.corrections (source_key text not null, field text not null,"
            " value jsonb not null, reason text not null, primary key (source_key, field))"
        )
        connection.cursor().executemany(
            "insert into kv_to_tables.corrections values (%s, %s, %s, %s)",
            [
                (entry["key"], entry["field"], corpus.as_json(entry["value"]), entry["reason"])
                for entry in corrections
            ],
        )


@pytest.fixture(scope="module")
def found(migrated: tuple[Target, Outcome]) -> Found:
    """Read the ledgers, the changes, the leftovers and the six tables, each with one query."""
    target, _ = migrated
    verdict = ("key_class", "reject_codes", "root_key", "winner_key", "target_id", "entity")
    ledger = {
        key: dict(zip(verdict, values, strict=True))
        for query in (KEYS, ELEMENTS)
        for key, *values in rows(target, query)
    }
    tables = {
        entity: {json.loads(row)["id"]: row for row in table_rows(target, entity)}
        for entity in ENTITIES
    }
    result = Found(ledger, tables)
    for key, column, before, after, rule in rows(
        target,
        "select source_key, field, before::text, after::text, rule from kv_to_tables.changes",
    ):
        change = {column: rule}
        if before is not None:
            change["before"] = read(before)
        change["after"] = None if after is None else read(after)
        result.changes[key].append(change)
    for key, names, fields in rows(
        target,
        "select source_key, array(select jsonb_object_keys(fields)), fields::text"
        " from kv_to_tables.leftovers",
    ):
        result.leftovers[key] = (names, fields)
    for key, member, finding in rows(
        target, "select list_key, member, finding from kv_to_tables.list_findings"
    ):
        result.findings[key].append(("null" if member is None else member, finding))
    return result


def test_every_shape_and_pattern_has_a_case() -> None:
    words = {word for case in CASES for word in re.findall(r"\b[A-Z]\d+\b", case.sentence)}
    assert [shape for shape in SHAPES if shape not in words] == []


def test_the_migration_of_the_corpus_breaks_no_law(migrated: tuple[Target, Outcome]) -> None:
    assert migrated[1].failures == []


def test_every_key_has_its_line(found: Found) -> None:
    keys = {key for case in CASES for key in case.store}
    assert keys == {key for key in found.ledger if key in keys}


def test_what_no_case_names_is_clean(found: Found) -> None:
    named = {key for case in CASES for key in case.expect}
    unclean = {
        key: (line["key_class"], line["reject_codes"])
        for key, line in found.ledger.items()
        if key not in named and line["key_class"] in ("rejected", "unclassified", "merged")
    }
    assert unclean == {}


def test_every_migrated_document_comes_back(migrated: tuple[Target, Outcome], found: Found) -> None:
    """Compare what was put together from the tables with the store, instants as instants."""
    missing = {key for key, line in found.ledger.items() if line["key_class"] == "migrated"} - {
        key for (key,) in rows(migrated[0], "select source_key from kv_to_tables.rebuilt_documents")
    }
    assert missing == set()
    other = {
        key: (
            canonical(read(rebuilt)),
            canonical(masked(decoded(read(stored)), found.changes[key])),
        )
        for key, rebuilt, stored in rows(migrated[0], UNEQUAL)
    }
    assert {key: pair for key, pair in other.items() if pair[0] != pair[1]} == {}


@pytest.mark.parametrize("case", CASES, ids=[f"{case.file}: {case.sentence}" for case in CASES])
def test_becomes_what_the_corpus_says(case: corpus.Case, found: Found) -> None:
    differences = [
        f"{key}: {difference}"
        for key, wanted in case.expect.items()
        for difference in compare(key, wanted, found)
    ]
    assert not differences, "\n".join([case.sentence, *differences])


def compare(key: str, wanted: dict[str, Any], found: Found) -> Iterator[str]:
    """Say every way in which a key became something else than the corpus says."""
    line = found.ledger.get(key)
    if line is None:
        yield "has no line in the ledger"
        return
    codes = line["reject_codes"]
    yield from unequal("class", wanted["class"], line["key_class"])
    yield from unequal(
        "codes", sorted(wanted.get("codes", [])), sorted(codes.split(",") if codes else [])
    )
    yield from unequal("root", wanted.get("root"), line["root_key"])
    yield from unequal("winner", wanted.get("winner"), line["winner_key"])
    if "target" in wanted:
        yield from unequal("target", wanted["target"], line["target_id"])
    is_migrated = wanted["class"] == "migrated"
    if is_migrated:
        yield from _compare_row(line, wanted.get("row", {}), found)
    if is_migrated or "changes" in wanted:
        yield from _compare_changes(wanted.get("changes", []), found.changes[key], found)
    if is_migrated or "leftovers" in wanted:
        names, fields = found.leftovers.get(key, ([], "{}"))
        left = wanted.get("leftovers", [])
        if isinstance(left, dict):
            yield from unequal("leftovers", canonical(left), canonical(read(fields)))
        else:
            yield from unequal("leftovers", sorted(left), sorted(names))
    if "findings" in wanted or key in found.findings:
        yield from _compare_findings(wanted.get("findings", []), found.findings[key])


def _compare_row(line: dict[str, Any], wanted: dict[str, Any], found: Found) -> Iterator[str]:
    row = read(found.tables.get(line["entity"], {}).get(line["target_id"], "null"))
    if row is None:
        yield "has no row"
        return
    for column, value in wanted.items():
        if column not in row:
            yield f"the table has no column {column}"
        else:
            yield from unequal(column, canonical(resolved(value, found)), canonical(row[column]))


def _compare_changes(
    wanted: list[dict[str, Any]], changes: list[dict[str, Any]], found: Found
) -> Iterator[str]:
    expected = {canonical({"after": None, **resolved(change, found)}) for change in wanted}
    made = {canonical(change): UNASKED in change.values() for change in changes}
    yield from (f"change not made: {change}" for change in sorted(expected - made.keys()))
    yield from (
        f"change not expected: {change}"
        for change, is_unasked in sorted(made.items())
        if change not in expected and not is_unasked
    )


def _compare_findings(
    wanted: list[dict[str, str]], findings: list[tuple[str, str]]
) -> Iterator[str]:
    """Ask for every finding, but of what is unlisted only what is named: the corpus is one store."""
    expected = {next(iter(finding.items())) for finding in wanted}
    yield from (f"not found: {finding}" for finding in sorted(expected - set(findings)))
    yield from (
        f"not expected: {finding}"
        for finding in sorted(set(findings) - expected)
        if finding[1] != "present_but_unlisted"
    )


def unequal(what: str, wanted: object, got: object) -> Iterator[str]:
    if wanted != got:
        yield f"{what} should be {wanted}, is {got}"


def resolved(value: Any, found: Found) -> Any:
    """Replace `id of <key>` by the new id of that key."""
    if isinstance(value, dict):
        return {name: resolved(inner, found) for name, inner in value.items()}
    if isinstance(value, list):
        return [resolved(inner, found) for inner in value]
    if isinstance(value, str) and value.startswith("id of "):
        return found.id_of(value.removeprefix("id of "))
    return value


def decoded(document: Any) -> Any:
    """Take a document out of the strings it is encoded in."""
    while isinstance(document, str) and document.startswith(("{", '"')):
        document = read(document)
    return document


def masked(document: Any, changes: list[dict[str, Any]]) -> Any:
    """Withhold in a document of the store what the changes say was withheld."""
    for change in changes:
        for path, rule in change.items():
            if rule == "withheld":
                *way, name = path.removeprefix("$.").split(".")
                reduce(getitem, way, document)[name] = "[withheld]"
    return document


def read(text: str) -> Any:
    return json.loads(text, parse_float=Decimal, parse_int=Decimal)


def canonical(value: Any) -> str:
    """Give a value as text that is the same for the same number and for the same instant."""
    if isinstance(value, Decimal):
        return format(value.normalize(), "f")
    if isinstance(value, str) and ZONED.match(value):
        return f"instant {datetime.fromisoformat(value).astimezone(UTC).isoformat()}"
    if isinstance(value, dict):
        members = (f"{json.dumps(name)}: {canonical(value[name])}" for name in sorted(value))
        return "{" + ", ".join(members) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(canonical, value)) + "]"
    return json.dumps(value, ensure_ascii=False)
