"""What the keys of a store tell by themselves."""

from __future__ import annotations

from dataclasses import dataclass

import psycopg
from psycopg import sql

from scripts.census.patterns import LITERALS

_FACTS = sql.SQL("""
select
    count(*),
    coalesce(max(length(key)), 0),
    count(*) filter (where position(':' in key) > 0),
    count(*) filter (where key ~ '^[^:]*/[^:]*$'),
    count(*) filter (where key ~ '^[^:/_]*_[^:/]*$'),
    count(*) filter (where key ~ '^[^:/_]*-[^:/_]*$'),
    count(*) filter (where key !~ '[:/_-]'),
    count(*) filter (where key ~ {word} and key !~ {unspeakable}),
    count(*) filter (where key = ''),
    count(*) filter (where key ~ {space}),
    count(*) filter (where key ~ {control}),
    count(*) filter (where key ~ {not_ascii}),
    count(*) filter (where key ~ {odd_sign}),
    pg_total_relation_size({name}::regclass)
from (select coalesce(store.key, '')::text collate "C" as key from {store} as store) as keys""")
SEPARATORS = (":", "/", "_", "-", "none")
UNUSUAL = ("empty", "space", "control character", "not ASCII", "other sign")


@dataclass(frozen=True)
class KeyFacts:
    """What the keys alone tell: counts, the longest, and how many are one word of letters."""

    keys: int
    longest: int
    separators: dict[str, int]
    words: int
    unusual: dict[str, int]
    table_bytes: int


def read_key_facts(connection: psycopg.Connection, store: sql.Identifier) -> KeyFacts:
    """Read every key once; reads in the caller's transaction."""
    statement = _FACTS.format(
        store=store, name=sql.Literal(store.as_string(connection)), **LITERALS
    )
    row = connection.execute(statement).fetchone()
    assert row is not None  # noqa: S101 - an aggregate without groups gives one row
    return KeyFacts(
        keys=row[0],
        longest=row[1],
        separators=dict(zip(SEPARATORS, row[2:7], strict=True)),
        words=row[7],
        unusual=dict(zip(UNUSUAL, row[8:13], strict=True)),
        table_bytes=row[13] or 0,
    )
