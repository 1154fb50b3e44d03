"""What the documents of a sample share: one source of chance, one clock, names, and references.

Everything follows from the seed and from the order of the calls: no wall clock, no hash order.
Names are put together from invented parts, and every domain ends in `.example`.
"""

from __future__ import annotations

import random
import re
import uuid
from collections import Counter
from datetime import UTC, datetime, timedelta

from scripts.sample import words

ENVIRONMENT = "production"
# Stands in every secret of the sample, so that a search for it proves that none got out.
SECRET_MARK = "sample-secret-"  # noqa: S105 - the mark of made-up secrets is none itself

_BASE36 = "0123456789abcdefghijklmnopqrstuvwxyz"
_START_MS = 1_754_006_400_000  # 2025-08-01T00:00:00Z
_STEP_MS = 4_000
_DAY_MS = 86_400_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def slug_of(name: str) -> str:
    """Derive a slug as the application did."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")


def base36(number: int) -> str:
    """Write a number with the digits 0-9 and a-z."""
    digits = ""
    while number:
        number, digit = divmod(number, 36)
        digits = _BASE36[digit] + digits
    return digits or "0"


def iso(ms: int) -> str:
    """Write an instant as JavaScript does: ISO 8601 with milliseconds, in UTC."""
    return iso_seconds(ms)[:-1] + f".{ms % 1000:03}Z"


def iso_seconds(ms: int) -> str:
    """Write an instant as ISO 8601 in whole seconds, in UTC."""
    return (_EPOCH + timedelta(seconds=ms // 1000)).strftime("%Y-%m-%dT%H:%M:%SZ")


def iso_date(ms: int) -> str:
    """Write the day of an instant, in UTC."""
    return iso_seconds(ms)[:10]


def pg_time(ms: int) -> str:
    """Write an instant as PostgreSQL does in a session in UTC with DateStyle ISO."""
    text = iso(ms)[:-1].replace("T", " ").rstrip("0")
    return text.removesuffix(".") + "+00"


class World:
    """The state of one run of the generator."""

    def __init__(self, seed: int) -> None:
        """Start the clock and the source of chance."""
        self.random = random.Random(seed)  # noqa: S311 - samples must repeat, not surprise
        self._now = _START_MS
        self._serials: Counter[str] = Counter()

    def tick(self) -> int:
        """Move the clock on and give its milliseconds: no two calls give the same."""
        self._now += 1 + self.random.randrange(_STEP_MS)
        return self._now

    def later(self, ms: int, days: int = 60) -> int:
        """Give an instant after `ms`, at most so many days."""
        return ms + 1000 + self.random.randrange(days * _DAY_MS)

    def serial(self, name: str) -> int:
        """Count from 1, for each name on its own."""
        self._serials[name] += 1
        return self._serials[name]

    def letters(self, count: int) -> str:
        """Give so many random digits of base 36."""
        return "".join(self.random.choices(_BASE36, k=count))

    def uuid(self) -> str:
        """Give a random UUID of version 4."""
        return str(uuid.UUID(int=self.random.getrandbits(128), version=4))

    def text_id(self, prefix: str, ms: int, letters: int = 7) -> str:
        """Give an id as the application's factory made them: the time stands in it."""
        return f"{prefix}-{ms}-{self.letters(letters)}"

    def secret(self) -> str:
        """Give an invented secret that can be searched for."""
        return SECRET_MARK + self.letters(20)

    def company(self) -> str:
        """Give the name of a company that no earlier call has given."""
        number = self.serial("company") - 1
        name = f"{words.BRANDS[number % 24]} {words.TRADES[(number // 24 + number) % 24]}"
        return name if number < 576 else f"{name} {number // 576 + 1}"

    def occasion(self) -> str:
        """Give the name of a site that no earlier call has given."""
        return f"{self.random.choice(words.OCCASIONS)} {self.serial('occasion')}"

    def product(self) -> str:
        """Give the name of a product."""
        return f"{self.random.choice(words.QUALITIES)} {self.random.choice(words.THINGS)}"

    def person(self) -> tuple[str, str]:
        """Give a first and a last name."""
        return self.random.choice(words.FIRST_NAMES), self.random.choice(words.LAST_NAMES)

    def cents(self) -> int:
        """Give a price in cents."""
        return self.random.choice((500, 999, 1999, 2500, 4995, 12000)) + self.random.randrange(100)


def mail(name: str, domain: str) -> str:
    """Give an e-mail address for a name: plain letters only, in an .example domain."""
    local = slug_of(name).replace("-", ".")
    return f"{local or 'nobody'}@{slug_of(domain) or 'sample'}.example"
