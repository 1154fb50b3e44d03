"""Sites: the shapes the application wrote, and what can be wrong with one."""

from __future__ import annotations

def _site(key: str, site_id: str, client: Document, name: str, **fields: object) -> Document:
    value = {"id": site_id, "clientId": client.id, "name": name, **fields}
    return Document(key.format(id=site_id, client=client.id), value, "sites")


def seeded_site(world: World, client: Document, _: Document) -> Document:
    """Make a site of the first seed: no slug, no dates, its validation among the settings (S1)."""
    return _site(
        f"site:{ENVIRONMENT}:{{id}}",
        f"site-{world.serial('site'):03}",
        client,
        world.occasion(),
        domain=f"gifts-{world.serial('domain')}.example",
        status=world.random.choice(("active", "active", "inactive")),
        branding={"primary": "#123456", "secondary": "#abcdef", "tertiaryColor": "#fff"},
        settings={
            "validationMethod": world.random.choice(("email", "employeeId", "serialCard")),
            "allowQuantitySelection": False,
            "showPricing": True,
            "giftsPerUser": 1,
            "shippingMode": "employee",
            "defaultLanguage": "en",
            "defaultCurrency": "USD",
            "allowedCountries": ["US", "GB"],
            "defaultCountry": "US",
        },
    )


def managed_site(world: World, client: Document, catalog: Document) -> Document:
    """Make a site of the admin pages: camelCase and snake_case in one object (S2)."""
    ms = world.tick()
    name = world.occasion()
    return _site(
        f"site:{ENVIRONMENT}:{{id}}",
        world.text_id("site", ms),
        client,
        name,
        slug=slug_of(name),
        catalogId=catalog.id,
        status=world.random.choice(("draft", "active", "active", "live", "inactive")),
        validationMethods=["email", "magic_link"],
        startDate=iso_date(ms),
        endDate=iso_date(ms + 90 * 86_400_000),
        brandingConfig={"primaryColor": "#0044cc"},
        pageConfigurations={"landing": {"enabled": True}},
        site_code=f"SC{world.serial('site_code'):04}",
        site_erp_integration="none",
        site_ship_from_country="GB",
        site_account_manager=" ".join(world.person()),
        site_account_manager_email=mail("sites", client.value["name"]),
        site_celebrations_enabled=True,
        regional_client_info={"office": "Leeds"},
        disable_direct_access_auth=False,
        sso_provider="saml",
        environmentId=ENVIRONMENT,
        createdBy=world.uuid(),
        createdAt=iso(ms),
        updatedAt=iso(world.later(ms)),
    )


def patched_site(world: World, client: Document, catalog: Document) -> Document:
    """Make a site that the old PUT merged any body into (S3)."""
    site = managed_site(world, client, catalog)
    ms = world.tick()
    for name in ("startDate", "endDate", "validationMethods"):
        del site.value[name]
    site.value.update(
        settings={
            "availabilityStartDate": iso(ms),
            "availabilityEndDate": iso(ms + 30 * 86_400_000),
            "validationMethod": "magicLink",
        },
        siteDropDownName="Choose <b>here</b>",
        somethingElse={"kept": ["as", "a", "leftover", None, 1.50]},
    )
    return site


def demo_site(world: World, client: Document, _: Document) -> Document:
    """Make a site of the demo seed, with or without the plural in its key (S4, S5)."""
    ms = world.tick()
    name = world.occasion()
    return _site(
        world.random.choice(("sites:{id}", "site:{id}", "client:{client}:site:{id}")),
        f"demo-{world.serial('demo_site')}",
        client,
        name,
        slug=slug_of(name),
        description="A demo\nwith two lines",
        status="active",
        settings={"skipLandingPage": True, "validationMethod": "serialCard", "languages": ["en"]},
        branding={"accentColor": "#ff8800", "logoUrl": "https://cdn.example/demo.png"},
        landingPage={"sections": [{"type": "hero", "title": "Willkommen 🎁"}]},
        welcomePage={},
        createdAt=iso(ms),
        updatedAt=iso(world.later(ms)),
    )


def table_like_site(world: World, client: Document, catalog: Document) -> Document:
    """Make a site spelt as its table, under the plural key with an environment (S8)."""
    ms = world.tick()
    name = world.occasion()
    site_id = world.uuid()
    value = {
        "id": site_id,
        "client_id": client.id,
        "catalog_id": catalog.id,
        "name": name,
        "slug": slug_of(name),
        "status": "active",
        "validation_methods": [{"type": "email", "enabled": True}],
        "branding": {},
        "selection_start_date": iso(ms),
        "selection_end_date": None,
        "created_at": iso(ms),
        "updated_at": iso(world.later(ms)),
    }
    return Document(f"sites:{ENVIRONMENT}:{site_id}", value, "sites")


