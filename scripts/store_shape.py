"""The shape of a store as one digest: which families of keys hold which fields of which types.

Two stores with the same digest have documents of the same kinds, so that what was rehearsed on one
says something about the other. New documents of known shape leave the digest as it is; a new
family, field or type changes it. It depends on no model: only the words of `seeds/key_families.csv`
are used, to tell a word of a key from an id.

What stands inside a field, or inside JSON text kept as a string, is not looked at.
"""

from __future__ import annotations

import psycopg
from psycopg import sql

from scripts.project_files import seed_rows
from scripts.settings import Target

# Segments of a key that name an environment, beside those that the patterns spell out.
_ENVIRONMENTS = ("development", "production", "staging", "test", "uat")
_UUID = "[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}"

# First one row stands for all documents of one kind, found by the hashes of names and types alone:
# taking every document apart would take four times as long. Then those few are taken apart. The
# elements of lists are records too, and are all looked at.
#
# No class such as \\d and no `~*`, for what those match is the collation's to say. A field that is
# null says no more than one that is missing, except that there is such a field.
_SHAPE = """
with named as not materialized (
    select
        ctid as place_in_table,
        value,
        jsonb_typeof(value) as type,
        coalesce(substring(key from {heads}), split_part(key, ':', 1)) as first_segment,
        case
            when split_part(key, ':', 2) = any({words}) then split_part(key, ':', 2) else '*'
        end as second_segment,
        case
            when split_part(key, ':', 3) = any({words}) then split_part(key, ':', 3) else '*'
        end as third_segment,
        least(length(key) - length(replace(key, ':', '')), 3) as colons
    from {store}
),
kinds as (
    select min(place_in_table) as example
    from named
    where type <> 'array'
    group by
        first_segment, second_segment, third_segment, colons, type,
        hash_array_extended(
            array(select jsonb_object_keys(case when type = 'object' then value else '{{}}' end)), 0
        ),
        jsonb_hash_extended(
            jsonb_path_query_array(value, 'strict $.*.type()', silent => true), 0
        )
),
documents as (
    select first_segment, second_segment, third_segment, colons, '' as place, type, value
    from named
    where place_in_table = any(array(select example from kinds))
    union all
    select
        first_segment, second_segment, third_segment, colons,
        level.place, level.type, level.value
    from named
    cross join lateral (
        select '' as place, 'array' as type, null as value
        union all
        select '[]', jsonb_typeof(element.value), element.value
        from jsonb_array_elements(case when named.type = 'array' then named.value else '[]' end)
            as element (value)
    ) as level
    where named.type = 'array'
),
found as (
    select distinct
        first_segment, second_segment, third_segment, colons, place, type,
        member.key as name,
        jsonb_typeof(member.value) as name_type
    from documents
    left join lateral
        jsonb_each(case when type = 'object' then value else '{{}}' end) as member on true
),
lines as (
    select
        case
            when first_segment like '%@%' then '@'
            else regexp_replace(
                regexp_replace(first_segment, {uuid}, '*', 'g'), '[0-9].*$', '#'
            )
        end
        || case when colons > 0 then ':' || second_segment else '' end
        || case when colons > 1 then ':' || third_segment else '' end
        || case when colons > 2 then ':…' else '' end as family,
        place || type as type,
        case
            when name ~ {uuid} then '*'
            when name like '%@%' then '@'
            when name ~ '^[0-9]+$' or name ~ '[0-9]{{6}}' then '#'
            else name
        end as name,
        name_type
    from found
),
facts as (
    select jsonb_build_array(family, type, name)::text as fact from lines
    union
    select jsonb_build_array(family, type, name, name_type)::text from lines
    where name_type <> 'null'
)
select string_agg(fact, e'\\n' order by fact collate "C") from facts
"""

# Compiling takes longer than it saves, and kinds are few: they are hashed, not sorted.
_PLANNING = ("set local jit = off", "set local enable_sort = off", "set local work_mem = '64MB'")


def shape_of(connection: psycopg.Connection, target: Target) -> str:
    """Give the digest of the store's shape, 16 hexadecimal digits; empty where there is no store.

    Reads the key-value table once and a half, in the caller's transaction or one of its own; a
    second or so for a hundred thousand documents. Reads nothing else and writes nothing. The digest
    is the same on every server, whatever its collation.
    """
    if not _is_store(connection, target):
        return ""
    words, heads = _vocabulary()
    query = sql.SQL(_SHAPE).format(
        store=sql.Identifier(target.kv_schema, target.kv_table),
        words=sql.Literal(words),
        heads=sql.Literal(f"^({'|'.join(heads)})" if heads else "^$"),
        uuid=sql.Literal(_UUID),
    )
    # Rolled back, so that the settings do not outlive it in a transaction of the caller.
    with connection.transaction(force_rollback=True):
        for setting in _PLANNING:
            connection.execute(setting)
        row = connection.execute(
            sql.SQL(
                "select left(encode(sha256(convert_to(coalesce(({}), ''), 'UTF8')), 'hex'), 16)"
            ).format(query)
        ).fetchone()
    return str(row[0]) if row else ""


def _is_store(connection: psycopg.Connection, target: Target) -> bool:
    """Say whether there is a table with the columns `key text` and `value jsonb`."""
    row = connection.execute(
        "select count(*) = 2 from pg_attribute"
        " where attrelid = to_regclass(format('%%I.%%I', %s::text, %s::text))"
        " and (attname, atttypid) in (('key', 'text'::regtype), ('value', 'jsonb'::regtype))",
        (target.kv_schema, target.kv_table),
    ).fetchone()
    return bool(row and row[0])


def _vocabulary() -> tuple[list[str], list[str]]:
    """Give the words that patterns spell out behind a colon, and the heads of ids without one.

    Of `sites:slug:<slug>` the word `slug`; of `hris_sync_<rest>` the head `hris_sync_`.
    """
    words, heads = set(_ENVIRONMENTS), set()
    for row in seed_rows("key_families"):
        first, *others = row["pattern"].split(":")
        words.update(segment for segment in others if "<" not in segment)
        if "<" in first:
            heads.add(first.split("<")[0])
    return sorted(words), sorted(heads)
