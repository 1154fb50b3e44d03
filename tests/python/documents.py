"""What stands in the stores of the property tests: any JSON under any key, and half-right records.

A document is a JSON text, not a Python value, for the spelling of a number matters: `-0`, `1e400`.
"""

from __future__ import annotations

import csv
import json
import re
from dataclasses import dataclass
from functools import cache
from typing import Any

import hypothesis
import yaml
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from scripts.settings import ENTITIES, ROOT
from scripts.verify.constraints import read_contract


@dataclass(frozen=True)
class Raw:
    """A piece of JSON text that Python's own writer would spell in another way."""

    text: str


def as_json(value: Any) -> str:
    """Write a value as JSON text, raw pieces as they are."""
    if isinstance(value, Raw):
        return value.text
    if isinstance(value, dict):
        return "{" + ", ".join(f"{dumped(k)}: {as_json(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(as_json, value)) + "]"
    return dumped(value)


def dumped(value: Any) -> str:
    """Write JSON text with every character as it is: `OWN` must be found in it, also a level down."""
    return json.dumps(value, ensure_ascii=False)


# --- Scalars ---------------------------------------------------------------------------------

ODD_TEXTS = [
    "", " ", "\t\n", "\u00a0", "\u200b", "\ufeff", " x ", "\x01", "\x7f", "\x1b[31m", "\u202e", "é", "e\u0301",
    "ß", "İı", "😀", "null", "NULL", "None", "undefined", "true", "NaN", "Infinity", "-", "--", "/*", "';--", "'", '"',
    "\\", "\\N", "$1", "%s", "{}", "{{ 1 }}", "{% raw %}", "%(x)s", "<b>x</b>", "[object Object]", "a" * 3_000, "x,y", "(1,2)",
    "http://x.example/?a=b&c=d#e", "00000000-0000-0000-0000-000000000000", "{00000000-0000-4000-8000-000000000001}",
]  # fmt: skip
INSTANTS = [
    "2026-01-05T10:00:00Z", "2026-01-05T10:00:00.123Z", "2026-01-05T10:00:00+05:45", "2026-01-05 10:00:00+00", "2026-01-05T10:00:00.123456-0800",
    "2026-01-05T10:00", "2026-01-05T10:00:00", "2026-01-05", "March 3, 2026", "Mar 3, 2026", "1/8/2025, 7:04:05 pm", "20260105T100000Z",
    "2026-02-30", "2026-02-29T00:00:00Z", "2024-02-29", "2026-13-01", "2026-00-10", "2026-01-05T24:00:00Z", "2026-01-05T23:59:60Z", "2026-01-05T25:00:00Z",
    "0000-01-01", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59.999999-12:00", "10000-01-01", "294277-01-01T00:00:00Z", "-0044-03-15",
    "2026-01-05T10:00:00.1234567890Z", "2026-01-05T10:00:00+15:00", "2026-01-05T10:00:00+99:99", "infinity", "-infinity", "now", "today", "epoch", "allballs",
    "2026-01-05T10:00:00Z ", "2026-W01-1", "2026-1-5", "\u0662\u0660\u0662\u0666-01-05", "1770900000123", "1770900000", "May 31, 2026", "February 30, 2026", "March 3, 20261",
    Raw("1770900000123"), Raw("1770900000"), Raw("1.7709e12"), Raw("-1"), Raw("0"), Raw("1e400"), Raw("99999999999999999999"), Raw("1770900000123.5"),
]  # fmt: skip
NUMBERS = [
    "0", "-0", "-0.0", "1", "-1", "19.99", "19.999", "19.995", "0.005", "1e2", "1E-3", "1e400", "-1e400", "1e-400", "1e-16383", "99999999.99", "99999999.995",
    "100000000", "2147483647", "2147483648", "-2147483649", "9223372036854775808", "1" + "0" * 400, "0." + "3" * 400, "9007199254740993", "1.0",
    "2.50", "1e5000", "0.1000000000000000055511151231257827", "123456789012345678901234567890.123456789",
]  # fmt: skip
NUMBER_TEXTS = ["19.99", " 19.99 ", "$19.99", "1,200.50", "1.200,50", "1e3", "0x10", "1_000", "+5", ".5", "5.", "१२", "Infinity", "1e400", "120 RON", "-0", "", "0" * 200 + "7"]  # fmt: skip
FLAGS = [True, False, "true", "false", "yes", "no", "1", "0", Raw("1"), Raw("0"), Raw("1.0"), "TRUE", "t", "on", "Yes ", None, "", [], {}]  # fmt: skip
WORDS = [
    "active", "inactive", "draft", "live", "suspended", "Active ", "ACTIVE", "pending", "confirmed", "processing", "shipped", "delivered", "cancelled",
    "in_transit", "out_for_delivery", "failed", "manual", "erp", "vendor", "dropship", "synced", "conflict", "error", "out_of_stock", "discontinued", "maintenance",
]  # fmt: skip
MAILS = [
    "ada@orchid.example", "ADA@Orchid.Example", " ada@orchid.example ", "", "nobody", "a..b@c.example", "a@-c.example", "ü@c.example", "a@c", "a@b@c.example",
    "x" * 65 + "@c.example", "a@" + "x" * 64 + ".example", "o'neil@x.example",
]  # fmt: skip

