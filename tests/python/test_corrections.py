"""Corrections mend rejects without touching the store, and `rejects` says what to correct."""

from __future__ import annotations

import csv
import stat
from pathlib import Path
from typing import Any

import pytest
from helpers import execute, load_documents, rows, run

from scripts.corrections import Corrections, check_corrections, find_corrections
from scripts.errors import Exit, KvError, UsageError
from scripts.rejects import read_rejects, write_template
from scripts.settings import Target
from scripts.verify import verify

STORE: dict[str, Any] = {
    "client:production:c1": {"id": "c1", "name": "Orchid Freight", "createdAt": "2026-01-01"},
    "site:production:s1": {"id": "s1", "clientId": "c1", "name": "Orchid", "slug": "orchid"},
    "client:production:c2": {
        "id": "c2",
        "name": " Nimbus ",
        "contactEmail": "nobody",
        "clientCode": "N-1",
    },
}


def corrections_file(tmp_path: Path, *lines: str, mode: int = 0o600) -> str:
    path = tmp_path / "corrections.csv"
    path.write_text("\n".join(("key,field,value,reason", *lines)) + "\n", encoding="utf-8")
    path.chmod(mode)
    return str(path)


def test_a_correction_mends_a_reject_and_what_waits_for_it(
    database: Target, tmp_path: Path
) -> None:
    load_documents(database, tmp_path, STORE)
    before = rows(database, "select key, value::text from kv_store_6fcaeea3 order by key")
    first = run(database)
    assert first.exit_code == Exit.REJECTS
    found = read_rejects(database)
    assert found.records == 3
    assert [(root.root_key, root.waiting) for root in found.roots] == [("client:production:c1", 1)]
    by_code = {(reason.entity, reason.code): reason.records for reason in found.reasons}
    assert by_code == {
        ("clients", "contact_email_missing"): 1,
        ("clients", "contact_email_malformed"): 1,
        ("sites", "client_rejected"): 1,
    }
    template = tmp_path / "to-fill-in.csv"
    assert write_template(found, template) == 2
    assert stat.S_IMODE(template.stat().st_mode) == 0o600
    with template.open(encoding="utf-8", newline="") as file:
        lines = list(csv.DictReader(file))
    assert [(line["key"], line["field"], line["value"], line["reason"]) for line in lines] == [
        ("client:production:c1", "contactEmail", "", "contact_email_missing"),
        ("client:production:c2", "contactEmail", "", "contact_email_malformed"),
    ]
    for line, value in zip(lines, ("ops@orchid.example", "ops@nimbus.example"), strict=True):
        line["value"] = value
    with template.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, lines[0])
        writer.writeheader()
        writer.writerows(lines)

    outcome = run(database, corrections=str(template))
    assert outcome.failures == []
    assert outcome.exit_code == Exit.DONE
    assert rows(database, "select name, contact_email from clients order by name") == [
        ("Nimbus", "ops@nimbus.example"),
        ("Orchid Freight", "ops@orchid.example"),
    ]
    assert rows(database, "select slug from sites") == [("orchid",)]
    corrected = (
        "select source_key, field, before #>> '{}', after #>> '{}' from kv_to_tables.changes"
        " where rule = 'corrected' order by source_key"
    )
    assert rows(database, corrected) == [
        ("client:production:c1", "$.contactEmail", None, "ops@orchid.example"),
        ("client:production:c2", "$.contactEmail", "nobody", "ops@nimbus.example"),
    ]
    assert rows(database, "select key, value::text from kv_store_6fcaeea3 order by key") == before
    digests = "select corrections_hash from kv_to_tables.runs order by started_at"
    assert rows(database, digests) == [(None,), (find_corrections(str(template)).digest,)]
    assert verify(database, "public", "kv_to_tables", frozen=True).failures() == []

    # A row that no longer holds what was corrected is found out.
    rows(database, "update clients set contact_email = 'x@y.example' where client_code = 'N-1'"
         " returning 1")  # fmt: skip
    failed = [
        check for check in verify(database, "public", "kv_to_tables").checks if not check.passed
    ]
    assert "clients: rows hold what the changes say" in {check.name for check in failed}

    # Without the file the corrections are gone, and the records are rejects again.
    assert run(database).exit_code == Exit.REJECTS


