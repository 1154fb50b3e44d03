"""How the results of the expectations are told: one line a table, one sentence a failure."""

from __future__ import annotations

from collections import Counter

from scripts import console
from scripts.expectations import ExpectationReport


def failure_sentences(report: ExpectationReport) -> list[str]:
    """Give a sentence for each expectation that failed or could not run, with keys, not values."""
    sentences = []
    for result in report.failures:
        where = f"{result.table} ({', '.join(result.columns)})" if result.columns else result.table
        if result.error:
            sentences.append(f"expectation on {where} could not run: {result.error}")
            continue
        keys = ", ".join(result.sample_keys[:5])
        sentences.append(
            f"expectation on {where}: {result.witness_of}; {result.unexpected_count} of"
            f" {result.checked_rows} rows break it: {keys}"
        )
    return sentences


def print_expectations(report: ExpectationReport) -> None:
    """Print how many expectations of each table held, and what the application's own rows break."""
    judged = [result for result in report.results if not result.of_application]
    passed = Counter(result.table for result in judged if result.success)
    total = Counter(result.table for result in judged)
    console.table(
        "Expectations",
        ["table", "held", "of"],
        [[name, passed[name], total[name]] for name in total],
    )
    foreign = [result for result in report.results if result.of_application and not result.success]
    for result in foreign:
        console.say(
            f"The application's own rows of {result.table}: {result.unexpected_count} break"
            f" '{result.witness_of}' (listed, not judged)."
        )
