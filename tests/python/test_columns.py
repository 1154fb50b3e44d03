"""The page of columns says what feeds each column, and a document that moves proves it."""

from __future__ import annotations

from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from helpers import Kept, load_documents, new_database, rows, run
from psycopg import sql

from scripts.column_sources import codes_without_column, column_sources, names_of
from scripts.connection import connect
from scripts.rule_names import rule_meanings
from scripts.settings import ENTITIES, Target
from scripts.site import columns

# One column of each entity, what a document of it needs besides, and two values for it.
MOVED: dict[str, tuple[str, str, dict[str, Any], Any, Any]] = {
    "clients": (
        "client_address_line_1",
        "client:production:",
        {"name": "Orchid", "contactEmail": "a@b.example"},
        "1 Quay",
        "2 Quay",
    ),
    "catalogs": ("managed_by", "catalogs:", {"name": "Gifts", "type": "erp"}, "one", "two"),
    "sites": (
        "selection_end_date",
        "site:production:",
        {"name": "Shop", "clientId": "base"},
        "2026-03-01T00:00:00.000Z",
        "2026-04-01T00:00:00.000Z",
    ),
    "products": (
        "available_quantity",
        "gift:production:",
        {"name": "Mug", "price": 4, "catalogId": "base"},
        17,
        18,
    ),
    "employees": ("serial_card_number", "employee:base:", {"firstName": "A"}, "0017", "0018"),
    "orders": (
        "customer_name",
        "order:production:",
        {"siteId": "base", "customerEmail": "a@b.example", "totalAmount": 4},
        "One Name",
        "Two Name",
    ),
}


@pytest.fixture
def sample(server: Target, migrated_sample: Kept) -> Iterator[Target]:
    with new_database(server, migrated_sample.dbname) as target:
        yield target


def with_field(document: dict[str, Any], path: str, value: Any) -> dict[str, Any]:
    """Give a document that says something more under a path."""
    head, _, rest = path.partition(".")
    inside = with_field(document.get(head, {}), rest, value) if rest else value
    return {**document, head: inside}


def store(turn: int) -> dict[str, Any]:
    """Give, for each entity, a document without the field, and one for each path that has it."""
    documents: dict[str, Any] = {}
    for entity, (column, prefix, needed, *values) in MOVED.items():
        documents[f"{prefix}base"] = {"id": "base", **needed}
        for number, path in enumerate(names_of(entity, column)):
            value = values[turn]
            if entity == "employees":
                value = f"{value}{number}"  # no card twice at one site
            document = {"id": f"moved-{number}", **needed}
            documents[f"{prefix}moved-{number}"] = with_field(document, path, value)
    return documents


def held(target: Target, entity: str, column: str) -> dict[str, Any]:
    """Give what stands in a column, by the last part of the key."""
    with connect(target, read_only=True) as connection:
        return dict(
            connection.execute(
                sql.SQL(
                    "select record_id, to_jsonb(final.{column}) from kv_to_tables.key_ledger"
                    " inner join {entity} as final on target_id = final.id"
                ).format(column=sql.Identifier(column), entity=sql.Identifier(entity))
            ).fetchall()
        )


def test_a_field_that_moves_moves_its_column_and_no_other_row(
    database: Target, tmp_path: Path
) -> None:
    before: dict[str, dict[str, Any]] = {}
    for turn in (0, 1):
        load_documents(database, tmp_path, store(turn))
        assert run(database).failures == []
        # A column that nothing else may give is missing where none of its names is there.
        assert rows(database, "select source_key, reject_codes from kv_to_tables.rejects") == [
            ("order:production:base", "customer_name_missing")
        ]
        for entity, (column, _, _, *values) in MOVED.items():
            found = held(database, entity, column)
            names = names_of(entity, column)
            assert len(found) == len(names) + (entity != "orders"), entity
            for number, path in enumerate(names):
                value = values[turn]
                wanted = f"{value}{number}" if entity == "employees" else value
                if entity == "sites":
                    wanted = value.replace(".000Z", "+00:00")
                assert found[f"moved-{number}"] == wanted, (entity, path)
            if turn:
                assert found.get("base") == before[entity].get("base"), entity
            before[entity] = found


