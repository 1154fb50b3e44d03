"""Catalogs: the shapes the application wrote, and what can be wrong with one."""

from __future__ import annotations

from collections.abc import Callable

from scripts.sample.document import Document, fault, migrated, repair
from scripts.sample.world import SECRET_MARK, World, base36, iso, pg_time, slug_of

LEGACY_CATALOG = "catalog_legacy_default"


def legacy_catalog(world: World) -> Document:
    """Make the application's own catalog for gifts from before there were catalogs."""
    ms = world.tick()
    value = {
        "id": LEGACY_CATALOG,
        "name": "Legacy Gifts",
        "description": "Gifts from before there were catalogs",
        "type": "manual",
        "source": {"type": "manual", "sourceSystem": "legacy"},
        "status": "active",
        "totalProducts": 6,
        "activeProducts": 6,
        "settings": {"defaultCurrency": "USD", "allowSiteOverrides": True},
        "createdAt": iso(ms),
        "updatedAt": iso(ms),
    }
    return Document(f"catalogs:{LEGACY_CATALOG}", value, "catalogs")


def _catalog(world: World, key: str, owner: Document | None, source: object) -> Document:
    ms = world.tick()
    name = f"{world.company()} Catalog"
    catalog_id = f"catalog_{slug_of(name).replace('-', '_')}_{base36(ms)}_{world.letters(4)}"
    value = {
        "id": catalog_id,
        "name": name,
        "description": f"What {name} offers",
        "type": world.random.choice(("erp", "vendor", "manual", "dropship")),
        "source": source,
        "status": world.random.choice(("active", "active", "inactive", "syncing", "error")),
        "totalProducts": 0,
        "activeProducts": 0,
        "settings": {"autoSync": True, "syncFrequency": "daily", "priceMarkup": 2.5},
        "managedBy": "admin",
        "lastSyncedAt": iso(world.later(ms)),
        "createdAt": iso(ms),
        "updatedAt": iso(world.later(ms)),
    }
    if owner:
        value["ownerId"] = owner.id
    return Document(key.format(id=catalog_id), value, "catalogs")


def api_catalog(world: World, owner: Document) -> Document:
    """Make a catalog fed by an interface, with the credentials for it inside."""
    source = {
        "type": "api",
        "sourceSystem": "warehouse",
        "sourceId": f"W{world.serial('warehouse')}",
        "apiConfig": {
            "endpoint": "https://api.warehouse.example/v2",
            "authType": "basic",
            "credentials": {"username": "sync", "password": world.secret()},
        },
    }
    return _catalog(world, "catalogs:{id}", owner, source)


def file_catalog(world: World, owner: Document) -> Document:
    """Make a catalog fed by files, with a password for their server inside."""
    source = {
        "type": "file",
        "fileConfig": {
            "format": "csv",
            "ftpHost": "ftp.vendor.example",
            "ftpPassword": world.secret(),
        },
    }
    return _catalog(world, "catalogs:{id}", owner, source)


def manual_catalog(world: World, _: Document) -> Document:
    """Make a catalog kept by hand, owned by nobody."""
    return _catalog(world, "catalogs:{id}", None, {"type": "manual"})


def moved_catalog(world: World, owner: Document) -> Document:
    """Make a catalog under one of the keys that the key migration could have made."""
    key = world.random.choice(
        ("catalog:{id}", "catalog:production:{id}", "catalogs:production:{id}")
    )
    return _catalog(world, key, owner, {"type": "manual", "sourceVersion": "2"})


Shape = Callable[[World, Document], Document]
SHAPES: tuple[Shape, ...] = (
    api_catalog,
    file_catalog,
    manual_catalog,
    moved_catalog,
)


def plain_catalog(world: World) -> Document:
    """Make a catalog that states all it needs, for one change to be made to it."""
    catalog = _catalog(world, "catalogs:{id}", None, {"type": "manual"})
    catalog.value.update(type="manual", status="active")
    return catalog


def dateless_catalog(world: World) -> Document:
    """Make a catalog whose only date stands in its id, in base 36."""
    ms = world.tick()
    catalog_id = f"catalog_spring_{base36(ms)}_{world.letters(4)}"
    value = {"id": catalog_id, "name": "Spring", "type": "vendor"}
    document = Document(f"catalogs:{catalog_id}", value, "catalogs")
    row = {"created_at": pg_time(ms), "updated_at": pg_time(ms), "status": "draft"}
    return migrated(document, "catalogs: flaw 9: the date comes from the id in base 36", **row)


FAULTS = (
    fault("id_malformed", "a list", id=["catalog_1"]),
    fault("name_missing", "empty", name=""),
    fault("name_too_short", "flaw 10: one letter once trimmed", name=" C "),
    fault("name_malformed", "a boolean", name=False),
    fault("type_missing", "no type", drop="type"),
    fault("type_unmapped", "wholesale", type="wholesale"),
    fault("type_malformed", "an object", type={"kind": "erp"}),
    fault("status_unmapped", "flaw 11: archived", status="archived"),
    fault("status_malformed", "a list", status=["active"]),
    fault("description_malformed", "an object in a text column", description={"en": "Tea"}),
    fault("source_malformed", "a text", source="manual"),
    fault("settings_malformed", "a list", settings=["autoSync"]),
    fault("total_products_malformed", "a fraction", totalProducts=1.5),
    fault("total_products_malformed", "NaN as text", totalProducts="NaN"),
    fault("total_products_out_of_range", "beyond an integer", totalProducts=3_000_000_000),
    fault("active_products_malformed", "a word", activeProducts="many"),
    fault("active_products_out_of_range", "negative", activeProducts=-1),
    fault(
        "active_products_out_of_range",
        "flaw 7: a fault only the table's check would see",
        totalProducts=3,
        activeProducts=4,
    ),
    fault("last_synced_at_malformed", "a word", lastSyncedAt="never"),
    fault("next_sync_at_malformed", "tomorrow", nextSyncAt="tomorrow"),
    fault("owner_id_malformed", "an object", ownerId={"id": "client-1"}),
    fault("created_at_malformed", "day and month in doubt", createdAt="1/8/2025"),
    fault("created_at_malformed", "a month too many", createdAt="2026-13-01T00:00:00Z"),
    fault("updated_at_malformed", "a year of five digits", updatedAt="10000-01-01T00:00:00Z"),
    fault(
        "name_missing status_unmapped type_unmapped",
        "flaw 17: every reason is told, not the first",
        name="",
        type="wholesale",
        status="archived",
    ),
)
REPAIRS = (
    repair(
        "flaw 5: an owner that is nowhere is null",
        {"owner_id": None},
        ownerId="client-nowhere",
    ),
    repair(
        "flaw 16: credentials in source are withheld",
        {"type": "erp"},
        type="erp",
        source={
            "type": "api",
            "apiConfig": {
                "endpoint": "https://api.warehouse.example/v2",
                "credentials": {"apiKey": SECRET_MARK + "catalog-api-key"},
            },
        },
    ),
    repair(
        "flaw 16: the password of a file server in source is withheld",
        {"type": "vendor"},
        type="vendor",
        source={
            "type": "file",
            "fileConfig": {"ftpHost": "f.example", "ftpPassword": SECRET_MARK + "catalog-ftp"},
        },
    ),
    repair("no status", {"status": "draft"}, drop="status"),
    repair("counts as text", {"total_products": "12"}, totalProducts="12"),
    repair("no counts", {"total_products": "0"}, drop="totalProducts activeProducts"),
    repair("flaw 12: '' is no time", {"next_sync_at": None}, nextSyncAt=""),
)
