"""The query that finds the claims: how a document is read, said once more in one statement.

What the models do in many steps is done here for a few fields only, over the key-value table as it
stands. A test compares it with what a run finds.
"""

from __future__ import annotations

import csv
import os
import re
from typing import Any

from psycopg import sql

from scripts.settings import ROOT, Target, prefix_of

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
_STORE = """
with live as materialized ({live}),

patterns (shape, entity, environment_place, site_place, id_place) as (values {patterns}),

environments (environment) as materialized (
    select unnest({environments}::text[])
    union
    select split_part(key, ':', 2) from {store} where starts_with(key, 'environments:')
),

-- The shape of a key, as models/staging/stg_kv__keys.sql makes it.
shaped as (
    select
        key,
        value as document,
        segments,
        segments[1]
        || case
            when segments[2] is null then ''
            when segments[1] || ':' || segments[2] = any({second_words}::text[])
                then ':' || segments[2]
            when segments[2] in (select environment from environments) then ':<env>'
            else ':*'
        end
        || case
            when segments[3] is null then ''
            when segments[1] || ':' || segments[3] = any({third_words}::text[])
                then ':' || segments[3]
            else ':*'
        end
        || repeat(':*', cardinality(segments) - 3) as shape
    from (select *, string_to_array(key, ':') as segments from {store}) as store
),

records as materialized (
    select patterns.entity, shaped.key, stated.*
    from shaped
    inner join patterns on shaped.shape = patterns.shape
    cross join lateral (
        select
            case patterns.entity {values} end as value,
            case patterns.entity {scopes} end as scope_text,
            coalesce(
                case
                    when jsonb_typeof(document -> 'id') not in ('string', 'number') then null
                    when btrim(document ->> 'id', {space}) = shaped.key then null
                    when
                        strpos(document ->> 'id', ':') > 0
                        and right(shaped.key, length(document ->> 'id') + 1)
                        = ':' || (document ->> 'id')
                        then null
                    else nullif(btrim(document ->> 'id', {space}), '')
                end,
                segments[patterns.id_place]
            ) as record_id
    ) as stated
    where
        jsonb_typeof(document) = 'object'
        and case
            when patterns.environment_place is null then {default_environment}
            else segments[patterns.environment_place]
        end = {environment}
        and (patterns.entity, stated.value) in (select live.entity, live.value from live)
        and not coalesce(
            document ->> 'deleted' = 'true'
            or document ->> 'isDeleted' = 'true'
            or document ->> 'is_deleted' = 'true'
            or nullif(document ->> 'deletedAt', 'false') <> ''
            or nullif(document ->> 'deleted_at', 'false') <> '',
            false
        )
),

identified as materialized (
    select records.*, scoped.scope, own.id
    from records
    cross join lateral (
        select case records.entity {scope_ids} else '' end as scope offset 0
    ) as scoped
    cross join lateral (
        select case records.entity {own_ids} end as id offset 0
    ) as own
),

claims as (
    select
        identified.entity, identified.key, identified.id, identified.value, live.id as live_id,
        false as follows
    from identified
    inner join live
        on
            identified.entity = live.entity
            and identified.value = live.value
            and identified.scope = live.scope
    union all
    -- Once its site is known to be a live one, an employee is looked for in that.
    select employee.entity, employee.key, employee.id, employee.value, live.id, true
    from identified as site
    inner join live as live_site
        on live_site.entity = 'sites' and site.value = live_site.value
    inner join identified as employee
        on employee.entity = 'employees' and site.id = employee.scope
    inner join live
        on
            live.entity = 'employees'
            and live_site.id = live.scope
            and employee.value = live.value
    where site.entity = 'sites' and site.id <> live_site.id
)

select distinct entity, key, live_id, value, id, follows from claims
where id is distinct from live_id
order by entity, key
"""
# The id of a row, as macros/fields/target_id.sql makes it.
_TARGET_ID = """
when {entity} then case
    when {id} ~ {uuid} then lower({id})
    when {id} is not null then (
        select (
            substr(digest.hex, 1, 12) || '3' || substr(digest.hex, 14, 3)
            || translate(substr(digest.hex, 17, 1), '0123456789abcdef', '89ab89ab89ab89ab')
            || substr(digest.hex, 18)
        )::uuid::text
        from (
            select md5(
                uuid_send({name_space}::uuid) || convert_to(
                    jsonb_build_array({kind}::text, {environment}::text, {site}, {id})::text, 'UTF8'
                )
            ) as hex
            offset 0
        ) as digest
    )
end
"""


def claims_query(target: Target, live: sql.Composable) -> sql.Composed:
    """Give the query of the claims on the live values that `live` selects; runs nothing.

    Reads dbt_project.yml and the seeds, as the models do.
    """
    import yaml

    project = yaml.safe_load((ROOT / "dbt_project.yml").read_text(encoding="utf-8"))["vars"]
    environment = _setting(target, "ENVIRONMENT")
    return sql.SQL(_STORE).format(
        live=live,
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
    with (ROOT / "seeds" / "key_families.csv").open(encoding="utf-8", newline="") as file:
        families = list(csv.DictReader(file))
    records, words = [], {2: set[str](), 3: set[str]()}
    for family in families:
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
            sql.SQL("nullif(btrim(document #>> {}::text[], {}), '')").format(
                sql.Literal(name.split(".")), _SPACE
            )
            for name in names
        )
    )


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
    with (ROOT / "seeds" / "defaults.csv").open(encoding="utf-8", newline="") as file:
        defaults = {
            (row["entity"], row["column_name"]): row["value"] for row in csv.DictReader(file)
        }
    return sql.SQL(
        "when 'products' then coalesce({}, {}) when 'employees' then coalesce({}, {})"
    ).format(
        _field(project, "products", "catalog_id"),
        sql.Literal(defaults.get(("products", "catalog_id"))),
        _field(project, "employees", "site_id"),
        sql.SQL("segments[patterns.site_place]"),
    )


def _target_id(
    project: dict[str, Any],
    environment: str,
    entity: str,
    kind: str,
    identifier: sql.Composable,
    site: sql.Composable | None = None,
) -> sql.Composed:
    return sql.SQL(_TARGET_ID).format(
        entity=sql.Literal(entity),
        kind=sql.Literal(kind),
        environment=sql.Literal(environment),
        name_space=sql.Literal(project["id_namespace"]),
        site=site or sql.SQL("''::text"),
        id=identifier,
        uuid=_UUID,
    )
