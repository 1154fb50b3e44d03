"""Clients: the shapes the application wrote, and what can be wrong with one."""

from __future__ import annotations

from collections.abc import Callable

from scripts.sample.document import Document, fault, migrated, repair
from scripts.sample.words import CITIES, COUNTRIES
from scripts.sample.world import ENVIRONMENT, World, iso, iso_seconds, mail, pg_time, slug_of


def _client(world: World, key: str, client_id: str, ms: int, **fields: object) -> Document:
    name = world.company()
    value = {
        "id": client_id,
        "name": name,
        "contactEmail": mail("office", name),
        **fields,
        "createdAt": iso(ms),
        "updatedAt": iso(world.later(ms)),
    }
    return Document(key.format(id=client_id), value, "clients")


def seeded_client(world: World) -> Document:
    """Make a client of the first seed: no status, a free-text address, whole seconds (C1)."""
    ms = world.tick()
    client = _client(
        world,
        f"client:{ENVIRONMENT}:{{id}}",
        f"client-{world.serial('client'):03}",
        ms,
        contactPhone="(555) 010-7788",
        description="Seeded for a first look",
        address=f"9 Quay Rd, {world.random.choice(CITIES)}",
        isActive=world.random.random() < 0.9,
    )
    client.value.update(createdAt=iso_seconds(ms), updatedAt=iso_seconds(world.later(ms)))
    return client


def managed_client(world: World) -> Document:
    """Make a client of the admin pages, with every field they know (C2)."""
    ms = world.tick()
    number = world.serial("client_code")
    client = _client(
        world,
        f"client:{ENVIRONMENT}:{{id}}",
        world.text_id("client", ms),
        ms,
        status=world.random.choice(("active", "active", "active", "inactive")),
        environmentId=ENVIRONMENT,
        createdBy=world.uuid(),
        updatedBy=world.uuid(),
        clientCode=f"CL-{number:05}",
    )
    domain = client.value["name"]
    country = world.random.randrange(len(COUNTRIES))
    client.value.update(
        clientRegion="EMEA",
        clientSourceCode=f"S{number}",
        clientContactName=" ".join(world.person()),
        clientContactPhone="+44 20 7946 0000",
        clientTaxId=f"TX{number:09}",
        clientAddressLine1=f"{number} Mill Lane",
        clientAddressLine2="Floor 2",
        clientAddressLine3="",
        clientCity=CITIES[country],
        clientPostalCode=f"{number:05}",
        clientCountryState="",
        clientCountry=COUNTRIES[country],
        clientAccountManager=" ".join(world.person()),
        clientAccountManagerEmail=mail("accounts", domain),
        clientImplementationManager=" ".join(world.person()),
        clientImplementationManagerEmail=mail("projects", domain),
        technologyOwner=" ".join(world.person()),
        technologyOwnerEmail=mail("it", domain),
        clientUrl=f"https://{slug_of(domain)}.example/",
        clientAllowSessionTimeoutExtend=world.random.random() < 0.5,
        clientAuthenticationMethod="sso",
        clientCustomUrl=f"https://gifts.{slug_of(domain)}.example/",
        clientHasEmployeeData=True,
        clientInvoiceType="monthly",
        clientInvoiceTemplateType="standard",
        clientPoType="blanket",
        clientPoNumber=f"PO-{number}",
        clientErpSystem="none",
        clientSso="saml",
        clientHrisSystem="csv",
        settings={"timezone": "UTC", "locale": "en", "currency": "USD", "dateFormat": "ISO"},
        headerFooterConfig={"header": {"showLogo": True}},
        brandingAssets={"logoUrl": "https://cdn.example/logo.svg"},
    )
    return client


def demo_client(world: World) -> Document:
    """Make a client of the demo seed without an environment in its key, mended by hand (C3)."""
    ms = world.tick()
    return _client(
        world,
        "client:{id}",
        f"client-demo-{world.serial('demo_client')}",
        ms,
        status="active",
        settings={"primaryColor": "#0a7d55", "secondaryColor": "#ffffff"},
    )


