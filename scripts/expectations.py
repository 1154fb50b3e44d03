"""The third witness: the suites under `expectations/`, run in the database by great-expectations.

The verdict of a model and the constraint of a table say the same in words of their own. Nothing
here reads a model. The suites are JSON, one per final table; each expectation notes which rule it
is a witness of. In their SQL `{batch}` is what great-expectations puts in, the rows judged, and
`{schema}` the schema of the final tables, put in here; other braces are doubled. With a join
`{batch}` takes an alias, without one it must not.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from scripts.connection import connect
from scripts.errors import KvError
from scripts.expectation_engine import NOT_RUN, PASSED, Batch, Finding, judge, open_source
from scripts.settings import ENTITIES, ROOT, Target

FOLDER = ROOT / "expectations"
# A row is ours when we wrote it, or when a key became it and it was found as it must be; not one
# that differs from its key and was left as the application has it.
_PART = """
select judged.* from {table} as judged
where {word} (
    select 1
    from (
        select id from {written_rows} where entity = {entity}
        union all
        select target_id as id from {record_ledger}
        where entity = {entity} and key_class = 'migrated' and target_id not in (
            select id from {conflicts}
            where entity = {entity} and not is_written
                and run_id = (select run_id from {runs} order by started_at desc limit 1)
        )
    ) as ours
    where ours.id = judged.id
)
"""


@dataclass(frozen=True)
class Suite:
    """One suite file: the table it judges and its expectations, as they stand there."""

    table: str
    expectations: tuple[dict[str, Any], ...]


@dataclass(frozen=True)
class ExpectationResult:
    """How one expectation ended. `sample_keys` are keys of the store, never failing values.

    `of_application` marks rows this project did not write: they are listed and never fail the
    report. Where a row has no key of the store, its id stands in.
    """

    table: str
    expectation: str
    columns: tuple[str, ...]
    witness_of: str
    outcome: str
    of_application: bool = False
    checked_rows: int | None = None
    unexpected_count: int | None = None
    sample_keys: tuple[str, ...] = ()
    error: str = ""

    @property
    def success(self) -> bool:
        """Whether it ran and held: a check that could not run is not one that passed."""
        return self.outcome == PASSED

    def to_json(self) -> dict[str, Any]:
        """Give the result as a dict of plain values."""
        return asdict(self) | {"success": self.success}


@dataclass(frozen=True)
class ExpectationReport:
    """All results, in the order of the suites."""

    results: tuple[ExpectationResult, ...]

    @property
    def failures(self) -> tuple[ExpectationResult, ...]:
        """What failed or could not run, among the rows that are judged."""
        return tuple(r for r in self.results if not r.success and not r.of_application)

    @property
    def success(self) -> bool:
        """Whether anything ran and nothing failed."""
        return bool(self.results) and not self.failures

    def to_json(self) -> dict[str, Any]:
        """Give the report as a dict of plain values."""
        return {"success": self.success, "results": [result.to_json() for result in self.results]}


def load_suites(folder: Path = FOLDER) -> tuple[Suite, ...]:
    """Read the suite of every final table, parents first. Reads files only.

    Raises KvError when one is missing or is not a suite: a witness that stays away is no witness.
    """
    return tuple(_load(folder / f"{entity}.json") for entity in ENTITIES)


def _load(path: Path) -> Suite:
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        expectations = tuple(document["expectations"])
        for expectation in expectations:
            if not (expectation["type"] and expectation["meta"]["witness_of"]):
                raise ValueError
            if not isinstance(expectation["kwargs"], dict):
                raise TypeError
        if not expectations:
            raise ValueError
        return Suite(document["meta"]["table"], expectations)
    except OSError:
        fault = "is missing"
    except (ValueError, KeyError, TypeError):
        fault = "is not a suite of expectations that say what they witness"
    raise KvError(f"The file expectations/{path.name} {fault}.", "Restore it from the repository.")


def run_expectations(
    target: Target, schema: str, run_rows_only: bool = False, *, work_schema: str | None = None
) -> ExpectationReport:
    """Judge the final tables in `schema` by all suites, inside the database.

    Reads the final tables and `record_ledger`, and with `run_rows_only` also `written_rows`, in
    sessions that the server keeps read-only, each statement for itself; writes no file. With
    `run_rows_only`, where a table also holds rows this project neither wrote nor has a migrated
    key for, its own are judged and the others come as results `of_application`, which never fail.
    Uniqueness and foreign keys always look at the whole of the other table. Our tables are in
    `work_schema`; by default the target's, or `schema` itself when that is not the target's final
    schema, as in a dry run.

    A check that cannot run (no table, no column, no `written_rows`) is the outcome "could not
    run" and fails the report. Raises KvError when a suite file is missing or malformed, or the
    database cannot be reached.
    """
    if work_schema is None:
        work_schema = target.work_schema if schema == target.final_schema else schema
    suites = load_suites()
    results: list[ExpectationResult] = []
    with (
        connect(target, read_only=True, autocommit=True) as connection,
        open_source(target) as source,
    ):
        for suite in suites:
            try:
                batches = _batches(connection, schema, work_schema, suite.table, run_rows_only)
            except psycopg.Error as error:
                reason = error.diag.message_primary or type(error).__name__
                nothing = [Finding(NOT_RUN, error=reason)] * len(suite.expectations)
                results += _results(suite, Batch(schema, suite.table, 0), nothing, {})
                continue
            for batch in batches:
                findings = judge(source, batch, suite.expectations)
                ids = [row_id for finding in findings for row_id in finding.ids]
                keys = _keys(connection, work_schema, suite.table, ids)
                results += _results(suite, batch, findings, keys)
    return ExpectationReport(tuple(results))


def _batches(
    connection: psycopg.Connection, schema: str, work_schema: str, table: str, split: bool
) -> list[Batch]:
    """Count the rows of a table and say in which parts they are judged."""
    relation = sql.Identifier(schema, table)
    whole = sql.SQL("select from {}").format(relation)
    if not split:
        return [Batch(schema, table, _count(connection, whole))]
    ours, others = (
        sql.SQL(_PART).format(
            table=relation,
            word=word,
            entity=sql.Literal(table),
            written_rows=sql.Identifier(work_schema, "written_rows"),
            conflicts=sql.Identifier(work_schema, "conflicts"),
            runs=sql.Identifier(work_schema, "runs"),
            record_ledger=sql.Identifier(work_schema, "record_ledger"),
        )
        for word in (sql.SQL("exists"), sql.SQL("not exists"))
    )
    # Of a million rows the join is asked once: what is not the application's is ours.
    other_count = _count(connection, others)
    own_count = _count(connection, whole) - other_count
    if not other_count:
        return [Batch(schema, table, own_count)]
    return [
        Batch(schema, table, own_count, ours.as_string(connection).strip()),
        Batch(
            schema, table, other_count, others.as_string(connection).strip(), of_application=True
        ),
    ]


def _count(connection: psycopg.Connection, query: sql.Composed) -> int:
    row = connection.execute(
        sql.SQL("select count(*) from ({}) as counted").format(query)
    ).fetchone()
    return int(row[0]) if row else 0


def _results(
    suite: Suite, batch: Batch, findings: Sequence[Finding], keys: dict[str, str]
) -> Iterator[ExpectationResult]:
    for expectation, finding in zip(suite.expectations, findings, strict=True):
        yield ExpectationResult(
            table=suite.table,
            expectation=expectation["type"],
            columns=_columns(expectation),
            witness_of=expectation["meta"]["witness_of"],
            outcome=finding.outcome,
            of_application=batch.of_application,
            checked_rows=None if finding.outcome == NOT_RUN else batch.row_count,
            unexpected_count=finding.unexpected_count,
            sample_keys=tuple(keys.get(row_id, row_id) for row_id in finding.ids),
            error=finding.error,
        )


def _columns(expectation: dict[str, Any]) -> tuple[str, ...]:
    """Say which columns an expectation is about; SQL of its own names them in `meta`."""
    kwargs = expectation["kwargs"]
    named = [kwargs[name] for name in ("column", "column_A", "column_B") if name in kwargs]
    return tuple(named or expectation["meta"].get("columns", ()))


def _keys(
    connection: psycopg.Connection, work_schema: str, table: str, ids: Sequence[str]
) -> dict[str, str]:
    """Find the keys of the store behind ids of rows; without a ledger there are none."""
    if not ids:
        return {}
    ledger = sql.Identifier(work_schema, "record_ledger")
    query = sql.SQL(
        "select target_id::text, min(source_key) from {} where entity = %s"
        " and key_class = 'migrated' and target_id = any(%s::uuid[]) group by target_id"
    )
    try:
        return dict(connection.execute(query.format(ledger), (table, list(ids))).fetchall())
    except psycopg.Error:
        return {}
