"""Documents of 50 MB and of 5,000 levels, through the whole command and back."""

from __future__ import annotations

import gzip
import json
import sys
from pathlib import Path

import pytest
from helpers import rows, run

from scripts.errors import Exit
from scripts.load import load_file
from scripts.settings import Target

MEGABYTES, LEVELS = 50, 5_000
# A sentence of 50 characters that does not shrink to nothing when it is compressed.
SENTENCE = "{:09d} of the words that make a document very long"
INSTANTS = '"createdAt": "2025-11-02T08:00:00Z", "updatedAt": "2026-01-11T10:00:00Z"'
DEEP = '{"a": ' * LEVELS + '"the end"' + "}" * LEVELS


def long_text() -> str:
    return "; ".join(SENTENCE.format(n) for n in range(MEGABYTES * 20_000))


def long_list() -> str:
    return json.dumps([SENTENCE.format(n) for n in range(MEGABYTES * 20_000)])


def gifts() -> str:
    """Write a list of gifts under one key, which makes a document of each."""
    return json.dumps(
        [
            {
                "id": f"listed-{n}",
                "name": f"Listed {n}",
                "sku": f"L-{n}",
                "price": 1,
                "notes": SENTENCE.format(n) * 20,
                "createdAt": "2025-11-02T08:00:00Z",
            }
            for n in range(MEGABYTES * 1_000)
        ]
    )


def gift(name: str, more: str) -> str:
    return (
        f'{{"id": "{name}", "name": "{name}", "sku": "{name}", "price": 1, "currency": "USD",'
        f" {INSTANTS}, {more}}}"
    )


@pytest.mark.slow
def test_documents_of_fifty_megabytes_and_five_thousand_levels_come_back(
    database: Target, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    store = {
        "gift:production:long-text": gift("long-text", f'"description": {json.dumps(long_text())}'),
        "gift:production:long-list": gift("long-list", f'"features": {long_list()}'),
        "gift:production:long-rest": gift("long-rest", f'"history": {long_list()}'),
        "gift:production:deep": gift("deep", f'"specifications": {DEEP}'),
        "gift:production:deep-rest": gift("deep-rest", f'"nested": {DEEP}'),
        "gift:production:encoded": json.dumps(gift("encoded", f'"nested": {DEEP}')),
        "gifts:all": gifts(),
        "snapshot:long": long_list(),
        "snapshot:deep": DEEP,
    }
    path = tmp_path / "store.jsonl.gz"
    with gzip.open(path, "wt", encoding="utf-8", compresslevel=1) as file:
        for key, document in store.items():
            file.write(f'{{"key": {json.dumps(key)}, "value": {document}}}\n')
    load_file(database, path)

    outcome = run(database, judge=True)

    assert outcome.failures == []
    assert outcome.exit_code == Exit.DONE
    classes = dict(rows(database, "select source_key, key_class from kv_to_tables.key_ledger"))
    assert classes == {
        **{key: "migrated" for key in store if key.startswith("gift:")},
        "gifts:all": "derived",
        "snapshot:long": "other_family",
        "snapshot:deep": "other_family",
    }
    elements = rows(
        database, "select key_class, count(*) from kv_to_tables.element_ledger group by 1"
    )
    assert elements == [("migrated", MEGABYTES * 1_000)]
    ((size, listed),) = rows(
        database,
        "select max(octet_length(description)), max(jsonb_array_length(features))"
        " from public.products",
    )
    assert size > MEGABYTES * 1_000_000
    assert listed == MEGABYTES * 20_000
    # The round trip, which is part of the run, has compared each with the store; a second run writes none.
    again = run(database, judge=True)
    assert again.failures == []
    assert rows(database, "select count(*) from public.products where xmax <> 0") == [(0,)]
    with capsys.disabled():
        took = ", ".join(f"{name} {seconds}" for name, seconds in outcome.seconds.items())
        sys.stdout.write(f"\n{len(store)} documents, seconds: {took}\n")
