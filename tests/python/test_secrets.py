"""No secret leaves the store, and no person leaves the database, whatever a user runs.

The store has canaries in every place; everything a user runs is run over it, on a server that logs
all it can; then every byte that was written is searched.
"""

from __future__ import annotations

import csv
import gzip
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import LiteralString

import canaries
import psycopg
import pytest
from canaries import PERSON, SECRET, STRANGER
from psycopg import sql

from scripts import embedded
from scripts.connection import connect, conninfo
from scripts.dbt_runner import run_dbt
from scripts.settings import ROOT, Target

# What a server can be told to log; the embedded one logs nothing of it by itself.
LOUD = {
    "log_min_messages": "debug1",
    "log_statement": "all",
    "log_min_error_statement": "debug1",
    "log_min_duration_statement": "0",
    "log_error_verbosity": "verbose",
    "log_parameter_max_length": "-1",
    "log_parameter_max_length_on_error": "-1",
}
CORRECTIONS = [
    ("catalogs:k-6", "source.apiConfig.credentials", '"{}"', "in a secret field"),
    ("catalogs:k-6", "source.fileConfig", '{{"ftpPassword": "{}"}}', "around a secret field"),
]


@dataclass
class Everything:
    """All that the commands left behind, to be searched."""

    target: Target
    places: dict[str, str]
    folder: Path
    said: dict[str, str] = field(default_factory=dict)
    codes: dict[str, int] = field(default_factory=dict)

    def found(self, pattern: re.Pattern[bytes], text: bytes) -> set[str]:
        """Name the place of every canary in a text."""
        words = {word.decode().lower() for word in pattern.findall(text)}
        return {f"{word} ({self.places.get(word, 'of a command')})" for word in words}

    def in_files(self, pattern: re.Pattern[bytes]) -> dict[str, set[str]]:
        """Search every file that was written, and every output."""
        written = [path for path in self.folder.rglob("*") if path.is_file()]
        written += [path for path in (ROOT / "site").rglob("*") if path.is_file()]
        texts = {str(path): _unpacked(path) for path in written}
        texts |= {f"output of {name}": text.encode() for name, text in self.said.items()}
        found = {name: self.found(pattern, text) for name, text in texts.items()}
        return {name: words for name, words in found.items() if words}

    @property
    def log(self) -> Path:
        """Find the server's own log."""
        return next(self.folder.parent.glob("server/*/server.log"))

    def in_log(self, pattern: re.Pattern[bytes]) -> dict[str, set[str]]:
        """Give the first lines of the server's log that hold canaries."""
        lines = self.log.read_bytes().splitlines()
        found = {line.decode()[:300]: self.found(pattern, line) for line in lines}
        return {line: words for line, words in found.items() if words}

    def in_tables(self, pattern: re.Pattern[bytes]) -> dict[str, set[str]]:
        """Search every column of every table and view but the store itself."""
        found: dict[str, set[str]] = {}
        with connect(self.target) as connection:
            columns = connection.execute(
                "select table_schema, table_name, column_name from information_schema.columns"
                " where table_schema in ('public', 'kv_to_tables') and table_name <> %s",
                (self.target.kv_table,),
            ).fetchall()
            for schema, table, column in columns:
                query = sql.SQL("select string_agg({}::text, chr(10)) from {}")
                row = connection.execute(
                    query.format(sql.Identifier(column), sql.Identifier(schema, table))
                ).fetchone()
                words = self.found(pattern, (row[0] or "").encode()) if row else set()
                if words:
                    found[f"{schema}.{table}.{column}"] = words
        return found


def _unpacked(path: Path) -> bytes:
    content = path.read_bytes()
    return gzip.decompress(content) if content.startswith(b"\x1f\x8b") else content


pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def everything(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Everything]:
    """Run all that a user runs, over the store of canaries."""
    base = tmp_path_factory.mktemp("secrets")
    folder = base / "written"
    for name in ("runs", "target", "tmp"):
        (folder / name).mkdir(parents=True)
    planted, documents = canaries.store()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KV_EMBEDDED_DIR", str(base / "server"))
        patch.setenv("KV_RUNS_DIR", str(folder / "runs"))
        patch.setenv("DBT_TARGET_PATH", str(folder / "target"))
        patch.setenv("DBT_LOG_PATH", str(folder / "logs"))
        patch.setenv("TMPDIR", str(folder / "tmp"))
        running = embedded.ensure_running()
        target = Target("embedded", running.host, running.port, running.user, running.dbname)
        try:
            with psycopg.connect(conninfo(target), autocommit=True) as connection:
                for name, value in LOUD.items():
                    connection.execute(
                        sql.SQL("alter system set {} = {}").format(
                            sql.Identifier(name), sql.Literal(value)
                        )
                    )
                connection.execute("select pg_reload_conf()")
            all_of_it = Everything(target, planted.places, folder)
            _run_all(all_of_it, base, documents)
            yield all_of_it
        finally:
            embedded.reset()


