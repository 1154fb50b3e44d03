"""What is added when somebody makes one catalog and gives it to one site."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from seeded.cases import Case, Group, kept_apart, migrated, new_id
from seeded.clients_and_sites import site_key
from seeded.gifts import DEFAULT_CATALOG

_ID = "catalog_spring_range_mlfbn5k0_a1b2"
_TIME = "2026-02-09T18:00:00.000Z"
_SETTINGS = {"autoSync": False, "defaultCurrency": "USD", "allowSiteOverrides": True}
_CATALOG = {
    "id": _ID,
    "name": "Spring Range",
    "description": "One catalog.",
    "type": "manual",
    "source": {"type": "manual"},
    "status": "active",
    "totalProducts": 0,
    "activeProducts": 0,
    "settings": _SETTINGS,
    "managedBy": "admin1",
    "ownerId": "client-001",
    "createdAt": _TIME,
    "updatedAt": _TIME,
}


def _configuration(site_id: str, catalog_id: str) -> dict[str, Any]:
    return {
        "siteId": site_id,
        "catalogId": catalog_id,
        "exclusions": {"excludedCategories": [], "excludedSkus": ["PS-001"]},
        "overrides": {"allowPriceOverride": False, "priceAdjustment": 0},
        "availability": {"hideOutOfStock": True},
        "updatedAt": _TIME,
    }


CATALOG = Group(
    "`catalogs:all`, `catalogs:catalog_…`, its lists, `sites:site-00N:catalog_config`",
    "one catalog, made on the admin pages and given to a site; another site has the default one",
    "the one list of ids there is",
    "a catalog, and the sites that use one",
    (
        kept_apart("derived", "catalogs:all", [_ID]),
        migrated(
            "catalogs",
            f"catalogs:{_ID}",
            _CATALOG,
            name="Spring Range",
            description="One catalog.",
            type="manual",
            status="active",
            source={"type": "manual"},
            settings=_SETTINGS,
            managed_by="admin1",
            owner_id=new_id("clients", "client-001"),
            created_at=_TIME,
            updated_at=_TIME,
        ),
        kept_apart("derived", f"catalog_gifts:{_ID}", []),
        kept_apart("derived", "catalog_index:by_type:manual", [_ID]),
        kept_apart("derived", "catalog_index:by_status:active", [_ID]),
        kept_apart("derived", "catalog_index:by_owner:client-001", [_ID]),
        kept_apart(
            "other_family", "sites:site-001:catalog_config", _configuration("site-001", _ID)
        ),
        # Nobody made this one: the run does, for the gifts that have no catalog.
        kept_apart(
            "other_family",
            "sites:site-002:catalog_config",
            _configuration("site-002", "catalog_legacy_default"),
        ),
    ),
)


def configured(store: tuple[Group, ...]) -> tuple[Group, ...]:
    """Give the store with the two rows that the configurations change: the sites have a catalog."""
    catalogs = {
        site_key("site-001"): new_id("catalogs", _ID),
        site_key("site-002"): DEFAULT_CATALOG,
    }

    def changed(case: Case) -> Case:
        if case.key not in catalogs or case.row is None:
            return case
        return replace(case, row={**case.row, "catalog_id": catalogs[case.key]})

    return tuple(replace(group, cases=tuple(map(changed, group.cases))) for group in store)
