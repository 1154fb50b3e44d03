"""Tables of the results file, as Markdown."""

from __future__ import annotations

from collections.abc import Iterable


def table(head: Iterable[object], rows: Iterable[Iterable[object]]) -> str:
    """Give a table; whole numbers have a comma at each thousand."""

    def line(cells: Iterable[object]) -> str:
        texts = (f"{cell:,}" if isinstance(cell, int) else str(cell) for cell in cells)
        return "| " + " | ".join(text.replace("|", "\\|") for text in texts) + " |\n"

    names = list(head)
    body = [line(row) for row in rows]
    return line(names) + line("---" for _ in names) + "".join(body or [line("" for _ in names)])
