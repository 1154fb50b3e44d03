"""The flow of a run as a picture: the store, its families, the entities, the tables and the rest.

Every band is as thick as its share of the keys and records and bears its count; bands of nothing
are left out. The picture is SVG in the page, in the colours of its sheet, and no script draws it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from scripts.site.markup import WIDE, Html, text

_WIDTH, _TOP, _GAP, _BOX = 1000, 34, 14, 150
_PLACES = (8, 288, 568, 842)
_HEADINGS = ("the store", "families of keys", "entities", "where they landed")
_SPACE = 330
_LEAST, _LINE = 22, 14


@dataclass(frozen=True)
class Band:
    """So many keys or records that go from one box to another; `kind` is a class of the sheet."""

    origin: str
    goal: str
    count: int
    kind: str = ""


@dataclass
class _Box:
    column: int
    name: str
    count: int
    top: float = 0
    height: float = 0
    left_used: float = 0
    right_used: float = 0
    next_line: float = 0


def flow_picture(columns: Sequence[Sequence[tuple[str, int]]], bands: Sequence[Band]) -> Html:
    """Draw boxes, a list of (name, count) a column, and the bands between them.

    Names are unique over all columns. A band without a box at one of its ends is an error.
    """
    reached = Counter(band.goal for band in bands if band.count)
    boxes = _placed(columns, reached)
    height = max(box.top + box.height for box in boxes.values()) + 12
    parts = [
        f'<text class="soft" x="{_PLACES[column]}" y="18">{text(heading)}</text>'
        for column, heading in enumerate(_HEADINGS)
    ]
    drawn = [_band(boxes, band, shared=reached[band.goal] > 1) for band in bands if band.count]
    parts += [path for path, _ in drawn]
    parts += [count for _, count in drawn]
    parts += [_box(box) for box in boxes.values()]
    told = f"{columns[0][0][1]:,} keys of the store; the table below has the same counts."
    return Html(
        f'<div class="picture" role="region" aria-label="Flow of the run" tabindex="0">'
        f'<svg viewBox="0 0 {_WIDTH} {height:.0f}" role="img" aria-label="{text(told)}">'
        f"{''.join(parts)}</svg></div>{WIDE}"
    )


def _placed(columns: Sequence[Sequence[tuple[str, int]]], reached: Counter[str]) -> dict[str, _Box]:
    """Place the boxes; each is high enough for the counts of all bands that reach it."""
    boxes: dict[str, _Box] = {}
    for column, entries in enumerate(columns):
        total = sum(count for _, count in entries) or 1
        top = float(_TOP)
        for name, count in entries:
            height = max(_LEAST, _SPACE * count / total, _LINE * reached[name] + 4)
            boxes[name] = _Box(column, name, count, top, height)
            top += height + _GAP
    return boxes


def _box(box: _Box) -> str:
    x, middle = _PLACES[box.column], box.top + box.height / 2 + 4
    label = f"{box.name.rpartition('/')[2]} {box.count:,}"
    return (
        f'<rect class="box" x="{x}" y="{box.top:.1f}" width="{_BOX}" height="{box.height:.1f}"'
        f' rx="4"/><text x="{x + 8}" y="{middle:.1f}">{text(label)}</text>'
    )


def _band(boxes: dict[str, _Box], band: Band, *, shared: bool) -> tuple[str, str]:
    """Give the path and the count of one band, beneath those that share its boxes.

    Where several reach one box of the last column, each count says whose it is.
    """
    origin, goal = boxes[band.origin], boxes[band.goal]
    thick = max(1.5, origin.height * band.count / max(origin.count, 1))
    thick = min(thick, max(1.5, goal.height * band.count / max(goal.count, 1)))
    start = min(origin.top + origin.right_used + thick / 2, origin.top + origin.height)
    end = min(goal.top + goal.left_used + thick / 2, goal.top + goal.height)
    origin.right_used += thick
    goal.left_used += thick
    # Counts of thin bands stand a line apart.
    line = max(end + 4, goal.top + 11, goal.next_line)
    goal.next_line = line + _LINE
    x, far = _PLACES[origin.column] + _BOX, _PLACES[goal.column]
    bend = (far - x) / 2
    is_last = goal.column == len(_PLACES) - 1
    whose = f"{band.origin.rpartition('/')[2]} " if shared and is_last else ""
    return (
        f'<path class="flow {band.kind}" stroke-width="{thick:.1f}" stroke-opacity=".75"'
        f' d="M{x} {start:.1f}C{x + bend:.0f} {start:.1f} {x + bend:.0f} {end:.1f} {far}'
        f' {end:.1f}"><title>{text(band.origin.rpartition("/")[2])} to'
        f" {text(band.goal.rpartition('/')[2])}: {band.count:,}</title></path>",
        f'<text class="count" x="{far - 6}" y="{line:.1f}" text-anchor="end">'
        f"{text(whose)}{band.count:,}</text>",
    )
