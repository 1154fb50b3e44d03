"""Planted records that other keys tell of: their catalog, their site, their place in a list."""

from __future__ import annotations

from collections.abc import Callable

from scripts.sample.anchor import Anchor
from scripts.sample.catalogs import LEGACY_CATALOG, plain_catalog
from scripts.sample.document import (
    Document,
    change,
    changed,
    classed,
    encoded,
    migrated,
    rejected,
    told,
)
from scripts.sample.employees import plain_employee
from scripts.sample.orders import plain_order
from scripts.sample.products import plain_product
from scripts.sample.sites import plain_site
from scripts.sample.world import ENVIRONMENT, World, mail


def _uuid_catalog(world: World) -> Document:
    new_id = world.uuid()
    return changed(plain_catalog(world), key=f"catalogs:{new_id}", id=new_id)


def catalogs_of_sites(world: World, anchor: Anchor) -> list[Document]:
    """Plant sites whose catalog stands in their configuration alone, or beside their own."""
    catalog, other = _uuid_catalog(world), _uuid_catalog(world)
    silent, lost, stating = (plain_site(world, anchor.client) for _ in range(3))
    stating = changed(stating, catalogId=other.id)

    def configuration(site: Document, catalog_id: str) -> Document:
        value = {"siteId": site.id, "catalogId": catalog_id}
        return Document(f"sites:{site.id}:catalog_config", value, outcome="other_family")

    return [
        catalog,
        other,
        configuration(silent, catalog.id),
        configuration(lost, "catalog_nowhere"),
        configuration(stating, catalog.id),
        told(
            migrated(silent, "sites: the catalog of its configuration", catalog_id=catalog.id),
            changes=[change("catalog_id", "from_catalog_config", catalog.id)],
            leftovers=[],
        ),
        told(
            migrated(lost, "sites: a configured catalog that is nowhere", catalog_id=None),
            changes=[],
            leftovers=[],
        ),
        told(
            migrated(stating, "sites: a stated catalog before a configured", catalog_id=other.id),
            changes=[],
            leftovers=[],
        ),
    ]


def catalogs_of_gifts(world: World, anchor: Anchor) -> list[Document]:
    """Plant gifts that one catalog lists, that two list, and that name another than lists them."""
    catalog, other = _uuid_catalog(world), _uuid_catalog(world)
    listed, doubtful = (
        changed(plain_product(world, anchor.catalog), drop="catalogId") for _ in range(2)
    )
    stating = changed(plain_product(world, anchor.catalog), catalogId=other.id)

    def gifts_of(owner: Document, about: str, lost: str, *gifts: Document) -> Document:
        key = f"catalog_gifts:{owner.id}"
        document = Document(key, [*(gift.id for gift in gifts), lost])
        planted = classed(document, "derived", f"products: {about}")
        return told(planted, findings=[(lost, "listed_but_absent")])

    lost = f"gift-lost-{world.letters(5)}"
    return [
        catalog,
        other,
        gifts_of(catalog, "the gifts of a catalog, one of them nowhere", lost, listed, doubtful),
        gifts_of(other, "a gift two catalogs list", lost, doubtful),
        told(
            migrated(listed, "products: the catalog that lists it", catalog_id=catalog.id),
            changes=[change("catalog_id", "from_catalog_gifts", catalog.id)],
            leftovers=[],
        ),
        told(
            migrated(doubtful, "products: two catalogs list it, so neither does", price="25.50"),
            changes=[change("catalog_id", "default", f"id of catalogs:{LEGACY_CATALOG}")],
            leftovers=[],
        ),
        told(
            migrated(stating, "products: a stated catalog before any list", catalog_id=other.id),
            changes=[],
            leftovers=[],
        ),
    ]


def orders_by_email(world: World, anchor: Anchor) -> list[Document]:
    """Plant orders without a site: of an employee, of nobody, and of two at two sites."""
    number = world.serial("email owner")
    alone, both = mail(f"alone {number}", "staff"), mail(f"both {number}", "staff")
    # Of one site, though two work there: a site is looked for, not a person.
    staff = [
        changed(plain_employee(world, anchor.site), email=alone),
        changed(plain_employee(world, anchor.site), email=alone.upper()),
        changed(plain_employee(world, anchor.second_site), email=both),
        changed(plain_employee(world, anchor.third_site), email=both),
    ]

    def order(email: str) -> Document:
        return changed(
            plain_order(world, anchor.purchase),
            drop="siteId siteName giftName giftDescription giftCategory giftImageUrl",
            employeeEmail=email,
            customerName="Corin Elderfenn",
            items=[{"sku": "SK-1", "quantity": 1}],
            metadata={"carrier": "Parcel Post"},
        )

    return [
        *staff,
        told(
            migrated(order(alone), "orders: the site of its e-mail", site_id=anchor.site.id),
            changes=[change("site_id", "from_email", anchor.site.id)],
        ),
        rejected(
            order(both), "orders: site_id_ambiguous: an e-mail at two sites", "site_id_ambiguous"
        ),
        rejected(
            order(mail(f"nobody {number}", "staff")),
            "orders: site_id_missing: an e-mail of nobody",
            "site_id_missing",
        ),
    ]


def lookups(world: World, anchor: Anchor) -> list[Document]:
    """Plant lookups that name another slug than their site has, or a site that is nowhere."""
    site = plain_site(world, anchor.client)
    number = world.serial("lookup")
    return [
        site,
        told(
            classed(
                Document(f"sites:slug:old-{number}", {"siteId": site.id}),
                "derived",
                "sites: a lookup of another slug than its site has",
            ),
            findings=[(site.id, "lookup_disagrees")],
        ),
        told(
            classed(
                Document(f"site:slug:lost-{number}", {"siteId": "site-lost"}),
                "derived",
                "sites: a lookup of a site that is nowhere",
            ),
            findings=[("site-lost", "listed_but_absent")],
        ),
        told(
            classed(
                encoded(Document(f"user_orders:lists-{number}", [None, "order-lost"]), 1),
                "derived",
                "orders: a list in a string, one member no id, one nowhere",
            ),
            findings=[("null", "member_malformed"), ("order-lost", "listed_but_absent")],
        ),
    ]


def told_by_keys(world: World, anchor: Anchor) -> list[Document]:
    """Plant employees whose key alone says where they are, or who; and an order's doubled key."""
    here, nameless = plain_employee(world, anchor.site), plain_employee(world, anchor.site)
    order = plain_order(world, anchor.purchase)
    whole = f"order:{anchor.site.id}:{order.id}"
    return [
        told(
            migrated(
                changed(here, drop="siteId"),
                "employees: the site of the key, listed",
                site_id=anchor.site.id,
            ),
            changes=[change("site_id", "from_key", anchor.site.id)],
            leftovers=[],
        ),
        told(
            migrated(
                changed(nameless, drop="id"),
                "employees: the id of the key, listed",
                id=nameless.id,
            ),
            changes=[change("id", "from_key", nameless.id)],
            leftovers=[],
        ),
        migrated(
            changed(order, key=f"order:{ENVIRONMENT}:{whole}", id=whole),
            "orders: a key doubled by the moving of keys, its id the key from before",
            id=order.id,
        ),
    ]


IMPLIED: tuple[Callable[[World, Anchor], list[Document]], ...] = (
    catalogs_of_sites,
    catalogs_of_gifts,
    orders_by_email,
    lookups,
    told_by_keys,
)
