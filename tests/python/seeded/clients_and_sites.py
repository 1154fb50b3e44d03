"""Clients and sites: of the seed, and of the demo seed."""

from __future__ import annotations

from typing import Any

from seeded.cases import (
    ENVIRONMENT,
    NO_DATE,
    Case,
    Group,
    kept_apart,
    merged,
    migrated,
    new_id,
    rejected,
)

_CLIENTS = (
    ("client-001", "Ombrelin Freight", "ombrelin", "1 Quay Road, Leeds"),
    ("client-002", "Nimbrax Labs", "nimbrax", "2 Mill Lane, Porto"),
    ("client-003", "Copravil Foods", "copravil", "3 High Street, Lyon"),
    ("client-004", "Willomere Tea", "willomere", "4 Low Road, Tampere"),
)
# Id, client, name, the slug the application would have made of it, status, validation method.
_SITES = (
    ("site-001", "client-001", "Ombrelin Winter Gifts", "ombrelin-winter-gifts", "active", "email"),
    (
        "site-002",
        "client-001",
        "Ombrelin: 5 Years & More",
        "ombrelin-5-years-more",
        "active",
        "employeeId",
    ),
    ("site-003", "client-002", "Nimbrax Team Day", "nimbrax-team-day", "active", "email"),
    ("site-004", "client-002", "Nimbrax Welcome Kit", "nimbrax-welcome-kit", "active", "magicLink"),
    ("site-005", "client-003", "Copravil Awards", "copravil-awards", "active", "serialCard"),
    ("site-006", "client-003", "Copravil Summer (old)", "copravil-summer-old", "inactive", "email"),
    ("site-007", "client-004", "Willomere Thanks", "willomere-thanks", "active", "email"),
)
# Id, name, slug, validation method.
_DEMO_SITES = (
    ("demo-event-gifting", "Demo Event Gifting", "event-gifting", "email"),
    ("demo-onboarding", "Demo Onboarding", "onboarding", "magicLink"),
    ("demo-service-awards", "Demo Service Awards", "service-awards", "serialCard"),
    ("demo-five-years", "Demo Five Years", "five-years", "employeeId"),
    ("demo-wellness", "Demo Wellness", "wellness", "email"),
)
DEMO_SITE_IDS = tuple(site[0] for site in _DEMO_SITES)
DEMO_CLIENT_KEY = "client:client-demo-stakeholder"


def site_key(site_id: str) -> str:
    """Give the key of a seeded site."""
    return f"site:{ENVIRONMENT}:{site_id}"


def client_of(site_id: str) -> str:
    """Give the new id of a seeded site's client."""
    return next(new_id("clients", client) for site, client, *_ in _SITES if site == site_id)


def _client(client_id: str, name: str, domain: str, address: str) -> Case:
    value = {
        "id": client_id,
        "name": name,
        "description": f"{name} gives to its people.",
        "contactEmail": f"hello@{domain}.example",
        "contactPhone": "(555) 010-0100",
        "address": address,
        "isActive": True,
        "createdAt": "2025-11-02T08:00:00Z",
        "updatedAt": "2026-01-11T10:00:00Z",
    }
    return migrated(
        "clients",
        f"client:{ENVIRONMENT}:{client_id}",
        value,
        name=name,
        contact_email=value["contactEmail"],
        status="active",
        created_at=value["createdAt"],
        updated_at=value["updatedAt"],
    )


def _site(site_id: str, client_id: str, name: str, slug: str, status: str, method: str) -> Case:
    branding = {"primary": "#123456", "secondary": "#abcdef", "tertiaryColor": "#ffffff"}
    value = {
        "id": site_id,
        "clientId": client_id,
        "name": name,
        "domain": f"{slug}.example",
        "status": status,
        "branding": branding,
        "settings": {
            "validationMethod": method,
            "allowQuantitySelection": False,
            "showPricing": True,
            "giftsPerUser": 1,
            "shippingMode": "employee",
            "defaultShippingAddress": "",
            "defaultLanguage": "en",
            "enableLanguageSelector": False,
            "defaultCurrency": "USD",
            "allowedCountries": ["US", "GB"],
            "defaultCountry": "US",
        },
    }
    return migrated(
        "sites",
        site_key(site_id),
        value,
        client_id=new_id("clients", client_id),
        name=name,
        slug=slug,
        status=status,
        validation_methods=[method],
        branding=branding,
        created_at=NO_DATE,
        updated_at=NO_DATE,
    )


