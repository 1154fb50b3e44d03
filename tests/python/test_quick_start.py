"""The commands of docs/quick_start.md, one after the other, as a reader types them."""

from __future__ import annotations

import csv
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pages
import pytest
from scratch import copy_of_project

from scripts.settings import ROOT, Target

PAGE = ROOT / "docs" / "quick_start.md"
# The install is what the test run itself stands on; psql waits for somebody to type.
NOT_RUN = {"invoke db.psql"}
# The sample has defects on purpose.
WITH_REJECTS = {"invoke migrate", "invoke migrate --dry-run"}


def commands() -> list[str]:
    found = [line for kind, body in pages.blocks(PAGE) if not kind for line in body.splitlines()]
    return [line for line in found if line.startswith("invoke ") and line not in NOT_RUN]


def expected(command: str) -> int:
    return 3 if command in WITH_REJECTS or "--corrections=" in command else 0


def test_the_page_has_the_way_there_and_back() -> None:
    words = [command.split()[1] for command in commands()]
    for task in ("sample", "migrate", "verify", "rejects", "rollback", "db.stop"):
        assert task in words


@pytest.fixture
def place(tmp_path: Path) -> Iterator[tuple[Path, dict[str, str]]]:
    """Give a copy of the project, and an environment in which its own server is used."""
    nowhere = Target("embedded", "", 0, "", "")
    project = copy_of_project(tmp_path / "p", nowhere)
    kept = {name: value for name, value in os.environ.items() if not name.startswith("KV_")}
    environment = {
        **kept,
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "PYTHONPATH": str(project.folder),
        "KV_EMBEDDED_DIR": str(tmp_path / "pg"),
        "KV_RUNS_DIR": str(tmp_path / "runs"),
        "KV_BACKUPS_DIR": str(tmp_path / "backups"),
        "DBT_TARGET_PATH": str(tmp_path / "target"),
    }
    try:
        yield project.folder, environment
    finally:
        _run("invoke db.reset --yes", project.folder, environment)


def _run(
    command: str, folder: Path, environment: dict[str, str]
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["/bin/sh", "-c", command],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )


def mend_one(path: Path) -> str:
    """Fill in the first client's address as an operator would; give its key."""
    with path.open(encoding="utf-8", newline="") as file:
        header, *lines = csv.reader(file)
    line = next(line for line in lines if line[1] == "contactEmail")
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerows([header, [*line[:2], '"mended@client.example"', "asked the client"]])
    return str(line[0])


@pytest.mark.slow
def test_the_commands_do_what_the_page_says(place: tuple[Path, dict[str, str]]) -> None:
    folder, environment = place
    for command in commands():
        ended = _run(command, folder, environment)
        assert ended.returncode == expected(command), (command, ended.stdout, ended.stderr)
        if "--write=" in command:
            mend_one(folder / command.partition("--write=")[2])
