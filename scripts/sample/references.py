"""Planted records that refer to something deleted, something elsewhere, or two things at once.

Every deleted parent has children of its own, so that no other record falls with it.
"""

from __future__ import annotations

from collections.abc import Callable

from scripts.sample.anchor import Anchor
from scripts.sample.catalogs import plain_catalog
from scripts.sample.clients import plain_client
from scripts.sample.document import Document, changed, classed, migrated, rejected
from scripts.sample.employees import plain_employee
from scripts.sample.orders import plain_order, tracked_order
from scripts.sample.products import plain_product
from scripts.sample.sites import plain_site
from scripts.sample.world import World, iso


def deleted_client(world: World, anchor: Anchor) -> list[Document]:
    """Plant a soft deleted client with a site, its employee, a catalog and an order."""
    client = classed(
        changed(plain_client(world), deleted=True, name="", status="gone"),
        "soft_deleted",
        "clients: flaw 13: deleted, whatever else is wrong",
    )
    site = rejected(
        plain_site(world, client),
        "sites: client_deleted: its client was deleted",
        "client_deleted",
        root=client,
    )
    return [
        client,
        site,
        rejected(
            plain_employee(world, site),
            "employees: site_rejected: its site's client was deleted",
            "site_rejected",
            root=client,
        ),
        migrated(
            changed(plain_catalog(world), ownerId=client.id),
            "catalogs: an owner that was deleted is null",
            owner_id=None,
        ),
        rejected(
            changed(plain_order(world, anchor.purchase), clientId=client.id),
            "orders: client_deleted: its client was deleted",
            "client_deleted",
            root=client,
        ),
    ]


def deleted_catalog(world: World, anchor: Anchor) -> list[Document]:
    """Plant a soft deleted catalog with a product and a site."""
    catalog = classed(
        changed(plain_catalog(world), isDeleted=True, type="gone"),
        "soft_deleted",
        "catalogs: flaw 13: isDeleted, whatever else is wrong",
    )
    return [
        catalog,
        rejected(
            plain_product(world, catalog),
            "products: catalog_deleted: its catalog was deleted",
            "catalog_deleted",
            root=catalog,
        ),
        migrated(
            changed(plain_site(world, anchor.client), catalogId=catalog.id),
            "sites: a catalog that was deleted is null",
            catalog_id=None,
        ),
    ]


def deleted_site(world: World, anchor: Anchor) -> list[Document]:
    """Plant a soft deleted site with an employee and an order."""
    site = classed(
        changed(plain_site(world, anchor.client), deletedAt=iso(world.tick()), slug="a b"),
        "soft_deleted",
        "sites: flaw 13: deletedAt, whatever else is wrong",
    )
    order = changed(plain_order(world, anchor.purchase), drop="employeeId", siteId=site.id)
    return [
        site,
        rejected(
            plain_employee(world, site),
            "employees: site_deleted: its site was deleted",
            "site_deleted",
            root=site,
        ),
        rejected(order, "orders: site_deleted: its site was deleted", "site_deleted", root=site),
    ]


def deleted_links(world: World, anchor: Anchor) -> list[Document]:
    """Plant a soft deleted product, employee and order, and orders that refer to the first two."""
    product = classed(
        changed(plain_product(world, anchor.catalog), deleted=True, deletedBy="admin"),
        "soft_deleted",
        "products: flaw 13: deleted with its status unchanged",
    )
    employee = classed(
        changed(plain_employee(world, anchor.site), deletedAt="long ago", email="nobody"),
        "soft_deleted",
        "employees: flaw 13: deletedAt, whatever else is wrong",
    )
    return [
        product,
        employee,
        classed(
            changed(plain_order(world, anchor.purchase), isDeleted=True, totalValue=-1),
            "soft_deleted",
            "orders: flaw 13: isDeleted, whatever else is wrong",
        ),
        migrated(
            changed(plain_order(world, anchor.purchase), giftId=product.id),
            "orders: a product that was deleted is null",
            product_id=None,
        ),
        migrated(
            changed(plain_order(world, anchor.purchase), employeeId=employee.id),
            "orders: an employee that was deleted is null, its text stays",
            employee_id=None,
            customer_employee_id=employee.id,
        ),
    ]


def order_links(world: World, anchor: Anchor) -> list[Document]:
    """Plant orders whose references take a detour, and one that leaves two ways open."""
    elsewhere = plain_employee(world, anchor.second_site)
    twice = f"emp-{world.letters(9)}"
    twins = [
        changed(plain_employee(world, site), key=f"employee:{site.id}:{twice}", id=twice)
        for site in (anchor.second_site, anchor.third_site)
    ]
    return [
        elsewhere,
        *twins,
        migrated(
            changed(plain_order(world, anchor.purchase), drop="clientId"),
            "orders: flaw 13: the client follows from the site",
            client_id=anchor.client.id,
        ),
        migrated(
            changed(
                plain_order(world, anchor.purchase), drop="giftId", gift={"id": anchor.product.id}
            ),
            "orders: flaw 13: the product follows from the embedded gift",
            product_id=anchor.product.id,
        ),
        migrated(
            changed(
                plain_order(world, anchor.purchase),
                employeeId=anchor.employee.value["employeeId"],
            ),
            "orders: flaw 5: a business number finds the employee of the site",
            employee_id=anchor.employee.id,
        ),
        migrated(
            changed(plain_order(world, anchor.purchase), employeeId=elsewhere.id),
            "orders: the one employee of another site",
            employee_id=elsewhere.id,
        ),
        rejected(
            changed(plain_order(world, anchor.purchase), employeeId=twice),
            "orders: employee_id_ambiguous: two employees of other sites",
            "employee_id_ambiguous",
        ),
        migrated(
            changed(plain_order(world, anchor.purchase), drop="employeeEmail"),
            "orders: the employee's own e-mail",
            customer_email=anchor.employee.value["email"],
        ),
        rejected(
            changed(
                tracked_order(world, anchor.purchase),
                drop="siteId",
                userEmail="nobody@elsewhere.example",
            ),
            "orders: site_id_missing: the first form names neither site nor client (O1)",
            "site_id_missing",
        ),
        migrated(
            changed(tracked_order(world, anchor.purchase), drop="siteId"),
            "orders: the first form, its site and client by its e-mail (O1)",
            site_id=anchor.site.id,
            client_id=anchor.client.id,
        ),
    ]


REFERENCES: tuple[Callable[[World, Anchor], list[Document]], ...] = (
    deleted_client,
    deleted_catalog,
    deleted_site,
    deleted_links,
    order_links,
)
