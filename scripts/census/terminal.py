"""The census in the terminal: the store, its families, what is remarkable, the largest families."""

from __future__ import annotations

from collections import Counter

from scripts import console
from scripts.census.report import SPELLINGS, Census, Family, Field

_FAMILIES = 25
_REMARKABLE = 15
_OF_ONE_FAMILY = 4
_IN_DETAIL = 5
_FIELDS = 15


def percent(share: float) -> str:
    """Give a share as a percentage; what is not all is never rounded to 100, nor a bit to 0."""
    if share in (0, 1):
        return f"{share:.0%}"
    return f"{min(max(share, 0.001), 0.999):.1%}"


def size(number: int) -> str:
    """Give a number of bytes in the unit that suits it."""
    amount = float(number)
    for unit in ("B", "kB", "MB"):
        if amount < 1000:
            return f"{amount:.0f} {unit}" if unit == "B" or amount >= 10 else f"{amount:.1f} {unit}"
        amount /= 1000
    return f"{amount:,.1f} GB"


def mix(counts: dict[str, int], *, alone: bool = False) -> str:
    """Give counts as `string 12, null 3`; a single one without its number unless `alone`."""
    if len(counts) == 1 and not alone:
        return next(iter(counts))
    return ", ".join(f"{name} {number:,}" for name, number in counts.items())


def spellings(found: Field) -> str:
    """Give the spellings of a field's texts and numbers in words."""
    return mix({SPELLINGS[name]: number for name, number in found.spellings.items()})


def label(found: Field) -> str:
    """Give the field's name, and for a placeholder how many names it stands for."""
    return f"{found.name} ({found.names:,} names)" if "<" in found.name else found.name


def remarks(family: Family) -> str:
    """Say what is particular about the documents of a family."""
    said = []
    if family.double_encoded:
        said.append(f"{family.double_encoded:,} double-encoded")
    if family.elements:
        lists = family.types["array"]
        said.append(f"{lists:,} list{'s' if lists > 1 else ''} of {family.list_of}")
    said += [f"{number:,} empty {sign}" for sign, number in family.empty.items()]
    return ", ".join(said)


def facts(census: Census) -> list[tuple[str, str]]:
    """Give the facts of the whole table, each with its words."""
    return [
        ("table", f"{census.table} (PostgreSQL {census.server})"),
        ("keys", f"{census.keys:,} in {len(census.families):,} families"),
        (
            "size",
            f"{size(census.document_bytes)} of JSON text, {size(census.table_bytes)} on disk",
        ),
        ("values", mix(census.types, alone=True) or "none"),
        ("double-encoded", f"{census.double_encoded:,}"),
        ("list keys", mix({f"of {what}": n for what, n in census.lists.items()}, alone=True)),
        (
            "keys split at",
            mix({_quoted(sign): n for sign, n in census.separators.items()}, alone=True),
        ),
        ("longest key", f"{census.longest_key:,} characters"),
        ("keys with unusual characters", mix(census.unusual_keys, alone=True) or "none"),
    ]


def _quoted(separator: str) -> str:
    return "nothing" if separator == "none" else f"'{separator}'"


def remarkable(census: Census) -> list[tuple[str, str, str]]:
    """Give family, field and what is odd about it: several types, or several spellings of times."""
    found: list[tuple[str, str, str]] = []
    for family in census.families:
        for names in family.spelled_alike:
            found.append((family.shape, ", ".join(names), "one field, several names"))
        for each in family.fields:
            types = {name: number for name, number in each.types.items() if "null" not in name}
            if len(types) > 1:
                found.append((family.shape, label(each), mix(types)))
    return found


def print_census(census: Census, *, verbose: bool) -> None:
    """Print the census as tables; `verbose` leaves nothing out."""
    console.table("The store", ["", ""], [[name, words or "none"] for name, words in facts(census)])
    if not census.families:
        console.say("The table is empty.")
        return
    shown = census.families if verbose else census.families[:_FAMILIES]
    console.table(
        "Key families" + _left_out(len(shown), len(census.families), "largest"),
        ["keys", "shape of the key", "values", "median", "largest"],
        [
            [
                each.keys,
                each.shape,
                "; ".join(filter(None, (mix(each.types), remarks(each)))),
                size(each.bytes.median),
                size(each.bytes.max),
            ]
            for each in shown
        ],
    )
    if census.spellings:
        console.table(
            "How texts and numbers are spelled",
            ["spelling", "values", "fields"],
            [
                [SPELLINGS[name], values, fields]
                for name, (values, fields) in census.spellings.items()
            ],
        )
    odd = remarkable(census)
    if odd:
        shown_odd = odd if verbose else _some_of_each(odd)
        console.table(
            "Fields of several types or names" + _left_out(len(shown_odd), len(odd), "first"),
            ["family", "field", "what it is"],
            [list(line) for line in shown_odd],
        )
    for family in census.families if verbose else census.families[:_IN_DETAIL]:
        if family.fields:
            _print_fields(family, None if verbose else _FIELDS)


def _some_of_each(lines: list[tuple[str, str, str]]) -> list[tuple[str, str, str]]:
    """Take the first lines, but few of one family, so that others are seen as well."""
    taken: Counter[str] = Counter()
    some = []
    for line in lines:
        taken[line[0]] += 1
        if taken[line[0]] <= _OF_ONE_FAMILY:
            some.append(line)
    return some[:_REMARKABLE]


def _print_fields(family: Family, limit: int | None) -> None:
    shown = family.fields[:limit]
    console.table(
        f"Fields of {family.shape}" + _left_out(len(shown), len(family.fields), "most frequent"),
        ["field", "in", "types", "null", "empty", "spellings"],
        [
            [
                label(each),
                percent(each.share),
                mix(each.types),
                percent(each.nulls),
                percent(each.empties),
                spellings(each),
            ]
            for each in shown
        ],
    )


def _left_out(shown: int, all_of_them: int, which: str) -> str:
    if shown == all_of_them:
        return ""
    return f" (the {shown:,} {which} of {all_of_them:,}; --verbose shows all)"
