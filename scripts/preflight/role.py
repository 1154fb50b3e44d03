"""The role: what it is, what it owns, what it may do; each missing privilege with its table."""

from __future__ import annotations

from collections.abc import Iterator

from scripts.preflight.findings import OK, STOP, WARN, Finding, View, listed
from scripts.preflight.security import EVERYTHING, stands_between
from scripts.settings import ENTITIES

PRIVILEGES = ("select", "insert", "update", "delete")
_TABLES = """
select
    class.relname::text,
    pg_has_role(class.relowner, 'usage'),
    class.relowner::regrole::text,
    array(
        select privilege from unnest(%s::text[]) as privilege
        where not has_table_privilege(class.oid, privilege)
    ),
    has_table_privilege(class.oid, 'references')
from pg_class as class
where
    class.relnamespace = to_regnamespace(quote_ident(%s))
    and class.relname = any(%s)
    and class.relkind in ('r', 'p')
order by array_position(%s, class.relname::text)
"""
_PLACES = """
select
    has_database_privilege(current_database(), 'create'),
    has_database_privilege(current_database(), 'temporary'),
    (select has_schema_privilege(oid, 'create') from pg_namespace where nspname = %(final)s),
    (select has_schema_privilege(oid, 'usage') from pg_namespace where nspname = %(final)s),
    (select has_schema_privilege(oid, 'create') from pg_namespace where nspname = %(work)s),
    array(
        select class.relname::text from pg_class as class
        where
            class.relnamespace = to_regnamespace(quote_ident(%(work)s))
            and class.relkind in ('r', 'v', 'p')
            and not pg_has_role(class.relowner, 'usage')
    ),
    current_database()
"""
# Foreign keys from the six to others, which a dry run copies, and from others to the six, whose
# rows a rollback must not take away.
_NEIGHBOURS = """
select
    child_space.nspname::text,
    child.relname::text,
    array_agg(distinct attribute.attname::text),
    parent.oid::regclass::text,
    bool_and(has_column_privilege(parent.oid, held.confkey[1], 'references')),
    bool_and(has_column_privilege(child.oid, attribute.attnum, 'select')),
    parent_space.nspname <> %(schema)s or parent.relname <> all(%(tables)s)
from pg_constraint as held
inner join pg_class as child on held.conrelid = child.oid
inner join pg_namespace as child_space on child.relnamespace = child_space.oid
inner join pg_class as parent on held.confrelid = parent.oid
inner join pg_namespace as parent_space on parent.relnamespace = parent_space.oid
inner join pg_attribute as attribute
    on held.conrelid = attribute.attrelid and attribute.attnum = any(held.conkey)
where
    held.contype = 'f'
    and (child_space.nspname = %(schema)s and child.relname = any(%(tables)s))
    <> (parent_space.nspname = %(schema)s and parent.relname = any(%(tables)s))
    and not starts_with(child_space.nspname, 'kv_dry_run_')
group by child_space.nspname, child.relname, parent_space.nspname, parent.relname, parent.oid
order by child.relname, parent.relname
"""
# Of each missing table, the parents that must be there: a foreign key needs a privilege on them.
_PARENTS = {
    "sites": ("clients",),
    "products": ("catalogs",),
    "employees": ("sites",),
    "orders": ("clients", "sites", "products", "employees"),
}


def role(view: View) -> Iterator[Finding]:
    """Say what the role is."""
    name, is_super, bypasses = view.row(
        "select current_user::text, rolsuper, rolbypassrls from pg_roles"
        " where rolname = current_user"
    )
    kind = "a superuser" if is_super else "no superuser"
    if bypasses and not is_super:
        kind += ", not subject to row-level security"
    protected = is_super and view.target.protected
    yield Finding(
        "role",
        WARN if protected else OK,
        f"'{name}' is {kind}.",
        "Use a role with less power: docs/roles.sql." if protected else "",
    )


