"""The sample at 100,000 documents: every ledger complete, every document back, nothing unexplained."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest
from corpus_outcome import read
from helpers import rows, run
from psycopg import sql
from sample_outcome import disagreements

from scripts.connection import connect
from scripts.errors import Exit
from scripts.load import load_file
from scripts.sample import write_sample
from scripts.settings import ENTITIES, Target
from scripts.verify.columns import COLUMNS
from scripts.verify.documents import documents
from scripts.verify.scope import Scope

DOCUMENTS, SEED = 100_000, 20
# The documents as the verifier reads them, and every name it knows for a column. `before` stands under
# one of them; where there is none, nothing does, but for what another field implies.
STATED = """
    with documents as materialized (
        {documents}
    ),
    said as (
        select documents.source_key, names.field, documents.document #> names.path as value
        from documents
        cross join unnest({fields}::text[], {paths}::text[]) as paths (field, name)
        cross join lateral (
            select paths.field, string_to_array(paths.name, '.') as path
        ) as names
    )
    select changes.source_key, changes.field, changes.rule
    from kv_to_tables.changes
    inner join said using (source_key, field)
    where changes.entity = {entity}
    group by changes.source_key, changes.field, changes.rule, changes.before
    having not case
        when changes.before is not null then bool_or(said.value is not distinct from changes.before)
        else bool_and(coalesce(said.value, 'null') = 'null') or changes.rule = 'from_document'
    end
"""
HELD = """
    select changes.source_key, changes.field
    from kv_to_tables.changes
    inner join kv_to_tables.record_ledger as ledger using (source_key)
    left join {final} as final on ledger.target_id = final.id
    cross join lateral (select to_jsonb(final) -> changes.field as value) as held
    where
        changes.entity = {entity}
        and not starts_with(changes.field, '$')
        and case
            when changes.after #>> '{{}}' ~ '^[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}T.*Z$'
                then (held.value #>> '{{}}')::timestamptz
                is distinct from (changes.after #>> '{{}}')::timestamptz
            else nullif(held.value, 'null') is distinct from changes.after
        end
"""
COMPARED = re.compile(
    r"([\d,]+) documents of the store and ([\d,]+) rebuilt: .* ([\d,]+) different"
)


@pytest.mark.slow
def test_a_hundred_thousand_documents_are_all_accounted_for_and_all_come_back(
    database: Target, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    store = tmp_path / "store.jsonl.gz"
    expected = read(write_sample(store, DOCUMENTS, SEED).read_text(encoding="utf-8"))
    load_file(database, store)
    outcome = run(database, judge=True)
    assert outcome.failures == []
    assert outcome.exit_code == Exit.REJECTS
    assert disagreements(database, expected) == []

    # The ledger of keys sums to the store, that of elements to the objects inside the lists.
    ((in_store, in_ledger, keys),) = rows(
        database,
        "select (select count(*) from public.kv_store_6fcaeea3), count(*),"
        " count(distinct source_key) from kv_to_tables.key_ledger",
    )
    assert in_store == in_ledger == keys == DOCUMENTS
    ((objects, elements),) = rows(
        database,
        "select (select count(*) from public.kv_store_6fcaeea3 as store,"
        " jsonb_path_query(store.value, '$[*] ? (@.type() == \"object\")') as element"
        " where store.key like '%:all' and jsonb_typeof(store.value) = 'array'), count(*)"
        " from kv_to_tables.element_ledger",
    )
    assert objects == elements > 0

    # What was there before stands in the document, what it became in the row.
    for entity in ENTITIES:
        assert _unsaid(database, entity) == []
        assert _unheld(database, entity) == []

    # Each record that became a row comes back, and none comes back otherwise.
    ((migrated, rebuilt),) = rows(
        database,
        "select (select count(*) from kv_to_tables.record_ledger where key_class = 'migrated'),"
        " (select count(*) from kv_to_tables.rebuilt_documents)",
    )
    assert migrated == rebuilt
    assert outcome.verification is not None
    compared = [
        COMPARED.search(check.detail)
        for check in outcome.verification.checks
        if check.group == "round trip" and check.name.endswith(": documents")
    ]
    counts = [[int(n.replace(",", "")) for n in found.groups()] for found in compared if found]
    assert [sum(column) for column in zip(*counts, strict=True)] == [migrated, migrated, 0]

    lines = [
        f"{DOCUMENTS:,} keys of seed {SEED}",
        "keys: " + _counts(database, "key_ledger", "key_class"),
        "elements: " + _counts(database, "element_ledger", "key_class"),
        "changes: " + _counts(database, "changes", "rule"),
        "findings: " + _counts(database, "list_findings", "finding"),
        "leftovers: " + _counts(database, "leftovers", "entity"),
        f"documents: {rebuilt:,} rebuilt, 0 different",
        "seconds: " + ", ".join(f"{name} {took}" for name, took in outcome.seconds.items()),
    ]
    with capsys.disabled():
        sys.stdout.write("\n" + "\n".join(lines) + "\n")


def _counts(target: Target, table: str, column: str) -> str:
    query = sql.SQL("select {0}, count(*) from {1} group by 1 order by 2 desc, 1")
    with connect(target, read_only=True) as connection:
        counted = connection.execute(
            query.format(sql.Identifier(column), sql.Identifier(target.work_schema, table))
        ).fetchall()
    return ", ".join(f"{count:,} {name}" for name, count in counted)


def _unsaid(target: Target, entity: str) -> list[tuple[object, ...]]:
    """Give the changes whose `before` is not what the store says."""
    names = [(column.name, name) for column in COLUMNS[entity] for name in column.names]
    names.append(("id", "id"))
    with connect(target, read_only=True) as connection:
        connection.execute("set enable_nestloop = off")
        scope = Scope(connection, target, target.final_schema, target.work_schema, False)
        query = scope.compose(
            STATED,
            entity,
            documents=documents(scope, entity),
            fields=sql.Literal([field for field, _ in names]),
            paths=sql.Literal([name for _, name in names]),
        )
        return connection.execute(query).fetchall()


def _unheld(target: Target, entity: str) -> list[tuple[object, ...]]:
    """Give the changes whose `after` is not what the row holds."""
    with connect(target, read_only=True) as connection:
        query = sql.SQL(HELD).format(final=sql.Identifier(entity), entity=sql.Literal(entity))
        return connection.execute(query).fetchall()
