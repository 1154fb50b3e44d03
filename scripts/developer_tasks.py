"""The tasks `schema`, `lint` and `test`, and what they do."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from invoke import Context, task

from scripts.settings import ROOT, Target
from scripts.task_support import friendly, helped, target_of


def schema_task(target: Target, *, write: bool) -> int:
    """Print the DDL of the six tables, or write `docs/schema.sql`; writes to no database."""
    from scripts import console
    from scripts.schema_ddl import schema_ddl

    text = schema_ddl(target)
    if write:
        (ROOT / "docs" / "schema.sql").write_text(text, encoding="utf-8")
        console.say("Wrote docs/schema.sql.")
    else:
        sys.stdout.write(text)
    return 0


def lint_task(*, fix: bool) -> int:
    """Run every linter of the project; give 1 when one of them finds something."""
    from scripts import console

    commands = [
        ["ruff", "check", *(["--fix"] if fix else []), "."],
        ["ruff", "format", *([] if fix else ["--check"]), "."],
        ["mypy"],
        ["sqlfluff", "fix" if fix else "lint", "models", "tests/dbt"],
        ["yamllint", "--strict", "."],
    ]
    failed = []
    for command in commands:
        console.say(f"$ {' '.join(command)}")
        program = Path(sys.executable).with_name(command[0])
        if subprocess.run([str(program), *command[1:]], cwd=ROOT).returncode:
            failed.append(command[0])
    console.say(f"Found something: {', '.join(failed)}." if failed else "Nothing found.")
    return 1 if failed else 0


def test_task(*, slow: bool, only: str) -> int:
    """Run pytest with this environment's Python; give its exit code.

    All tests are spread over the cores, four at most: each process has a server of its own. A
    selection runs in one process, which prints more and starts sooner.
    """
    command = [sys.executable, "-m", "pytest", *(["-m", "slow or not slow"] if slow else [])]
    if only:
        command += ["-k", only]
    else:
        command += ["-n", "auto", "--maxprocesses", "4", "--dist", "worksteal"]
    return subprocess.run(command, cwd=ROOT).returncode


@task(help=helped("target", "verbose", write="write docs/schema.sql instead of printing"))
@friendly
def schema(_: Context, target: str = "embedded", write: bool = False, verbose: bool = False) -> int:
    """Print the DDL a run executes on an empty database."""
    return schema_task(target_of(target), write=write)


@task(help={"fix": "let ruff and sqlfluff mend what they can"})
@friendly
def lint(_: Context, fix: bool = False) -> int:
    """Check the form of everything: ruff, mypy, sqlfluff, yamllint."""
    return lint_task(fix=fix)


@task(help={"slow": "also the tests that take more than a minute", "only": "a pytest expression"})
@friendly
def test(_: Context, slow: bool = False, only: str = "") -> int:
    """Run the tests on embedded servers of their own."""
    return test_task(slow=slow, only=only)
