"""A mistake in what a user edits stops the run, by name, before anything is written."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from driver import start
from helpers import load_documents, rows

from scripts.errors import Exit
from scripts.settings import ROOT, Target

NOT_COPIED = shutil.ignore_patterns(
    *(".git", ".venv", ".embedded", "target", "logs", "runs", "backups", "site", "*_cache", ".env")
)
FAMILIES = "seeds/key_families.csv"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("file", "old", "new", "named"),
    [
        # The same keys under two patterns: which family is theirs?
        (
            FAMILIES,
            "client:<id>,",
            "client:<code>,client,record,clients,,9,\nclient:<id>,",
            "shape",
        ),
        (FAMILIES, "client:<id>,client,record", "client:<id>,client,recrod", "class"),
        (
            FAMILIES,
            "client:<id>,client,record,clients",
            "client:<id>,client,record,client",
            "entity",
        ),
        (FAMILIES, "client:<id>,", "client:<ID>,", "every_pattern_can_match"),
        ("seeds/value_maps.csv", "\nsites,", "\nsite,", "seeds_name_columns"),
        ("seeds/defaults.csv", "\norders,", "\norder,", "seeds_name_columns"),
        ("dbt_project.yml", "on_gone: keep", "on_gone: kept", "on_gone"),
    ],
    ids=["two patterns", "class", "entity", "form", "word", "default", "var"],
)
def test_a_mistake_in_a_file_of_the_user_stops_the_run_by_name(
    file: str, old: str, new: str, named: str, database: Target, tmp_path: Path
) -> None:
    load_documents(database, tmp_path, {"client:production:c": {"name": "Orchid Freight"}})
    project = tmp_path / "project"
    shutil.copytree(ROOT, project, ignore=NOT_COPIED)
    path = project / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    driver = start(
        database,
        tmp_path / "run",
        "migrate",
        "--no-backup",
        project=project,
        DBT_TARGET_PATH=str(Path(os.environ["DBT_TARGET_PATH"], "broken")),
    )
    assert driver.end() == Exit.FAILED, driver.said
    assert named in driver.said
    assert "Traceback" not in driver.said
    assert rows(database, "select to_regclass('public.clients')") == [(None,)]
