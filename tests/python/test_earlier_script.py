"""The script this project takes the place of: what it would have moved, and why so little."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from seeded.cases import new_id
from seeded.clients_and_sites import DEMO_CLIENT_KEY, site_key
from seeded.page import Scene
from seeded.runs import run_earlier, scenes

from scripts.settings import ENTITIES, Target


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("earlier")


@pytest.fixture(scope="module")
def acts(server: Target, folder: Path) -> list[Scene]:
    return scenes(server, folder)


def test_the_earlier_script_reports_success_having_moved_nothing(acts: list[Scene]) -> None:
    report = acts[0].report
    assert report.ends == {"gifts:all": "read as a list of ids"}
    assert report.asked_in_vain == ["gift:[object Object]"] * 6
    assert report.rows_written == 0
    assert report.exit_code == 0
    assert report.summary() == (
        "Total 0, successful 0, failed 0, skipped 6. Migration completed successfully."
    )


def test_one_catalog_stops_the_earlier_script(acts: list[Scene]) -> None:
    report = acts[1].report
    assert report.ends == {
        "catalogs:all": "read as a list of ids",
        "catalogs:catalog_spring_range_mlfbn5k0_a1b2": "lost: its statement failed",
    }
    # The gifts were not even asked for, and the catalog counts as a success.
    assert report.asked_in_vain == []
    assert (report.successful, report.rows_written, report.exit_code) == (1, 0, 1)
    assert report.stopped_by == (
        'catalogs: invalid input syntax for type uuid: "catalog_spring_range_mlfbn5k0_a1b2"'
    )


def test_lists_of_ids_would_not_have_helped_the_earlier_script(acts: list[Scene]) -> None:
    report = acts[2].report
    rejected = {key: end for key, end in report.ends.items() if end.startswith("rejected")}
    assert len(rejected) + 5 == len(report.ends)
    assert rejected[DEMO_CLIENT_KEY] == "rejected for its contact_email"
    assert {end for key, end in rejected.items() if key.startswith("site:demo-")} == {
        "rejected for its client_id"
    }
    assert rejected["gift:gift-2"] == "rejected for its catalogId"
    assert {end for key, end in rejected.items() if key.startswith("order:")} == {
        "rejected for its site_id and customer_email"
    }
    # What has its environment, its site or a plural in its key is never found.
    assert site_key("site-001") not in report.ends
    assert "site:site-001" in report.asked_in_vain
    assert (report.rows_written, report.exit_code) == (0, 1)


def test_without_validation_the_first_text_id_stops_the_earlier_script(acts: list[Scene]) -> None:
    report = acts[3].report
    assert report.ends == {
        "clients:all": "read as a list of ids",
        DEMO_CLIENT_KEY: "lost: its statement failed",
    }
    assert (report.rows_written, report.exit_code) == (0, 1)


def _as_it_expected() -> dict[str, Any]:
    """Make a store as the earlier script wanted it: lists of ids, UUIDs, the names of the columns."""
    ids = {entity: new_id(entity, "a record") for entity in ENTITIES}
    mail = "hello@ombrelin.example"
    values: dict[str, tuple[str, dict[str, Any]]] = {
        "clients": ("client:", {"name": "Ombrelin", "contact_email": mail}),
        "catalogs": ("catalogs:", {"name": "Spring", "type": "manual"}),
        "sites": ("site:", {"name": " Site ", "slug": "a-site", "client_id": ids["clients"]}),
        "products": (
            "gift:",
            {"name": "Gift", "sku": "PH-001", "catalogId": ids["catalogs"], "price": 1.5},
        ),
        "employees": ("employee:", {"site_id": ids["sites"], "employee_id": "E-1"}),
        "orders": (
            "order:",
            {
                "client_id": ids["clients"],
                "site_id": ids["sites"],
                "customer_email": mail,
                "gift_id": ids["products"],
            },
        ),
    }
    store: dict[str, Any] = {}
    for entity, (prefix, value) in values.items():
        store["gifts:all" if entity == "products" else f"{entity}:all"] = [ids[entity]]
        store[prefix + ids[entity]] = {"id": ids[entity], **value}
    return store


def test_the_earlier_script_moves_what_is_as_it_expected(server: Target, folder: Path) -> None:
    report = run_earlier(server, folder, _as_it_expected())
    assert report.stopped_by is None
    assert (report.rows_written, report.successful, report.exit_code) == (6, 6, 0)
    in_batches = run_earlier(server, folder, _as_it_expected(), batch_size=1, batch_all=True)
    assert in_batches.rows_written == 6


def test_one_bad_row_loses_its_entity_and_all_that_follow(server: Target, folder: Path) -> None:
    store = _as_it_expected()
    good = store["sites:all"][0]
    bad = new_id("sites", "another record")
    store["sites:all"] = [good, bad]
    # `live` is no word of the table, and nobody looked.
    store[f"site:{bad}"] = {**store[f"site:{good}"], "slug": "b-site", "status": "live"}
    report = run_earlier(server, folder, store)
    assert report.stopped_by is not None
    assert "sites_status_check" in report.stopped_by
    assert report.ends[f"site:{good}"] == "lost: its statement failed"
    assert not any(key.startswith(("gift:", "employee:", "order:")) for key in report.ends)
    # The client and the catalog stay written.
    assert report.rows_written == 2
