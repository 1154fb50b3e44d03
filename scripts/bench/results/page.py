"""MIGRATION_TEST_RESULTS.md as text: sections of tables, each cell a value of the run."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

from scripts import history
from scripts.bench.queries.measure import Queries
from scripts.bench.results.criteria import Criterion
from scripts.bench.results.facts import Facts
from scripts.bench.results.page_queries import (
    before_after_section,
    indexes_section,
    queries_section,
)
from scripts.bench.results.recommended import recommend
from scripts.bench.results.text import table
from scripts.history_report import what_of
from scripts.run_log import log_file

SIGN_OFF = """\
| Role | Name | Date | Signature |
| --- | --- | --- | --- |
| Tester | | | |
| Reviewer | | | |
| Approved | | | |
"""
_STEPS = ("preflight", "copy", "backup", "dry_run", "migrate", "verify", "rollback")


def write_page(facts: Facts, queries: Queries, criteria: list[Criterion]) -> str:
    """Give the whole text; it holds counts, names and masked values, no value of a document."""
    sections = (
        ("Success criteria", _criteria(criteria)),
        ("Environment", table(("", ""), facts.environment.items())),
        ("The run", _run(facts)),
        ("Dry run", _dry_run(facts)),
        ("Counts", _counts(facts)),
        ("Foreign keys", _relations(facts)),
        ("Samples", _samples(facts)),
        ("Queries before and after", queries_section(queries)),
        ("Before and after", before_after_section(queries)),
        ("Indexes", indexes_section(facts, queries)),
        ("Verification", _verification(facts)),
        ("Issues found", _issues(facts)),
        ("Sizes", _sizes(facts)),
        ("Recommended changes", _recommended(facts, queries)),
        ("Sign-off", SIGN_OFF),
        ("Appendix", _appendix(facts)),
    )
    head = (
        "# Migration test results\n\n"
        f"Run {facts.run_id} on {facts.target.name}, written by `invoke bench` from the run"
        " itself. Values of records are masked: the first letter and the length.\n"
    )
    return head + "".join(f"\n## {title}\n\n{text.rstrip()}\n" for title, text in sections)


def _criteria(criteria: list[Criterion]) -> str:
    return table(
        ("Level", "Criterion", "Measured", ""),
        (
            (one.level, one.what, one.measured, "met" if one.is_met else "**not met**")
            for one in criteria
        ),
    )


def _run(facts: Facts) -> str:
    rejected = sum(one.rejected for one in facts.counts)
    skipped = sum(one.merged + one.soft_deleted for one in facts.counts)
    written = sum(
        int(str(one["inserted"])) + int(str(one["updated"])) for one in facts.ledger.entities
    )
    rows = [
        ("Started", f"{facts.started:%Y-%m-%d %H:%M:%S} UTC"),
        ("Ended", f"{facts.finished:%Y-%m-%d %H:%M:%S} UTC"),
        ("Duration", f"{facts.seconds:,.1f} s"),
        ("Processed", sum(one.read for one in facts.counts)),
        ("Successful", sum(one.migrated for one in facts.counts)),
        ("Failed (rejected)", rejected),
        ("Skipped (merged, soft deleted)", skipped),
        ("Rows written by this run", written),
    ]
    classes = [(name, count) for name, count in facts.ledger.classes.items() if count]
    return (
        table(("", ""), rows)
        + "\nEvery key of the store, in its one class:\n\n"
        + table(("Class", "Keys"), [*classes, ("sum = count(*)", facts.ledger.keys)])
    )


def _dry_run(facts: Facts) -> str:
    step = facts.steps.get("dry_run")
    if step is None:
        return f"The history has no dry run of {facts.target.name}."
    rows: list[tuple[str, object]] = [
        ("Run", step.run_id),
        ("Started", step.started_at),
        ("Ended", step.finished_at),
        ("Outcome", step.outcome),
        ("Same code as the run", _same_code(facts, step)),
    ]
    for name, value in step.facts.items():
        inner = value.items() if isinstance(value, dict) else [("", value)]
        rows += [(f"{name} {part}".strip().replace("_", " "), count) for part, count in inner]
    return table(("", ""), rows)


def _same_code(facts: Facts, step: history.Step) -> str:
    run = facts.steps.get("migrate")
    if run is None:
        return "not known: the history does not have the run"
    return "yes" if run.code_version == step.code_version else "no"


def _counts(facts: Facts) -> str:
    names = (
        "Table",
        "Records in the store",
        "Migrated",
        "Merged",
        "Rejected",
        "Soft deleted",
        "Rows in the table",
        "of the store",
        "made by the run",
        "of the application",
        "",
    )
    return (
        "A record is a key or an element of a list. Equal: the classes add up to the records, and"
        " each migrated record has its row.\n\n"
        + table(
            names,
            (
                (
                    one.entity, one.read, one.migrated, one.merged, one.rejected,
                    one.soft_deleted, one.held, one.of_store, one.made, one.of_application,
                    "equal" if one.is_equal else "**not equal**",
                )
                for one in facts.counts
            ),
        )
    )  # fmt: skip


def _relations(facts: Facts) -> str:
    return table(
        ("Relation", "Orphans", "Validated foreign key"),
        ((one.name, one.orphans, "yes" if one.is_guarded else "**no**") for one in facts.relations),
    )


def _samples(facts: Facts) -> str:
    return (
        "Chosen by a hash of the key. A rule: the run changed the value by it, and listed that.\n\n"
        + table(
            ("Table", "Record", "Column", "Document", "Row", ""),
            (asdict(one).values() for one in facts.samples),
        )
    )


def _verification(facts: Facts) -> str:
    groups = dict.fromkeys(check.group for check in facts.verification.checks)
    return table(
        ("Law", "Checks", "Failed or not run"),
        (
            (
                group,
                sum(check.group == group for check in facts.verification.checks),
                sum(
                    check.group == group and not check.passed for check in facts.verification.checks
                ),
            )
            for group in groups
        ),
    )


def _issues(facts: Facts) -> str:
    def told() -> Iterator[str]:
        for severity in ("critical", "major", "minor"):
            found = [one for one in facts.issues if one.severity == severity]
            yield f"### {severity.capitalize()}\n\n"
            yield (
                table(("Issue", "Count"), ((one.what, one.count) for one in found))
                if (found)
                else "None.\n"
            )
            yield "\n"

    return "".join(told())


def _sizes(facts: Facts) -> str:
    return table(
        ("Table", "Total", "Heap", "Indexes", "Live rows", "Dead rows", "Analyzed"),
        (
            (
                one.table,
                _bytes(one.total),
                _bytes(one.heap),
                _bytes(one.indexes),
                one.live,
                one.dead,
                "yes" if one.is_analyzed else "no",
            )
            for one in facts.sizes
        ),
    )


def _recommended(facts: Facts, queries: Queries) -> str:
    found = recommend(facts, queries)
    return "".join(
        f"* {kind}: {'; '.join(found[kind]) if found[kind] else 'none'}.\n" for kind in found
    )


def _appendix(facts: Facts) -> str:
    rows: list[tuple[str, object]] = [("History", history.history_file())]
    log = log_file(facts.run_id)
    rows.append(("Log of the run", log if log.is_file() else f"not in {log.parent}"))
    backup = facts.steps.get("backup")
    if backup:
        folder = Path(str(backup.facts.get("folder", "")))
        rows += [
            ("Backup", folder if folder.is_dir() else f"{folder} (no longer there)"),
            ("Backup's moment", backup.facts.get("moment", "")),
            ("Backup's rows", backup.facts.get("rows", "")),
            ("Backup's bytes", backup.facts.get("bytes", "")),
        ]
    else:
        rows.append(("Backup", "the history has none of this target"))
    steps = [facts.steps[kind] for kind in _STEPS if kind in facts.steps]
    return (
        table(("", ""), rows)
        + "\nThe last step of each kind:\n\n"
        + table(
            ("Step", "Run", "Ended", "Outcome", "What"),
            (
                (one.kind.replace("_", " "), one.run_id, one.finished_at, one.outcome, what_of(one))
                for one in steps
            ),
        )
    )


def _bytes(size: int) -> str:
    return f"{size / 1024:,.0f} KiB" if size < 10 * 1024**2 else f"{size / 1024**2:,.0f} MiB"
