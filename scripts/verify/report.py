"""What the verifier found, in sentences with counts; never a value of a document."""

from __future__ import annotations

from dataclasses import asdict, dataclass

PASSED, NOTED, FAILED, NOT_RUN = "passed", "noted", "failed", "could not run"
_OUTCOMES = (PASSED, NOTED, FAILED, NOT_RUN)


@dataclass(frozen=True)
class Check:
    """One law and how it stands. "noted" is worth reading and breaks no law.

    `sample_keys` are keys of the store; where a row has none, its id stands in.
    """

    group: str
    name: str
    outcome: str
    detail: str
    sample_keys: tuple[str, ...] = ()

    @property
    def passed(self) -> bool:
        """Whether the law holds: a check that could not run is not one that passed."""
        return self.outcome in (PASSED, NOTED)

    def __str__(self) -> str:
        """Give the finding in one line."""
        keys = f" ({', '.join(self.sample_keys)})" if self.sample_keys else ""
        ran = "" if self.outcome != NOT_RUN else "could not run: "
        return f"{self.name}: {ran}{self.detail}{keys}"


@dataclass(frozen=True)
class VerifyReport:
    """All checks, in the order they were made."""

    checks: tuple[Check, ...]

    @property
    def passed(self) -> bool:
        """Whether anything was checked and every law holds."""
        return bool(self.checks) and all(check.passed for check in self.checks)

    def failures(self) -> list[str]:
        """Give a sentence for each law that is broken or could not be checked."""
        return [f"verify {check}" for check in self.checks if not check.passed]

    def as_dict(self) -> dict[str, object]:
        """Give the report as plain dicts, for JSON."""
        checks = [asdict(check) | {"passed": check.passed} for check in self.checks]
        return {"passed": self.passed, "checks": checks}

    def print(self, *, verbose: bool = False) -> None:
        """Print a table of counts by group, then what is noted; with `verbose` every check."""
        from scripts import console

        groups = dict.fromkeys(check.group for check in self.checks)
        counts = {
            group: [check.outcome for check in self.checks if check.group == group]
            for group in groups
        }
        console.table(
            "Verified in SQL of its own",
            ["law", *_OUTCOMES],
            [
                [group, *(outcomes.count(outcome) for outcome in _OUTCOMES)]
                for group, outcomes in counts.items()
            ],
        )
        for check in self.checks:
            if verbose or check.outcome == NOTED:
                console.say(f"{check.outcome:<8} {check}")
