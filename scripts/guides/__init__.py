"""The parts of the guides that are written from the project: current, or the build fails.

Reads the contracts in `models/final`, the seeds, the source of `scripts` and the tasks, and no
database.
"""

from __future__ import annotations

from pathlib import Path

from scripts.settings import ROOT

DOCS = ROOT / "docs"


def generated() -> dict[Path, str]:
    """Give every generated file, and every guide with generated parts, as it should be."""
    from scripts.guides import commands, messages, parts, reject_pages, schema_design

    design = DOCS / "SCHEMA_DESIGN.md"
    return {
        design: parts.filled(design, schema_design.parts()),
        DOCS / "commands.md": commands.page(),
        DOCS / "messages.md": messages.page(),
        **reject_pages.pages(),
    }


def stale() -> list[Path]:
    """Give the files that are not as they should be, those nobody generates any more among them."""
    wanted = generated()
    found = [path for path, text in wanted.items() if not path.is_file() or _read(path) != text]
    return found + [path for path in (DOCS / "rejects").glob("*.md") if path not in wanted]


def write() -> list[Path]:
    """Write what is not current, delete pages nobody generates any more; give their paths."""
    wanted = generated()
    changed = stale()
    for path in changed:
        if path in wanted:
            path.parent.mkdir(exist_ok=True)
            path.write_text(wanted[path], encoding="utf-8")
        else:
            path.unlink()
    return changed


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8")
