"""All known defects: one round plants each of them once.

Of the seventeen flaws of the script this project replaces, sixteen show in documents and are named
by their numbers. Flaw 15 is about options of its command line; no document can carry it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from scripts.sample import catalogs, clients, employees, order_variants, products, sites
from scripts.sample.anchor import Anchor, make_anchor
from scripts.sample.claims import CLAIMS
from scripts.sample.document import Document, change, encoded, migrated, rejected, told
from scripts.sample.implied import IMPLIED
from scripts.sample.orders import plain_order
from scripts.sample.references import REFERENCES
from scripts.sample.rejections import REJECTIONS
from scripts.sample.stated import STATED
from scripts.sample.world import World

_VARIANTS = {
    "clients": (*clients.FAULTS, *clients.REPAIRS),
    "catalogs": (*catalogs.FAULTS, *catalogs.REPAIRS),
    "sites": (*sites.FAULTS, *sites.REPAIRS),
    "products": (*products.FAULTS, *products.REPAIRS),
    "employees": (*employees.FAULTS, *employees.REPAIRS),
    "orders": (*order_variants.FAULTS, *order_variants.REPAIRS),
}
# What stands where an object should, one of each kind of JSON value.
_NO_OBJECTS: dict[str, object] = {
    "clients": [],
    "catalogs": "a catalog",
    "sites": 42,
    "products": None,
    "employees": True,
    "orders": [{"id": "ORD-1"}],
}
# Every key a record can stand under, also those that a moving of keys could have made.
_KEYS = {
    "clients": ("client:{}", "client:production:{}", "clients:{}", "clients:production:{}"),
    "catalogs": ("catalog:{}", "catalog:production:{}", "catalogs:{}", "catalogs:production:{}"),
    "sites": ("site:{}", "site:production:{}", "sites:{}", "sites:production:{}"),
    "products": (
        *("gift:{}", "gift:production:{}", "gifts:{}", "gifts:production:{}"),
        *("product:{}", "product:production:{}", "products:{}", "products:production:{}"),
    ),
    "employees": (
        *("employee:{}", "employee:production:{}", "employees:{}", "employees:production:{}"),
    ),
    "orders": ("order:{}", "order:production:{}", "orders:{}", "orders:production:{}"),
}


def defect_round(world: World) -> Iterator[Document]:
    """Plant every known defect once, with the clean records it needs, parents first."""
    anchor = make_anchor(world)
    yield from anchor.documents()
    yield from _single(world, anchor)
    yield clients.dateless_client(world)
    yield catalogs.dateless_catalog(world)
    for plant in (*REJECTIONS, *REFERENCES, *CLAIMS, *IMPLIED):
        yield from plant(world, anchor)


def _single(world: World, anchor: Anchor) -> Iterator[Document]:
    """Plant what is wrong, or looks wrong, within one document."""
    plain: dict[str, Callable[[], Document]] = {
        "clients": lambda: clients.plain_client(world),
        "catalogs": lambda: catalogs.plain_catalog(world),
        "sites": lambda: sites.plain_site(world, anchor.client),
        "products": lambda: products.plain_product(world, anchor.catalog),
        "employees": lambda: employees.plain_employee(world, anchor.site),
        "orders": lambda: plain_order(world, anchor.purchase),
    }
    for entity, make in plain.items():
        for variant in (*_VARIANTS[entity], *STATED.get(entity, ())):
            yield variant.apply(make())
        yield rejected(
            replace(make(), value=_NO_OBJECTS[entity]),
            f"{entity}: document_malformed: no object",
            "document_malformed",
        )
        for key in _KEYS[entity]:
            record = make()
            about = f"{entity}: the key {key.format('<id>')}"
            yield migrated(replace(record, key=key.format(record.id)), about)
        yield from _encoded(entity, make)


def _encoded(entity: str, make: Callable[[], Document]) -> Iterator[Document]:
    """Plant documents that were written as JSON text in a string, also several times."""
    for times in (1, 2, 3):
        planted = migrated(encoded(make(), times), f"{entity}: JSON in {times} strings is decoded")
        # What else is listed of an order has no place here.
        changes = [change("$", "decoded", "object", before="string")]
        yield planted if entity == "orders" else told(planted, changes=changes, leftovers=[])
    yield rejected(
        encoded(make(), 4),
        f"{entity}: document_malformed: JSON in more strings than are opened",
        "document_malformed",
    )
