"""Row-level security: whether it stands between us and the rows of a table."""

from __future__ import annotations

import psycopg

# A policy that applies to us and lets every row through makes the security harmless; a restrictive
# one on top of it takes that back.
_HIDDEN = """
with relation as (
    select to_regclass(format('%%I.%%I', %(schema)s::text, %(table)s::text)) as oid
),
policies as (
    select
        polcmd::text as command,
        polpermissive as is_permissive,
        coalesce(pg_get_expr(polqual, polrelid), 'true') = 'true'
        and coalesce(pg_get_expr(polwithcheck, polrelid), 'true') = 'true' as is_open
    from pg_policy
    inner join relation on pg_policy.polrelid = relation.oid
    where exists (
        select from unnest(polroles) as role (oid)
        where role.oid = 0 or pg_has_role(role.oid, 'usage')
    )
)
select coalesce(row_security_active(relation.oid::oid), false) and (
    exists (select from policies where not is_permissive and not is_open)
    or exists (
        select from unnest(%(commands)s::text[]) as wanted (command)
        where not exists (
            select from policies
            where is_permissive and is_open and policies.command in ('*', wanted.command)
        )
    )
)
from relation where relation.oid is not null
"""
# As pg_policy names them: select, insert, update, delete.
READ, EVERYTHING = ("r",), ("r", "a", "w", "d")


def stands_between(
    connection: psycopg.Connection, schema: str, table: str, commands: tuple[str, ...] = READ
) -> bool:
    """Say whether row-level security hides rows of a table from us or refuses us any of `commands`.

    False for a superuser, a role with BYPASSRLS, an owner it is not forced on, a role that a policy
    lets through to every row, and where there is no such table. Reads in the caller's transaction.
    """
    row = connection.execute(
        _HIDDEN, {"schema": schema, "table": table, "commands": list(commands)}
    ).fetchone()
    return bool(row and row[0])
