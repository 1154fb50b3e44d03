"""The bench makes the store it says, and measures what the same store gives everyone."""

from __future__ import annotations

import psycopg
import pytest
from helpers import rows, run

from scripts.bench.earlier import run_earlier
from scripts.bench.floor import run_floor
from scripts.bench.migration import measure
from scripts.bench.store import Sizes, make_store
from scripts.connection import connect
from scripts.settings import Target

_CONTENT = (
    "select count(*), md5(string_agg(key || value::text, '' order by key collate \"C\"))"
    " from public.kv_store_6fcaeea3"
)


def test_a_store_is_divided_as_a_million_documents_are() -> None:
    assert Sizes.of(1_000_000) == Sizes(1_000, 1_000, 5_000, 100_000, 500_000, 393_000)
    assert Sizes.of(1_000) == Sizes(1, 1, 5, 100, 500, 393)


def test_the_same_size_gives_the_same_store(database: Target) -> None:
    made = []
    for _ in range(2):
        with connect(database, autocommit=True) as connection:
            make_store(connection, database, 1_000)
            made += rows(database, _CONTENT)
            connection.execute("drop table public.kv_store_6fcaeea3")
    assert made[0][0] == 1_000
    assert made[0] == made[1]


def test_the_others_leave_nothing_behind_and_every_document_is_clean(database: Target) -> None:
    with connect(database, autocommit=True) as connection:
        make_store(connection, database, 1_000)
        floor = run_floor(connection, database)
        assert set(floor) == {"load", "keys", "indexes"}
        assert run_earlier(connection, database) > 0
        with pytest.raises(psycopg.errors.InvalidSchemaName):
            connection.execute("create table floor.x ()")
    outcome = run(database, judge=True)
    assert outcome.failures == []
    assert rows(database, "select key_class, count(*) from kv_to_tables.key_ledger group by 1") == [
        ("migrated", 1_000)
    ]
    assert rows(database, "select count(*) from kv_to_tables.recorded_changes") == [(0,)]


@pytest.mark.slow
def test_a_size_is_measured_whole(server: Target) -> None:
    measured = measure(server, 1_000)
    assert measured.second.rows_written == 0
    assert measured.first.rows_written == 1_000
    assert measured.first.driver_mib > 0
    assert measured.ratios["build / floor"] > 1
    found = rows(server, "select count(*) from pg_database where datname = 'kv_bench'")
    assert found == [(0,)]
