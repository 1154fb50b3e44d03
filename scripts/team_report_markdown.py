"""The status report as Markdown, in the order of the team's template."""

from __future__ import annotations

from collections.abc import Sequence

from scripts.markdown import cell, table
from scripts.team_report import Report, shown_causes


def markdown(report: Report) -> str:
    """Write the report: what was done, counts, next step, blockers."""
    parts = [
        f"# Migration status: {report.target}",
        f"As of {report.made_at}. {_run(report)}",
        "## What was done",
        _table(
            ("When (UTC)", "Step", "Outcome", "What"),
            [tuple(step.values()) for step in report.done],
            "No step of this target stands in the history.",
        ),
        "## Counts",
        *_counts(report),
        "## Next step",
        f"`{report.next_command}`: {report.next_why}.",
        "## Blockers",
        *_blockers(report),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _run(report: Report) -> str:
    run = report.run
    if not run:
        return "No run stands in this target."
    parts = ", ".join(f"{name} {seconds:.1f} s" for name, seconds in run.seconds.items())
    outcome = "done with rejects" if run.outcome == "rejects" else run.outcome.replace("_", " ")
    return f"Last run {run.run_id}, begun {run.started_at}: {outcome} ({parts or 'no times'})."


def _counts(report: Report) -> list[str]:
    ledger = report.ledger
    if not ledger:
        return ["Nothing was counted yet."]
    names = (
        *("entity", "read", "migrated", "merged", "rejected", "soft_deleted"),
        *("inserted", "updated", "left_alone"),
    )
    classes = [(name.replace("_", " "), count) for name, count in ledger.classes.items() if count]
    return [
        _table(
            [name.replace("_", " ").capitalize() for name in names],
            [[entity[name] for name in names] for entity in ledger.entities],
        ),
        _table(("Class", "Keys"), [*classes, ("sum = count(*)", ledger.keys)]),
    ]


def _blockers(report: Report) -> list[str]:
    parts = []
    failures = report.run.failures if report.run else ()
    if failures:
        parts.append("### Failures of the last run")
        parts.append("\n".join(f"- {cell(failure)}" for failure in failures))
    causes, more = shown_causes(report)
    if causes:
        parts.append("### Rejects by root cause")
        parts.append(
            _table(
                ("Entity", "Reasons at the root", "Records", "Of them waiting", "Mend"),
                [(c.entity, c.codes, c.records, c.waiting, c.mend) for c in causes],
            )
        )
        if more:
            parts.append(f"{more:,} more causes: `invoke rejects --verbose` shows all.")
    if report.missing:
        parts.append("### Steps missing on the road to production")
        parts.append(
            _table(
                ("Step", "Why", "Command"),
                [(stage.stage, stage.why, f"`{stage.command}`") for stage in report.missing],
            )
        )
    return parts or ["None."]


def _table(headers: Sequence[str], rows: Sequence[Sequence[object]], nothing: str = "") -> str:
    return table(headers, rows) if rows else nothing
