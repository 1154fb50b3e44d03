"""The site as a reader has it: opened from a disk, without a network, in a real browser."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote

import pytest
from helpers import Kept, execute, new_database, rows

from scripts.errors import KvError
from scripts.run_log import RunLog
from scripts.run_proof import read_proof, write_proof
from scripts.settings import ENTITIES, ROOT, Target
from scripts.site.build import Site, build_site
from scripts.site.facts import read_facts
from scripts.site.frame import STYLE
from scripts.site.lineage import FILE as LINEAGE
from scripts.verify.report import FAILED, Check, VerifyReport

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
needs_browser = pytest.mark.skipif(CHROMIUM is None, reason="no chromium on this machine")
_PERSON = re.compile(r"[\w.+-]+@[\w-]+\.\w+")
# Asked of a page once it stands: whether it can be scrolled sideways.
_WIDTH = (
    "<script>addEventListener('load', () => document.documentElement.dataset.over ="
    " document.documentElement.scrollWidth - document.documentElement.clientWidth)</script>"
)


@pytest.fixture(scope="module")
def sample(server: Target, migrated_sample: Kept) -> Iterator[Target]:
    with new_database(server, migrated_sample.dbname, "kv_of_site") as target:
        yield target


@pytest.fixture(scope="module")
def site(sample: Target, tmp_path_factory: pytest.TempPathFactory) -> Site:
    return build_site(sample, tmp_path_factory.mktemp("pages") / "site", quick=False)


class _Page(HTMLParser):
    """What a page links to, what it can be linked to by, and its parts."""

    def __init__(self, content: str) -> None:
        super().__init__()
        self.goals: list[str] = []
        self.names: set[str] = set()
        self.tags: list[str] = []
        self.headers_without_scope = 0
        self.feed(content)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.tags.append(tag)
        self.goals += [given[name] or "" for name in ("href", "src") if name in given]
        self.names.update(filter(None, (given.get("id"), given.get("name"))))
        self.headers_without_scope += tag == "th" and "scope" not in given


def _pages(site: Site) -> dict[str, _Page]:
    return {
        path.name: _Page(path.read_text(encoding="utf-8"))
        for path in sorted(site.index.parent.glob("*.html"))
        if path.name != LINEAGE
    }


def test_every_link_leads_somewhere_and_nothing_is_asked_of_a_network(site: Site) -> None:
    pages = _pages(site)
    broken = []
    for name, page in pages.items():
        for goal in page.goals:
            file, _, anchor = unquote(goal).partition("#")
            if goal.startswith(("https://", "data:", "mailto:")):
                continue
            there = (site.index.parent / file).is_file() if file else True
            of = pages.get(file or name)
            if not there or (anchor and of is not None and anchor not in of.names):
                broken.append(f"{name}: {goal}")
    assert broken == []
    style = (site.index.parent / STYLE).read_text(encoding="utf-8")
    assert "url(" not in style
    assert "@import" not in style
    for path in site.index.parent.glob("*.html"):
        if path.name != LINEAGE:
            assert not re.search(r'(src|<link[^>]+href)="https?:', path.read_text(encoding="utf-8"))


def test_pages_have_landmarks_and_tables_have_headers(site: Site) -> None:
    for name, page in _pages(site).items():
        for landmark in ("header", "nav", "main", "footer", "h1"):
            assert page.tags.count(landmark) == 1, f"{name}: {landmark}"
        assert page.headers_without_scope == 0, name
        assert page.tags.count("table") <= page.tags.count("th"), name


def test_the_numbers_of_the_overview_are_the_database_s(site: Site, sample: Target) -> None:
    content = re.sub(r"<[^>]+>", "|", site.index.read_text(encoding="utf-8"))
    content = re.sub(r"\|+", "|", content)
    for name, count in rows(
        sample,
        "select replace(key_class, '_', ' '), count(*) from kv_to_tables.key_ledger group by 1",
    ):
        assert f"|{name}|{count:,}|" in content
    query = """
        select
            count(*),
            count(*) filter (where key_class = 'migrated'),
            count(*) filter (where key_class = 'merged'),
            count(*) filter (where key_class = 'rejected'),
            count(*) filter (where key_class = 'soft_deleted')
        from kv_to_tables.record_ledger where entity = %s
    """
    for entity in ENTITIES:
        (counts,) = rows(sample, query, entity)
        assert f"|{entity}|{'|'.join(f'{count:,}' for count in counts)}|" in content
    assert "failed or not run" in content
    assert "|expectations|passed|" in content


def test_nothing_of_a_person_stands_in_the_site(site: Site, sample: Target) -> None:
    known = {
        str(email) for (email,) in rows(sample, "select email from employees where email > ''")
    }
    assert known
    for path in site.index.parent.glob("*.html"):
        found = set(_PERSON.findall(path.read_text(encoding="utf-8")))
        assert not found & known, path.name
    assert all(path.stat().st_mode & 0o077 == 0 for path in site.index.parent.iterdir())


@needs_browser
@pytest.mark.parametrize("width", [390, 1280])
def test_pages_load_without_an_error_and_without_scrolling_sideways(
    site: Site, tmp_path: Path, width: int
) -> None:
    folder = tmp_path / "site"
    shutil.copytree(site.index.parent, folder)
    chosen = ("index", "schema", "columns", "guides", "docs-rules", "journey-orders", "readme")
    for name in (*chosen, "expectations-orders"):
        page = folder / f"{name}.html"
        content = page.read_text(encoding="utf-8")
        page.write_text(content.replace("</head>", f"{_WIDTH}</head>"), encoding="utf-8")
        seen, said = _browse(page, tmp_path, width)
        assert 'data-over="0"' in seen, name
        assert "CONSOLE" not in said, name


@needs_browser
def test_the_lineage_graph_is_drawn(site: Site, tmp_path: Path) -> None:
    seen, said = _browse(site.index.parent / LINEAGE, tmp_path, 1280, "#!/overview?g_v=1")
    assert seen.count("<canvas") >= 1
    assert "typed_orders" in seen
    assert "Uncaught" not in said


def test_colours_have_contrast_in_both_themes(site: Site) -> None:
    style = (site.index.parent / STYLE).read_text(encoding="utf-8")
    light, dark = (
        dict(re.findall(r"--([\w-]+): (#\w{6})", part)) for part in style.split("@media")[:2]
    )
    for theme in (light, light | dark):
        for ground in ("paper", "raised"):
            for ink in ("ink", "soft", "link", "good", "bad", "warn"):
                contrast = _contrast(theme[ink], theme[ground])
                assert contrast >= 4.5, f"{ink} on {ground}: {contrast:.2f}"


def test_a_folder_with_something_else_is_left_alone(sample: Target, tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(KvError, match="holds something else"):
        build_site(sample, tmp_path, quick=True)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_a_site_stands_until_the_new_one_is_complete(
    site: Site, sample: Target, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "site"
    shutil.copytree(site.index.parent, folder)

    def fail(*_: object) -> None:
        raise KvError("dbt could not write the documentation.")

    monkeypatch.setattr("scripts.site.build.write_lineage", fail)
    with pytest.raises(KvError, match="could not write"):
        build_site(sample, folder, quick=True)
    assert _contents(folder) == _contents(site.index.parent)
    assert [path.name for path in tmp_path.iterdir()] == ["site"]


def test_the_site_of_a_run_is_the_same_byte_for_byte(
    site: Site, sample: Target, tmp_path: Path
) -> None:
    again = build_site(sample, tmp_path / "again", quick=True)
    assert _contents(again.index.parent) == _contents(site.index.parent)


def test_no_page_names_a_folder_of_this_machine(site: Site) -> None:
    for name, content in _contents(site.index.parent).items():
        assert str(ROOT).encode() not in content, name


def test_the_run_is_proved_again_only_where_its_log_does_not_tell(
    sample: Target, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = read_facts(sample, quick=False)
    assert not told.is_proved_anew
    assert told.verification is not None
    assert told.expectations is not None
    run_id = told.run_id

    monkeypatch.setenv("KV_RUNS_DIR", str(tmp_path))
    assert read_proof(run_id) is None
    assert read_facts(sample, quick=True).verification is None
    anew = read_facts(sample, quick=False)
    assert anew.is_proved_anew
    assert anew.verification is not None
    # Keys of samples are what a log leaves out.
    plain = [(check.group, check.name, check.outcome) for check in anew.verification.checks]
    assert plain == [(one.group, one.name, one.outcome) for one in told.verification.checks]

    log = RunLog(run_id)
    broken = Check("rows", "orders: keys have rows", FAILED, "1 has none.", ("orders:1:jane",))
    write_proof(log, VerifyReport((*told.verification.checks, broken)), told.expectations)
    log.close()
    assert "jane" not in log.path.read_text(encoding="utf-8")
    assert read_facts(sample, quick=False).is_proved_anew


def _contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def test_after_a_rollback_it_says_what_to_do(server: Target, migrated_sample: Kept) -> None:
    with new_database(server, migrated_sample.dbname, "kv_rolled_back") as target:
        execute(target, "drop table public.orders")
        with pytest.raises(KvError, match=r"no table public.orders .*invoke migrate"):
            read_facts(target, quick=True)


def test_without_a_run_it_says_what_to_do(database: Target) -> None:
    with pytest.raises(KvError, match="No run has judged"):
        read_facts(database, quick=True)


def _browse(page: Path, home: Path, width: int, anchor: str = "") -> tuple[str, str]:
    """Open a page with no network and give its DOM and what the browser logged."""
    assert CHROMIUM is not None
    done = subprocess.run(
        [
            *(CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--enable-logging=stderr"),
            *("--disable-background-networking", "--host-resolver-rules=MAP * ~NOTFOUND"),
            *(f"--user-data-dir={home / 'browser'}", f"--window-size={width},900"),
            *("--virtual-time-budget=8000", "--dump-dom", f"{page.as_uri()}{anchor}"),
        ],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    return done.stdout, done.stderr


def _contrast(one: str, other: str) -> float:
    """Give the contrast of two colours (WCAG 2.2, 1.4.3)."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
