"""All that the results file says of a target, read from its database and from the history."""

from __future__ import annotations

import platform
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from typing import Any

import psycopg
from psycopg import IsolationLevel

from scripts import history, preflight
from scripts.bench.results.findings import Issue, read_issues
from scripts.bench.results.numbers import (
    Count,
    Relation,
    Size,
    read_counts,
    read_relations,
    read_sizes,
    read_views,
)
from scripts.bench.results.samples import Sample, read_samples
from scripts.connection import connect
from scripts.errors import KvError
from scripts.history_report import targets_of
from scripts.ledger_report import LedgerReport, read_ledger
from scripts.purge import provable_run
from scripts.settings import ENTITIES, Target
from scripts.status import relation_exists
from scripts.verify import VerifyReport, verify


@dataclass
class Facts:
    """What was read; times are UTC, sizes bytes."""

    target: Target
    environment: dict[str, str]
    run_id: str
    started: datetime
    finished: datetime
    ledger: LedgerReport
    counts: list[Count]
    relations: list[Relation]
    samples: list[Sample]
    sizes: list[Size]
    issues: list[Issue]
    views: dict[str, bool]
    has_trigrams: str
    verification: VerifyReport
    steps: dict[str, history.Step] = field(default_factory=dict)

    @property
    def seconds(self) -> float:
        """Give how long the run took: the whole command where the history has it."""
        return (self.finished - self.started).total_seconds()


def read_facts(target: Target) -> Facts:
    """Read the target in one transaction the server keeps read-only, then verify it in others.

    Raises KvError, with what to do, where there is no finished run whose tables still stand.
    """
    with connect(target, read_only=True) as connection:
        connection.isolation_level = IsolationLevel.REPEATABLE_READ
        preflight.check(connection, target, writes=False)
        run_id = _run_of(connection, target)
        ledger = read_ledger(connection, target.work_schema, target.final_schema, run_id)
        facts = _read(connection, target, run_id, ledger)
    facts.verification = verify(target, target.final_schema, target.work_schema)
    facts.issues = [*_broken_laws(facts), *facts.issues]
    return facts


def _run_of(connection: psycopg.Connection, target: Target) -> str:
    """Give the run whose results these are, or say what is missing."""
    needed = [(target.work_schema, "runs"), (target.work_schema, "key_ledger")]
    needed += [(target.final_schema, entity) for entity in ENTITIES]
    if not all(relation_exists(connection, *name) for name in needed):
        raise KvError(
            f"There is no finished run on '{target.name}' whose results could be measured.",
            f"Run `invoke migrate --target={target.name}` first.",
        )
    return provable_run(connection, target)


def _read(
    connection: psycopg.Connection, target: Target, run_id: str, ledger: LedgerReport
) -> Facts:
    steps = _steps(target, run_id)
    started, finished = _times(connection, target, run_id, steps.get("migrate"))
    return Facts(
        target,
        _environment(connection, target, ledger),
        run_id,
        started,
        finished,
        ledger,
        read_counts(connection, target),
        read_relations(connection, target),
        read_samples(connection, target),
        read_sizes(connection, target),
        read_issues(connection, target, ledger),
        read_views(connection, target),
        _trigrams(connection),
        VerifyReport(()),
        steps,
    )


def _environment(
    connection: psycopg.Connection, target: Target, ledger: LedgerReport
) -> dict[str, str]:
    server = _one(connection, "select version()").partition(" on ")[0]
    return {
        "Measured": f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S} UTC",
        "Target": target.name,
        "Server": server,
        "Database": _one(connection, "select current_database()"),
        "Collation": _one(
            connection, "select datcollate from pg_database where datname = current_database()"
        ),
        "Store": f"{target.kv_schema}.{target.kv_table}, {ledger.keys:,} keys in the ledger",
        "Tables": target.final_schema,
        "dbt": f"{version('dbt-core')}, dbt-postgres {version('dbt-postgres')}",
        "Python": platform.python_version(),
        "Code": history.code_version(),
        "Run": ledger.run_id,
    }


def _steps(target: Target, run_id: str) -> dict[str, history.Step]:
    """Give of each kind the last step of this target; of migrations the one of this run."""
    found = {step.kind: step for step in history.steps() if target.name in targets_of(step)}
    found.pop("migrate", None)
    for step in history.steps():
        if step.kind == "migrate" and step.run_id == run_id and step.target == target.name:
            found["migrate"] = step
    return found


def _times(
    connection: psycopg.Connection, target: Target, run_id: str, step: history.Step | None
) -> tuple[datetime, datetime]:
    """Give beginning and end: of the command by the history, else of the build by the run's row."""
    from psycopg import sql

    if step:
        return datetime.fromisoformat(step.started_at), datetime.fromisoformat(step.finished_at)
    row = connection.execute(
        sql.SQL("select started_at, finished_at from {} where run_id = %s").format(
            sql.Identifier(target.work_schema, "runs")
        ),
        (run_id,),
    ).fetchone()
    if row is None or row[1] is None:
        raise KvError(
            f"The last run on '{target.name}' did not finish.",
            f"Run `invoke migrate --target={target.name}` again.",
        )
    return row[0], row[1]


def _trigrams(connection: psycopg.Connection) -> str:
    """Say whether pg_trgm is `installed`, only `available`, or `none`."""
    if _one(connection, "select count(*) from pg_extension where extname = 'pg_trgm'") != "0":
        return "installed"
    there = "select count(*) from pg_available_extensions where name = 'pg_trgm'"
    return "available" if _one(connection, there) != "0" else "none"


def _broken_laws(facts: Facts) -> list[Issue]:
    groups: dict[str, int] = {}
    for check in facts.verification.checks:
        if not check.passed:
            groups[check.group] = groups.get(check.group, 0) + 1
    found = [
        Issue("critical", f"a law of '{group}' is broken or could not be checked", count)
        for group, count in groups.items()
    ]
    return found + [
        Issue("critical", f"{one.name}: rows without a parent", one.orphans)
        for one in facts.relations
        if one.orphans
    ]


def _one(connection: psycopg.Connection, query: str) -> str:
    row: tuple[Any, ...] | None = connection.execute(query.encode()).fetchone()
    return str(row[0]) if row else ""