@pytest.mark.slow
def test_a_correction_reaches_any_depth_and_the_whole_document(
    database: Target, tmp_path: Path
) -> None:
    load_documents(
        database,
        tmp_path,
        {
            "client:production:c1": {"id": "c1", "name": "Orchid", "contactEmail": "a@b.example"},
            "site:production:s1": {"id": "s1", "clientId": "c1", "name": "Orchid", "slug": "o"},
            "gift:production:g1": {"id": "g1", "name": "Mug", "sku": "M", "price": 5},
            "gift:production:g2": "no gift",
        },
    )
    outcome = run(
        database,
        corrections=corrections_file(
            tmp_path,
            "site:production:s1,settings.availabilityStartDate,2026-02-01T00:00:00Z,the owner said",
            'gift:production:g1,price,5.50,"it was raised"',
            'gift:production:g2,$,"{""id"": ""g2"", ""name"": ""Cup"", ""price"": 2}",it was cut',
        ),
    )
    assert outcome.failures == []
    assert outcome.exit_code == Exit.DONE
    assert rows(database, "select selection_start_date::text from sites") == [
        ("2026-02-01 00:00:00+00",)
    ]
    assert rows(database, "select name, price::text from products order by name") == [
        ("Cup", "2.00"),
        ("Mug", "5.50"),
    ]
    assert verify(database, "public", "kv_to_tables", frozen=True).failures() == []


def test_a_correction_that_meets_no_record_stops_the_run_and_is_named(
    database: Target, tmp_path: Path
) -> None:
    load_documents(database, tmp_path, {**STORE, "clients:all": []})
    nowhere = corrections_file(tmp_path, "client:production:c9,name,Nobody,a slip of the pen")
    with pytest.raises(UsageError, match="client:production:c9"):
        run(database, corrections=nowhere)
    no_record = corrections_file(tmp_path, "clients:all,name,Nobody,a slip of the pen")
    outcome = run(database, corrections=no_record)
    assert "clients:all" in " ".join(outcome.failures)
    assert rows(database, "select to_regclass('public.clients')::text") == [(None,)]


def test_whoever_forgets_the_corrections_of_the_run_before_is_warned(
    database: Target, tmp_path: Path
) -> None:
    load_documents(database, tmp_path, STORE)
    file = corrections_file(tmp_path, "client:production:c1,name,Orchid,a slip of the pen")
    execute(
        database,
        "create schema kv_to_tables",
        "create table kv_to_tables.runs (outcome text, corrections_hash text,"
        " started_at timestamptz default now())",
    )
    assert check_corrections(database, Corrections()) == ""
    execute(database, "insert into kv_to_tables.runs values ('done', 'a digest')")
    assert "had corrections" in check_corrections(database, Corrections())
    assert check_corrections(database, find_corrections(file)) == ""


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("a,b", "four columns"),
        ("client:1,,x,why", "no key or no field"),
        (",name,x,why", "no key or no field"),
        ("client:1,a..b,x,why", "no key or no field"),
        ("client:1,name,x,", "no reason"),
        ("client:1,name,x,why\nclient:1,name,y,why", "second time"),
    ],
)
def test_a_bad_line_is_named_by_its_number(tmp_path: Path, line: str, said: str) -> None:
    with pytest.raises(UsageError, match=said) as raised:
        find_corrections(corrections_file(tmp_path, line))
    assert "Line " in raised.value.message


def test_a_value_is_json_and_what_is_no_json_is_text(tmp_path: Path) -> None:
    file = corrections_file(
        tmp_path,
        "k,a,007,why",
        "k,b,1.50,why",
        "k,c,true,why",
        'k,d,"""007""",why',
        "k,e,2026-01-01,why",
        "k,f,,not known yet",
    )
    found = find_corrections(file)
    assert [row.value for row in found.rows] == ['"007"', "1.50", "true", '"007"', '"2026-01-01"']
    assert found.unfilled == 1


def test_a_file_that_others_may_read_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="chmod 600"):
        find_corrections(corrections_file(tmp_path, mode=0o644))
    with pytest.raises(UsageError, match="There is no corrections file"):
        find_corrections(str(tmp_path / "nowhere.csv"))
    assert find_corrections("").rows == ()


def test_a_value_postgresql_cannot_store_is_named(database: Target, tmp_path: Path) -> None:
    load_documents(database, tmp_path, STORE)
    file = corrections_file(tmp_path, r'client:production:c1,name,"""a\u0000b""",why')
    with pytest.raises(UsageError, match="name of client:production:c1"):
        run(database, corrections=file)


def test_rejects_before_any_run_says_so(database: Target) -> None:
    with pytest.raises(KvError, match="No run has judged"):
        read_rejects(database)