def _run_all(done: Everything, base: Path, documents: dict[str, object]) -> None:
    def invoke(name: str, *arguments: str) -> None:
        program = Path(sys.executable).with_name("invoke")
        ended = subprocess.run(
            [str(program), *arguments], cwd=ROOT, capture_output=True, text=True, check=False
        )
        done.said[name] = ended.stdout + ended.stderr
        done.codes[name] = ended.returncode

    lines = [json.dumps({"key": key, "value": value}) for key, value in documents.items()]
    for number, bad in enumerate(_bad_lines(), 1):
        (base / f"bad{number}.jsonl").write_text("\n".join([*lines, bad]))
        invoke(f"load of bad line {number}", "load", str(base / f"bad{number}.jsonl"), "--verbose")
    (base / "store.jsonl").write_text("\n".join(lines))
    invoke("load", "load", str(base / "store.jsonl"))
    invoke("census", "census", "--verbose", f"--page={done.folder / 'census.html'}")
    invoke("gate", "migrate")
    allowed = ("migrate", "--allow-unclassified", "--verbose")
    # The operator's own file lies beside what the commands write.
    corrected = _corrections(base)
    invoke("dry run", *allowed, corrected, "--dry-run")
    invoke("migrate", *allowed, corrected)
    invoke("verify", "verify", "--verbose")
    invoke("status", "status", "--verbose")
    invoke("rollback", "rollback", "--json")
    # What is asked for stands in the server's log as it was asked; test_trace asks for every key.
    invoke("trace", "trace", "catalogs:k-1", "--verbose")
    invoke("trace as JSON", "trace", "catalogs:k-1", "--json")
    invoke("report", "report", f"--out={done.folder / 'status.md'}")
    invoke("report as JSON", "report", "--format=json")
    # A run that fails in the middle: a row violates what the application asks of its table.
    _quietly(
        done,
        "alter table employees add column of_the_application text not null default ''",
        "alter table employees alter column of_the_application drop default",
        "insert into kv_store_6fcaeea3 select replace(key, 'e-1', 'e-3'),"
        " value || '{\"id\": \"e-3\"}' from kv_store_6fcaeea3 where key like 'employee:%e-1'",
    )
    invoke("failing run", *allowed, corrected)
    _quietly(
        done,
        "alter table employees drop column of_the_application",
    )
    nobody = ("client:production:nobody", "name", "zqperson920", "meets no record")
    invoke("a correction that meets nothing", *allowed, _corrections(base, nobody), "--json")
    _quietly(done, "delete from kv_to_tables.corrections where source_key like '%nobody'")
    plain = run_dbt(done.target, ["build"], variables={"allow_unclassified": True})
    done.said["plain build"] = repr(plain)
    done.codes["plain build"] = int(not plain.success)
    invoke("docs", "docs")


def _bad_lines() -> list[str]:
    """Give lines that PostgreSQL alone refuses, each in another way, with canaries around."""
    inside = '"a": "zqsecret900", "b": "zqperson900@mail.example"'
    return [
        f'{{"key": "client:production:c-9", "value": {{{inside}, "n": 1e999999}}}}',
        f'{{"key": "client:production:c-9", "value": {{{inside}, "n": "\\ud800"}}}}',
        f'{{"key": "client:production:c-1", "value": {{{inside}}}}}',
    ]


def _corrections(folder: Path, *more: tuple[str, str, str, str]) -> str:
    """Write a file of corrections, each with a canary in its value; give the option that names it."""
    path = folder / "corrections.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("key", "field", "value", "reason"))
        for number, (key, field_path, value, reason) in enumerate(CORRECTIONS):
            writer.writerow((key, field_path, value.format(f"zqsecret{910 + number}"), reason))
        writer.writerows(more)
    path.chmod(0o600)
    return f"--corrections={path}"


