"""Which keys of the last run are of a class or an entity, or have a reason."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import psycopg
from psycopg import sql

from scripts import console
from scripts.connection import connect
from scripts.errors import UsageError
from scripts.ledger_report import CLASSES
from scripts.masking import Masker
from scripts.private_file import new_private
from scripts.project_files import seed_rows
from scripts.settings import ENTITIES, Target
from scripts.status import not_judged, refuse_taken_back

_KEYS = """
select source_key, coalesce(entity, ''), key_class, coalesce(reject_codes, ''),
    coalesce(winner_key, root_key, '')
from (
    select source_key, entity, key_class, reject_codes, winner_key, root_key from {key_ledger}
    union all
    select source_key, entity, key_class, reject_codes, winner_key, root_key from {element_ledger}
) as ledger
where
    ({of_class} = '' or key_class = {of_class})
    and ({of_entity} = '' or entity = {of_entity})
    and ({of_code} = '' or {of_code} = any(string_to_array(reject_codes, ',')))
order by key_class, entity, source_key collate "C"
"""
_COLUMNS = {
    "key": "key",
    "entity": "entity",
    "key_class": "class",
    "reasons": "reasons",
    "other_key": "winner or root",
}


@dataclass(frozen=True)
class Wanted:
    """Which keys: an empty text asks for any."""

    key_class: str = ""
    entity: str = ""
    code: str = ""

    def checked(self) -> Wanted:
        """Return it; raise UsageError for a word that no ledger has, with those it may have."""
        codes = sorted({row["code"] for row in seed_rows("reject_codes")})
        for option, word, known in (
            ("class", self.key_class, CLASSES),
            ("entity", self.entity, ENTITIES),
            ("code", self.code, codes),
        ):
            if word and word not in known:
                remedy = (
                    f"Choose one of: {', '.join(known)}."
                    if len(known) < 20
                    else "`invoke rejects` lists those of the last run, docs/rejects all."
                )
                raise UsageError(f"--{option}={word} is unknown.", remedy)
        return self


@dataclass(frozen=True)
class Key:
    """One key, or one element of a list; `other_key` is the copy that won, or the root."""

    key: str
    entity: str
    key_class: str
    reasons: str
    other_key: str


def read_keys(target: Target, wanted: Wanted, limit: int) -> tuple[list[Key], int]:
    """Read the keys that are wanted, at most `limit` of them (0: all), and how many there are.

    One read-only transaction. Raises KvError when no run has judged the store, or the last was
    taken back; UsageError for an unknown word.
    """
    with _asked(target, wanted) as (connection, query):
        counted = connection.execute(
            sql.SQL("select count(*) from ({}) as found").format(query)
        ).fetchone()
        limited = query + sql.SQL("limit {}").format(limit) if limit else query
        return [Key(*row) for row in connection.execute(limited)], counted[0] if counted else 0


def write_keys(target: Target, wanted: Wanted, path: Path) -> int:
    """Write all of them, as they are, into a CSV file readable by its owner alone; count them.

    Rows come by a cursor of the server's, a few thousand at a time. Raises what `read_keys` raises,
    and UsageError when there is such a file, or it cannot be made.
    """
    with _asked(target, wanted) as (connection, query), new_private(path) as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(_COLUMNS)
        count = 0
        with connection.cursor("keys") as cursor:
            cursor.itersize = 5_000
            for row in cursor.execute(query):
                writer.writerow(row)
                count += 1
    return count


@contextmanager
def _asked(target: Target, wanted: Wanted) -> Iterator[tuple[psycopg.Connection, sql.Composed]]:
    wanted.checked()
    names: dict[str, sql.Composable] = {
        name: sql.Identifier(target.work_schema, name) for name in ("key_ledger", "element_ledger")
    }
    query = sql.SQL(_KEYS).format(
        of_class=sql.Literal(wanted.key_class),
        of_entity=sql.Literal(wanted.entity),
        of_code=sql.Literal(wanted.code),
        **names,
    )
    with connect(target, read_only=True) as connection:
        refuse_taken_back(connection, target)
        try:
            yield connection, query
        except psycopg.errors.UndefinedTable:
            raise not_judged(target) from None


def masked(keys: list[Key]) -> list[Key]:
    """Mask what names a person in a key; secrets are masked for everybody."""
    masker = Masker()
    return [
        replace(
            one,
            key=masker.key(one.key),
            other_key=masker.key(one.other_key) if one.other_key else "",
        )
        for one in keys
    ]


def print_keys(keys: list[Key], total: int) -> None:
    """Print the keys as a table without its empty columns, and how many there are."""
    if keys:
        rows = [asdict(key) for key in keys]
        shown = [name for name in _COLUMNS if any(row[name] for row in rows)]
        console.table(
            f"{len(keys):,} of {console.counted(total, 'key')}, elements of lists among them",
            [_COLUMNS[name] for name in shown],
            [[row[name] for name in shown] for row in rows],
        )
    else:
        console.say("No key is of that kind.")
    if len(keys) < total:
        console.say("--limit=0 shows all.")
    if any("…" in key.key for key in keys):
        console.say("What names a person is masked; --out=FILE writes keys whole, for your eyes.")
