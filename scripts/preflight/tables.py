"""The tables that are there already, against the contracts of `models/final`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from psycopg import sql

from scripts.connection import table_exists
from scripts.preflight.findings import OK, STOP, WARN, Finding, View, listed
from scripts.settings import ENTITIES

_RELATIONS = """
select relname::text, relkind::text from pg_class
where relnamespace = to_regnamespace(quote_ident(%s)) and relname = any(%s)
"""
_COLUMNS = """
select
    class.relname::text,
    attribute.attname::text,
    format_type(attribute.atttypid, attribute.atttypmod),
    attribute.attnotnull,
    attribute.atthasdef or attribute.attidentity <> '',
    attribute.attgenerated <> '' or attribute.attidentity = 'a'
from pg_attribute as attribute
inner join pg_class as class on attribute.attrelid = class.oid
where
    class.relnamespace = to_regnamespace(quote_ident(%s))
    and class.relname = any(%s)
    and attribute.attnum > 0
    and not attribute.attisdropped
order by class.relname, attribute.attnum
"""
_CONSTRAINTS = """
select
    class.relname::text,
    held.conname::text,
    pg_get_constraintdef(held.oid, true),
    held.contype::text,
    held.convalidated,
    array(
        select attname::text from unnest(held.conkey) as key (number)
        inner join pg_attribute on attrelid = held.conrelid and attnum = key.number
    )
from pg_constraint as held
inner join pg_class as class on held.conrelid = class.oid
where
    class.relnamespace = to_regnamespace(quote_ident(%s))
    and class.relname = any(%s)
    and held.contype in ('p', 'u', 'f', 'c', 'x')
"""
# A constraint's own index is told with the constraint.
_UNIQUE_INDEXES = """
select class.relname::text, array_agg(held.relname::text order by held.relname)
from pg_index
inner join pg_class as class on pg_index.indrelid = class.oid
inner join pg_class as held on pg_index.indexrelid = held.oid
where
    class.relnamespace = to_regnamespace(quote_ident(%s))
    and class.relname = any(%s)
    and pg_index.indisunique
    and not exists (select from pg_constraint where conindid = pg_index.indexrelid)
