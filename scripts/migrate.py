"""The main job: preflight, build, expectations, verify, report; live or as a dry run."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING

import psycopg

from scripts import console, dry_run, preflight
from scripts.build import Run, build
from scripts.connection import connect
from scripts.corrections import check_corrections, find_corrections, store_corrections
from scripts.errors import Exit, KvError, UsageError
from scripts.ledger_report import LedgerReport, print_ledger, read_ledger
from scripts.phases import Stopwatch, print_phases, read_parts
from scripts.run_account import accounted
from scripts.run_lock import close_unfinished, run_lock
from scripts.run_log import RunLog
from scripts.settings import Target
from scripts.unchanged import Memory

if TYPE_CHECKING:
    from scripts.expectations import ExpectationReport
    from scripts.verify import VerifyReport

_LIMIT = re.compile(r"\d+|\d+(\.\d+)?%")


@dataclass(frozen=True)
class Options:
    """What the operator asked for; `checked` refuses what makes no sense."""

    dry_run: bool = False
    batch_size: str = ""
    max_rejects: str = ""
    skip_validation: bool = False
    allow_unclassified: bool = False
    verbose: bool = False
    as_json: bool = False
    corrections: str = ""
    on_conflict: str = ""
    on_gone: str = ""
    approved_by: str = ""
    yes: bool = False
    override_road: str = ""
    no_backup: bool = False
    full: bool = False

    def checked(self) -> Options:
        """Return the options; raise UsageError for a value that makes no sense."""
        if self.batch_size and not re.fullmatch(r"[1-9]\d{0,8}", self.batch_size):
            raise UsageError(
                f"--batch-size={self.batch_size} is not a number of rows.", "Use 1 or more."
            )
        limit = self.max_rejects
        too_much = limit.endswith("%") and _LIMIT.fullmatch(limit) and float(limit[:-1]) > 100
        if limit and (too_much or not _LIMIT.fullmatch(limit)):
            raise UsageError(
                f"--max-rejects={self.max_rejects} is neither a number nor a percentage.",
                "Use for example 20 or 2.5%.",
            )
        for name, value, allowed in (
            ("on-conflict", self.on_conflict, ("keep-table", "newest", "take-kv")),
            ("on-gone", self.on_gone, ("keep", "delete")),
        ):
            if value and value not in allowed:
                raise UsageError(f"--{name}={value} is unknown.", f"Use {' or '.join(allowed)}.")
        return self

    def variables(self, schema: str) -> dict[str, object]:
        """Give the dbt vars that differ from the project's own."""
        wanted: dict[str, object] = {
            "dry_run_schema": schema,
            "max_rejects": self.max_rejects,
            "skip_validation": self.skip_validation,
            "allow_unclassified": self.allow_unclassified,
            "batch_size": int(self.batch_size or 0),
            "on_conflict": self.on_conflict,
            "on_gone": self.on_gone,
        }
        return {name: value for name, value in wanted.items() if value}


@dataclass
class Outcome:
    """A finished run: what it did, whether it holds, how long it took.

    `seconds` are those of its parts; `phases` divide the build further and add up to the whole run,
    from the start of its process on where that was for the run (scripts/phases.py). Where nothing
    had changed, `unchanged_since` is the run whose verdicts stand.
    """

    run_id: str
    dry_run: bool
    keys: int
    corrections: int = 0
    backup: str = ""
    unchanged_since: str = ""
    ledger: LedgerReport | None = None
    expectations: ExpectationReport | None = None
    verification: VerifyReport | None = None
    failures: list[str] = field(default_factory=list)
    seconds: dict[str, float] = field(default_factory=dict)
    phases: dict[str, float] = field(default_factory=dict)

    @property
    def exit_code(self) -> Exit:
        """Give 1 for a failure, 3 for rejects, 0 otherwise."""
        if self.failures:
            return Exit.FAILED
        return Exit.REJECTS if self.ledger and self.ledger.rejected else Exit.DONE

    def as_dict(self) -> dict[str, object]:
        """Give the outcome as plain dicts, for JSON."""
        return {
            **asdict(self),
            "expectations": self.expectations.to_json() if self.expectations else None,
            "verification": self.verification.as_dict() if self.verification else None,
            "exit_code": int(self.exit_code),
        }


