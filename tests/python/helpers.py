"""What several tests do: load a store, migrate it, look at tables."""

from __future__ import annotations

import gzip
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import sql

from scripts import console
from scripts.connection import connect, conninfo
from scripts.dbt_runner import DbtResult, run_dbt
from scripts.load import load_file
from scripts.migrate import Inspect, Options, Outcome, migrate
from scripts.settings import ENTITIES, ROOT, Target

# Always the same name: dbt parses the project anew for another database.
DATABASE = "kv_test"

NORTHWIND = Path(os.environ.get("KV_NORTHWIND", ROOT.parent / "shared" / "data" / "northwind"))
needs_northwind = pytest.mark.skipif(
    not NORTHWIND.is_dir(), reason="the Northwind documents are not part of the project"
)


@dataclass(frozen=True)
class Kept:
    """A migrated database to be copied, what was in it before, and what the run said."""

    dbname: str
    before: list[tuple[Any, ...]]
    outcome: Outcome


@contextmanager
def new_database(
    server: Target, template: str = "template0", name: str = DATABASE
) -> Iterator[Target]:
    """Make a database, empty or a copy of a kept one, and drop it afterwards."""
    with psycopg.connect(conninfo(server), autocommit=True) as connection:
        connection.execute(
            sql.SQL("create database {} template {}").format(
                sql.Identifier(name), sql.Identifier(template)
            )
        )
        try:
            yield replace(server, dbname=name)
        finally:
            connection.execute(
                sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(name))
            )


def migrate_and_keep(target: Target, name: str) -> Kept:
    """Migrate a test's database and rename it, so that others can copy it, which takes no time."""
    before = fingerprint(target)
    outcome = run(target, judge=True)
    with psycopg.connect(
        conninfo(replace(target, dbname="postgres")), autocommit=True
    ) as connection:
        # dbt keeps its connections, and a database somebody is connected to cannot be copied.
        connection.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity where datname = %s",
            (target.dbname,),
        )
        connection.execute(
            sql.SQL("alter database {} rename to {}").format(
                sql.Identifier(target.dbname), sql.Identifier(name)
            )
        )
    return Kept(name, before, outcome)


def load_northwind(target: Target, spelling: str) -> None:
    load_file(target, NORTHWIND / f"kv_{spelling}.jsonl.gz", replace=True)


def load_documents(target: Target, tmp_path: Path, documents: dict[str, Any]) -> None:
    """Load a handful of documents by key, through the same door as every store."""
    path = tmp_path / "store.jsonl.gz"
    with gzip.open(path, "wt", encoding="utf-8") as file:
        for key, value in documents.items():
            file.write(json.dumps({"key": key, "value": value}) + "\n")
    load_file(target, path, replace=True)


def _without_data_tests(target: Target, arguments: list[str], **options: Any) -> DbtResult:
    assert arguments[-1] == "unit_test"  # the last of those that are excluded
    laws_alone = "model" in arguments
    return run_dbt(target, arguments if laws_alone else [*arguments, "test"], **options)


def run(
    target: Target, *, judge: bool = False, inspect: Inspect | None = None, **options: Any
) -> Outcome:
    """Migrate without a word on the output; by default the build alone, without dbt's data tests.

    Those are a third of what a run of a handful of documents takes. With `judge` a run is whole.
    """
    console.out.quiet = True
    # Every live run backs up first; the tests of the backup say so themselves.
    wanted = Options(**{"as_json": True, "no_backup": True, **options})
    with pytest.MonkeyPatch.context() as patch:
        if not judge:
            patch.setattr("scripts.build.run_dbt", _without_data_tests)
        # A file of some megabytes that nobody reads here.
        patch.setenv("DBT_WRITE_JSON", "false")
        # dbt parses the project anew for other variables: what it parsed is kept for each of them.
        for name, value in wanted.variables("yes" if wanted.dry_run else "").items():
            folder = Path(os.environ["DBT_TARGET_PATH"], f"{name}={value}")
            patch.setenv("DBT_TARGET_PATH", str(folder))
        return migrate(target, wanted, inspect=inspect, judge=judge)


def rows(target: Target, query: str, *values: object) -> list[tuple[Any, ...]]:
    with connect(target) as connection:
        return connection.execute(query, values or None).fetchall()


def execute(target: Target, *statements: str) -> None:
    """Run statements as the application or its operator would, in one transaction."""
    with connect(target) as connection:
        for statement in statements:
            connection.execute(statement)


def set_field(target: Target, key: str, field: str, value: str) -> None:
    """Let the store say something else in one field of a document."""
    with connect(target) as connection:
        connection.execute(
            "update public.kv_store_6fcaeea3"
            " set value = jsonb_set(value, array[%s], to_jsonb(%s::text)) where key = %s",
            (field, value, key),
        )


def take_out(target: Target, *keys: str) -> None:
    """Take keys out of the store."""
    with connect(target) as connection:
        connection.execute(
            "delete from public.kv_store_6fcaeea3 where key = any(%s)", (list(keys),)
        )


def table_rows(target: Target, entity: str, *, without: tuple[str, ...] = ()) -> list[str]:
    """Give each row of a final table as text, in the order of its id."""
    with connect(target) as connection:
        return [
            row[0]
            for row in connection.execute(
                sql.SQL(
                    "select (to_jsonb(final) - %s::text[])::text from {} as final order by id"
                ).format(sql.Identifier(target.final_schema, entity)),
                (list(without),),
            )
        ]


def all_rows(target: Target) -> dict[str, list[str]]:
    return {entity: table_rows(target, entity) for entity in ENTITIES}


def ledger(connection: psycopg.Connection, schema: str) -> list[tuple[Any, ...]]:
    """Give the ledger as dry and live runs must agree on it."""
    return connection.execute(
        sql.SQL(
            "select source_key, key_class, reject_codes, root_key, winner_key, target_id"
            " from {} order by source_key"
        ).format(sql.Identifier(schema, "key_ledger"))
    ).fetchall()


def fingerprint(
    target: Target, *, without: tuple[str, ...] = (), versions: bool = True
) -> list[tuple[Any, ...]]:
    """Describe every relation, column, constraint, index and row of the database, but for schemas.

    Without `versions` a row that was written again, as it was, counts as the same.
    """
    with connect(target) as connection:
        relations = connection.execute(
            "select n.nspname::text, c.relname::text, c.relkind::text, c.oid::regclass::text,"
            " (select jsonb_agg(jsonb_build_array(attname, atttypid::regtype, attnotnull,"
            "   attgenerated) order by attnum) from pg_attribute"
            "   where attrelid = c.oid and attnum > 0 and not attisdropped)::text,"
            " (select jsonb_agg(conname || ' ' || pg_get_constraintdef(oid) order by conname)"
            "   from pg_constraint where conrelid = c.oid)::text"
            " from pg_class as c join pg_namespace as n on n.oid = c.relnamespace"
            " where n.nspname !~ '^(pg_|information_schema)' and n.nspname <> all(%s)"
            " order by 1, 2",
            (list(without),),
        ).fetchall()
        found: list[tuple[Any, ...]] = []
        for schema, name, kind, _, columns, constraints in relations:
            content = ""
            if kind in "rp":
                row = connection.execute(
                    sql.SQL(
                        "select count(*)::text || md5(coalesce(string_agg(md5(t::text || {}),"
                        " '' order by t::text), '')) from {} as t"
                    ).format(
                        sql.SQL("xmin::text" if versions else "''"), sql.Identifier(schema, name)
                    )
                ).fetchone()
                content = row[0] if row else ""
            found.append((schema, name, kind, columns, constraints, content))
        return found
