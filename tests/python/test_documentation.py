"""What the pages say is so: commands parse, links lead somewhere, tables and codes are all there."""

from __future__ import annotations

import csv
import re
import xml.etree.ElementTree as ElementTree
from functools import cache
from pathlib import Path
from typing import Any

import pages
import pytest
import yaml
from helpers import Kept, execute, new_database, rows
from invoke import Argument
from invoke.parser import Context as ParserContext
from invoke.parser import Parser
from invoke.program import Program
from test_tasks import invoke

import tasks
from scripts import guides
from scripts.guides.commands import tasks_of
from scripts.guides.messages import messages
from scripts.settings import ENTITIES, ROOT, Target

PAGES = pages.pages()
GUIDE = ROOT / "docs" / "MIGRATION_GUIDE.md"
DESIGN = ROOT / "docs" / "SCHEMA_DESIGN.md"
COMMANDS = ROOT / "docs" / "commands.md"
REJECTS = ROOT / "docs" / "rejects"
QUERIES = [(kind, body) for kind, body in pages.blocks(GUIDE) if kind.startswith("sql")]


def by_name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def codes() -> list[dict[str, str]]:
    with (ROOT / "seeds" / "reject_codes.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def fault_of(words: list[str]) -> str:
    """Say what invoke's own parser has against a command, or nothing.

    A task that is only named, without flags, need not have its positional arguments.
    """
    program = Program(namespace=tasks.namespace)
    initial = ParserContext(args=[*program.core_args(), *program.task_args()])
    contexts = [
        ParserContext(name=name, args=task.get_arguments())
        for name, task in tasks_of(tasks.namespace).items()
    ]
    known = {context.name for context in contexts}
    arguments = [word for word in words[1:] if word not in ("…", "...")]
    named = [word for word in arguments if word != "--help"]
    if len(named) == 1 and named[0] in known:
        return ""
    try:
        parsed = Parser(initial=initial, contexts=contexts).parse_argv(arguments)
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    left = [word for word in parsed.unparsed if word]
    return f"not understood: {left}" if left else ""


@pytest.mark.parametrize("path", PAGES, ids=by_name)
def test_every_documented_command_is_one_invoke_takes(path: Path) -> None:
    found = [*pages.block_commands(path), *pages.span_commands(path)]
    assert [(words, fault) for words in found if (fault := fault_of(words))] == []


def test_a_command_invoke_does_not_take_is_told() -> None:
    """Hold the parser itself: what it lets pass would let every page pass."""
    assert fault_of(["invoke", "migrat"])
    assert fault_of(["invoke", "migrate", "--dry-rum"])
    assert fault_of(["invoke", "restore", "--replace"])
    assert fault_of(["invoke", "migrate", "--dry-run", "--target=dev"]) == ""
    assert fault_of(["invoke", "--help", "migrate"]) == ""


def test_the_pages_have_commands_to_look_at() -> None:
    counted = sum(
        1 for path in PAGES for _ in (*pages.block_commands(path), *pages.span_commands(path))
    )
    assert counted > 100


@pytest.mark.parametrize(("name", "task"), tasks_of(tasks.namespace).items())
def test_every_task_and_flag_is_documented(name: str, task: Any) -> None:
    told = {row[0].strip("`"): row[1] for row in pages.table_rows(_of_command(name))}
    for argument in task.get_arguments():
        assert told.pop(_as_documented(argument), "") == argument.help, argument.name
    assert told == {}


def _of_command(name: str) -> str:
    return pages.section(COMMANDS, f"## invoke {name}")


def _as_documented(argument: Argument) -> str:
    name = argument.name.replace("_", "-")
    if argument.positional:
        return name.upper()
    return f"--{name}" if argument.kind is bool else f"--{name}=…"


def test_every_task_has_its_row_in_the_readme_or_a_guide() -> None:
    """The page of all commands does not count: somewhere a reader must learn what a task is for."""
    guided = [path for path in PAGES if path != COMMANDS and path.parent != REJECTS]
    named = {
        words[1]
        for path in guided
        for words in (*pages.block_commands(path), *pages.span_commands(path))
        if len(words) > 1
    }
    assert set(tasks_of(tasks.namespace)) - named == set()


@pytest.mark.parametrize("path", PAGES, ids=by_name)
def test_no_link_is_dead(path: Path) -> None:
    dead = []
    for link in pages.links(path):
        place, _, anchor = link.partition("#")
        if re.match(r"[a-z]+:", place):
            continue
        target = (path.parent / place).resolve() if place else path
        if not target.exists() or (anchor and anchor not in pages.anchors(target)):
            dead.append(link)
    assert dead == []


@pytest.mark.parametrize("path", PAGES, ids=by_name)
def test_every_page_is_reached_from_the_readme(path: Path) -> None:
    assert path in _reached()


@cache
def _reached() -> set[Path]:
    found = {ROOT / "README.md"}
    waiting = list(found)
    while waiting:
        page = waiting.pop()
        for link in pages.links(page):
            target = (page.parent / link.partition("#")[0]).resolve()
            if target.suffix == ".md" and target.is_file() and target not in found:
                found.add(target)
                waiting.append(target)
    return found


def test_generated_parts_are_current() -> None:
    assert [str(path.relative_to(ROOT)) for path in guides.stale()] == []


def test_the_tree_in_the_readme_is_real() -> None:
    lines = pages.section(ROOT / "README.md", "## Find your way").split("```")[1].splitlines()
    told = [line.split()[0] for line in lines if line.strip()]
    assert [name for name in told if not (ROOT / name).exists()] == []
    ignored = {line.strip("/") for line in (ROOT / ".gitignore").read_text().splitlines()}
    there = {
        path.name
        for path in ROOT.iterdir()
        if path.is_dir()
        and not path.name.startswith(".")
        and any(path.rglob("*.*"))
        and path.name not in ignored
    }
    assert there - {name.split("/")[0] for name in told} == set()
    layers = {f"models/{path.name}" for path in (ROOT / "models").iterdir() if path.is_dir()}
    assert layers - set(told) == set()


@pytest.mark.parametrize("row", codes(), ids=lambda row: f"{row['entity']}.{row['code']}")
def test_every_reject_code_is_documented(row: dict[str, str]) -> None:
    page = REJECTS / f"{row['code']}.md"
    text = pages.read(page)
    section = pages.section(page, f"## {row['entity']}")
    assert row["meaning"] in text
    assert row["mend"] in section
    assert "```json" in section or "No document yields it" in section
    assert f"{row['code']}.md" in pages.links(REJECTS / "README.md")


def test_every_table_and_column_is_described_and_present(server: Target) -> None:
    with new_database(server) as target:
        execute(target, (ROOT / "docs" / "schema.sql").read_text(encoding="utf-8"))
        present = rows(
            target,
            "select table_name::text, column_name::text from information_schema.columns"
            " where table_schema = 'public'",
        )
        rules = rows(
            target,
            "select relname::text, conname::text from pg_constraint"
            " join pg_class on pg_class.oid = conrelid"
            " where connamespace = 'public'::regnamespace and contype <> 'n'"
            " union select tablename::text, indexname::text from pg_indexes"
            " where schemaname = 'public'",
        )
    described = set()
    ruled = set()
    for entity in ENTITIES:
        for row in pages.table_rows(pages.section(DESIGN, f"## {entity}")):
            name = (entity, row[0].strip("`"))
            assert row[-1], name
            (described if len(row) == 4 else ruled).add(name)
    assert described == set(present)
    # Two indexes are made only where the server has pg_trgm.
    assert {name for name in ruled if not name[1].endswith("_trgm")} == set(rules)


def test_every_table_of_ours_has_the_columns_its_description_names(
    server: Target, migrated_sample: Kept
) -> None:
    """Compare the YAML of the models with the schema of a run; plain tables are the macros' own."""
    told: dict[str, set[str]] = {}
    for path in (ROOT / "models").rglob("*.yml"):
        for model in yaml.safe_load(path.read_text(encoding="utf-8")).get("models", ()):
            told[model["name"]] = {column["name"] for column in model["columns"]}
    with new_database(server, migrated_sample.dbname) as target:
        found = rows(
            target,
            "select table_name::text, array_agg(column_name::text)"
            " from information_schema.columns where table_schema = 'kv_to_tables' group by 1",
        )
    present = {name: set(columns) for name, columns in found}
    ours = {name: columns for name, columns in told.items() if name not in ENTITIES}
    assert {name: present.get(name) for name in ours} == ours


@pytest.fixture(scope="module")
def guide_answers(server: Target, migrated_sample: Kept) -> list[tuple[str, list[Any]]]:
    with new_database(server, migrated_sample.dbname) as target:
        return [(kind, rows(target, query)) for kind, query in QUERIES]


def test_the_queries_of_the_guide_give_rows(guide_answers: list[tuple[str, list[Any]]]) -> None:
    assert len(guide_answers) > 12
    assert [QUERIES[n][1] for n, (_, found) in enumerate(guide_answers) if not found] == []


def test_the_guide_finds_no_orphan(guide_answers: list[tuple[str, list[Any]]]) -> None:
    (found,) = [found for kind, found in guide_answers if kind.endswith("orphans")]
    assert len(found) == 6
    assert {count for _, count in found} == {0}


def test_the_guide_quotes_messages_that_are_said() -> None:
    said = " ".join(text for _, text, _ in messages())
    rows_of_guide = pages.table_rows(pages.section(GUIDE, "## 12. Troubleshooting by message"))
    quoted = [row[0].strip("`").rstrip("…").strip() for row in rows_of_guide]
    assert len(quoted) > 15
    assert [text for text in quoted if text not in said] == []


def test_every_variable_of_the_environment_is_documented() -> None:
    read = set()
    for folder, ending in (("scripts", "*.py"), ("macros", "*.sql")):
        for path in (ROOT / folder).rglob(ending):
            read |= set(re.findall(r"environ[^\n]*?[\"'](KV_[A-Z_]+)[\"']", pages.read(path)))
            read |= set(re.findall(r"env_var\([\"'](KV_[A-Z_]+)[\"']", pages.read(path)))
    told = " ".join(pages.read(path) for path in PAGES)
    # Set by the tasks for the dbt they start; nobody sets them by hand.
    inner = {"KV_RUN_ID", "KV_CORRECTIONS_HASH"}
    assert {name for name in read - inner if not re.search(rf"\b{name}\b", told)} == set()


def test_the_picture_is_well_formed_and_readable_in_light_and_dark() -> None:
    path = ROOT / "docs" / "architecture.svg"
    text = pages.read(path)
    root = ElementTree.fromstring(text)  # noqa: S314 - a file of our own
    names = {child.tag.rpartition("}")[2] for child in root}
    assert {"title", "desc"} <= names
    assert "prefers-color-scheme: dark" in text
    assert not re.search(r"(href|url)\s*=?\s*[\"(]?https?:", text)


@pytest.mark.parametrize(
    "words",
    [("guides", "--check"), ("--list",), ("--print-completion-script", "bash"), ("history",)],
)
def test_a_command_that_needs_no_database_runs(words: tuple[str, ...], tmp_path: Path) -> None:
    ended = invoke(*words, KV_RUNS_DIR=str(tmp_path))
    assert ended.returncode == 0, ended
    assert ended.stdout
