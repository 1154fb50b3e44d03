"""What `verify` does: a read-only look at a target."""

from __future__ import annotations

from scripts import console, history, notice, preflight
from scripts.connection import connect
from scripts.errors import Exit, KvError
from scripts.purge import provable_run
from scripts.settings import Target
from scripts.status import relation_exists, require_tables


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
        preflight.check(connection, target, writes=False)
        if not relation_exists(connection, target.work_schema, "key_ledger"):
            raise KvError("There is no run to verify yet.", "Run 'invoke migrate' first.")
        step.facts["verified_run"] = provable_run(connection, target)
        require_tables(connection, target, "verify")
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