Inspect = Callable[[psycopg.Connection, str], None]


def migrate(
    target: Target,
    options: Options,
    *,
    inspect: Inspect | None = None,
    judge: bool = True,
    shape: str = "",
    began: float | None = None,
) -> Outcome:
    """Take the store of a target to the six tables, or try it in an ephemeral schema.

    Reads the key-value table; writes the final tables and our own schema, or, in a dry run, one
    ephemeral schema that is gone afterwards (`inspect` may look into it before). Without `judge`
    the expectations and the verifier are left out, for those who run them themselves. Each model
    is one transaction; a failing one leaves the later ones undone, and the next run goes on there.

    The run is a step of the history, and its end is told (scripts/run_account.py); a `shape` that
    is given says that it may begin. `began` is when the process did that is there for this run
    (time.monotonic): its start-up counts from then, or else from this call.

    Raises KvError when the run cannot begin, also where the road to a protected target is not
    finished. What fails during the run is in `Outcome.failures`.
    """
    options.checked()
    watch = Stopwatch() if began is None else Stopwatch(began)
    with accounted(target, options, shape) as account:
        run_id = account.step.run_id
        outcome = _migrate(target, options, run_id, watch, inspect=inspect, judge=judge)
        account.close(outcome)
        return outcome


def _migrate(
    target: Target,
    options: Options,
    run_id: str,
    watch: Stopwatch,
    *,
    inspect: Inspect | None,
    judge: bool,
) -> Outcome:
    corrections = find_corrections(options.corrections)
    log = RunLog(run_id)
    log.write("begin", target=target.name, options=asdict(options), corrections=corrections.digest)
    try:
        with connect(target, autocommit=True) as connection:
            for schema in dry_run.drop_left_behind(connection):
                log.write("dropped", schema=schema)
            keys = preflight.check(connection, target)
        warning = check_corrections(target, corrections)
        if warning:
            console.complain(f"WARNING  {warning}")
        outcome = Outcome(run_id, options.dry_run, keys)
        with _place(target, options, log) as schema:
            if not (schema or options.no_backup):
                _back_up(target, outcome, log, quiet=options.as_json)
            store_corrections(target, corrections, schema or target.work_schema)
            outcome.corrections = len(corrections.rows)
            run = Run(target, options, outcome, log, watch, schema, corrections.digest, judge)
            _take_over(run)
            if inspect:
                with connect(target, read_only=True) as connection:
                    inspect(connection, schema or target.work_schema)
        outcome.phases = watch.phases(outcome.seconds)
        log.write("phases", seconds=outcome.phases)
        log.write("end", exit_code=int(outcome.exit_code), failures=outcome.failures)
        return outcome
    except KvError as error:
        log.write("failed", message=error.message)
        raise
    except BaseException as error:
        log.write("interrupted", kind=type(error).__name__)
        # Where the database is gone as well, the next run finds out that this one is dead.
        with suppress(KvError, psycopg.Error), connect(target, autocommit=True) as connection:
            close_unfinished(connection, target, run_id)
        raise
    finally:
        log.close()


def _back_up(target: Target, outcome: Outcome, log: RunLog, *, quiet: bool) -> None:
    """Keep what a live run may change before it changes anything; no backup, no run."""
    from scripts.backup import backup

    with _timed(outcome, log, "backup"):
        outcome.backup = str(backup(target).folder)
    if not quiet:
        console.say(f"Backed up to {outcome.backup}")


@contextmanager
def _place(target: Target, options: Options, log: RunLog) -> Iterator[str]:
    """Give the ephemeral schema of a dry run, or none for a live one, which is alone at work."""
    if options.dry_run:
        with dry_run.ephemeral_schema(target) as schema:
            yield schema
    else:
        with run_lock(target, log.path.stem) as left_behind:
            if left_behind:
                log.write("ended", sessions=left_behind)
            yield ""


