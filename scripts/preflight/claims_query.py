"""The query that finds the claims: how a document is read, said once more in one statement.

What the models do in many steps is done here for a few fields only, over the key-value table as it
stands. A test compares it with what a run finds.
"""

from __future__ import annotations

import os
import re
from typing import Any

from psycopg import sql

from scripts.preflight.claims_sql import STORE, TARGET_ID
from scripts.project_files import seed_rows
from scripts.settings import Target, prefix_of, project_vars

# Of each table: the column that is unique, and the one it is unique in.
CLAIMED = {
    "clients": ("client_code", ""),
    "sites": ("slug", ""),
    "products": ("sku", "catalog_id"),
    "employees": ("employee_id", "site_id"),
    "orders": ("order_number", ""),
}
_PARENTS = {"products": "catalogs", "employees": "sites"}
_SPACE = sql.Literal(" \t\n\r\f\x0b")
_UUID = sql.Literal("^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$")


def claims_query(
    target: Target, live: sql.Composable, uncorrected: sql.Composable, limit: int
) -> sql.Composed:
    """Give the query of the claims on the live values that `live` selects; runs nothing.

    `uncorrected` is a condition more on the key; of each table come so many claims and the number
    of all. Reads dbt_project.yml and the seeds, as the models do.
    """
    project = project_vars()
    environment = _setting(target, "ENVIRONMENT")
    return sql.SQL(STORE).format(
        live=live,
        uncorrected=uncorrected,
        limit=sql.Literal(limit),
        store=sql.Identifier(target.kv_schema, target.kv_table),
        space=_SPACE,
        environment=sql.Literal(environment),
        default_environment=sql.Literal(_setting(target, "DEFAULT_ENVIRONMENT")),
        environments=sql.Literal(list(project["known_environments"])),
        values=_values(project),
        scopes=_scopes(project),
        scope_ids=sql.SQL(" ").join(
            _target_id(project, environment, table, parent, sql.SQL("scope_text"))
            for table, parent in _PARENTS.items()
        ),
        own_ids=sql.SQL(" ").join(
            _target_id(
                project,
                environment,
                table,
                table,
                sql.SQL("record_id"),
                sql.SQL("coalesce(scope, '')" if table == "employees" else "''::text"),
            )
            for table in CLAIMED
        ),
        **_key_parts(),
    )


def _setting(target: Target, name: str) -> str:
    """Give a setting as macros/naming/setting.sql does: the target's own, then the general one."""
    general = os.environ.get(f"KV_{name}", "production")
    return os.environ.get(prefix_of(target.name) + name, general)


def _key_parts() -> dict[str, sql.Composable]:
    """Give the patterns of records, and the words that stand at a place of some pattern."""
    records, words = [], {2: set[str](), 3: set[str]()}
    for family in seed_rows("key_families"):
        parts = family["pattern"].split(":")
        for place in (2, 3):
            if len(parts) >= place and not parts[place - 1].startswith("<"):
                words[place].add(f"{parts[0]}:{parts[place - 1]}")
        if family["class"] == "record" and family["entity"] in CLAIMED:
            places = [
                parts.index(name) + 1 if name in parts else None
                for name in ("<env>", "<site>", "<id>")
            ]
            shape = re.sub(r"<(?!env>|rest>)[a-z]+>", "*", family["pattern"])
            records.append((shape, family["entity"], *places))
    return {
        "patterns": sql.SQL(", ").join(
            sql.SQL("({}, {}, {}::int, {}::int, {}::int)").format(*map(sql.Literal, record))
            for record in records
        ),
        "second_words": sql.Literal(sorted(words[2])),
        "third_words": sql.Literal(sorted(words[3])),
    }


def _field(project: dict[str, Any], entity: str, column: str) -> sql.Composable:
    """Read a column from a document under the names that macros/naming/field_names.sql gives it."""
    own = project["field_names"].get(entity, {}).get(column, {})
    first, *others = column.split("_")
    camel = own.get("camel", first + "".join(word.capitalize() for word in others))
    names = dict.fromkeys([column, camel, *own.get("also", [])])
    return sql.SQL("coalesce({})").format(
        sql.SQL(", ").join(
            sql.SQL("nullif(btrim({}, {}), '')").format(_json_at(name), _SPACE) for name in names
        )
    )


def _json_at(name: str) -> sql.Composable:
    """Read one name of a document as text; a dot goes one level down."""
    if "." in name:
        return sql.SQL("document #>> {}::text[]").format(sql.Literal(name.split(".")))
    return sql.SQL("document ->> {}").format(sql.Literal(name))


def _values(project: dict[str, Any]) -> sql.Composed:
    """Give, for each entity, the value it claims; a site without a slug claims that of its name."""
    parts = []
    for entity, (column, _) in CLAIMED.items():
        value = _field(project, entity, column)
        if entity == "sites":
            value = sql.SQL(
                'coalesce({}, nullif(btrim(regexp_replace(lower({} collate "C"),'
                " '[^a-z0-9]+', '-', 'g'), '-'), ''))"
            ).format(value, _field(project, "sites", "name"))
        parts.append(sql.SQL("when {} then {}").format(sql.Literal(entity), value))
    return sql.SQL(" ").join(parts)


def _scopes(project: dict[str, Any]) -> sql.Composed:
    """Give the catalog of a product and the site of an employee, as document or key says."""
    defaults = {(row["entity"], row["column_name"]): row["value"] for row in seed_rows("defaults")}
    return sql.SQL(
        "when 'products' then coalesce({}, {}) when 'employees' then coalesce({}, {})"
    ).format(
        _field(project, "products", "catalog_id"),
        sql.Literal(defaults.get(("products", "catalog_id"))),
        _field(project, "employees", "site_id"),
        sql.SQL("segments[stated.site_place]"),
    )


def _target_id(
    project: dict[str, Any],
    environment: str,
    entity: str,
    kind: str,
    identifier: sql.Composable,
    site: sql.Composable | None = None,
) -> sql.Composed:
    return sql.SQL(TARGET_ID).format(
        entity=sql.Literal(entity),
        kind=sql.Literal(kind),
        environment=sql.Literal(environment),
        name_space=sql.Literal(project["id_namespace"]),
        site=site or sql.SQL("''::text"),
        id=identifier,
        uuid=_UUID,
    )
