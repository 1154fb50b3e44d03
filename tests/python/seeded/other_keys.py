"""What is no record of the six tables: configurations, assignments, sessions, accounts, traces."""

from __future__ import annotations

from typing import Any

from seeded.cases import ENVIRONMENT, Case, Group, kept_apart
from seeded.clients_and_sites import DEMO_SITE_IDS

_UUIDS = ("a1000000-0000-4000-8000-00000000000", "b2000000-0000-4000-8000-00000000000")
_TIME = "2026-02-12T09:00:00.000Z"
_UNKNOWN = "it knows no such key"
# The one without a configuration is the inactive one.
_CONFIGURED = ("site-001", "site-002", "site-003", "site-004", "site-005", "site-007")


def _configuration(site_id: str) -> dict[str, Any]:
    return {
        "siteId": site_id,
        "assignmentStrategy": "price_levels" if site_id == "site-002" else "all",
        "priceLevels": [{"id": "level-1", "name": "Small", "minPrice": 0, "maxPrice": 50}],
        "selectedLevelId": "level-1",
        "excludedCategories": [],
        "excludedSkus": [],
        "includedGiftIds": ["gift-001", "gift-002"],
        "assignedGiftIds": ["gift-001", "gift-002"],
    }


def _keys(key_class: str, *pairs: tuple[str, Any]) -> tuple[Case, ...]:
    return tuple(kept_apart(key_class, key, value) for key, value in pairs)


def _audit(number: int, action: str, name: str) -> tuple[str, dict[str, Any]]:
    return (
        f"audit:{ENVIRONMENT}:{1_770_500_000_000 + number}:{_UUIDS[0]}{number}",
        {
            "timestamp": _TIME,
            "action": action,
            "resourceName": name,
            "resourceId": f"{name}-001",
            "userId": f"{_UUIDS[1]}1",
            "environmentId": ENVIRONMENT,
            "details": {"data": {"id": f"{name}-001"}},
        },
    )


_ADMINS = [
    (
        f"admin_users:{_UUIDS[1]}{number}",
        {
            "id": f"{_UUIDS[1]}{number}",
            "username": f"admin{number}",
            "email": f"admin{number}@staff.example",
            "role": role,
            "requirePasswordChange": True,
            "tempPassword": "not-a-real-password",
            "createdAt": _TIME,
        },
    )
    for number, role in ((1, "super_admin"), (2, "client_admin"))
]
_SESSIONS: list[tuple[str, Any]] = [
    (
        f"{prefix}:{_UUIDS[0]}{number}",
        {
            "token": f"{_UUIDS[0]}{number}",
            "employeeId": "emp-001",
            "siteId": "site-001",
            "employeeEmail": "jorun@staff.example",
            "createdAt": _TIME,
            "expiresAt": "2026-02-13T09:00:00.000Z",
        },
    )
    for prefix in ("session", "magic-link")
    for number in (1, 2)
]
_SESSIONS.append(
    (
        f"password_reset:{_UUIDS[1]}1_1770500000000_a1b2",
        {"userId": f"{_UUIDS[1]}1", "token": "not-a-real-token", "used": False},
    )
)
_CELEBRATION = {
    "id": "celebration-1770500000000-a1b2c3d",
    "recipientId": "emp-001",
    "recipientName": "Jorun Penhallam",
    "message": "Well done",
    "likes": [],
    "createdAt": _TIME,
}

OTHER_KEYS = (
    Group(
        "`site_configs:site-00N`",
        "which gifts a site offers; none for the inactive site",
        _UNKNOWN,
        "no table for it; kept for later",
        _keys(
            "other_family",
            *((f"site_configs:{site}", _configuration(site)) for site in _CONFIGURED),
        ),
    ),
    Group(
        "`site-gift-assignment:demo-…:gift-0NN`",
        "gifts assigned to the demo sites; no gift has such an id",
        _UNKNOWN,
        "no table for it; kept for later",
        _keys(
            "other_family",
            *(
                (
                    f"site-gift-assignment:{site}:gift-{number:03}",
                    {
                        "siteId": site,
                        "giftId": f"gift-{number:03}",
                        "priority": number,
                        "quantityLimit": 10,
                        "active": True,
                    },
                )
                for site in DEMO_SITE_IDS
                for number in range(1, 16)
            ),
        ),
    ),
    Group(
        "`client:development:…`",
        "a client somebody tried out in the other environment",
        "there is no `clients:all`",
        "left to a run of its own",
        (
            Case(
                "client:development:client-1770200000123-a1b2c3d",
                {
                    "id": "client-1770200000123-a1b2c3d",
                    "name": "Tried Out",
                    "contactEmail": "tried@out.example",
                    "status": "suspended",
                    "environmentId": "development",
                    "createdAt": _TIME,
                    "updatedAt": _TIME,
                },
                "other_environment",
                "clients",
            ),
        ),
    ),
    Group(
        "`admin_users:<uuid>`",
        "administrators, with a temporary password in clear",
        _UNKNOWN,
        "holds a secret",
        _keys("withheld", *_ADMINS),
    ),
    Group(
        "`session:…`, `magic-link:…`, `password_reset:…`",
        "who is signed in, or may be",
        _UNKNOWN,
        "holds a token, and has expired",
        _keys("withheld", *_SESSIONS),
    ),
    Group(
        f"`audit:{ENVIRONMENT}:…`",
        "who changed what, with copies of the records",
        _UNKNOWN,
        "no table for it; kept for later",
        _keys(
            "other_family",
            _audit(1, "CREATE", "client"),
            _audit(2, "UPDATE", "site"),
            _audit(3, "SOFT_DELETE", "order"),
        ),
    ),
    Group(
        "`environments:…`, `global-template:…`, `celebrations:…`, `health:test:…`, `test-client:…`",
        "environments, e-mail texts, a celebration under two keys, leftovers of tests",
        _UNKNOWN,
        "no table for it; kept for later",
        _keys(
            "other_family",
            (
                "environments:development",
                {"id": "development", "supabaseAnonKey": "not-a-real-key"},
            ),
            ("environments:production", {"id": "production", "isDefault": True}),
            (
                "global-template:global-welcome",
                {"id": "global-welcome", "defaultSubject": "Welcome"},
            ),
            ("global-template:global-reminder", {"id": "global-reminder", "isSystem": True}),
            ("celebrations:celebration-1770500000000-a1b2c3d", _CELEBRATION),
            (
                "celebrations:employee:emp-001:celebration-1770500000000-a1b2c3d",
                _CELEBRATION,
            ),
            ("health:test:1770500000000", {"test": True, "timestamp": _TIME}),
            (
                "test-client:development:1",
                {"name": "Try", "email": "try@out.example", "website": "try.example"},
            ),
        ),
    ),
)
