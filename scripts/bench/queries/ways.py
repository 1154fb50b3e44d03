"""The application's own ways to its answers, on the store.

Each takes a client and what is asked, makes the round trips the application's code made, in its
order, and filters in memory as it did. What it gives is compared with the tables' answer: records,
or a tuple of values.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from scripts.bench.queries.client import KvClient, Record
from scripts.bench.queries.picks import Known, Picks

Found = list[Record] | tuple[Any, ...]
Way = Callable[[KvClient, Picks], Found]

LISTED = 1_000
ACTIVE_PAGE = 100


def list_by_ids(client: KvClient, picks: Picks) -> Found:
    """Get the list of all gifts, then each by its id, as documented."""
    return client.records(_listed(client, picks, "products", "gifts:all")[-LISTED:])


def list_of_site(client: KvClient, picks: Picks) -> Found:
    """Get configuration and list of the catalog, each of its gifts, then take the page."""
    site, catalog = _sure(picks.site), _sure(picks.catalog)
    config = client.get(f"sites:{site.record_id}:catalog_config")
    named = config.get("catalogId") if isinstance(config, dict) else None
    if named is None:
        client.note("the site has no configuration in the store: its row's catalog is taken")
    listed = client.get(f"catalog_gifts:{named or catalog.record_id}")
    if not isinstance(listed, list):
        client.note("the store has no list of the catalog's gifts")
        listed = []
    keys = picks.keys["products"]
    found = client.records([keys.get(str(gift), f"gift:{gift}") for gift in listed])
    # The slice is asked for with an order on the other side too: it cuts nothing that is wanted.
    return [pair for pair in found if _is_active(pair[1])][:50]


def list_active(client: KvClient, picks: Picks) -> Found:
    """Scan once and filter, then take the page, as the admin's list did."""
    found = client.scan(picks.prefixes["products"])
    return client.page([pair for pair in found if _is_active(pair[1])], ACTIVE_PAGE)


def search(client: KvClient, picks: Picks) -> Found:
    """Get the array of all gifts, then look for a part of lower-cased texts."""
    gifts = client.get("gifts:all")
    found: list[Record] = []
    for gift in gifts if isinstance(gifts, list) else ():
        if not isinstance(gift, dict) or not _is_active(gift):
            continue
        features = gift.get("features")
        texts = [gift.get("name"), gift.get("description"), gift.get("category")]
        texts += features if isinstance(features, list) else []
        if any(isinstance(text, str) and picks.term in text.lower() for text in texts):
            found.append((picks.keys["products"].get(str(gift.get("id")), ""), gift))
    return found


def report_by_ids(client: KvClient, picks: Picks) -> Found:
    """Get the list of all orders and each of them, filter and add up in memory."""
    wanted, month = _sure(picks.client).record_id, _month(picks)
    count, total = 0, 0.0
    for _, order in client.records(_listed(client, picks, "orders", "orders:all")):
        if order.get("clientId") == wanted and str(order.get("createdAt", ""))[:7] == month:
            count += 1
            total += _amount(order)
    return count, round(total, 2)


def report_of_page(client: KvClient, picks: Picks) -> Found:
    """Take the first page of five scans, and scan employees a site, as the admin page did."""
    wanted, month = _sure(picks.client).record_id, _month(picks)
    orders = client.page(client.scan(picks.prefixes["orders"]))
    gifts = client.page(client.scan(picks.prefixes["products"]))
    sites = client.page(client.scan(picks.prefixes["sites"]))
    client.page(client.scan(picks.prefixes["clients"]))
    client.page(client.scan("celebrations:"))
    own = {str(site.get("id")) for _, site in sites if site.get("clientId") == wanted}
    for site in sorted(own):
        client.scan(f"employee:{site}:")
    prices = {str(gift.get("id")): gift.get("price") for _, gift in gifts}
    count, total = 0, 0.0
    for _, order in orders:
        if order.get("siteId") in own and str(order.get("createdAt", ""))[:7] == month:
            count += 1
            total += _amount(order) or _number(prices.get(str(order.get("giftId"))))
    return count, round(total, 2)


def order_by_id(client: KvClient, picks: Picks) -> Found:
    """Get the one key."""
    return client.records([_sure(picks.order).key])


def order_of_session(client: KvClient, picks: Picks) -> Found:
    """Get session, order and session again, as the public route did."""
    session = "session:00000000-0000-4000-8000-000000000000"
    client.get(session)
    found = client.records([_sure(picks.order).key])
    client.get(session)
    return found


def order_by_number(client: KvClient, picks: Picks) -> Found:
    """Get all orders, then find the one that has the number: no key holds it."""
    found = client.records(_listed(client, picks, "orders", "orders:all"))
    return [pair for pair in found if pair[1].get("orderNumber") == picks.order_number]


def site_and_client(client: KvClient, picks: Picks) -> Found:
    """Get the site, then the client it names."""
    return client.records([_sure(picks.site).key, _sure(picks.site_client).key])


def orders_counted(client: KvClient, picks: Picks) -> Found:
    """Get all orders, then count those that name the client."""
    wanted = _sure(picks.client).record_id
    found = client.records(_listed(client, picks, "orders", "orders:all"))
    return (sum(order.get("clientId") == wanted for _, order in found),)


def access_check(client: KvClient, picks: Picks) -> Found:
    """Scan all employees of the site, then find the one with the address."""
    found = client.scan(f"employee:{_sure(picks.access_site).record_id}:")
    return [
        pair
        for pair in found
        if str(pair[1].get("email", "")).lower() == picks.email.lower()
        and pair[1].get("status", "active") == "active"
    ]


def orders_of_user(client: KvClient, picks: Picks) -> Found:
    """Get the user's list and each order, then sort them, newest first."""
    _, user = picks.user or ("", "")
    listed = client.get(f"user_orders:{user}")
    keys = picks.keys["orders"]
    ids = listed if isinstance(listed, list) else []
    found = client.records([keys.get(str(order), f"order:{order}") for order in ids])
    return sorted(found, key=lambda pair: str(pair[1].get("createdAt", "")), reverse=True)


def _listed(client: KvClient, picks: Picks, entity: str, list_key: str) -> list[str]:
    """Give the keys of the ids in a list of all; where there is none, of all records there are."""
    listed = client.get(list_key)
    keys = picks.keys[entity]
    if not isinstance(listed, list):
        client.note(f"the store has no {list_key}: the ids of all keys stand in for it")
        return list(keys.values())
    ids = [str(each.get("id") if isinstance(each, dict) else each) for each in listed]
    return [keys.get(each, f"{list_key.removesuffix('s:all')}:{each}") for each in ids]


def _is_active(gift: dict[str, Any]) -> bool:
    return gift.get("status", "active") == "active" and not gift.get("deleted")


def _amount(order: dict[str, Any]) -> float:
    return _number(order.get("totalAmount") or order.get("totalValue"))


def _number(value: object) -> float:
    return float(value) if isinstance(value, (int, float)) else 0.0


def _month(picks: Picks) -> str:
    month = picks.month or datetime.min
    return f"{month:%Y-%m}"


def _sure(known: Known | None) -> Known:
    """Give what the case was checked to have before it was run."""
    if known is None:
        raise ValueError("a query was asked about nothing")
    return known