def _take_over(run: Run) -> None:
    """Build, check and prove; remember of a live run that went through what it was made from."""
    from scripts.expectation_report import failure_sentences
    from scripts.expectations import run_expectations
    from scripts.run_proof import write_proof
    from scripts.verify import verify

    target, outcome, log = run.target, run.outcome, run.log
    final, work = run.schema or target.final_schema, run.schema or target.work_schema
    memory = None if run.schema else Memory(run)
    if memory and not run.options.full:
        outcome.unchanged_since = memory.unchanged_since()
        log.write("unchanged", since=outcome.unchanged_since)
    built = build(run)
    if memory and built:
        memory.note()
    if built and run.judge:
        with _timed(outcome, log, "expectations"):
            outcome.expectations = run_expectations(target, final, True, work_schema=work)
        outcome.failures += failure_sentences(outcome.expectations)
        with _timed(outcome, log, "verify"):
            outcome.verification = verify(target, final, work)
        outcome.failures += outcome.verification.failures()
        write_proof(log, outcome.verification, outcome.expectations)
    if memory and not outcome.failures:
        memory.keep()
    with connect(target, read_only=True) as connection:
        run.watch.parts = read_parts(connection, work, outcome.run_id)
        try:
            outcome.ledger = read_ledger(connection, work, final, outcome.run_id)
        except psycopg.errors.UndefinedTable:
            outcome.ledger = None  # the build failed before there was a ledger
    if outcome.ledger:
        log.write("ledger", classes=outcome.ledger.classes)


@contextmanager
def _timed(outcome: Outcome, log: RunLog, part: str) -> Iterator[None]:
    """Measure one part of the run, into the outcome and the log, also when it fails."""
    start = time.monotonic()
    try:
        yield
    finally:
        outcome.seconds[part] = round(time.monotonic() - start, 2)
        log.write("part", name=part, seconds=outcome.seconds[part])


def print_outcome(outcome: Outcome, *, verbose: bool = False) -> None:
    """Print the report of a run, ending in one sentence that says how it went."""
    if outcome.ledger:
        print_ledger(outcome.ledger, dry_run=outcome.dry_run, verbose=verbose)
    if outcome.expectations:
        from scripts.expectation_report import print_expectations

        print_expectations(outcome.expectations)
    if outcome.verification:
        outcome.verification.print(verbose=verbose)
    if verbose:
        print_phases(outcome.phases)
    parts = ", ".join(f"{name} {seconds:.1f} s" for name, seconds in outcome.seconds.items())
    build = outcome.seconds.get("build", 0.0)
    speed = outcome.keys / build if build and not outcome.unchanged_since else 0.0
    rate = f"; the build did {speed:,.0f} keys a second" if speed >= 1 else ""
    console.say(f"Took {parts}{rate}.")
    for failure in outcome.failures:
        console.complain(f"FAILED  {failure}")
    console.say(_closing_sentence(outcome))
    if not outcome.failures:
        console.say(_next_step(outcome))


def _next_step(outcome: Outcome) -> str:
    if outcome.dry_run:
        return "Next: `invoke migrate` does it; docs/rejects tells of each reason what mends it."
    shown = "`invoke trace KEY` tells what became of one key, `invoke docs` draws the run"
    if outcome.ledger and outcome.ledger.rejected:
        return f"Next: `invoke rejects` tells what mends them, {shown}."
    return f"Next: {shown}."


def _closing_sentence(outcome: Outcome) -> str:
    name = f"{'Dry run' if outcome.dry_run else 'Run'} {outcome.run_id}"
    rejected = outcome.ledger.rejected if outcome.ledger else 0
    if outcome.failures:
        return f"{name} failed: {console.counted(len(outcome.failures), 'finding')} above."
    if rejected and outcome.dry_run:
        records = console.counted(rejected, "record")
        return (
            f"{name} is done: {records} would be rejected, for the reasons above."
            " Nothing was kept; a run keeps each with its document."
        )
    if rejected:
        return (
            f"{name} is done with {console.counted(rejected, 'reject')}; each stands in"
            " kv_to_tables.rejects with its document and every reason."
        )
    return f"{name} is done; every key is accounted for and nothing was rejected."
