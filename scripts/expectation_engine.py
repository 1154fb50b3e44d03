"""How great-expectations is asked: in the database, quietly, and twice at most.

First every expectation of a suite is asked for yes or no, which takes one statement for most of
them together; then those that failed are asked again for the ids of failing rows. It is imported
when the first suite is run, for that takes seconds.
"""

from __future__ import annotations

import logging
import os
import re
import threading
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any

from psycopg import errors, sql

from scripts.settings import Target

if TYPE_CHECKING:
    from great_expectations.core import ExpectationValidationResult
    from great_expectations.datasource.fluent import PostgresDatasource
    from great_expectations.datasource.fluent.interfaces import Batch as Rows
    from sqlalchemy import Engine

PASSED, FAILED, NOT_RUN = "passed", "failed", "could not run"
SAMPLE_SIZE = 20
_URL_VARIABLE = "KV_EXPECTATIONS_URL"
_SESSION = "-c default_transaction_read_only=on -c timezone=UTC -c datestyle=ISO,YMD"
_QUIET = {"GX_ANALYTICS_ENABLED": "false"}  # read while it is imported
_CUSTOM_SQL = "unexpected_rows_expectation"


@dataclass(frozen=True)
class Batch:
    """Rows of a table to be judged together; without `query` the whole table."""

    schema: str
    table: str
    row_count: int
    query: str = ""
    of_application: bool = False


@dataclass(frozen=True)
class Finding:
    """What came of one expectation on one batch; `ids` are those of some failing rows."""

    outcome: str
    unexpected_count: int | None = None
    ids: tuple[str, ...] = ()
    error: str = ""


def import_beside() -> None:
    """Begin to import great-expectations in a thread, for those who will need it in a while.

    It takes seconds of this process, which has none to do while the database works. Whoever imports
    it meanwhile waits for this thread.
    """
    os.environ.update(_QUIET)
    threading.Thread(target=import_module, args=("great_expectations",)).start()


@contextmanager
def open_source(target: Target) -> Iterator[PostgresDatasource]:
    """Give a great-expectations data source on the target; nothing of it outlives the block.

    Sessions are read-only and each statement is a transaction. The address, which may hold a
    password, is handed over in a variable of this process and named in the configuration by its
    name only. Writes no file and sends no usage statistics.
    """
    os.environ.update(_QUIET)
    import great_expectations as gx
    from great_expectations.data_context.types.base import (
        DataContextConfig,
        InMemoryStoreBackendDefaults,
        ProgressBarsConfig,
    )

    log = logging.getLogger("great_expectations")
    level, before = log.level, os.environ.get(_URL_VARIABLE)
    log.setLevel(logging.CRITICAL + 1)  # its errors quote statements and values
    os.environ[_URL_VARIABLE] = _url(target)
    source = None
    try:
        context = gx.get_context(
            mode="ephemeral",
            project_config=DataContextConfig(
                # The default would make a folder for a site in the machine's temporary one.
                store_backend_defaults=InMemoryStoreBackendDefaults(init_temp_docs_sites=False),
                progress_bars=ProgressBarsConfig(globally=False),
                analytics_enabled=False,
            ),
        )
        source = context.data_sources.add_postgres(
            "target", connection_string="${" + _URL_VARIABLE + "}"
        )
        yield source
    finally:
        if source is not None:
            # One to look for tables, one to run the checks.
            source.get_engine().dispose()
            source.get_execution_engine().engine.dispose()
        log.setLevel(level)
        if before is None:
            del os.environ[_URL_VARIABLE]
        else:
            os.environ[_URL_VARIABLE] = before


def judge(
    source: PostgresDatasource, batch: Batch, expectations: Sequence[dict[str, Any]]
) -> list[Finding]:
    """Judge a batch by every expectation and give a finding for each, in their order.

    Never raises for what great-expectations or the database refuses: that is the outcome "could
    not run".
    """
    try:
        rows = _rows_of(source, batch)
        found = _ask(rows, batch, list(enumerate(expectations)), "BOOLEAN_ONLY")
        failed = {i for i, finding in found.items() if finding.outcome == FAILED}
        again = [(i, e) for i, e in enumerate(expectations) if i in failed]
        for custom in (False, True):
            few = [(i, e) for i, e in again if (e["type"] == _CUSTOM_SQL) is custom]
            # COMPLETE would fetch every failing value; only for SQL of our own, which gives ids
            # and nothing else, are the rows left out of anything less.
            details = _ask(rows, batch, few, "COMPLETE" if custom else "SUMMARY") if few else {}
            for i, detail in details.items():
                if detail.outcome == FAILED:
                    found[i] = detail
    except Exception as error:  # whatever it is, these checks did not run
        return [Finding(NOT_RUN, error=type(error).__name__)] * len(expectations)
    missing = Finding(NOT_RUN, error="great-expectations gave no result")
    return [found.get(i, missing) for i in range(len(expectations))]


