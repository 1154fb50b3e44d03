"""`invoke trace`: every key's journey agrees with the ledger, and shows neither secret nor person."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import canaries
import pytest
from helpers import (
    Kept,
    execute,
    fingerprint,
    load_documents,
    new_database,
    rows,
    set_field,
    take_out,
)
from psycopg import sql
from rich.console import Console
from test_tasks import invoke

from scripts import console
from scripts.connection import connect
from scripts.errors import Exit, KvError, UsageError
from scripts.masking import WITHHELD, without_secrets
from scripts.settings import ENTITIES, Target, project_vars
from scripts.site import journey as pages
from scripts.trace import read_trace
from scripts.trace.compare import differences
from scripts.trace.terminal import print_journey


@pytest.fixture
def sample(server: Target, migrated_sample: Kept) -> Iterator[Target]:
    with new_database(server, migrated_sample.dbname) as target:
        yield target


def some_keys(target: Target, each: int = 3) -> list[tuple[Any, ...]]:
    """Give keys of every entity, class and rule."""
    return rows(
        target,
        "select source_key, entity, key_class, target_id::text, reject_codes, root_key, winner_key"
        " from (select *, row_number() over (partition by entity, key_class, reject_codes"
        " order by source_key) as turn from kv_to_tables.record_ledger) as ledger where turn <= %s"
        " union select ledger.source_key, ledger.entity, key_class, target_id::text, reject_codes,"
        " root_key, winner_key from kv_to_tables.record_ledger as ledger inner join"
        " (select min(source_key) as source_key from kv_to_tables.recorded_changes"
        " group by entity, rule) as ruled on ledger.source_key = ruled.source_key",
        each,
    )


def test_every_record_is_told_as_the_ledger_has_it(sample: Target) -> None:
    keys = some_keys(sample)
    assert len(keys) > 100
    classes, compared = set(), set()
    for key, entity, key_class, target_id, codes, root_key, winner_key in keys:
        journey = read_trace(sample, key, show_persons=True)
        assert (journey.key, journey.entity, journey.key_class) == (key, entity, key_class)
        assert ",".join(reason.code for reason in journey.reasons) == (codes or "")
        assert all(reason.meaning and reason.mend for reason in journey.reasons), key
        assert (journey.root_key, journey.winner_key) == (root_key, winner_key)
        assert journey.target_id == (target_id if key_class == "migrated" else None)
        if key_class == "migrated":
            assert journey.row is not None
            assert journey.row["id"] == target_id
            assert journey.comparison in ("equal", "same"), (key, journey.differences)
            compared.add(journey.comparison)
            if journey.comparison == "equal":
                assert journey.rebuilt == decoded(journey.document), key
        classes.add((entity, key_class))
    assert classes >= {(entity, word) for entity in ENTITIES for word in ("migrated", "rejected")}
    assert compared == {"equal", "same"}


def decoded(value: Any) -> Any:
    while isinstance(value, str):
        value = json.loads(value)
    return value


def test_staging_says_which_field_fed_which_column(database: Target, tmp_path: Path) -> None:
    from helpers import run

    load_documents(
        database,
        tmp_path,
        {
            "client:production:c-1": {
                "name": "Orchid",
                "contactEmail": "canary-1@b.example",
                "contact_email": "",
                "status": "active",
                "extra": {"a": 1},
            },
            "client:production:c-2": {"name": "Nimbus"},
            "site:production:s-1": {"clientId": "c-2", "name": "Shop", "expiryDate": "2026-03-01"},
        },
    )
    run(database)
    journey = read_trace(database, "client:production:c-1")
    fed = {each.column: (each.field, each.stated) for each in journey.staging}
    assert fed["contact_email"] == ("contactEmail", "c… (18 characters)")
    assert fed["name"] == ("name", "O… (6 characters)")
    assert fed["client_code"] == (None, None)
    assert {(change.field, change.rule) for change in journey.changes} >= {
        ("id", "from_key"),
        ("created_at", "default"),
        ("client_has_employee_data", "column_default"),
    }
    assert journey.leftovers == {"contact_email": "", "extra": {"a": 1}}
    waiting = read_trace(database, "site:production:s-1")
    assert [reason.code for reason in waiting.reasons] == ["client_rejected"]
    assert waiting.root_key == "client:production:c-2"
    assert [reason.code for reason in waiting.root_reasons] == ["contact_email_missing"]
    assert "contact_email" in waiting.root_reasons[0].mend
    fed = {each.column: each.field for each in waiting.staging}
    assert fed["selection_end_date"] == "expiryDate"


def test_an_element_and_a_row_are_found_as_well(sample: Target) -> None:
    ((key, entity),) = rows(
        sample, "select source_key, entity from kv_to_tables.element_ledger order by 1 limit 1"
    )
    element = read_trace(sample, key)
    assert (element.found_as, element.entity, element.has_document) == (
        "element of a list",
        entity,
        True,
    )
    assert element.classification["list"] == key.rpartition(":")[0]
    for entity in ENTITIES:
        ((row_id, key),) = rows(
            sample,
            "select target_id::text, source_key from kv_to_tables.key_ledger"
            " where entity = %s and key_class = 'migrated' order by source_key limit 1",
            entity,
        )
        by_row = read_trace(sample, row_id, show_persons=True)
        assert (by_row.key, by_row.entity, by_row.found_as) == (key, entity, "id of a final row")
        assert by_row.row == read_trace(sample, key, show_persons=True).row


def test_a_row_without_a_key_says_so(sample: Target) -> None:
    execute(
        sample,
        "insert into clients (id, name, contact_email) values"
        " ('00000000-0000-4000-8000-000000000009', 'Anna Smith', 'anna@mail.example')",
    )
    journey = read_trace(sample, "00000000-0000-4000-8000-000000000009")
    assert journey.key is None
    assert journey.row is not None
    assert journey.row["contact_email"] == "a… (17 characters)"
    assert "no key" in journey.sentence


def test_what_differs_is_named(sample: Target) -> None:
    key, row_id = rows(
        sample,
        "select source_key, target_id from kv_to_tables.key_ledger as ledger"
        " where entity = 'orders' and key_class = 'migrated' and not exists (select from"
        " kv_to_tables.recorded_changes as changes where changes.source_key = ledger.source_key"
        " and field in ('status', '$')) order by 1 limit 1",
    )[0]
    assert read_trace(sample, key).comparison in ("equal", "same")
    with connect(sample) as connection:
        connection.execute(
            "update orders set status = 'cancelled', cancelled_at = now() where id = %s", (row_id,)
        )
    journey = read_trace(sample, key)
    assert journey.comparison == "different"
    paths = {each.path for each in journey.differences if not each.excuse}
    assert "status" in paths


def test_a_store_that_went_on_is_told(sample: Target) -> None:
    changed, gone = (
        key
        for (key,) in rows(
            sample,
            "select source_key from kv_to_tables.key_ledger where key_class = 'migrated'"
            " and source_key like 'catalogs:%' order by 1 limit 2",
        )
    )
    set_field(sample, changed, "name", "Other")
    take_out(sample, gone)
    execute(sample, "insert into kv_store_6fcaeea3 values ('catalogs:new', '{\"id\": \"new\"}')")
    journey = read_trace(sample, changed)
    assert "another one since the last run" in journey.notes[0]
    assert journey.comparison.startswith("Not compared")
    journey = read_trace(sample, gone)
    assert "no longer in the store" in journey.notes[0]
    assert (journey.has_document, journey.key_class) == (False, "migrated")
    assert journey.row is not None
    journey = read_trace(sample, "catalogs:new")
    assert "came after the last run" in journey.notes[0]
    assert journey.key_class is None


def test_keys_of_other_classes_are_told(sample: Target) -> None:
    classes = rows(
        sample,
        "select min(source_key), key_class from kv_to_tables.key_ledger"
        " where key_class not in ('migrated', 'merged', 'rejected', 'soft_deleted')"
        " group by key_class, family",
    )
    assert {word for _, word in classes} >= {"derived", "withheld", "other_family"}
    for key, key_class in classes:
        journey = read_trace(sample, key)
        assert journey.key_class == key_class
        assert journey.row is None
        assert journey.sentence.startswith("It ")
        if key_class == "withheld":
            assert read_trace(sample, key, show_persons=True).document == WITHHELD


def test_what_decided_is_told(sample: Target) -> None:
    for key_class, words in (
        ("merged", ("states the newer update", "comes first", "smaller key")),
        ("soft_deleted", ("eleted` says so", "eletedAt` says so", "deleted_at` says so")),
    ):
        keys = rows(
            sample,
            "select source_key from kv_to_tables.record_ledger"
            " where key_class = %s and ordinal is null order by source_key limit 20",
            key_class,
        )
        told = [read_trace(sample, key).decision for (key,) in keys]
        assert told
        assert all(any(word in each for word in words) for each in told), told


def test_a_copy_of_a_rejected_winner_says_that_no_row_holds_it(sample: Target) -> None:
    found = rows(
        sample,
        "select copy.source_key, winner.reject_codes from kv_to_tables.record_ledger as copy"
        " join kv_to_tables.record_ledger as winner on copy.winner_key = winner.source_key"
        " where copy.key_class = 'merged' and winner.key_class = 'rejected'"
        " order by copy.source_key limit 3",
    )
    assert found
    for key, codes in found:
        told = read_trace(sample, key).decision
        assert told.endswith("no row holds this record.")
        assert codes.split(",")[0] in told


def test_corrections_are_told_of_a_record_that_stays_rejected(sample: Target) -> None:
    key = next(key for key, _, of, *_ in some_keys(sample, 1) if of == "rejected")
    with connect(sample) as connection:
        connection.execute(
            "insert into kv_to_tables.corrections values (%s, 'totalValue', '1', 'a test')", (key,)
        )
    assert any("corrections of totalValue" in note for note in read_trace(sample, key).notes)
    execute(sample, "delete from kv_to_tables.corrections")


def test_an_unknown_key_is_one_sentence_with_what_is_near(sample: Target) -> None:
    ((key, record_id),) = rows(
        sample,
        "select source_key, record_id from kv_to_tables.key_ledger where key_class = 'migrated'"
        " and source_key like 'order:production:ORD%' order by 1 limit 1",
    )
    with pytest.raises(UsageError) as raised:
        read_trace(sample, key[:-1] + "?")
    assert raised.value.code == Exit.USAGE
    assert key in raised.value.remedy
    with pytest.raises(UsageError, match="its keys are") as raised:
        read_trace(sample, record_id)
    assert key in raised.value.remedy
    with pytest.raises(UsageError, match="Keys begin with client:"):
        read_trace(sample, "cleint:production:c-1")
    with pytest.raises(UsageError) as raised:
        read_trace(sample, "employee:production:anna.smith@mail.example")
    assert "anna" not in str(raised.value)
    execute(
        sample,
        "insert into kv_to_tables.key_ledger (source_key, key_class)"
        " values ('employee:site-1:anna.smith', 'rejected')",
    )
    with pytest.raises(UsageError) as raised:
        read_trace(sample, "employee:site-1:anna.smit")
    assert "anna" not in str(raised.value)
    assert "employee:site-1:a… (10 characters)" in raised.value.remedy


def test_before_any_run_it_says_so(database: Target) -> None:
    with pytest.raises(KvError, match="No run has judged the store"):
        read_trace(database, "client:production:c-1")


def test_it_writes_nothing(sample: Target) -> None:
    before = fingerprint(sample)
    for key, *_ in some_keys(sample, 1)[:20]:
        read_trace(sample, key)
    assert fingerprint(sample) == before


def test_the_terminal_shows_every_step_within_80_columns(
    sample: Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    of_each = {(entity, key_class): key for key, entity, key_class, *_ in some_keys(sample, 1)}
    assert len(of_each) > 15
    for (_, key_class), key in of_each.items():
        with monkeypatch.context() as patch:
            terminal = Console(width=80, highlight=False, force_terminal=True, color_system=None)
            patch.setattr(console, "out", terminal)
            with console.out.capture() as said:
                print_journey(read_trace(sample, key))
        text = said.get()
        steps = "12345678" if key_class == "migrated" else "1234"
        for step in steps:
            assert f"\n{step}. " in text, (key, step)
        # Sentences are wrapped by the terminal itself, also in rows that are lists of their own.
        sentences = ("!", "It ", "For ", "More: ", f"{read_trace(sample, key).key}:")
        sentences += ("meaning ", "mend ", "stated ", "after ", "before ", "winner ", "root ")
        tables = [line for line in text.splitlines() if not line.startswith(sentences)]
        assert [line for line in tables if len(line) > 80] == [], key


def test_without_its_table_a_row_is_told_and_not_rebuilt(
    server: Target, migrated_sample: Kept
) -> None:
    with new_database(server, migrated_sample.dbname, "kv_without") as target:
        keys = some_keys(target, 1)
        key = next(key for key, entity, of, *_ in keys if (entity, of) == ("orders", "migrated"))
        execute(target, "drop table public.orders")
        journey = read_trace(target, key)
    assert journey.row is None
    assert "a rollback has taken it" in (journey.comparison or "")


def test_what_is_withheld_is_printed_as_withheld(
    sample: Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    ((key, field),) = rows(
        sample,
        "select source_key, field from kv_to_tables.recorded_changes"
        " where rule = 'withheld' and field like '%%.0.%%' and entity = 'clients' limit 1",
    )
    monkeypatch.setattr(console, "out", Console(width=120, highlight=False))
    with console.out.capture() as said:
        print_journey(read_trace(sample, key))
    lines = [line for line in said.get().splitlines() if field.removeprefix("$.") in line]
    assert len(lines) == 2, "a change and a difference"
    assert all('"[withheld]"' in line for line in lines)


def test_values_are_shown_on_a_terminal_only() -> None:
    ended = invoke("trace", "client:production:c-1", "--show-values")
    assert ended.returncode == Exit.USAGE
    assert "the output is no terminal" in ended.stderr


def test_json_has_every_step(sample: Target) -> None:
    journey = read_trace(sample, some_keys(sample, 1)[0][0])
    content = json.loads(json.dumps(journey.as_dict(), default=str))
    assert {"document", "classification", "staging", "reasons", "row", "changes"} <= set(content)


def test_what_is_withheld_is_what_the_models_withhold(sample: Target) -> None:
    """The function of the models and the one of Python are written apart."""
    words = "|".join(project_vars()["secret_names"]).replace(" ", "[-_ ]?")
    counted = 0
    for document in canaries.store()[1].values():
        with connect(sample, read_only=True) as connection:
            row = connection.execute(
                sql.SQL("select kv_to_tables.secret_paths(%s, %s)"),
                (json.dumps(document), f"({words})s?"),
            ).fetchone()
        wanted = {tuple(path) for path, _ in (row[0] if row and row[0] else ())}
        found = {
            each.path
            for each in differences(
                document, without_secrets(document), withheld=(), instants=(), overruled=()
            )
        }
        found_at = {
            path[: len(other)] for path in found for other in wanted if path[: len(other)] == other
        }
        assert found_at == wanted, document
        assert all(any(path[: len(other)] == other for other in wanted) for path in found), document
        counted += len(wanted)
    assert counted > 40


def test_differences_are_those_of_jsonb() -> None:
    stored = {
        "a": 1,
        "b": True,
        "at": "2026-01-05T08:00:00Z",
        "s": {"pwd": "x"},
        "n": [1, 2],
        "t": 1,
    }
    rebuilt = {
        "a": 1.0,
        "b": 1,
        "at": "2026-01-05T09:00:00+01:00",
        "s": {"pwd": WITHHELD},
        "n": [1],
        "t": 2,
    }
    found = differences(stored, rebuilt, withheld={"$.s.pwd"}, instants={"at"}, overruled={"t"})
    assert {".".join(each.path): bool(each.excuse) for each in found} == {
        "b": False,
        "at": True,
        "s.pwd": True,
        "n.1": False,
        "t": True,
    }
    assert (
        differences(
            {"at": "2026-01-05T08:00:00Z"},
            {"at": "2026-01-05T09:00:00Z"},
            withheld=(),
            instants={"at"},
            overruled=(),
        )[0].excuse
        == ""
    )


def test_the_pages_show_a_journey_of_each_entity_and_no_person(sample: Target) -> None:
    found = pages.render(sample)
    assert [slug for slug, _, _ in found] == [f"journey-{entity}" for entity in ENTITIES]
    assert found == pages.render(sample)
    text = "".join(content for _, _, content in found)
    persons = {
        word
        for (word,) in rows(
            sample,
            "select email from employees union select first_name || ' ' || last_name from employees"
            " union select customer_name from orders union select customer_email from orders"
            " union select contact_email from clients",
        )
        if word
    }
    assert len(persons) > 100
    assert [word for word in persons if word in text] == []
    for _, _, content in found:
        for step in ("migrated-document", "migrated-rebuilt", "rejected-verdict"):
            assert f'id="{step}"' in content
        assert "<th scope=" in content


def test_no_trace_and_no_page_shows_a_canary(
    database: Target, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from helpers import run

    documents = canaries.store()[1]
    load_documents(database, tmp_path, documents)
    run(database, allow_unclassified=True)
    monkeypatch.setattr(console, "out", Console(width=80, highlight=False))
    for key in documents:
        with console.out.capture() as said:
            print_journey(read_trace(database, key), verbose=True)
        shown = (said.get() + json.dumps(read_trace(database, key).as_dict(), default=str)).encode()
        assert canaries.PERSON.findall(shown) == [], key
        asked_for = set(canaries.SECRET.findall(key.encode()))
        assert set(canaries.SECRET.findall(shown)) == asked_for, key
        to_all = json.dumps(read_trace(database, key, show_persons=True).as_dict(), default=str)
        assert set(canaries.SECRET.findall(to_all.encode())) == asked_for, key
    pages_shown = "".join(content for _, _, content in pages.render(database)).encode()
    assert canaries.PERSON.findall(pages_shown) == []


def test_what_a_page_shows_is_escaped(database: Target, tmp_path: Path) -> None:
    from helpers import run

    name = "<script>alert(1)</script>"
    load_documents(database, tmp_path, {"catalogs:k-1": {"id": "k-1", "name": name, "type": "erp"}})
    run(database)
    ((_, _, content),) = pages.render(database)
    assert name not in content
    assert "&lt;script&gt;" in content
