"""The lists the application really wrote: of gifts, whole, and of catalogs; and its counter.

There is none of clients, sites, employees or orders, for it never wrote one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from scripts.sample.document import (
    Document,
    change,
    changed,
    classed,
    merged,
    migrated,
    rejected,
    told,
)
from scripts.sample.products import plain_product
from scripts.sample.world import SECRET_MARK, World

GIFTS = "gifts:all"
_NEWER = "2026-12-01T00:00:00Z"


def listed_gift(world: World, catalog: Document) -> Document:
    """Make a gift that no key holds, but the list of all gifts."""
    new_id = world.uuid()
    gift = changed(plain_product(world, catalog), id=new_id, longDescription="Only here")
    return told(
        migrated(gift, "products: a gift in the list alone", id=new_id, price="25.50"),
        changes=[],
        leftovers=["longDescription"],
    )


def lists(
    world: World, gifts: Sequence[Document], listed: Document, catalogs: Sequence[Document]
) -> list[Document]:
    """Make the lists, and the keys that only make sense beside them.

    `gifts` are gifts of the list that have keys of their own, `listed` is one that has none.
    """
    outrun = plain_product(world, catalogs[-1])
    newer = changed(outrun, updatedAt=_NEWER, name="Newer in the list")
    elements = [
        *(_copy(world, gift) for gift in gifts),
        listed,
        told(
            migrated(newer, "products: the list holds the newest copy", name="Newer in the list"),
            changes=[],
            leftovers=[],
        ),
        *_defective(world, catalogs[-1]),
    ]
    elements = [
        replace(element, key=f"{GIFTS}:{ordinal}") for ordinal, element in enumerate(elements, 1)
    ]
    # Behind the gifts, what a list of ids would hold.
    value = [*(element.value for element in elements), gifts[0].id, "gift-015", None]
    whole = classed(
        Document(GIFTS, value, elements=elements),
        "derived",
        "products: flaw 2: a list of objects, not of ids",
    )
    names = [*(catalog.id for catalog in catalogs), "catalog_nowhere"]
    of_catalogs = classed(
        Document("catalogs:all", names), "derived", "catalogs: a list that names one nowhere"
    )
    return [
        told(
            whole,
            findings=[
                ("gift-015", "listed_but_absent"),
                ("null", "member_malformed"),  # the element without an id
                ("null", "member_malformed"),
            ],
        ),
        merged(outrun, "products: the copy in the list is newer", elements[len(gifts) + 1]),
        told(of_catalogs, findings=[("catalog_nowhere", "listed_but_absent")]),
        Document("order_counter", 100_001, outcome="derived"),
    ]


def _copy(world: World, gift: Document) -> Document:
    """Copy a gift into the list: an order counted its stock down here and not there."""
    stock = max(0, gift.value["availableQuantity"] - 1 - world.random.randrange(3))
    about = f"products: flaw 6: {gift.id} again in the list, its stock another"
    return merged(changed(gift, availableQuantity=stock), about, gift)


def _defective(world: World, catalog: Document) -> list[Document]:
    """Make elements that do not become rows, and one whose secret must not."""
    secretive = changed(
        plain_product(world, catalog), supplier={"apiKey": SECRET_MARK + "list-supplier"}
    )
    return [
        rejected(
            changed(plain_product(world, catalog), drop="price"),
            "products: price_missing: an element of the list",
            "price_missing",
        ),
        rejected(
            changed(plain_product(world, catalog), drop="id"),
            "products: id_missing: an element of the list has no key to say it",
            "id_missing",
        ),
        classed(
            changed(plain_product(world, catalog), deleted=True),
            "soft_deleted",
            "products: flaw 13: an element that was deleted",
        ),
        told(
            migrated(secretive, "products: a secret in an element is withheld", price="25.50"),
            changes=[change("$.supplier.apiKey", "withheld", "[withheld]")],
            leftovers=["supplier"],
        ),
    ]
