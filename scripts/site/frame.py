"""The frame of every page: one head, one navigation, one foot, one sheet of styles beside them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from scripts.site.markup import Html, text

STYLE = "style.css"


@dataclass(frozen=True)
class Page:
    """A page of the site: `name` is its file, `group` where the navigation has it; "" leaves out.

    `body` is HTML that is escaped already.
    """

    name: str
    title: str
    group: str
    body: str
    label: str = ""


def render_page(page: Page, pages: Sequence[Page], made_of: str) -> str:
    """Give the whole HTML of a page; `made_of` says in the foot what the site was made from."""
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="color-scheme" content="light dark">'
        # No icon is asked for: from a disk that would be an error.
        '<link rel="icon" href="data:,">'
        f'<title>{text(page.title)} · kv-to-tables</title><link rel="stylesheet" href="{STYLE}">'
        '</head>\n<body><a class="skip" href="#content">To the content</a>'
        f'<header><p class="brand">kv-to-tables</p>{_navigation(page, pages)}</header>\n'
        f'<main id="content"><h1>{text(page.title)}</h1>{page.body}</main>\n'
        f"<footer><p>{text(made_of)}</p></footer></body></html>\n"
    )


def _navigation(page: Page, pages: Sequence[Page]) -> Html:
    groups = dict.fromkeys(each.group for each in pages if each.group)
    parts = []
    for group in groups:
        links = "".join(
            f'<li><a href="{each.name}"{_current(each, page)}>{text(each.label or each.title)}</a>'
            "</li>"
            for each in pages
            if each.group == group
        )
        opened = " open" if group == page.group else ""
        parts.append(f"<details{opened}><summary>{text(group)}</summary><ul>{links}</ul></details>")
    return Html(f'<nav aria-label="Pages">{"".join(parts)}</nav>')


def _current(each: Page, page: Page) -> str:
    return ' aria-current="page"' if each.name == page.name else ""
