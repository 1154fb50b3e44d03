"""What the results file lists as issues, by how bad they are, and what it recommends."""

from __future__ import annotations

from dataclasses import dataclass

import psycopg
from psycopg import sql

from scripts.ledger_report import LedgerReport
from scripts.settings import Target

_RULES = """
select entity, rule, count(*) from {changes}
where rule not in ('withheld') group by 1, 2 order by 3 desc, 1, 2 limit 20
"""


@dataclass(frozen=True)
class Issue:
    """One kind of issue, how bad it is, and how many there are of it.

    `critical` is what is lost or wrong, `major` are records that are not in the tables, `minor` is
    worth reading.
    """

    severity: str
    what: str
    count: int


def read_issues(
    connection: psycopg.Connection, target: Target, ledger: LedgerReport
) -> list[Issue]:
    """Derive issues from reject reasons, classes and findings; reads only.

    Orphans and broken laws, the critical ones, come from the verifier.
    """
    found = [
        Issue("major", f"{one['entity']}: {one['code']}", _number(one["keys"]))
        for one in ledger.reasons
    ]
    if ledger.classes["unclassified"]:
        found.append(Issue("major", "keys of no known family", ledger.classes["unclassified"]))
    found += [
        Issue("minor", f"list {one['list_key']}: {one['finding']}", _number(one["members"]))
        for one in ledger.findings
    ]
    found += [
        Issue(
            "minor",
            f"{one['entity']}: field {one['field']} says other than {one['other_spelling_of']}",
            _number(one["unequal_records"]),
        )
        for one in ledger.leftovers
        if _number(one["unequal_records"])
    ]
    found += [
        Issue(
            "minor",
            f"{one['entity']}: rows of the application ({one['kind']})",
            _number(one["rows"]),
        )
        for one in ledger.conflicts
    ]
    changes = sql.Identifier(target.work_schema, "changes")
    for entity, rule, count in connection.execute(sql.SQL(_RULES).format(changes=changes)):
        found.append(Issue("minor", f"{entity}: values changed by the rule '{rule}'", count))
    return found


def _number(value: object) -> int:
    return int(str(value))