def _quietly(done: Everything, *statements: LiteralString | sql.Composed) -> None:
    """Do what a user's own client would do; the server's log is not to hear of it."""
    with connect(done.target, autocommit=True) as connection:
        for name in LOUD:
            connection.execute(sql.SQL("reset {}").format(sql.Identifier(name)))
        connection.execute("set log_statement = none")
        connection.execute("set log_min_duration_statement = -1")
        connection.execute("set log_min_messages = log")
        for statement in statements:
            connection.execute(statement)


def test_every_canary_stands_in_the_store(everything: Everything) -> None:
    with connect(everything.target) as connection:
        row = connection.execute(
            "select string_agg(key || ' ' || value, ' ') from kv_store_6fcaeea3"
        ).fetchone()
    assert row
    assert [word for word in everything.places if word not in row[0]] == []


def test_the_commands_did_what_they_should(everything: Everything) -> None:
    wanted = dict.fromkeys(everything.codes, 0)
    wanted |= {f"load of bad line {number}": 1 for number in (1, 2, 3)}
    wanted |= dict.fromkeys(("gate", "failing run", "a correction that meets nothing"), 1)
    wanted |= dict.fromkeys(("dry run", "migrate"), 3)
    assert everything.codes == wanted, everything.said
    assert "model employees: " in everything.said["failing run"]


def test_no_file_and_no_output_holds_a_secret(everything: Everything) -> None:
    assert everything.in_files(SECRET) == {}


def test_no_file_and_no_output_holds_a_person(everything: Everything) -> None:
    assert everything.in_files(PERSON) == {}


def test_the_servers_log_holds_statements_and_no_canary(everything: Everything) -> None:
    assert "create table" in everything.log.read_text().lower()
    assert everything.in_log(SECRET) == {}
    assert everything.in_log(PERSON) == {}


def test_no_table_holds_a_secret(everything: Everything) -> None:
    found = everything.in_tables(SECRET)
    # The operator's own table says what the operator wrote; the id of a record is no secret part.
    words = {word for column, words in found.items() if not _is_exempt(column) for word in words}
    assert {word for word in words if "token as an id" not in word} == set(), found


def _is_exempt(column: str) -> bool:
    return column == "kv_to_tables.corrections.value"


def test_each_withheld_part_is_a_change_and_its_place_is_marked(everything: Everything) -> None:
    with connect(everything.target) as connection:
        changes = {
            field
            for (field,) in connection.execute(
                "select field from kv_to_tables.changes"
                " where source_key = 'catalogs:k-1' and rule = 'withheld'"
            )
        }
        source, settings = connection.execute(
            "select source, settings from catalogs where id in (select target_id"
            " from kv_to_tables.key_ledger where source_key = 'catalogs:k-1')"
        ).fetchone() or ({}, {})
    assert changes == {
        "$.source.apiConfig.credentials",
        "$.source.apiConfig.headers.X-API-Key",
        "$.source.fileConfig.ftpPassword",
        "$.source.mirrors.0.0.deep.ftp_password",
        "$.vault.secret",
        *(f"$.settings.{name}" for name in canaries.SECRET_NAMES),
    }
    assert source["apiConfig"]["credentials"] == "[withheld]"
    assert source["fileConfig"] == {"path": "/in", "ftpPassword": "[withheld]"}
    assert settings == dict.fromkeys(canaries.SECRET_NAMES, "[withheld]")


def test_an_encoded_document_and_a_text_that_is_json_hide_nothing(everything: Everything) -> None:
    with connect(everything.target) as connection:
        changes = set(
            connection.execute(
                "select source_key, field from kv_to_tables.changes where rule = 'withheld'"
                " and source_key like 'gift:%'"
            )
        )
        rejects = dict(
            connection.execute(
                "select source_key, document from kv_to_tables.rejects"
                " where source_key in ('catalogs:k-5', 'catalogs:k-7')"
            ).fetchall()
        )
    assert ("gift:production:g-3", "$.apiKey") in changes
    assert ("gift:production:g-4", "$.source.apiConfig.credentials") in changes
    assert rejects["catalogs:k-5"]["source"] == "[withheld]"
    assert rejects["catalogs:k-7"] == "[withheld]"


def test_no_table_holds_a_person_of_another_family(everything: Everything) -> None:
    assert everything.in_tables(STRANGER) == {}