def _rows_of(source: PostgresDatasource, batch: Batch) -> Rows:
    """Give the batch of great-expectations that stands for ours."""
    if not batch.query:
        with warnings.catch_warnings():
            # The other way it proposes is one source for each schema.
            warnings.simplefilter("ignore", DeprecationWarning)
            asset = source.add_table_asset(
                batch.table, table_name=batch.table, schema_name=batch.schema
            )
        return asset.add_batch_definition_whole_table("all").get_batch()
    name = f"{batch.table} of the {'application' if batch.of_application else 'project'}"
    _fetch_no_rows(source.get_execution_engine().engine, batch.query)
    return source.add_query_asset(name, query=batch.query).add_batch_definition("all").get_batch()


def _fetch_no_rows(engine: Engine, query: str) -> None:
    """Keep the bare query of a batch from fetching its rows.

    great-expectations runs it to learn the names of the columns; the driver would pull the whole
    table into memory for that.
    """
    from sqlalchemy import event

    def limit(
        _connection: object, _cursor: object, statement: str, parameters: object, *_: object
    ) -> tuple[str, object]:
        bare = statement.strip() == query
        return (f"{query} limit 0" if bare else statement), parameters

    event.listen(engine, "before_cursor_execute", limit, retval=True)


def _ask(
    rows: Rows, batch: Batch, numbered: Sequence[tuple[int, dict[str, Any]]], how: str
) -> dict[int, Finding]:
    """Validate some expectations at once; their numbers tell the results apart."""
    import great_expectations as gx

    suite = gx.ExpectationSuite(
        name=batch.table,
        expectations=[
            {
                "type": expectation["type"],
                "kwargs": _filled(expectation["kwargs"], batch.schema),
                "meta": {"number": number},
            }
            for number, expectation in numbered
        ],
    )
    result_format: dict[str, Any] = {"result_format": how}
    if how != "BOOLEAN_ONLY":
        result_format |= {
            "unexpected_index_column_names": ["id"],
            "partial_unexpected_count": SAMPLE_SIZE,
        }
    results = rows.validate(suite, result_format=result_format).results
    return {result.expectation_config.meta["number"]: _finding(result) for result in results}


def _filled(kwargs: dict[str, Any], schema: str) -> dict[str, Any]:
    query = kwargs.get("unexpected_rows_query")
    if query is None:
        return kwargs
    quoted = sql.Identifier(schema).as_string(None)
    return kwargs | {"unexpected_rows_query": query.replace("{schema}", quoted)}


def _finding(result: ExpectationValidationResult) -> Finding:
    error = _error_of(result.exception_info)
    if error:
        return Finding(NOT_RUN, error=error)
    if result.success:
        return Finding(PASSED, unexpected_count=0)
    said = result.result or {}
    rows = said.get("partial_unexpected_index_list")
    if rows is None:
        rows = said.get("details", {}).get("unexpected_rows", ())
    count = said.get("unexpected_count", said.get("observed_value"))
    # Of what is shown of a failing row nothing but its id is kept.
    return Finding(FAILED, count, tuple(str(row["id"]) for row in rows[:SAMPLE_SIZE]))


def _error_of(info: dict[str, Any] | None) -> str:
    """Say why an expectation could not run, without statements and values; "" if it ran."""
    reports = [info or {}, *(r for r in (info or {}).values() if isinstance(r, dict))]
    raised = [report for report in reports if report.get("raised_exception")]
    if not raised:
        return ""
    told = "\n".join(
        f"{report.get('exception_message')}\n{report.get('exception_traceback')}"
        for report in raised
    )
    if missing := re.search(r'The column "([A-Za-z0-9_]+)" in BatchData does not exist', told):
        return f"the column {missing[1]} does not exist"
    if refused := re.search(r"psycopg2\.errors\.([A-Za-z]+): (.*)", told):
        state = getattr(getattr(errors, refused[1], None), "sqlstate", "")
        # Class 42 is about names, types and rights; messages of the others quote values.
        return refused[2] if state.startswith("42") else refused[1]
    return "great-expectations raised an error"


def _url(target: Target) -> str:
    from sqlalchemy import URL

    query = {
        "host": target.host,
        "port": str(target.port),
        "application_name": "kv-to-tables",
        "connect_timeout": "10",
        "options": _SESSION,
    }
    if not target.host.startswith("/"):
        query["sslmode"] = target.sslmode
    address = URL.create(
        "postgresql+psycopg2",
        username=target.user,
        password=target.password or None,
        database=target.dbname,
        query=query,
    )
    return str(address.render_as_string(hide_password=False))
