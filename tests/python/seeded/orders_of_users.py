"""Orders without an employee: the oldest form, and what the web page posted."""

from __future__ import annotations

from typing import Any

from seeded.cases import Case, new_id, rejected
from seeded.gifts import NAMES, PRICES, gift
from seeded.order_parts import CHANGED, MADE, address, order_case


def _of_user(count: int, status: str, email: str, gift_id: str, quantity: int) -> dict[str, Any]:
    """Make the oldest form: a user's order with the whole gift inside and no site."""
    timeline = [
        {"status": "confirmed", "label": "Confirmed", "timestamp": "2026-01-22T08:00:00.000Z"},
        {"status": "shipped", "label": "Shipped", "timestamp": "2026-01-24T08:00:00.000Z"},
    ]
    return {
        "id": f"ORD-1769000000123-{count}",
        "orderNumber": f"#{count:06}",
        "userId": f"user-{count}",
        "userEmail": email,
        "gift": gift(gift_id, in_list=True),
        "quantity": quantity,
        "status": status,
        "shippingAddress": {
            "fullName": "Øyna Süßmark",
            "street": "5 Low Road",
            "city": "Porto",
            "state": "",
            "zipCode": "4000-001",
            "country": "PT",
            "phone": "(555) 010-0102",
        },
        "orderDate": "2026-01-21T12:53:20.123Z",
        "estimatedDelivery": "February 28, 2026",
        "timeline": timeline,
        "trackingNumber": f"TRK-{count}",
        "carrier": "Parcel Post",
    }


def of_users() -> tuple[Case, ...]:
    moving = _of_user(41, "in_transit", "oyna@staff.example", "gift-1", 2)
    arrived = {
        **_of_user(42, "delivered", "kael@staff.example", "gift-3", 1),
        "actualDelivery": "March 3, 2026",
    }
    at_two_sites = _of_user(43, "out_for_delivery", "jorun@staff.example", "gift-2", 1)
    of_nobody = _of_user(44, "pending", "nobody@elsewhere.example", "gift-2", 1)

    def row(order: dict[str, Any], gift_id: str, total: float, **more: Any) -> dict[str, Any]:
        return {
            "product_id": new_id("products", gift_id),
            "order_number": order["orderNumber"],
            "customer_name": "Øyna Süßmark",
            "customer_email": order["userEmail"],
            "customer_employee_id": order["userId"],
            "total_amount": total,
            "tracking_number": order["trackingNumber"],
            "items": [
                {
                    "product_id": new_id("products", gift_id),
                    "product_name": NAMES[gift_id],
                    "quantity": order["quantity"],
                    "unit_price": PRICES[gift_id],
                    "total_price": total,
                }
            ],
            "metadata": {
                "timeline": order["timeline"],
                "carrier": "Parcel Post",
                "giftName": NAMES[gift_id],
            },
            "confirmed_at": "2026-01-22T08:00:00Z",
            "shipped_at": "2026-01-24T08:00:00Z",
            "created_at": order["orderDate"],
            "updated_at": order["orderDate"],
            **more,
        }

    return (
        order_case(
            f"order:{moving['id']}",
            moving,
            "site-003",
            **row(moving, "gift-1", 299.98, status="shipped"),
        ),
        order_case(
            f"order:{arrived['id']}",
            arrived,
            "site-001",
            **row(arrived, "gift-3", 39.5, status="delivered", delivered_at="2026-03-03T00:00:00Z"),
        ),
        rejected("orders", f"order:{at_two_sites['id']}", at_two_sites, "site_id_ambiguous"),
        rejected("orders", f"order:{of_nobody['id']}", of_nobody, "site_id_missing"),
    )


def posted() -> tuple[Case, ...]:
    bare = {
        "id": "ORD-1770100000456",
        "giftId": "gift-4",
        "userId": "user-51",
        "gift": gift("gift-4"),
        "quantity": 1,
        "shippingAddress": address(fullName="Dovie Brindlemoor"),
        "status": "pending",
        "createdAt": MADE,
        "updatedAt": CHANGED,
    }
    sent = {
        **bare,
        "id": "ORD-1770100000789",
        "giftId": "gift-5",
        "userId": "user-52",
        "gift": gift("gift-5"),
        "siteId": "site-004",
        "userEmail": "corin@staff.example",
        "status": "shipped",
        "shippedAt": "2026-02-11T10:59:00.000Z",
    }
    product = new_id("products", "gift-5")
    return (
        rejected("orders", f"orders:{bare['id']}", bare, "site_id_missing customer_email_missing"),
        order_case(
            f"orders:{sent['id']}",
            sent,
            "site-004",
            product_id=product,
            order_number=sent["id"],
            customer_name="Dovie Brindlemoor",
            customer_email="corin@staff.example",
            customer_employee_id="user-52",
            status="shipped",
            total_amount=59.95,
            items=[
                {
                    "product_id": product,
                    "product_name": "Coffee Kit",
                    "quantity": 1,
                    "unit_price": 59.95,
                    "total_price": 59.95,
                }
            ],
            metadata={"giftName": "Coffee Kit"},
            shipped_at=sent["shippedAt"],
        ),
    )
