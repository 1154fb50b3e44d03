"""What became of one key: document, class, staging, verdict, row, changes, leftovers, rebuilt."""

from scripts.trace.find import read_trace
from scripts.trace.journey import Change, Difference, Journey, Reason, Staged

__all__ = ["Change", "Difference", "Journey", "Reason", "Staged", "read_trace"]
