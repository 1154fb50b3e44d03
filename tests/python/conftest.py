"""A PostgreSQL of the test run's own, and an empty database on it for each test that asks."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest
from psycopg import sql

from scripts import embedded
from scripts.connection import conninfo
from scripts.settings import Target


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
    # Always the same name: dbt parses the project anew for another database.
    name = "kv_test"
    with psycopg.connect(conninfo(server), autocommit=True) as connection:
        connection.execute(
            sql.SQL("create database {} template template0").format(sql.Identifier(name))
        )
        try:
            yield Target("embedded", server.host, server.port, server.user, name)
        finally:
            connection.execute(
                sql.SQL("drop database {} with (force)").format(sql.Identifier(name))
            )
