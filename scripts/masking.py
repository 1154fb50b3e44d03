"""What may be shown of a store: secrets never, persons only to somebody who asks on a terminal.

Shown is what is known to name nobody: numbers, truth values, instants, UUIDs, words of a
vocabulary, ids of clients, sites, catalogs and products. Any other text is masked, under whatever
name it stands, for nobody can list all the places in which a document may name a person.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Any

from scripts.key_patterns import first_segments, key_patterns
from scripts.settings import project_vars

WITHHELD = "[withheld]"
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_INSTANT = re.compile(
    r"\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d(:?\d\d)?)?)?", re.ASCII
)
# Names, in small letters and without `_` and `-`, under which a text names nobody.
_OPEN = frozenset(
    [
        "status",
        "type",
        "kind",
        "currency",
        "defaultcurrency",
        "sku",
        "externalsku",
        "externalid",
        "category",
        "brand",
        "slug",
        "environmentid",
        "environment",
        "clientid",
        "siteid",
        "catalogid",
        "giftid",
        "productid",
        "ordernumber",
        "clientcode",
        "sitecode",
        "syncstatus",
        "locale",
        "timezone",
        "language",
        "defaultlanguage",
        "authtype",
        "source",
        "sourcesystem",
        "validationmethod",
        "validationmethods",
        "ssoprovider",
        "price",
        "value",
        "cost",
        "msrp",
        "totalamount",
        "totalvalue",
        "totalprice",
        "itemvalue",
        "quantity",
        "availablequantity",
        "stock",
        "primarycolor",
        "secondarycolor",
        "tertiarycolor",
        "accentcolor",
        "carrier",
        "priority",
        "finding",
        "rule",
    ]
)
# Of goods and their catalogs, and of sites, the name is no person's.
_OPEN_HERE = {
    "catalogs": frozenset({"id", "name", "managedby"}),
    "clients": frozenset({"id"}),
    "orders": frozenset({"id"}),
    "products": frozenset({"id", "name", "features", "tags"}),
    "sites": frozenset({"id", "name"}),
}
# Under these names even a number tells of a person; inside them everything does.
_PERSONAL = re.compile(
    r"phone|mobile|fax|card|employee|user|customer|address|postal|zip|birth|salary|tax|contact|person"
    r"|recipient|(first|last|full)name|email|createdby|updatedby|deletedby|latitude|longitude"
)
_PLAIN_NAME = re.compile(r"[A-Za-z_$][A-Za-z_ .$-]{0,59}\d{0,3}")
_COMMON_SEGMENT = re.compile(
    r"(site|client|gift|catalog|brand|rule|history|delivery|order|by)[-_][\w-]*|all|latest|expiry|\d+"
)


def masked_text(value: str) -> str:
    """Give the first letter of a value and how long it is; of a short one that would be much."""
    first = value[:1] if len(value) > 3 else ""
    return f"{first}… ({len(value)} character{'' if len(value) == 1 else 's'})"


@cache
def secret_name() -> re.Pattern[str]:
    """Give what the name of a secret ends in (var `secret_names`), as the models understand it."""
    words = "|".join(project_vars()["secret_names"]).replace(" ", "[-_ ]?")
    return re.compile(f"({words})s?$", re.IGNORECASE | re.ASCII)


@cache
def _secret_in_text() -> re.Pattern[str]:
    words = "|".join(project_vars()["secret_names"]).replace(" ", "[-_ ]?")
    return re.compile(rf'"[^"]*({words})s?\\*" *:', re.IGNORECASE | re.ASCII)


def without_secrets(value: Any, name: str = "") -> Any:
    """Give a JSON value with everything that stands under a secret name withheld, at any depth.

    A text that is JSON itself with such a name in it is withheld as a whole; null, truth values
    and what is empty are no secrets.
    """
    if name and secret_name().search(name) and not isinstance(value, bool):
        return value if value in (None, "", [], {}) else WITHHELD
    if isinstance(value, dict):
        return {key: without_secrets(inside, key) for key, inside in value.items()}
    if isinstance(value, list):
        return [without_secrets(inside) for inside in value]
    if isinstance(value, str) and _secret_in_text().search(value):
        return WITHHELD
    return value


@dataclass(frozen=True)
class Masker:
    """Masks what is shown; with `show_persons` secrets alone."""

    show_persons: bool = False

    def value(self, entity: str | None, path: Sequence[str], value: Any) -> Any:
        """Mask one JSON value that stands under a path of names, the innermost last."""
        if any(secret_name().search(name) for name in path):
            value = without_secrets(value, next(n for n in path if secret_name().search(n)))
        else:
            value = without_secrets(value)
        if self.show_persons:
            return value
        return _masked(entity, tuple(map(_plain, path)), value)

    def document(self, entity: str | None, value: Any) -> Any:
        """Mask a whole document."""
        return self.value(entity, (), value)

    def stored(self, entity: str | None, key_class: str | None, value: Any) -> Any:
        """Mask what stands under a key: of a family that is a secret nothing is shown.

        A key that no pattern knows may be one: it is masked, whoever asks.
        """
        if key_class == "withheld":
            return WITHHELD
        if key_class in (None, "unclassified"):
            return Masker().document(entity, value)
        return self.document(entity, value)

    def name(self, name: str) -> str:
        """Mask the name of a field where it is none: an object may be keyed by persons.

        A number of at most four digits is a place in a list.
        """
        if self.show_persons or _PLAIN_NAME.fullmatch(name) or re.fullmatch(r"\d{1,4}", name):
            return name
        return masked_text(name)

    def key(self, key: str) -> str:
        """Mask a key of the store: ids of persons that are no UUID, and whatever no pattern knows.

        The rest of a key of a family that is withheld is always masked: it may be the token.
        """
        segments = key.split(":")
        known = next((row for row in key_patterns() if row.regex.fullmatch(key)), None)
        if known and known.key_class == "withheld":
            return f"{known.head}{masked_text(key[len(known.head) :])}"
        if self.show_persons:
            return key
        if known is None:
            element = re.fullmatch(r"([a-z]+:all):\d+", key)
            return key if element else ":".join(map(_unless_opaque, segments))
        if known.is_personal or known.pattern.endswith("<rest>"):
            # `employee:<site>:<id>`: what is no literal of the pattern, but for a site.
            parts = known.pattern.split(":")
            return ":".join(
                segment
                if place < len(parts) and parts[place] in (segment, "<env>", "<site>")
                else _unless_opaque(segment)
                for place, segment in enumerate(segments)
            )
        return ":".join(_unless_mail(segment) for segment in segments)


def _masked(entity: str | None, path: tuple[str, ...], value: Any) -> Any:
    if isinstance(value, dict):
        return {
            name if _PLAIN_NAME.fullmatch(name) else masked_text(name): _masked(
                entity, (*path, _plain(name)), inside
            )
            for name, inside in value.items()
        }
    if isinstance(value, list):
        return [_masked(entity, path, inside) for inside in value]
    if value is None or isinstance(value, bool) or value in ("", WITHHELD):
        return value
    is_personal = any(_PERSONAL.search(name) for name in path)
    if isinstance(value, (int, float, Decimal)):
        return masked_text(str(value)) if is_personal else value
    if _UUID.fullmatch(value) or (_INSTANT.fullmatch(value) and not is_personal):
        return value
    name = path[-1] if path else ""
    is_open = name in _OPEN or (len(path) == 1 and name in _OPEN_HERE.get(entity or "", ()))
    if is_open and not is_personal and "@" not in value and len(value) <= 120:
        return value
    return masked_text(value)


def _plain(name: str) -> str:
    return re.sub("[-_ ]", "", name).lower()


def _unless_mail(segment: str) -> str:
    return masked_text(segment) if "@" in segment else segment


def _unless_opaque(segment: str) -> str:
    """Mask a segment of a key that is no UUID, no number and no id of a site, gift or catalog."""
    is_open = (
        not segment
        or _UUID.fullmatch(segment)
        or _COMMON_SEGMENT.fullmatch(segment)
        or segment in first_segments()
        or segment in project_vars()["known_environments"]
    )
    return segment if is_open else masked_text(segment)


def readable(value: Any) -> str:
    """Write a masked value in one line, as JSON has it; nothing for nothing stated."""
    if isinstance(value, Decimal):
        return format(value, "f")
    return json.dumps(value, ensure_ascii=False, default=lambda each: float(each))


_IN_A_SENTENCE = re.compile(r"[\w.+-]+@[\w.-]+|[A-Za-z][\w-]*:[^\s,;'\"()]+")


def masked_sentence(sentence: str) -> str:
    """Mask the keys and the e-mail addresses that stand in a sentence."""

    def shown(match: re.Match[str]) -> str:
        found = match[0].rstrip(".")
        tail = match[0][len(found) :]
        if ":" in found and found.partition(":")[0] in first_segments():
            return Masker().key(found) + tail
        return (masked_text(found) if "@" in found else found) + tail

    return _IN_A_SENTENCE.sub(shown, sentence)
