"""What a copy did, for its task and the history."""

from __future__ import annotations

from dataclasses import dataclass, field

from scripts.errors import Exit


@dataclass
class Copied:
    """What a copy did: rows and sums by table, what was left out, what is wrong.

    `source_rows` is what the source held when the copy ended: another number than `rows` is what
    changed meanwhile.
    """

    run_id: str
    source: str
    target: str
    tables: list[dict[str, object]] = field(default_factory=list)
    resumed: bool = False
    notes: list[str] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def exit_code(self) -> Exit:
        """Give 1 where the copy is not what it should be."""
        return Exit.FAILED if self.failures else Exit.DONE