any_text = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12
) | st.sampled_from(ODD_TEXTS)
numbers = st.sampled_from(NUMBERS).map(Raw) | st.integers(-(10**12), 10**12)
scalars = st.one_of(st.none(), st.booleans(), numbers, any_text, st.sampled_from(INSTANTS))
any_json = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(any_text, inner, max_size=3),
    max_leaves=6,
)
deep = st.builds(
    lambda depth, pair: Raw(pair[0] * depth + "1" + pair[1] * depth),
    st.sampled_from([2, 50, 700, 1_900]),
    st.sampled_from([("[", "]"), ('{"a":', "}"), ('{"id":[', "]}")]),
)
# A text that looks like JSON and that PostgreSQL will not read: it must not end a run.
BAD_JSON_TEXTS = [
    '{"name": "a\\u0000b"}', '{"name": "\\ud800"}', '{"name": "\\udead\\ud83d"}', '{"price": 1e400000}', '{"name": NaN}', "{'name': 1}", '{"name": ', "{}{}",
    "[" * 7_000 + "]" * 7_000, '{"a":' * 7_000 + "1" + "}" * 7_000, "{", "[", '"', '"x', "01", "\ufeff{}", '{"id": "x", "id": "y"}', " {} ", "\n[]\n", "null", "1", '""', '"\\"{}\\""',
]  # fmt: skip


@st.composite
def encoded(draw: st.DrawFn, value: st.SearchStrategy[Any]) -> Any:
    """Give JSON text in a JSON string, once or several times; or what only looks like it."""
    if draw(st.integers(0, 3)) == 0:
        return draw(st.sampled_from(BAD_JSON_TEXTS))
    text = as_json(draw(value))
    for _ in range(draw(st.integers(0, 3))):
        text = dumped(text)
    return draw(st.sampled_from(["", "", " ", "\n"])) + text


# --- Keys ------------------------------------------------------------------------------------

ENVIRONMENTS = ["production", "development", "staging", "test", "uat", "qa-7", "Production", "prod", "", " "]  # fmt: skip
ODD_IDS = [
    "", ":", "::", "all", "slug", "site", "null", "undefined", "[object Object]", "production", "development", "client:1", "0", "00", "-1", "1.0", "%", "_", "*", "..", "../x",
    "'; drop table clients; --", '"', "\\", "{{ 1 }}", "x" * 2_000, "é" * 500, "😀", "\x01", "\n", "\t", " ", " x", "x ", "\u202e", "ORD-1770900000123", "ORD-2026-123456", "client-1770900000123-a1b2c3d",
    "catalog_x_mjwo8v60_a1b2", "catalog_x_zzzzzzzzzzzzzzzz_a1b2", "client-9999999999999-a", "client-99999999999999999999-a", "emp-1770900000-a", "catalog_legacy_default",
    "11111111-1111-4111-8111-111111111111", "11111111-1111-4111-8111-11111111111A", "ABCDEF00-0000-4000-8000-00000000000A", "domain-11111111-1111-4111-8111-111111111111",
]  # fmt: skip
# Stands for the number of the example in a key or an id, so that the examples of a store keep apart.
OWN = "\ue000"
ids = st.one_of(
    st.integers(1, 30).map(str),
    st.integers(1, 5).map(lambda n: f"{n}-{OWN}"),
    st.integers(1, 5).map(lambda n: f"{n}-{OWN}"),
    st.integers(1, 12).map(lambda n: f"{n:08d}-0000-4000-8000-00000000000a"),
    st.sampled_from(ODD_IDS),
    any_text,
)
SQLISH = ["select 1", "' or 1=1 --", "$$", "clients", "key", "kv_to_tables.key_ledger", "%", "client%", "client_1", "{", "{{ ref('x') }}", ":", ":::", "client::", ":client:1", "client:production:", "client:production::1"]  # fmt: skip


