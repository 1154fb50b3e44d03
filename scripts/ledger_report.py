"""What a run did, read back from its ledger: counts only, no value of any document."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field

import psycopg
from psycopg import sql

from scripts import console
from scripts.connection import table_exists
from scripts.settings import ENTITIES

CLASSES = (
    "unclassified",
    "migrated",
    "merged",
    "rejected",
    "soft_deleted",
    "derived",
    "other_family",
    "other_environment",
    "withheld",
    "changed_while_running",
)
_SHOWN = 15
_RECORD_CLASSES = ("migrated", "merged", "rejected", "soft_deleted")


@dataclass
class LedgerReport:
    """The counts of one run. `entities` has a dict for each of the six, in their order."""

    run_id: str
    keys: int
    classes: dict[str, int]
    entities: list[dict[str, object]]
    reasons: list[dict[str, object]]
    roots: list[dict[str, object]]
    elements: list[dict[str, object]]
    findings: list[dict[str, object]]
    leftovers: list[dict[str, object]]
    changes: list[dict[str, object]]
    catch_up: list[dict[str, object]] = field(default_factory=list)
    conflicts: list[dict[str, object]] = field(default_factory=list)
    outlived: list[dict[str, object]] = field(default_factory=list)
    unclassified: list[str] = field(default_factory=list)

    @property
    def rejected(self) -> int:
        """Give the number of rejected records, elements of lists among them."""
        return sum(int(str(entity["rejected"])) for entity in self.entities)

    def as_dict(self) -> dict[str, object]:
        """Give the report as plain dicts, for JSON."""
        return asdict(self)


def read_ledger(
    connection: psycopg.Connection, work_schema: str, final_schema: str, run_id: str
) -> LedgerReport:
    """Read the counts of the last build; reads only, in the caller's transaction."""
    names = {
        "ledger": sql.Identifier(work_schema, "key_ledger"),
        "records": sql.Identifier(work_schema, "record_ledger"),
        "elements": sql.Identifier(work_schema, "element_ledger"),
        "findings": sql.Identifier(work_schema, "list_findings"),
        "leftovers": sql.Identifier(work_schema, "leftover_census"),
        "changes": sql.Identifier(work_schema, "changes"),
        "written": sql.Identifier(work_schema, "written_rows"),
        "key_changes": sql.Identifier(work_schema, "key_changes"),
        "conflicts": sql.Identifier(work_schema, "conflicts"),
        "outlived": sql.Identifier(work_schema, "outlived_rows"),
    }

    def rows(query: str, *values: object) -> list[tuple[object, ...]]:
        return connection.execute(sql.SQL(query).format(**names), values).fetchall()

    counts = {
        str(name): int(str(count))
        for name, count in rows("select key_class, count(*) from {ledger} group by key_class")
    }
    classes = {name: counts.get(name, 0) for name in CLASSES}
    by_entity = {
        (entity, name): int(str(count))
        for entity, name, count in rows(
            "select entity, key_class, count(*) from {records} group by entity, key_class"
        )
    }
    written = {
        (entity, action): int(str(count))
        for entity, action, count in rows(
            "select entity, action, count(*) from {written} where run_id = %s"
            " group by entity, action",
            run_id,
        )
    }
    entities = []
    for entity in ENTITIES:
        of_class = {name: by_entity.get((entity, name), 0) for name in _RECORD_CLASSES}
        inserted = written.get((entity, "insert"), 0)
        updated = written.get((entity, "update"), 0)
        entities.append(
            {
                "entity": entity,
                "read": sum(of_class.values()),
                **of_class,
                "inserted": inserted,
                "updated": updated,
                "left_alone": max(
                    0, _own_rows(connection, final_schema, names, entity) - inserted - updated
                ),
            }
        )
    return LedgerReport(
        run_id=run_id,
        keys=sum(counts.values()),
        classes=classes,
        entities=entities,
        reasons=_dicts(
            ("entity", "code", "keys"),
            rows(
                "select entity, code, count(*) from {records}"
                " cross join string_to_table(reject_codes, ',') as code"
                " group by entity, code order by count(*) desc, entity, code"
            ),
        ),
        roots=_dicts(
            ("root_key", "keys"),
            rows(
                "select root_key, count(*) from {records}"
                " where key_class = 'rejected' and root_key is not null"
                " group by root_key order by count(*) desc, root_key limit 10"
            ),
        ),
        elements=_dicts(
            ("list_key", "class", "elements"),
            rows(
                "select list_key, key_class, count(*) from {elements}"
                " group by list_key, key_class order by list_key, key_class"
            ),
        ),
        findings=_dicts(
            ("list_key", "finding", "members"),
            rows(
                "select case when list_key like '%%:all' then list_key"
                " else split_part(list_key, ':', 1) || ':…' end as list, finding, count(*)"
                " from {findings} group by list, finding order by count(*) desc, list, finding"
            ),
        ),
        leftovers=_dicts(
            ("entity", "field", "other_spelling_of", "records", "unequal_records"),
            rows(
                "select entity, field, coalesce(other_spelling_of, ''), records, unequal_records"
                " from {leftovers}"
                " order by records desc, entity, field"
            ),
        ),
        changes=_dicts(
            ("entity", "field", "rule", "values"),
            rows(
                "select entity, field, rule, count(*) from {changes}"
                " group by entity, field, rule"
                " order by count(*) desc, entity, field, rule"
            ),
        ),
        catch_up=_dicts(
            ("change", "keys"),
            rows("select change, count(*) from {key_changes} group by change order by change"),
        ),
        conflicts=_dicts(
            ("entity", "kind", "is_written", "rows"),
            rows(
                "select entity, kind, is_written, count(*) from {conflicts} where run_id = %s"
                " group by entity, kind, is_written order by entity, kind, is_written",
                run_id,
            ),
        ),
        # Found last of all: a build that failed before has none.
        outlived=_dicts(
            ("entity", "reason", "outcome", "rows"),
            rows(
                "select entity, reason, outcome, count(*) from {outlived}"
                " group by entity, reason, outcome order by entity, reason, outcome"
            )
            if table_exists(connection, work_schema, "outlived_rows")
            else [],
        ),
        unclassified=[
            str(row[0])
            for row in rows(
                "select split_part(source_key, ':', 1) || ':…' from {ledger}"
                " where key_class = 'unclassified' group by 1 order by 1 limit 10"
            )
        ],
    )


