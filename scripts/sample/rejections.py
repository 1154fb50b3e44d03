"""Planted records that are rejected because of another one.

Every defective parent has children of its own, so that no other record falls with it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from scripts.sample.anchor import Anchor
from scripts.sample.catalogs import plain_catalog
from scripts.sample.clients import demo_client, plain_client
from scripts.sample.document import Document, changed, merged, rejected
from scripts.sample.employees import demo_employee, plain_employee
from scripts.sample.orders import Purchase, plain_order, public_order
from scripts.sample.products import plain_product
from scripts.sample.sites import demo_site, plain_site
from scripts.sample.world import World


def demo_family(world: World, anchor: Anchor) -> list[Document]:
    """Plant a demo client as the seed wrote it: without e-mail, twice, and all that hangs on it."""
    client = rejected(
        changed(demo_client(world), drop="contactEmail"),
        "clients: contact_email_missing: the demo seed writes none (C3)",
        "contact_email_missing",
    )
    alias = replace(client, key=client.key.replace("client-demo-", "demo-"))
    site = demo_site(world, client, anchor.catalog)
    site = rejected(
        replace(site, key=f"sites:{site.id}"),
        "sites: flaw 8: client_rejected: its client was rejected",
        "client_rejected",
        root=client,
    )
    embedded = replace(site, key=f"client:{client.id}:site:{site.id}")
    order = changed(
        public_order(world, Purchase(client, site, anchor.product, anchor.employee)),
        drop="employeeId",
    )
    slug = site.value["slug"]
    return [
        client,
        merged(alias, "clients: the same record under an alias (C4)", client),
        site,
        merged(embedded, "sites: a copy under its client (S7)", site),
        Document(f"sites:slug:{slug}", {"siteId": site.id}, outcome="derived"),
        Document(f"site:slug:{slug}", {"siteId": site.id}, outcome="derived"),
        rejected(
            demo_employee(world, site),
            "employees: flaw 8: site_rejected: its site's client was rejected",
            "site_rejected",
            root=client,
        ),
        rejected(
            order,
            "orders: flaw 8: client_rejected site_rejected: the client was rejected",
            "client_rejected site_rejected",
            root=client,
        ),
    ]


def rejected_catalog(world: World, anchor: Anchor) -> list[Document]:
    """Plant a rejected catalog with a product, an order of it, and a site that uses it."""
    catalog = rejected(
        changed(plain_catalog(world), type="rental"),
        "catalogs: type_unmapped: rental, with children",
        "type_unmapped",
    )
    product = rejected(
        plain_product(world, catalog),
        "products: flaw 8: catalog_rejected: its catalog was rejected",
        "catalog_rejected",
        root=catalog,
    )
    return [
        catalog,
        product,
        rejected(
            changed(plain_site(world, anchor.client), catalogId=catalog.id),
            "sites: flaw 8: catalog_rejected: its catalog was rejected",
            "catalog_rejected",
            root=catalog,
        ),
        rejected(
            changed(plain_order(world, anchor.purchase), giftId=product.id),
            "orders: flaw 8: product_rejected: its product's catalog was rejected",
            "product_rejected",
            root=catalog,
        ),
    ]


def rejected_owner(world: World, _: Anchor) -> list[Document]:
    """Plant a rejected client that owns a catalog."""
    client = rejected(
        changed(plain_client(world), status="suspended"),
        "clients: status_unmapped: suspended, with a catalog",
        "status_unmapped",
    )
    catalog = rejected(
        changed(plain_catalog(world), ownerId=client.id),
        "catalogs: flaw 8: owner_rejected: its owner was rejected",
        "owner_rejected",
        root=client,
    )
    return [client, catalog]


def rejected_site(world: World, anchor: Anchor) -> list[Document]:
    """Plant a rejected site with an employee and an order."""
    site = rejected(
        changed(plain_site(world, anchor.client), status="maintenance"),
        "sites: status_unmapped: maintenance, with children",
        "status_unmapped",
    )
    order = changed(plain_order(world, anchor.purchase), drop="employeeId", siteId=site.id)
    return [
        site,
        rejected(
            plain_employee(world, site),
            "employees: flaw 8: site_rejected: its site was rejected",
            "site_rejected",
            root=site,
        ),
        rejected(
            order,
            "orders: flaw 8: site_rejected: its site was rejected",
            "site_rejected",
            root=site,
        ),
    ]


def rejected_links(world: World, anchor: Anchor) -> list[Document]:
    """Plant a rejected product and a rejected employee, each with an order."""
    product = rejected(
        changed(plain_product(world, anchor.catalog), price="free"),
        "products: price_malformed: a word, with an order",
        "price_malformed",
    )
    employee = rejected(
        changed(plain_employee(world, anchor.site), status="terminated"),
        "employees: status_unmapped: terminated, with an order",
        "status_unmapped",
    )
    return [
        product,
        employee,
        rejected(
            changed(plain_order(world, anchor.purchase), giftId=product.id),
            "orders: flaw 8: product_rejected: its product was rejected",
            "product_rejected",
            root=product,
        ),
        rejected(
            changed(plain_order(world, anchor.purchase), employeeId=employee.id),
            "orders: flaw 8: employee_rejected: its employee was rejected",
            "employee_rejected",
            root=employee,
        ),
    ]


REJECTIONS: tuple[Callable[[World, Anchor], list[Document]], ...] = (
    demo_family,
    rejected_catalog,
    rejected_owner,
    rejected_site,
    rejected_links,
)
