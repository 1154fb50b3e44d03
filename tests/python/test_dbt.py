"""Plain dbt does the right thing without the tasks, unit tests included."""

from __future__ import annotations

from pathlib import Path

from helpers import rows

from scripts.dbt_runner import run_dbt
from scripts.load import load_file
from scripts.sample import MINIMUM, write_sample
from scripts.settings import Target


def test_build_and_test_pass_on_a_database_that_holds_the_store_alone(
    database: Target, tmp_path: Path
) -> None:
    path = tmp_path / "store.jsonl.gz"
    write_sample(path, MINIMUM, 3)
    load_file(database, path)
    built = run_dbt(database, ["build"])
    assert [f"{node.name}: {node.message}" for node in built.failed] == []
    assert built.success, built.error
    kinds = {node.kind for node in built.nodes}
    assert kinds >= {"model", "seed", "test", "unit_test"}
    assert rows(database, "select outcome from kv_to_tables.runs") == [("done",)]
    before = rows(database, "select count(*) from kv_to_tables.runs")
    tested = run_dbt(database, ["test", "--exclude-resource-types", "unit_test"])
    assert tested.success
    assert len(tested.nodes) > 30
    assert rows(database, "select count(*) from kv_to_tables.runs") == before
