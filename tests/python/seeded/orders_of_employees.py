"""Orders with a site: of the public endpoint, of the admin pages, and copies of rows of a table."""

from __future__ import annotations

from typing import Any

from seeded.cases import ENVIRONMENT, Case, new_id, rejected
from seeded.clients_and_sites import DEMO_CLIENT_KEY
from seeded.employees import IMPORTED, employee_id
from seeded.gifts import PRICES
from seeded.order_parts import CHANGED, MADE, address, order_case

_UUIDS = (
    "11111111-aaaa-4bbb-8ccc-0123456789a1",
    "22222222-aaaa-4bbb-8ccc-0123456789a2",
    "33333333-aaaa-4bbb-8ccc-0123456789a3",
    "44444444-aaaa-4bbb-8ccc-0123456789a4",
)
_GIFT_OF_A_TABLE = "55555555-aaaa-4bbb-8ccc-0123456789a5"
_VISITOR = "domain-66666666-aaaa-4bbb-8ccc-0123456789a6"


def _of_employee(order_id: str, site_id: str, client_id: str, **fields: Any) -> dict[str, Any]:
    """Make what the public endpoint wrote: the order of an employee at a site."""
    return {
        "id": order_id,
        "orderNumber": "ORD-2026-123456",
        "employeeName": "Jorun Penhallam",
        "employeeEmail": "jorun@staff.example",
        "siteId": site_id,
        "siteName": "A site",
        "clientId": client_id,
        "clientName": "A client",
        "giftName": "A gift",
        "status": "pending",
        "shippingAddress": address(fullName="Jorun Penhallam"),
        "trackingNumber": None,
        "shippedAt": None,
        "deliveredAt": None,
        "createdAt": MADE,
        "updatedAt": CHANGED,
        **fields,
    }


def _employee_row(total: float, item: dict[str, Any], **row: Any) -> dict[str, Any]:
    return {
        "order_number": "ORD-2026-123456",
        "customer_name": "Jorun Penhallam",
        "customer_email": "jorun@staff.example",
        "status": "pending",
        "total_amount": total,
        "items": [{"product_name": "A gift", "total_price": total, **item}],
        "metadata": {"giftName": "A gift", "siteName": "A site"},
        **row,
    }


def at_sites() -> tuple[Case, ...]:
    early_key = f"order:site-001:{_UUIDS[0]}"
    early = _of_employee(
        early_key,
        "site-001",
        "client-001",
        employeeId="emp-001",
        giftId="gift-1",
        quantity=1,
        itemValue=0,
        totalValue=0,
    )
    visited_key = f"order:site-002:{_UUIDS[1]}"
    visited = _of_employee(
        visited_key,
        "site-002",
        "client-001",
        employeeId=_VISITOR,
        giftId="gift-004",
        quantity=2,
        itemValue=24,
        totalValue=48,
        createdAt="2026-02-10T09:46:40.000Z",
    )
    shown_key = f"order:demo-event-gifting:{_UUIDS[2]}"
    shown = _of_employee(
        shown_key,
        "demo-event-gifting",
        "client-demo-stakeholder",
        employeeId="emp-001",
        giftId="gift-001",
        quantity=1,
        itemValue=35,
        totalValue=35,
        orderNumber="ORD-2026-654321",
    )
    product = new_id("products", "gift-1")
    return (
        order_case(
            early_key,
            early,
            "site-001",
            **_employee_row(
                0,
                {"product_id": product, "quantity": 1, "unit_price": 0},
                id=_UUIDS[0],
                product_id=product,
                employee_id=employee_id("site-001", "emp-001"),
            ),
        ),
        order_case(
            visited_key,
            visited,
            "site-002",
            **_employee_row(
                48,
                {"quantity": 2, "unit_price": 24},
                id=_UUIDS[1],
                order_number="ORD-2026-123456-2",
                customer_employee_id=_VISITOR,
                created_at=visited["createdAt"],
            ),
        ),
        rejected(
            "orders",
            shown_key,
            shown,
            "site_rejected client_rejected employee_rejected",
            DEMO_CLIENT_KEY,
        ),
    )


def of_admin_pages() -> tuple[Case, ...]:
    def order(count: int, site_id: str, gift_id: str, **fields: Any) -> dict[str, Any]:
        return {
            "id": f"ORD-{count:08}-ab{count % 100:02}",
            "siteId": site_id,
            "employeeEmail": "lumi@staff.example",
            "giftId": gift_id,
            "shippingAddress": address(name="Lumi Hollowreed"),
            "environmentId": ENVIRONMENT,
            "createdAt": MADE,
            "updatedAt": CHANGED,
            **fields,
        }

    def row(order: dict[str, Any], total: float, **more: Any) -> dict[str, Any]:
        product = new_id("products", order["giftId"])
        quantity = order.get("quantity", 1)
        return {
            "product_id": product,
            "order_number": order["id"],
            "customer_name": "Lumi Hollowreed",
            "customer_email": "lumi@staff.example",
            "total_amount": total,
            "items": [
                {
                    "product_id": product,
                    "quantity": quantity,
                    "unit_price": PRICES[order["giftId"]],
                    "total_price": total,
                }
            ],
            "metadata": {},
            **more,
        }

    public = order(100_001, "site-005", "gift-6", quantity=3, status="confirmed")
    public["orderNumber"] = public["id"]
    made = order(100_002, "site-001", "gift-2", status="pending", employeeId="EMP001")
    failed = order(100_003, "site-001", "gift-2", status="failed")
    deleted = order(
        100_004,
        "site-001",
        "gift-2",
        status="pending",
        deleted=True,
        deletedAt=CHANGED,
        deletedBy="user-1",
    )
    key = f"order:{ENVIRONMENT}:"
    return (
        order_case(
            key + public["id"],
            public,
            "site-005",
            **row(public, 72, status="confirmed", confirmed_at=CHANGED),
        ),
        order_case(
            key + made["id"],
            made,
            "site-001",
            **row(made, 199, status="pending", employee_id=employee_id("site-001", "emp-001")),
        ),
        rejected("orders", key + failed["id"], failed, "status_unmapped"),
        Case(key + deleted["id"], deleted, "soft_deleted", "orders"),
    )


def copied() -> Case:
    value = _of_employee(
        _UUIDS[3],
        "site-001",
        "client-001",
        employeeId=IMPORTED[0],
        giftId=_GIFT_OF_A_TABLE,
        quantity=1,
        itemValue=35,
        totalValue=35,
        orderNumber="ORD-20260221-A1B2C3",
    )
    return order_case(
        f"order:{_UUIDS[3]}",
        value,
        "site-001",
        **_employee_row(
            35,
            {"quantity": 1, "unit_price": 35},
            id=_UUIDS[3],
            order_number="ORD-20260221-A1B2C3",
            employee_id=IMPORTED[0],
        ),
    )
