"""The whole look: every check in one read-only transaction, and its report."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass, field

from scripts import console
from scripts.connection import connect
from scripts.errors import Exit
from scripts.preflight import activity, claims, role, server, space, store, tables, triggers
from scripts.preflight.findings import OK, STOP, WARN, Finding, View
from scripts.settings import Target

# In the order of the report. Locks come before what would wait for them.
_CHECKS: tuple[tuple[str, Callable[[View], Iterable[Finding]]], ...] = (
    ("server", server.version),
    ("connection", server.pooler),
    ("encryption", server.encryption),
    ("connections", server.connections),
    ("timeouts", server.timeouts),
    ("role", role.role),
    ("privileges", role.privileges),
    ("neighbours", role.neighbours),
    ("places", role.places),
    ("row-level security", role.row_security),
    ("locks", activity.locks),
    ("open transactions", activity.open_transactions),
    ("store", store.store),
    ("tables", tables.names),
    ("contracts", tables.contracts),
    ("unique indexes", tables.unique_indexes),
    ("rows", tables.contents),
    ("triggers", triggers.triggers),
    ("listeners", triggers.listeners),
    ("space", space.space),
)
# Nothing here may wait long or keep others waiting.
_PATIENCE = (
    "set local statement_timeout = '60s'",
    "set local lock_timeout = '2s'",
    "set local jit = off",
    "set local work_mem = '64MB'",
)
_SHOWN = 25


@dataclass(frozen=True)
class Survey:
    """What all checks found, and the records that are most likely live rows already."""

    target: str
    findings: list[Finding] = field(default_factory=list)
    proposals: list[claims.Proposal] = field(default_factory=list)
    claims: dict[str, int] = field(default_factory=dict)

    @property
    def counts(self) -> dict[str, int]:
        """Count the findings by their status."""
        counted = Counter(finding.status for finding in self.findings)
        return {status: counted[status] for status in (OK, WARN, STOP)}

    @property
    def exit_code(self) -> Exit:
        """Give 1 when anything stops a run, 0 otherwise."""
        return Exit.FAILED if self.counts[STOP] else Exit.DONE

    def as_dict(self) -> dict[str, object]:
        """Give the survey as plain dicts, for JSON."""
        return {
            "target": self.target,
            "counts": self.counts,
            "findings": [asdict(finding) for finding in self.findings],
            "claims": self.claims,
            "proposals": [
                {**asdict(proposal), "correction": proposal.correction}
                for proposal in self.proposals
            ],
            "exit_code": int(self.exit_code),
        }


def take_survey(target: Target) -> Survey:
    """Look at a target in one read-only transaction, each check behind a savepoint.

    Opens two more connections for a moment, to tell a pooler from a session. What a check may not
    read, or would have to wait for, is a finding. Raises KvError when the target cannot be reached.
    """
    with connect(target, read_only=True) as connection:
        for setting in _PATIENCE:
            connection.execute(setting)
        view = View(connection, target)
        survey = Survey(target.name)
        for name, look in _CHECKS:
            survey.findings.extend(view.attempt(name, look))
        survey.findings.extend(view.attempt("collisions", lambda view: _collisions(view, survey)))
        return survey


def _collisions(view: View, survey: Survey) -> Iterator[Finding]:
    # Without a store, or one that cannot be read whole, there is nothing to compare.
    if any(each.check == "store" and each.status == STOP for each in survey.findings):
        return
    found = claims.read_claims(view)
    survey.proposals.extend(found.proposals)
    survey.claims.update(found.totals)
    yield from claims.collisions(found)


def print_survey(survey: Survey, *, verbose: bool = False) -> None:
    """Print the findings and the proposals as tables, ending in one sentence."""
    console.table(
        f"Preflight of '{survey.target}'",
        ["check", "is", "found", "what to do"],
        [[each.check, each.status, each.found, each.remedy] for each in survey.findings],
    )
    shown = survey.proposals if verbose else survey.proposals[:_SHOWN]
    if shown:
        console.table(
            "Most likely one record: correct its id to the live row's, or leave it rejected",
            ["key", "table", "live row", "matched by", "value", "claimed by"],
            [
                [
                    *(each.key, each.table, each.live_id, each.matched_by, each.value),
                    "one record" if each.claimants == 1 else f"{each.claimants} records",
                ]
                for each in shown
            ],
        )
        console.say("A line of a corrections file says so: key,id,<live row>,<reason>.")
    hidden = len(survey.proposals) - len(shown)
    if hidden:
        console.say(f"{hidden:,} more; --verbose shows all.")
    counts = survey.counts
    ending = "A run would stop or fail." if counts[STOP] else "Nothing stops a run."
    console.say(f"{counts[OK]} ok, {counts[WARN]} warnings, {counts[STOP]} stops. {ending}")
