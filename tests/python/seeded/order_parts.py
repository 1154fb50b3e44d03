"""What all orders have in common."""

from __future__ import annotations

from typing import Any

from seeded.cases import Case, migrated, new_id
from seeded.clients_and_sites import client_of

MADE = "2026-02-10T09:30:00.000Z"
CHANGED = "2026-02-11T11:00:00.250Z"


def address(**name: str) -> dict[str, str]:
    """Make an address, with the name in whichever field it stands."""
    place = {"addressLine1": "5 Low Road", "city": "Leeds", "state": "", "postalCode": "LS1 0AA"}
    return {**name, **place, "country": "GB", "phone": "(555) 010-0101"}


def order_case(key: str, value: dict[str, Any], site_id: str, **row: Any) -> Case:
    """Make an order that becomes a row, with what all of them have."""
    common = {
        "site_id": new_id("sites", site_id),
        "client_id": client_of(site_id),
        "currency": "USD",
        "shipping_address": value["shippingAddress"],
        "created_at": MADE,
        "updated_at": CHANGED,
    }
    return migrated("orders", key, value, **{**common, **row})
