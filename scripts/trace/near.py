"""What to offer for a key that is not there: keys that are near, but none that names a person."""

from __future__ import annotations

import difflib

from psycopg import sql

from scripts.errors import KvError, UsageError
from scripts.trace.tables import Tables

_OFFERED = 3
_READ = 20_000
_BEGINNINGS = "select distinct split_part(source_key, ':', 1) from {key_ledger}"
_SIBLINGS = """
select source_key from {key_ledger} where starts_with(source_key, {head})
order by source_key limit {read}
"""
_BY_ID = """
select source_key from {record_ledger} where record_id = {key} order by source_key limit {offered}
"""


def unknown_key(tables: Tables, asked: str) -> KvError:
    """Make the error for a key that neither store nor ledger has, with what to try instead.

    Offered are the keys of a record whose id was given, then keys that are spelt alike; a key that
    would have to be masked is none that could be typed.
    """
    shown = tables.masker.key(asked)
    by_id = tables.texts(_BY_ID, key=asked, offered=_OFFERED)
    remedy = "`invoke keys` lists the keys there are."
    if "…" in asked:
        remedy = "It is masked: `invoke keys --out=FILE` writes keys whole, for your eyes."
        return UsageError(f"'{asked}' is no key of the store of '{tables.target.name}'.", remedy)
    if by_id:
        remedy = _offer(tables, by_id, "The id of a record is no key; its keys are")
        shown = tables.masker.value("", ("key",), asked)
    else:
        head, colon, _ = asked.partition(":")
        beginnings = tables.texts(_BEGINNINGS)
        if colon and head in beginnings:
            keys = tables.texts(_SIBLINGS, head=f"{head}:", read=sql.Literal(_READ))
            close = [key for key in keys if key.startswith(asked)][:20]
            close = close or difflib.get_close_matches(asked, keys, n=20, cutoff=0.75)
            remedy = _offer(tables, close, "Near it are") if close else remedy
        else:
            close = difflib.get_close_matches(head, sorted(beginnings), n=_OFFERED, cutoff=0.7)
            if close:
                remedy = f"Keys begin with {', '.join(f'{each}:…' for each in close)}."
    return UsageError(
        f"The store of '{tables.target.name}' has no key '{shown}', and no row has that id.", remedy
    )


def _offer(tables: Tables, keys: list[str], words: str) -> str:
    open_keys = [key for key in keys if tables.masker.key(key) == key][:_OFFERED]
    if open_keys:
        return f"{words}: {', '.join(open_keys)}."
    shown = dict.fromkeys(tables.masker.key(key) for key in keys)
    return f"{words}: {', '.join(list(shown)[:_OFFERED])} (persons are masked)."
