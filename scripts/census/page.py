"""The census as one HTML page: no script, no network, light and dark, and narrow screens."""

from __future__ import annotations

from html import escape
from pathlib import Path

from scripts.census.report import SPELLINGS, Census, Family
from scripts.census.terminal import (
    facts,
    label,
    mix,
    percent,
    remarkable,
    remarks,
    size,
    spellings,
)
from scripts.errors import KvError, UsageError
from scripts.private_file import put_private

# On a narrow screen a row becomes a card, and each cell says its column itself.
_STYLE = """
:root { color-scheme: light dark; --ink: #1c2126; --paper: #fff; --line: #d6dbe0; --soft: #59636e;
  --band: #f5f7f9; --bar: #9db8d4; }
@media (prefers-color-scheme: dark) { :root { --ink: #e3e7eb; --paper: #14181c; --line: #343b43;
  --soft: #9aa5b1; --band: #1b2026; --bar: #3c5a78; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 72rem; padding: 1.5rem 1rem 4rem; color: var(--ink);
  background: var(--paper); font: 16px/1.5 system-ui, sans-serif; }
h1 { font-size: 1.5rem; margin: 0 0 .25rem; }
h2 { font-size: 1.15rem; margin: 2.25rem 0 .5rem; }
p { margin: .25rem 0 .75rem; color: var(--soft); max-width: 44rem; }
code { font: .875em/1.5 ui-monospace, monospace; overflow-wrap: anywhere; }
table { width: 100%; border-collapse: collapse; font-size: .9rem; }
th, td { text-align: left; vertical-align: top; padding: .35rem .75rem .35rem 0;
  border-bottom: 1px solid var(--line); overflow-wrap: anywhere; }
thead th { color: var(--soft); font-weight: 600; white-space: nowrap; }
tbody th { font-weight: 400; }
.number { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; }
.facts th:first-child { width: 16rem; color: var(--soft); }
details { border-bottom: 1px solid var(--line); }
summary { cursor: pointer; padding: .5rem 0; overflow-wrap: anywhere; }
summary span { color: var(--soft); font-size: .9rem; }
summary:focus-visible { outline: 2px solid var(--bar); outline-offset: 2px; }
details > div { padding: 0 0 1rem 1rem; }
@media (max-width: 44rem) {
  table, tbody, tr, th, td { display: block; width: auto; }
  thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  tr { border-bottom: 1px solid var(--line); padding: .5rem 0; }
  th, td, .facts th:first-child { border: 0; padding: .05rem 0; width: auto; }
  td[data-column] { display: inline-block; margin-right: 1rem; }
  td[data-column]:empty { display: none; }
  td[data-column]::before { content: attr(data-column) ": "; color: var(--soft); }
  .number { text-align: left; white-space: normal; }
  details > div { padding-left: 0; }
}
"""


def check_path(path: Path) -> Path:
    """Return the path when a page can be put there; raises UsageError when it cannot."""
    if path.is_dir() or not path.parent.is_dir():
        raise UsageError(
            f"The page cannot be written to '{path}'.", "Name a file in a folder that exists."
        )
    return path


def write_page(census: Census, path: Path) -> None:
    """Write the page, readable by its owner alone; raises KvError when the disk refuses it."""
    try:
        put_private(path, render(census))
    except OSError as error:
        raise KvError(
            f"The page cannot be written to '{path}': {error.strerror}.", "Name another file."
        ) from None


