"""Orders of every form the application ever wrote."""

from __future__ import annotations

from seeded.cases import ENVIRONMENT, Group, kept_apart
from seeded.orders_of_employees import at_sites, copied, of_admin_pages
from seeded.orders_of_users import of_users, posted

_NO_LIST = "there is no `orders:all`"

ORDERS = (
    Group(
        "`order:ORD-<ms>-<count>`",
        "orders of users: the whole gift inside, no site, no amount, dates in words",
        _NO_LIST,
        "the site of the one employee with the user's e-mail; amount from price and quantity",
        of_users(),
    ),
    Group(
        "`orders:ORD-<ms>`",
        "orders as the web page posted them",
        _NO_LIST,
        "one was posted without a site and an e-mail",
        posted(),
    ),
    Group(
        "`order:<site>:<uuid>`",
        "orders of employees at a site; the id inside is the whole key; two share a number",
        _NO_LIST,
        "the UUID of the key; the second number gets `-2`; one waits for the demo client",
        at_sites(),
    ),
    Group(
        f"`order:{ENVIRONMENT}:ORD-…`",
        "orders of the admin pages: no amount, one that failed, one deleted",
        _NO_LIST,
        "the gift's price; `failed` has no word in the table; the deleted one stays deleted",
        of_admin_pages(),
    ),
    Group(
        "`order:<uuid>`",
        "an order from when tables existed already; its gift is in no key",
        _NO_LIST,
        "the UUID stays; the gift is dropped and listed",
        (copied(),),
    ),
    Group(
        "`user_orders:<user>`, `order_counter`",
        "the orders of a user, and the last number",
        "it knows no such key",
        "checked against the orders: one is listed that is not there",
        (
            kept_apart("derived", "user_orders:user-41", ["ORD-1769000000123-41"]),
            kept_apart(
                "derived", "user_orders:user-42", ["ORD-1769000000123-42", "ORD-1768000000123-40"]
            ),
            kept_apart("derived", "order_counter", 44),
        ),
    ),
)
