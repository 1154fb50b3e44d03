"""The store that the application's own seed and demo code would have left, key by key.

Each key stands beside what must become of it by docs/rules.md. All names, addresses and secrets are
made up. `STORE` is what the seed, the demo seed and some weeks of use leave; `WITH_CATALOG` is the
same store after somebody made one catalog.
"""

from __future__ import annotations

from seeded.cases import Case, Group
from seeded.catalog import CATALOG, configured
from seeded.clients_and_sites import CLIENTS, DEMO_CLIENT, DEMO_SITES, SITES
from seeded.employees import DEMO_EMPLOYEES, EMPLOYEES
from seeded.gifts import ELEMENTS, GIFTS
from seeded.orders import ORDERS
from seeded.other_keys import OTHER_KEYS

__all__ = ["ELEMENTS", "STORE", "WITH_CATALOG", "Case", "Group", "cases", "documents"]

STORE: tuple[Group, ...] = (
    CLIENTS,
    SITES,
    GIFTS,
    DEMO_CLIENT,
    *DEMO_SITES,
    DEMO_EMPLOYEES,
    *EMPLOYEES,
    *ORDERS,
    *OTHER_KEYS,
)
WITH_CATALOG: tuple[Group, ...] = (*configured(STORE), CATALOG)


def cases(store: tuple[Group, ...]) -> list[Case]:
    """Give every key of a store with what must become of it."""
    return [case for group in store for case in group.cases]


def documents(store: tuple[Group, ...]) -> dict[str, object]:
    """Give the store as the table holds it: values by key."""
    return {case.key: case.value for case in cases(store)}
