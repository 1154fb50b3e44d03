"""MIGRATION_TEST_RESULTS.md, written from what a target holds and what its history says.

Nothing in it is typed in: counts, orphans, samples, times and sizes are read in one go, each
criterion is judged by a value, and only the lines of the sign-off are left to be filled in.
"""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path

from scripts import console
from scripts.bench.queries.report import as_dict, print_queries
from scripts.bench.queries.task import measure_target
from scripts.bench.results.criteria import judge
from scripts.bench.results.facts import read_facts
from scripts.bench.results.page import SIGN_OFF, write_page
from scripts.errors import UsageError
from scripts.history import history_file
from scripts.settings import Target

_NAME = "MIGRATION_TEST_RESULTS.md"


def results_task(target: Target, out: str, sizes: str, *, as_json: bool) -> int:
    """Measure the queries of a target on what it holds, write the results file, and give 0.

    Reads the target in transactions the server keeps read-only, and the history; writes the file,
    readable by its owner alone. Raises UsageError for a protected target and for a file that
    somebody has signed, KvError where no run is finished there.
    """
    if target.protected:
        raise UsageError(f"Target '{target.name}' is protected.", "Measure a copy: prod-copy.")
    if sizes:
        raise UsageError("What a target has is measured as it is.", "Leave --sizes out.")
    place = Path(out) if out else history_file().parent / _NAME
    _check_place(place)
    facts = read_facts(target)
    queries = measure_target(target)
    criteria = judge(facts, queries)
    _write(place, write_page(facts, queries, criteria))
    if as_json:
        console.print_json(
            {
                "file": str(place),
                "criteria": [asdict(criterion) for criterion in criteria],
                **as_dict(queries),
            }
        )
        return 0
    print_queries(queries)
    console.table(
        "Success criteria",
        ["", "criterion", "measured", ""],
        [
            [one.level, one.what, one.measured, "met" if one.is_met else "not met"]
            for one in criteria
        ],
    )
    console.say(f"Wrote {place}.")
    return 0


def _check_place(place: Path) -> None:
    """Refuse a file that is no results file, or one whose sign-off somebody has filled in."""
    try:
        text = place.read_text(encoding="utf-8")
    except (FileNotFoundError, NotADirectoryError):
        return
    except (OSError, UnicodeDecodeError):
        text = ""
    if SIGN_OFF not in text:
        raise UsageError(
            f"'{place}' is signed, or is no results file.", "Name another: --out=FILE."
        )


def _write(place: Path, text: str) -> None:
    """Write the file (0600), whole or not at all."""
    draft = place.with_name(f".{place.name}.{os.getpid()}")
    try:
        place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
        draft.replace(place)
    except OSError as error:
        with suppress(OSError):
            draft.unlink()
        raise UsageError(f"'{place}' cannot be written: {error.strerror}.") from None
