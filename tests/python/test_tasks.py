"""The command line: help for everything, one sentence for every error, nothing secret on the way."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from helpers import load_documents, rows, run

import tasks
from scripts.connection import connect
from scripts.guides.commands import tasks_of
from scripts.schema_ddl import schema_ddl
from scripts.settings import ROOT, Target

DOCUMENTS = {
    "client:production:c-1": {"id": "c-1", "name": "Orchid", "contactEmail": "canary-7@b.example"},
    "site:production:s-1": {"id": "s-1", "name": "Orchid", "clientId": "c-1", "status": 3},
}


def invoke(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    program = Path(sys.executable).with_name("invoke")
    kept = {name: value for name, value in os.environ.items() if not name.startswith("KV_")}
    return subprocess.run(
        [str(program), *arguments],
        cwd=ROOT,
        env={**kept, **variables},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


@pytest.mark.parametrize(("name", "task"), tasks_of(tasks.namespace).items())
def test_every_task_and_every_flag_has_help(name: str, task: object) -> None:
    summary = (task.__doc__ or "").strip().splitlines()[0]
    assert summary.endswith((".", ")", '"')) or ":" in summary, name
    for argument in task.get_arguments():
        assert argument.help, f"{name} {argument.name}"


def test_the_readme_names_only_tasks_there_are() -> None:
    names = set(tasks_of(tasks.namespace))
    for line in (ROOT / "README.md").read_text(encoding="utf-8").splitlines():
        for part in line.split("`invoke ")[1:]:
            words = part.split("`")[0].split()
            assert words[0].startswith("-") or words[0] in names, line


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("migrate", "--target=nowhere"), "There is no target 'nowhere'. Choose one of: embedded,"),
        (("migrate", "--target=dev"), "The target 'dev' needs the variable KV_DEV_HOST."),
        (("status", "--target=prod-copy"), "needs the variable KV_PROD_COPY_HOST."),
        (("migrate", "--batch-size=0"), "--batch-size=0 is not a number of rows."),
        (("migrate", "--max-rejects=abc"), "is neither a number nor a percentage."),
        (("db.reset",), "Repeat with --yes."),
        (("bench", "--sizes=many"), "--sizes=many is no list of sizes."),
        (("sample", "--documents=many", "--file-only"), "--documents=many is not a whole number."),
    ],
)
def test_wrong_usage_is_one_sentence_and_exit_code_2(
    arguments: tuple[str, ...], sentence: str
) -> None:
    ended = invoke(*arguments)
    assert ended.returncode == 2, ended
    assert sentence in ended.stderr
    assert len(ended.stderr.strip().splitlines()) == 1


def test_a_database_that_cannot_be_reached_is_named_without_its_password() -> None:
    ended = invoke(
        "status",
        "--target=dev",
        KV_DEV_HOST="127.0.0.1",
        KV_DEV_PORT="9",
        KV_DEV_USER="kv",
        KV_DEV_DBNAME="kv",
        KV_DEV_PASSWORD="canary-password",
    )
    assert ended.returncode == 1
    assert "The database of target 'dev' cannot be reached" in ended.stderr
    assert "canary-password" not in ended.stdout + ended.stderr
    assert "Traceback" not in ended.stderr


def test_the_printed_schema_is_the_one_in_docs(database: Target) -> None:
    assert schema_ddl(database) == (ROOT / "docs" / "schema.sql").read_text(encoding="utf-8")


@pytest.mark.slow
def test_the_log_of_a_run_holds_no_values_and_is_its_owners_alone(
    database: Target, tmp_path: Path
) -> None:
    load_documents(database, tmp_path, DOCUMENTS)
    outcome = run(database)
    path = Path(os.environ["KV_RUNS_DIR"]) / f"{outcome.run_id}.jsonl"
    text = path.read_text(encoding="utf-8")
    assert '"event": "ledger"' in text
    assert "canary-7" not in text
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


@pytest.mark.slow
def test_the_store_may_have_any_name(database: Target, tmp_path: Path) -> None:
    place = Target(
        "embedded",
        database.host,
        database.port,
        database.user,
        database.dbname,
        kv_schema="app",
        kv_table="the_store",
        final_schema="tables",
        work_schema="ours",
    )
    with connect(database) as connection:
        connection.execute("create schema app")
        connection.execute("create schema tables")
    load_documents(place, tmp_path, DOCUMENTS)
    assert run(place).failures == []
    assert rows(place, "select name from tables.clients") == [("Orchid",)]
    assert rows(place, "select reject_codes from ours.rejects") == [("status_unmapped",)]
    assert rows(place, "select to_regclass('public.clients')") == [(None,)]
