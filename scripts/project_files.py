"""What several modules read of the project's own files: contracts and seeds, each read once."""

from __future__ import annotations

import csv
from functools import cache
from typing import Any

from scripts.settings import ROOT


@cache
def contract_of(entity: str) -> dict[str, Any]:
    """Give the contract of a final table as its YAML says it; reads a file, changed by nobody."""
    import yaml

    path = ROOT / "models" / "final" / f"{entity}.yml"
    (model,) = yaml.safe_load(path.read_text(encoding="utf-8"))["models"]
    return dict(model)


@cache
def seed_rows(name: str) -> tuple[dict[str, str], ...]:
    """Give the rows of a seed in the order of its file; they are changed by nobody."""
    with (ROOT / "seeds" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return tuple(csv.DictReader(file))
