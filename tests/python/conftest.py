"""A PostgreSQL of the test run's own, and an empty database on it for each test that asks."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest
from helpers import load_northwind, run
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


@pytest.fixture(autouse=True)
def run_logs(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the logs of the runs out of the project folder."""
    monkeypatch.setenv("KV_RUNS_DIR", str(tmp_path_factory.getbasetemp() / "runs"))


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


@pytest.fixture(scope="session")
def migrated_northwind(server: Target) -> Iterator[str]:
    """Migrate Northwind once and give the name of its database, to be copied and left alone."""
    name = "kv_northwind"
    # Under the name of every test's database first: dbt parses the project anew for another.
    built = Target("embedded", server.host, server.port, server.user, "kv_test")
    with psycopg.connect(conninfo(server), autocommit=True) as connection:
        for database in (built.dbname, name):
            connection.execute(
                sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(database))
            )
        connection.execute(
            sql.SQL("create database {} template template0").format(sql.Identifier(built.dbname))
        )
        load_northwind(built, "snake_product")
        assert run(built).failures == []
        # dbt keeps its connections, and a database somebody is connected to cannot be copied.
        connection.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity where datname = %s",
            (built.dbname,),
        )
        connection.execute(
            sql.SQL("alter database {} rename to {}").format(
                sql.Identifier(built.dbname), sql.Identifier(name)
            )
        )
        yield name
        connection.execute(sql.SQL("drop database {} with (force)").format(sql.Identifier(name)))


@pytest.fixture
def northwind(server: Target, migrated_northwind: str) -> Iterator[Target]:
    """Give a migrated Northwind of the test's own, to be broken at will."""
    name = "kv_northwind_copy"
    with psycopg.connect(conninfo(server), autocommit=True) as connection:
        connection.execute(
            sql.SQL("create database {} template {}").format(
                sql.Identifier(name), sql.Identifier(migrated_northwind)
            )
        )
        try:
            yield Target("embedded", server.host, server.port, server.user, name)
        finally:
            connection.execute(
                sql.SQL("drop database {} with (force)").format(sql.Identifier(name))
            )