def old_client(world: World) -> Document:
    """Make a client from before the environment stood in the key (C5)."""
    ms = world.tick()
    return _client(world, "clients:{id}", world.text_id("client", ms), ms, status="active")


def half_moved_client(world: World) -> Document:
    """Make a client under the plural key with an environment (C6)."""
    ms = world.tick()
    key = f"clients:{ENVIRONMENT}:{{id}}"
    return _client(world, key, world.text_id("client", ms), ms, status="inactive")


def table_like_client(world: World) -> Document:
    """Make a client spelt as its table: snake_case and a UUID (C8)."""
    name = world.company()
    ms = world.tick()
    client_id = world.uuid()
    value = {
        "id": client_id,
        "name": name,
        "contact_email": mail("office", name),
        "status": "active",
        "client_code": f"CL-{world.serial('client_code'):05}",
        "client_address_line_1": "1 Harbour Street",
        "client_country": world.random.choice(COUNTRIES),
        "client_has_employee_data": False,
        "created_at": iso(ms),
        "updated_at": iso(world.later(ms)),
    }
    return Document(f"client:{client_id}", value, "clients")


Shape = Callable[[World], Document]
SHAPES: tuple[Shape, ...] = (
    seeded_client,
    managed_client,
    demo_client,
    old_client,
    half_moved_client,
    table_like_client,
)


def plain_client(world: World) -> Document:
    """Make a client that states all it needs and nothing else, for one change to be made to it."""
    ms = world.tick()
    key = f"client:{ENVIRONMENT}:{{id}}"
    return _client(world, key, world.text_id("client", ms), ms, status="active")


def dateless_client(world: World) -> Document:
    """Make a client whose only date stands in its id."""
    ms = world.tick()
    value = {"id": world.text_id("client", ms), "name": "Undated", "contactEmail": "a@b.example"}
    document = Document(f"client:{ENVIRONMENT}:{value['id']}", value, "clients")
    row = {"created_at": pg_time(ms), "updated_at": pg_time(ms)}
    return migrated(document, "clients: flaw 9: the date comes from the id, not the clock", **row)


