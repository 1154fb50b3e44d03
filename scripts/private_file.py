"""Writes a file that its owner alone can read."""

from __future__ import annotations

import os
from pathlib import Path

from scripts.errors import UsageError


def put_private(path: Path | str, text: str) -> None:
    """Write a text file with mode 0600, in place of one that is there; raises OSError."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        os.fchmod(descriptor, 0o600)  # a file that was there may be open to others
        file.write(text)


def write_private(path: Path | str, text: str) -> None:
    """Write a text file as `put_private` does; raises UsageError where it cannot be written."""
    try:
        put_private(path, text)
    except OSError as error:
        raise UsageError(f"'{path}' cannot be written: {error.strerror}.") from None
