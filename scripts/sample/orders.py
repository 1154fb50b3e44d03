"""Orders: the shapes the application wrote."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from scripts.sample.document import Document
from scripts.sample.words import CITIES, COUNTRIES
from scripts.sample.world import ENVIRONMENT, World, iso, iso_date, iso_seconds, mail

_DAY_MS = 86_400_000
_LONG_DATE = "March 3, 2026"


@dataclass(frozen=True)
class Purchase:
    """What an order is about: who, where and what."""

    client: Document
    site: Document
    product: Document
    employee: Document

    @property
    def buyer(self) -> str:
        """Give the name of the employee, in whatever fields it stands."""
        value = self.employee.value
        first = value.get("firstName") or value.get("first_name") or ""
        last = value.get("lastName") or value.get("last_name") or ""
        return value.get("name") or f"{first} {last}".strip() or "Guest"

    @property
    def email(self) -> str:
        """Give an e-mail of the employee, also where the employee has none."""
        return self.employee.value.get("email") or mail(self.buyer, "home")

    @property
    def price(self) -> float:
        """Give the price of the product."""
        return float(self.product.value["price"])


def _quantity(world: World) -> int:
    return world.random.choice((1, 1, 1, 2, 3))


def _address(world: World, buyer: str, ms: int) -> dict[str, str]:
    """Give a shipping address in one of the shapes that name the addressee (V1, V2, V3, V5)."""
    place = world.random.randrange(len(CITIES))
    city, country = CITIES[place], COUNTRIES[place]
    street = f"{ms % 97 + 1} Long Street"
    shapes = (
        {
            "fullName": buyer,
            "street": street,
            "state": "",
            "zipCode": "01234",
            "phone": "+1 555 0100",
        },
        {"fullName": buyer, "addressLine1": street, "addressLine2": "", "postalCode": "01234"},
        {"name": buyer, "addressLine1": street, "state": "TX", "postalCode": "01234"},
        {"name": buyer, "street": street, "zip": "01234"},
    )
    return {**world.random.choice(shapes), "city": city, "country": country}


def tracked_order(world: World, of: Purchase) -> Document:
    """Make an order with its gift inside, a timeline and dates in words (O1), given a site."""
    ms = world.tick()
    number = world.serial("order")
    order_id = f"ORD-{ms}-{number}"
    status = world.random.choice(
        ("pending", "confirmed", "processing", "in_transit", "out_for_delivery", "delivered")
    )
    gift = {name: of.product.value[name] for name in ("id", "name", "sku", "price")}
    value = {
        "id": order_id,
        "orderNumber": f"#{number:06}",
        "userId": world.uuid(),
        "userEmail": of.email,
        "siteId": of.site.id,
        "gift": {**gift, "category": "home", "features": ["Soft"]},
        "quantity": _quantity(world),
        "status": status,
        "shippingAddress": _address(world, of.buyer, ms),
        "orderDate": iso(ms),
        "estimatedDelivery": _LONG_DATE,
        "timeline": [
            {"status": "pending", "label": "Placed", "timestamp": iso(ms)},
            {
                "status": status,
                "label": status.title(),
                "timestamp": iso(ms + _DAY_MS),
                "location": "Hub 4",
            },
        ],
        "trackingNumber": f"TRK{number:010}",
        "carrier": "Parcel Post",
    }
    if status == "delivered":
        value["actualDelivery"] = _LONG_DATE
    return Document(f"order:{order_id}", value, "orders")


def posted_order(world: World, of: Purchase) -> Document:
    """Make an order as the front end posted it, with whatever stood on the page (O2)."""
    ms = world.tick()
    status = world.random.choice(("pending", "processing", "shipped", "delivered"))
    order_id = f"ORD-{ms}"
    value = {
        "id": order_id,
        "siteId": of.site.id,
        "clientId": of.client.id,
        "giftId": of.product.id,
        "gift": {"id": of.product.id, "price": of.price, "name": of.product.value["name"]},
        "quantity": _quantity(world),
        "userId": world.uuid(),
        "employeeName": of.buyer,
        "employeeEmail": of.email,
        "shippingAddress": {"street": "5 Low Road", "city": "Leeds", "postalCode": "LS1 1AA"},
        "status": status,
        "createdAt": iso(ms),
        "updatedAt": iso(ms + _DAY_MS),
    }
    if status in ("shipped", "delivered"):
        value["shippedAt"] = iso(ms + _DAY_MS)
    if status == "delivered":
        value["deliveredAt"] = iso(ms + 3 * _DAY_MS)
    return Document(f"orders:{order_id}", value, "orders")


def _public_order(world: World, of: Purchase, key: str, order_id: str, ms: int) -> Document:
    quantity = _quantity(world)
    value = {
        "id": order_id,
        "employeeId": of.employee.id,
        "employeeName": of.buyer,
        "employeeEmail": of.email,
        "siteId": of.site.id,
        "siteName": of.site.value["name"],
        "clientId": of.client.id,
        "clientName": of.client.value["name"],
        "giftId": of.product.id,
        "giftName": of.product.value["name"],
        "giftDescription": "A gift",
        "giftCategory": "home",
        "giftImageUrl": "https://cdn.example/gift.jpg",
        "quantity": quantity,
        "itemValue": of.price,
        "totalValue": round(of.price * quantity, 2),
        "status": "pending",
        "shippingAddress": _address(world, of.buyer, ms),
        "trackingNumber": None,
        "shippedAt": None,
        "deliveredAt": None,
        "createdAt": iso(ms),
        "updatedAt": iso(ms),
    }
    return Document(key, value, "orders")


def public_order(world: World, of: Purchase) -> Document:
    """Make an order of a public page: its id is the whole key, its number repeats (O3)."""
    ms = world.tick()
    key = f"order:{of.site.id}:{world.uuid()}"
    order = _public_order(world, of, key, key, ms)
    order.value["orderNumber"] = f"ORD-{iso_date(ms)[:4]}-{ms % 1_000_000:06}"
    if world.random.random() < 0.1:
        order.value.update(itemValue=0, totalValue=0)  # the early version looked for gift.value
    return order


def copied_order(world: World, of: Purchase) -> Document:
    """Make an order that was written to the table first and copied here (O5)."""
    ms = world.tick()
    order_id = world.uuid()
    order = _public_order(world, of, f"order:{order_id}", order_id, ms)
    day = iso_date(ms).replace("-", "")
    order.value["orderNumber"] = f"ORD-{day}-{world.serial('copied'):06}"
    if world.random.random() < 0.1:
        order.value["employeeId"] = f"domain-{world.uuid()}"  # let in by the domain of the e-mail
    return order


def managed_order(world: World, of: Purchase) -> Document:
    """Make an order of the admin pages, without any amount (O4)."""
    ms = world.tick()
    order_id = f"ORD-{10_000_000 + world.serial('managed')}-{world.letters(4)}"
    value = {
        "id": order_id,
        "siteId": of.site.id,
        "employeeEmail": of.email,
        "giftId": of.product.id,
        "quantity": _quantity(world),
        "status": world.random.choice(("pending", "processing", "shipped", "cancelled")),
        "shippingAddress": {**_address(world, of.buyer, ms), "name": of.buyer},
        "environmentId": ENVIRONMENT,
        "deleted": False,
        "createdAt": iso(ms),
        "updatedAt": iso(world.later(ms)),
    }
    if world.random.random() < 0.5:
        value["orderNumber"] = order_id
    key = world.random.choice(
        (f"order:{ENVIRONMENT}", f"order:{ENVIRONMENT}", f"orders:{ENVIRONMENT}")
    )
    return Document(f"{key}:{order_id}", value, "orders")


def table_like_order(world: World, of: Purchase) -> Document:
    """Make an order spelt as its table."""
    ms = world.tick()
    order_id = world.uuid()
    value = {
        "id": order_id,
        "client_id": of.client.id,
        "site_id": of.site.id,
        "product_id": of.product.id,
        "employee_id": of.employee.id,
        "order_number": f"T-{world.serial('table_order'):08}",
        "customer_name": of.buyer,
        "customer_email": of.email,
        "status": "confirmed",
        "total_amount": f"{of.price:.2f}",
        "currency": "GBP",
        "shipping_address": {"line1": "1 Quay Road"},
        "items": [{"product_id": of.product.id, "quantity": 1, "unit_price": of.price}],
        "metadata": {"carrier": "Parcel Post"},
        "notes": "Ring twice\tplease",
        "created_at": iso_seconds(ms),
        "updated_at": iso_seconds(ms),
        "confirmed_at": iso_seconds(ms + 3_600_000),
    }
    return Document(f"order:{order_id}", value, "orders")


Shape = Callable[[World, Purchase], Document]
SHAPES: tuple[Shape, ...] = (
    tracked_order,
    posted_order,
    public_order,
    copied_order,
    managed_order,
    table_like_order,
)


def plain_order(world: World, of: Purchase) -> Document:
    """Make an order that states all it needs, for one change to be made to it."""
    order = copied_order(world, of)
    order.value.update(
        employeeId=of.employee.id,
        orderNumber=f"ORD-2024-{world.serial('planted_order'):06}",
        quantity=1,
        itemValue=of.price,
        totalValue=of.price,
        currency="EUR",
        shippingAddress={"fullName": of.buyer, "addressLine1": "1 Quay Road", "city": "Porto"},
    )
    return order
