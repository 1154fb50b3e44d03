"""The page of all error messages with what to do next, read from the source of `scripts`."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from scripts.markdown import table
from scripts.settings import ROOT

_FOLDER = ROOT / "scripts"
# Modules whose errors nobody meets who runs a migration: they speak to a developer.
_INNER = {"guides"}


def messages() -> Iterator[tuple[str, str, str]]:
    """Give module, message and remedy of every error a command can end with; `…` is what varies."""
    for path in sorted(_FOLDER.rglob("*.py")):
        module = path.relative_to(_FOLDER)
        if module.parts[0] in _INNER:
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
                continue
            if node.func.id in ("KvError", "UsageError") and node.args:
                remedy = node.args[1] if len(node.args) > 1 else None
                yield str(module), _text(node.args[0]), _text(remedy) if remedy else ""


def page() -> str:
    """Write the page, a table per group of commands, in the order of the alphabet."""
    groups: dict[str, set[tuple[str, str]]] = {}
    for module, message, remedy in messages():
        if message.strip("… "):
            name = re.sub(r"(_task|_tasks)?\.py$", "", module.split("/")[0])
            groups.setdefault(name, set()).add((message, remedy))
    lines = [
        "# What the commands say, and what to do",
        "",
        "Every error a command can end with, from the source; `…` stands for what differs from",
        "case to case. Commands end with 1, or 2 where they were called in a wrong way.",
        "`--verbose` adds the traceback. What `invoke preflight` finds, it prints with the remedy.",
        "",
        "Written by `invoke guides`.",
    ]
    for name in sorted(groups):
        rows = [[f"{message}", remedy] for message, remedy in sorted(groups[name])]
        lines += ["", f"## {name}", "", table(["Message", "What to do"], rows)]
    return "\n".join(lines) + "\n"


def _text(node: ast.expr) -> str:
    if isinstance(node, ast.Constant):
        text = str(node.value)
    elif isinstance(node, ast.JoinedStr):
        text = "".join(_text(part) for part in node.values)
    else:
        text = "…"
    return " ".join(text.replace("<", "&lt;").split(" "))