def privileges(view: View) -> Iterator[Finding]:
    """Name every privilege that is missing, and every table that another role owns."""
    user, schema = view.target.user, view.target.final_schema
    tables = view.rows(_TABLES, list(PRIVILEGES), schema, list(ENTITIES), list(ENTITIES))
    lacking = [(name, missing) for name, _, _, missing, _ in tables if missing]
    for name, missing in lacking:
        words = listed(missing)
        yield Finding(
            f"privileges: {name}",
            STOP,
            f"'{user}' may not {words} on {schema}.{name}.",
            f"grant {words} on {schema}.{name} to {user};",
        )
    if tables and not lacking:
        yield Finding(
            "privileges", OK, f"{', '.join(PRIVILEGES)} on {listed(t[0] for t in tables)}."
        )
    foreign = [(name, owner) for name, owns, owner, _, _ in tables if not owns]
    if foreign:
        owners = listed({owner for _, owner in foreign})
        yield Finding(
            "ownership",
            WARN,
            f"{listed(name for name, _ in foreign)} belong to {owners}, not to '{user}'.",
            "Only an owner can switch off the updated_at trigger while a batch is written: without"
            " it rows that a run updates get the present as updated_at. New rows keep theirs.",
        )
    elif tables:
        yield Finding("ownership", OK, f"'{user}' owns, or stands for the owner of, every table.")
    there = {name: may_refer for name, _, _, _, may_refer in tables}
    for child in (entity for entity in ENTITIES if entity not in there):
        for parent in _PARENTS.get(child, ()):
            if there.get(parent) is False:
                yield Finding(
                    f"privileges: {parent}",
                    STOP,
                    f"{schema}.{child} will be made and refer to {parent}; '{user}' may not.",
                    f"grant references on {schema}.{parent} to {user};",
                )


def neighbours(view: View) -> Iterator[Finding]:
    """Name the tables around the six that a dry run or a rollback must know of, and may not."""
    schema, user = view.target.final_schema, view.target.user
    for child_schema, child, columns, parent, may_refer, may_see, is_outside in view.rows(
        _NEIGHBOURS, schema=schema, tables=list(ENTITIES)
    ):
        if is_outside and not may_refer:
            yield Finding(
                f"privileges: {parent}",
                WARN,
                f"A dry run copies a foreign key of {child} to {parent}; '{user}' may make none.",
                f"grant references (id) on {parent} to {user};",
            )
        if not is_outside and not (
            may_see and not stands_between(view.connection, child_schema, child)
        ):
            yield Finding(
                f"privileges: {child}",
                WARN,
                f"Rows of {child} may refer to {parent}; '{user}' does not see whether they do.",
                f"grant select ({listed(columns)}) on {child_schema}.{child} to {user}; and where"
                " row-level security is on a policy. A rollback refuses until then.",
            )


def places(view: View) -> Iterator[Finding]:
    """Say whether what a run makes can be made: schemas, tables, temporary tables."""
    target, user = view.target, view.target.user
    may_create, may_temp, final_create, final_use, work_create, foreign, dbname = view.rows(
        _PLACES, final=target.final_schema, work=target.work_schema
    )[0]
    faults = []
    if not may_create:
        faults.append(("make schemas", f"grant create on database {dbname} to {user};"))
    if not may_temp:
        faults.append(("make temporary tables", f"grant temporary on database {dbname} to {user};"))
    missing = [entity for entity in ENTITIES if entity not in _there(view)]
    if final_use is False:
        faults.append(
            (
                f"use {target.final_schema}",
                f"grant usage on schema {target.final_schema} to {user};",
            )
        )
    elif missing and final_create is False:
        faults.append(
            (
                f"make {listed(missing)} in {target.final_schema}",
                f"grant create on schema {target.final_schema} to {user};",
            )
        )
    if work_create is False:
        faults.append(
            (
                f"make tables in {target.work_schema}",
                f"grant create on schema {target.work_schema} to {user};",
            )
        )
    if foreign:
        faults.append(
            (
                f"replace {listed(foreign)} in {target.work_schema}, which another role made",
                "Let one role do all runs, or drop that schema if no rollback is wanted any more.",
            )
        )
    for what, remedy in faults:
        yield Finding("places", STOP, f"'{user}' may not {what}.", remedy)
    if not faults:
        yield Finding("places", OK, "Schemas, tables and temporary tables can be made.")


def row_security(view: View) -> Iterator[Finding]:
    """Say on which of the six tables row-level security stands in the way."""
    schema = view.target.final_schema
    blinded = [
        name for name in _there(view) if stands_between(view.connection, schema, name, EVERYTHING)
    ]
    if blinded:
        yield Finding(
            "row-level security",
            STOP,
            f"It hides rows of {listed(blinded)} from '{view.target.user}' or refuses its rows.",
            "Connect as the owner or a role with BYPASSRLS, or add a policy: docs/roles.sql.",
        )
    else:
        yield Finding("row-level security", OK, "It keeps no row of the six tables from us.")


def _there(view: View) -> list[str]:
    return [
        row[0]
        for row in view.rows(_TABLES, [], view.target.final_schema, list(ENTITIES), list(ENTITIES))
    ]
