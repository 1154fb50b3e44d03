"""A store with a recognisable text in every secret and every personal place, each text once.

A secret reads `zqsecret<number>`, what identifies somebody `zqperson<number>`; `zqstranger<number>`
is a person of a family whose documents no table of ours keeps. A number says the place.
"""

from __future__ import annotations

import json
import re
from typing import Any

SECRET = re.compile(rb"zqsecret\d+|9988776612\d{3}", re.IGNORECASE)
PERSON = re.compile(rb"zq(?:person|stranger)\d+", re.IGNORECASE)
STRANGER = re.compile(rb"zqstranger\d+", re.IGNORECASE)
DAY = "2026-01-05T08:00:00Z"

# Spellings under which a secret is found, in a catalog and in whatever no column is read from.
SECRET_NAMES = (
    *("password", "ftpPassword", "FTP_PASSWORD", "ftp-password", "tempPassword", "smtpPasswd"),
    *("passwordHash", "password_hash", "passphrase", "credentials", "Credential", "secret"),
    *("clientSecret", "client_secret", "token", "accessToken", "refresh_token", "privateKey"),
    *("private_key", "private-key", "Private Key", "apiKey", "api_key", "X-API-Key", "secretKey"),
    *("service_role_key", "supabaseAnonKey", "SUPABASE_SERVICE_ROLE_KEY", "accessKey"),
    *("tokens", "passwords", "secrets", "apiKeys", "Authorization", "proxy-authorization", "pwd"),
)


class Canaries:
    """Gives texts that are found again, and keeps which place each stands for."""

    def __init__(self) -> None:
        """Begin without a place."""
        self.places: dict[str, str] = {}

    def _new(self, word: str, place: str) -> str:
        text = f"zq{word}{len(self.places):03}"
        self.places[text] = place
        return text

    def secret(self, place: str) -> str:
        """Give the text of a secret."""
        return self._new("secret", place)

    def person(self, place: str) -> str:
        """Give the text of a person whose place is the database."""
        return self._new("person", place)

    def stranger(self, place: str) -> str:
        """Give the text of a person of another family."""
        return self._new("stranger", place)

    def mail(self, place: str) -> str:
        """Give the text of a person's e-mail address."""
        return f"{self.person(place)}@mail.example"


def families(c: Canaries) -> dict[str, Any]:
    """Give the families of facts that hold secrets or persons and are no records."""

    def who(place: str) -> dict[str, str]:
        return {
            "email": f"{c.stranger(place)}@mail.example",
            "name": c.stranger(f"{place}, name"),
            "phone": f"+1 {c.stranger(f'{place}, phone')}",
            "address": f"{c.stranger(f'{place}, address')} Street 9",
        }

    own_text = json.dumps({"count": 3, "note": c.secret("rate limit, text in text")})
    return {
        "session:1c0e8f0a": {"token": c.secret("session"), **who("session")},
        "magic-link:2c0e8f0a": {"token": c.secret("magic link"), **who("magic link")},
        "password_reset:u1_1_ab": {"token": c.secret("password reset"), **who("password reset")},
        "admin_users:3c0e8f0a": {"tempPassword": c.secret("admin"), **who("admin")},
        "admin_user:production:admin-1": {"token": c.secret("admin twin"), **who("admin twin")},
        "ratelimit:/login:ip:10.0.0.9": own_text,
        "webhook:s-1:webhook-1": {"secret": c.secret("webhook"), "url": "https://hook.example"},
        "webhook-delivery:s-1:delivery-1": {"payload": who("webhook delivery")},
        "hris_connection_hris_conn_1_ab": {"credentials": {"apiKey": c.secret("HRIS")}},
        "hris_sync_hris_sync_1_ab": {"errors": [c.stranger("HRIS sync error")]},
        "sftp_config:c-1": {"password": c.secret("SFTP"), "privateKey": c.secret("SFTP key")},
        "erp_connection:erp_1_ab": {"config": {"apiKey": c.secret("ERP config")}},
        "erp_connection:erp_2_ab": {"credentials": {"user": c.secret("ERP credentials")}},
        "environments:blue": {"id": "blue", "supabaseAnonKey": c.secret("environment")},
        "audit:production:1770900000123:5c0e": {
            "details": {"data": {"credentials": c.secret("audit"), **who("audit")}}
        },
        "email-history:s-1:history-1": {"recipientEmail": c.stranger("mail history")},
        "scheduled-email:s-1:scheduled-1": {"context": who("scheduled mail")},
        "celebrations:celebration-1": {"message": c.stranger("celebration"), **who("celebration")},
        "invites:invite-1": who("invitation"),
        "site_erp_assignment:s-1": {"settings": {"apiKey": c.secret("ERP assignment")}},
        "catalog_stats:k-1": {"token": c.secret("a derived key")},
        "sites:s-1:catalog_config": {"catalogId": "k-1", "apiKey": c.secret("catalog config")},
        "company_password:c-1": c.secret("a scalar under a key no pattern knows"),
        "otp:1": {"code": c.secret("a key no pattern knows"), **who("a key no pattern knows")},
    }


