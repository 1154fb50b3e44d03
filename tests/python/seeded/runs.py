"""Both ways with the seeded store: this project's run and the earlier script's, on real tables."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import earlier_script
import pytest
from helpers import load_documents, rows, run
from psycopg import sql

from scripts.connection import connect
from scripts.migrate import Outcome
from scripts.settings import ENTITIES, ROOT, Target
from scripts.verify import verify
from seeded import STORE, WITH_CATALOG, cases, documents
from seeded.cases import Group
from seeded.clients_and_sites import DEMO_CLIENT_KEY
from seeded.page import Ledger, Scene


@dataclass(frozen=True)
class Result:
    """What a run left: the ledgers, the findings about lists, the six tables, the verifier's word."""

    exit_code: int
    failures: list[str]
    keys: dict[str, tuple[str, str | None, str | None, str | None, str | None]]
    elements: dict[str, tuple[str, str | None]]
    findings: set[tuple[str, str, str]]
    tables: dict[str, dict[str, dict[str, Any]]]
    counts: list[dict[str, Any]]
    disputed: dict[str, tuple[str, ...]]

    def ledger(self) -> Ledger:
        """Give what the page tells of it."""
        return Ledger(
            self.exit_code,
            {key: (row[0], row[1]) for key, row in self.keys.items()},
            {key: row[0] for key, row in self.elements.items()},
            sum(map(len, self.tables.values())),
        )


@contextmanager
def _database(server: Target) -> Iterator[Target]:
    # The name of every test's database: dbt parses the project anew for another.
    target = Target("embedded", server.host, server.port, server.user, "kv_test")
    name = sql.Identifier(target.dbname)
    with connect(server, autocommit=True) as connection:
        connection.execute(sql.SQL("drop database if exists {} with (force)").format(name))
        connection.execute(sql.SQL("create database {} template template0").format(name))
        try:
            yield target
        finally:
            connection.execute(sql.SQL("drop database {} with (force)").format(name))


def instants(row: dict[str, Any]) -> dict[str, Any]:
    """Read the times of a row, so that one instant compares as one."""
    return {
        name: datetime.fromisoformat(value) if name.endswith("_at") else value
        for name, value in row.items()
    }


def _tables(target: Target) -> dict[str, dict[str, dict[str, Any]]]:
    with connect(target) as connection:
        return {
            entity: {
                row[0]["id"]: instants({k: v for k, v in row[0].items() if v is not None})
                for row in connection.execute(
                    sql.SQL("select to_jsonb(final) from {} as final").format(
                        sql.Identifier(target.final_schema, entity)
                    )
                )
            }
            for entity in ENTITIES
        }


def migrated_store(
    server: Target, folder: Path, store: tuple[Group, ...], *, corrected: bool = False
) -> tuple[Result, Result]:
    """Migrate the store twice and give what each run left; with a correction in between if asked."""
    with _database(server) as target, pytest.MonkeyPatch.context() as patch:
        patch.setenv("KV_RUNS_DIR", str(folder / "runs"))
        load_documents(target, folder, documents(store))
        first = _result(target, run(target))
        if not corrected:
            return first, _result(target, run(target))
        file = folder / "corrections.csv"
        file.touch(mode=0o600)
        file.write_text(
            "key,field,value,reason\n"
            f"{DEMO_CLIENT_KEY},contactEmail,demo@stakeholder.example,asked the owner\n"
        )
        return first, _result(target, run(target, corrections=str(file)))


def _result(target: Target, outcome: Outcome) -> Result:
    assert outcome.ledger is not None, outcome.failures
    report = verify(target, target.final_schema, target.work_schema, frozen=True)
    found = rows(
        target,
        "select source_key, key_class, reject_codes, root_key, winner_key, target_id::text"
        " from kv_to_tables.key_ledger",
    )
    elements = rows(
        target, "select source_key, key_class, winner_key from kv_to_tables.element_ledger"
    )
    findings = rows(target, "select list_key, member, finding from kv_to_tables.list_findings")
    return Result(
        int(outcome.exit_code),
        outcome.failures,
        {row[0]: (row[1], row[2], row[3], row[4], row[5]) for row in found},
        {row[0]: (row[1], row[2]) for row in elements},
        {(row[0], row[1], row[2]) for row in findings},
        _tables(target),
        outcome.ledger.entities,
        {check.name: check.sample_keys for check in report.checks if not check.passed},
    )


def run_earlier(server: Target, folder: Path, store: dict[str, Any], **options: Any) -> Any:
    """Run it on new tables; give its report and how many rows stand in the tables."""
    with _database(server) as target:
        load_documents(target, folder, store)
        with connect(target, autocommit=True) as connection:
            connection.execute((ROOT / "docs" / "schema.sql").read_bytes())
            report = earlier_script.run(
                connection, sql.Identifier(target.kv_schema, target.kv_table), **options
            )
            count = sql.SQL("select {}").format(
                sql.SQL(" + ").join(
                    sql.SQL("(select count(*) from {})").format(sql.Identifier(entity))
                    for entity in ENTITIES
                )
            )
            row = connection.execute(count).fetchone()
            assert row is not None
            assert report.rows_written == row[0]
    return report


def _with_id_lists() -> dict[str, Any]:
    """Give the store, had the lists been there as the earlier script expected them."""
    store = documents(STORE)
    prefixes = {"clients": "client", "sites": "site", "gifts": "gift"}
    prefixes |= {"employees": "employee", "orders": "order"}
    for plural, singular in prefixes.items():
        entity = "products" if plural == "gifts" else plural
        store[f"{plural}:all"] = list(
            dict.fromkeys(
                case.value["id"]
                for case in cases(STORE)
                if case.entity == entity and case.key.startswith((f"{singular}:", f"{plural}:"))
            )
        )
    return store


def scenes(server: Target, folder: Path) -> list[Scene]:
    """Run the earlier script on the store as it was left, and as it might have been."""
    named: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
        ("as it was left", documents(STORE), {}),
        ("… with one catalog", documents(WITH_CATALOG), {}),
        ("… with all six lists, of ids", _with_id_lists(), {}),
        ("… and with `--skip-validation`", _with_id_lists(), {"skip_validation": True}),
    ]
    return [
        Scene(title, len(store), run_earlier(server, folder, store, **options))
        for title, store, options in named
    ]
