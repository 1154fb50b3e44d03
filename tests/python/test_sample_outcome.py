"""The sample store: every planted defect ends where the sample says."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from corpus_outcome import read
from helpers import all_rows, fingerprint, ledger, rows, run
from psycopg import sql
from sample_outcome import disagreements

from scripts.connection import connect
from scripts.errors import Exit
from scripts.load import load_file
from scripts.sample import write_sample
from scripts.settings import Target


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("sample") / "store.jsonl.gz"
    write_sample(path, 2_000, 1)
    return path


@pytest.fixture(scope="module")
def expected(store: Path) -> dict[str, Any]:
    return read((store.parent / "store.expected.json").read_text(encoding="utf-8"))


def test_every_planted_defect_ends_where_the_sample_says(
    database: Target, store: Path, expected: dict[str, Any]
) -> None:
    load_file(database, store)
    before = fingerprint(database)
    tried: list[tuple[Any, ...]] = []
    dry = run(
        database,
        dry_run=True,
        inspect=lambda connection, schema: tried.extend(ledger(connection, schema)),
    )
    assert dry.failures == []
    assert fingerprint(database) == before
    outcome = run(database, judge=True)
    assert outcome.failures == []
    assert outcome.exit_code == Exit.REJECTS
    assert outcome.ledger is not None
    assert dry.ledger is not None
    assert {**dry.ledger.as_dict(), "run_id": ""} == {**outcome.ledger.as_dict(), "run_id": ""}
    with connect(database) as connection:
        assert ledger(connection, "kv_to_tables") == tried
    assert disagreements(database, expected) == []
    by_key = {row[0]: row[5] for row in tried}
    of_elements = rows(database, "select source_key, target_id from kv_to_tables.element_ledger")
    by_key |= dict(of_elements)
    for planted in (*expected["defects"], *expected["elements"]):
        if planted["row"]:
            row = _row(database, planted, str(by_key[planted["key"]]))
            assert row == planted["row"], planted["flaw_or_rule"]

    once = all_rows(database)
    versions = "select sum(('x' || md5(id::text || xmin::text))::bit(32)::bigint) from orders"
    written = rows(database, versions)
    again = run(database)
    assert again.ledger is not None
    assert {entity["inserted"] for entity in again.ledger.entities} == {0}
    assert {entity["updated"] for entity in again.ledger.entities} == {0}
    assert rows(database, versions) == written
    assert all_rows(database) == once


def _row(target: Target, defect: dict[str, Any], target_id: str) -> dict[str, Any]:
    """Read the columns the sample speaks of, as text."""
    with connect(target) as connection:
        entity = connection.execute(
            "select entity from kv_to_tables.record_ledger where source_key = %s", (defect["key"],)
        ).fetchone()
        assert entity is not None
        columns = list(defect["row"])
        row = connection.execute(
            sql.SQL("select {} from {} where id = %s").format(
                sql.SQL(", ").join(sql.SQL("{}::text").format(sql.Identifier(c)) for c in columns),
                sql.Identifier(entity[0]),
            ),
            (target_id,),
        ).fetchone()
        assert row is not None, defect
        return dict(zip(columns, row, strict=True))
