"""One run at work, and the part of it that is dbt's: the models, and the laws about them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from scripts import console
from scripts.connection import connect
from scripts.dbt_runner import run_dbt
from scripts.phases import Stopwatch
from scripts.run_log import RunLog
from scripts.settings import Target

if TYPE_CHECKING:
    from scripts.migrate import Options, Outcome

# A run judges the store; what the rules are worth is for `dbt test` to say.
_EVERYTHING = ["build", "--exclude-resource-types", "unit_test"]
_LAWS = ["build", "--exclude-resource-types", "model", "seed", "unit_test"]


@dataclass(frozen=True)
class Run:
    """One run at work. `schema` is the ephemeral one of a dry run, empty for a live one.

    `corrections` is the digest of what the operator laid over the documents. Without `judge` a run
    ends with its build.
    """

    target: Target
    options: Options
    outcome: Outcome
    log: RunLog
    watch: Stopwatch
    schema: str
    corrections: str
    judge: bool

    @property
    def variables(self) -> dict[str, object]:
        """Give the dbt vars of this run that differ from the project's own."""
        return self.options.variables(self.schema)


def build(run: Run) -> bool:
    """Run `dbt build` without the unit tests; say whether it went through.

    Where nothing has changed (`Outcome.unchanged_since`) the models stay as they are, and the laws
    alone are checked. Writes what dbt writes, in its transactions; failures go into the outcome.
    """
    outcome, target = run.outcome, run.target
    _say_what_begins(run)
    progress = _progress(run)

    def on_event(event: Any) -> None:
        run.watch.build.on_event(event)
        progress.on_event(event)

    with progress.shown(target):
        result = run_dbt(
            target,
            _LAWS if outcome.unchanged_since else _EVERYTHING,
            variables=run.variables,
            run_id=outcome.run_id,
            corrections_hash=run.corrections,
            on_event=on_event,
        )
    run.watch.end_build(outcome.seconds)
    run.log.write("part", name="build", seconds=outcome.seconds["build"])
    if result.error and not result.nodes:
        outcome.failures.append(result.error)
    for node in result.failed:
        outcome.failures.append(f"{node.kind} {node.name}: {node.message}")
    if any("lock timeout" in node.message for node in result.failed):
        outcome.failures += _holders(target)
    if not result.success and not outcome.failures:
        outcome.failures.append("dbt failed without naming a node.")
    return result.success


def _say_what_begins(run: Run) -> None:
    outcome, target = run.outcome, run.target
    if run.options.as_json:
        return
    where = f"ephemeral schema {run.schema}" if run.schema else f"schema {target.final_schema}"
    console.say(f"Run {outcome.run_id}: {outcome.keys:,} keys of '{target.name}', {where}")
    if outcome.corrections:
        word = console.counted(outcome.corrections, "correction")
        console.say(f"Laid over the documents: {word}.")
    if outcome.unchanged_since:
        console.say(
            f"Nothing has changed since run {outcome.unchanged_since}: its verdicts stand and are"
            " proved anew. --full judges every document again."
        )


def _progress(run: Run) -> console.BuildProgress:
    """Let the nodes of the build be seen on the terminal and in the log."""
    from scripts.expectation_engine import import_beside

    def begun(total: int) -> None:
        run.log.write("nodes", total=total)
        if run.judge:
            import_beside()

    options = run.options
    progress = console.BuildProgress(
        run.outcome.keys, quiet=options.as_json, verbose=options.verbose
    )
    progress.on_node = lambda name, status, seconds: run.log.write(
        "node", name=name, status=status, seconds=seconds
    )
    progress.on_total = begun
    progress.on_start = lambda name: run.log.write("node_start", name=name)
    return progress


def _holders(target: Target) -> list[str]:
    """Name the sessions that lock a table out of our reach, and what to do about them."""
    from scripts.preflight.activity import locks
    from scripts.preflight.findings import STOP, View

    with connect(target, read_only=True) as connection:
        found = list(locks(View(connection, target)))
    return [f"{one.found} {one.remedy}" for one in found if one.status == STOP]
