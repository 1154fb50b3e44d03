"""Writes a file that its owner alone can read."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TextIO

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


def new_private(path: Path) -> TextIO:
    """Open a new text file with mode 0600, in which line ends stay as they are written.

    Raises UsageError when there is such a file, for it may hold somebody's work, or it cannot be
    made.
    """
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise UsageError(f"There is a file '{path}' already.", "Name another.") from None
    except OSError as error:
        raise UsageError(f"'{path}' cannot be written: {error.strerror}.") from None
    return os.fdopen(descriptor, "w", encoding="utf-8", newline="")
