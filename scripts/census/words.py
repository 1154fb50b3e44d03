"""Words a key may show even when they are rare, and the names the project's own seed has for keys.

Nothing needs the seed: where it is absent, or knows nothing of a store, families stay unnamed.
"""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from pathlib import Path

from scripts.settings import ROOT

_SEED = ROOT / "seeds" / "key_families.csv"
_ENVIRONMENTS = ("development", "production", "staging", "test", "uat")
# What keys are commonly made of, and what names nobody: a rare word outside this list may be a
# person's, so it is shown as <word>.
_COMMON = """
    access account accounts active activity address addresses admin admins all api app archive audit
    backup balance batch billing booking bookings by cache cart carts categories category channel
    chat client clients code comment comments company config conn connection
    connections contact contacts count counter counters crm current customer
    customers daily data date day default demo dev device draft email employee employees env error
    event events export feature features file files flag flags group groups health history hourly id
    ids image images import inbox index info invoice invoices ip item items job jobs key keys last
    latest level limit list lock lock locks log login logs magic main map member members message
    messages meta metadata metrics migration month name names next note notes notification
    notifications one online order orders org otp owner page pages password payment payments pending
    permission permissions phone photo plan post posts preferences prefs price prices private prod
    product products profile profiles project projects public queue rate ratelimit recent record
    records ref report reports request requests reset result results review reviews role roles room
    rooms rule rules schedule score scores search secret sequence session sessions setting settings
    shop sign site sites slug snapshot staff stat state stats status stock store stores sub
    subscription subscriptions summary sync system tag tags task tasks team teams temp template
    templates tenant tenants theme ticket tickets tmp token tokens total totals type types unread
    usage user username users verification verify version versions view views wallet webhook
    webhooks week wishlist workspace year
"""


@dataclass(frozen=True)
class KnownFamily:
    """A row of the seed: its name, its pattern as a regex over shapes, how exact that is."""

    name: str
    shape: re.Pattern[str]
    exactness: int


def known_families(path: Path = _SEED) -> list[KnownFamily]:
    """Read the seed's patterns, the most exact first; nothing where there is no such file."""
    if not path.is_file():
        return []
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return sorted(
        (KnownFamily(row["family"], *_as_regex(row["pattern"])) for row in rows),
        key=lambda family: -family.exactness,
    )


def _as_regex(pattern: str) -> tuple[re.Pattern[str], int]:
    """Turn `client:<env>:<id>` into a regex, and count what it says: a word 100, <env> 10."""
    regex, exactness = "", 0
    for part in re.split(r"(<[a-z]+>)", pattern):
        if part == "<rest>":
            regex += ".+"
        elif part == "<env>":
            regex += f"(?:{'|'.join(_ENVIRONMENTS)})"
            exactness += 10
        elif part.startswith("<"):
            regex += "[^:]+"
            exactness += 1
        else:
            regex += re.escape(part)
            exactness += 100 * len(re.findall("[^:]+", part))
    return re.compile(regex), exactness


def name_of(shape: str, families: list[KnownFamily]) -> str | None:
    """Give the name the seed has for keys of a shape, or nothing."""
    return next((each.name for each in families if each.shape.fullmatch(shape)), None)


def vocabulary(path: Path = _SEED) -> list[str]:
    """Give every word that may be shown however rare it is."""
    words = {*_COMMON.split(), *_ENVIRONMENTS}
    if path.is_file():
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                literal = re.sub("<[a-z]+>", "", row["pattern"])
                words |= {part for part in literal.split(":") if part}
                # `hris_connection_` stands for a key that is split at its underscores.
                words |= set(re.findall("[a-z]+", literal))
    return sorted(words)