@cache
def patterns() -> list[str]:
    """Read every key pattern the project knows."""
    with (ROOT / "seeds" / "key_families.csv").open(encoding="utf-8", newline="") as file:
        return [row["pattern"] for row in csv.DictReader(file)]


@st.composite
def keys(draw: st.DrawFn) -> str:
    """Give a key of a known pattern with odd parts, or any text at all."""
    kind = draw(st.integers(0, 9))
    if kind < 6:
        parts = re.split(r"(<\w+>)", draw(st.sampled_from(patterns())))
        return "".join(
            draw(st.sampled_from(ENVIRONMENTS) if part == "<env>" else ids)
            if part.startswith("<")
            else part
            for part in parts
        )
    if kind == 6:
        return ":".join(draw(st.lists(ids, min_size=1, max_size=5)))
    if kind == 7:
        return draw(st.sampled_from(SQLISH))
    head = draw(st.sampled_from(["client:", "gifts:", "order:", "x", ""]))
    if kind == 8:
        # Near what an index can hold: it is 2,704 bytes, for what cannot be compressed.
        return (
            head + draw(st.binary(min_size=1_200, max_size=1_200)).hex()
            if draw(st.booleans())
            else head + "y" * 30_000
        )
    return head + draw(any_text)


# --- Records ---------------------------------------------------------------------------------

PREFIXES = {
    "clients": ["client", "clients"],
    "catalogs": ["catalog", "catalogs"],
    "sites": ["site", "sites"],
    "products": ["gift", "product", "gifts", "products"],
    "employees": ["employee", "employees"],
    "orders": ["order", "orders"],
}
PARENTS = {"client_id": "clients", "catalog_id": "catalogs", "site_id": "sites", "product_id": "products", "owner_id": "clients"}  # fmt: skip
LISTS = [f"{entity}:all" for entity in ENTITIES] + ["gifts:all", f"catalog_gifts:ca-{OWN}", f"user_orders:{OWN}", f"sites:slug:{OWN}", f"order_index:by_site:{OWN}"]  # fmt: skip
# Fields that no column has its name from, and that say something all the same.
IMPLYING = {
    "clients": ["isActive", "deleted", "isDeleted", "deletedAt", "description", "settings"],
    "catalogs": ["isActive", "deleted", "apiConfig", "password"],
    "sites": ["isActive", "deleted", "settings", "domain", "apiKey"],
    "products": ["isActive", "inStock", "deleted", "deletedAt", "longDescription", "tags", "inventory", "source"],
    "employees": ["name", "deleted", "department", "isActive", "token"],
    "orders": ["gift", "quantity", "itemValue", "timeline", "carrier", "giftName", "siteName", "employeeName", "deleted", "employeeId"],
}  # fmt: skip


def camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(word.title() for word in rest)


@cache
def fields(entity: str) -> dict[str, tuple[str, list[str]]]:
    """Give the columns of an entity with their type and their names in a document."""
    also = yaml.safe_load((ROOT / "dbt_project.yml").read_text(encoding="utf-8"))["vars"][
        "field_names"
    ]
    found = {}
    for column, (kind, _) in read_contract(entity).columns.items():
        own = also.get(entity, {}).get(column, {})
        found[column] = (kind, [column, own.get("camel", camel(column)), *own.get("also", [])])
    return found


@cache
def right_values(column: str, kind: str) -> st.SearchStrategy[Any]:
    """Give values that a column may well take, in all their spellings."""
    if column in PARENTS or kind == "uuid":
        return ids
    if "email" in column:
        return st.sampled_from(MAILS)
    if column in ("status", "type", "sync_status"):
        return st.sampled_from(WORDS)
    if kind.startswith(("numeric", "integer")):
        return numbers | st.sampled_from(NUMBER_TEXTS) | st.integers(0, 500)
    if kind.startswith("timestamp"):
        return st.sampled_from(INSTANTS)
    if kind == "boolean":
        return st.sampled_from(FLAGS)
    if kind == "jsonb":
        return st.one_of(
            st.dictionaries(
                st.sampled_from(["name", "fullName", "password", "a.b", ""]), any_json, max_size=3
            ),
            st.lists(any_json, max_size=3),
        )
    return any_text | st.sampled_from(["Orchid Freight", "Nimbus Labs", "Mug", "EMP001"])


@cache
def words(entity: str, column: str) -> list[str]:
    """Give the words that a column takes, its own and those that mean one of them."""
    with (ROOT / "seeds" / "value_maps.csv").open(encoding="utf-8", newline="") as file:
        found = [
            row["from_value"]
            for row in csv.DictReader(file)
            if (row["entity"], row["field"]) == (entity, column)
        ]
    for text in read_contract(entity).constraints.values():
        if text.startswith(f"check{column}in'"):
            found += re.findall(r"'(\w+)'", text)
    return found


