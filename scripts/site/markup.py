"""Pieces of HTML: every text is escaped here, so that no page has to remember it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from html import escape
from typing import Any


class Html(str):
    """A text that is HTML already."""

    __slots__ = ()


# Beneath a picture, and shown on narrow screens alone.
WIDE = Html('<p class="hint">The picture is wider than this screen: scroll it sideways.</p>')


def text(value: object) -> Html:
    """Escape a value, unless it is HTML."""
    return value if isinstance(value, Html) else Html(escape(str(value)))


def code(value: object) -> Html:
    """Write a name, a key or a value as code."""
    return Html(f"<code>{text(value)}</code>")


def prose(value: str) -> Html:
    """Write a sentence; what stands between backticks is code."""
    parts = value.split("`")
    return Html(
        "".join(code(part) if place % 2 else text(part) for place, part in enumerate(parts))
    )


def paragraph(*parts: object) -> Html:
    """Write a paragraph."""
    return Html(f"<p>{''.join(map(text, parts))}</p>")


def items(values: Iterable[object]) -> Html:
    """Write a list; nothing for nothing."""
    lines = "".join(f"<li>{text(value)}</li>" for value in values)
    return Html(f"<ul>{lines}</ul>" if lines else "")


def json_block(value: Any) -> Html:
    """Write JSON over several lines; it can be scrolled by keyboard where it is too wide."""
    content = json.dumps(value, indent=2, ensure_ascii=False, default=float)
    return Html(f'<pre tabindex="0"><code>{escape(content)}</code></pre>')


def number(value: object) -> Html:
    """Write a number with its thousands; anything else as it is."""
    is_number = isinstance(value, (int, float))
    return Html(f'<span class="count">{value:,}</span>') if is_number else text(value)


def table(caption: str, headers: Sequence[str], rows: Iterable[Sequence[object]]) -> Html:
    """Write a table with a caption; the first cell of each row is its header.

    A column of which every cell is a `number` is set to the right.
    """
    lines = [[text(cell) for cell in row] for row in rows]
    columns = list(zip(*lines, strict=True)) or [()] * len(headers)
    sides = [
        ' class="number"' if any(cells) and all(map(_is_number, cells)) else "" for cells in columns
    ]
    head = "".join(
        f'<th scope="col"{side}>{text(header)}</th>'
        for header, side in zip(headers, sides, strict=True)
    )
    body = "".join(
        f'<tr><th scope="row"{sides[0]}>{first}</th>'
        + "".join(f"<td{side}>{cell}</td>" for cell, side in zip(rest, sides[1:], strict=True))
        + "</tr>"
        for first, *rest in lines
    )
    return Html(
        f'<div class="table-scroll" role="region" aria-label="{escape(caption)}" tabindex="0">'
        f"<table><caption>{text(caption)}</caption><thead><tr>{head}</tr></thead>"
        f"<tbody>{body}</tbody></table></div>"
    )


def _is_number(cell: str) -> bool:
    return not cell or cell.startswith('<span class="count">')


def section(identity: str, title: str, *parts: object, level: int = 2) -> Html:
    """Write a section with its heading and a name to link to."""
    return Html(
        f'<section id="{escape(identity)}" aria-labelledby="{escape(identity)}-title">'
        f'<h{level} id="{escape(identity)}-title">{text(title)}</h{level}>'
        f"{''.join(map(text, parts))}</section>"
    )
