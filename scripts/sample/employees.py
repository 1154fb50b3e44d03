"""Employees: the shapes the application wrote, and what can be wrong with one."""

from __future__ import annotations

from collections.abc import Callable

from scripts.sample.document import Document, fault, repair
from scripts.sample.world import ENVIRONMENT, World, iso, mail

DEPARTMENTS = ("Sales", "R&D", "Finance", "Østre avdeling")


def _employee(world: World, key: str, employee_id: str, site: Document, ms: int) -> Document:
    first, last = world.person()
    number = world.serial("employee")
    value = {
        "id": employee_id,
        "siteId": site.id,
        "employeeId": f"EMP{number:07}",
        "email": mail(f"{first} {last} {number}", "staff"),
        "status": "active" if world.random.random() < 0.95 else "inactive",
        "firstName": first,
        "lastName": last,
        "createdAt": iso(ms),
        "updatedAt": iso(world.later(ms)),
    }
    return Document(key.format(id=employee_id, site=site.id), value, "employees")


def _with_one_name(employee: Document) -> Document:
    first, last = employee.value.pop("firstName"), employee.value.pop("lastName")
    employee.value["name"] = f"{first} {last}"
    return employee


def imported_employee(world: World, site: Document) -> Document:
    """Make an employee of a site's import: what was not in the file is '' (E1)."""
    employee = _with_one_name(
        _employee(world, "employee:{site}:{id}", world.uuid(), site, world.tick())
    )
    employee.value.update(serialCard=f"{world.serial('card'):08}", department="")
    for field, share in (("email", 0.1), ("employeeId", 0.1), ("serialCard", 0.5), ("name", 0.02)):
        if world.random.random() < share:
            employee.value[field] = ""
    return employee


def seeded_employee(world: World, site: Document) -> Document:
    """Make an employee of the first seed, whose id every site has again (E2)."""
    employee_id = f"emp-{world.serial('seeded at ' + site.id):03}"
    return _employee(world, "employee:{site}:{id}", employee_id, site, world.tick())


def demo_employee(world: World, site: Document) -> Document:
    """Make an employee whose site stands in the key alone, without updatedAt (E3)."""
    ms = world.tick()
    employee = _employee(world, "employee:{site}:{id}", f"emp-demo-{world.letters(9)}", site, ms)
    for field in ("siteId", "updatedAt"):
        del employee.value[field]
    employee.value["role"] = "manager"
    return employee


def mapped_employee(world: World, site: Document) -> Document:
    """Make an employee of a client's import after a rule gave it a site (E4)."""
    ms = world.tick()
    employee_id = world.text_id("emp", ms, 9)
    employee = _with_one_name(_employee(world, "employees:{id}", employee_id, site, ms))
    employee.value.update(
        clientId=site.value.get("clientId") or site.value.get("client_id"),
        email=employee.value["email"].title(),
        country="FR",
        region="EMEA",
        location="Lyon",
        department=world.random.choice(DEPARTMENTS),
        serialCard=f"{world.serial('card'):08}",
    )
    return employee


def managed_employee(world: World, site: Document) -> Document:
    """Make an employee of the admin pages (E5)."""
    ms = world.tick()
    key = f"employees:{ENVIRONMENT}:{{id}}"
    employee = _employee(world, key, world.text_id("emp", ms), site, ms)
    employee.value.update(
        department=world.random.choice(DEPARTMENTS),
        jobTitle="Analyst",
        metadata={"hireDate": "2019-04-01"},
        createdBy=world.uuid(),
    )
    return employee


def table_like_employee(world: World, site: Document) -> Document:
    """Make an employee spelt as its table."""
    ms = world.tick()
    first, last = world.person()
    number = world.serial("employee")
    employee_id = world.uuid()
    value = {
        "id": employee_id,
        "site_id": site.id,
        "employee_id": f"EMP{number:07}",
        "email": None,
        "serial_card_number": f"{world.serial('card'):08}",
        "first_name": first,
        "last_name": last,
        "status": "active",
        "created_at": iso(ms),
        "updated_at": iso(ms),
    }
    key = world.random.choice(("employee:{}", "employee:production:{}"))
    return Document(key.format(employee_id), value, "employees")


Shape = Callable[[World, Document], Document]
SHAPES: tuple[Shape, ...] = (
    imported_employee,
    seeded_employee,
    demo_employee,
    mapped_employee,
    managed_employee,
    table_like_employee,
)


def plain_employee(world: World, site: Document) -> Document:
    """Make an employee that states all it needs, for one change to be made to it."""
    employee = _employee(world, "employee:{site}:{id}", world.uuid(), site, world.tick())
    employee.value["status"] = "active"
    return employee


FAULTS = (
    fault("id_malformed", "a list", id=["emp-001"]),
    fault(
        "site_id_missing", "no site in the document or the key", drop="siteId", key="employees:{id}"
    ),
    fault("site_unknown", "a site that is nowhere", siteId="site-nowhere"),
    fault(
        "site_unknown",
        "a site that is nowhere, in the key alone",
        drop="siteId",
        key="employee:demo-birthday:{id}",
    ),
    fault("site_id_malformed", "an object", siteId={"id": "site-001"}),
    fault("employee_id_malformed", "an object", employeeId={"number": 7}),
    fault("email_malformed", "a name", email="Bexa Ashbell"),
    fault("email_malformed", "an apostrophe", email="o'merrin@staff.example"),
    fault("serial_card_number_malformed", "a list", serialCard=["00000007"]),
    fault("first_name_malformed", "a boolean", firstName=True),
    fault("last_name_malformed", "an object in a text column", lastName={"maiden": "Ashbell"}),
    fault("status_unmapped", "flaw 11: terminated", status="terminated"),
    fault("status_malformed", "a list", status=["active"]),
    fault("created_at_malformed", "seven decimals", createdAt="2026-01-01T00:00:00.1234567Z"),
    fault("created_at_malformed", "a year of nothing", createdAt="0000-01-01T00:00:00Z"),
    fault("updated_at_malformed", "yesterday", updatedAt="yesterday"),
    fault(
        "email_malformed site_unknown status_unmapped",
        "flaw 17: every reason is told, not the first",
        siteId="site-nowhere",
        email="nobody",
        status="terminated",
    ),
)
REPAIRS = (
    repair("flaw 11: '' is no e-mail", {"email": None}, email=""),
    repair(
        "flaw 13: one name is split at the first space",
        {"first_name": "Bexa", "last_name": "van Ashbell"},
        drop="firstName lastName",
        name=" Bexa van Ashbell ",
    ),
    repair("no number", {"employee_id": "{id}"}, employeeId=""),
    repair("a number as a JSON number", {"employee_id": "900"}, employeeId=900),
    repair("a card by its old name", {"serial_card_number": "0042"}, serialCard="0042"),
    repair("the site stands in the key alone", {"id": "{id}"}, drop="siteId"),
    repair("the id stands in the key alone", {"id": "{id}"}, drop="id"),
    repair("no status", {"status": "active"}, drop="status"),
    repair(
        "flaw 9: no date at all, and none of today's",
        {"created_at": "1970-01-01 00:00:00+00", "updated_at": "1970-01-01 00:00:00+00"},
        drop="createdAt updatedAt",
    ),
)
