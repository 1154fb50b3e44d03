"""Products, the store's gifts: the shapes the application wrote, and what can be wrong with one."""

from __future__ import annotations

from collections.abc import Callable

from scripts.sample.catalogs import LEGACY_CATALOG
from scripts.sample.document import Document, fault, repair
from scripts.sample.words import CATEGORIES
from scripts.sample.world import ENVIRONMENT, World, iso

CURRENCIES = ("USD", "USD", "EUR", "GBP")


def _gift(world: World, key: str, gift_id: str, **fields: object) -> Document:
    value = {
        "id": gift_id,
        "name": world.product(),
        "description": "A gift",
        "category": world.random.choice(CATEGORIES),
        "sku": f"SK-{world.serial('sku'):06}",
        "price": world.cents() / 100,
        **fields,
    }
    return Document(key.format(id=gift_id), value, "products")


def default_gift(world: World, _: Document) -> Document:
    """Make one of the first gifts: no catalog, no currency, a long description (G2)."""
    return _gift(
        world,
        f"gift:{ENVIRONMENT}:{{id}}",
        f"gift-{world.serial('gift')}",
        image="https://cdn.example/gift.jpg",
        longDescription="Warm, soft & <em>made</em> to last",
        features=["Soft", "Washable"],
        specifications={"Material": "Wool", "Size": "130 by 170 cm"},
        availableQuantity=world.random.randrange(500),
        status=world.random.choice(("active", "active", "inactive")),
    )


def managed_gift(world: World, catalog: Document) -> Document:
    """Make a gift of the admin pages: lower-case category, stock of its own name (G3)."""
    ms = world.tick()
    return _gift(
        world,
        f"gift:{ENVIRONMENT}:{{id}}",
        world.text_id("gift", ms),
        catalogId=catalog.id,
        msrp=world.cents() / 100 + 20,
        imageUrl="https://cdn.example/gift.png",
        images=["https://cdn.example/1.png", "https://cdn.example/2.png"],
        inventoryTracking=True,
        inventoryQuantity=world.random.randrange(100),
        tags=["new"],
        specifications=[{"name": "Weight", "value": 1.25}],
        status=world.random.choice(("active", "out_of_stock", "discontinued")),
        environmentId=ENVIRONMENT,
        createdAt=iso(ms),
        updatedAt=iso(world.later(ms)),
    )


def imported_gift(world: World, _: Document) -> Document:
    """Make a gift of the bulk import: stock as an object, everything else as text (G4)."""
    ms = world.tick()
    stock = world.random.choice((0, 100))
    gift_id = f"gift-{ms}-{world.serial('imported')}"
    return _gift(
        world,
        "gifts:{id}",
        gift_id,
        sku=f"SKU-{gift_id}",
        retailValue=world.cents() / 100,
        inventory={"total": stock, "available": stock, "reserved": 0},
        inStock=stock > 0,
        availableQuantity=stock,
        attributes={"features": "light, small", "specifications": "none", "tags": "a,b"},
        priority=1,
        quantityLimit=5,
        image="",
        status="active" if stock else "out_of_stock",
        createdAt=iso(ms),
        updatedAt=iso(ms),
    )


def catalogued_gift(world: World, _: Document) -> Document:
    """Make a gift as the catalog migration left it, its catalog named twice (G5)."""
    ms = world.tick()
    return _gift(
        world,
        "gifts:{id}",
        world.text_id("gift", ms),
        catalogId=LEGACY_CATALOG,
        source={
            "catalogId": LEGACY_CATALOG,
            "externalId": f"X{ms}",
            "syncStatus": "manual",
            "syncNotes": "Moved",
        },
        currency="USD",
        status="active",
        createdAt=iso(ms),
        updatedAt=iso(world.later(ms)),
    )


def ordered_gift(world: World, catalog: Document) -> Document:
    """Make a gift as the public order page wrote it back, without an environment (G6)."""
    ms = world.tick()
    return _gift(
        world,
        "gift:{id}",
        world.text_id("gift", ms),
        source={"catalogId": catalog.id, "syncStatus": "synced", "lastSyncedAt": iso(ms)},
        stock=world.random.randrange(30),
        currency=world.random.choice(CURRENCIES),
        isActive=True,
        createdAt=iso(ms),
    )


def table_like_product(world: World, catalog: Document) -> Document:
    """Make a product spelt as its table, under any of the keys that name products."""
    ms = world.tick()
    product_id = world.uuid()
    value = {
        "id": product_id,
        "catalog_id": catalog.id,
        "sku": f"SK-{world.serial('sku'):06}",
        "name": world.product(),
        "brand": world.company(),
        "price": f"{world.cents() / 100:.2f}",
        "cost": 1,
        "currency": world.random.choice(CURRENCIES),
        "image_url": "https://cdn.example/p.webp",
        "features": [],
        "specifications": {},
        "available_quantity": world.random.randrange(50),
        "track_inventory": False,
        "status": "active",
        "created_at": iso(ms),
        "updated_at": iso(world.later(ms)),
    }
    keys = ("product:{}", "products:{}", "product:production:{}", "products:production:{}")
    key = world.random.choice((*keys, "gifts:production:{}"))
    return Document(key.format(product_id), value, "products")


Shape = Callable[[World, Document], Document]
SHAPES: tuple[Shape, ...] = (
    managed_gift,
    imported_gift,
    catalogued_gift,
    ordered_gift,
    table_like_product,
)


def plain_product(world: World, catalog: Document) -> Document:
    """Make a product that states all it needs, for one change to be made to it."""
    ms = world.tick()
    return _gift(
        world,
        f"gift:{ENVIRONMENT}:{{id}}",
        world.text_id("gift", ms),
        catalogId=catalog.id,
        price=25.5,
        currency="EUR",
        status="active",
        createdAt=iso(ms),
        updatedAt=iso(world.later(ms)),
    )


