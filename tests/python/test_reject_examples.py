"""Every example of a reject code, migrated with all the others, yields its code and no other."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from helpers import execute, load_documents, new_database, rows, run
from psycopg import sql
from psycopg.types.json import Jsonb
from scratch import copy_of_project

from scripts.connection import connect
from scripts.guides.examples import Example, examples, parents
from scripts.settings import ROOT, Target

ALL = [one for one in examples() if not one.out_of_reach]
USUAL = [one for one in ALL if not one.without_defaults]
UNSAID = [one for one in ALL if one.without_defaults]


def documents(chosen: list[Example]) -> dict[str, Any]:
    found = parents()
    for one in chosen:
        found |= {one.key: one.document, **one.others}
    return found


def codes_of(target: Target) -> dict[str, str]:
    return dict(rows(target, "select source_key, reject_codes from kv_to_tables.rejects"))


def put_live_rows(target: Target) -> None:
    """Make the tables as the application has them, with the rows the examples speak of."""
    execute(target, (ROOT / "docs" / "schema.sql").read_text(encoding="utf-8"))
    order = ["clients", "sites", "orders"]
    places = sorted(
        (place for one in ALL for place in one.live), key=lambda place: order.index(place["table"])
    )
    with connect(target) as connection:
        for place in places:
            columns = sql.SQL(", ").join(map(sql.Identifier, place["row"]))
            connection.execute(
                sql.SQL(
                    "insert into {table} ({columns}) select {columns}"
                    " from jsonb_populate_record(null::{table}, %s) on conflict (id) do nothing"
                ).format(table=sql.Identifier("public", place["table"]), columns=columns),
                (Jsonb(place["row"]),),
            )


@pytest.fixture(scope="module")
def codes(server: Target, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Migrate all examples in one store, and give the codes by key."""
    with new_database(server) as target:
        put_live_rows(target)
        load_documents(target, tmp_path_factory.mktemp("examples"), documents(USUAL))
        assert run(target).failures == []
        return codes_of(target)


@pytest.mark.parametrize("one", USUAL, ids=lambda one: f"{one.entity}.{one.code}")
def test_an_example_yields_its_code(one: Example, codes: dict[str, str]) -> None:
    assert codes.get(one.key) == one.code


def test_no_other_document_of_the_examples_is_rejected(codes: dict[str, str]) -> None:
    shown = {one.key for one in USUAL}
    rejected = {key for key in codes if key not in shown}
    assert rejected == {key for key in parents() if "rejected-" in key}


@pytest.mark.slow
def test_without_defaults_what_is_unsaid_is_a_reject(database: Target, tmp_path: Path) -> None:
    """Empty seeds/defaults.csv in a copy of the project: the column is missing then."""
    project = copy_of_project(tmp_path / "project", database)
    seed = project.folder / "seeds" / "defaults.csv"
    seed.write_text(seed.read_text(encoding="utf-8").splitlines()[0] + "\n", encoding="utf-8")
    load_documents(database, tmp_path, documents(UNSAID))
    ended = project.invoke("migrate", "--no-backup", "--json")
    assert ended.returncode == 3, ended
    found = codes_of(database)
    assert {one.key: found.get(one.key) for one in UNSAID} == {one.key: one.code for one in UNSAID}
