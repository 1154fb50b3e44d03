"""What the pages tell of the last run: counts, names of rules, masked keys; never a value."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from psycopg import IsolationLevel, sql

from scripts import history
from scripts.connection import connect
from scripts.expectations import ExpectationReport, run_expectations
from scripts.history_report import targets_of
from scripts.ledger_report import LedgerReport
from scripts.run_log import logged
from scripts.run_proof import read_proof
from scripts.settings import Target
from scripts.status import not_judged, require_tables
from scripts.team_report import Report, make_report
from scripts.verify import VerifyReport, verify

_FAMILIES = """
select
    case when key_class in ('migrated', 'merged', 'rejected', 'soft_deleted') then entity end,
    case
        when key_class in ('migrated', 'merged', 'rejected', 'soft_deleted') then family
        else replace(key_class, '_', ' ')
    end,
    count(*)
from {key_ledger} group by 1, 2 order by 3 desc, 2
"""
_ELEMENTS = "select entity, count(*) from {element_ledger} group by entity"
_CHANGES = """
select rule, count(*), count(distinct source_key), string_agg(distinct entity, ', ' order by entity)
from {changes} group by rule order by 2 desc, 1
"""


@dataclass(frozen=True)
class Facts:
    """All the overview needs; `families` are (entity or None, name, keys).

    `is_proved_anew` says that verification and expectations are of now, not of the run, and
    `unchanged_since` which run's verdicts stand where the last one found nothing changed.
    """

    report: Report
    ledger: LedgerReport
    families: list[tuple[str | None, str, int]]
    elements: dict[str, int]
    changes: list[tuple[str, int, int, str]]
    phases: dict[str, float]
    steps: list[history.Step]
    verification: VerifyReport | None = None
    expectations: ExpectationReport | None = None
    is_proved_anew: bool = False
    unchanged_since: str = ""

    @property
    def run_id(self) -> str:
        """The last run."""
        return self.ledger.run_id


def read_facts(target: Target, *, quick: bool) -> Facts:
    """Read the last run of a target in read-only transactions, and what it proved from its log.

    Where the log is not on this machine, or says that something failed, for it names no keys, the
    run is proved again as by `invoke verify`; with `quick` it is not. Raises KvError where there is
    no run.
    """
    report = make_report(target)
    if report.ledger is None:
        raise not_judged(target)
    with connect(target, read_only=True) as connection:
        require_tables(connection, target, "tell of")
        connection.commit()
        connection.isolation_level = IsolationLevel.REPEATABLE_READ
        names = {
            name: sql.Identifier(target.work_schema, name)
            for name in ("key_ledger", "element_ledger", "changes")
        }

        def rows(query: Any) -> list[Any]:
            return connection.execute(sql.SQL(query).format(**names)).fetchall()

        families, elements, changes = rows(_FAMILIES), dict(rows(_ELEMENTS)), rows(_CHANGES)
    proof = read_proof(report.ledger.run_id)
    is_proved_anew = not quick and not (proof and proof[0].passed and proof[1].success)
    if is_proved_anew:
        proof = (
            verify(target, target.final_schema, target.work_schema),
            run_expectations(target, target.final_schema, True),
        )
    verification, expectations = proof or (None, None)
    return Facts(
        report,
        report.ledger,
        families,
        elements,
        changes,
        _phases(report.ledger.run_id),
        [step for step in history.steps() if target.name in targets_of(step)],
        verification,
        expectations,
        is_proved_anew,
        _unchanged_since(report.ledger.run_id),
    )


def _unchanged_since(run_id: str) -> str:
    """Read from the log of a run whose verdicts stand; empty where it judged every document."""
    found = (str(one["since"]) for one in logged(run_id) if one.get("event") == "unchanged")
    return next(found, "")


def _phases(run_id: str) -> dict[str, float]:
    """Read the seconds by phase from the log of a run, where it is on this machine."""
    told = (event["seconds"] for event in logged(run_id) if event.get("event") == "phases")
    return dict(next(told, {}))
