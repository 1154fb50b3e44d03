"""Generate a sample of the key-value store: as many keys as asked for, the same for each seed."""

from __future__ import annotations

import gzip
import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from scripts.errors import UsageError
from scripts.sample import catalogs, clients, employees, orders, products, sites
from scripts.sample.defects import defect_round
from scripts.sample.document import CLASSES, Document, migrated
from scripts.sample.families import (
    FAMILIES,
    GROWING,
    Family,
    family_document,
    site_families,
)
from scripts.sample.lists import listed_gift, lists
from scripts.sample.world import World
from scripts.settings import ENTITIES

MINIMUM = 800
# The share of records in which something known is wrong; below some 20 000 keys it is more, for
# every known defect is planted at least once.
DEFECT_SHARE = 0.02
_NO_RECORD = ""
# How the keys that are neither planted nor needed by every sample are shared out.
SHARES = {
    "clients": 0.01,
    "catalogs": 0.005,
    "sites": 0.02,
    "products": 0.12,
    "employees": 0.40,
    "orders": 0.38,
    _NO_RECORD: 0.065,
}
_DEFAULT_GIFTS = 6
_STAFF_REMEMBERED = 4
_PRODUCTS_REMEMBERED = 5000


def generate(documents: int, seed: int) -> Iterator[tuple[str, Any]]:
    """Give keys and values of a sample with exactly so many keys; the same for the same seed.

    Raises UsageError for fewer keys than all shapes and defects need.
    """
    return ((document.key, document.value) for document in sample(documents, seed))


def write_sample(path: Path, documents: int, seed: int) -> Path:
    """Write a sample as gzipped JSON lines and, beside it, `<stem>.expected.json`; return its path.

    The second file says what is expected: keys per class, per entity and class, elements of lists
    per class, and each planted key and element with its class, reject codes, values, changes,
    leftovers and findings. Both are the same bytes for the same arguments.
    The sample appears under its name only once it is complete.

    Raises UsageError for fewer keys than all shapes and defects need, and for a folder that is
    not there.
    """
    if not path.parent.is_dir():
        raise UsageError(f"There is no folder '{path.parent}'.", "Make it, or name another.")
    expected_path = path.with_name(_stem(path) + ".expected.json")
    keys = sample(documents, seed)
    partial = path.with_name(path.name + ".part")
    try:
        # Without name and time in its head the gzip depends on nothing but the keys.
        with partial.open("wb") as raw, gzip.GzipFile("", "wb", 6, raw, mtime=0) as zipped:
            expected = _write_lines(zipped, keys)
        text = json.dumps({"documents": documents, "seed": seed, **expected}, indent=1)
        expected_path.write_text(text + "\n", encoding="utf-8")
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)
    return expected_path


def _stem(path: Path) -> str:
    name = path.name
    for suffix in (".gz", ".jsonl", ".json"):
        name = name.removesuffix(suffix)
    return name


def _write_lines(file: gzip.GzipFile, documents: Iterator[Document]) -> dict[str, Any]:
    """Write the lines, and count and collect what is expected of them."""
    outcomes: Counter[tuple[str, str]] = Counter()
    of_elements: Counter[str] = Counter()
    planted = []
    elements = []
    for document in documents:
        line = json.dumps({"key": document.key, "value": document.value}, ensure_ascii=False)
        file.write(line.encode() + b"\n")
        outcomes[document.entity, document.outcome] += 1
        of_elements.update(element.outcome for element in document.elements)
        planted += _planted(document)
        elements += [line for element in document.elements for line in _planted(element)]
    return {
        "classes": {
            outcome: sum(count for (_, found), count in outcomes.items() if found == outcome)
            for outcome in CLASSES
        },
        "entities": {
            entity: {
                outcome: outcomes[entity, outcome]
                for outcome in ("migrated", "merged", "rejected", "soft_deleted")
            }
            for entity in ENTITIES
        },
        "element_classes": dict(sorted(of_elements.items())),
        "defects": planted,
        "elements": elements,
    }


def _planted(document: Document) -> list[dict[str, Any]]:
    """Say what is expected of a planted key or element; nothing of one that is not planted."""
    if not document.note:
        return []
    about = asdict(document.note)
    rule = about.pop("flaw_or_rule")
    return [{"key": document.key, "flaw_or_rule": rule, "class": document.outcome, **about}]


def sample(documents: int, seed: int) -> Iterator[Document]:
    """Give the keys of a sample with what is expected of each.

    Raises UsageError for fewer keys than all shapes and defects need.
    """
    if documents < MINIMUM:
        raise UsageError(
            f"A sample of {documents} keys cannot hold every shape and defect.",
            f"Ask for at least {MINIMUM}.",
        )
    return _Sample(seed).keys(documents)