def render(census: Census) -> str:
    """Give the page as text; everything that comes from the store is escaped."""
    parts = [
        "<!doctype html>\n<html lang=en>\n<meta charset=utf-8>\n",
        '<meta name=viewport content="width=device-width, initial-scale=1">\n',
        # Nothing is fetched, whatever a name in the store may look like.
        "<meta http-equiv=Content-Security-Policy content=\"default-src 'none';",
        " style-src 'unsafe-inline'\">\n",
        f"<title>Census of {escape(census.table)}</title>\n<style>{_STYLE}</style>\n",
        f"<h1>Census of <code>{escape(census.table)}</code></h1>\n",
        "<p>Shapes of keys, names of fields and counts. No key and no value stands here:"
        " <code>&lt;id&gt;</code>, <code>&lt;n&gt;</code>, <code>&lt;word&gt;</code> and the like"
        " stand for what looked like data.</p>\n",
        _facts(census),
    ]
    if census.families:
        parts += [
            "<h2>Key families</h2>\n",
            _table(
                [
                    ("Shape of the key", False),
                    ("Known as", False),
                    ("Keys", True),
                    ("Values", False),
                    ("Smallest", True),
                    ("Median", True),
                    ("95 %", True),
                    ("Largest", True),
                    ("Total", True),
                    ("Remarks", False),
                ],
                [_family_row(family) for family in census.families],
            ),
        ]
        parts.append(_spellings(census))
        odd = [
            [_code(shape), _code(name), escape(what)] for shape, name, what in remarkable(census)
        ]
        if odd:
            parts.append("<h2>Fields of several types or names</h2>\n")
            parts.append(_table([("Family", False), ("Field", False), ("What it is", False)], odd))
        parts.append("<h2>Fields, family by family</h2>\n")
        parts += [_fields(family) for family in census.families if family.fields]
    else:
        parts.append("<p>The table is empty.</p>\n")
    return "".join(parts) + "</html>\n"


def _code(text: str) -> str:
    return f"<code>{escape(text)}</code>"


def _facts(census: Census) -> str:
    rows = "".join(
        f"<tr><th scope=row>{escape(name)}</th><td>{escape(words or 'none')}</td></tr>\n"
        for name, words in facts(census)
    )
    return (
        "<h2>The store</h2>\n<table class=facts><thead><tr><th scope=col>Fact</th>"
        f"<th scope=col>Value</th></tr></thead>\n<tbody>\n{rows}</tbody></table>\n"
    )


def _table(columns: list[tuple[str, bool]], rows: list[list[str]]) -> str:
    """Give a table; a column is its title and whether it is of numbers; cells are HTML."""
    head = "".join(
        f"<th scope=col{' class=number' if numeric else ''}>{escape(title)}</th>"
        for title, numeric in columns
    )
    lines = [f"<table><thead><tr>{head}</tr></thead>\n<tbody>\n"]
    for row in rows:
        cells = f"<th scope=row>{row[0]}</th>"
        for (title, numeric), cell in zip(columns[1:], row[1:], strict=True):
            kind = " class=number" if numeric else ""
            cells += f'<td{kind} data-column="{escape(title)}">{cell}</td>'
        lines.append(f"<tr>{cells}</tr>\n")
    return "".join(lines) + "</tbody></table>\n"


def _family_row(family: Family) -> list[str]:
    sizes = family.bytes
    return [
        _code(family.shape),
        escape(family.known_as or ""),
        f"{family.keys:,}",
        escape(mix(family.types)),
        *(size(each) for each in (sizes.min, sizes.median, sizes.p95, sizes.max, sizes.total)),
        escape(remarks(family)),
    ]


def _spellings(census: Census) -> str:
    if not census.spellings:
        return ""
    return "<h2>How texts and numbers are spelled</h2>\n" + _table(
        [("Spelling", False), ("Values", True), ("Fields", True)],
        [
            [escape(SPELLINGS[name]), f"{values:,}", f"{fields:,}"]
            for name, (values, fields) in census.spellings.items()
        ],
    )


def _fields(family: Family) -> str:
    rows = [
        [
            _code(label(each)),
            percent(each.share),
            escape(mix(each.types)),
            percent(each.nulls),
            percent(each.empties),
            escape(spellings(each)),
        ]
        for each in family.fields
    ]
    columns = [
        ("Field", False),
        ("Present", True),
        ("Types", False),
        ("Null", True),
        ("Empty text", True),
        ("Spellings", False),
    ]
    return (
        f"<details><summary>{_code(family.shape)} <span>{len(family.fields):,} fields,"
        f" {family.keys:,} keys</span></summary>\n<div>{_table(columns, rows)}</div></details>\n"
    )
