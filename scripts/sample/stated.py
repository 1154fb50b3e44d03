"""What documents state in odd ways, each with the changes and leftovers it must lead to."""

from __future__ import annotations

from typing import Any

from scripts.sample.document import Variant, change, retold
from scripts.sample.world import SECRET_MARK

_TEN = "2026-01-11T10:00:00Z"
_LONG_TEXT = "Ten words of a description that goes on and on. " * 6_000
_MANY_IMAGES = [f"https://cdn.example/{number}.png" for number in range(8_000)]
_SIGNS = "Zo\u0308e \u202eeoZ \U0001f381\u2028\u0001!"
# Names that no field should have.
_ODDLY_NAMED: dict[str, Any] = {
    "": 1,
    "a.b": {"c": "no path"},
    "ключ": "значение",
    "nothing": None,
    "empty": {},
}
_TOLD_TIME = {"created_at": "2026-01-11 10:00:00+00"}


def _time(about: str, said: object, *rules: str) -> Variant:
    """Describe a client made on 11 January 2026 at ten, told in one of the ways to tell it."""
    changes = [change("created_at", rule, _TEN, before=said) for rule in rules]
    return retold(f"told time: {about}", _TOLD_TIME, changes, createdAt=said)


CLIENTS = (
    _time("an hour east of UTC is the same instant", "2026-01-11T11:00:00+01:00"),
    _time("half an hour off is the same instant", "2026-01-11 06:30-03:30"),
    _time("+00:00 is the same instant", "2026-01-11T10:00:00+00:00"),
    _time("microseconds of nothing are the same instant", "2026-01-11T10:00:00.000000Z"),
    _time("epoch seconds", 1_768_125_600, "epoch"),
    _time("epoch milliseconds", 1_768_125_600_000, "epoch"),
    _time("epoch milliseconds as text", "1768125600000", "epoch"),
    _time("no zone", "2026-01-11T10:00:00", "zone_assumed"),
    _time("no zone and no seconds", "2026-01-11 10:00", "zone_assumed"),
    _time("in spaces", f" {_TEN}\n", "trimmed"),
    retold(
        "told time: microseconds are kept",
        {"created_at": "2026-01-11 10:00:00.123456+00"},
        createdAt="2026-01-11T11:00:00.123456+01:00",
    ),
    retold(
        "told time: a date alone",
        {"created_at": "2026-01-11 00:00:00+00"},
        [change("created_at", "date_alone", "2026-01-11T00:00:00Z", before="2026-01-11")],
        createdAt="2026-01-11",
    ),
    retold(
        "two spellings that say the same: the second is left over",
        {"client_city": "Lyon"},
        leftovers=["clientCity"],
        client_city="Lyon",
        clientCity="Lyon",
    ),
    retold(
        "two spellings that do not agree: the second is left over",
        {"client_city": "Lyon"},
        leftovers=["clientCity"],
        client_city="Lyon",
        clientCity="Porto",
    ),
    retold(
        "null in one spelling, a text in the other",
        {"client_city": "Porto"},
        leftovers=["client_city"],
        client_city=None,
        clientCity="Porto",
    ),
    retold("an explicit null is nothing", {"client_city": None}, clientCity=None),
    retold(
        "an explicit null where the table has a default",
        {"client_has_employee_data": "false"},
        [change("client_has_employee_data", "column_default", False, before=None)],
        clientHasEmployeeData=None,
    ),
    retold(
        "an empty and a blank text are nothing, and are listed",
        {"technology_owner": None, "client_url": None},
        [
            change("technology_owner", "emptied", before=""),
            change("client_url", "emptied", before=" \t\n"),
        ],
        technologyOwner="",
        clientUrl=" \t\n",
    ),
    retold(
        "texts in white space",
        {"name": "Trimmed twice", "client_region": "EMEA"},
        [
            change("name", "trimmed", "Trimmed twice", before=" Trimmed twice"),
            change("client_region", "trimmed", "EMEA", before="EMEA\r\n"),
        ],
        name=" Trimmed twice",
        clientRegion="EMEA\r\n",
    ),
    retold(
        "numbers where a text should stand",
        {"client_postal_code": "1234.5", "client_tax_id": "900"},
        [
            change("client_postal_code", "as_text", "1234.5", before=1234.5),
            change("client_tax_id", "as_text", "900", before=900),
        ],
        clientPostalCode=1234.5,
        clientTaxId=900,
    ),
    retold(
        "booleans as a word and as a number",
        {"client_has_employee_data": "true", "client_allow_session_timeout_extend": "false"},
        [
            change("client_has_employee_data", "as_boolean", True, before="yes"),
            change("client_allow_session_timeout_extend", "as_boolean", False, before=0),
        ],
        clientHasEmployeeData="yes",
        clientAllowSessionTimeoutExtend=0,
    ),
    retold(
        "the id inside is the whole key",
        {"name": "Whole key"},
        [change("id", "from_key", "id of client:production:{id}", before="client:production:{id}")],
        name="Whole key",
        id="client:production:{id}",
    ),
    retold(
        "the key has another id than the document, which counts",
        {"name": "Renamed"},
        key="client:production:alias-{tail}",
        name="Renamed",
    ),
    retold(
        "secrets at any depth and in lists are withheld",
        {"name": "Secretive"},
        [
            change("$.apiKey", "withheld", "[withheld]"),
            change("$.settings.mail.password", "withheld", "[withheld]"),
            change("$.hooks.0.secret", "withheld", "[withheld]"),
        ],
        ["apiKey", "settings", "hooks"],
        name="Secretive",
        apiKey=SECRET_MARK + "client-api-key",
        settings={"mail": {"host": "mail.example", "password": SECRET_MARK + "client-mail"}},
        hooks=[{"url": "https://hooks.example/1", "secret": SECRET_MARK + "client-hook"}],
    ),
    retold(
        "fields without a column are left over, whatever they hold and are called",
        {"status": "active"},
        leftovers=[*_ODDLY_NAMED, "nested"],
        **_ODDLY_NAMED,
        nested={"deep": [{"deeper": {"deepest": [None, 1.50, "x"]}}, []]},
    ),
    retold(
        "marks, signs and control characters are text",
        {"name": _SIGNS, "client_region": "\u200d\ufeff\u0007"},
        name=_SIGNS,
        clientRegion="\u200d\ufeff\u0007",
    ),
)
SITES = (
    retold(
        "one method becomes a list; what stands beside it is left over",
        {"validation_methods": '["serialCard"]'},
        [change("validation_methods", "as_list", ["serialCard"], before="serialCard")],
        ["settings"],
        settings={"validationMethod": "serialCard", "giftsPerUser": 1},
    ),
    retold(
        "a secret inside a column is withheld there too",
        {"branding": '{"fonts": [{"apiKey": "[withheld]"}], "primary": "#123456"}'},
        [change("$.branding.fonts.0.apiKey", "withheld", "[withheld]")],
        branding={"primary": "#123456", "fonts": [{"apiKey": SECRET_MARK + "site-fonts"}]},
    ),
    retold(
        "a word that means another, listed",
        {"status": "active"},
        [change("status", "mapped", "active", before="live")],
        status="live",
    ),
    retold(
        "a catalog that is nowhere is dropped, and listed",
        {"catalog_id": None},
        [change("catalog_id", "dropped", before="catalog_nowhere")],
        catalogId="catalog_nowhere",
    ),
    retold(
        "a slug from the name, listed",
        {"slug": "told-{id}"},
        [change("slug", "from_name", "told-{id}")],
        drop="slug",
        name="Told {id}",
    ),
)
PRODUCTS = (
    retold(
        "a price as text, listed",
        {"price": "19.99"},
        [change("price", "as_number", 19.99, before="19.99")],
        price="19.99",
    ),
    retold(
        "a price with too many decimals, listed",
        {"price": "10.00"},
        [change("price", "rounded", 10, before=9.999)],
        price=9.999,
    ),
    retold(
        "the price has two names: the second is left over",
        {"price": "25.50"},
        leftovers=["value"],
        value=26,
    ),
    retold(
        "stock inside an object: what stands beside it is left over",
        {"available_quantity": "7"},
        leftovers=["inventory"],
        inventory={"total": 9, "available": 7, "reserved": 2},
    ),
    retold(
        "stock as text, and a flag as a word",
        {"available_quantity": "7", "track_inventory": "false"},
        [
            change("available_quantity", "as_number", 7, before="7"),
            change("track_inventory", "as_boolean", False, before="no"),
        ],
        stock="7",
        trackInventory="no",
    ),
    retold(
        "no currency, listed as a default",
        {"currency": "USD"},
        [change("currency", "default", "USD", before="")],
        currency="",
    ),
    retold(
        "a description of some hundred kilobytes",
        {"description": _LONG_TEXT.strip()},
        description=_LONG_TEXT.strip(),
    ),
    retold(
        "thousands of images, and as many notes that no column takes",
        {"price": "25.50"},
        leftovers=["imageNotes"],
        images=_MANY_IMAGES,
        imageNotes=_MANY_IMAGES,
    ),
)
EMPLOYEES = (
    retold(
        "'' for all that was not in the file",
        {"email": None, "employee_id": "{id}"},
        [
            change("email", "emptied", before=""),
            change("employee_id", "from_id", "{id}", before=""),
            change("serial_card_number", "emptied", before=""),
        ],
        ["department"],
        email="",
        employeeId="",
        serialCard="",
        department="",
    ),
)
STATED = {"clients": CLIENTS, "sites": SITES, "products": PRODUCTS, "employees": EMPLOYEES}
