"""Employees: the nine of the demo seed, and those of the test seed, the imports and the admin pages."""

from __future__ import annotations

from typing import Any

from seeded.cases import ENVIRONMENT, Case, Group, migrated, new_id, rejected
from seeded.clients_and_sites import DEMO_CLIENT_KEY

_MADE = "2026-02-05T09:30:00.000Z"
_CHANGED = "2026-02-06T11:00:00.250Z"
IMPORTED = ("6f1d2b8e-3c4a-4f5b-8a6c-7d8e9f0a1b2c", "0a9b8c7d-6e5f-4a3b-9c2d-1e0f9a8b7c6d")
# Site, id, name, e-mail, role.
_DEMO = (
    ("demo-event-gifting", "emp-001", "Arlen Quillmark", "arlen@demo.example", None),
    ("demo-event-gifting", "emp-002", "Bexa Thornwick", "bexa@demo.example", "manager"),
    ("demo-onboarding", "emp-001", "Corin Ashbell", "corin@demo.example", None),
    ("demo-service-awards", "emp-001", "Dovie Brindlemoor", "dovie@demo.example", None),
    ("demo-five-years", "emp-001", "Elsin Cragstone", "elsin@demo.example", None),
    ("demo-wellness", "emp-001", "Farrow Dunwhistle", "farrow@demo.example", None),
    ("demo-birthday", "emp-001", "Gwilla Elderfenn", "gwilla@demo.example", None),
    ("demo-birthday", "emp-002", "Hestan Foxmantle", "hestan@demo.example", None),
    ("demo-manager-portal", "emp-001", "Ilse Hollowreed", "ilse@demo.example", "manager"),
)
_MISSING_SITES = ("demo-birthday", "demo-manager-portal")


def employee_id(site_id: str, old_id: str) -> str:
    """Make the id of an employee, whose old id repeats from site to site."""
    return new_id("employees", old_id, site=new_id("sites", site_id))


def _demo(site_id: str, old_id: str, name: str, email: str, role: str | None) -> Case:
    value = {
        "id": old_id,
        "employeeId": f"D-{old_id}",
        "serialCard": f"CARD-{site_id}-{old_id}",
        "name": name,
        "email": email,
        "department": "Demo",
        "status": "active",
        "createdAt": _MADE,
        **({"role": role} if role else {}),
    }
    key = f"employee:{site_id}:{old_id}"
    if site_id in _MISSING_SITES:
        return rejected("employees", key, value, "site_unknown")
    return rejected("employees", key, value, "site_rejected", DEMO_CLIENT_KEY)


def _at_site(site_id: str, old_id: str, row: dict[str, Any], **fields: Any) -> Case:
    value = {
        "id": old_id,
        "siteId": site_id,
        "department": "Stores",
        "status": "active",
        "createdAt": _MADE,
        "updatedAt": _CHANGED,
        **fields,
    }
    common = {
        "site_id": new_id("sites", site_id),
        "status": "active",
        "created_at": _MADE,
        "updated_at": _CHANGED,
    }
    row_id = old_id if old_id in IMPORTED else employee_id(site_id, old_id)
    key = f"employee:{site_id}:{old_id}"
    return migrated("employees", key, value, **{**common, "id": row_id, **row})


def _tested(site_id: str) -> Case:
    """Make the same person at any site: the test seed starts its ids anew for each."""
    return _at_site(
        site_id,
        "emp-001",
        {
            "employee_id": "EMP001",
            "email": "jorun@staff.example",
            "serial_card_number": "C-1001",
            "first_name": "Jorun",
            "last_name": "Penhallam",
        },
        employeeId="EMP001",
        email="jorun@staff.example",
        serialCard="C-1001",
        name="Jorun Penhallam",
    )


def _imported() -> tuple[Case, ...]:
    return (
        _at_site(
            "site-001",
            IMPORTED[0],
            {
                "employee_id": "E-77",
                "email": "kael@staff.example",
                "serial_card_number": "C-1077",
                "first_name": "Kael",
                "last_name": "van Ravelstoke",
            },
            employeeId="E-77",
            email="kael@staff.example",
            serialCard="C-1077",
            name="Kael van Ravelstoke",
        ),
        # Only a name: what the import left empty counts as nothing.
        _at_site(
            "site-001",
            IMPORTED[1],
            {"employee_id": IMPORTED[1], "first_name": "Lumi"},
            employeeId="",
            email="",
            serialCard="",
            name="Lumi",
        ),
    )


def _of_client() -> Case:
    old_id = "emp-1770300000123-a1b2c3d4e"
    value = {
        "id": old_id,
        "clientId": "client-002",
        "name": "Zoë Grimsby",
        "email": "Zoe.Grimsby@Staff.Example",
        "country": "PT",
        "region": "North",
        "location": "Porto",
        "department": "Sales",
        "serialCard": "C-2001",
        "status": "active",
        "createdAt": _MADE,
        "updatedAt": _CHANGED,
    }
    return rejected("employees", f"employees:{old_id}", value, "site_id_missing")


def _of_admin_pages() -> Case:
    old_id = "emp-1770400000456-b2c3d4e"
    value = {
        "id": old_id,
        "clientId": "client-002",
        "siteId": "site-003",
        "email": "oyna@staff.example",
        "firstName": "Øyna",
        "lastName": "Süßmark",
        "department": "Sales",
        "jobTitle": "Seller",
        "status": "active",
        "environmentId": ENVIRONMENT,
        "createdBy": "8d1f0000-0000-4000-8000-000000000001",
        "createdAt": _MADE,
        "updatedAt": _CHANGED,
    }
    return migrated(
        "employees",
        f"employees:{ENVIRONMENT}:{old_id}",
        value,
        id=employee_id("site-003", old_id),
        site_id=new_id("sites", "site-003"),
        employee_id=old_id,
        email="oyna@staff.example",
        first_name="Øyna",
        last_name="Süßmark",
        status="active",
        created_at=_MADE,
        updated_at=_CHANGED,
    )


DEMO_EMPLOYEES = Group(
    "`employee:demo-…:emp-00N`",
    "the nine demo employees, three of them at sites that do not exist",
    "there is no `employees:all`",
    "the site stands in the key alone; six wait for the demo client, three for a site",
    tuple(_demo(*employee) for employee in _DEMO),
)
EMPLOYEES = (
    Group(
        "`employee:site-00N:emp-001`",
        "one test employee at two sites, under the same id",
        "there is no `employees:all`",
        "two rows: an employee's new id is made with the site's",
        (_tested("site-001"), _tested("site-002")),
    ),
    Group(
        "`employee:site-001:<uuid>`",
        "employees of a file imported for a site, one with nothing but a name",
        "there is no `employees:all`",
        "the UUID stays; no number: the id is the number",
        _imported(),
    ),
    Group(
        "`employees:emp-…`",
        "an employee of a file imported for a client, without a site",
        "there is no `employees:all`",
        "nobody can say which site",
        (_of_client(),),
    ),
    Group(
        f"`employees:{ENVIRONMENT}:emp-…`",
        "an employee entered on the admin pages",
        "there is no `employees:all`",
        "no number: the id is the number",
        (_of_admin_pages(),),
    ),
)
