"""Generated parts inside a page that is otherwise written by hand: between two markers."""

from __future__ import annotations

import re
from pathlib import Path

from scripts.errors import KvError

_PART = re.compile(
    r"(<!-- generated: (?P<name>[\w-]+) -->\n).*?(<!-- end of (?P=name) -->\n)", re.DOTALL
)


def filled(path: Path, parts: dict[str, str]) -> str:
    """Give the page with every part between its markers.

    Raises KvError where a part has no place in the page, or a place no part.
    """
    text = path.read_text(encoding="utf-8")
    places = [match["name"] for match in _PART.finditer(text)]
    if sorted(places) != sorted(parts):
        odd = ", ".join(sorted(set(places) ^ set(parts)) or places)
        raise KvError(
            f"The parts of {path.name} and its markers do not fit: {odd}.",
            "Each part stands once between <!-- generated: NAME --> and <!-- end of NAME -->.",
        )
    return _PART.sub(lambda match: f"{match[1]}\n{parts[match['name']]}\n\n{match[3]}", text)
