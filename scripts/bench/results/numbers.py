"""Counts, parents, sizes and views of a target, each from SQL of its own."""

from __future__ import annotations

from dataclasses import dataclass

import psycopg
from psycopg import sql

from scripts.settings import ENTITIES, Target

# Child, column, parent: the five the plan for the tables names.
RELATIONS = (
    ("sites", "client_id", "clients"),
    ("products", "catalog_id", "catalogs"),
    ("employees", "site_id", "sites"),
    ("orders", "site_id", "sites"),
    ("orders", "client_id", "clients"),
)
_VIEWS = ("active_products_view", "site_products_view", "orders_summary_view")
# A row is of the store where a migrated record names it, made by a run where only we wrote it.
_COUNTS = """
with records as (
    select
        count(*) as read,
        count(*) filter (where key_class = 'migrated') as migrated,
        count(*) filter (where key_class = 'merged') as merged,
        count(*) filter (where key_class = 'rejected') as rejected,
        count(*) filter (where key_class = 'soft_deleted') as soft_deleted
    from {ledger} where entity = {entity}
),
ours as (
    select distinct target_id as id from {ledger}
    where entity = {entity} and key_class = 'migrated'
),
found as (
    select
        count(*) as held,
        count(ours.id) as of_store,
        count(written.id) filter (where ours.id is null) as made
    from {final} as final
    left join ours on ours.id = final.id
    left join (select distinct id from {written} where entity = {entity}) as written
        on written.id = final.id
)
select records.*, (select count(*) from ours), found.* from records cross join found
"""
_ORPHANS = """
select count(*) from {child} as child
left join {parent} as parent on child.{column} = parent.id
where child.{column} is not null and parent.id is null
"""
_VALIDATED = """
select coalesce(bool_or(convalidated), false) from pg_constraint
where contype = 'f' and conrelid = to_regclass(%s) and confrelid = to_regclass(%s)
and conkey = array[(
    select attnum from pg_attribute where attrelid = conrelid and attname = %s
)]
"""
_SIZES = """
select
    pg_total_relation_size(to_regclass(%(name)s)),
    pg_relation_size(to_regclass(%(name)s)),
    pg_indexes_size(to_regclass(%(name)s)),
    (select count(*) from pg_index where indrelid = to_regclass(%(name)s)),
    (select count(*) from pg_index where indrelid = to_regclass(%(name)s) and not indisvalid),
    stats.n_live_tup,
    stats.n_dead_tup,
    coalesce(stats.last_analyze, stats.last_autoanalyze) is not null
from pg_stat_all_tables as stats where stats.relid = to_regclass(%(name)s)
"""


@dataclass(frozen=True)
class Count:
    """One entity: records of the store by what became of them, and rows by where they come from.

    `expected` is the number of different rows the migrated records stand for, `of_store` how many
    of them are there, `made` those a run wrote without a record (the default catalog),
    `of_application` all others.
    """

    entity: str
    read: int
    migrated: int
    merged: int
    rejected: int
    soft_deleted: int
    expected: int
    held: int
    of_store: int
    made: int

    @property
    def of_application(self) -> int:
        """Give the rows no run of ours has to do with."""
        return self.held - self.of_store - self.made

    @property
    def is_equal(self) -> bool:
        """Whether every record is accounted for and every row it stands for is there."""
        told = self.migrated + self.merged + self.rejected + self.soft_deleted
        return self.read == told and self.expected == self.of_store == self.migrated


@dataclass(frozen=True)
class Relation:
    """One relation: rows whose parent is missing, and whether a validated foreign key guards it."""

    name: str
    orphans: int
    is_guarded: bool


@dataclass(frozen=True)
class Size:
    """One table: bytes, indexes, and what the server's statistics say of it."""

    table: str
    total: int
    heap: int
    indexes: int
    index_count: int
    invalid: int
    live: int
    dead: int
    is_analyzed: bool


def read_counts(connection: psycopg.Connection, target: Target) -> list[Count]:
    """Count records and rows of each entity; reads only, in the caller's transaction."""
    found = []
    for entity in ENTITIES:
        query = sql.SQL(_COUNTS).format(
            ledger=sql.Identifier(target.work_schema, "record_ledger"),
            written=sql.Identifier(target.work_schema, "written_rows"),
            final=sql.Identifier(target.final_schema, entity),
            entity=sql.Literal(entity),
        )
        row = connection.execute(query).fetchone()
        found.append(Count(entity, *(row or (0,) * 9)))
    return found


def read_relations(connection: psycopg.Connection, target: Target) -> list[Relation]:
    """Count the orphans of each relation; reads only, in the caller's transaction."""
    found = []
    for child, column, parent in RELATIONS:
        names = {
            "child": sql.Identifier(target.final_schema, child),
            "parent": sql.Identifier(target.final_schema, parent),
            "column": sql.Identifier(column),
        }
        orphans = connection.execute(sql.SQL(_ORPHANS).format(**names)).fetchone()
        guarded = connection.execute(
            _VALIDATED,
            (names["child"].as_string(connection), names["parent"].as_string(connection), column),
        ).fetchone()
        found.append(
            Relation(
                f"{child}.{column} → {parent}",
                orphans[0] if orphans else 0,
                bool(guarded and guarded[0]),
            )
        )
    return found


def read_sizes(connection: psycopg.Connection, target: Target) -> list[Size]:
    """Read the sizes of the store and the six tables from the catalog."""
    tables = [(target.kv_schema, target.kv_table)]
    tables += [(target.final_schema, entity) for entity in ENTITIES]
    found = []
    for schema, table in tables:
        name = sql.Identifier(schema, table).as_string(connection)
        row = connection.execute(_SIZES, {"name": name}).fetchone()
        if row:
            found.append(Size(f"{schema}.{table}", *row))
    return found


def read_views(connection: psycopg.Connection, target: Target) -> dict[str, bool]:
    """Say of each of the application's three views that is there whether it can be read."""
    found = {}
    for view in _VIEWS:
        name = sql.Identifier(target.final_schema, view)
        there = connection.execute(
            "select to_regclass(%s) is not null", (name.as_string(connection),)
        ).fetchone()
        if there and there[0]:
            try:
                with connection.transaction():
                    connection.execute(sql.SQL("select * from {} limit 10").format(name))
                found[view] = True
            except psycopg.Error:
                found[view] = False
    return found