@cache
def odd_values(entity: str, column: str, kind: str) -> st.SearchStrategy[Any]:
    """Give values that a column takes although they are not written as it would write them."""
    if "email" in column:
        return st.sampled_from(MAILS[:4])
    if words(entity, column):
        return st.sampled_from([*words(entity, column), " active ", "", None])
    if kind.startswith("numeric"):
        numbers = ["19.99", "19.995", "1e2", "0.005", "0", "1.10", "99999999.99", "1E-3"]
        return st.sampled_from([*map(Raw, numbers), *numbers, " 5 ", None])
    if kind.startswith("integer"):
        return st.sampled_from([Raw("0"), Raw("7"), "7", " 7 ", Raw("7.0"), "", None])
    if kind.startswith("timestamp"):
        spellings = ["2026-01-05T10:00:00Z", "2026-01-05T10:00:00.123456-0800", "2026-01-05 10:00"]
        return st.sampled_from([*spellings, "2026-01-05", " 2026-01-05 ", Raw("1770900000123"), Raw("1770900000"), "", None])  # fmt: skip
    if kind == "boolean":
        return st.sampled_from(FLAGS[:10])
    if kind == "jsonb":
        return st.dictionaries(any_text, any_json, max_size=2) | st.lists(any_json, max_size=2)
    return any_text | st.sampled_from([" x y ", f"x {OWN}", Raw("7"), Raw("1.50"), "", None])


@st.composite
def oddities(draw: st.DrawFn, entity: str) -> dict[str, Any]:
    """Give fields that a record may well have: values in odd spellings, and fields of no column."""
    document: dict[str, Any] = {}
    # Who it is stays as the family says.
    chosen = [name for name, (kind, _) in fields(entity).items() if kind != "uuid"]
    for column in draw(st.lists(st.sampled_from(chosen), max_size=3)):
        kind, names = fields(entity)[column]
        for name in draw(st.lists(st.sampled_from(names), min_size=1, max_size=2, unique=True)):
            put(document, name, draw(odd_values(entity, column, kind)))
    for name in draw(st.lists(any_text, max_size=2)):
        document.setdefault(name, draw(any_json))
    return document


def put(document: dict[str, Any], path: str, value: Any) -> None:
    """Set a field, a dot going one level down; what stands in the way stays."""
    *above, name = path.split(".")
    for part in above:
        document = document.setdefault(part, {})
        if not isinstance(document, dict):
            return
    document[name] = value


@st.composite
def half_right(draw: st.DrawFn, entity: str) -> dict[str, Any]:
    """Give a document of an entity: some of its fields, in any spelling, some of the wrong type."""
    document: dict[str, Any] = {}
    chosen = draw(st.lists(st.sampled_from(sorted(fields(entity))), max_size=8))
    for column in chosen:
        kind, names = fields(entity)[column]
        wrong = draw(st.integers(0, 5)) == 0
        value = draw(any_json if wrong else right_values(column, kind))
        # Now and then both spellings, with the same value or with another.
        for name in draw(st.lists(st.sampled_from(names), min_size=1, max_size=2)):
            put(
                document,
                name,
                value if draw(st.booleans()) else draw(right_values(column, kind)),
            )
    for name in draw(st.lists(st.sampled_from(IMPLYING[entity]), max_size=2)):
        document[name] = draw(any_json)
    return document


REQUIRED: dict[str, dict[str, Any]] = {
    "clients": {"name": "Orchid Freight", "contactEmail": "ops@orchid.example"},
    "catalogs": {"name": "Gifts", "type": "manual"},
    "sites": {"name": "Orchid"},
    "products": {"name": "Mug", "price": 5},
    "employees": {},
    "orders": {"customerName": "Ada Quill", "customerEmail": "ada@orchid.example", "totalAmount": 5},
}  # fmt: skip
BASE = "base"
REFERENCES = {
    "clients": [],
    "catalogs": [("ownerId", "clients")],
    "sites": [("clientId", "clients"), ("catalogId", "catalogs")],
    "products": [("catalogId", "catalogs")],
    "employees": [("siteId", "sites")],
    "orders": [("siteId", "sites"), ("productId", "products"), ("employeeId", "employees")],
}


