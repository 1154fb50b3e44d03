"""What the store of the bench holds, for those who read it without the project's rules."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Shape:
    """One entity: how its keys begin, each column with its name in a document, its e-mail."""

    prefix: str
    text: dict[str, str]
    typed: dict[str, tuple[str, str]]
    email: str = ""


_TIMES = {
    "created_at": ("createdAt", "timestamptz"),
    "updated_at": ("updatedAt", "timestamptz"),
}

SHAPES = {
    "clients": Shape(
        prefix="client:",
        text={
            "name": "name",
            "contact_email": "contactEmail",
            "status": "status",
            "client_code": "clientCode",
            "client_region": "clientRegion",
            "client_city": "clientCity",
            "client_country": "clientCountry",
        },
        typed={
            "id": ("id", "uuid"),
            "client_allow_session_timeout_extend": ("clientAllowSessionTimeoutExtend", "boolean"),
            "client_has_employee_data": ("clientHasEmployeeData", "boolean"),
            **_TIMES,
        },
        email="contact_email",
    ),
    "catalogs": Shape(
        prefix="catalogs:",
        text={
            "name": "name",
            "description": "description",
            "type": "type",
            "status": "status",
            "managed_by": "managedBy",
        },
        typed={
            "id": ("id", "uuid"),
            "owner_id": ("ownerId", "uuid"),
            "source": ("source", "jsonb"),
            "settings": ("settings", "jsonb"),
            "total_products": ("totalProducts", "integer"),
            "active_products": ("activeProducts", "integer"),
            **_TIMES,
        },
    ),
    "sites": Shape(
        prefix="site:",
        text={"name": "name", "slug": "slug", "status": "status", "site_code": "siteCode"},
        typed={
            "id": ("id", "uuid"),
            "client_id": ("clientId", "uuid"),
            "catalog_id": ("catalogId", "uuid"),
            "validation_methods": ("validationMethods", "jsonb"),
            "branding": ("branding", "jsonb"),
            **_TIMES,
        },
    ),
    "products": Shape(
        prefix="gift:",
        text={
            "sku": "sku",
            "name": "name",
            "description": "description",
            "category": "category",
            "brand": "brand",
            "currency": "currency",
            "image_url": "imageUrl",
            "status": "status",
        },
        typed={
            "id": ("id", "uuid"),
            "catalog_id": ("catalogId", "uuid"),
            "price": ("price", "numeric(10, 2)"),
            "available_quantity": ("availableQuantity", "integer"),
            **_TIMES,
        },
    ),
    "employees": Shape(
        prefix="employee:",
        text={
            "employee_id": "employeeId",
            "email": "email",
            "first_name": "firstName",
            "last_name": "lastName",
            "status": "status",
        },
        typed={"id": ("id", "uuid"), "site_id": ("siteId", "uuid"), **_TIMES},
        email="email",
    ),
    "orders": Shape(
        prefix="order:",
        text={
            "order_number": "orderNumber",
            "customer_name": "customerName",
            "customer_email": "customerEmail",
            "status": "status",
            "currency": "currency",
        },
        typed={
            "id": ("id", "uuid"),
            "client_id": ("clientId", "uuid"),
            "site_id": ("siteId", "uuid"),
            "product_id": ("productId", "uuid"),
            "employee_id": ("employeeId", "uuid"),
            "total_amount": ("totalAmount", "numeric(10, 2)"),
            "shipping_address": ("shippingAddress", "jsonb"),
            "items": ("items", "jsonb"),
            "confirmed_at": ("confirmedAt", "timestamptz"),
            **_TIMES,
        },
        email="customer_email",
    ),
}
