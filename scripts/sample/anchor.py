"""The clean records that planted ones lean on, new for every round of planted records."""

from __future__ import annotations

from dataclasses import dataclass

from scripts.sample.catalogs import plain_catalog
from scripts.sample.clients import plain_client
from scripts.sample.document import Document, changed, migrated
from scripts.sample.employees import plain_employee
from scripts.sample.orders import Purchase
from scripts.sample.products import plain_product
from scripts.sample.sites import plain_site
from scripts.sample.world import World


@dataclass(frozen=True)
class Anchor:
    """One clean record of each kind of parent, and two more sites.

    Client, site, product and employee have UUIDs, which stay, so that the row of a child can be
    told in full.
    """

    client: Document
    catalog: Document
    site: Document
    second_site: Document
    third_site: Document
    product: Document
    employee: Document

    @property
    def purchase(self) -> Purchase:
        """Give what an order is about that leans on nothing but clean records."""
        return Purchase(self.client, self.site, self.product, self.employee)

    def documents(self) -> list[Document]:
        """Give all of them, parents first."""
        return [
            migrated(self.client, "clients: flaw 1: found although no list names it"),
            self.catalog,
            migrated(
                self.site, "sites: flaw 4: ids and camelCase resolve", client_id=self.client.id
            ),
            self.second_site,
            self.third_site,
            migrated(self.product, "products: flaw 6: bad neighbours do not matter", price="25.50"),
            migrated(
                self.employee,
                "employees: flaw 6: bad neighbours do not matter",
                site_id=self.site.id,
            ),
        ]


def _with_uuid(world: World, document: Document) -> Document:
    new_id = world.uuid()
    return changed(document, key=document.key.replace(document.id, new_id), id=new_id)


def make_anchor(world: World) -> Anchor:
    """Make the clean records of one round."""
    client = _with_uuid(world, plain_client(world))
    catalog = plain_catalog(world)
    site = _with_uuid(world, plain_site(world, client))
    return Anchor(
        client=client,
        catalog=catalog,
        site=site,
        second_site=plain_site(world, client),
        third_site=plain_site(world, client),
        product=_with_uuid(world, plain_product(world, catalog)),
        employee=plain_employee(world, site),
    )
