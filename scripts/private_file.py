"""Writes a file that its owner alone can read."""

from __future__ import annotations

import os

from scripts.errors import UsageError


def write_private(place: str, text: str) -> None:
    """Write a text file with mode 0600, in place of one that is there.

    Raises UsageError where it cannot be written.
    """
    try:
        descriptor = os.open(place, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        os.fchmod(descriptor, 0o600)
    except OSError as error:
        raise UsageError(f"'{place}' cannot be written: {error.strerror}.") from None
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