def _dicts(keys: tuple[str, ...], rows: list[tuple[object, ...]]) -> list[dict[str, object]]:
    return [dict(zip(keys, row, strict=True)) for row in rows]


def _own_rows(
    connection: psycopg.Connection,
    final_schema: str,
    names: dict[str, sql.Identifier],
    entity: str,
) -> int:
    """Count the final rows that this run's keys stand for."""
    if entity not in _tables(connection, final_schema):
        return 0
    row = connection.execute(
        sql.SQL(
            "select count(*) from {table} as final where exists ("
            "select 1 from {records} as ledger where ledger.target_id = final.id"
            " and ledger.entity = {entity} and ledger.key_class = 'migrated')"
            " or exists (select 1 from {written} as written where written.id = final.id"
            " and written.entity = {entity})"
        ).format(table=sql.Identifier(final_schema, entity), entity=sql.Literal(entity), **names)
    ).fetchone()
    return int(row[0]) if row else 0


def _tables(connection: psycopg.Connection, schema: str) -> set[str]:
    return {
        str(row[0])
        for row in connection.execute(
            "select tablename::text from pg_tables where schemaname = %s", (schema,)
        )
    }


def _remark(length: int, *, verbose: bool) -> str:
    if verbose or length <= _SHOWN:
        return ""
    return f" (the {_SHOWN} most frequent of {length}; --verbose shows all)"


def print_ledger(report: LedgerReport, *, dry_run: bool, verbose: bool) -> None:
    """Print the report as aligned tables: entities, classes, reasons, roots, changed values."""
    console.table(
        "Records, and the rows a run would write" if dry_run else "Records, and the rows written",
        ["entity", "read", "migrated", "merged", "rejected", "deleted", "insert", "update", "keep"],
        [list(entity.values()) for entity in report.entities],
    )
    shown = [[name.replace("_", " "), count] for name, count in report.classes.items() if count]
    console.table("Keys by class", ["class", "keys"], [*shown, ["sum = count(*)", report.keys]])
    elements = sum(int(str(row["elements"])) for row in report.elements)
    if elements:
        console.say(
            f"Elements of lists are records and no keys: {elements:,} of them count above and not"
            " in this sum.\n"
        )
    for title, key, headers in (
        ("Elements of lists, each a record of its own", "elements", ["list", "class", "elements"]),
        ("Where lists and records disagree", "findings", ["list", "finding", "members"]),
    ):
        found: list[dict[str, object]] = getattr(report, key)
        if found:
            limit = None if verbose else _SHOWN
            console.table(
                title + _remark(len(found), verbose=verbose),
                headers,
                [list(row.values()) for row in found[:limit]],
            )
    for title, found, headers in (
        ("Keys that are not as they were in the run before", report.catch_up, ["key", "keys"]),
        (
            "Rows the application wrote, changed or deleted",
            report.conflicts,
            ["entity", "row", "store wins", "rows"],
        ),
        (
            "Rows whose record is no longer there to be migrated",
            report.outlived,
            ["entity", "record", "row", "rows"],
        ),
    ):
        if found:
            console.table(title, headers, [list(row.values()) for row in found])
    if report.unclassified:
        console.say(f"No pattern knows these keys: {', '.join(report.unclassified)}\n")
    limit = None if verbose else _SHOWN
    if report.reasons:
        console.table(
            "Why records are rejected" + _remark(len(report.reasons), verbose=verbose),
            ["entity", "reason", "keys"],
            [list(reason.values()) for reason in report.reasons[:limit]],
        )
    if report.roots:
        console.table(
            "Where rejections began elsewhere",
            ["root key", "keys"],
            [list(root.values()) for root in report.roots],
        )
    if report.changes:
        console.table(
            "Values the document does not state" + _remark(len(report.changes), verbose=verbose),
            ["entity", "field", "rule", "values"],
            [list(change.values()) for change in report.changes[:limit]],
        )
    if report.leftovers:
        console.table(
            "Fields no column was read from" + _remark(len(report.leftovers), verbose=verbose),
            ["entity", "field", "other spelling of", "records", "unequal"],
            [list(row.values()) for row in report.leftovers[:limit]],
        )
