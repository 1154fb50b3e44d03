"""Every shape and pattern of a store, one sentence each, becomes what the corpus says."""

from __future__ import annotations

import csv
import gzip
import json
import re
from collections.abc import Iterator
from pathlib import Path

import corpus
import psycopg
import pytest
from corpus_outcome import Found, canonical, compare, decoded, masked, read, read_found
from helpers import rows, run
from psycopg import sql

from scripts.connection import conninfo
from scripts.corrections import HEADER
from scripts.load import load_file
from scripts.migrate import Outcome
from scripts.settings import Target

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
            corrections = _corrections_file(folder / "corrections.csv")
            yield target, run(target, allow_unclassified=True, corrections=corrections)
        finally:
            connection.execute(sql.SQL("drop database {} with (force)").format(name))


def _store(folder: Path) -> Path:
    path = folder / "store.jsonl.gz"
    with gzip.open(path, "wt", encoding="utf-8") as file:
        for case in CASES:
            for key, value in case.store.items():
                file.write(f'{{"key": {json.dumps(key)}, "value": {corpus.as_json(value)}}}\n')
    return path


def _corrections_file(path: Path) -> str:
    """Write the corrections of the corpus as an operator would, and give the file's name."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEADER)
        for entry in (entry for case in CASES for entry in case.corrections):
            value = corpus.as_json(entry["value"])
            writer.writerow((entry["key"], entry["field"], value, entry["reason"]))
    path.chmod(0o600)
    return str(path)


@pytest.fixture(scope="module")
def found(migrated: tuple[Target, Outcome]) -> Found:
    """Read what became of every key, once."""
    return read_found(migrated[0])


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