def test_the_names_are_those_the_models_ask(sample: Target) -> None:
    asked = {
        (entity, field): tuple(names)
        for entity, field, names in rows(
            sample,
            "select entity, field, array_agg(array_to_string(path, '.') order by choice)"
            " from kv_to_tables.field_paths group by entity, field",
        )
    }
    assert {(each.entity, each.column): each.names for each in column_sources() if each.names} == (
        asked
    )


def test_every_rule_that_changed_a_column_is_listed(sample: Target) -> None:
    listed = {(each.entity, each.column): each.rules for each in column_sources()}
    found = rows(
        sample,
        "select distinct entity, field, rule from kv_to_tables.changes where field not like '$%%'",
    )
    assert len(found) > 60
    assert [row for row in found if row[2] not in listed[row[0], row[1]]] == []


def test_every_rule_has_its_sentence() -> None:
    meanings = rule_meanings()
    assert all(meanings.values())
    used = {rule for each in column_sources() for rule in each.rules}
    # The others are about the document as a whole.
    assert set(meanings) - used == {"decoded", "withheld", "corrected"}


def test_every_reject_code_is_about_one_column_or_the_document(sample: Target) -> None:
    for entity in ENTITIES:
        listed = [
            code.code for each in column_sources() if each.entity == entity for code in each.codes
        ]
        known = [
            code
            for (code,) in rows(
                sample, "select code from kv_to_tables.reject_codes where entity = %s", entity
            )
        ]
        assert sorted([*listed, *codes_without_column(entity)]) == sorted(known)
        assert codes_without_column(entity) == ("document_malformed",)
    about = {(e.entity, c.code): e.column for e in column_sources() for c in e.codes}
    assert about["clients", "client_code_taken"] == "client_code"
    assert about["orders", "client_unknown"] == "client_id"
    assert about["orders", "employee_id_ambiguous"] == "employee_id"


def test_every_row_of_the_seeds_stands_at_its_column(sample: Target) -> None:
    listed = {
        (each.entity, each.column, word.stated, word.value)
        for each in column_sources()
        for word in (*each.mapped, *each.defaults)
    }
    mapped = rows(sample, "select entity, field, from_value, to_value from kv_to_tables.value_maps")
    defaults = rows(sample, "select entity, column_name, '', value from kv_to_tables.defaults")
    assert listed == {*mapped, *defaults}


def test_what_else_of_a_document_makes_a_column_is_found() -> None:
    parts = {(each.entity, each.column): set(each.parts) for each in column_sources()}
    assert parts["clients", "status"] == {"isActive"}
    assert parts["products", "status"] == {"isActive", "inStock"}
    assert parts["orders", "total_amount"] == {"itemValue", "gift.price", "quantity"}
    assert parts["orders", "delivered_at"] == {"timeline"}
    assert parts["employees", "last_name"] == {"name"}
    keys = {(each.entity, each.column): each.keys for each in column_sources() if each.keys}
    assert keys == {
        ("sites", "catalog_id"): ("sites:<site>:catalog_config",),
        ("products", "catalog_id"): ("catalog_gifts:<id>",),
    }


class Tags(HTMLParser):
    """Fails where a tag is not closed; keeps the ids."""

    def __init__(self) -> None:
        """Begin with nothing open."""
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep a tag that is to be closed, and its id."""
        self.ids += [str(value) for name, value in attrs if name == "id"]
        if tag != "br":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """Close the tag that was opened last."""
        assert self.open.pop() == tag


def test_the_page_has_every_column_once() -> None:
    title, content = columns.render()
    tags = Tags()
    tags.feed(content)
    assert tags.open == []
    assert title == "Columns"
    wanted = [f"{each.entity}.{each.column}" for each in column_sources()]
    assert [each for each in tags.ids if "." in each] == wanted
    assert len(wanted) == len(set(wanted)) > 120
    assert len(tags.ids) == len(set(tags.ids))