def _demo_client() -> tuple[Case, ...]:
    value = {
        "id": "client-demo-stakeholder",
        "name": "Demo Stakeholder",
        "status": "active",
        "settings": {"primaryColor": "#ff8800", "secondaryColor": "#0044cc"},
        "createdAt": "2026-02-09T16:00:00.000Z",
        "updatedAt": "2026-02-09T16:00:00.000Z",
    }
    # Equal dates, equal forms of key: the smaller key speaks for both.
    return (
        rejected("clients", DEMO_CLIENT_KEY, value, "contact_email_missing"),
        merged("clients", "client:demo-stakeholder", value, DEMO_CLIENT_KEY),
    )


def _demo_site(site_id: str, name: str, slug: str, method: str) -> tuple[Case, Case, Case]:
    """Make the newer seed's copy, the older seed's, and the one under the client."""
    older: dict[str, Any] = {
        "id": site_id,
        "clientId": "client-demo-stakeholder",
        "name": name,
        "slug": slug,
        "description": f"{name}, to be shown",
        "status": "active",
        "settings": {
            "skipLandingPage": True,
            "validationMethod": method,
            "welcomeMessage": "Welcome",
            "languages": ["en", "fr"],
            "defaultLanguage": "en",
        },
        "branding": {"accentColor": "#ff8800", "logoUrl": "https://cdn.example/demo.png"},
        "landingPage": {"sections": [{"type": "hero", "title": name}]},
        "welcomePage": {},
        "createdAt": "2026-02-03T09:00:00.000Z",
        "updatedAt": "2026-02-03T09:00:00.000Z",
    }
    newer = {**older, "updatedAt": "2026-02-09T16:00:00.000Z"}
    winner = f"sites:{site_id}"
    # The newer two are alike but for their keys, and the copy under a client is asked last.
    return (
        rejected("sites", winner, newer, "client_rejected", DEMO_CLIENT_KEY),
        merged("sites", f"site:{site_id}", older, winner),
        merged("sites", f"client:client-demo-stakeholder:site:{site_id}", newer, winner),
    )


_COPIES = tuple(zip(*(_demo_site(*site) for site in _DEMO_SITES), strict=True))

CLIENTS = Group(
    f"`client:{ENVIRONMENT}:client-00N`",
    "clients of the seed",
    "there is no `clients:all`",
    "status from `isActive`",
    tuple(_client(*client) for client in _CLIENTS),
)
SITES = Group(
    f"`site:{ENVIRONMENT}:site-00N`",
    "sites of the seed: one inactive, none with a slug or a date",
    "there is no `sites:all`",
    "slug from the name, dates from `seeds/defaults.csv`",
    tuple(_site(*site) for site in _SITES),
)
DEMO_CLIENT = Group(
    "`client:client-demo-stakeholder`, `client:demo-stakeholder`",
    "the demo client, twice, without an e-mail",
    "there is no `clients:all`",
    "one correction, an e-mail for the client, mends it",
    _demo_client(),
)
DEMO_SITES = (
    Group(
        "`sites:demo-…`",
        "the demo sites as the newer demo seed wrote them",
        "there is no `sites:all`; and it would have asked for `site:demo-…`",
        "they wait for their client",
        _COPIES[0],
    ),
    Group(
        "`site:demo-…`",
        "the same sites as the older demo seed wrote them",
        "there is no `sites:all`",
        "the newer copy speaks",
        _COPIES[1],
    ),
    Group(
        "`client:client-demo-stakeholder:site:demo-…`",
        "the same sites once more, under their client",
        "it knows no such key",
        "a site, although the key begins like a client's",
        _COPIES[2],
    ),
    Group(
        "`sites:slug:…`, `site:slug:…`",
        "the demo sites looked up by their slug, in the newer and the older form",
        "it knows no such key",
        "checked against the sites",
        tuple(
            kept_apart("derived", f"{prefix}:slug:{slug}", {"siteId": site_id})
            for site_id, _, slug, _ in _DEMO_SITES
            for prefix in ("sites", "site")
        ),
    ),
)
