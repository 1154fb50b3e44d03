"""The pages of `docs/rejects`: one for each reject code, from the seed and the examples."""

from __future__ import annotations

import json
import re
from itertools import groupby
from pathlib import Path
from typing import Any

from scripts.guides.examples import FILE, Example, examples
from scripts.markdown import table
from scripts.project_files import contract_of, seed_rows
from scripts.settings import ENTITIES

FOLDER = FILE.parent
# The kinds of fault by the end of the code, longest first where one ends like another.
KINDS = {
    "missing": (
        "A value the column must have is stated nowhere, and nothing implies one. A default is"
        " given only by a row of `seeds/defaults.csv`, and what identifies somebody has none."
    ),
    "malformed": (
        "A stated value is never guessed at or dropped: what the column cannot hold rejects the"
        " record, so that somebody decides."
    ),
    "too_short": "The table's own check asks for two characters, counted once the text is trimmed.",
    "too_long": "An index holds the text, and an index row has no room for more than 2,000 bytes.",
    "out_of_range": "The table's own check, or the size of the column, refuses the value.",
    "unmapped": (
        "The table takes a closed list of words. A word beyond it needs a row in"
        " `seeds/value_maps.csv`; nobody guesses what it means."
    ),
    "unknown": "A foreign key would refuse the row: what it belongs to is nowhere.",
    "ambiguous": "More than one record fits, and picking one would be a guess.",
    "rejected": (
        "What the record refers to was rejected itself. The row waits for it: a link that is"
        " dropped would be lost for good."
    ),
    "deleted": "What the record belongs to was softly deleted in the application and is no row.",
    "taken": (
        "The value is unique. The record created earlier keeps it, then the one with the smaller"
        " key; a row of the application always does. `winner_key` of the reject names the holder."
    ),
}


def kind_of(code: str) -> str:
    """Give the kind of fault a code ends with."""
    return next(kind for kind in sorted(KINDS, key=len, reverse=True) if code.endswith(kind))


def pages() -> dict[Path, str]:
    """Give every page of the folder by its path."""
    by_code = {
        code: list(group)
        for code, group in groupby(sorted(examples(), key=_order), key=lambda one: one.code)
    }
    found = {FOLDER / f"{code}.md": _page(code, group) for code, group in by_code.items()}
    return {FOLDER / "README.md": _index(by_code), **found}


def _order(example: Example) -> tuple[str, int]:
    return example.code, ENTITIES.index(example.entity)


def _index(by_code: dict[str, list[Example]]) -> str:
    lines = [
        "# Reject codes",
        "",
        f"{len(by_code)} codes say why a record is no row; `invoke rejects` counts those of the",
        "last run, and `kv_to_tables.rejects` holds each record with all its codes. A page per",
        "code says what it means, shows a document that yields it, and tells how to mend it.",
        "",
        "These pages are written by `invoke guides` from `seeds/reject_codes.csv` and",
        "[examples.yml](examples.yml); a test migrates every example.",
    ]
    for kind, why in KINDS.items():
        names = [code for code in by_code if kind_of(code) == kind]
        rows = [
            [f"[{code}]({code}.md)", ", ".join(one.entity for one in by_code[code])]
            for code in names
        ]
        lines += ["", f"## …{'_' + kind}", "", why, "", table(["Code", "Tables"], rows)]
    return "\n".join(lines) + "\n"


def _page(code: str, group: list[Example]) -> str:
    said = {row["entity"]: row for row in seed_rows("reject_codes") if row["code"] == code}
    first = said[group[0].entity]
    lines = [f"# {code}", "", first["meaning"]]
    lines += ["", f"**Why it is a reject.** {KINDS[kind_of(code)]}"]
    for one in group:
        row = said[one.entity]
        lines += ["", f"## {one.entity}", ""]
        if row["meaning"] != first["meaning"]:
            lines += [row["meaning"], ""]
        lines += _shown(one)
        lines += ["", f"**How to mend it.** {row['mend']}"]
        if "value_maps.csv" in row["mend"]:
            lines += _words(one, code.removesuffix("_unmapped"))
    lines += [
        "",
        "A correction mends it without touching the store: `invoke rejects --write=FILE` lists",
        "what is to be filled in, `invoke migrate --corrections=FILE` judges anew.",
        "[All codes](README.md)",
    ]
    return "\n".join(lines) + "\n"


def _words(one: Example, field: str) -> list[str]:
    """Give the words the table takes, and what a row looks like that maps the example's."""
    checks = (
        str(rule["expression"])
        for rule in contract_of(one.entity)["constraints"]
        if rule["type"] == "check"
    )
    found = (re.match(rf"\s*{field} in \((.+)\)", check, re.DOTALL) for check in checks)
    words = re.findall("'([^']*)'", next(filter(None, found))[1])
    camel = re.sub("_(.)", lambda letter: letter[1].upper(), field)
    stated = one.document.get(field, one.document.get(camel))
    return [
        "",
        f"The table takes {', '.join(f'`{word}`' for word in words)}. With one of them for WORD:",
        "",
        "```csv",
        f"{one.entity},{field},{stated},WORD,who says so",
        "```",
    ]


def _shown(one: Example) -> list[str]:
    if one.out_of_reach:
        return [f"No document yields it. {one.out_of_reach}"]
    lines = ["For example", "", *_block(one.key, one.document)]
    for key, document in one.others.items():
        lines += ["", "beside", "", *_block(key, document)]
    for place in one.live:
        row = json.dumps(place["row"], ensure_ascii=False)
        lines += ["", f"where the application has this row in `{place['table']}`:", ""]
        lines += ["```json", row, "```"]
    if one.without_defaults:
        lines += [
            "",
            "and no row of `seeds/defaults.csv` gives the column a value. The project comes with"
            " one: then the value is taken from there, and listed with the rule `default`.",
        ]
    return lines


def _block(key: str, document: Any) -> list[str]:
    short = document
    if isinstance(document, dict):
        short = {at: _short(value) for at, value in document.items()}
    text = json.dumps(short, ensure_ascii=False, indent=2)
    return [f"`{key}`", "", "```json", text, "```"]


def _short(value: Any) -> Any:
    if isinstance(value, str) and len(value) > 200:
        return f"{value[:20]}… ({len(value):,} characters)"
    return value