_LONG = ".".join(["d" * 63] * 3)
FAULTS = (
    fault("id_malformed", "an object", id={"$oid": "507f"}),
    fault("id_malformed", "the same object, yet not the same record", id={"$oid": "507f"}),
    fault("name_missing", "no name", drop="name"),
    fault("name_missing", "null", name=None),
    fault("name_missing", "nothing left once trimmed", name="   "),
    fault("name_too_short", "flaw 10: one letter once trimmed", name="A "),
    fault("name_malformed", "an object", name={"en": "Orvellin"}),
    fault("contact_email_missing", "no e-mail", drop="contactEmail"),
    fault("contact_email_missing", "empty", contactEmail=""),
    fault("contact_email_malformed", "no @", contactEmail="nobody"),
    fault("contact_email_malformed", "two @", contactEmail="a@@b.example"),
    fault("contact_email_malformed", "a space inside", contactEmail="a b@c.example"),
    fault("contact_email_malformed", "two dots", contactEmail="a..b@c.example"),
    fault("contact_email_malformed", "a dot first", contactEmail=".a@c.example"),
    fault("contact_email_malformed", "a dot before the @", contactEmail="a.@c.example"),
    fault("contact_email_malformed", "a hyphen before a dot", contactEmail="a@c-.example"),
    fault("contact_email_malformed", "a hyphen behind the @", contactEmail="a@-c.example"),
    fault("contact_email_malformed", "an apostrophe", contactEmail="o'merrin@c.example"),
    fault("contact_email_malformed", "letters beyond ASCII", contactEmail="info@süß.example"),
    fault("contact_email_malformed", "65 before the @", contactEmail="a" * 65 + "@c.example"),
    fault("contact_email_malformed", "a label of 64", contactEmail=f"a@{'c' * 64}.example"),
    fault("contact_email_malformed", "over 254", contactEmail=f"{'a' * 60}@{_LONG}.example"),
    fault("contact_email_malformed", "a list", contactEmail=["a@b.example"]),
    fault("client_account_manager_email_malformed", "no @", clientAccountManagerEmail="me"),
    fault(
        "client_implementation_manager_email_malformed",
        "no domain",
        clientImplementationManagerEmail="me@",
    ),
    fault("technology_owner_email_malformed", "no top domain", technologyOwnerEmail="me@here"),
    fault("status_unmapped", "flaw 11: suspended", status="suspended"),
    fault("status_malformed", "a boolean", status=True),
    fault("client_city_malformed", "a list in a text column", clientCity=["Porto"]),
    fault(
        "client_allow_session_timeout_extend_malformed",
        "half a word",
        clientAllowSessionTimeoutExtend="tr",
    ),
    fault("client_has_employee_data_malformed", "neither 0 nor 1", clientHasEmployeeData=2),
    fault("created_at_malformed", "flaw 12: tomorrow", createdAt="tomorrow"),
    fault("created_at_malformed", "a boolean", createdAt=True),
    fault("created_at_malformed", "an epoch before 2000", createdAt=5),
    fault("updated_at_malformed", "infinity", updatedAt="infinity"),
    fault(
        "contact_email_malformed name_too_short status_unmapped",
        "flaw 17: every reason is told, not the first",
        name="A",
        contactEmail="nobody",
        status="suspended",
    ),
)
REPAIRS = (
    repair(
        "flaw 4: camelCase and a text id",
        {"client_address_line_1": "1 Quay Road", "client_city": "Porto"},
        clientAddressLine1="1 Quay Road",
        clientCity="Porto",
    ),
    repair(
        "flaw 10: an e-mail in spaces",
        {"contact_email": "Ops@trim.example"},
        contactEmail="  Ops@trim.example\t",
    ),
    repair("flaw 11: '' is nothing", {"technology_owner_email": None}, technologyOwnerEmail=""),
    repair(
        "flaw 13: fields without a column are kept as leftovers",
        {"status": "active"},
        description="Kept",
        settings={"timezone": "UTC"},
    ),
    repair(
        "flaw 14: a default stays where nothing is stated",
        {"client_has_employee_data": "false", "client_allow_session_timeout_extend": "false"},
    ),
    repair(
        "isActive decides without a status", {"status": "inactive"}, drop="status", isActive=False
    ),
    repair("neither status nor isActive", {"status": "active"}, drop="status"),
    repair("deleted: false is not deleted", {"status": "active"}, deleted=False, deletedAt=None),
    repair("a number is taken as its digits", {"name": "42"}, name=42),
    repair(
        "a boolean as a word", {"client_has_employee_data": "true"}, clientHasEmployeeData="yes"
    ),
    repair("a boolean as a number", {"client_has_employee_data": "false"}, clientHasEmployeeData=0),
    repair(
        "snake_case is asked first", {"client_city": "Lyon"}, client_city="Lyon", clientCity="X"
    ),
    repair("'' in snake_case is passed over", {"client_city": "X"}, client_city="", clientCity="X"),
    repair(
        "an hour east of UTC",
        {"created_at": "2026-01-11 09:00:00+00"},
        createdAt="2026-01-11T10:00:00+01:00",
    ),
    repair(
        "flaw 12: no zone counts as UTC",
        {"created_at": "2026-01-11 10:00:00+00"},
        createdAt="2026-01-11T10:00:00",
    ),
    repair(
        "a form's date and minutes",
        {"created_at": "2026-01-11 10:05:00+00"},
        createdAt="2026-01-11T10:05",
    ),
    repair("a date alone", {"created_at": "2026-01-11 00:00:00+00"}, createdAt="2026-01-11"),
    repair("epoch seconds", {"created_at": "2026-01-11 10:00:00+00"}, createdAt=1768125600),
    repair(
        "epoch milliseconds", {"created_at": "2026-01-11 10:00:00.25+00"}, createdAt=1768125600250
    ),
    repair(
        "updated_at follows created_at",
        {"updated_at": "2026-01-11 10:00:00+00"},
        drop="updatedAt",
        createdAt="2026-01-11T10:00:00Z",
    ),
)
