"""The team's status report: what was done, counts, next step, blockers; of the last run.

Read from the history, the log of the run, and the ledger of the target. It holds counts, names of
rules and commands; no value of a document, and no key that is not masked.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import Any

import psycopg
from psycopg import sql

from scripts import history, road
from scripts.connection import connect
from scripts.history_report import targets_of, what_of
from scripts.ledger_report import LedgerReport, read_ledger
from scripts.masking import masked_sentence
from scripts.run_log import logged
from scripts.settings import Target
from scripts.status import TAKEN_BACK, relation_exists
from scripts.store_shape import shape_of

_STEPS_SHOWN = 15
_CAUSES_SHOWN = 15
_LAST_RUN = """
select run_id, outcome, to_char(started_at at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS'),
    extract(epoch from finished_at - started_at)::float
from {runs} order by started_at desc limit 1
"""
# What a record waits for is wrong with it too: it counts where its root is to be mended.
_CAUSES = """
select
    coalesce(root.entity, rejected.entity),
    coalesce(root.reject_codes, rejected.reject_codes),
    count(*),
    count(*) filter (where rejected.root_key is not null),
    coalesce(max(known.mend), '')
from {rejects} as rejected
left join {rejects} as root
    on coalesce(rejected.root_key, rejected.source_key) = root.source_key
left join {codes} as known
    on
        coalesce(root.entity, rejected.entity) = known.entity
        and split_part(coalesce(root.reject_codes, rejected.reject_codes), ',', 1) = known.code
group by 1, 2 order by 3 desc, 1, 2
"""


@dataclass(frozen=True)
class Cause:
    """What is wrong at the root: how many records it costs, and how many of them wait for it."""

    entity: str
    codes: str
    records: int
    waiting: int
    mend: str


@dataclass(frozen=True)
class Run:
    """The last run of the target; `seconds` by part, `failures` as sentences."""

    run_id: str
    outcome: str
    started_at: str
    seconds: dict[str, float]
    failures: tuple[str, ...]


@dataclass
class Report:
    """Everything the status template asks for."""

    target: str
    made_at: str
    run: Run | None
    done: list[dict[str, str]]
    ledger: LedgerReport | None
    causes: list[Cause] = field(default_factory=list)
    missing: list[road.Missing] = field(default_factory=list)
    next_command: str = ""
    next_why: str = ""

    def as_dict(self) -> dict[str, Any]:
        """Give the report as plain dicts, for JSON."""
        ledger = self.ledger
        return {
            "target": self.target,
            "made_at": self.made_at,
            "run": asdict(self.run) if self.run else None,
            "done": self.done,
            "counts": {
                "keys": ledger.keys,
                "classes": ledger.classes,
                "entities": ledger.entities,
                "rejected": ledger.rejected,
            }
            if ledger
            else None,
            "next_step": {"command": self.next_command, "why": self.next_why},
            "blockers": {
                "failures": list(self.run.failures) if self.run else [],
                "rejects": [asdict(cause) for cause in self.causes],
                "road": [asdict(stage) for stage in self.missing],
            },
        }


def make_report(target: Target) -> Report:
    """Read the state of a target: one read-only transaction, the history and the log of the run.

    The road is that of the protected target: its store's shape is read where the report is of it,
    else taken from the history. Raises KvError for a history that cannot be read.
    """
    steps = history.steps()
    with connect(target, read_only=True) as connection:
        run, ledger, causes = _of_database(connection, target, steps)
        shape = shape_of(connection, target) if target.protected else _known_shape(steps)
    report = Report(
        target.name,
        f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC",
        run,
        [_done(step) for step in steps if target.name in targets_of(step)][-_STEPS_SHOWN:],
        ledger,
        causes,
        road.missing(steps, "prod", history.code_version(), shape),
    )
    report.next_command, report.next_why = _next(target, report, steps)
    return report


def _of_database(
    connection: psycopg.Connection, target: Target, steps: list[history.Step]
) -> tuple[Run | None, LedgerReport | None, list[Cause]]:
    work = target.work_schema
    if not relation_exists(connection, work, "runs"):
        return None, None, []
    row = connection.execute(
        sql.SQL(_LAST_RUN).format(runs=sql.Identifier(work, "runs"))
    ).fetchone()
    if not row:
        return None, None, []
    run_id, outcome, started, seconds = row
    parts, failures = _of_log(run_id)
    taken = next((step for step in reversed(steps) if step.run_id == run_id), None)
    if taken and outcome == "done":
        outcome = taken.outcome  # the database knows the build alone, the history its judges too
    if not parts and seconds is not None:
        parts = {"build": round(seconds, 2)}
    run = Run(run_id, outcome or "unfinished", f"{started} UTC", parts, failures)
    try:
        with connection.transaction():
            ledger = read_ledger(connection, work, target.final_schema, run_id)
            causes = connection.execute(
                sql.SQL(_CAUSES).format(
                    rejects=sql.Identifier(work, "rejects"),
                    codes=sql.Identifier(work, "reject_codes"),
                )
            ).fetchall()
    except psycopg.errors.UndefinedTable:
        return run, None, []  # the run ended before there was a ledger
    return run, ledger, [Cause(*each) for each in causes]


def _of_log(run_id: str) -> tuple[dict[str, float], tuple[str, ...]]:
    """Read seconds by part and failures from the log of a run, where it is on this machine."""
    seconds: dict[str, float] = {}
    failures: list[str] = []
    for event in logged(run_id):
        match event.get("event"):
            case "part":
                seconds[event["name"]] = event["seconds"]
            case "end":
                failures += event["failures"]
            case "failed":
                failures.append(event["message"])
            case "interrupted":
                failures.append(f"The run was interrupted ({event['kind']}).")
    return seconds, tuple(masked_sentence(each) for each in failures)


def _known_shape(steps: list[history.Step]) -> str:
    """Give the shape the protected store had when somebody looked last."""
    shapes = [step.store_shape for step in steps if "prod" in targets_of(step) and step.store_shape]
    return shapes[-1] if shapes else ""


def _done(step: history.Step) -> dict[str, str]:
    return {
        "when": f"{step.started_at[:19].replace('T', ' ')}",
        "step": step.kind.replace("_", " "),
        "outcome": step.outcome,
        "what": masked_sentence(what_of(step)),
    }


def _next(target: Target, report: Report, steps: list[history.Step]) -> tuple[str, str]:
    """Give the command to run next, and why: this target first, then the road to production."""
    name, run = target.name, report.run
    its_own = [step for step in steps if step.target == name]
    if run and run.outcome in ("failed", "unfinished"):
        return f"invoke migrate --target={name}", "the last run did not end well: mend, then repeat"
    if target.protected and report.missing:
        return _first_of(report.missing)
    if run is None or run.outcome in TAKEN_BACK:
        if name == road.copy_of("prod") and report.missing:
            return _first_of(report.missing)
        if not target.protected:
            return f"invoke migrate --target={name}", "no run stands in this target"
        command = f"invoke migrate --target={name} --approved-by=NAME --yes"
        return command, "every step before it is proved"
    if report.ledger and report.ledger.rejected:
        return (
            f"invoke rejects --target={name} --write=corrections.csv",
            f"{report.ledger.rejected:,} records are rejected; fill the file in, then"
            f" `invoke migrate --target={name} --corrections=corrections.csv`",
        )
    kinds = [step.kind for step in its_own if step.outcome in ("done", "rejects")]
    if "verify" not in kinds[_last(kinds, "migrate") :]:
        return f"invoke verify --target={name}", "the last run was not proved on its own"
    if report.missing:
        return _first_of(report.missing)
    if target.protected:
        return f"invoke cutover --target={name} --guard", "the tables hold what the store holds"
    return (
        "invoke migrate --target=prod --approved-by=NAME --yes",
        "every step of the road is proved",
    )


def _first_of(missing: list[road.Missing]) -> tuple[str, str]:
    return missing[0].command, f"{missing[0].stage}: {missing[0].why}"


def _last(kinds: list[str], kind: str) -> int:
    return max((place for place, each in enumerate(kinds) if each == kind), default=0)


def shown_causes(report: Report) -> tuple[list[Cause], int]:
    """Give the causes that cost most, and how many more there are."""
    return report.causes[:_CAUSES_SHOWN], max(0, len(report.causes) - _CAUSES_SHOWN)
