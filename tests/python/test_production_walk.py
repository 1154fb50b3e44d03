"""From an empty machine to a cut-over production, on two servers, by the commands of the guide."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from driver import environment
from helpers import load_documents, rows
from live_database import CLAIMS, claiming_documents, live_fingerprint, make_live
from psycopg.types.json import Jsonb
from test_servers import other_server

from scripts.connection import connect
from scripts.settings import ROOT, Target

pytestmark = pytest.mark.slow


@dataclass
class Machine:
    """The operator's machine: where commands run, and the two databases they reach."""

    prod: Target
    copy: Target
    folder: Path

    def invoke(self, *arguments: str, said: str = "") -> subprocess.CompletedProcess[str]:
        """Run a command as the operator does; `said` is what is typed."""
        variables = environment(
            self.prod,
            "PROD",
            KV_PROD_SSLMODE="disable",
            KV_RUNS_DIR=str(self.folder / "runs"),
            KV_BACKUPS_DIR=str(self.folder / "backups"),
        )
        variables |= {
            name: value
            for name, value in environment(self.copy, "PROD_COPY").items()
            if name.startswith("KV_PROD_COPY_")
        }
        return subprocess.run(
            [sys.executable, "-m", "invoke", *arguments],
            cwd=ROOT,
            env=variables,
            input=said,
            capture_output=True,
            text=True,
            check=False,
        )

    def does(self, *arguments: str, said: str = "", code: int = 0) -> str:
        """Run a command that must end with that code; give what it printed."""
        ended = self.invoke(*arguments, said=said)
        assert ended.returncode == code, ended.stdout + ended.stderr
        return ended.stdout + ended.stderr

    def history(self) -> list[tuple[str, str, str]]:
        """Read kind, target and outcome of each step."""
        lines = (self.folder / "runs" / "history.jsonl").read_text().splitlines()
        return [(x["kind"], x["target"], x["outcome"]) for x in map(json.loads, lines)]


@pytest.fixture
def machine(database: Target, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Machine]:
    """Give production, live and with a store, and an empty server for its copy."""
    make_live(database)
    load_documents(database, tmp_path, claiming_documents())
    with other_server(tmp_path / "pg", monkeypatch, KV_EMBEDDED_VERSION="16") as copy:
        yield Machine(database, copy, tmp_path / "operator")


def test_the_walk_to_a_production_that_is_cut_over(machine: Machine, tmp_path: Path) -> None:
    production = live_fingerprint(machine.prod, versions=True)
    forward = ("--approved-by=the owner", "--yes")
    corrections = tmp_path / "corrections.csv"
    lines = [f'{key},id,"""{row}""",the same' for key, (_, row) in CLAIMS.items()]
    corrections.write_text("\n".join(["key,field,value,reason", *lines]) + "\n")
    corrections.chmod(0o600)
    corrected = f"--corrections={corrections}"

    # Without the road nothing goes; what is missing is named in order.
    refused = machine.does("migrate", "--target=prod", *forward, said="prod\n", code=1)
    assert "6 steps are missing" in refused
    assert refused.index("invoke preflight") < refused.index("invoke copy")

    assert "collisions: sites" in machine.does("preflight", "--target=prod")
    machine.does("copy", "--source=prod", "--target=prod-copy")
    machine.does("migrate", "--target=prod-copy", "--dry-run", corrected)
    machine.does("migrate", "--target=prod-copy", corrected)
    machine.does("verify", "--target=prod-copy")
    machine.does("rollback", "--target=prod-copy", "--confirm")
    assert live_fingerprint(machine.prod, versions=True) == production

    # The name has to be typed.
    machine.does("migrate", "--target=prod", *forward, corrected, said="production\n", code=2)
    machine.does("migrate", "--target=prod", corrected, said="prod\n", code=2)
    assert live_fingerprint(machine.prod, versions=True) == production
    report = machine.does("migrate", "--target=prod", *forward, corrected, said="prod\n")
    assert "Backed up to" in report
    machine.does("verify", "--target=prod")
    assert rows(machine.prod, "select count(*) from public.orders") == [(13,)]

    # The application goes on writing; catch up, cut over, and nobody writes the store any more.
    with connect(machine.prod) as connection:
        connection.execute(
            "update public.kv_store_6fcaeea3 set value = value || %s"
            " where key = 'order:production:order-101'",
            (Jsonb({"customerName": "Ada Quince"}),),
        )
    machine.does(
        "migrate", "--target=prod", *forward, corrected, "--watch", "--until=0", said="prod\n"
    )
    said = machine.does("cutover", "--target=prod", *forward, corrected, "--guard", said="prod\n")
    assert "no key differs" in said
    assert rows(
        machine.prod,
        "select customer_name from public.orders where order_number = 'ORD-20260110-NIMBUS'",
    ) == [("Ada Quince",)]
    with pytest.raises(Exception, match="closed to writers"), connect(machine.prod) as connection:
        connection.execute("delete from public.kv_store_6fcaeea3")

    kinds = [kind for kind, _, outcome in machine.history() if outcome in ("done", "rejects")]
    assert kinds == [
        *("preflight", "copy", "dry_run", "backup", "migrate", "verify", "backup", "rollback"),
        *("backup", "migrate", "verify", "backup", "migrate", "backup", "migrate", "cutover"),
    ]
    assert "cutover" in machine.does("history", "--target=prod")
    assert (machine.folder / "runs" / "history.jsonl").stat().st_mode & 0o077 == 0
