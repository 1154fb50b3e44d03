"""docs/faults.md names tests that are there, and says which suite runs them."""

from __future__ import annotations

import ast
import re

from scripts.settings import ROOT

PAGE = ROOT / "docs" / "faults.md"
ROW = re.compile(r"\| F(\d+) \| .+ \| `(\w+)::(\w+)` \| (default|slow|default, more slow) \|")


def suite_of(module: str, test: str) -> str:
    """Read the marks of a test, and of its module, from the source."""
    tree = ast.parse((ROOT / "tests" / "python" / f"{module}.py").read_text(encoding="utf-8"))
    for node in tree.body:
        if isinstance(node, ast.Assign) and ast.unparse(node) == "pytestmark = pytest.mark.slow":
            return "slow"
        if isinstance(node, ast.FunctionDef) and node.name == test:
            marks = [ast.unparse(mark) for mark in node.decorator_list]
            if "pytest.mark.slow" in marks:
                return "slow"
            return "default, more slow" if "mark.slow" in " ".join(marks) else "default"
    raise AssertionError(f"there is no {module}::{test}")


def test_every_fault_has_its_test_in_the_suite_the_page_says() -> None:
    lines = [line for line in PAGE.read_text(encoding="utf-8").splitlines() if "| F" in line]
    found = [ROW.fullmatch(line) for line in lines]
    assert all(found), [line for line, match in zip(lines, found, strict=True) if not match]
    told = [match.groups() for match in found if match]
    assert {int(number) for number, *_ in told} == set(range(1, 38))
    assert [row for row in told if suite_of(row[1], row[2]) != row[3]] == []
