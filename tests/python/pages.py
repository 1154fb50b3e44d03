"""The pages of the project as a reader sees them: code, commands, links, headings, tables."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from scripts.settings import ROOT

# What is no page of the project: what tools and runs have left in the folder.
_LEFT = {"target", "site", "runs", "backups", "logs", "node_modules"}
_FENCE = re.compile(r"^```(?P<kind>[^\n]*)\n(?P<body>.*?)^```$", re.MULTILINE | re.DOTALL)
_SPAN = re.compile(r"`([^`\n]+)`")
_LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
_PROMPT = re.compile(r"^(\$ )?(echo \w+ \\?\| )?((\.venv/bin/|\S+/)?invoke\b.*)$")


def pages() -> list[Path]:
    """Give every Markdown file of the project."""
    found = []
    for path in sorted(ROOT.rglob("*.md")):
        parts = path.relative_to(ROOT).parts
        if parts == ("models", "docs.md"):  # blocks for dbt, no page
            continue
        if not any(part.startswith(".") or part in _LEFT for part in parts):
            found.append(path)
    return found


@cache
def read(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def blocks(path: Path) -> Iterator[tuple[str, str]]:
    """Give the kind and the text of every block of code."""
    for match in _FENCE.finditer(read(path)):
        yield match["kind"].strip(), match["body"]


def prose(path: Path) -> str:
    """Give the page without its blocks of code."""
    return _FENCE.sub("", read(path))


def block_commands(path: Path) -> Iterator[list[str]]:
    """Give each `invoke` command of the blocks without a language, without what follows a `#`."""
    for kind, body in blocks(path):
        for line in body.splitlines() if not kind else ():
            for part in line.split(" && "):
                if match := _PROMPT.match(part.strip()):
                    yield _words(match[3])


def span_commands(path: Path) -> Iterator[list[str]]:
    """Give each `invoke` command inside a sentence or a cell of a table."""
    for span in _SPAN.findall(prose(path)):
        if match := _PROMPT.match(span.replace("\\|", "|")):
            yield _words(match[3])


def _words(command: str) -> list[str]:
    """Split a command as a shell does; comments and where its output goes are not part of it."""
    return shlex.split(re.sub(r" > \S+", "", command), comments=True)


def links(path: Path) -> list[str]:
    """Give the targets of all links, pictures among them."""
    return _LINK.findall(_SPAN.sub("", prose(path)))


def anchors(path: Path) -> set[str]:
    """Give the names by which the headings of a page are linked to, as GitHub makes them."""
    found: set[str] = set()
    for line in prose(path).splitlines():
        if match := re.match(r"#+ (.+)$", line):
            name = re.sub(r"[^\w\- ]", "", match[1].lower()).replace(" ", "-")
            found.add(name)
    return found


def section(path: Path, heading: str) -> str:
    """Give what stands under a heading, to the next of the same depth."""
    text = read(path)
    start = text.index(f"\n{heading}\n")
    depth = heading.split(" ")[0]
    end = text.find(f"\n{depth} ", start + 1)
    return text[start : end if end > 0 else None]


def table_rows(text: str) -> list[list[str]]:
    """Give the cells of the rows of all tables in a text, without their headers."""
    found = []
    lines = text.splitlines()
    for number, line in enumerate(lines):
        is_header = number + 1 < len(lines) and lines[number + 1].startswith("| ---")
        if line.startswith("| ") and not line.startswith("| ---") and not is_header:
            cells = re.split(r"(?<!\\)\|", line)[1:-1]
            found.append([cell.strip().replace("\\|", "|") for cell in cells])
    return found
