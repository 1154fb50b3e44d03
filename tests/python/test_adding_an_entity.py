"""The seventh entity of docs/adding_an_entity.md, added to a copy of the project and taken back."""

from __future__ import annotations

import hashlib
import json
import shlex
import subprocess
from pathlib import Path

import pages
import pytest
from helpers import load_documents, rows
from scratch import LEFT_OUT, Project, copy_of_project

from scripts.settings import ROOT, Target

PAGE = ROOT / "docs" / "adding_an_entity.md"
FOLDER = ROOT / "docs" / "adding_an_entity"
STORE = {
    line["key"]: line["value"]
    for line in map(json.loads, (FOLDER / "store.jsonl").read_text(encoding="utf-8").splitlines())
}
ADD, TRY, REMOVE = [body for kind, body in pages.blocks(PAGE) if kind == "sh"]


def told() -> dict[str, str]:
    """Give what the page says becomes of each key."""
    table = pages.table_rows(pages.read(PAGE).partition("What must come out of")[2])
    return {row[0].strip("`"): row[1] for row in table}


def shell(project: Project, commands: str) -> None:
    subprocess.run(["/bin/sh", "-ec", commands], cwd=project.folder, check=True)


def files(folder: Path) -> dict[str, str]:
    """Give every file of a project by what is in it, without what commands leave."""
    found = {}
    for path in sorted(folder.rglob("*")):
        place = path.relative_to(folder)
        if path.is_file() and not any(LEFT_OUT(str(folder), [part]) for part in place.parts):
            found[str(place)] = hashlib.sha256(path.read_bytes()).hexdigest()
    return found


def test_every_key_of_the_example_is_told_by_the_page() -> None:
    assert set(told()) == {key for key in STORE if key.startswith("brand:")}


@pytest.fixture
def project(database: Target, tmp_path: Path) -> Project:
    return copy_of_project(tmp_path / "project", database)


def test_the_entity_can_be_added_and_taken_back(project: Project) -> None:
    before = files(project.folder)
    shell(project, ADD)
    assert (project.folder / "models" / "final" / "brands.sql").is_file()
    assert files(project.folder) != before
    shell(project, REMOVE)
    assert files(project.folder) == before


@pytest.mark.slow
def test_brands_migrate_like_the_six(project: Project, database: Target, tmp_path: Path) -> None:
    load_documents(database, tmp_path, STORE)
    shell(project, ADD)
    ended = project.invoke("migrate", "--no-backup", "--json")
    assert ended.returncode == 3, ended
    assert json.loads(ended.stdout)["failures"] == []
    shown = [
        project.invoke(*shlex.split(line)[1:]).stdout
        for line in TRY.splitlines()
        if line.startswith(("invoke keys", "invoke trace"))
    ]
    assert "brand:production:brand-4" in shown[0]
    assert "name_taken" in shown[1]
    lines = {
        key: (key_class, codes)
        for key, key_class, codes in rows(
            database, "select source_key, key_class, reject_codes from kv_to_tables.key_ledger"
        )
    }
    for key, words in told().items():
        key_class, codes = lines[key]
        wanted = "migrated" if words.startswith("a row") else words.split(",")[0].replace(" ", "_")
        assert key_class == wanted, key
        assert codes is None or f"`{codes}`" in words, key
    assert rows(
        database,
        "select brands.name, primary_color, clients.name, brands.status, brands.contact_email"
        " from brands join clients on clients.id = client_id order by brands.name",
    ) == [
        ("Garden", "#00aa55", "Orchid Freight", "active", None),
        ("Meadow", None, "Orchid Freight", "active", "meadow@orchid.example"),
    ]
    assert rows(
        database, "select fields::text from kv_to_tables.leftovers where entity = 'brands'"
    ) == [('{"clientName": "Orchid Freight"}',)]
    assert rows(
        database,
        "select conname::text from pg_constraint where conrelid = 'brands'::regclass"
        " and contype <> 'n' order by 1",
    ) == [
        ("brands_client_id_fkey",),
        ("brands_client_id_name_key",),
        ("brands_email_format",),
        ("brands_name_length",),
        ("brands_pkey",),
        ("brands_status_check",),
    ]
    again = project.invoke("migrate", "--no-backup", "--json")
    written = {
        (one["inserted"], one["updated"]) for one in json.loads(again.stdout)["ledger"]["entities"]
    }
    assert written == {(0, 0)}
    assert project.dbt("test", "--select", "typed_brands,test_type:unit").returncode == 0
    assert project.invoke("verify").returncode == 0
    assert project.invoke("rollback", "--run=all", "--confirm", "--no-backup").returncode == 0
    assert rows(database, "select to_regclass('brands')::text") == [(None,)]
