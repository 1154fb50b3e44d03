"""Tables of the results file, as Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from scripts import markdown


def table(head: Sequence[str], rows: Iterable[Iterable[object]]) -> str:
    """Give a table with its end of line; one without rows has a blank one."""
    return markdown.table(head, list(rows) or [[""] * len(head)]) + "\n"
