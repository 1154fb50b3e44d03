"""What the verifier knows of the documents: where each column of a final table is stated.

A list of its own, written from docs/rules.md and not from the models: that is what makes it a
second witness. Names are asked in their order; a dot goes one level down.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Kind(Enum):
    """How a stated value is read and compared."""

    TEXT = "text"
    MONEY = "money"
    COUNT = "count"
    FLAG = "flag"
    INSTANT = "instant"
    JSON = "json"
    REFERENCE = "reference"  # to a record by its id, which is often not the row's


@dataclass(frozen=True)
class Column:
    """A column: its kind, its names in a document, and what it holds when none of them does.

    `when_absent` is None for null. `may_be_implied` says that, when no name of it holds anything,
    the value may come from somewhere else in the documents; then only stated values are compared.
    """

    name: str
    kind: Kind
    names: tuple[str, ...]
    when_absent: str | None = None
    may_be_implied: bool = False


_NAMES = {
    "client_address_line_1": ("clientAddressLine1",),
    "client_address_line_2": ("clientAddressLine2",),
    "client_address_line_3": ("clientAddressLine3",),
    "sites.branding": ("branding", "brandingConfig"),
    "sites.validation_methods": ("validationMethods", "settings.validationMethod"),
    "sites.selection_start_date": (
        "selectionStartDate",
        "settings.availabilityStartDate",
        "startDate",
    ),
    "sites.selection_end_date": (
        "selectionEndDate",
        "settings.availabilityEndDate",
        "endDate",
        "expiryDate",
    ),
    "products.catalog_id": ("catalogId", "source.catalogId"),
    "products.external_id": ("externalId", "source.externalId"),
    "products.external_sku": ("externalSku", "source.externalSku"),
    "products.price": ("price", "value"),
    "products.image_url": ("imageUrl", "image"),
    "products.available_quantity": (
        "availableQuantity",
        "inventoryQuantity",
        "inventory.available",
        "stock",
    ),
    "products.track_inventory": ("trackInventory", "inventoryTracking"),
    "products.sync_status": ("syncStatus", "source.syncStatus"),
    "products.sync_notes": ("syncNotes", "source.syncNotes"),
    "products.last_synced_at": ("lastSyncedAt", "source.lastSyncedAt"),
    "employees.serial_card_number": ("serialCardNumber", "serialCard"),
    "orders.product_id": ("productId", "gift_id", "giftId", "gift.id"),
    "orders.customer_name": (
        "customerName",
        "shippingAddress.fullName",
        "shippingAddress.name",
        "employeeName",
    ),
    "orders.customer_email": ("customerEmail", "userEmail", "employeeEmail"),
    "orders.customer_employee_id": ("customerEmployeeId", "userId"),
    "orders.total_amount": ("totalAmount", "totalValue", "totalPrice"),
    "orders.created_at": ("createdAt", "order_date", "orderDate"),
    "orders.delivered_at": ("deliveredAt", "actualDelivery"),
}
# What a column holds when nothing is stated, where that is not null.
_ABSENT = {
    "clients.client_allow_session_timeout_extend": "false",
    "clients.client_has_employee_data": "false",
    "catalogs.source": "{}",
    "catalogs.settings": "{}",
    "catalogs.total_products": "0",
    "catalogs.active_products": "0",
    "sites.validation_methods": "[]",
    "sites.branding": "{}",
    "sites.site_celebrations_enabled": "false",
    "sites.allow_session_timeout_extend": "false",
    "sites.enable_employee_log_report": "false",
    "sites.regional_client_info": "{}",
    "sites.disable_direct_access_auth": "false",
    "products.images": "[]",
    "products.features": "[]",
    "products.specifications": "{}",
    "products.available_quantity": "0",
    "products.track_inventory": "true",
    "products.sync_status": "manual",
}
# What an order leaves unsaid, its site, product, employee, gift or timeline may say.
_IMPLIED = {
    "orders": "client_id site_id customer_name customer_email customer_employee_id currency"
    " total_amount items metadata confirmed_at shipped_at delivered_at cancelled_at"
}


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(word.title() for word in rest)


def _columns(entity: str, **kinds: str) -> tuple[Column, ...]:
    return tuple(
        Column(
            name,
            Kind(kind),
            (name, *(_NAMES.get(f"{entity}.{name}") or _NAMES.get(name) or (_camel(name),))),
            _ABSENT.get(f"{entity}.{name}"),
            name in _IMPLIED.get(entity, "").split(),
        )
        for kind, names in kinds.items()
        for name in names.split()
    )


COLUMNS = {
    "clients": _columns(
        "clients",
        text="name contact_email status client_code client_region client_source_code"
        " client_contact_name client_contact_phone client_tax_id client_address_line_1"
        " client_address_line_2 client_address_line_3 client_city client_postal_code"
        " client_country_state client_country client_account_manager"
        " client_account_manager_email client_implementation_manager"
        " client_implementation_manager_email technology_owner technology_owner_email"
        " client_url client_authentication_method client_custom_url client_invoice_type"
        " client_invoice_template_type client_po_type client_po_number client_erp_system"
        " client_sso client_hris_system",
        flag="client_allow_session_timeout_extend client_has_employee_data",
        instant="created_at updated_at",
    ),
    "catalogs": _columns(
        "catalogs",
        text="name description type status managed_by",
        reference="owner_id",
        count="total_products active_products",
        json="source settings",
        instant="last_synced_at next_sync_at created_at updated_at",
    ),
    "sites": _columns(
        "sites",
        reference="client_id catalog_id",
        text="name slug status site_code site_erp_integration site_erp_instance"
        " site_ship_from_country site_hris_system site_drop_down_name site_custom_domain_url"
        " site_account_manager site_account_manager_email sso_provider sso_client_office_name",
        json="validation_methods branding regional_client_info",
        flag="site_celebrations_enabled allow_session_timeout_extend enable_employee_log_report"
        " disable_direct_access_auth",
        instant="selection_start_date selection_end_date created_at updated_at",
    ),
    "products": _columns(
        "products",
        reference="catalog_id",
        text="sku external_id external_sku name description category brand currency image_url"
        " status sync_status sync_notes",
        money="price cost msrp",
        json="images features specifications",
        count="available_quantity",
        flag="track_inventory",
        instant="last_synced_at created_at updated_at",
    ),
    "employees": _columns(
        "employees",
        reference="site_id",
        text="employee_id email serial_card_number first_name last_name status",
        instant="created_at updated_at",
    ),
    "orders": _columns(
        "orders",
        reference="client_id site_id product_id employee_id",
        text="order_number customer_name customer_email customer_employee_id status currency"
        " tracking_number notes",
        money="total_amount",
        json="shipping_address items metadata",
        instant="created_at updated_at confirmed_at shipped_at delivered_at cancelled_at",
    ),
}
