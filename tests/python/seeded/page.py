"""The page `docs/seeded_store.md`: what became of each key, as two runs say it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from earlier_script import Report

from seeded.cases import Group

_NEVER = "never looked at"
_RECORDS = ("migrated", "merged", "rejected", "soft_deleted")
_WORDS = {
    "other_family": "another family",
    "other_environment": "another environment",
    "soft_deleted": "soft deleted",
    "derived": "list or lookup",
}
_WHY = """\
**The earlier script would have reported success here, having moved nothing.** It did not look at the
store: it asked for six lists of ids, `clients:all`, `catalogs:all`, `sites:all`, `gifts:all`,
`employees:all` and `orders:all`. The application never wrote four of them, and nobody had made a
catalog yet. A list that is not there counted as an empty one, so five tables had "nothing to do". The
sixth, `gifts:all`, holds the gifts themselves, not their ids: it asked six times for a key named
`gift:[object Object]`, found none, and counted six *skipped*. Only *failed* records fail its run, and
nothing can fail that nobody looks at.
"""


@dataclass(frozen=True)
class Ledger:
    """What a run of the project says: its exit code, and class and reasons by key and by element."""

    exit_code: int
    keys: Mapping[str, tuple[str, str | None]]
    elements: Mapping[str, str]
    rows: int


@dataclass(frozen=True)
class Scene:
    """The earlier script on another store, or called in another way."""

    title: str
    keys: int
    report: Report


def page(
    store: Sequence[Group], earlier: Report, ledger: Ledger, mended: Ledger, scenes: Sequence[Scene]
) -> str:
    """Write the page; of the runs come all numbers, of the groups the words."""
    parts = [
        "# A store as the application left it",
        "The store that the application's own seed and demo code, and some weeks of use, would have"
        " left:\nwhat this project makes of each key, and what the script before it would have done."
        " Both were run;\nthe numbers are theirs. All data is made up.",
        _WHY.strip(),
        _totals(earlier, ledger),
        "## Key by key",
        _groups(store, earlier, ledger),
        _mended(ledger, mended),
        "## Had the store been otherwise",
        "The lists were not the only trap. The earlier script once more:",
        _scenes(scenes),
        "A statement wrote all rows of an entity, or a batch of gifts, at once: one id that was no"
        " UUID lost\nall of them, and what followed was never begun.",
        "*Written by `tests/python/test_seeded_store.py`, which fails when the page is not what the"
        " runs say;\nwith `KV_WRITE_PAGES=1` it writes it.*",
    ]
    return "\n\n".join(parts) + "\n"


def _table(*rows: Sequence[object]) -> str:
    head, *body = ["| " + " | ".join(map(str, row)) + " |" for row in rows]
    return "\n".join([head, "|" + " --- |" * len(rows[0]), *body])


def _totals(earlier: Report, ledger: Ledger) -> str:
    classes = Counter(key_class for key_class, _ in ledger.keys.values())
    records = sum(classes[name] for name in _RECORDS)
    looked_at = [key for key in ledger.keys if key in earlier.ends]
    known = [key for key in looked_at if ledger.keys[key][0] in _RECORDS]
    return _table(
        (f"{len(ledger.keys)} keys", "the earlier script", "this project"),
        ("keys looked at", len(looked_at), len(ledger.keys)),
        (f"of the {records} keys that hold a record: moved", _moved(earlier), classes["migrated"]),
        ("… another copy of one, named", 0, classes["merged"]),
        ("… rejected, with every reason", earlier.failed, classes["rejected"]),
        ("… deleted, and left deleted", 0, classes["soft_deleted"]),
        ("… **lost without a word**", f"**{records - len(known)}**", "**0**"),
        ("rows written", earlier.rows_written, ledger.rows),
        ("what it says at the end", earlier.summary(), _verdict(ledger)),
        ("exit code", earlier.exit_code, ledger.exit_code),
    )


def _moved(report: Report) -> int:
    return Counter(report.ends.values())["moved"]


def _verdict(ledger: Ledger) -> str:
    rejects = sum(key_class == "rejected" for key_class, _ in ledger.keys.values())
    return f"Every key has one class; {rejects} records were rejected."


def _groups(store: Sequence[Group], earlier: Report, ledger: Ledger) -> str:
    rows: list[Sequence[object]] = [("Keys", "What they are", "The earlier script", "This project")]
    for group in store:
        keys = [case.key for case in group.cases]
        ends = Counter(earlier.ends.get(key, _NEVER) for key in keys)
        fates = Counter(_fate(*ledger.keys[key]) for key in keys)
        rows.append(
            (
                f"{group.keys} ({len(keys)})",
                group.what,
                f"{_counted(ends)}: {group.earlier}",
                f"{_counted(fates)}: {group.ours}",
            )
        )
    elements = Counter(ledger.elements.values())
    if elements:
        rows.append(
            (
                f"elements of `gifts:all` ({sum(elements.values())})",
                "the gifts in the list, counted apart from the keys",
                f"{len(earlier.asked_in_vain)} skipped: asked for `gift:[object Object]`",
                f"{_counted(elements)}: each is a copy of the gift under its own key",
            )
        )
    return _table(*rows)


def _fate(key_class: str, codes: str | None) -> str:
    word = _WORDS.get(key_class, key_class)
    return f"{word} ({', '.join(f'`{code}`' for code in codes.split(','))})" if codes else word


def _counted(words: Counter[str]) -> str:
    return ", ".join(f"{count} {word}" for word, count in words.items())


def _mended(ledger: Ledger, mended: Ledger) -> str:
    freed = sum(
        before == "rejected" and mended.keys[key][0] != "rejected"
        for key, (before, _) in ledger.keys.items()
    )
    left = sum(key_class == "rejected" for key_class, _ in mended.keys.values())
    return (
        "Most rejects have one root, the demo client without an e-mail. **One correction**, an e-mail"
        " for\n`client:client-demo-stakeholder`, mends"
        f" {freed} of them in the next run and leaves {left}; the store is not touched."
    )


def _scenes(scenes: Sequence[Scene]) -> str:
    rows: list[Sequence[object]] = [
        (
            "The store",
            "Keys looked at",
            "What became of them",
            "What it says at the end",
            "Exit code",
        )
    ]
    for scene in scenes:
        ends = Counter(scene.report.ends.values())
        vain = len(scene.report.asked_in_vain)
        rows.append(
            (
                scene.title,
                f"{len(scene.report.ends)} of {scene.keys}",
                "; ".join(f"{count} {end}" for end, count in ends.items())
                + (f"; {vain} asked for and not there" if vain else ""),
                scene.report.summary(),
                scene.report.exit_code,
            )
        )
    return _table(*rows)
