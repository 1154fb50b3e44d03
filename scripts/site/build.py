"""Builds the site: a folder of static pages that opens from a disk, without a network."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from scripts.errors import KvError
from scripts.private_file import write_private
from scripts.settings import Target
from scripts.site import columns, journey
from scripts.site.facts import read_facts
from scripts.site.frame import STYLE, Page, render_page
from scripts.site.guides import contents, guides, is_of_a_code, render_guide
from scripts.site.lineage import lineage_page, write_lineage
from scripts.site.overview import overview
from scripts.site.schema import schema_page
from scripts.site.witnesses import suite_pages

_MARK = ".kv-to-tables-site"
_Made = TypeVar("_Made")


@dataclass(frozen=True)
class Site:
    """What was built: the first page, how many pages, bytes, and seconds by part."""

    index: Path
    pages: int
    size: int
    seconds: dict[str, float]


def build_site(target: Target, folder: Path, *, quick: bool) -> Site:
    """Write all pages of the last run of a target into a folder, which is replaced as a whole.

    Reads the target in read-only transactions, its history and log, and the project; dbt reads the
    catalog. Writes files readable by their owner alone, for keys and counts are the owner's. The
    folder must be empty, absent or one that this function made, which stands until the new one is
    complete. Raises KvError for another one, and where there is no run.
    """
    _check(folder)
    with _new_folder(folder) as new:
        pages, seconds = _build(target, new, quick=quick)
        size = sum(path.stat().st_size for path in new.rglob("*") if path.is_file())
    return Site(folder / "index.html", pages, size, seconds)


def _build(target: Target, folder: Path, *, quick: bool) -> tuple[int, dict[str, float]]:
    """Write the pages into an empty folder; give how many, and seconds by part."""
    seconds: dict[str, float] = {}

    def timed(part: str, make: Callable[[], _Made]) -> _Made:
        start = time.monotonic()
        made = make()
        seconds[part] = round(time.monotonic() - start, 2)
        return made

    facts = timed("facts", lambda: read_facts(target, quick=quick))
    manifest = timed("dbt's documentation", lambda: write_lineage(target, folder))
    pages = [
        Page("index.html", "Overview", "The run", overview(facts)),
        *(
            Page(f"{slug}.html", title, "Expectations", body, title.rpartition(": ")[2])
            for slug, title, body in suite_pages(facts)
        ),
        *timed("journeys", lambda: _journeys(target)),
        Page("schema.html", "The six tables", "Structure", schema_page(), "Schema"),
        _columns(),
        Page("lineage.html", "Lineage", "Structure", lineage_page(manifest), "Lineage of models"),
        *timed("guides", lambda: _guides(folder)),
    ]
    made_of = (
        f"Made from run {facts.run_id} of {target.name}. Personal data is masked; secrets are never"
        " shown."
    )
    timed("pages", lambda: _write(folder, pages, made_of))
    return len(pages) + 1, seconds


def _check(folder: Path) -> None:
    if folder.exists() and any(folder.iterdir()) and not (folder / _MARK).is_file():
        raise KvError(f"The folder {folder} holds something else.", "Name an empty one with --out.")


@contextmanager
def _new_folder(folder: Path) -> Iterator[Path]:
    """Give an empty folder beside the wanted one, and put it into its place at the end."""
    new = folder.with_name(f".{folder.name}.new")
    shutil.rmtree(new, ignore_errors=True)
    new.mkdir(mode=0o700, parents=True)
    (new / _MARK).touch(mode=0o600)
    try:
        yield new
        shutil.rmtree(folder, ignore_errors=True)
        new.rename(folder)
    finally:
        shutil.rmtree(new, ignore_errors=True)


def _journeys(target: Target) -> list[Page]:
    return [
        Page(f"{slug}.html", title, "A row's journey", body, title.rpartition(": ")[2])
        for slug, title, body in journey.render(target)
    ]


def _columns() -> Page:
    title, body = columns.render()
    return Page("columns.html", "Lineage of columns", "Structure", body, title)


def _guides(folder: Path) -> list[Page]:
    found = guides()
    shown = [guide for guide in found if not is_of_a_code(guide)]
    return [
        Page("guides.html", "Guides", "Guides", contents(found), "All of them"),
        *(
            Page(
                guide.name,
                guide.title,
                "Guides" if guide in shown else "",
                render_guide(guide, folder),
            )
            for guide in found
        ),
    ]


def _write(folder: Path, pages: list[Page], made_of: str) -> None:
    style = Path(__file__).with_name(STYLE).read_text(encoding="utf-8")
    for name, content in (
        (STYLE, style),
        *((page.name, render_page(page, pages, made_of)) for page in pages),
    ):
        write_private(folder / name, content)
