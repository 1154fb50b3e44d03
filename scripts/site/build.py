"""Builds the site: a folder of static pages that opens from a disk, without a network."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from scripts.errors import KvError
from scripts.private_file import write_private
from scripts.settings import ENTITIES, ROOT, Target
from scripts.site import columns, journey
from scripts.site.facts import read_facts
from scripts.site.frame import STYLE, Page, render_page
from scripts.site.guides import contents, guides, render_guide
from scripts.site.markup import paragraph
from scripts.site.overview import overview
from scripts.site.schema import schema_page
from scripts.site.witnesses import suite_pages

LINEAGE = "lineage-of-dbt.html"
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
    """Write all pages of the last run of a target into a folder, which is made anew.

    Reads the target in read-only transactions, its history and log, and the project; dbt reads the
    catalog. Writes files readable by their owner alone, for keys and counts are the owner's. The
    folder must be empty, absent or one that this function made. Raises KvError for another one, and
    where there is no run.
    """
    _prepare(folder)
    seconds: dict[str, float] = {}

    def timed(part: str, make: Callable[[], _Made]) -> _Made:
        start = time.monotonic()
        made = make()
        seconds[part] = round(time.monotonic() - start, 2)
        return made

    facts = timed("facts and proof", lambda: read_facts(target, quick=quick))
    timed("dbt's documentation", lambda: _write_lineage(target, folder))
    pages = [
        Page("index.html", "Overview", "The run", overview(facts)),
        *(
            Page(f"{slug}.html", title, "Expectations", body, title.rpartition(": ")[2])
            for slug, title, body in suite_pages(facts.expectations)
        ),
        *timed("journeys", lambda: _journeys(target)),
        Page("schema.html", "The six tables", "Structure", schema_page(), "Schema"),
        _columns(),
        Page("lineage.html", "Lineage", "Structure", _lineage(), "Lineage of models"),
        *timed("guides", lambda: _guides(folder)),
    ]
    made_of = (
        f"Made from run {facts.run_id} of {target.name}. Personal data is masked; secrets are never"
        " shown."
    )
    timed("pages", lambda: _write(folder, pages, made_of))
    size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    return Site(folder / "index.html", len(pages) + 1, size, seconds)


def _prepare(folder: Path) -> None:
    if folder.exists() and any(folder.iterdir()):
        if not (folder / _MARK).is_file():
            raise KvError(
                f"The folder {folder} holds something else.", "Name an empty one with --out."
            )
        shutil.rmtree(folder)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    (folder / _MARK).touch(mode=0o600)


def _write_lineage(target: Target, folder: Path) -> None:
    from scripts.dbt_runner import run_dbt

    result = run_dbt(target, ["docs", "generate", "--static"])
    if not result.success:
        raise KvError(f"dbt could not write the documentation: {result.error}")
    written = Path(os.environ.get("DBT_TARGET_PATH", ROOT / "target")) / "static_index.html"
    write_private(folder / LINEAGE, written.read_text(encoding="utf-8"))


def _journeys(target: Target) -> list[Page]:
    return [
        Page(f"{slug}.html", title, "A row's journey", body, title.rpartition(": ")[2])
        for slug, title, body in journey.render(target)
    ]


def _columns() -> Page:
    title, body = columns.render()
    return Page("columns.html", "Lineage of columns", "Structure", body, title)


def _lineage() -> str:
    return "".join(
        (
            paragraph(
                "How the models follow from one another is drawn by dbt: every model with its"
                " description, columns, tests and SQL."
            ),
            f'<p><a href="{LINEAGE}#!/overview">Open dbt\'s documentation</a>, or '
            f'<a href="{LINEAGE}#!/overview?g_v=1">its lineage graph at once</a>.'
            " It is one page and needs no network.</p>",
            "<p>The models of the six tables: "
            + ", ".join(
                f'<a href="{LINEAGE}#!/model/model.kv_to_tables.{entity}">{entity}</a>'
                for entity in ENTITIES
            )
            + ".</p>",
        )
    )


def _guides(folder: Path) -> list[Page]:
    found = guides()
    shown = [guide for guide in found if not guide.path.startswith("docs/rejects/")]
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
