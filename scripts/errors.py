"""What can go wrong, as one sentence for the operator and one thing to do next."""

from __future__ import annotations

from enum import IntEnum


class Exit(IntEnum):
    """The exit codes of every task (docs/decisions, 18)."""

    DONE = 0
    FAILED = 1
    USAGE = 2
    REJECTS = 3


class KvError(Exception):
    """A failure the operator can act on.

    `message` says what happened, `remedy` what to do next; neither holds a password or a value
    of the store. `code` is what the process exits with.
    """

    def __init__(self, message: str, remedy: str = "", code: Exit = Exit.FAILED) -> None:
        """Keep the sentence, the remedy and the exit code."""
        super().__init__(message)
        self.message = message
        self.remedy = remedy
        self.code = code

    def __str__(self) -> str:
        """Give both sentences on one line."""
        return f"{self.message} {self.remedy}".strip()


class UsageError(KvError):
    """The command was called with something it cannot take; nothing was started."""

    def __init__(self, message: str, remedy: str = "") -> None:
        """Exit with 2, wrong usage."""
        super().__init__(message, remedy, Exit.USAGE)
