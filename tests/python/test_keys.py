"""The keys behind a count: by class, entity and reason, masked, and unmasked in a private file."""

from __future__ import annotations

import csv
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from helpers import Kept, execute, new_database, rows

from scripts.errors import KvError, UsageError
from scripts.keys import Wanted, masked, read_keys, write_keys
from scripts.settings import Target


@pytest.fixture(scope="module")
def sample(server: Target, migrated_sample: Kept) -> Iterator[Target]:
    with new_database(server, migrated_sample.dbname, "kv_keys") as target:
        yield target


def test_each_class_has_as_many_keys_as_the_ledgers_count(sample: Target) -> None:
    counted = rows(
        sample,
        "select key_class, count(*) from ("
        "select key_class from kv_to_tables.key_ledger"
        " union all select key_class from kv_to_tables.element_ledger) as ledgers group by key_class",
    )
    assert len(counted) > 5
    for key_class, count in counted:
        found, total = read_keys(sample, Wanted(key_class), 0)
        assert len(found) == total == count
        assert {one.key_class for one in found} == {key_class}
        assert read_keys(sample, Wanted(key_class), 2)[1] == count
        assert len(read_keys(sample, Wanted(key_class), 2)[0]) <= 2


def test_a_reason_has_the_keys_of_its_count(sample: Target) -> None:
    ((entity, code, count),) = rows(
        sample,
        "select entity, code, count(*) from kv_to_tables.record_ledger"
        " cross join string_to_table(reject_codes, ',') as code group by entity, code"
        " order by count(*) desc, entity, code limit 1",
    )
    found, total = read_keys(sample, Wanted(entity=entity, code=code), 0)
    assert total == count
    assert all(code in one.reasons.split(",") and one.entity == entity for one in found)


def test_copies_name_the_winner_and_those_that_wait_the_root(sample: Target) -> None:
    merged, _ = read_keys(sample, Wanted("merged"), 0)
    assert merged
    assert all(one.other_key for one in merged)
    rejected, _ = read_keys(sample, Wanted("rejected"), 0)
    assert any(one.other_key for one in rejected)


def test_the_file_has_all_keys_and_is_its_owners_alone(sample: Target, tmp_path: Path) -> None:
    path = tmp_path / "keys.csv"
    count = write_keys(sample, Wanted(entity="employees"), path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    with path.open(encoding="utf-8", newline="") as file:
        lines = list(csv.DictReader(file))
    found, total = read_keys(sample, Wanted(entity="employees"), 0)
    assert len(lines) == count == total
    assert [line["key"] for line in lines] == [one.key for one in found]
    # What is shown names no person.
    assert [one.key for one in masked(found)] != [one.key for one in found]
    with pytest.raises(UsageError, match="already"):
        write_keys(sample, Wanted(), path)


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        (Wanted("lost"), "--class=lost"),
        (Wanted(entity="brands"), "--entity=brands"),
        (Wanted(code="no_such"), "--code=no_such"),
    ],
)
def test_an_unknown_word_is_told_with_the_known_ones(
    sample: Target, wanted: Wanted, said: str
) -> None:
    with pytest.raises(UsageError, match=said):
        read_keys(sample, wanted, 0)


def test_without_a_run_that_stands_it_says_so(database: Target, sample: Target) -> None:
    with pytest.raises(KvError, match="No run has judged"):
        read_keys(database, Wanted(), 0)
    execute(sample, "update kv_to_tables.runs set outcome = 'rolled_back'")
    try:
        with pytest.raises(KvError, match="was rolled back"):
            read_keys(sample, Wanted(), 0)
    finally:
        execute(sample, "update kv_to_tables.runs set outcome = 'done'")
