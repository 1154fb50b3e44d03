"""The same store gives the same tables, whatever the server, its collation and the session."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from helpers import all_rows, ledger, new_database, run

from scripts import embedded
from scripts.connection import connect, conninfo
from scripts.load import load_file
from scripts.sample import write_sample
from scripts.settings import Target

SYSTEM_15 = Path("/usr/lib/postgresql/15/bin")


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("sample") / "store.jsonl.gz"
    write_sample(path, 1_000, 7)
    return path


@contextmanager
def other_server(folder: Path, patch: pytest.MonkeyPatch, **variables: str) -> Iterator[Target]:
    """Start a second embedded server and throw it away afterwards."""
    patch.setenv("KV_EMBEDDED_DIR", str(folder))
    for name, value in variables.items():
        patch.setenv(name, value)
    running = embedded.ensure_running()
    try:
        yield Target("embedded", running.host, running.port, running.user, running.dbname)
    finally:
        embedded.reset()


def migrated(target: Target, store: Path) -> dict[str, list[Any]]:
    load_file(target, store)
    assert run(target).failures == []
    with connect(target) as connection:
        return {**all_rows(target), "ledger": ledger(connection, "kv_to_tables")}


def assert_same(found: dict[str, list[Any]], wanted: dict[str, list[Any]]) -> None:
    """Compare row by row, so that a difference names its row."""
    for name, wanted_rows in wanted.items():
        differing = [
            pair for pair in zip(found[name], wanted_rows, strict=True) if pair[0] != pair[1]
        ]
        assert differing[:3] == [], name


@pytest.fixture(scope="module")
def on_18(server: Target, store: Path) -> dict[str, list[Any]]:
    """Migrate on the default server, PostgreSQL 18 in the C collation."""
    with new_database(server) as target:
        return migrated(target, store)


@pytest.mark.slow
def test_postgresql_16_gives_the_same_tables(
    tmp_path: Path, store: Path, on_18: dict[str, list[Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    with other_server(tmp_path, monkeypatch, KV_EMBEDDED_VERSION="16") as target:
        assert_same(migrated(target, store), on_18)


@pytest.mark.slow
@pytest.mark.skipif(not SYSTEM_15.is_dir(), reason="PostgreSQL 15 is not installed here")
def test_postgresql_15_with_a_language_collation_gives_the_same_tables(
    tmp_path: Path, store: Path, on_18: dict[str, list[Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    with (
        other_server(tmp_path, monkeypatch, KV_EMBEDDED_BIN=str(SYSTEM_15)) as target,
        psycopg.connect(conninfo(target), autocommit=True) as connection,
    ):
        connection.execute(
            "create database turkish template template0 locale_provider icu"
            " icu_locale 'tr-TR' locale 'C.utf8' encoding 'UTF8'"
        )
        place = Target("embedded", target.host, target.port, target.user, "turkish")
        assert_same(migrated(place, store), on_18)


@pytest.mark.slow
def test_a_session_in_another_zone_and_style_gives_the_same_tables(
    database: Target, store: Path, on_18: dict[str, list[Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    with connect(database, autocommit=True) as connection:
        connection.execute("alter database kv_test set timezone to 'Asia/Kathmandu'")
        connection.execute("alter database kv_test set datestyle to 'German, DMY'")
        connection.execute("alter database kv_test set intervalstyle to 'iso_8601'")
    monkeypatch.setenv("PGTZ", "America/St_Johns")
    assert_same(migrated(database, store), on_18)