group by class.relname
order by array_position(%s, class.relname::text)
"""
_KINDS = {"v": "a view", "m": "a materialized view", "f": "a foreign table", "S": "a sequence"}


@dataclass(frozen=True)
class Column:
    """One column of a live table."""

    kind: str
    is_required: bool
    has_default: bool
    is_generated: bool


@dataclass(frozen=True)
class Constraint:
    """One constraint of a live table, as PostgreSQL writes it."""

    definition: str
    kind: str
    is_validated: bool
    columns: tuple[str, ...]


def names(view: View) -> Iterator[Finding]:
    """Say which of the six are there, which will be made, and whose name something else has."""
    schema = view.target.final_schema
    found = dict(view.rows(_RELATIONS, schema, list(ENTITIES)))
    for name in ENTITIES:
        kind = found.get(name, "r")
        if kind not in ("r", "p"):
            yield Finding(
                f"{name}",
                STOP,
                f"{schema}.{name} is {_KINDS.get(kind, 'no table')}; a run would drop it.",
                "Rename it, or set KV_FINAL_SCHEMA to another schema.",
            )
    missing = [name for name in ENTITIES if name not in found]
    if missing and found:
        yield Finding(
            "tables",
            WARN,
            f"{listed(missing)} are not in {schema}, others are; a run makes them.",
            "Check that KV_FINAL_SCHEMA is right, and how they came to be missing.",
        )
    elif missing:
        yield Finding("tables", OK, f"None of the six is in {schema}; a run makes them.")
    else:
        yield Finding("tables", OK, f"All six are in {schema}.")


def contracts(view: View) -> Iterator[Finding]:
    """Compare columns and constraints of each table that is there with its contract."""
    from scripts.verify.constraints import read_contract

    schema = view.target.final_schema
    columns: dict[str, dict[str, Column]] = {}
    for table, name, *facts in view.rows(_COLUMNS, schema, _tables(view)):
        columns.setdefault(table, {})[name] = Column(*facts)
    constraints: dict[str, dict[str, Constraint]] = {}
    for table, name, definition, kind, is_validated, parts in view.rows(
        _CONSTRAINTS, schema, _tables(view)
    ):
        constraints.setdefault(table, {})[name] = Constraint(
            definition, kind, is_validated, tuple(parts)
        )
    for table in _tables(view):
        contract = read_contract(table)
        found = list(_column_findings(table, contract.columns, columns.get(table, {})))
        found += _constraint_findings(
            table, schema, contract.constraints, set(contract.columns), constraints.get(table, {})
        )
        if all(finding.status == OK for finding in found):
            yield Finding(f"{table}: contract", OK, "Columns and constraints are what we write.")
        yield from found


def _tables(view: View) -> list[str]:
    found = dict(view.rows(_RELATIONS, view.target.final_schema, list(ENTITIES)))
    return [name for name in ENTITIES if found.get(name) in ("r", "p")]


def _column_findings(
    table: str, wanted: dict[str, tuple[str, bool]], there: dict[str, Column]
) -> Iterator[Finding]:
    check = f"{table}: columns"
    missing = [name for name in wanted if name not in there]
    if missing:
        yield Finding(
            check,
            STOP,
            f"{listed(missing)} are missing.",
            "Add them as docs/schema.sql has them: a run never alters a table of the application.",
        )
    for name, (kind, is_required) in wanted.items():
        live = there.get(name)
        if live is None:
            continue
        if live.kind != kind:
            remedy = f"Make it {kind}, or change the contract in models/final/{table}.yml."
            yield Finding(check, STOP, f"{name} is {live.kind}, we write {kind}.", remedy)
        if live.is_generated:
            remedy = "Take it out of the contract, or let it be a plain column."
            yield Finding(
                check, STOP, f"{name} is generated; nothing can be written to it.", remedy
            )
        if is_required and not live.is_required:
            yield Finding(check, WARN, f"{name} takes nulls; we never write one.", "Nothing to do.")
        elif live.is_required and not is_required:
            yield Finding(
                check,
                WARN,
                f"{name} takes no null, and a document may have none.",
                "One such row fails the whole table: count them with a dry run, or drop the rule.",
            )
    extra = {name: live for name, live in there.items() if name not in wanted}
    barred = [
        name
        for name, live in extra.items()
        if live.is_required and not live.has_default and not live.is_generated
    ]
    if barred:
        yield Finding(
            check,
            STOP,
            f"{listed(barred)} take no null, have no default, and are unknown to us.",
            "Give them a default: every row we insert would be refused.",
        )
    rest = [name for name in extra if name not in barred]
    if rest:
        told = f"{len(rest)} more of the application's own stay as they are: {listed(rest)}."
        yield Finding(check, OK, told)


def _constraint_findings(
    table: str,
    schema: str,
    wanted: dict[str, str],
    our_columns: set[str],
    there: dict[str, Constraint],
) -> Iterator[Finding]:
    from scripts.verify.constraints import plain

    check = f"{table}: constraints"
    path = re.compile(rf'(?<=REFERENCES )"?{re.escape(schema)}"?\.')
    # Where a parent's rows go, the children's follow or not: the application's own choice.
    live = {
        name: plain(path.sub("", held.definition)).partition("ondelete")[0]
        for name, held in there.items()
    }
    missing: list[str] = []
    renamed: list[str] = []
    other: list[str] = []
    for name, definition in wanted.items():
        rule = definition.partition("ondelete")[0]
        if live.get(name) == rule:
            continue
        if rule in live.values():
            renamed.append(name)
        else:
            (other if name in live else missing).append(name)
    if missing:
        remedy = "Without them the table takes rows that we would call broken; see docs/schema.sql."
        yield Finding(check, WARN, f"{listed(missing)} are not there.", remedy)
    if other:
        remedy = "A row that our rules let through may be refused, or the other way round: dry run."
        yield Finding(check, WARN, f"{listed(other)} say something else than ours.", remedy)
    if renamed:
        remedy = "The test assert_contract_constraints_exist looks for these names."
        yield Finding(check, WARN, f"{listed(renamed)} stand there under other names.", remedy)
    known = {definition.partition("ondelete")[0] for definition in wanted.values()}
    further = [
        name
        for name, held in there.items()
        if live[name] not in known
        and name not in other
        # A check of a table's own columns alone is met by their defaults.
        and our_columns.intersection(held.columns)
    ]
    if further:
        remedy = (
            "Our rules do not know them; one row that breaks one fails the table. Dry run first."
        )
        yield Finding(check, WARN, f"{listed(further)} are the application's own.", remedy)
    loose = [name for name, held in there.items() if not held.is_validated]
    if loose:
        remedy = "alter table ... validate constraint ...; rows that are there may break them."
        yield Finding(check, WARN, f"{listed(loose)} were never validated.", remedy)


def unique_indexes(view: View) -> Iterator[Finding]:
    """Name the unique indexes that are no constraints: rules that no verdict asks."""
    tables = list(ENTITIES)
    for table, names in view.rows(_UNIQUE_INDEXES, view.target.final_schema, tables, tables):
        yield Finding(
            f"{table}: unique indexes",
            WARN,
            f"{listed(names)} take each value once, by a rule that is none of ours.",
            "A record that breaks one is not written, and the run fails with it: dry run first.",
        )


def contents(view: View) -> Iterator[Finding]:
    """Count the rows that are there, and those among them that runs of ours inserted."""
    words = []
    has_written = table_exists(view.connection, view.target.work_schema, "written_rows")
    for name in _tables(view):
        table = sql.Identifier(view.target.final_schema, name)
        ours: sql.Composable = sql.SQL("0")
        if has_written:
            ours = sql.SQL(
                "(select count(distinct written.id) from {written} as written"
                " inner join {table} as own on written.id = own.id"
                " where written.entity = {name} and written.action = 'insert')"
            ).format(
                written=sql.Identifier(view.target.work_schema, "written_rows"),
                table=table,
                name=sql.Literal(name),
            )
        total, own = view.row(sql.SQL("select (select count(*) from {}), {}").format(table, ours))
        words.append(f"{name} {total:,}" + (f" ({own:,} ours)" if own else ""))
    if words:
        yield Finding("rows", OK, ", ".join(words) + ".")
