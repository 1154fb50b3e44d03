"""Tables as Markdown, for the pages and reports that commands write."""

from __future__ import annotations

from collections.abc import Iterable, Sequence


def table(headers: Sequence[str], rows: Iterable[Iterable[object]]) -> str:
    """Write a table: whole numbers with a comma at each thousand, a cell in one line."""
    lines = [headers, ["---"] * len(headers), *rows]
    return "\n".join(f"| {' | '.join(map(cell, line))} |" for line in lines)


def cell(value: object) -> str:
    """Write a value as the cell of a table: a bar is escaped, white space is one blank."""
    words = f"{value:,}" if isinstance(value, int) else str(value)
    return " ".join(words.split()).replace("|", "\\|")
