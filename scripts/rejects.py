"""The rejects of the last run, by reason and by root, with what would mend each."""

from __future__ import annotations

import csv
from dataclasses import asdict, dataclass
from pathlib import Path

import psycopg
from psycopg import sql

from scripts import console
from scripts.connection import connect
from scripts.corrections import HEADER
from scripts.private_file import new_private
from scripts.settings import Target
from scripts.status import not_judged, refuse_taken_back

_SHOWN = 25
_REASONS = """
select rejects.entity, said.code, count(*), coalesce(known.meaning, ''), coalesce(known.mend, '')
from {rejects} as rejects
cross join string_to_table(rejects.reject_codes, ',') as said (code)
left join {codes} as known on rejects.entity = known.entity and said.code = known.code
group by rejects.entity, said.code, known.meaning, known.mend
order by count(*) desc, rejects.entity, said.code
"""
# A record that waits for another names the key at the root; the root itself names none.
_ROOTS = """
select rejects.root_key, count(*), coalesce(max(root.reject_codes), 'soft deleted')
from {rejects} as rejects
left join {rejects_again} as root on rejects.root_key = root.source_key
where rejects.root_key is not null
group by rejects.root_key order by count(*) desc, rejects.root_key
"""
# One line for each reason that a correction can mend: not for a record that waits for another. The
# field is the one the document uses; where it states none, the name the application would use.
_TEMPLATE = """
select rejects.source_key, coalesce(array_to_string(used.path, '.'), usual.name, '$'), code
from {rejects} as rejects
inner join {records} as ledger on rejects.source_key = ledger.source_key
cross join string_to_table(rejects.reject_codes, ',') as code
cross join lateral (
    select regexp_replace(
        code,
        '_(missing|malformed|too_short|too_long|out_of_range|unmapped|ambiguous|taken|unknown)$', ''
    ) as word
) as said
left join lateral (
    select paths.field, paths.place from {paths} as paths
    where paths.entity = rejects.entity and paths.field in (said.word, said.word || '_id')
    order by length(paths.field) limit 1
) as named on true
left join {paths} as used
    on used.entity = rejects.entity and used.field = named.field
    and used.choice = substr(ledger.spelling, used.place, 1)
left join lateral (
    select array_to_string(paths.path, '.') as name from {paths} as paths
    where paths.entity = rejects.entity and paths.field = named.field
    order by paths.choice = '2' desc, paths.choice limit 1
) as usual on true
where code !~ '_(rejected|deleted)$'
order by rejects.entity, rejects.source_key, code
"""


@dataclass(frozen=True)
class Reason:
    """One reason of one entity: how many records have it, what it means, what mends it."""

    entity: str
    code: str
    records: int
    meaning: str
    mend: str


@dataclass(frozen=True)
class Root:
    """A record that others wait for: its key, how many, and what is wrong with it."""

    root_key: str
    waiting: int
    codes: str


@dataclass(frozen=True)
class Rejects:
    """All rejects of the last run. `template` has key, field and code of what can be mended."""

    records: int
    reasons: tuple[Reason, ...]
    roots: tuple[Root, ...]
    template: tuple[tuple[str, str, str], ...]

    def as_dict(self) -> dict[str, object]:
        """Give the counts as plain dicts, for JSON."""
        return {
            "records": self.records,
            "reasons": [asdict(reason) for reason in self.reasons],
            "roots": [asdict(root) for root in self.roots],
        }


def read_rejects(target: Target) -> Rejects:
    """Read the rejects of the last run in one read-only transaction.

    Raises KvError when no run has left any table of rejects, or the last one was taken back.
    """
    work = target.work_schema
    names = {
        "rejects": sql.Identifier(work, "rejects"),
        "rejects_again": sql.Identifier(work, "rejects"),
        "codes": sql.Identifier(work, "reject_codes"),
        "records": sql.Identifier(work, "record_ledger"),
        "paths": sql.Identifier(work, "field_paths"),
    }
    with connect(target, read_only=True) as connection:
        refuse_taken_back(connection, target)
        try:
            total = connection.execute(
                sql.SQL("select count(*) from {rejects}").format(**names)
            ).fetchone()
            reasons, roots, template = (
                connection.execute(sql.SQL(query).format(**names)).fetchall()
                for query in (_REASONS, _ROOTS, _TEMPLATE)
            )
        except psycopg.errors.UndefinedTable:
            raise not_judged(target) from None
    return Rejects(
        total[0] if total else 0,
        tuple(Reason(*row) for row in reasons),
        tuple(Root(*row) for row in roots),
        tuple((str(key), str(field), str(code)) for key, field, code in template),
    )


def write_template(rejects: Rejects, path: Path) -> int:
    """Write a corrections file to fill in, readable by its owner alone; return its lines.

    Raises UsageError when there is such a file: it may hold somebody's work.
    """
    lines = dict.fromkeys((key, field) for key, field, _ in rejects.template)
    with new_private(path) as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(HEADER)
        for key, field in lines:
            codes = ", ".join(
                code for other, its, code in rejects.template if (other, its) == (key, field)
            )
            writer.writerow((key, field, "", codes))
    return len(lines)


def print_rejects(rejects: Rejects, *, verbose: bool) -> None:
    """Print the reasons and the roots as tables."""
    limit = None if verbose else _SHOWN
    console.say(f"The last run rejected {console.counted(rejects.records, 'record')}.\n")
    if rejects.reasons:
        console.table(
            "Why, and what mends it",
            ["entity", "reason", "records", "meaning", "mend"],
            [list(asdict(reason).values()) for reason in rejects.reasons[:limit]],
        )
    if rejects.roots:
        console.table(
            "Records that others wait for: mend these and the others follow",
            ["root key", "waiting", "reasons"],
            [list(asdict(root).values()) for root in rejects.roots[:limit]],
        )
    if rejects.reasons:
        console.say("`invoke keys --class=rejected --code=REASON` lists the keys of a reason.")
    hidden = max(len(rejects.reasons), len(rejects.roots)) - _SHOWN
    if hidden > 0 and not verbose:
        console.say(f"{hidden:,} more lines; --verbose shows all.")
