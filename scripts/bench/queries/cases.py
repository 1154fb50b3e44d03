"""The queries that are measured: the application's ways, the tables' way, and what is wanted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from scripts.bench.queries import ways
from scripts.bench.queries.picks import Picks


@dataclass(frozen=True)
class Case:
    """One query. `table` names its way on the tables, `target_ms` how long that may take there.

    `wanted` is how many times quicker than a way the tables must be, at so many milliseconds a
    round trip: what the plan for the tables claimed. `asks` says whether the data has what is
    asked about.
    """

    name: str
    table: str
    ways: dict[str, ways.Way]
    asks: Callable[[Picks], object]
    target_ms: float | None = None
    wanted: tuple[str, float, int] | None = None


def _always(_: Picks) -> object:
    """Ask whatever the data is: the query needs nothing of it."""
    return True


CASES = (
    Case(
        "list 1,000 products",
        "list",
        {"a get an id": ways.list_by_ids},
        _always,
        50,
        ("a get an id", 600, 10),
    ),
    Case(
        "products of a site, first 50",
        "site_list",
        {"catalog filter": ways.list_of_site},
        lambda picks: picks.site and picks.catalog,
        50,
    ),
    Case(
        "active products, first 100",
        "active",
        {"prefix scan": ways.list_active},
        _always,
        100,
    ),
    Case(
        "product search",
        "search",
        {"array of all gifts": ways.search},
        lambda picks: picks.term,
        100,
        ("array of all gifts", 100, 0),
    ),
    Case(
        "client report of a month",
        "report",
        {"a get an order": ways.report_by_ids, "admin page": ways.report_of_page},
        lambda picks: picks.client and picks.month,
        100,
        ("a get an order", 150, 10),
    ),
    Case(
        "order by id",
        "order",
        {"one get": ways.order_by_id, "public route": ways.order_of_session},
        lambda picks: picks.order,
        10,
    ),
    Case(
        "order by number",
        "number",
        {"a get an order": ways.order_by_number},
        lambda picks: picks.order,
        10,
        ("a get an order", 50, 10),
    ),
    Case(
        "site and its client",
        "site",
        {"two gets": ways.site_and_client},
        lambda picks: picks.site and picks.site_client,
        20,
    ),
    Case(
        "orders of a client, counted",
        "count",
        {"a get an order": ways.orders_counted},
        lambda picks: picks.client,
        100,
    ),
    Case(
        "employee access check",
        "access",
        {"prefix scan": ways.access_check},
        lambda picks: picks.access_site,
    ),
    Case(
        "orders of an employee",
        "user",
        {"list of the user": ways.orders_of_user},
        lambda picks: picks.user,
    ),
)
