"""What keys and rows say of each other: winners, roots, rejects, parents."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from psycopg import sql

from scripts.settings import ENTITIES
from scripts.verify.report import Check
from scripts.verify.scope import Scope, judged, noted

GROUP = "links"
# Child, column, parent; the last two have no foreign key in the database.
PARENTS = (
    ("sites", "client_id", "clients"),
    ("products", "catalog_id", "catalogs"),
    ("employees", "site_id", "sites"),
    ("orders", "client_id", "clients"),
    ("orders", "site_id", "sites"),
    ("orders", "product_id", "products"),
    ("orders", "employee_id", "employees"),
    ("sites", "catalog_id", "catalogs"),
    ("catalogs", "owner_id", "clients"),
)
_MERGED = """
    {record_ledger} as loser
    left join {record_ledger} as winner on loser.winner_key = winner.source_key
    where loser.key_class = 'merged' and (
        winner.source_key is null
        or winner.key_class = 'merged'
        or winner.entity is distinct from loser.entity
        or winner.target_id is distinct from loser.target_id
    )
"""
_REJECTED = """
    {record_ledger} as ledger
    left join {record_ledger} as root on ledger.root_key = root.source_key
    left join {record_ledger} as winner on ledger.winner_key = winner.source_key
    where ledger.key_class = 'rejected' and (
        ledger.reject_codes is null
        or (
            ledger.root_key is not null
            and coalesce(root.key_class, '') not in ('rejected', 'soft_deleted')
        )
        or (
            not starts_with(ledger.winner_key, 'the live row ')
            and coalesce(winner.key_class, 'merged') = 'merged'
        )
    )
"""
_REJECTS = """
    (select source_key, reject_codes from {record_ledger} where key_class = 'rejected') as ledger
    full join {rejects} as rejects on ledger.source_key = rejects.source_key
    where ledger.source_key is null
        or rejects.source_key is null
        or ledger.reject_codes is distinct from rejects.reject_codes
"""
_ORPHANS = """
    {final} as child
    left join {parent} as parent on {same}
    where {stated} and {absent}
"""
# Of orphans those that this project answers for; asked only where there are any.
_OUR_ORPHANS = """
with orphans as (
    select child.id from {orphans}
),
ours as (
    select target_id as id, source_key from {record_ledger}
    where entity = {entity} and key_class = 'migrated'
    union all
    select id, null from {written_rows} where entity = {entity}
)
select coalesce(min(ours.source_key), orphans.id::text)
from orphans
inner join ours on orphans.id = ours.id
group by orphans.id
limit {sample}
"""
_FOREIGN_KEYS = """
select
    parent_space.nspname::text,
    parent.relname::text,
    (
        select array_agg(attname::text order by place)
        from unnest(conkey) with ordinality as part (number, place)
        join pg_attribute on attrelid = conrelid and attnum = part.number
    ),
    (
        select array_agg(attname::text order by place)
        from unnest(confkey) with ordinality as part (number, place)
        join pg_attribute on attrelid = confrelid and attnum = part.number
    ),
    (select bool_and(has_column_privilege(confrelid, number, 'select')) from unnest(confkey) number)
from pg_constraint
join pg_class as parent on parent.oid = confrelid
join pg_namespace as parent_space on parent_space.oid = parent.relnamespace
where contype = 'f' and conrelid = to_regclass(%s)
order by conname
"""
Link = tuple[str, str, tuple[str, ...], tuple[str, ...]]  # schema, table, columns, its columns


def check_links(scope: Scope) -> Iterator[Check]:
    """Check winners and roots in the ledger, then every parent in the final tables."""
    for name, klass, broken in (
        ("merged keys have winners", "merged", sql.SQL(_MERGED)),
        ("rejected keys have reasons", "rejected", sql.SQL(_REJECTED)),
    ):
        yield from scope.attempt(GROUP, name, partial(_ledger_law, scope, name, klass, broken))
    yield from scope.attempt(GROUP, "rejects are the rejected keys", lambda: _rejects(scope))
    for entity in ENTITIES:
        yield from scope.attempt(GROUP, f"{entity}: parents", partial(_parents, scope, entity))


def _ledger_law(scope: Scope, name: str, klass: str, broken: sql.SQL) -> Iterator[Check]:
    condition = broken.format(**scope.names())
    total, count = scope.row(
        "select (select count(*) from {record_ledger} where key_class = {klass}),"
        " (select count(*) from {condition})",
        klass=sql.Literal(klass),
        condition=condition,
    )
    yield judged(
        GROUP,
        name,
        count > 0,
        f"{total:,} {klass} keys; {count:,} break it.",
        scope.texts(
            "select {key} from {condition} limit {sample}",
            key=sql.Identifier("loser" if klass == "merged" else "ledger", "source_key"),
            condition=condition,
        )
        if count
        else (),
    )


def _rejects(scope: Scope) -> Iterator[Check]:
    condition = scope.compose(_REJECTS)
    total, count = scope.row(
        "select (select count(*) from {rejects}), (select count(*) from {condition})",
        condition=condition,
    )
    yield judged(
        GROUP,
        "rejects are the rejected keys",
        count > 0,
        f"{total:,} rejects; {count:,} keys stand on one side only or with other reasons.",
        scope.texts(
            "select coalesce(ledger.source_key, rejects.source_key)"
            " from {condition} limit {sample}",
            condition=condition,
        )
        if count
        else (),
    )


def _parents(scope: Scope, entity: str) -> Iterator[Check]:
    """Look for orphans by our own list of parents and by the foreign keys that are there."""
    links: list[Link] = [
        (scope.final_schema, parent, (column,), ("id",))
        for child, column, parent in PARENTS
        if child == entity
    ]
    table = sql.Identifier(scope.final_schema, entity).as_string(scope.connection)
    keys_there = scope.connection.execute(_FOREIGN_KEYS, (table,)).fetchall()
    for schema, parent, columns, keys, is_readable in keys_there:
        link = (schema, parent, tuple(columns), tuple(keys))
        if not is_readable:
            # A table of the application's own, which a role of few rights need not see.
            told = f"Not looked at: this role may not read {parent}; the foreign key stands guard."
            yield noted(GROUP, _name_of(entity, link), True, told)
        elif link not in links:
            links.append(link)
    for link in links:
        yield _orphans(scope, entity, link)


def _name_of(entity: str, link: Link) -> str:
    _, parent, columns, _ = link
    return f"{entity}: {', '.join(columns)} names a row of {parent}"


def _orphans(scope: Scope, entity: str, link: Link) -> Check:
    schema, parent, columns, keys = link
    pairs = [
        (sql.Identifier("child", column), sql.Identifier("parent", key))
        for column, key in zip(columns, keys, strict=True)
    ]
    both = sql.SQL(" and ")
    orphans = scope.compose(
        _ORPHANS,
        entity,
        parent=sql.Identifier(schema, parent),
        same=both.join(sql.SQL("{} = {}").format(*pair) for pair in pairs),
        stated=both.join(sql.SQL("{} is not null").format(column) for column, _ in pairs),
        absent=sql.SQL("{} is null").format(pairs[0][1]),
    )
    name = _name_of(entity, link)
    (count,) = scope.row("select count(*) from {orphans}", orphans=orphans)
    if not count:
        return judged(GROUP, name, broken=False, detail="No orphans.")
    sample = scope.texts(_OUR_ORPHANS, entity, orphans=orphans)
    if not sample:
        return noted(GROUP, name, True, f"{count:,} orphans, none of them of this project.")
    return judged(GROUP, name, True, f"{count:,} rows name a row that is not there.", sample)
