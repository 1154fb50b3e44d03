"""Clients: the shapes the application wrote, and what can be wrong with one."""

from __future__ import annotations

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