@dataclass(frozen=True)
class _Place:
    """A site with its client and some of its employees, for orders to choose from."""

    client: Document
    site: Document
    staff: list[Document]


class _Sample:
    """One run: makes the records, and remembers those that later ones refer to."""

    def __init__(self, seed: int) -> None:
        self.world = World(seed)
        self.clients: list[Document] = []
        self.catalogs: list[Document] = []
        self.places: list[_Place] = []
        self.staffed: list[_Place] = []
        self.products: list[Document] = []

    def keys(self, documents: int) -> Iterator[Document]:
        """Give first what every sample holds, then rounds of defects, then clean keys."""
        fixed = list(self._fixed())
        yield from fixed
        first_round = list(defect_round(self.world))
        yield from first_round
        defects = sum(document.outcome != "migrated" for document in first_round)
        records = documents * (1 - SHARES[_NO_RECORD])
        rounds = max(1, round(records * DEFECT_SHARE / defects))
        for _ in range(rounds - 1):
            yield from defect_round(self.world)
        yield from self._clean(documents - len(fixed) - rounds * len(first_round))

    def _fixed(self) -> Iterator[Document]:
        """Make one record of each clean shape and one key of each family."""
        legacy = catalogs.legacy_catalog(self.world)
        gifts = [products.default_gift(self.world, legacy) for _ in range(_DEFAULT_GIFTS)]
        yield legacy
        yield from gifts
        yield from (self._client(shape) for shape in clients.SHAPES)
        yield from (self._catalog(shape) for shape in catalogs.SHAPES)
        yield from (self._site(shape) for shape in sites.SHAPES)
        yield from (self._product(shape) for shape in products.SHAPES)
        yield from (self._employee(shape) for shape in employees.SHAPES)
        yield from (self._order(shape) for shape in orders.SHAPES)
        listed = listed_gift(self.world, self.catalogs[0])
        yield from lists(self.world, gifts, listed, [legacy, *self.catalogs])
        place = self.staffed[0]
        purchase = orders.Purchase(place.client, place.site, listed, place.staff[0])
        yield migrated(
            orders.copied_order(self.world, purchase),
            "orders: of a gift that stands in the list alone",
            product_id=listed.id,
        )
        yield from site_families(self.places[0].site, self.catalogs[0])
        yield from (self._family(family) for family in FAMILIES)

    def _clean(self, count: int) -> Iterator[Document]:
        """Make so many keys in which nothing is wrong, parents first."""
        counts = {entity: int(count * share) for entity, share in SHARES.items()}
        counts["orders"] += count - sum(counts.values())
        choose = self.world.random.choice
        for _ in range(counts["clients"]):
            yield self._client(choose(clients.SHAPES))
        for _ in range(counts["catalogs"]):
            yield self._catalog(choose(catalogs.SHAPES))
        for _ in range(counts["sites"]):
            yield self._site(choose(sites.SHAPES))
        for _ in range(counts["products"]):
            yield self._product(choose(products.SHAPES))
        for _ in range(counts["employees"]):
            yield self._employee(choose(employees.SHAPES))
        for _ in range(counts["orders"]):
            yield self._order(choose(orders.SHAPES))
        for _ in range(counts[_NO_RECORD]):
            yield self._family(choose(GROWING))

    def _client(self, shape: clients.Shape) -> Document:
        client = shape(self.world)
        self.clients.append(client)
        return client

    def _catalog(self, shape: catalogs.Shape) -> Document:
        catalog = shape(self.world, self.world.random.choice(self.clients))
        self.catalogs.append(catalog)
        return catalog

    def _site(self, shape: sites.Shape) -> Document:
        client = self.world.random.choice(self.clients)
        site = shape(self.world, client, self.world.random.choice(self.catalogs))
        self.places.append(_Place(client, site, []))
        return site

    def _product(self, shape: products.Shape) -> Document:
        product = shape(self.world, self.world.random.choice(self.catalogs))
        if len(self.products) < _PRODUCTS_REMEMBERED:
            self.products.append(product)
        return product

    def _employee(self, shape: employees.Shape) -> Document:
        place = self.world.random.choice(self.places)
        employee = shape(self.world, place.site)
        if not place.staff:
            self.staffed.append(place)
        if len(place.staff) < _STAFF_REMEMBERED:
            place.staff.append(employee)
        return employee

    def _order(self, shape: orders.Shape) -> Document:
        place = self.world.random.choice(self.staffed)
        product = self.world.random.choice(self.products)
        employee = self.world.random.choice(place.staff)
        return shape(self.world, orders.Purchase(place.client, place.site, product, employee))

    def _family(self, family: Family) -> Document:
        site = self.world.random.choice(self.places).site
        return family_document(self.world, family, site.id, self.catalogs[0].id)
