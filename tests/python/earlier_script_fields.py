"""What the earlier script checked of a document and made of it, entity by entity."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

Document = dict[str, Any]
_EMAIL = re.compile(r"[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+\.[A-Za-z]{2,}")
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.IGNORECASE)
_SLUG = re.compile(r"[a-z0-9-]{2,100}")
_TYPES = ("erp", "manual", "vendor", "dropship")


@dataclass(frozen=True)
class Entity:
    """Where the ids and documents of one table are, what is checked and what is filled in."""

    table: str
    list_key: str
    prefix: str
    faults: Callable[[Document], list[str]]
    row: Callable[[Document], Document]
    batched: bool = False


def _or(*values: Any) -> Any:
    """Give the first value that counts as one, else the last."""
    return next((value for value in values if value not in (None, "", 0)), values[-1])


def _now() -> str:
    return datetime.now(UTC).isoformat()


def _matches(pattern: re.Pattern[str], value: Any) -> bool:
    return isinstance(value, str) and pattern.fullmatch(value) is not None


def _named(document: Document) -> bool:
    return len(document.get("name") or "") >= 2


def _faults(*checks: tuple[bool, str]) -> list[str]:
    return [fault for passed, fault in checks if not passed]


def _copied(document: Document, names: Iterable[str], **defaults: Any) -> Document:
    """Take the fields that are there under their own names, and a default where nothing counts."""
    taken = {name: document[name] for name in names if name in document}
    stamps = {"created_at": _now(), "updated_at": _now()}
    for name, default in {**stamps, **defaults}.items():
        taken[name] = _or(document.get(name), default)
    return taken


def _client_faults(document: Document) -> list[str]:
    return _faults(
        (_named(document), "name"),
        (_matches(_EMAIL, document.get("contact_email")), "contact_email"),
    )


def _catalog_faults(document: Document) -> list[str]:
    return _faults((_named(document), "name"), (document.get("type") in _TYPES, "type"))


def _site_faults(document: Document) -> list[str]:
    return _faults(
        (_named(document), "name"),
        (_matches(_UUID, document.get("client_id")), "client_id"),
        (_matches(_SLUG, document.get("slug")), "slug"),
    )


def _product_faults(document: Document) -> list[str]:
    price = document.get("price", -1)
    return _faults(
        (_named(document), "name"),
        (bool(document.get("sku")), "sku"),
        (_matches(_UUID, document.get("catalogId")), "catalogId"),
        (not isinstance(price, (int, float)) or price >= 0, "price"),
    )


def _employee_faults(document: Document) -> list[str]:
    email = document.get("email")
    return _faults(
        (_matches(_UUID, document.get("site_id")), "site_id"),
        (bool(document.get("employee_id")), "employee_id"),
        (not email or _matches(_EMAIL, email), "email"),
    )


def _order_faults(document: Document) -> list[str]:
    return _faults(
        (_matches(_UUID, document.get("site_id")), "site_id"),
        (_matches(_EMAIL, document.get("customer_email")), "customer_email"),
    )


_CLIENT = [
    "name",
    "contact_email",
    "client_code",
    "client_region",
    "client_source_code",
    "client_contact_name",
    "client_contact_phone",
    "client_tax_id",
    "client_address_line_1",
    "client_address_line_2",
    "client_address_line_3",
    "client_city",
    "client_postal_code",
    "client_country_state",
    "client_country",
    "client_account_manager",
    "client_account_manager_email",
    "client_implementation_manager",
    "client_implementation_manager_email",
    "technology_owner",
    "technology_owner_email",
    "client_url",
    "client_allow_session_timeout_extend",
    "client_authentication_method",
    "client_custom_url",
    "client_has_employee_data",
    "client_invoice_type",
    "client_invoice_template_type",
    "client_po_type",
    "client_po_number",
    "client_erp_system",
    "client_sso",
    "client_hris_system",
]
_SITE = [
    "client_id",
    "catalog_id",
    "name",
    "slug",
    "selection_start_date",
    "selection_end_date",
    "site_code",
    "site_erp_integration",
    "site_erp_instance",
    "site_ship_from_country",
    "site_hris_system",
    "site_drop_down_name",
    "site_custom_domain_url",
    "site_account_manager",
    "site_account_manager_email",
    "site_celebrations_enabled",
    "allow_session_timeout_extend",
    "enable_employee_log_report",
    "disable_direct_access_auth",
    "sso_provider",
    "sso_client_office_name",
]
_EMPLOYEE = ["site_id", "employee_id", "email", "serial_card_number", "first_name", "last_name"]
_ORDER = [
    "client_id",
    "site_id",
    "employee_id",
    "customer_email",
    "customer_employee_id",
    "tracking_number",
    "notes",
    "confirmed_at",
    "shipped_at",
    "delivered_at",
    "cancelled_at",
]


def _catalog_row(document: Document) -> Document:
    get = document.get
    return {
        **{name: document[name] for name in ("name", "description", "type") if name in document},
        "status": _or(get("status"), "draft"),
        "source": _or(get("source"), {}),
        "settings": _or(get("settings"), {}),
        "managed_by": get("managedBy"),
        "owner_id": get("ownerId"),
        "total_products": _or(get("totalProducts"), 0),
        "active_products": _or(get("activeProducts"), 0),
        "last_synced_at": get("lastSyncedAt"),
        "next_sync_at": get("nextSyncAt"),
        "created_at": _or(get("createdAt"), _now()),
        "updated_at": _or(get("updatedAt"), _now()),
    }


def _product_row(document: Document) -> Document:
    get = document.get
    source = get("source") or {}
    names = ("sku", "name", "description", "category", "brand", "price", "cost", "msrp")
    return {
        **{name: document[name] for name in names if name in document},
        "catalog_id": get("catalogId"),
        "external_id": source.get("externalId"),
        "external_sku": source.get("externalSku"),
        "sync_status": _or(source.get("syncStatus"), "manual"),
        "sync_notes": source.get("syncNotes"),
        "last_synced_at": source.get("lastSyncedAt"),
        "currency": _or(get("currency"), "USD"),
        "images": _or(get("images"), []),
        "image_url": _or(get("imageUrl"), get("image")),
        "features": _or(get("features"), []),
        "specifications": _or(get("specifications"), {}),
        "available_quantity": _or(get("availableQuantity"), 0),
        "track_inventory": get("trackInventory") is not False,
        "status": _or(get("status"), "active"),
        "created_at": _or(get("createdAt"), _now()),
        "updated_at": _or(get("updatedAt"), _now()),
    }


def _order_row(document: Document) -> Document:
    made_up = f"ORD-{int(datetime.now(UTC).timestamp() * 1000)}-{str(document.get('id'))[:8]}"
    return {
        **_copied(
            document,
            _ORDER,
            order_number=made_up,
            customer_name="Unknown",
            total_amount=0,
            currency="USD",
            shipping_address={},
            items=[],
            metadata={},
            status="pending",
        ),
        "product_id": _or(document.get("gift_id"), document.get("product_id")),
    }


ENTITIES = (
    Entity(
        "clients",
        "clients:all",
        "client:",
        _client_faults,
        lambda document: _copied(document, _CLIENT, status="active"),
    ),
    Entity("catalogs", "catalogs:all", "catalogs:", _catalog_faults, _catalog_row),
    Entity(
        "sites",
        "sites:all",
        "site:",
        _site_faults,
        lambda document: _copied(
            document,
            _SITE,
            status="draft",
            validation_methods=[],
            branding={},
            regional_client_info={},
        ),
    ),
    Entity("products", "gifts:all", "gift:", _product_faults, _product_row, batched=True),
    Entity(
        "employees",
        "employees:all",
        "employee:",
        _employee_faults,
        lambda document: _copied(document, _EMPLOYEE, status="active"),
    ),
    Entity("orders", "orders:all", "order:", _order_faults, _order_row),
)
