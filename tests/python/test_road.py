"""The road to production: each stage, in its order, with this code and this shape, or no migration."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from helpers import load_documents, rows, run

from scripts import history, road
from scripts.errors import Exit, KvError, UsageError
from scripts.history import Step, append
from scripts.road import Word, check_word, guard, missing
from scripts.rollback import roll_back
from scripts.settings import ROOT, Target

CODE, SHAPE = "0123456789abcdef", "fedcba9876543210"
NAMES = [
    "preflight",
    "copy",
    "dry run of the copy",
    "migration of the copy",
    "verification of the copy",
    "rollback of the copy",
]
BEGIN = datetime(2026, 1, 5, 8, tzinfo=UTC)
PROD = Target("prod", "host.invalid", 1, "nobody", "nothing")
WORD = Word("Ada Quill", yes=True)


@pytest.fixture(autouse=True)
def own_history(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KV_RUNS_DIR", str(tmp_path / "runs"))


def whole_road(code: str = CODE, shape: str = SHAPE) -> list[Step]:
    steps = [
        Step("preflight", "prod", store_shape=shape),
        Step("copy", "prod-copy", store_shape=shape, options={"source": "prod"}),
        Step("dry_run", "prod-copy", store_shape=shape),
        Step("migrate", "prod-copy", store_shape=shape, outcome="rejects"),
        Step("verify", "prod-copy"),
        Step("rollback", "prod-copy", options={"tables": ""}),
    ]
    for number, step in enumerate(steps):
        step.code_version = code
        step.outcome = "done" if step.kind != "migrate" else "rejects"
        at(step, 10 * number)
    return steps


def at(step: Step, minutes: int) -> Step:
    """Let a step have begun so many minutes after the first, and have taken five."""
    step.started_at = (BEGIN + timedelta(minutes=minutes)).isoformat()
    step.finished_at = (BEGIN + timedelta(minutes=minutes + 5)).isoformat()
    return step


def names(steps: list[Step]) -> list[str]:
    return [stage.stage for stage in missing(steps, "prod", CODE, SHAPE)]


def test_the_whole_road_leaves_nothing_missing() -> None:
    assert names(whole_road()) == []
    # A step of another target, and one of another version after it, change nothing.
    more = [at(Step("migrate", "dev", code_version=CODE, outcome="failed"), 90)]
    more += [at(Step("preflight", "prod", code_version="another", outcome="failed"), 91)]
    assert names(whole_road() + more) == []


def test_without_a_history_everything_is_missing_in_order_with_its_command() -> None:
    found = missing([], "prod", CODE, SHAPE)
    assert [stage.stage for stage in found] == NAMES
    assert [stage.command for stage in found] == [
        "invoke preflight --target=prod",
        "invoke copy --source=prod --target=prod-copy",
        "invoke migrate --target=prod-copy --dry-run",
        "invoke migrate --target=prod-copy",
        "invoke verify --target=prod-copy",
        "invoke rollback --target=prod-copy --confirm",
    ]


@pytest.mark.parametrize("place", range(6))
def test_a_stage_left_out_is_missing_with_all_behind_it(place: int) -> None:
    steps = whole_road()
    del steps[place]
    assert names(steps) == NAMES[place:]


@pytest.mark.parametrize("place", range(6))
@pytest.mark.parametrize(
    ("spoil", "why"),
    [
        (lambda step: setattr(step, "outcome", "failed"), "it failed the last time"),
        (lambda step: setattr(step, "code_version", "x"), "another version of the code"),
        (lambda step: step.options.update(skip_validation=True), "--skip-validation"),
        (lambda step: at(step, -60), "before the stage"),
        (lambda step: setattr(step, "started_at", "whenever"), "before the stage"),
        (lambda step: setattr(step, "store_shape", "x"), "another shape"),
    ],
)
def test_a_stage_that_proves_nothing_is_missing(
    place: int, spoil: Callable[[Step], None], why: str
) -> None:
    steps = whole_road()
    spoil(steps[place])
    found = missing(steps, "prod", CODE, SHAPE)
    is_first_in_time = why == "before the stage" and place == 0
    if is_first_in_time or (why == "another shape" and place > 3):
        assert found == []  # nothing comes before the first; the last two have no shape
        return
    assert [stage.stage for stage in found] == NAMES[place:]
    assert why in found[0].why


def test_a_later_failure_takes_the_proof_away_and_a_later_success_gives_it_back() -> None:
    steps = whole_road()
    again = replace(steps[4], outcome="failed")
    assert names([*steps, at(again, 100)]) == NAMES[4:]
    mended = [at(replace(steps[4]), 110), at(replace(steps[5]), 120)]
    assert names([*steps, again, *mended]) == []


def test_a_check_repeated_after_the_rehearsal_changes_nothing() -> None:
    steps = whole_road()
    assert names([*steps, at(replace(steps[0]), 200), at(replace(steps[3]), 210)]) == []


def test_a_rollback_of_some_tables_is_no_rehearsal() -> None:
    steps = whole_road()
    steps[5].options["tables"] = "orders"
    assert names(steps) == NAMES[5:]


def test_a_store_without_a_shape_proves_nothing() -> None:
    steps = whole_road(shape="")
    assert [stage.stage for stage in missing(steps, "prod", CODE, "")] == NAMES


@pytest.mark.parametrize(
    ("word", "sentence"),
    [
        (Word("", yes=True), "Say --approved-by=NAME"),
        (Word("  ", yes=True, override="it burns"), "Say --approved-by=NAME"),
        (Word("Ada Quill"), "Repeat with --yes"),
    ],
)
def test_a_protected_target_needs_a_name_and_a_yes(word: Word, sentence: str) -> None:
    with pytest.raises(UsageError, match=sentence):
        check_word(PROD, word)
    check_word(replace(PROD, name="dev"), Word())


@pytest.mark.parametrize("typed", ["", "\n", "prod-copy\n", "PROD\n", "yes\nprod\n"])
def test_anything_but_the_targets_name_does_nothing(
    monkeypatch: pytest.MonkeyPatch, typed: str
) -> None:
    for step in whole_road(history.code_version()):
        append(step)
    monkeypatch.setattr(sys, "stdin", io.StringIO(typed))
    with pytest.raises(UsageError, match="was not typed; nothing was done"):
        guard(PROD, WORD, SHAPE)
    monkeypatch.setattr(sys, "stdin", io.StringIO(" prod \n"))
    guard(PROD, WORD, SHAPE)


def test_an_unfinished_road_is_told_and_an_override_goes_on(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for step in whole_road(history.code_version())[:4]:
        append(step)
    monkeypatch.setattr(sys, "stdin", io.StringIO("prod\n"))
    with pytest.raises(KvError, match="2 steps are missing") as error:
        guard(PROD, WORD, SHAPE)
    assert error.value.code == Exit.FAILED
    shown = capsys.readouterr().err
    assert "1. verification of the copy: it was never done" in shown
    assert "2. rollback of the copy" in shown
    assert "invoke rollback --target=prod-copy --confirm" in shown
    guard(PROD, replace(WORD, override="the copy's server burnt down"), SHAPE)
    assert "WARNING" in capsys.readouterr().err


@pytest.mark.slow
def test_an_approved_override_migrates_and_stands_in_the_history(
    database: Target, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = {"name": "Orchid", "contactEmail": "ops@orchid.example"}
    load_documents(database, tmp_path, {"client:production:c-1": client})
    target = replace(database, name="prod")
    with pytest.raises(UsageError, match="--approved-by"):
        run(target)
    with pytest.raises(KvError, match="6 steps are missing"):
        run(target, approved_by="Ada Quill", yes=True)
    assert history.steps() == []
    assert rows(database, "select to_regclass('clients')") == [(None,)]
    monkeypatch.setattr(sys, "stdin", io.StringIO("prod\n"))
    outcome = run(target, approved_by="Ada Quill", yes=True, override_road="first of its kind")
    assert outcome.exit_code == Exit.DONE
    (step,) = history.steps()
    assert step.options == {
        "approved_by": "Ada Quill",
        "override_road": "first of its kind",
        "no_backup": True,
    }
    assert rows(database, "select name from clients") == [("Orchid",)]
    assert [done.delete for done in roll_back(target, "", confirm=False)] == [0, 0, 0, 0, 0, 1]
    with pytest.raises(UsageError, match="--yes"):
        roll_back(target, "", confirm=True)
    monkeypatch.setattr(sys, "stdin", io.StringIO("dev\n"))
    with pytest.raises(UsageError, match="was not typed"):
        roll_back(target, "", confirm=True, yes=True, no_backup=True)
    assert rows(database, "select name from clients") == [("Orchid",)]
    monkeypatch.setattr(sys, "stdin", io.StringIO("prod\n"))
    roll_back(target, "", confirm=True, yes=True, no_backup=True)
    assert rows(database, "select to_regclass('clients')") == [(None,)]


def test_the_command_reads_the_name_from_a_pipe(database: Target, tmp_path: Path) -> None:
    load_documents(database, tmp_path, {"client:production:c-1": {"name": "Orchid"}})
    with_road = {
        "KV_RUNS_DIR": os.environ["KV_RUNS_DIR"],
        "KV_PROD_HOST": database.host,
        "KV_PROD_PORT": str(database.port),
        "KV_PROD_USER": database.user,
        "KV_PROD_DBNAME": database.dbname,
    }
    command = ["migrate", "--target=prod", "--approved-by=Ada", "--yes"]

    def ended(typed: str, *more: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [str(Path(sys.executable).with_name("invoke")), *command, *more],
            cwd=ROOT,
            env={**os.environ, **with_road},
            input=typed,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )

    refused = ended("prod\n")
    assert refused.returncode == 1
    assert "invoke preflight --target=prod" in refused.stderr
    mistyped = ended("production\n", "--override-road=test")
    assert mistyped.returncode == 2
    assert mistyped.stderr.splitlines()[-1].endswith("Repeat the command and type it.")
    assert rows(database, "select to_regclass('clients')") == [(None,)]


def test_the_page_names_every_stage_and_its_command() -> None:
    page = (ROOT / "docs" / "production.md").read_text(encoding="utf-8")
    for stage in missing([], "prod", CODE, SHAPE):
        assert f"`{stage.command}`" in page
    for flag in ("--approved-by", "--yes", "--override-road"):
        assert flag in page
    assert road.copy_of("prod") in page
