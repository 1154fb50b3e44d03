"""Records of the store that claim a unique value of a live row: most likely the same thing.

Such a record is rejected (`slug_taken` and the like), or, an order, gets another number and stands
there twice. Two sources: what the last run found, and the store itself, read once. The second sees
what a document states under any of its names; documents that are JSON inside a JSON text, elements
of lists and catalogs known only from a list are for a run to see.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from psycopg import sql

from scripts.connection import table_exists
from scripts.preflight.claims_query import CLAIMED, claims_query
from scripts.preflight.findings import OK, WARN, Finding, View

_LAST_RUN = """
select entity, source_key, right(winner_key, 36), code
from {rejects} as rejects
cross join string_to_table(reject_codes, ',') as code
where starts_with(winner_key, 'the live row ') and code like '%\\_taken'
order by entity, source_key
"""


@dataclass(frozen=True)
class Proposal:
    """A record and a live row that are most likely one: a correction of `id` would say so.

    `value` is masked. `claimants` counts the records of the store that want the same live row:
    copies of one record count once.
    """

    key: str
    table: str
    live_id: str
    matched_by: str
    value: str = ""
    claimants: int = 1

    @property
    def correction(self) -> str:
        """Give the line of a corrections file that says they are one."""
        return f"{self.key},id,{self.live_id},the live row with the same {self.matched_by}"


def proposals(view: View) -> list[Proposal]:
    """Give the collisions to come, from the store and from what the last run left; reads only."""
    found = {(each.table, each.key): each for each in _of_last_run(view)}
    found.update({(each.table, each.key): each for each in _of_store(view)})
    return sorted(found.values(), key=lambda each: (list(CLAIMED).index(each.table), each.key))


def collisions(found: list[Proposal]) -> Iterator[Finding]:
    """Count the proposals by table."""
    if not found:
        yield Finding("collisions", OK, "No record claims a unique value of a live row.")
    for table in CLAIMED:
        ours = [each for each in found if each.table == table]
        if not ours:
            continue
        what = "rejected" if table != "orders" else "numbered anew, and there twice"
        yield Finding(
            f"collisions: {table}",
            WARN,
            f"{CLAIMED[table][0]} of a live row; keys that claim one: {len(ours):,}, to be {what}.",
            "Where they are one record, correct its id to the live row's: the list follows.",
        )


def _of_last_run(view: View) -> Iterator[Proposal]:
    work = view.target.work_schema
    if not table_exists(view.connection, work, "rejects"):
        return
    query = sql.SQL(_LAST_RUN).format(rejects=sql.Identifier(work, "rejects"))
    for table, key, live_id, code in view.rows(query):
        yield Proposal(key, table, live_id, code.removesuffix("_taken"))


def _of_store(view: View) -> Iterator[Proposal]:
    live = _live_claims(view)
    if not live:
        return
    rows = view.rows(claims_query(view.target, sql.SQL(" union all ").join(live)))
    claimants: dict[tuple[str, str], set[str]] = defaultdict(set)
    for table, _, live_id, _, own_id, _ in rows:
        claimants[table, live_id].add(own_id)
    for table, key, live_id, value, _, follows in rows:
        column, scope = CLAIMED[table]
        matched = column + (f" in its {scope.removesuffix('_id')}" if scope else "")
        if follows:
            matched += " (once the site is corrected)"
        yield Proposal(key, table, live_id, matched, masked(value), len(claimants[table, live_id]))


def masked(value: str) -> str:
    """Give the first letter of a value and how long it is."""
    return f"{value[:1]}… ({len(value)} characters)"


def _live_claims(view: View) -> list[sql.Composed]:
    """Give a query for each table that has the columns it takes, without rows of ours."""
    target = view.target
    columns = {
        (table, column)
        for table, column in view.rows(
            "select class.relname::text, attname::text from pg_attribute"
            " inner join pg_class as class on attrelid = class.oid"
            " where class.relnamespace = to_regnamespace(quote_ident(%s))"
            " and class.relname = any(%s) and class.relkind in ('r', 'p') and not attisdropped",
            target.final_schema,
            list(CLAIMED),
        )
    }
    has_written = table_exists(view.connection, target.work_schema, "written_rows")
    found = []
    for table, (column, scope) in CLAIMED.items():
        if not {(table, "id"), (table, column), (table, scope or "id")} <= columns:
            continue
        not_ours: sql.Composable = sql.SQL("")
        if has_written:
            not_ours = sql.SQL(
                " and not exists (select from {} as written where written.entity = {}"
                " and written.action = 'insert' and written.id::text = live.id::text)"
            ).format(sql.Identifier(target.work_schema, "written_rows"), sql.Literal(table))
        found.append(
            sql.SQL(
                "select {table}::text as entity, live.{column}::text as value,"
                " {scope} as scope, live.id::text as id from {name} as live"
                " where live.{column} is not null{not_ours}"
            ).format(
                table=sql.Literal(table),
                column=sql.Identifier(column),
                scope=sql.SQL("live.{}::text").format(sql.Identifier(scope))
                if scope
                else sql.SQL("''"),
                name=sql.Identifier(target.final_schema, table),
                not_ours=not_ours,
            )
        )
    return found
