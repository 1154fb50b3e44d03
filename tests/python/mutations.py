"""Ways to spoil a migrated row, made from the contracts: a kind of change for each kind of column."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import psycopg
from psycopg import sql

from scripts.settings import ENTITIES
from scripts.verify.constraints import read_contract

# The table a reference leads to; two of them have no foreign key.
PARENTS = {
    "client_id": "clients",
    "owner_id": "clients",
    "catalog_id": "catalogs",
    "site_id": "sites",
    "product_id": "products",
    "employee_id": "employees",
}
# What is set by the type of the column: a name, the new value, and where it is another than the old.
TEXTS = {
    "a letter more": ("{c} || 'x'", "{c} is not null"),
    "a space more": ("{c} || ' '", "{c} is not null"),
    "another case": (
        "case when {c} = upper({c}) then lower({c}) else upper({c}) end",
        "upper({c}) <> lower({c})",
    ),
    "invented": ("'x'", "{c} is null"),
}
VALUES = {
    "text": TEXTS,
    "numeric": {
        "a cent more": ("{c} + 0.01", "{c} < 99999999.99"),
        "another sign": ("- {c}", "{c} <> 0"),
        "invented": ("1", "{c} is null"),
    },
    "integer": {
        "one more": ("{c} + 1", "{c} is not null"),
        "one less": ("{c} - 1", "{c} is not null"),
        "invented": ("1", "{c} is null"),
    },
    "boolean": {
        "the opposite": ("not {c}", "{c} is not null"),
        "invented": ("false", "{c} is null"),
    },
    "timestamp": {
        "a second later": ("{c} + interval '1 s'", "{c} is not null"),
        "a microsecond earlier": ("{c} - interval '1 us'", "{c} is not null"),
        "in another zone": ("{c} + interval '7 h'", "{c} is not null"),
        "invented": ("'2026-01-01Z'", "{c} is null"),
    },
    "jsonb": {
        "a member more": ("""{c} || '{{"mutation": 1}}'""", "jsonb_typeof({c}) = 'object'"),
        "a member less": (
            "{c} - (select min(k) from jsonb_object_keys({c}) as k)",
            "jsonb_typeof({c}) = 'object' and {c} <> '{{}}'",
        ),
        "an element more": ("{c} || '[1]'", "jsonb_typeof({c}) = 'array'"),
        "an element less": ("{c} - 0", "jsonb_typeof({c}) = 'array' and {c} <> '[]'"),
        "a letter more inside": (
            """regexp_replace({c}::text, '(: "[^"\\\\]*)"', '\\1x"')::jsonb""",
            """{c}::text ~ ': "[^"\\\\]*"'""",
        ),
        "in an array": ("jsonb_build_array({c})", "{c} is not null"),
        "json null": ("'null'", "{c} is not null"),
        "invented": ("'{{}}'", "{c} is null"),
    },
}  # fmt: skip


@dataclass(frozen=True)
class Mutation:
    """One column of one table, set to another value in a row for which that makes a difference."""

    entity: str
    column: str
    kind: str
    value: sql.Composed
    where: sql.Composed

    def __str__(self) -> str:
        return f"{self.entity}.{self.column}: {self.kind}"


def mutations() -> Iterator[Mutation]:
    """Give every kind of change to every column of every table."""
    for entity in ENTITIES:
        contract = read_contract(entity)
        for column, (kind, _) in contract.columns.items():
            ways = dict(_ways(column, kind, contract.constraints.values()))
            if column != "id":
                ways["nulled"] = ("null", "{c} is not null")
            for name, (value, where) in ways.items():
                parts = {
                    "c": sql.Identifier("t", column),
                    "parent": sql.Identifier(PARENTS.get(column, entity)),
                }
                yield Mutation(
                    entity,
                    column,
                    name,
                    sql.SQL(value).format(**parts),
                    sql.SQL(where).format(**parts),
                )


def _ways(column: str, kind: str, constraints: Iterable[str]) -> dict[str, tuple[str, str]]:
    if column == "id":
        return {"an id of nobody": ("gen_random_uuid()", "true")}
    if kind == "uuid":
        other = (
            "(select p.id from {parent} as p where p.id is distinct from {c}"
            " order by md5(p.id::text || t.id::text) limit 1)"
        )
        return {
            "another row": (other, "{c} is not null"),
            "a row of nobody": ("gen_random_uuid()", "{c} is not null"),
            "invented": (other, "{c} is null"),
        }
    vocabulary = [text for text in constraints if re.match(f"check{column}in'", text)]
    if vocabulary:
        first, second, *_ = re.findall(r"'(\w+)'", vocabulary[0])
        return {
            "another word": (
                f"case when {{c}} = '{first}' then '{second}' else '{first}' end",
                "{c} is not null",
            ),
            "invented": (f"'{first}'", "{c} is null"),
        }
    (found,) = (ways for name, ways in VALUES.items() if kind.startswith(name))
    return found


def drop_constraints(connection: psycopg.Connection) -> None:
    """Take away what would forbid a mutation: keys, checks, NOT NULL."""
    found = connection.execute(
        "select conrelid::regclass::text, conname::text from pg_constraint"
        " where contype in ('c', 'f', 'u', 'p') and connamespace = 'public'::regnamespace"
        " and conrelid = any(%s::regclass[]) order by contype = 'p', contype = 'u'",
        (list(ENTITIES),),
    ).fetchall()
    for table, name in found:
        connection.execute(
            sql.SQL("alter table {} drop constraint {} cascade").format(
                sql.Identifier(table), sql.Identifier(name)
            )
        )
    for entity in ENTITIES:
        for column in read_contract(entity).columns:
            connection.execute(
                sql.SQL("alter table {} alter {} drop not null").format(
                    sql.Identifier(entity), sql.Identifier(column)
                )
            )
