"""The store that the application's own code would have left: what becomes of each key.

Beside it, what the script this project takes the place of would have done with the same store.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from seeded import ELEMENTS, STORE, WITH_CATALOG, cases
from seeded.cases import Group
from seeded.clients_and_sites import DEMO_CLIENT_KEY
from seeded.gifts import DEFAULT_CATALOG
from seeded.page import page
from seeded.runs import Result, instants, migrated_store, scenes

from scripts.settings import ENTITIES, ROOT, Target

PAGE = ROOT / "docs" / "seeded_store.md"
# What the tables themselves fill in where a document says nothing.
BLANK: dict[str, dict[str, Any]] = {
    "clients": {"client_allow_session_timeout_extend": False, "client_has_employee_data": False},
    "catalogs": {"total_products": 0, "active_products": 0},
    "sites": {
        "site_celebrations_enabled": False,
        "allow_session_timeout_extend": False,
        "enable_employee_log_report": False,
        "disable_direct_access_auth": False,
        "regional_client_info": {},
    },
    "products": {"images": []},
    "employees": {},
    "orders": {},
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("seeded")


@pytest.fixture(scope="module")
def as_left(server: Target, folder: Path) -> tuple[Result, Result]:
    """Give the run of the store as it was left, and the next one, with one correction."""
    return migrated_store(server, folder, STORE, corrected=True)


@pytest.fixture(scope="module")
def with_catalog(server: Target, folder: Path) -> tuple[Result, Result]:
    """Give the run of the store with one catalog, and the next one, of the same store."""
    return migrated_store(server, folder, WITH_CATALOG)


@pytest.fixture(params=["as it was left", pytest.param("with one catalog", marks=pytest.mark.slow)])
def each(request: pytest.FixtureRequest) -> tuple[tuple[Group, ...], Result]:
    """Give each of the two stores with what a run made of it."""
    if request.param == "as it was left":
        return STORE, request.getfixturevalue("as_left")[0]
    return WITH_CATALOG, request.getfixturevalue("with_catalog")[0]


def test_every_key_ends_where_the_rules_say(each: tuple[tuple[Group, ...], Result]) -> None:
    store, result = each
    assert result.failures == []
    assert result.exit_code == 3
    wanted = {
        case.key: (case.key_class, case.codes, case.root, case.winner) for case in cases(store)
    }
    found = {
        key: (row[0], frozenset(row[1].split(",") if row[1] else ()), row[2], row[3])
        for key, row in result.keys.items()
    }
    assert found == wanted


def test_every_migrated_key_has_its_whole_row(each: tuple[tuple[Group, ...], Result]) -> None:
    store, result = each
    wanted: dict[str, dict[str, dict[str, Any]]] = {entity: {} for entity in ENTITIES}
    for case in cases(store):
        if case.row is not None:
            assert case.entity is not None
            assert result.keys[case.key][4] == case.row["id"], case.key
            row = instants({**BLANK[case.entity], **case.row})
            wanted[case.entity][case.row["id"]] = row
    found = {entity: dict(table) for entity, table in result.tables.items()}
    # The catalog for gifts without one has no key of its own.
    assert found["catalogs"].pop(DEFAULT_CATALOG)["type"] == "manual"
    assert {entity: set(found[entity]) for entity in ENTITIES} == {
        entity: set(wanted[entity]) for entity in ENTITIES
    }
    differences = [
        (entity, row_id, column, found[entity][row_id].get(column), row.get(column))
        for entity in ENTITIES
        for row_id, row in wanted[entity].items()
        for column in {*row, *found[entity][row_id]}
        if found[entity][row_id].get(column) != row.get(column)
    ]
    assert differences == []


def test_every_copy_names_the_row_of_the_key_that_speaks_for_it(
    each: tuple[tuple[Group, ...], Result],
) -> None:
    store, result = each
    for case in cases(store):
        if case.winner:
            assert result.keys[case.key][4] == result.keys[case.winner][4], case.key
        if case.key_class not in ("migrated", "merged", "rejected", "soft_deleted"):
            assert result.keys[case.key][4] is None, case.key


def test_the_verifier_finds_every_document_again(each: tuple[tuple[Group, ...], Result]) -> None:
    assert each[1].disputed == {}


def test_every_gift_in_the_list_is_a_copy_of_the_one_under_its_key(
    as_left: tuple[Result, Result],
) -> None:
    assert as_left[0].elements == {key: (end, winner) for key, end, winner in ELEMENTS}


def test_lists_are_held_against_the_records(as_left: tuple[Result, Result]) -> None:
    assert as_left[0].findings == {
        ("user_orders:user-42", "ORD-1768000000123-40", "listed_but_absent")
    }


@pytest.mark.slow
def test_a_second_run_changes_nothing(with_catalog: tuple[Result, Result]) -> None:
    first, second = with_catalog
    assert [(counts["inserted"], counts["updated"]) for counts in second.counts] == [(0, 0)] * 6
    assert second.tables == first.tables


def test_one_correction_mends_the_demo_client_and_all_that_waits_for_it(
    as_left: tuple[Result, Result],
) -> None:
    before, after = as_left
    assert after.failures == []
    waiting = {case.key for case in cases(STORE) if DEMO_CLIENT_KEY in (case.key, case.root)}
    changed = {key for key, row in after.keys.items() if row[0] != before.keys[key][0]}
    assert changed == waiting
    assert {after.keys[key][0] for key in changed} == {"migrated"}


def test_the_page_is_what_the_runs_say(
    server: Target, folder: Path, as_left: tuple[Result, Result]
) -> None:
    left, *otherwise = scenes(server, folder)
    result, mended = as_left
    text = page(STORE, left.report, result.ledger(), mended.ledger(), otherwise)
    if os.environ.get("KV_WRITE_PAGES"):
        PAGE.write_text(text, encoding="utf-8")
    assert PAGE.read_text(encoding="utf-8") == text
