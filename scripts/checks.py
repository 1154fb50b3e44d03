"""What `verify` and `status` do: read-only looks at a target."""

from __future__ import annotations

import psycopg
from psycopg import sql

from scripts import console, history, notice, preflight
from scripts.connection import connect
from scripts.errors import Exit, KvError
from scripts.settings import ENTITIES, Target


def verify_task(target: Target, *, verbose: bool, as_json: bool) -> int:
    """Run `dbt test`, the expectations and the verifier; print each finding.

    Writes nothing but the step in the history, and sends the notices of its end.
    """
    with notice.announced("verify", target.name) as step:
        code = _verify(target, step, verbose=verbose, as_json=as_json)
        step.outcome = history.outcome_of(code)
    return code


def _verify(target: Target, step: history.Step, *, verbose: bool, as_json: bool) -> Exit:
    from scripts.dbt_runner import run_dbt
    from scripts.expectation_report import failure_sentences, print_expectations
    from scripts.expectations import run_expectations
    from scripts.verify import verify

    with connect(target, read_only=True) as connection:
        preflight.check(connection, target)
        if not _exists(connection, target.work_schema, "key_ledger"):
            raise KvError("There is no run to verify yet.", "Run 'invoke migrate' first.")
        for entity in ENTITIES:
            if not _exists(connection, target.final_schema, entity):
                raise KvError(
                    f"There is no table {target.final_schema}.{entity} to verify.",
                    "Run 'invoke migrate' first; a rollback has taken it away.",
                )
    tests = run_dbt(target, ["test", "--exclude-resource-types", "unit_test"])
    expectations = run_expectations(target, target.final_schema, True)
    verification = verify(target, target.final_schema, target.work_schema)
    failures = [f"test {node.name}: {node.message}" for node in tests.failed]
    if tests.error:
        failures.append(tests.error)
    failures += failure_sentences(expectations) + verification.failures()
    step.facts.update(
        tests=len(tests.nodes), checks=len(verification.checks), failures=len(failures)
    )
    if as_json:
        console.print_json(
            {
                "tests": {"run": len(tests.nodes), "failed": len(tests.failed)},
                "expectations": expectations.to_json(),
                "verification": verification.as_dict(),
                "failures": failures,
            }
        )
    else:
        passed = len(tests.nodes) - len(tests.failed)
        console.say(f"dbt test: {passed:,} of {len(tests.nodes):,} passed.\n")
        print_expectations(expectations)
        verification.print(verbose=verbose)
        for failure in failures:
            console.complain(f"FAILED  {failure}")
        good = "Verified: nothing is missing, nothing is extra."
        console.say("Not verified." if failures else good)
    return Exit.FAILED if failures else Exit.DONE


def status_task(target: Target, *, as_json: bool) -> int:
    """Print the server, the store, the final tables and the last runs of a target."""
    with connect(target, read_only=True) as connection:
        facts = {
            "target": target.name,
            "server": connection.info.parameter_status("server_version"),
            "store": f"{target.kv_schema}.{target.kv_table}",
            "keys": _count(connection, target.kv_schema, target.kv_table),
        }
        tables = {name: _count(connection, target.final_schema, name) for name in ENTITIES}
        runs = _runs(connection, target)
    if as_json:
        console.print_json({**facts, "tables": tables, "runs": runs})
        return 0
    console.table("Target", ["", ""], [[name, value] for name, value in facts.items()])
    console.table(
        f"Final tables in schema {target.final_schema}",
        ["table", "rows"],
        [[name, "not there" if count is None else f"{count:,}"] for name, count in tables.items()],
    )
    console.table("Last runs", ["run", "started", "outcome"], [list(run.values()) for run in runs])
    return 0


def _exists(connection: psycopg.Connection, schema: str, table: str) -> bool:
    row = connection.execute(
        "select to_regclass(format('%%I.%%I', %s::text, %s::text)) is not null", (schema, table)
    ).fetchone()
    return bool(row and row[0])


def _count(connection: psycopg.Connection, schema: str, table: str) -> int | None:
    if not _exists(connection, schema, table):
        return None
    row = connection.execute(
        sql.SQL("select count(*) from {}").format(sql.Identifier(schema, table))
    ).fetchone()
    return int(row[0]) if row else None


def _runs(connection: psycopg.Connection, target: Target) -> list[dict[str, str]]:
    if not _exists(connection, target.work_schema, "runs"):
        return []
    rows = connection.execute(
        sql.SQL(
            "select run_id, to_char(started_at at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS'),"
            " coalesce(outcome, 'unfinished') from {} order by started_at desc limit 5"
        ).format(sql.Identifier(target.work_schema, "runs"))
    ).fetchall()
    return [
        {"run": str(run), "started": f"{started} UTC", "outcome": str(outcome)}
        for run, started, outcome in rows
    ]
