"""Which rules of the models may change a column, read from the models themselves.

A model tells its rules to `row_changes` and `cross_changes`. Here the models are rendered with
both replaced by something that listens: what they would have written is what is listed.
"""

from __future__ import annotations

import re
from collections import defaultdict
from functools import cache
from typing import Any

import jinja2

from scripts.settings import ROOT, project_vars

# These are SQL of documents and rules alone; whatever else a model calls stands for its arguments.
_REAL = (
    *("rules/id_rule", "rules/status_rule", "rules/unstated", "rules/created_at_rule"),
    *(
        "rules/updated_at_rule",
        "rules/change_rule",
        "rules/order_changes",
        "rules/kept_in_metadata",
    ),
    *("rules/status_instant", "fields/word_of_flag"),
)
_DOCUMENT_PART = re.compile(r"document\s*(?:->>?\s*'(\w+)'|#>>?\s*'\{([\w,]+)\}')")
_ITEM_NAME = re.compile(r"(?:\bas\s+|^\s*(?:\w+\.)?)(\w+)\s*$")


class _Arguments(jinja2.ChainableUndefined):
    """Stands for a macro of ours: called, it gives what it was called with."""

    __slots__ = ()

    # Jinja's own gives never a value; ours stands for a macro, which gives text.
    def __call__(self, *positional: Any, **named: Any) -> str:  # type: ignore[override]
        return " ".join(str(each) for each in (*positional, *named.values()))


@cache
def rule_meanings() -> dict[str, str]:
    """Give every rule of docs/rules.md with its sentence, in the order of the page."""
    text = (ROOT / "docs" / "rules.md").read_text(encoding="utf-8")
    table = text.partition("| rule | what happened |")[2].partition("\n\n")[0]
    found: dict[str, str] = {}
    for line in table.splitlines():
        _, *cells = line.split("|")
        if len(cells) > 1 and "`" in cells[0]:
            found |= dict.fromkeys(re.findall("`(.+?)`", cells[0]), cells[1].strip())
    return found


@cache
def rules_by_column(entity: str) -> dict[str, tuple[str, ...]]:
    """Give the rules that may change each column of an entity, in the order of docs/rules.md."""
    told, _ = _listen(entity)
    found: dict[str, set[str]] = defaultdict(set)
    for column, text in told:
        found[column] |= set(re.findall(r"'([a-z_]+)'", text))
    return {
        column: tuple(rule for rule in rule_meanings() if rule in words)
        for column, words in found.items()
    }


@cache
def document_parts(entity: str) -> dict[str, tuple[str, ...]]:
    """Give the parts of a document that a column is made from beside its own names.

    Found by going back from what the model says of the column, name by name, to the document.
    """
    told, expressions = _listen(entity)
    asked: dict[str, set[str]] = defaultdict(set)
    for column, text in told:
        asked[column].add(text)
    columns = set(asked)
    return {
        column: tuple(sorted(_parts(column, texts, expressions, columns)))
        for column, texts in asked.items()
    }


def _parts(
    column: str, texts: set[str], expressions: dict[str, set[str]], columns: set[str]
) -> set[str]:
    found: set[str] = set()
    # Another column has a line of its own; what it is made from stands there.
    seen = set(columns)
    waiting = [*texts, *expressions.get(column, ())]
    while waiting:
        text = waiting.pop()
        for plain, inner in _DOCUMENT_PART.findall(text):
            found.add(plain or inner.replace(",", "."))
        for name in set(re.findall(r"\b[a-z_]+\b", text)) - seen:
            seen.add(name)
            waiting += expressions.get(name, ())
    return found


@cache
def _listen(entity: str) -> tuple[list[tuple[str, str]], dict[str, set[str]]]:
    """Render the models of an entity: what they tell of changes, and what each name stands for."""
    told: list[tuple[str, str]] = []
    types = {
        column: kind
        for kind, columns in project_vars()["fields"][entity].items()
        for column in columns
    }
    defaults = project_vars()["column_defaults"].get(entity, {})
    environment = jinja2.Environment(  # noqa: S701 - it makes SQL, not HTML
        undefined=_Arguments, extensions=["jinja2.ext.do"]
    )
    macros = "".join(
        (ROOT / "macros" / f"{name}.sql").read_text(encoding="utf-8") for name in _REAL
    )
    # A module's macros are known only when it runs.
    change_rule = environment.from_string(macros).module.change_rule  # type: ignore[attr-defined]

    def row_changes(
        _: str, values: dict[str, Any] | None = None, rules: dict[str, str] | None = None
    ) -> str:
        for column, kind in types.items():
            field = {"type": kind, "default": defaults.get(column)}
            told.append((column, (rules or {}).get(column, "")))
            general = str(change_rule(field, "stated", "typed", ""))
            told.append((column, _without(general, kind, has_inner_names(entity, column))))
            value = (values or {}).get(column)
            if value is not None:
                told.append((column, value if isinstance(value, str) else " ".join(value)))
        return ""

    def cross_changes(entries: list[list[str]]) -> str:
        told.extend((column, f"{value} {rule}") for _, column, value, rule in entries)
        return ""

    environment.globals |= {"row_changes": row_changes, "cross_changes": cross_changes}
    expressions: dict[str, set[str]] = defaultdict(set)
    for folder, prefix in (("typed", "typed_"), ("verdict", "cross_"), ("verdict", "val_")):
        path = ROOT / "models" / folder / f"{prefix}{entity}.sql"
        text = environment.from_string(macros + path.read_text(encoding="utf-8")).render()
        if folder == "typed":
            for name, expression in _items(text):
                expressions[name].add(expression)
    return told, expressions


def has_inner_names(entity: str, column: str) -> bool:
    """Say whether a column may be read from inside a field that is another column."""
    names = project_vars()["field_names"].get(entity, {}).get(column, {}).get("also", ())
    objects = {_camel(name) for name in project_vars()["fields"][entity].get("jsonb", ())}
    return any(name.partition(".")[0] in objects for name in names if "." in name)


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(word.title() for word in rest)


def _without(general: str, kind: str, has_inner: bool) -> str:
    """Leave out of the general rule what cannot come about for a column.

    From the document, but not stated, a value comes where it stands inside another column; an
    object or an array is neither a number nor rounded.
    """
    if not has_inner:
        general = general.replace("'from_document'", "''")
    if kind == "jsonb":
        general = general.replace("'as_number'", "''").replace("'rounded'", "''")
    return general


def _items(text: str) -> list[tuple[str, str]]:
    """Split every select list of SQL at its commas: the name of each item and its expression."""
    found = []
    for start in re.finditer(r"\bselect\b", text):
        depth, begin, place = 0, start.end(), start.end()
        while place < len(text):
            sign = text[place]
            if sign == "'":
                place = text.find("'", place + 1)
                if place < 0:
                    break
            depth += (sign in "([{") - (sign in ")]}")
            ends = depth < 0 or (depth == 0 and re.match(r"\bfrom\b", text[place:]) is not None)
            if ends or (sign == "," and depth == 0):
                item = text[begin:place]
                name = _ITEM_NAME.search(item)
                if name and name[1] != item.strip():
                    found.append((name[1], item))
                begin = place + 1
            if ends:
                break
            place += 1
    return found
