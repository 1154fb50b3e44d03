"""Prints a journey step by step, as tables that fit 80 columns."""

from __future__ import annotations

import json
from typing import Any

from scripts import console
from scripts.masking import readable
from scripts.settings import ROOT
from scripts.trace.journey import Journey, Reason

_WORDS = {
    "equal": "It is equal to the document in the store, as it stands.",
    "same": "It is the document in the store, but for what may differ:",
    "different": "It is NOT the document in the store. `invoke verify` tells of all such:",
}
_LONGEST = 300
_LINES = 120


def print_journey(journey: Journey, *, verbose: bool = False) -> None:
    """Print all steps; `verbose` also the columns nobody stated anything for."""
    console.say(f"{journey.key or journey.target_id}: {journey.found_as}, in {journey.target}")
    console.say(f"{journey.sentence} {journey.decision}".rstrip())
    for note in journey.notes:
        console.say(f"! {note}")
    console.say("")
    if journey.key is not None:
        _title("1. Document in the store")
        if journey.has_document:
            _json(journey.document, verbose=verbose)
        else:
            console.say("Not there.")
        console.say("")
        _pairs("2. Classification", journey.classification)
    if journey.staging:
        _staging(journey, verbose=verbose)
    if journey.key_class in ("migrated", "merged", "rejected", "soft_deleted"):
        _verdict(journey)
    if journey.row is not None:
        row = journey.row if verbose else {k: v for k, v in journey.row.items() if v is not None}
        _pairs(f"5. Row of {journey.entity}", row)
        hidden = len(journey.row) - len(row)
        if hidden:
            console.say(f"{hidden} columns are null; --verbose shows them.\n")
    if journey.key_class == "migrated":
        _made(journey)
    if journey.findings:
        console.table(
            "Where the list and the records disagree (20 at most)",
            ["member", "finding"],
            [list(finding) for finding in journey.findings],
        )


def _staging(journey: Journey, *, verbose: bool) -> None:
    stated = [each for each in journey.staging if each.field is not None or verbose]
    console.table(
        "3. Staging: which field fed which column",
        ["column", "field", "stated"],
        [[each.column, each.field or "", _short(each.stated, each.field)] for each in stated],
    )
    if len(stated) < len(journey.staging):
        number = len(journey.staging) - len(stated)
        console.say(f"For {number} columns it states nothing; --verbose shows them.\n")


def _verdict(journey: Journey) -> None:
    facts: dict[str, Any] = {"class": journey.key_class, "record id": journey.record_id}
    facts |= {"winner": journey.winner_key, "root": journey.root_key}
    _pairs("4. Verdict", facts)
    _reasons(journey.reasons)
    if journey.root_reasons:
        console.say("What is wrong with the root, which is to be mended first:")
        _reasons(journey.root_reasons)


def _reasons(reasons: tuple[Reason, ...]) -> None:
    if reasons:
        console.table(
            "",
            ["reason", "meaning", "mend"],
            [[reason.code, reason.meaning, reason.mend] for reason in reasons],
        )
        pages = [f"docs/rejects/{reason.code}.md" for reason in reasons]
        more = ", ".join(page for page in pages if (ROOT / page).is_file())
        console.say(
            f"More: {more or 'docs/rules.md'}. `invoke rejects --write=FILE` makes a corrections"
            " file to fill in.\n"
        )


def _made(journey: Journey) -> None:
    rows = [[c.field, _short(c.before), _short(c.after), c.rule] for c in journey.changes]
    if rows:
        console.table("6. Changes", ["field", "before", "after", "rule"], rows)
    else:
        _title("6. Changes")
        console.say("None: the row says what the document says.\n")
    if journey.is_id_made:
        console.say("Ids that are no UUIDs stand in the row as UUIDs made of them.\n")
    _title("7. Leftovers: fields no column was read from")
    if journey.leftovers:
        _json(journey.leftovers)
    else:
        console.say("None.")
    console.say("")
    _title("8. Document rebuilt from the tables")
    if journey.rebuilt is not None:
        _json(journey.rebuilt)
    console.say(_WORDS.get(journey.comparison, journey.comparison))
    if journey.differences:
        console.say("")
        console.table(
            "",
            ["path", "stored", "rebuilt", "why"],
            [[d.path, _short(d.stored), _short(d.rebuilt), d.excuse] for d in journey.differences],
        )


def _pairs(title: str, facts: dict[str, Any]) -> None:
    shown = [
        [name, value if isinstance(value, str) else readable(value)]
        for name, value in facts.items()
        if value is not None or title.startswith("5")
    ]
    console.table(title, ["", ""], shown)


def _short(value: Any, field: str | None = "") -> str:
    if value is None:
        return "" if field is None else "null" if field else "-"
    text = readable(value)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


def _title(text: str) -> None:
    console.out.print(text, style="bold", markup=False)


def _json(value: Any, *, verbose: bool = True) -> None:
    lines = json.dumps(value, indent=2, ensure_ascii=False, default=float).splitlines()
    shown = lines if verbose else lines[:_LINES]
    console.out.print("\n".join(shown), markup=False)
    if len(shown) < len(lines):
        console.say(f"… {len(lines) - len(shown):,} more lines; --verbose shows all.")