FAULTS = (
    fault("id_malformed", "an object", id={"gift": 1}),
    fault("name_missing", "no name", drop="name"),
    fault("name_too_short", "flaw 10: one letter once trimmed", name="C  "),
    fault("name_malformed", "a list", name=["Cup"]),
    fault("catalog_unknown", "a catalog that is nowhere", catalogId="catalog_nowhere"),
    fault("catalog_id_malformed", "an object", catalogId={"id": LEGACY_CATALOG}),
    fault("sku_malformed", "a list", sku=["SK-1"]),
    fault("price_missing", "no price", drop="price"),
    fault("price_missing", "empty", price=""),
    fault("price_missing", "null", price=None),
    fault("price_malformed", "a currency sign", price="$19.99"),
    fault("price_malformed", "a comma", price="19,99"),
    fault("price_malformed", "NaN as text", price="NaN"),
    fault("price_malformed", "Infinity as text", price="Infinity"),
    fault("price_malformed", "a list", price=[19.99]),
    fault("price_malformed", "a boolean", price=True),
    fault("price_out_of_range", "negative", price=-1),
    fault("price_out_of_range", "one digit too many", price=100_000_000),
    fault("price_out_of_range", "one digit too many once rounded", price="99999999.995"),
    fault("price_out_of_range", "401 digits", price=10**400),
    fault("price_out_of_range", "a large exponent", price="1e400"),
    fault("cost_malformed", "a word", cost="cheap"),
    fault("cost_out_of_range", "negative", cost=-0.5),
    fault("msrp_malformed", "an object", msrp={"EUR": 10}),
    fault("msrp_out_of_range", "one digit too many", msrp="100000000"),
    fault("currency_malformed", "a list", currency=["EUR"]),
    fault("brand_malformed", "a list in a text column", brand=["Orvellin"]),
    fault("images_malformed", "an object", images={"1": "https://cdn.example/1.png"}),
    fault("features_malformed", "a text", features="soft, light"),
    fault("specifications_malformed", "a text", specifications="wool"),
    fault("available_quantity_malformed", "flaw 11: a fraction", availableQuantity=2.5),
    fault("available_quantity_malformed", "a word", availableQuantity="many"),
    fault("available_quantity_out_of_range", "negative", availableQuantity=-1),
    fault("available_quantity_out_of_range", "beyond an integer", availableQuantity=3_000_000_000),
    fault("track_inventory_malformed", "half a word", trackInventory="tr"),
    fault("status_unmapped", "flaw 11: backordered", status="backordered"),
    fault("status_malformed", "a boolean", status=True),
    fault("sync_status_unmapped", "pending", source={"syncStatus": "pending"}),
    fault("sync_status_malformed", "a list", source={"syncStatus": ["synced"]}),
    fault("last_synced_at_malformed", "a word", source={"lastSyncedAt": "never"}),
    fault("created_at_malformed", "infinity", createdAt="infinity"),
    fault("created_at_malformed", "a long date", createdAt="March 3, 2026"),
    fault("updated_at_malformed", "a list", updatedAt=[]),
    fault(
        "available_quantity_out_of_range catalog_unknown price_malformed",
        "flaw 17: every reason is told, not the first",
        catalogId="catalog_nowhere",
        price="free",
        availableQuantity=-3,
    ),
)
REPAIRS = (
    repair("a price as text", {"price": "19.99"}, price="19.99"),
    repair("a price with an exponent", {"price": "120.00"}, price="1.2e2"),
    repair("rounded up", {"price": "10.00"}, price=9.999),
    repair("rounded half away from zero", {"price": "2.35"}, price=2.345),
    repair("the highest price", {"price": "99999999.99"}, price="99999999.994"),
    repair("a price of nothing", {"price": "0.00"}, price=0),
    repair("value is a price", {"price": "12.00"}, drop="price", value=12),
    repair("no SKU", {"sku": "SKU-{id}"}, drop="sku"),
    repair("no currency", {"currency": "USD"}, drop="currency"),
    repair("no catalog", {"price": "25.50"}, drop="catalogId"),
    repair(
        "the catalog under source",
        {"sync_status": "conflict", "external_id": "X-1", "sync_notes": "Twice"},
        drop="catalogId",
        source={
            "catalogId": LEGACY_CATALOG,
            "syncStatus": "conflict",
            "externalId": "X-1",
            "syncNotes": "Twice",
        },
    ),
    repair(
        "image is an image_url", {"image_url": "https://i.example/1"}, image="https://i.example/1"
    ),
    repair(
        "isActive decides without a status", {"status": "inactive"}, drop="status", isActive=False
    ),
    repair(
        "inStock decides without both", {"status": "out_of_stock"}, drop="status", inStock=False
    ),
    repair("neither", {"status": "active"}, drop="status"),
    repair("stock in an object", {"available_quantity": "7"}, inventory={"available": 7}),
    repair("a count as text", {"available_quantity": "7"}, stock="7"),
    repair("a count with a fraction of nothing", {"available_quantity": "7"}, stock=7.0),
    repair(
        "flaw 14: defaults stay where nothing is stated",
        {
            "available_quantity": "0",
            "track_inventory": "true",
            "sync_status": "manual",
            "images": "[]",
            "features": "[]",
            "specifications": "{}",
        },
    ),
    repair(
        "flaw 9: no date at all, and none of today's",
        {"created_at": "1970-01-01 00:00:00+00", "updated_at": "1970-01-01 00:00:00+00"},
        drop="createdAt updatedAt",
        key="gift:production:gift-{tail}",
        id="gift-{tail}",
    ),
)
