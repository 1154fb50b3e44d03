"""Planted records that meet others: one record under several keys, and one value claimed twice."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from scripts.sample.anchor import Anchor
from scripts.sample.catalogs import plain_catalog
from scripts.sample.clients import plain_client
from scripts.sample.document import Document, changed, classed, merged, migrated, taken
from scripts.sample.employees import plain_employee
from scripts.sample.orders import plain_order
from scripts.sample.products import plain_product
from scripts.sample.sites import plain_site
from scripts.sample.world import ENVIRONMENT, World

_OLD, _NEW = "2026-01-05T00:00:00Z", "2026-01-06T00:00:00Z"
_NEW_ELSEWHERE = "2026-01-05T23:30:00-01:00"  # a later instant than _NEW, though a smaller text


def copies_of_parents(world: World, anchor: Anchor) -> list[Document]:
    """Plant clients, catalogs and sites under several keys each."""
    client = changed(plain_client(world), updatedAt=_NEW)
    newest = changed(client, key=f"clients:{client.id}", updatedAt=_NEW_ELSEWHERE, name="Newest")
    older = changed(client, key=f"client:{client.id}", updatedAt=_OLD, name="Older")
    catalog = changed(plain_catalog(world), updatedAt=_NEW)
    undated = changed(catalog, key=f"catalog:{ENVIRONMENT}:{catalog.id}", drop="updatedAt")
    # One text in all three, so that the key alone decides.
    site = plain_site(world, anchor.client)
    plain = replace(site, key=f"site:{site.id}")
    plural = replace(site, key=f"sites:{site.id}")
    embedded = replace(site, key=f"client:{anchor.client.id}:site:{site.id}")
    return [
        migrated(newest, "clients: flaw 6: the newest of three copies", name="Newest"),
        merged(client, "clients: flaw 6: an older copy under the better key", newest),
        merged(older, "clients: flaw 6: the oldest copy", newest),
        migrated(catalog, "catalogs: flaw 6: the one copy that is dated", type="manual"),
        merged(undated, "catalogs: flaw 6: a copy without updatedAt under the better key", catalog),
        migrated(plain, "sites: flaw 6: equal copies, the better key", status="active"),
        merged(plural, "sites: flaw 6: an equal copy under the plural key (S4)", plain),
        merged(embedded, "sites: flaw 6: an equal copy under its client (S7)", plain),
        Document(f"sites:slug:{site.value['slug']}", {"siteId": site.id}, outcome="derived"),
    ]


def copies_of_children(world: World, anchor: Anchor) -> list[Document]:
    """Plant products, employees and orders under two keys each."""
    product = changed(plain_product(world, anchor.catalog), drop="createdAt updatedAt")
    plural = changed(product, key=f"gifts:{product.id}", availableQuantity=3)
    employee = changed(plain_employee(world, anchor.site), updatedAt=_OLD)
    newer = changed(employee, key=f"employees:{employee.id}", updatedAt=_NEW, firstName="Newer")
    order = changed(plain_order(world, anchor.purchase), updatedAt=_OLD)
    whole_key = f"order:{anchor.site.id}:{order.id}"
    shipped = {"status": "shipped", "shippedAt": _NEW, "updatedAt": _NEW}
    placed = changed(order, key=whole_key, id=whole_key, **shipped)
    return [
        migrated(product, "products: flaw 6: undated copies, the better key", price="25.50"),
        merged(plural, "products: flaw 6: an undated copy under the plural key (G5)", product),
        migrated(newer, "employees: flaw 6: the newer copy", first_name="Newer", id=employee.id),
        merged(employee, "employees: flaw 6: the older copy", newer),
        migrated(
            placed,
            "orders: flaw 6: the newer copy, its id the whole key (O3)",
            id=order.id,
            status="shipped",
            shipped_at="2026-01-06 00:00:00+00",
        ),
        merged(order, "orders: flaw 6: the copy that went stale (O5)", placed),
    ]


def claims_of_clients(world: World, _: Anchor) -> list[Document]:
    """Plant two clients with one code, and two more made at one instant."""
    code, same = (f"DUP-{world.serial('code')}" for _ in range(2))
    first = changed(plain_client(world), clientCode=code)
    second = changed(plain_client(world), clientCode=f" {code} ")
    one, other = (changed(plain_client(world), clientCode=same, createdAt=_OLD) for _ in range(2))
    smaller, larger = sorted((one, other), key=lambda document: document.key)
    return [
        first,
        taken(second, "clients: client_code_taken: the later one", "client_code_taken", first),
        smaller,
        taken(larger, "clients: client_code_taken: the larger key", "client_code_taken", smaller),
    ]


def claims_of_sites(world: World, anchor: Anchor) -> list[Document]:
    """Plant sites that claim one slug, stated or derived."""
    number = world.serial("slug claim")
    stated = changed(plain_site(world, anchor.client), slug=f"claimed-{number}")
    later = changed(plain_site(world, anchor.client), slug=f"claimed-{number}")
    derived = changed(plain_site(world, anchor.client), drop="slug", name=f"Claimed {number}")
    first = changed(plain_site(world, anchor.client), drop="slug", name=f"Both Derived {number}")
    second = changed(plain_site(world, anchor.client), drop="slug", name=f"both derived: {number}")
    return [
        stated,
        taken(later, "sites: slug_taken: the later one", "slug_taken", stated),
        migrated(
            derived,
            "sites: a derived slug gives way to a stated one",
            slug=f"claimed-{number}-2",
        ),
        migrated(first, "sites: the earlier of two derived slugs", slug=f"both-derived-{number}"),
        migrated(second, "sites: the later of two derived slugs", slug=f"both-derived-{number}-2"),
    ]


def claims_of_products(world: World, anchor: Anchor) -> list[Document]:
    """Plant two products with one SKU in one catalog, and a third in another."""
    other = plain_catalog(world)
    first = plain_product(world, anchor.catalog)
    sku = first.value["sku"]
    return [
        other,
        first,
        taken(
            changed(plain_product(world, anchor.catalog), sku=sku),
            "products: sku_taken: the later one",
            "sku_taken",
            first,
        ),
        migrated(
            changed(plain_product(world, other), sku=sku),
            "products: one SKU in two catalogs",
            sku=sku,
        ),
    ]


def claims_of_employees(world: World, anchor: Anchor) -> list[Document]:
    """Plant two employees with one number at a site, and one UUID at two sites."""
    first = plain_employee(world, anchor.site)
    number = first.value["employeeId"]
    # Made earlier, changed later and under the smaller key: the first by every measure.
    here = changed(plain_employee(world, anchor.third_site), updatedAt=_NEW)
    there = changed(
        plain_employee(world, anchor.second_site),
        key=f"employees:{here.id}",
        id=here.id,
        updatedAt=_OLD,
    )
    return [
        first,
        here,
        taken(
            changed(plain_employee(world, anchor.site), employeeId=number),
            "employees: employee_id_taken: the later one",
            "employee_id_taken",
            first,
        ),
        migrated(
            changed(plain_employee(world, anchor.second_site), employeeId=number),
            "employees: one number at two sites",
            employee_id=number,
        ),
        taken(there, "employees: id_taken: one UUID at two sites", "id_taken", here),
    ]


def claims_of_orders(world: World, anchor: Anchor) -> list[Document]:
    """Plant three orders with one number, as the application itself gave it."""
    first, second, third = (plain_order(world, anchor.purchase) for _ in range(3))
    number = first.value["orderNumber"]
    about = "orders: flaw 6: a number given again"
    return [
        migrated(first, "orders: the first with its number", order_number=number),
        migrated(changed(second, orderNumber=number), about, order_number=f"{number}-2"),
        migrated(
            changed(third, orderNumber=number), f"{about}, and again", order_number=f"{number}-3"
        ),
    ]


def other_environments(world: World, anchor: Anchor) -> list[Document]:
    """Plant records of other environments, with the ids of records of ours."""
    about = "flaw 3: the environment in the key is another"
    own = f"qa-{world.serial('environment')}"
    order = plain_order(world, anchor.purchase)
    records = [
        replace(anchor.client, key=f"client:development:{anchor.client.id}"),
        replace(anchor.catalog, key=f"catalogs:staging:{anchor.catalog.id}"),
        replace(anchor.site, key=f"site:test:{anchor.site.id}"),
        replace(anchor.product, key=f"gift:uat:{anchor.product.id}"),
        replace(anchor.employee, key=f"employee:development:{anchor.employee.id}"),
        replace(order, key=f"order:staging:{order.id}"),
    ]
    in_own = replace(anchor.second_site, key=f"sites:{own}:{anchor.second_site.id}")
    registered = {"id": own, "name": "Trial", "status": "active", "isDefault": False}
    return [
        Document(f"environments:{own}", registered, outcome="other_family"),
        classed(in_own, "other_environment", f"sites: {about}, and one the store itself names"),
        *(classed(record, "other_environment", f"{record.entity}: {about}") for record in records),
    ]


CLAIMS: tuple[Callable[[World, Anchor], list[Document]], ...] = (
    copies_of_parents,
    copies_of_children,
    claims_of_clients,
    claims_of_sites,
    claims_of_products,
    claims_of_employees,
    claims_of_orders,
    other_environments,
)
