"""A PostgreSQL of the test run's own, and an empty database on it for each test that asks."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from pathlib import Path

import pytest
from helpers import Kept, load_northwind, migrate_and_keep, new_database

from scripts import embedded
from scripts.load import load_file
from scripts.sample import write_sample
from scripts.settings import Target


def pytest_configure() -> None:
    """Look for garbage less often: dbt keeps so many objects that it takes a tenth of a run."""
    gc.set_threshold(100_000, 50, 100)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print what tests have counted (`record_property("counted", sentence)`), also when all pass."""
    for report in (*terminalreporter.getreports("passed"), *terminalreporter.getreports("failed")):
        for name, value in report.user_properties:
            if name == "counted":
                terminalreporter.write_line(f"{report.nodeid.rpartition('::')[2]}: {value}")


@pytest.fixture(scope="session", autouse=True)
def own_folders(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep what runs and dbt write out of the project folder, and processes out of each other's way."""
    base = tmp_path_factory.getbasetemp()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KV_RUNS_DIR", str(base / "runs"))
        patch.setenv("KV_BACKUPS_DIR", str(base / "backups"))
        patch.setenv("DBT_TARGET_PATH", str(base / "target"))
        yield


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Target]:
    """Start an embedded server in a folder of the test run and throw it away at the end."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KV_EMBEDDED_DIR", str(tmp_path_factory.mktemp("server")))
        running = embedded.ensure_running()
        try:
            yield Target("embedded", running.host, running.port, running.user, running.dbname)
        finally:
            embedded.reset()


@pytest.fixture
def database(server: Target) -> Iterator[Target]:
    """Give a target whose database is new, empty and dropped after the test."""
    with new_database(server) as target:
        yield target


@pytest.fixture
def other_database(server: Target) -> Iterator[Target]:
    """Give a second one, beside `database`, for what goes from one to another."""
    with new_database(server, name="kv_other") as target:
        yield target


@pytest.fixture(scope="session")
def migrated_northwind(server: Target) -> Kept:
    """Migrate Northwind once, to be copied and left alone."""
    with new_database(server) as target:
        load_northwind(target, "snake_product")
        return migrate_and_keep(target, "kv_northwind")


@pytest.fixture
def northwind(server: Target, migrated_northwind: Kept) -> Iterator[Target]:
    """Give a migrated Northwind of the test's own, to be broken at will."""
    with new_database(server, migrated_northwind.dbname) as target:
        yield target


@pytest.fixture(scope="session")
def migrated_sample(server: Target, tmp_path_factory: pytest.TempPathFactory) -> Kept:
    """Migrate a sample with all its defects once, to be copied and left alone."""
    path: Path = tmp_path_factory.mktemp("sample") / "store.jsonl.gz"
    write_sample(path, 1_000, 7)
    with new_database(server) as target:
        load_file(target, path)
        return migrate_and_keep(target, "kv_sample")
