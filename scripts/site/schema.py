"""The six tables as a picture and as tables, read from their contracts in `models/final`."""

from __future__ import annotations

import re
from dataclasses import dataclass

from scripts.project_files import contract_of
from scripts.settings import ENTITIES
from scripts.site.markup import WIDE, Html, code, paragraph, prose, section, table, text

_LINE, _WIDTH, _HEAD = 19, 214, 30
# Parents stand to the left of their children, in two rows with a channel for arrows between them.
_ROWS = (8, 344)
_PLACES = {
    "clients": (8, _ROWS[0]),
    "catalogs": (8, _ROWS[1]),
    "sites": (398, _ROWS[0]),
    "products": (398, _ROWS[1]),
    "employees": (788, _ROWS[0]),
    "orders": (788, _ROWS[1]),
}
# More do not fit into a box; the tables beneath have all.
_SHOWN = 11


@dataclass(frozen=True)
class Column:
    """A column of a contract; `parent` is the table it refers to."""

    name: str
    data_type: str
    required: bool
    description: str
    parent: str = ""
    is_key: bool = False


def columns_of(entity: str) -> list[Column]:
    """Give the columns of a table as its contract has them."""
    contract = contract_of(entity)
    parents, keys = {}, set()
    for constraint in contract["constraints"]:
        if constraint["type"] == "foreign_key":
            (name,) = constraint["columns"]
            parents[name] = re.sub(r"ref\('(\w+)'\)", r"\1", constraint["to"])
        elif constraint["type"] == "primary_key":
            keys.update(constraint["columns"])
    return [
        Column(
            column["name"],
            column["data_type"],
            any(one["type"] == "not_null" for one in column.get("constraints", ())),
            " ".join(column["description"].split()),
            parents.get(column["name"], ""),
            column["name"] in keys,
        )
        for column in contract["columns"]
    ]


def schema_page() -> str:
    """Give the picture and, for each table, its columns and its constraints."""
    parts = [_picture()]
    for entity in ENTITIES:
        contract = contract_of(entity)
        parts.append(
            section(
                f"table-{entity}",
                entity,
                paragraph(prose(" ".join(contract["description"].split()))),
                table(
                    f"Columns of {entity}",
                    ("column", "type", "key or rule", "what it holds"),
                    [
                        (
                            code(column.name),
                            column.data_type,
                            _marks(column),
                            prose(column.description),
                        )
                        for column in columns_of(entity)
                    ],
                ),
                table(
                    f"Constraints of {entity}",
                    ("constraint", "kind", "of"),
                    [
                        (
                            code(one["name"]),
                            one["type"].replace("_", " "),
                            code(one.get("expression") or ", ".join(one["columns"])),
                        )
                        for one in contract["constraints"]
                    ],
                ),
            )
        )
    return "".join(parts)


def _marks(column: Column) -> Html:
    marks = ["primary key"] if column.is_key else []
    marks += ["required"] if column.required else []
    if column.parent:
        marks.append(f'refers to <a href="#table-{column.parent}">{column.parent}</a>')
    return Html(", ".join(marks))


def _shown(entity: str) -> list[Column]:
    """Keys and references first, then what is required, as many as a box takes."""
    ranked = sorted(
        columns_of(entity), key=lambda one: (not one.is_key, not one.parent, not one.required)
    )
    return ranked[:_SHOWN]


def _picture() -> Html:
    boxes, arrows = [], []
    bottom = 0.0
    for entity in ENTITIES:
        x, y = _PLACES[entity]
        columns = _shown(entity)
        rest = len(columns_of(entity)) - len(columns)
        bottom = max(bottom, y + _height(entity))
        height = _height(entity)
        lines = [
            f'<rect class="box" x="{x}" y="{y}" width="{_WIDTH}" height="{height}" rx="5"/>'
            f'<a href="#table-{entity}"><text x="{x + 10}" y="{y + 20}" font-weight="700">'
            f"{entity}</text></a>"
        ]
        turns = 0
        for place, column in enumerate(columns):
            line = y + _HEAD + _LINE * (place + 1) - 5
            mark = "● " if column.is_key else "→ " if column.parent else ""
            lines.append(f'<text x="{x + 10}" y="{line}">{mark}{text(column.name)}</text>')
            if column.parent and _PLACES[column.parent][1] == y:
                arrows.append(_across(x, line - 4, column.parent))
            elif column.parent:
                arrows.append(_around(x, line - 4, column.parent, turns))
                turns += 1
        if rest:
            line = y + _HEAD + _LINE * (len(columns) + 1) - 5
            lines.append(f'<text class="soft" x="{x + 10}" y="{line}">and {rest} more</text>')
        boxes.append("".join(lines))
    return Html(
        '<div class="picture" role="region" aria-label="The six tables" tabindex="0">'
        f'<svg viewBox="0 0 1010 {bottom + 10:.0f}" role="img"'
        ' aria-label="The six tables and their foreign keys; the tables beneath say the same.">'
        f"{''.join(arrows)}{''.join(boxes)}</svg></div>"
        f"{WIDE}<p>● primary key, → foreign key.</p>"
    )


def _height(entity: str) -> int:
    shown = _shown(entity)
    return _HEAD + _LINE * (len(shown) + (len(columns_of(entity)) > len(shown))) + 8


def _key_line(entity: str) -> int:
    """Give the middle of the line of a table's primary key, which is its first."""
    return _PLACES[entity][1] + _HEAD + _LINE - 9


def _across(x: float, y: float, parent: str) -> str:
    """Draw from a column to the key of a table in the same row, to the left."""
    goal_x, goal_y = _PLACES[parent][0] + _WIDTH, _key_line(parent)
    bend = (x - goal_x) / 2
    return (
        f'<path class="arrow" d="M{x} {y}C{x - bend} {y} {goal_x + bend} {goal_y} {goal_x + 7}'
        f' {goal_y}"/>{_head(goal_x + 1, goal_y, -1)}'
    )


def _around(x: float, y: float, parent: str, turn: int) -> str:
    """Draw to the key of a table of the other row, by the channel between the rows.

    Each turn takes a lane of its own, so that no two arrows lie on one another but at their ends.
    """
    lane = 10 * turn
    out, channel = x - 18 - lane, _ROWS[1] - 12 - lane
    left, goal_y = _PLACES[parent][0], _key_line(parent)
    goal_x, way = (left, 1) if left == x else (left + _WIDTH, -1)
    turned = out if left == x else goal_x + 18 + lane
    return (
        f'<path class="arrow" d="M{x} {y}H{out}V{channel}H{turned}V{goal_y}H{goal_x - 7 * way}"/>'
        f"{_head(goal_x - way, goal_y, way)}"
    )


def _head(x: float, y: float, way: int) -> str:
    return f'<path class="head" d="M{x} {y}l{-8 * way} -4v8z"/>'
