"""Sites: the shapes the application wrote, and what can be wrong with one."""

from __future__ import annotations

from collections.abc import Callable

from scripts.sample.document import Document, fault, repair
from scripts.sample.world import ENVIRONMENT, World, iso, iso_date, mail, slug_of


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
    value: dict[str, object] = {
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


Shape = Callable[[World, Document, Document], Document]
SHAPES: tuple[Shape, ...] = (
    seeded_site,
    managed_site,
    patched_site,
    demo_site,
    table_like_site,
)


def plain_site(world: World, client: Document) -> Document:
    """Make a site that states all it needs, for one change to be made to it."""
    ms = world.tick()
    return _site(
        f"site:{ENVIRONMENT}:{{id}}",
        world.text_id("site", ms),
        client,
        f"Planted {world.serial('planted_site')}",
        slug=f"planted-site-{ms}",
        status="active",
        createdAt=iso(ms),
        updatedAt=iso(world.later(ms)),
    )


FAULTS = (
    fault("id_malformed", "a boolean", id=True),
    fault("name_missing", "an update without a name stored ''", name=""),
    fault("name_too_short", "flaw 10: one letter once trimmed", name="\tB"),
    fault("name_malformed", "a list", name=["Spring"]),
    fault("client_id_missing", "no client", drop="clientId"),
    fault("client_id_missing", "empty", clientId=""),
    fault("client_unknown", "a client that is nowhere", clientId="client-nowhere"),
    fault("client_id_malformed", "an object", clientId={"id": "client-001"}),
    fault("catalog_id_malformed", "a list", catalogId=["catalog_1"]),
    fault("slug_malformed", "spaces and a sign", slug="Spring Sale!"),
    fault("slug_malformed", "an underscore", slug="spring_sale"),
    fault("slug_malformed", "a list", slug=["spring"]),
    fault("status_unmapped", "flaw 11: maintenance", status="maintenance"),
    fault("status_malformed", "an object", status={"is": "active"}),
    fault("site_code_malformed", "a list in a text column", siteCode=["SC1"]),
    fault("validation_methods_malformed", "an object", validationMethods={"email": True}),
    fault("branding_malformed", "a text", branding="blue"),
    fault("regional_client_info_malformed", "a list", regionalClientInfo=["Leeds"]),
    fault("selection_start_date_malformed", "tomorrow", selectionStartDate="tomorrow"),
    fault("selection_end_date_malformed", "infinity", endDate="infinity"),
    fault(
        "selection_end_date_out_of_range",
        "flaw 11: the end before the start",
        selectionStartDate="2026-03-02T00:00:00Z",
        selectionEndDate="2026-03-01T00:00:00Z",
    ),
    fault(
        "selection_end_date_out_of_range",
        "the same instant, in two spellings",
        startDate="2026-03-01",
        endDate="2026-03-01T01:00:00+01:00",
    ),
    fault("site_account_manager_email_malformed", "a name", siteAccountManagerEmail="Bexa"),
    fault("site_celebrations_enabled_malformed", "half a word", siteCelebrationsEnabled="tr"),
    fault("allow_session_timeout_extend_malformed", "a list", allowSessionTimeoutExtend=[]),
    fault("enable_employee_log_report_malformed", "on", enableEmployeeLogReport="on"),
    fault("disable_direct_access_auth_malformed", "a letter", disable_direct_access_auth="t"),
    fault("created_at_malformed", "no such day", createdAt="2023-02-29T00:00:00Z"),
    fault("updated_at_malformed", "an object", updatedAt={"$date": "2026-01-01T00:00:00Z"}),
    fault(
        "client_unknown slug_malformed status_unmapped",
        "flaw 17: every reason is told, not the first",
        clientId="client-nowhere",
        slug="a b",
        status="maintenance",
    ),
)
REPAIRS = (
    repair("flaw 11: live is in use", {"status": "active"}, status="live"),
    repair("no status", {"status": "draft"}, drop="status"),
    repair(
        "the slug follows from the name",
        {"slug": "cr-me-caf-{id}"},
        drop="slug",
        name="Crème & Café, {id}!",
    ),
    repair("flaw 5: a catalog that is nowhere is null", {"catalog_id": None}, catalogId="cat-x"),
    repair("flaw 12: '' is no date", {"selection_start_date": None}, selectionStartDate=""),
    repair(
        "one method among the settings",
        {"validation_methods": '["serialCard"]'},
        settings={"validationMethod": "serialCard"},
    ),
    repair("no method at all", {"validation_methods": "[]"}),
    repair(
        "dates among the settings",
        {
            "selection_start_date": "2026-03-01 00:00:00+00",
            "selection_end_date": "2026-03-31 22:00:00+00",
        },
        settings={
            "availabilityStartDate": "2026-03-01",
            "availabilityEndDate": "2026-04-01T00:00:00+02:00",
        },
    ),
    repair(
        "expiryDate ends the selection",
        {"selection_start_date": None, "selection_end_date": "2026-05-01 00:00:00+00"},
        expiryDate="2026-05-01",
    ),
    repair(
        "flaw 14: defaults stay where nothing is stated",
        {"site_celebrations_enabled": "false", "branding": "{}", "regional_client_info": "{}"},
    ),
    repair(
        "flaw 9: no date at all, and none of today's",
        {"created_at": "1970-01-01 00:00:00+00", "updated_at": "1970-01-01 00:00:00+00"},
        drop="createdAt updatedAt",
        key="sites:demo-{tail}",
        id="demo-{tail}",
    ),
)