@st.composite
def families(draw: st.DrawFn) -> list[tuple[str, str]]:
    """Give a record of each entity that names the others, each with some fields gone wrong.

    Enough of them are right for most to migrate: a store of rejects would prove little.
    """
    own = {
        entity: draw(ids) if draw(st.integers(0, 3)) == 0 else f"{entity[:2]}-{OWN}"
        for entity in ENTITIES
    }
    found = []
    environment = draw(st.sampled_from(["", "", "production:", "production:", "development:"]))
    for entity in ENTITIES:
        document = {"id": own[entity], **REQUIRED[entity]}
        document.update({name: own[parent] for name, parent in REFERENCES[entity]})
        luck = draw(st.integers(0, 9))
        if luck == 0:
            document.update(draw(half_right(entity)))
        elif luck < 6:
            document.update(draw(oddities(entity)))
        prefix = draw(st.sampled_from(PREFIXES[entity]))
        middle = environment
        if entity in ("employees", "orders") and draw(st.booleans()):
            # The site stands in the key alone.
            prefix, middle = prefix.rstrip("s"), own["sites"] + ":"
            document.pop("siteId")
        text = as_json(document)
        for _ in range(draw(st.sampled_from([0, 0, 0, 0, 1, 2]))):
            text = dumped(text)
        found.append((f"{prefix}:{middle}{own[entity]}", text))
    return found


@cache
def list_values(entity: str) -> st.SearchStrategy[Any]:
    element = st.one_of(half_right(entity), ids, any_json, encoded(half_right(entity)))
    return st.one_of(
        st.lists(element, max_size=6),
        st.dictionaries(any_text, half_right(entity), max_size=3),
        encoded(st.lists(element, max_size=3)),
        any_json,
    )


@cache
def elements_of(entity: str) -> st.SearchStrategy[Any]:
    """Give records that stand in a list and nowhere else; those they name are in every store."""
    named = {name: BASE for name, _ in REFERENCES[entity]}
    return st.builds(
        lambda row_id, odd: {"id": row_id, **REQUIRED[entity], **named, **odd},
        ids,
        oddities(entity),
    )


def base() -> dict[str, str]:
    """Give a record of each entity that has nothing odd."""
    return {
        f"{PREFIXES[entity][0]}:{BASE}": as_json(
            {"id": BASE, **REQUIRED[entity], **{name: BASE for name, _ in REFERENCES[entity]}}
        )
        for entity in ENTITIES
    }


@cache
def single_values(entity: str) -> st.SearchStrategy[Any]:
    document = half_right(entity)
    return st.one_of(any_json, deep, document, document, encoded(document), encoded(any_json))


@st.composite
def lists(draw: st.DrawFn) -> list[tuple[str, str]]:
    """Give a list key: records, ids and anything else, as an array or as something else."""
    if draw(st.booleans()):
        entity = draw(st.sampled_from(ENTITIES))
        elements = draw(st.lists(elements_of(entity) | any_json, min_size=1, max_size=4))
        return [(f"{entity}:all", as_json(elements))]
    value = draw(list_values(draw(st.sampled_from(ENTITIES))))
    return [(draw(st.sampled_from(LISTS)), as_json(value))]


@st.composite
def singles(draw: st.DrawFn) -> list[tuple[str, str]]:
    """Give one document: any JSON, a half-right record or JSON text under any key."""
    entity = draw(st.sampled_from(ENTITIES))
    value = draw(single_values(entity))
    if draw(st.booleans()):
        key = f"{draw(st.sampled_from(PREFIXES[entity]))}:{draw(ids)}{draw(st.sampled_from(['', OWN]))}"
    else:
        key = draw(keys())
    return [(key, as_json(value))]


bundles = st.one_of(families(), singles(), singles(), lists())


def stores(documents: int, number: int, *, seed: int) -> list[dict[str, str]]:
    """Let Hypothesis make so many documents, in so many stores: JSON text under distinct keys.

    A store is not an example of its own, for taking one to tables takes seconds: it holds hundreds.
    """
    found = [base() for _ in range(number)]
    made: list[list[tuple[str, str]]] = []
    while sum(map(len, found)) < documents:

        @hypothesis.seed(seed + len(made))
        @settings(
            max_examples=100,
            database=None,
            deadline=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(bundles)
        def collect(bundle: list[tuple[str, str]]) -> None:
            made.append(bundle)
            own = str(len(made))
            store = next((each for each in found if len(each) < documents / number), found[-1])
            for key, value in bundle:
                name, text = key.replace(OWN, own), value.replace(OWN, own)
                if not name:
                    continue  # the one key that a load refuses
                before = store.setdefault(name, text)
                if before is not text and before.endswith("}]") and text.startswith("[{"):
                    # A list grows, as lists do.
                    store[name] = f"{before[:-1]}, {text[1:]}"

        collect()
    return found
