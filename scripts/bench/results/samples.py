"""Some records beside their rows: what the document says and what the column holds, masked."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

import psycopg
from psycopg import sql

from scripts.settings import Target

_EACH = 5
# The columns of a sample, each with the names the application writes for it.
_COLUMNS: dict[str, dict[str, tuple[str, ...]]] = {
    "clients": {
        "name": ("name",),
        "contact_email": ("contact_email", "contactEmail"),
        "status": ("status",),
    },
    "catalogs": {"name": ("name",), "type": ("type",), "status": ("status",)},
    "sites": {"name": ("name",), "slug": ("slug",), "status": ("status",)},
    "products": {"name": ("name",), "sku": ("sku",), "price": ("price",)},
    "employees": {
        "employee_id": ("employee_id", "employeeId"),
        "email": ("email",),
        "status": ("status",),
    },
    "orders": {
        "order_number": ("order_number", "orderNumber"),
        "customer_email": ("customer_email", "customerEmail"),
        "total_amount": ("total_amount", "totalAmount"),
    },
}
# What may be shown whole: amounts, and the words the tables take.
_AMOUNTS = ("price", "total_amount")
_WORDS = {
    *("active", "inactive", "draft", "syncing", "error", "out_of_stock", "discontinued"),
    *("erp", "manual", "vendor", "dropship"),
}
# Records with a key of their own; a correction lies over what the store says.
_SAMPLE = """
select ledger.source_key, store.value, to_jsonb(final)
from {ledger} as ledger
inner join {store} as store on store.key = ledger.source_key
inner join {final} as final on final.id = ledger.target_id
where ledger.entity = %s and ledger.key_class = 'migrated' and ledger.ordinal is null
    and jsonb_typeof(store.value) = 'object'
order by md5(ledger.source_key), ledger.source_key
limit %s
"""
_RULES = "select source_key, field, rule from {changes} where source_key = any(%s)"


@dataclass(frozen=True)
class Sample:
    """One value of one record: both sides masked, and how they compare.

    `outcome` is `equal`, `not stated` (the document says nothing), the rule by which the run
    changed the value, or `different`.
    """

    entity: str
    record: int
    column: str
    stated: str
    held: str
    outcome: str


def read_samples(connection: psycopg.Connection, target: Target) -> list[Sample]:
    """Compare five records an entity; reads only, in the caller's transaction."""
    found = []
    names = {
        "ledger": sql.Identifier(target.work_schema, "record_ledger"),
        "changes": sql.Identifier(target.work_schema, "changes"),
        "store": sql.Identifier(target.kv_schema, target.kv_table),
    }
    for entity, columns in _COLUMNS.items():
        final = sql.Identifier(target.final_schema, entity)
        records = connection.execute(
            sql.SQL(_SAMPLE).format(final=final, **names), (entity, _EACH)
        ).fetchall()
        keys = [key for key, _, _ in records]
        rules = {
            (key, field): rule
            for key, field, rule in connection.execute(sql.SQL(_RULES).format(**names), (keys,))
        }
        for number, (key, document, row) in enumerate(records, start=1):
            for column, spellings in columns.items():
                stated = next(
                    (document[name] for name in spellings if document.get(name) not in (None, "")),
                    None,
                )
                # A correction may name the field as the document does.
                rule = next(
                    (rules[key, name] for name in (column, *spellings) if (key, name) in rules), ""
                )
                found.append(
                    Sample(
                        entity,
                        number,
                        column,
                        mask(column, stated),
                        mask(column, row.get(column)),
                        _outcome(stated, row.get(column), rule),
                    )
                )
    return found


def mask(column: str, value: Any) -> str:
    """Give what may be shown of a value: words of a list and amounts whole, else its length."""
    if value is None:
        return "nothing"
    text = str(value)
    if text in _WORDS or (column in _AMOUNTS and re.fullmatch(r"-?\d{1,9}(\.\d{1,6})?", text)):
        return text
    return f"{text[0]}… ({len(text)})" if len(text) > 3 else f"… ({len(text)})"


def _outcome(stated: Any, held: Any, rule: str) -> str:
    if rule:
        return rule
    if stated is None:
        return "not stated"
    if str(stated).strip() == str(held):
        return "equal"
    try:
        return "equal" if Decimal(str(stated)) == Decimal(str(held)) else "different"
    except InvalidOperation:
        return "different"
