"""The six gifts: under a key each, all together in one list, and one written back by an order."""

from __future__ import annotations

from typing import Any

from seeded.cases import ENVIRONMENT, NO_DATE, Case, Group, kept_apart, merged, migrated, new_id

# Name, SKU, category, price, stock in the list, stock under the gift's own key.
_GIFTS = (
    ("Pocket Headphones", "PH-001", "Electronics", 149.99, 50, 50),
    ("Simple Watch", "SW-001", "Electronics", 199, 25, 25),
    # An order wrote one of its two copies and not the other.
    ("Cotton Carrier", "CC-001", "Travel", 39.5, 40, 39),
    ("Small Projector", "SP-001", "Electronics", 89.99, 12, 12),
    ("Coffee Kit", "CK-001", "Food & Drink", 59.95, 75, 75),
    ("Paper Set", "PS-001", "Office", 24, 100, 100),
)
DEFAULT_CATALOG = new_id("catalogs", "catalog_legacy_default")
NAMES = {f"gift-{number}": gift[0] for number, gift in enumerate(_GIFTS, 1)}
PRICES = {f"gift-{number}": gift[3] for number, gift in enumerate(_GIFTS, 1)}


def gift_key(gift_id: str) -> str:
    """Give the key a gift stands under by itself."""
    return f"gift:{ENVIRONMENT}:{gift_id}"


def gift(gift_id: str, *, in_list: bool = False) -> dict[str, Any]:
    """Give the document of a gift, as its list has it or as its own key has it."""
    name, sku, category, price, listed, stock = _GIFTS[int(gift_id.removeprefix("gift-")) - 1]
    return {
        "id": gift_id,
        "name": name,
        "description": f"A {name.lower()}.",
        "longDescription": f"A {name.lower()} that nobody ever made.",
        "category": category,
        "sku": sku,
        "price": price,
        "image": f"https://cdn.example/{sku.lower()}.png",
        "features": ["Made up", "Light"],
        "specifications": {"Weight": "200 g"},
        "availableQuantity": listed if in_list else stock,
        "status": "active",
    }


def _migrated(gift_id: str) -> Case:
    document = gift(gift_id)
    return migrated(
        "products",
        gift_key(gift_id),
        document,
        catalog_id=DEFAULT_CATALOG,
        sku=document["sku"],
        name=document["name"],
        description=document["description"],
        category=document["category"],
        price=document["price"],
        currency="USD",
        image_url=document["image"],
        features=document["features"],
        specifications=document["specifications"],
        available_quantity=document["availableQuantity"],
        track_inventory=True,
        status="active",
        is_active=True,
        sync_status="manual",
        created_at=NO_DATE,
        updated_at=NO_DATE,
    )


GIFTS = Group(
    f"`gifts:all`, `gift:{ENVIRONMENT}:gift-N`, `gift:gift-2`",
    "the six gifts: together in one list, under a key each, and one that an order wrote back",
    "`gifts:all` holds gifts where it expects ids: it asks six times for `gift:[object Object]`",
    "one row a gift; the list and its six elements are checked, the gift's own key speaks",
    (
        kept_apart("derived", "gifts:all", [gift(gift_id, in_list=True) for gift_id in NAMES]),
        *(_migrated(gift_id) for gift_id in NAMES),
        merged(
            "products",
            "gift:gift-2",
            {**gift("gift-2"), "availableQuantity": 24},
            gift_key("gift-2"),
        ),
    ),
)
# The elements of the list: their place in it, and the key that speaks for them.
ELEMENTS = tuple(
    (f"gifts:all:{ordinal}", "merged", gift_key(gift_id))
    for ordinal, gift_id in enumerate(NAMES, 1)
)
