"""The project's own Markdown as pages of the site, with their links led to one another."""

from __future__ import annotations

import re
import shutil
from dataclasses import dataclass
from functools import cache
from pathlib import Path, PurePosixPath

from scripts.settings import ROOT
from scripts.site.markup import Html, code, text

# What is served beside the pages as it is.
_ASSETS = frozenset({".svg", ".png", ".sql", ".csv", ".yml", ".yaml"})
_LINK = re.compile(r'(href|src)="([^"#:]+)(#[^"]*)?"')
_HEADING = re.compile(r"<h([1-6])>(.*?)</h\1>", re.S)
_LONG_NAME = re.compile(r"<code>([\w:./]{30,})</code>")
_TITLE = re.compile(r"^# (.+)$", re.M)


@dataclass(frozen=True)
class Guide:
    """A Markdown file: where it stands in the project, and the page it becomes."""

    path: str
    name: str
    title: str


@cache
def guides() -> tuple[Guide, ...]:
    """List the Markdown files of the project, README first, each with the page it becomes."""
    folder = [path for path in (ROOT / "docs").rglob("*.md") if path.is_file()]
    top = [ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")]
    found = [path for path in (*top, *sorted(folder)) if path.is_file()]
    return tuple(_guide(path.relative_to(ROOT).as_posix()) for path in found)


def _guide(path: str) -> Guide:
    content = (ROOT / path).read_text(encoding="utf-8")
    title = _TITLE.search(content)
    parts = PurePosixPath(path).with_suffix("").parts
    words = [part for part in parts if part != "README"] or ["readme"]
    return Guide(path, f"{'-'.join(words)}.html", title[1] if title else words[-1])


def render_guide(guide: Guide, folder: Path) -> str:
    """Give the content of a guide's page, and copy what it shows into the folder of the site.

    Links to other guides lead to their pages; those to other files of the project become plain
    text, for a reader of the site has no copy of it.
    """
    from markdown_it import MarkdownIt

    markdown = MarkdownIt("commonmark", {"html": False}).enable("table")
    content = (ROOT / guide.path).read_text(encoding="utf-8")
    rendered = markdown.render(_TITLE.sub("", content, count=1))
    pages = {one.path: one.name for one in guides()}
    rendered = _HEADING.sub(_anchored, rendered)
    rendered = re.sub(
        r"<table>",
        '<div class="table-scroll" role="region" aria-label="Table" tabindex="0"><table>',
        rendered,
    ).replace("</table>", "</table></div>")
    rendered = rendered.replace("<th>", '<th scope="col">').replace("<pre>", '<pre tabindex="0">')
    rendered = re.sub(r"<li>(<p>)?\[ \] ", r"<li>\1☐ ", rendered)
    rendered = re.sub(r'<th scope="col"></th>', "<td></td>", rendered)
    rendered = _LONG_NAME.sub(_breakable, rendered)

    def led(match: re.Match[str]) -> str:
        attribute, goal, anchor = match[1], match[2], match[3] or ""
        place = _resolved(guide.path, goal)
        for candidate in (place, f"{place}/README.md"):
            if candidate in pages:
                return f'{attribute}="{pages[candidate]}{anchor}"'
        source = ROOT / place
        if source.is_file() and source.suffix in _ASSETS:
            shutil.copyfile(source, folder / source.name)
            (folder / source.name).chmod(0o600)
            return f'{attribute}="{source.name}"'
        return "data-in-the-project"

    rendered = _LINK.sub(led, rendered)
    return re.sub(r"<a data-in-the-project>(.*?)</a>", r"\1", rendered, flags=re.S)


def _breakable(match: re.Match[str]) -> str:
    """Let a long name be broken between its words: in a table it takes the room of all others."""
    parts = re.sub("(::|_|/)", r"\1<wbr>", match[1])
    return f"<code>{parts}</code>"


def _resolved(path: str, goal: str) -> str:
    place: list[str] = list(PurePosixPath(path).parent.parts)
    for part in goal.rstrip("/").split("/"):
        if part == "..":
            place = place[:-1]
        elif part != ".":
            place.append(part)
    return "/".join(place)


def _anchored(match: re.Match[str]) -> str:
    """Give a heading the name by which links know it, as the usual renderers make it."""
    words = re.sub(r"<[^>]+>", "", match[2])
    identity = re.sub(r"[^\w\- ]", "", words.lower()).replace(" ", "-")
    return f'<h{match[1]} id="{text(identity)}">{match[2]}</h{match[1]}>'


def code_link(reject_code: str, shown: str = "") -> Html:
    """Write a reject code, or what is to be shown of it, as a link to its page."""
    page = f"docs-rejects-{text(reject_code)}.html"
    return Html(f'<a href="{page}" title="{text(reject_code)}">{code(shown or reject_code)}</a>')


def contents(found: tuple[Guide, ...]) -> Html:
    """List the guides; the pages of the reject codes, a page each, are folded."""
    codes = [one for one in found if is_of_a_code(one)]
    others = [one for one in found if one not in codes]
    return Html(
        f"{_links(others)}<details><summary>Reject codes, a page each ({len(codes)})</summary>"
        f"{_links(codes)}</details>"
    )


def is_of_a_code(guide: Guide) -> bool:
    """Say whether a guide is the page of one reject code."""
    return guide.path.startswith("docs/rejects/") and not guide.path.endswith("README.md")


def _links(found: list[Guide]) -> str:
    lines = "".join(f'<li><a href="{one.name}">{text(one.title)}</a></li>' for one in found)
    return f"<ul>{lines}</ul>"
