"""A page for each suite of expectations: what each witnesses, how it ended, and for which keys."""

from __future__ import annotations

from scripts.expectations import load_suites
from scripts.masking import Masker
from scripts.site.facts import Facts
from scripts.site.markup import Html, code, items, paragraph, table
from scripts.site.overview import proved, verdict


def suite_pages(facts: Facts) -> list[tuple[str, str, str]]:
    """Give (slug, title, content) of each suite; without a report nobody knows how it ended.

    Failing values are never shown, only the keys they stand under, masked.
    """
    return [
        (f"expectations-{suite.table}", f"Expectations: {suite.table}", _page(suite.table, facts))
        for suite in load_suites()
    ]


def _page(name: str, facts: Facts) -> str:
    report = facts.expectations
    if report is None:
        suite = next(one for one in load_suites() if one.table == name)
        rows: list[tuple[object, ...]] = [
            (each["meta"]["witness_of"], verdict(None), "", "", "", code(each["type"]))
            for each in suite.expectations
        ]
        words = "The log of the run does not say, and with --quick none is asked again."
    else:
        results = [one for one in report.results if one.table == name]
        rows = [
            (
                one.witness_of + (" (rows of the application)" if one.of_application else ""),
                verdict(one.success) if one.outcome in ("passed", "failed") else one.outcome,
                f"{one.checked_rows:,}" if one.checked_rows is not None else "",
                f"{one.unexpected_count:,}" if one.unexpected_count else "",
                items(code(Masker().key(key)) for key in one.sample_keys),
                code(one.expectation),
            )
            for one in results
        ]
        failed = sum(not one.success for one in results)
        words = f"{proved(facts)}: {len(results) - failed:,} of {len(results):,} passed."
    return "".join(
        (
            paragraph(words),
            Html(
                table(
                    f"The suite of {name}",
                    ("witness of", "outcome", "rows", "failing", "under the keys", "expectation"),
                    rows,
                )
            ),
        )
    )
