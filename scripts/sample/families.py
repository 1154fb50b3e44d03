"""Keys that are no records: lists, lookups, other families, and what must be withheld."""

from __future__ import annotations

from scripts.sample.document import Document
from scripts.sample.world import ENVIRONMENT, World, iso

# Class, key and value of one key of each family. In both, `{n}` stands for a number, `{uuid}` for
# a UUID, `{ms}` and `{time}` for an instant, `{secret}` for a secret, and `{site}` and `{catalog}`
# for ids of records of the sample.
Family = tuple[str, str, object]
FAMILIES: tuple[Family, ...] = (
    ("derived", "site:slug:lookup-{n}", {"siteId": "{site}"}),
    ("derived", "sites:slug:lookup-{n}", {"siteId": "{site}"}),
    ("derived", "catalog_gifts:catalog_{n}", ["gift-lost-{n}"]),
    ("derived", "catalog_index:by_type:erp{n}", ["{catalog}"]),
    ("derived", "catalog_stats:catalog_{n}:expiry", {"expiresAt": "{time}"}),
    ("derived", "gifts_index:by_catalog:catalog_{n}", ["gift-1"]),
    ("derived", "user_orders:{uuid}", ["ORD-{ms}-{n}"]),
    ("derived", "order_index:by_site:site-{n}", []),
    ("derived", "employee_index:by_site:site-{n}", []),
    ("withheld", "session:{uuid}", {"token": "{secret}", "employeeEmail": "a{n}@staff.example"}),
    ("withheld", "magic-link:{uuid}", {"token": "{secret}", "used": False, "expiresAt": "{time}"}),
    ("withheld", "password_reset:{uuid}_{ms}_a1b2", {"token": "{secret}", "used": False}),
    (
        "withheld",
        "ratelimit:/api/login:ip:2001:db8::{n}",
        '{"count": 3, "resetTime": {ms}, "blockedUntil": null}',
    ),
    (
        "withheld",
        "admin_users:{uuid}",
        {"username": "admin{n}", "role": "manager", "tempPassword": "{secret}"},
    ),
    (
        "withheld",
        "webhook:{site}:webhook-{n}",
        {"url": "https://hooks.example/{n}", "secret": "{secret}", "events": ["order.created"]},
    ),
    ("withheld", "sftp_config:client-{n}", {"host": "sftp.example", "password": "{secret}"}),
    ("withheld", "erp_connection:erp_{ms}_{n}", {"credentials": {"apiKey": "{secret}"}}),
    (
        "withheld",
        "hris_connection_hris_conn_{ms}_{n}",
        {"provider": "none", "credentials": {"clientSecret": "{secret}"}},
    ),
    ("other_family", "admin_user:production:admin-{ms}-{n}", {"email": "b{n}@staff.example"}),
    (
        "other_family",
        "audit:production:{ms}:{uuid}",
        {
            "action": "UPDATE",
            "resourceName": "client",
            "resourceId": "client-{n}",
            "details": {"before": {"name": "Old"}, "after": {"name": "New"}},
        },
    ),
    ("other_family", "audit_logs:{ms}", {"action": "LOGIN"}),
    ("other_family", "role:{uuid}", {"id": "role:{uuid}", "permissions": ["orders:read"]}),
    ("other_family", "access_group:{uuid}", {"id": "access_group:{uuid}", "isActive": True}),
    ("other_family", "employee_role:emp-{n}:role:{uuid}:all", {"siteId": "all"}),
    ("other_family", "employee_access_group:emp-{n}:access_group:{uuid}:all", {"siteId": "all"}),
    ("other_family", "site_configs:site-{n}", {"assignmentStrategy": "all", "excludedSkus": []}),
    ("other_family", "site_gift_config:site-{n}", {"assignmentStrategy": "explicit"}),
    (
        "other_family",
        "site-gift-assignment:{site}:gift-{n}",
        {"siteId": "{site}", "giftId": "gift-{n}", "priority": 1},
    ),
    ("other_family", "site_catalog_config:site-{n}", {"catalogId": "{catalog}"}),
    ("other_family", "catalog_sync_logs:catalog_{n}:latest", {"status": "ok", "at": "{time}"}),
    ("other_family", "import_jobs:{n}", {"status": "done", "rows": 12}),
    ("other_family", "brand:{uuid}", {"name": "Brand {n}", "primaryColor": "#102030"}),
    ("other_family", "global-template:global-{n}", {"defaultSubject": "Hello {n}"}),
    ("other_family", "site-template:{n}", {"siteId": "{site}", "enabled": True}),
    ("other_family", "email-template:{n}", {"subjectLine": "Hello", "usageCount": 0}),
    ("other_family", "email_template:production:email-template-{n}", {"language": "fr"}),
    ("other_family", "automation-rule:{site}:rule-{n}", {"trigger": "anniversary"}),
    ("other_family", "email-history:{site}:history-{n}", {"recipientEmail": "c{n}@staff.example"}),
    ("other_family", "scheduled-email:{site}:scheduled-{n}", {"scheduledFor": "{time}"}),
    ("other_family", "scheduled-trigger-log:scheduled-trigger-log-{ms}", {"totals": {"sent": 1}}),
    ("other_family", "webhook-delivery:{site}:delivery-{n}", {"status": 200, "response": "ok"}),
    ("other_family", "celebrations:celebration-{ms}-{n}", {"recipientName": "Bexa", "likes": []}),
    ("other_family", "celebration:production:celebration-{n}", {"type": "birthday"}),
    ("other_family", "invites:invite-{n}", {"email": "d{n}@staff.example", "status": "sent"}),
    ("other_family", "hris_sync_hris_sync_{ms}_{n}", {"status": "partial", "errors": ["row 7"]}),
    ("other_family", "mapping_rules:rule-{n}", {"siteId": "{site}", "conditions": []}),
    ("other_family", "erp_sync_config:{n}", {"interval": "daily"}),
    ("other_family", "erp_sync_log:{n}", {"status": "ok"}),
    ("other_family", "sync_log:sync_{n}", {"status": "ok"}),
    ("other_family", "inventory_cache:SK-{n}", {"quantity": 4, "lastUpdated": "{time}"}),
    ("other_family", "erp_inventory_cache:SK-{n}", {"quantity": 4}),
    ("other_family", "client_erp_assignment:client-{n}", {"isDefault": True}),
    ("other_family", "site_erp_assignment:site-{n}", {"catalogId": "{catalog}"}),
    ("other_family", "erp_schedule:{n}", {"cron": "0 3 * * *"}),
    ("other_family", "schedule_execution:exec_{n}", {"status": "ok"}),
    ("other_family", "health:test:{ms}", {"test": True, "timestamp": "{time}"}),
    ("other_family", "test-client:development:{n}", {"name": "Try {n}", "website": "x.example"}),
    ("other_family", "test-product:development:{n}", {"price": 1}),
    ("other_family", "test-post:development:{n}", {"title": "Try"}),
    ("other_family", "test:{n}", True),
    ("other_family", "demo:{n}", None),
    ("other_family", "snapshot:{ms}", {"keys": 12}),
    ("other_family", "environment:{n}", "left over"),
    ("other_family", "user:{uuid}", {"name": "Corin"}),
    ("other_family", "category:{n}", {"name": "home"}),
    ("other_family", "categories:{n}", {"name": "office"}),
    ("other_family", "shipment:{n}", {"carrier": "Parcel Post"}),
    ("other_family", "shipments:{n}", {"carrier": "Parcel Post"}),
)
# The families that grow with the store: a long sample fills up with these.
_GROWING = (
    "session:",
    "magic-link:",
    "ratelimit:",
    "user_orders:",
    "audit:",
    "site-gift-assignment:",
    "email-history:",
    "celebrations:",
)
GROWING = tuple(family for family in FAMILIES if family[1].startswith(_GROWING))


