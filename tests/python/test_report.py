"""The status report: what was done, counts, next step and blockers, as history and ledger say."""

from __future__ import annotations

import json
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from helpers import Kept, execute, load_documents, new_database, rows, run
from test_tasks import invoke

from scripts import history
from scripts.errors import Exit, UsageError
from scripts.private_file import write_private
from scripts.rollback import roll_back
from scripts.run_log import RunLog
from scripts.settings import Target
from scripts.team_report import make_report
from scripts.team_report_markdown import markdown
from scripts.trace import read_trace

CLEAN = {"client:production:c-1": {"id": "c-1", "name": "Orchid", "contactEmail": "a@b.example"}}
HEADINGS = ["What was done", "Counts", "Next step", "Blockers"]


@pytest.fixture(autouse=True)
def own_history(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KV_RUNS_DIR", str(tmp_path / "runs"))


@pytest.fixture
def sample(server: Target, migrated_sample: Kept) -> Iterator[Target]:
    with new_database(server, migrated_sample.dbname) as target:
        yield target


def headings(text: str) -> list[str]:
    return [line.removeprefix("## ") for line in text.splitlines() if line.startswith("## ")]


def test_before_anything_was_done_it_says_what_to_do(database: Target) -> None:
    report = make_report(database)
    text = markdown(report)
    assert headings(text) == HEADINGS
    assert report.next_command == "invoke migrate --target=embedded"
    assert "No step of this target stands in the history." in text
    assert "Nothing was counted yet." in text
    assert report.missing[0].command == "invoke preflight --target=prod"


def test_a_run_with_rejects_names_their_causes_and_how_to_mend_them(sample: Target) -> None:
    report = make_report(sample)
    assert report.run is not None
    assert report.ledger is not None
    ((rejected,),) = rows(sample, "select count(*) from kv_to_tables.rejects")
    ((waiting,),) = rows(sample, "select count(root_key) from kv_to_tables.rejects")
    assert sum(cause.records for cause in report.causes) == rejected == report.ledger.rejected > 0
    assert sum(cause.waiting for cause in report.causes) == waiting > 0
    assert all(cause.mend for cause in report.causes)
    assert [c.records for c in report.causes] == sorted(c.records for c in report.causes)[::-1]
    ((keys,),) = rows(sample, "select count(*) from kv_store_6fcaeea3")
    assert sum(report.ledger.classes.values()) == report.ledger.keys == keys
    assert report.next_command.startswith("invoke rejects --target=embedded --write=")
    text = markdown(report)
    assert f"| sum = count(*) | {keys:,} |" in text
    assert "### Rejects by root cause" in text


def test_after_each_step_the_next_one_is_named(database: Target, tmp_path: Path) -> None:
    load_documents(database, tmp_path, CLEAN)
    run(database)
    report = make_report(database)
    assert report.run is not None
    assert report.run.outcome == "done"
    assert "build" in report.run.seconds
    assert [step["step"] for step in report.done] == ["migrate"]
    assert report.next_command == "invoke verify --target=embedded"
    with history.step("verify", "embedded"):
        pass
    report = make_report(database)
    assert report.next_command == "invoke preflight --target=prod"
    assert "preflight: it was never done" in report.next_why
    roll_back(database, "", confirm=True, no_backup=True)
    report = make_report(database)
    assert report.next_command == "invoke migrate --target=embedded"
    assert report.run is not None
    assert report.run.outcome == "rolled_back"


@pytest.mark.slow
def test_failures_of_a_run_are_blockers_and_show_no_person(
    database: Target, tmp_path: Path
) -> None:
    load_documents(database, tmp_path, CLEAN)
    outcome = run(database)
    said = "keys: 1 row of employee:site-1:anna.smith and anna@mail.example | differs"
    log = RunLog(outcome.run_id)
    log.write("end", exit_code=1, failures=[said])
    log.close()
    taken = history.steps()[-1]
    taken.outcome = "failed"
    history.append(taken)
    report = make_report(database)
    assert report.run is not None
    assert report.run.outcome == "failed"
    assert report.next_command == "invoke migrate --target=embedded"
    text = markdown(report)
    assert "### Failures of the last run" in text
    assert "anna" not in text + json.dumps(report.as_dict(), default=str)
    assert "\\| differs" in text


def test_no_value_of_a_document_is_in_it(sample: Target) -> None:
    report = make_report(sample)
    text = markdown(report) + json.dumps(report.as_dict(), default=str)
    persons = {
        str(word)
        for row in rows(
            sample,
            "select customer_name, customer_email from orders"
            " union select first_name || ' ' || last_name, email from employees",
        )
        for word in row
        if word
    }
    assert len(persons) > 100
    assert [word for word in persons if word in text] == []


def test_json_says_the_same(sample: Target) -> None:
    report = make_report(sample)
    content: dict[str, Any] = json.loads(json.dumps(report.as_dict(), default=str))
    assert set(content) == {
        *("target", "made_at", "run", "done", "counts", "next_step", "blockers"),
    }
    assert len(content["blockers"]["rejects"]) == len(report.causes)
    assert len(content["counts"]["entities"]) == 6


@pytest.mark.slow
def test_a_run_that_the_gate_stopped_is_told_by_report_and_trace(
    database: Target, tmp_path: Path
) -> None:
    wrong = {"client:production:c-2": {"id": "c-2", "name": "Nimbus"}}
    load_documents(database, tmp_path, {**CLEAN, **wrong})
    outcome = run(database, max_rejects="0")
    assert outcome.failures
    report = make_report(database)
    assert report.run is not None
    assert report.run.outcome == "failed"
    assert report.run.failures
    assert report.next_command == "invoke migrate --target=embedded"
    assert "### Failures of the last run" in markdown(report)
    for key, codes in (("c-1", []), ("c-2", ["contact_email_missing"])):
        journey = read_trace(database, f"client:production:{key}")
        assert [reason.code for reason in journey.reasons] == codes
        assert journey.row is None


@pytest.mark.slow
def test_a_run_of_earlier_tables_alone_is_reported(database: Target, tmp_path: Path) -> None:
    load_documents(database, tmp_path, CLEAN)
    run(database)
    execute(database, "update kv_to_tables.runs set outcome = null, finished_at = null")
    report = make_report(database)
    assert report.run is not None
    assert report.run.outcome == "unfinished"
    assert report.next_command == "invoke migrate --target=embedded"


def test_a_file_is_its_owners_alone_and_may_be_replaced(tmp_path: Path) -> None:
    place = tmp_path / "status.md"
    place.write_text("of yesterday, and longer")
    place.chmod(0o644)
    write_private(str(place), "of today")
    assert place.read_text() == "of today"
    assert stat.S_IMODE(place.stat().st_mode) == 0o600
    with pytest.raises(UsageError, match="cannot be written"):
        write_private(str(tmp_path / "nowhere" / "status.md"), "x")


def test_another_format_is_wrong_usage() -> None:
    ended = invoke("report", "--format=html")
    assert ended.returncode == Exit.USAGE
    assert "Use markdown or json." in ended.stderr


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_shell_completes_tasks_and_flags(shell: str) -> None:
    ended = invoke(f"--print-completion-script={shell}")
    assert ended.returncode == 0
    assert "invoke" in ended.stdout
    assert "complet" in ended.stdout
    tasks = invoke("--complete", "--", "invoke", "").stdout.split()
    assert {"migrate", "trace", "report", "db.start"} <= set(tasks)
    flags = invoke("--complete", "--", "invoke", "trace", "-").stdout.split()
    assert {"--target", "--show-values", "--json"} <= set(flags)
