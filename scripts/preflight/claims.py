"""Records of the store that claim a unique value of a live row: most likely the same thing.

Such a record is rejected (`slug_taken` and the like). Two sources: what the last run found, and the
store itself, read once. The second sees what a document states under any of its names; documents
that are JSON inside a JSON text, elements of lists and catalogs known only from a list are for a
run to see.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from psycopg import sql

from scripts.connection import table_exists
from scripts.masking import masked_text
from scripts.preflight.claims_query import CLAIMED, claims_query
from scripts.preflight.findings import OK, WARN, Finding, View

# Of each table so many are listed; beyond that they are no work for a person one by one.
LIMIT = 10_000
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


@dataclass(frozen=True)
class Claims:
    """The proposals, LIMIT a table at most, and how many there are of each table."""

    proposals: tuple[Proposal, ...] = ()
    totals: dict[str, int] = field(default_factory=dict)


def read_claims(view: View) -> Claims:
    """Give the collisions to come, from the store and from what the last run left; reads only.

    Records whose id the operator has corrected already (kv_to_tables.corrections) are left out.
    """
    found, totals = _of_store(view)
    for each in _of_last_run(view):
        # Of a table with more claims than are listed nobody knows whether this is one of them.
        if totals.get(each.table, 0) <= LIMIT and (each.table, each.key) not in found:
            found[each.table, each.key] = each
            totals[each.table] = totals.get(each.table, 0) + 1
    order = list(CLAIMED).index
    return Claims(
        tuple(sorted(found.values(), key=lambda each: (order(each.table), each.key))), totals
    )


def collisions(claims: Claims) -> Iterator[Finding]:
    """Count the claims by table."""
    if not claims.totals:
        yield Finding("collisions", OK, "No record claims a unique value of a live row.")
    for table, (column, _) in CLAIMED.items():
        total = claims.totals.get(table, 0)
        if not total:
            continue
        more = f" The first {LIMIT:,} are listed." if total > LIMIT else ""
        yield Finding(
            f"collisions: {table}",
            WARN,
            f"{column} of a live row; keys that claim one: {total:,}, to be rejected.{more}",
            "Where they are one record, correct its id to the live row's: the list follows.",
        )


def _of_last_run(view: View) -> Iterator[Proposal]:
    work = view.target.work_schema
    if not table_exists(view.connection, work, "rejects"):
        return
    query = sql.SQL(_LAST_RUN).format(rejects=sql.Identifier(work, "rejects"))
    for table, key, live_id, code in view.rows(query):
        yield Proposal(key, table, live_id, code.removesuffix("_taken"))


def _of_store(view: View) -> tuple[dict[tuple[str, str], Proposal], dict[str, int]]:
    live = _live_claims(view)
    if not live:
        return {}, {}
    # The planner knows nothing of the sizes of these steps: rows against rows would never end,
    # and a merge takes the first column it finds sorted.
    view.connection.execute("set local enable_nestloop = off")
    view.connection.execute("set local enable_mergejoin = off")
    query = claims_query(view.target, sql.SQL(" union all ").join(live), _uncorrected(view), LIMIT)
    found: dict[tuple[str, str], Proposal] = {}
    totals: dict[str, int] = {}
    for table, key, live_id, value, follows, claimants, total in view.rows(query):
        column, scope = CLAIMED[table]
        matched = column + (f" in its {scope.removesuffix('_id')}" if scope else "")
        if follows:
            matched += " (once the site is corrected)"
        found[table, key] = Proposal(key, table, live_id, matched, masked_text(value), claimants)
        totals[table] = total
    return found, totals


def _uncorrected(view: View) -> sql.Composable:
    """Give the condition that the operator has not corrected the id of a key."""
    if not table_exists(view.connection, view.target.work_schema, "corrections"):
        return sql.SQL("")
    return sql.SQL(
        " and not exists (select from {} as corrected"
        " where corrected.source_key = claims.key and corrected.field = 'id')"
    ).format(sql.Identifier(view.target.work_schema, "corrections"))


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
