"""Any JSON under any key: the law holds, nothing crashes, a second run changes nothing."""

from __future__ import annotations

import gzip
import json
import os
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from documents import stores
from helpers import all_rows, new_database, rows, run
from psycopg import sql

from scripts.connection import connect
from scripts.load import load_file
from scripts.settings import ENTITIES, Target
from scripts.verify.documents import made_in_python

# The same number gives the same stores. Another one: KV_PROPERTY_SEED=7.
SEED = int(os.environ.get("KV_PROPERTY_SEED", "1"))
# What a run says of the keys, the elements and their values: it must say the same again.
LEDGERS = (
    "key_ledger",
    "element_ledger",
    "rejects",
    "changes",
    "leftovers",
    "leftover_census",
    "list_findings",
)
# The one row that no key stands for: the catalog of the products that name none.
LEGACY = made_in_python("catalogs", "production", "", "catalog_legacy_default")


def load(target: Target, path: Path, store: dict[str, str]) -> None:
    """Load a store whose values are JSON texts, through the same door as every store."""
    with gzip.open(path, "wt", encoding="utf-8") as file:
        for key, text in store.items():
            file.write(f'{{"key": {json.dumps(key)}, "value": {text}}}\n')
    load_file(target, path, replace=True)


def told(target: Target) -> dict[str, list[tuple[Any, ...]]]:
    """Give the content of every ledger, without the number of the run."""
    with connect(target) as connection:
        return {
            name: connection.execute(
                sql.SQL("select (to_jsonb(t) - 'run_id')::text from {} as t order by 1").format(
                    sql.Identifier(target.work_schema, name)
                )
            ).fetchall()
            for name in LEDGERS
        }


def invented(target: Target) -> list[tuple[str, str]]:
    """Give the rows that no migrated key or element stands for."""
    with connect(target) as connection:
        return [
            (entity, str(row[0]))
            for entity in ENTITIES
            for row in connection.execute(
                sql.SQL(
                    "select id from {} where id <> %s and id not in ("
                    " select target_id from kv_to_tables.key_ledger where key_class = 'migrated'"
                    " union all"
                    " select target_id from kv_to_tables.element_ledger where key_class = 'migrated')"
                ).format(sql.Identifier(entity)),
                (LEGACY,),
            )
        ]


def faults(target: Target, path: Path, store: dict[str, str]) -> list[str]:
    """Take a store to the tables, twice; say what does not hold."""
    load(target, path, store)
    first = run(target, judge=True, allow_unclassified=True)
    if first.failures or first.ledger is None:
        return first.failures or ["there is no ledger"]
    found = []
    classes = sum(first.ledger.classes.values())
    if not classes == first.keys == len(store):
        found.append(f"{classes} keys have a class, {first.keys} were read of {len(store)}")
    listed = rows(
        target, "select key_class from kv_to_tables.element_ledger where key_class is null"
    )
    found += ["an element has no class"] * len(listed)
    found += [f"{entity} {row_id} has no key" for entity, row_id in invented(target)]
    before, final = told(target), all_rows(target)
    second = run(target, allow_unclassified=True)
    if second.failures or second.ledger is None:
        return [*found, *(f"second run: {failure}" for failure in second.failures)]
    for entity in second.ledger.entities:
        if entity["inserted"] or entity["updated"]:
            found.append(f"the second run wrote {entity['entity']}")
    if all_rows(target) != final:
        found.append("the second run changed a row")
    after = told(target)
    found += [f"the second run changed {name}" for name in before if after[name] != before[name]]
    return found


def smallest(server: Target, path: Path, store: dict[str, str], tries: int) -> dict[str, str]:
    """Leave out what the fault does not need, half by half, as far as so many tries go."""
    parts = 2
    while tries and len(store) > 1:
        items = list(store.items())
        size = -(-len(items) // parts)
        for start in range(0, len(items), size):
            left = dict(items[:start] + items[start + size :])
            tries -= 1
            with new_database(server) as target:
                if left and faults(target, path, left):
                    store, parts = left, max(parts - 1, 2)
                    break
            if not tries:
                break
        else:
            if size == 1:
                break
            parts = min(2 * parts, len(items))
    return store


def check(server: Target, path: Path, made: list[dict[str, str]], seed: int, tries: int) -> int:
    """Check every store; fail with the sentences and the smallest store that has a fault."""
    migrated = 0
    for store in made:
        with new_database(server) as target:
            found = faults(target, path, store)
            if not found:
                migrated += rows(
                    target,
                    "select count(*) from kv_to_tables.key_ledger where key_class = 'migrated'",
                )[0][0]
        if found:
            least = smallest(server, path, store, tries)
            lines = [f"{json.dumps(key)}: {text[:300]}" for key, text in list(least.items())[:20]]
            pytest.fail(
                "\n".join([f"KV_PROPERTY_SEED={seed}", *found, f"{len(least)} documents:", *lines])
            )
    return migrated


def test_any_json_under_any_key_keeps_the_law(
    server: Target, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    made = stores(2_000, 1, seed=SEED)
    documents = sum(map(len, made))
    assert documents >= 2_000
    migrated = check(server, tmp_path / "store.jsonl.gz", made, SEED, tries=20)
    record_property(
        "counted",
        f"{documents:,} documents in {len(made)} stores, {migrated:,} keys migrated, seed {SEED}",
    )
    # A run over nothing but rejects would prove little.
    assert migrated > documents / 10


@pytest.mark.slow
def test_more_of_any_json_with_another_seed_every_time(server: Target, tmp_path: Path) -> None:
    seed = int(os.environ.get("KV_PROPERTY_SEED") or random.SystemRandom().randrange(10**9))
    made = stores(20_000, 16, seed=seed)
    check(server, tmp_path / "store.jsonl.gz", made, seed, tries=40)
