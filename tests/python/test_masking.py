"""What may be shown: no secret ever, no person unless asked, and enough to follow a record by."""

from __future__ import annotations

import json

import canaries
import pytest
from canaries import PERSON, SECRET

from scripts.key_patterns import class_of
from scripts.masking import WITHHELD, Masker, masked_sentence, masked_text

STORE = canaries.store()[1]
ENTITIES = {
    "catalog": "catalogs",
    "client": "clients",
    "employee": "employees",
    "gift": "products",
    "order": "orders",
    "site": "sites",
}


def entity_of(key: str) -> str:
    head = key.split(":")[0]
    return ENTITIES.get(head, ENTITIES.get(head.rstrip("s"), ""))


@pytest.mark.parametrize("key", STORE)
def test_no_canary_is_shown(key: str) -> None:
    shown = json.dumps(Masker().document(entity_of(key), STORE[key])).encode()
    assert SECRET.findall(shown) == []
    assert PERSON.findall(shown) == []
    assert PERSON.findall(Masker().key(key).encode()) == []


@pytest.mark.parametrize("key", STORE)
def test_a_secret_is_shown_to_nobody(key: str) -> None:
    masker = Masker(show_persons=True)
    shown = json.dumps(masker.stored(entity_of(key), class_of(key), STORE[key])).encode()
    assert SECRET.findall(shown) == []


def test_a_record_can_be_followed_by_what_is_shown() -> None:
    document = {
        "id": "ORD-7",
        "siteId": "site-1",
        "status": "pending",
        "totalValue": 12.5,
        "isGift": True,
        "createdAt": "2026-01-05T08:00:00Z",
        "employeeId": "EMP0000017",
        "userId": "8d1f0000-0000-4000-8000-000000000001",
        "phone": 5550107788,
        "shippingAddress": {"city": "Leeds", "status": "Anna", "lines": ["9 Quay Rd"]},
        "anna@mail.example": {"giftName": "Mug"},
        "carrier": "anna@mail.example",
    }
    assert Masker().document("orders", document) == {
        "id": "ORD-7",
        "siteId": "site-1",
        "status": "pending",
        "totalValue": 12.5,
        "isGift": True,
        "createdAt": "2026-01-05T08:00:00Z",
        "employeeId": "E… (10 characters)",
        "userId": "8d1f0000-0000-4000-8000-000000000001",
        "phone": "5… (10 characters)",
        "shippingAddress": {
            "city": "L… (5 characters)",
            "status": "A… (4 characters)",
            "lines": ["9… (9 characters)"],
        },
        "a… (17 characters)": {"giftName": "… (3 characters)"},
        "carrier": "a… (17 characters)",
    }


@pytest.mark.parametrize(
    ("key", "shown"),
    [
        ("client:production:client-009", "client:production:client-009"),
        ("order:site-1:ORD-7", "order:site-1:ORD-7"),
        ("order:anna@mail.example", "order:a… (17 characters)"),
        ("employee:site-1:anna.smith", "employee:site-1:a… (10 characters)"),
        ("employee:production:anna", "employee:production:a… (4 characters)"),
        (
            "employees:8d1f0000-0000-4000-8000-000000000001",
            "employees:8d1f0000-0000-4000-8000-000000000001",
        ),
        ("user_orders:anna", "user_orders:a… (4 characters)"),
        ("session:8d1f0000-0000-4000-8000-000000000001", "session:8… (36 characters)"),
        ("hris_connection_hris_conn_17", "hris_connection_h… (12 characters)"),
        ("gifts:all:3", "gifts:all:3"),
        ("employees:all", "employees:all"),
        ("anna@mail.example", "a… (17 characters)"),
        ("nobody:knows:Anna", "n… (6 characters):k… (5 characters):A… (4 characters)"),
    ],
)
def test_a_key_shows_no_person(key: str, shown: str) -> None:
    assert Masker().key(key) == shown


def test_a_key_that_may_be_a_token_is_shown_to_nobody() -> None:
    assert "8d1f" not in Masker(show_persons=True).key("session:8d1f0000-0000-4000")


def test_a_sentence_shows_no_person() -> None:
    said = "orders: row x of employee:site-1:anna, and anna@mail.example. At 10:00:01."
    assert masked_sentence(said) == (
        "orders: row x of employee:site-1:a… (4 characters), and a… (17 characters). At 10:00:01."
    )


def test_a_masked_text_says_how_long_it_is() -> None:
    assert masked_text("Orchid") == "O… (6 characters)"


def test_what_is_no_secret_stays_under_a_secret_name() -> None:
    document = {"token": None, "secret": "", "apiKey": False, "api-keys": {}, "pwd": 7}
    assert Masker(show_persons=True).document(None, document) == {**document, "pwd": WITHHELD}


def test_a_person_is_shown_to_somebody_who_asks() -> None:
    document = {"customerName": "Anna", "password": "x", "shippingAddress": {"city": "Leeds"}}
    assert Masker(show_persons=True).document("orders", document) == {
        **document,
        "password": WITHHELD,
    }
    assert Masker(show_persons=True).key("employee:site-1:anna") == "employee:site-1:anna"