def _source(c: Canaries, place: str) -> dict[str, Any]:
    """Give the source of a catalog as the application writes it, its credentials filled in."""
    return {
        "type": "api",
        "apiConfig": {
            "endpoint": "https://erp.example",
            "authType": "basic",
            "credentials": {"user": c.secret(place), "list": [c.secret(place), {"a": "b"}]},
            "headers": {"X-API-Key": c.secret(f"{place}, header")},
        },
        "fileConfig": {"path": "/in", "ftpPassword": c.secret(f"{place}, FTP")},
        "mirrors": [[{"deep": {"ftp_password": c.secret(f"{place}, a list in a list")}}]],
    }


def _catalog(c: Canaries, place: str, **more: Any) -> dict[str, Any]:
    return {
        "id": "k-1",
        "name": "Gifts",
        "type": "erp",
        "source": _source(c, place),
        "createdAt": DAY,
        "updatedAt": DAY,
        **more,
    }


def records(c: Canaries) -> dict[str, Any]:
    """Give records of every fate, secrets and persons in each."""
    spelled = {name: c.secret(f"spelled {name}") for name in SECRET_NAMES}
    inside = json.dumps(_source(c, "JSON text in a field"))
    once = json.dumps({"id": "g-3", "name": "Mug", "price": 4, "apiKey": c.secret("encoded")})
    many = {"id": "g-4", "name": "Pen", "price": 2, "source": _source(c, "encoded twice")}
    client = {
        "id": "c-1",
        "name": c.person("client, name"),
        "contactEmail": c.mail("client"),
        "clientContactName": c.person("client, contact"),
        "clientContactPhone": f"+1 555 {c.person('client, phone')}",
        "clientAddressLine1": f"{c.person('client, street')} Street 1",
        "address": f"{c.person('client, address without a column')} Road 2",
        "settings": {"smtp": {"password": c.secret("client, leftover")}},
        "pinCode": {"password": 9988776612001},
        "createdAt": DAY,
    }
    site = {"id": "s-1", "clientId": "c-1", "name": "Shop", "slug": "shop", "createdAt": DAY}
    order = {
        "id": "o-1",
        "siteId": "s-1",
        "status": "pending",
        "totalAmount": 4,
        "createdAt": DAY,
        "customerEmail": c.mail("order"),
        "customerName": c.person("order, customer"),
        "notes": f"ring at {c.person('order, notes')}",
        "shippingAddress": {"street": c.person("order, street"), "phone": c.person("order, phone")},
        "metadata": {"paymentToken": c.secret("order, metadata")},
        "items": [{"sku": "A", "token": c.secret("order, items")}],
    }
    return {
        "client:production:c-1": client,
        "client:production:c-2": {
            "id": "c-2",
            "name": "Rejected",
            "contactEmail": f"{c.person('rejected client')} at mail.example",
            "settings": {"apiKey": c.secret("rejected client")},
        },
        f"client:production:{c.mail('id in a key')}": {"name": "By mail", "contactEmail": 7},
        f"client:production:{c.secret('token as an id')}": {"name": "By token", "contactEmail": 8},
        "catalogs:k-1": _catalog(c, "catalog", settings=spelled, vault={"secret": {"a": ["b"]}}),
        "catalog:k-1": _catalog(c, "merged catalog", updatedAt="2025-01-05T08:00:00Z"),
        "catalogs:k-2": _catalog(c, "rejected catalog", id="k-2", type="unheard"),
        "catalogs:k-3": _catalog(c, "deleted catalog", id="k-3", deleted=True),
        "catalogs:development:k-4": _catalog(c, "catalog of another environment", id="k-4"),
        "catalogs:k-5": {"id": "k-5", "name": "Gifts", "type": "erp", "source": inside},
        "catalogs:k-6": _catalog(c, "catalog with a corrected secret", id="k-6"),
        "catalogs:k-7": f'{{"id": "k-7", "ftpPassword": "{c.secret("broken JSON in a string")}',
        "catalogs:k-8": [{"token": c.secret("a list under the key of a record")}],
        "site:production:s-1": {**site, "ssoConfig": {"clientSecret": c.secret("site, leftover")}},
        "gifts:all": [
            {"id": "g-1", "name": "Cup", "price": 9, "source": _source(c, "element")},
            {"id": "g-2", "price": -1, "apiKey": c.secret("rejected element")},
            {"id": "g-3", "name": "Old", "price": 1, "apiKey": c.secret("merged element")},
            c.person("a text in a list"),
        ],
        "gift:production:g-3": once,
        "gift:production:g-4": json.dumps(json.dumps(many)),
        "employee:s-1:e-1": {
            "id": "e-1",
            "name": f"{c.person('employee, first')} {c.person('employee, last')}",
            "email": c.mail("employee"),
            "serialCard": c.person("employee, card"),
            "password": c.secret("employee"),
            "createdAt": DAY,
        },
        "employee:s-9:e-2": {
            "id": "e-2",
            "name": c.person("rejected employee"),
            "email": c.mail("rejected employee"),
        },
        "order:production:o-1": order,
        "order:production:o-2": {
            **order,
            "id": "o-2",
            "siteId": "s-9",
            "customerEmail": c.mail("rejected order"),
            "metadata": {"paymentToken": c.secret("rejected order")},
        },
        f"user_orders:{c.person('user in a list key')}": ["o-1", "o-404"],
    }


def store() -> tuple[Canaries, dict[str, Any]]:
    """Give the canaries and the documents by key."""
    canaries = Canaries()
    return canaries, {**families(canaries), **records(canaries)}
