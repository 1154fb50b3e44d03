"""The patterns of keys as Python asks them (seeds/key_families.csv): for keys no run has judged."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from scripts.project_files import seed_rows
from scripts.settings import project_vars

# Families whose keys are made of ids of persons, or are secrets themselves.
_PERSONS = re.compile(
    r"employee|user|admin|session|magic|reset|invit|celebrat|audit|rate limit|history|test|demo"
)


@dataclass(frozen=True)
class KeyPattern:
    """A pattern of keys; `is_personal` says that its ids are of persons, or secrets."""

    pattern: str
    regex: re.Pattern[str]
    head: str
    key_class: str
    is_personal: bool


@cache
def key_patterns() -> tuple[KeyPattern, ...]:
    """Read the patterns of keys, those that say most first, as the models ask them."""
    environments = "|".join(project_vars()["known_environments"])
    found = []
    for row in seed_rows("key_families"):
        regex = ""
        for part in re.split("(<[a-z]+>)", row["pattern"]):
            if part == "<rest>":
                regex += ".*"
            elif part == "<env>":
                regex += f"(?:{environments})"
            elif part.startswith("<"):
                regex += "[^:]*"
            else:
                regex += re.escape(part)
        head = row["pattern"].partition("<")[0]
        words = f"{row['family']} {row['entity']} {row['pattern']}"
        found.append(
            KeyPattern(
                row["pattern"],
                re.compile(regex, re.DOTALL),
                head,
                row["class"],
                row["entity"] == "employees" or bool(_PERSONS.search(words)),
            )
        )
    return tuple(
        sorted(
            found,
            key=lambda row: (
                row.pattern.endswith("<rest>"),
                -len(re.sub("<[a-z]+>", "", row.pattern.replace("<env>", "environment"))),
            ),
        )
    )


def class_of(key: str) -> str | None:
    """Give the class a key has by the seed, for one that no run has judged; None for no pattern."""
    return next((row.key_class for row in key_patterns() if row.regex.fullmatch(key)), None)


@cache
def first_segments() -> frozenset[str]:
    """Give the words a known key may begin with."""
    return frozenset(row.pattern.split(":")[0] for row in key_patterns())
