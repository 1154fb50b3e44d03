"""Catalogs: the shapes the application wrote, and what can be wrong with one."""

from __future__ import annotations

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