def family_document(world: World, family: Family, site_id: str, catalog_id: str) -> Document:
    """Make one key of a family."""
    outcome, key, value = family
    ms = world.tick()
    words = {
        "{n}": str(world.serial("family")),
        "{uuid}": world.uuid(),
        "{ms}": str(ms),
        "{time}": iso(ms),
        "{secret}": world.secret(),
        "{site}": site_id,
        "{catalog}": catalog_id,
    }
    return Document(_words_in(key, words), _filled(value, words), outcome=outcome)


def _words_in(text: str, words: dict[str, str]) -> str:
    for name, word in words.items():
        text = text.replace(name, word)
    return text


def _filled(value: object, words: dict[str, str]) -> object:
    """Put the words in the place of their names, in every text inside a value."""
    if isinstance(value, dict):
        return {name: _filled(inner, words) for name, inner in value.items()}
    if isinstance(value, list):
        return [_filled(inner, words) for inner in value]
    return _words_in(value, words) if isinstance(value, str) else value


def site_families(site: Document, catalog: Document) -> list[Document]:
    """Make the configuration that alone says which catalog a site uses, and the environments."""
    config = {
        "siteId": site.id,
        "catalogId": catalog.id,
        "exclusions": {"excludedCategories": [], "excludedSkus": []},
        "overrides": {"allowPriceOverride": True, "priceAdjustment": -5},
        "availability": {"hideOutOfStock": True},
    }
    registered = {"id": ENVIRONMENT, "name": "Production", "status": "active", "isDefault": True}
    return [
        Document(f"sites:{site.id}:catalog_config", config, outcome="other_family"),
        Document(f"environments:{ENVIRONMENT}", registered, outcome="other_family"),
    ]
