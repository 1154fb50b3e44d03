"""What a run proved, kept in its log: how each check and expectation ended, without keys.

So the pages of a run tell what that run found, and need not prove it again.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from scripts.run_log import RunLog, logged

if TYPE_CHECKING:
    from scripts.expectations import ExpectationReport
    from scripts.verify.report import VerifyReport

_EVENT = "proof"


def write_proof(log: RunLog, verification: VerifyReport, expectations: ExpectationReport) -> None:
    """Append both reports to the log of their run. Keys stay out of it: a log names nobody."""
    log.write(
        _EVENT,
        checks=[asdict(check) | {"sample_keys": ()} for check in verification.checks],
        expectations=[asdict(result) | {"sample_keys": ()} for result in expectations.results],
    )


def read_proof(run_id: str) -> tuple[VerifyReport, ExpectationReport] | None:
    """Read both reports of a run; None where its log is not on this machine, or holds none."""
    told = next((event for event in logged(run_id) if event.get("event") == _EVENT), None)
    if told is None:
        return None
    from scripts.expectations import ExpectationReport, ExpectationResult
    from scripts.verify.report import Check, VerifyReport

    checks = (Check(**check | {"sample_keys": ()}) for check in told["checks"])
    results = (
        ExpectationResult(**result | {"columns": tuple(result["columns"]), "sample_keys": ()})
        for result in told["expectations"]
    )
    return VerifyReport(tuple(checks)), ExpectationReport(tuple(results))
