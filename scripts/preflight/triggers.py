"""What happens by itself when a row is written: triggers, rules, publications."""

from __future__ import annotations

from collections.abc import Iterator

from scripts.preflight.findings import OK, WARN, Finding, View, listed
from scripts.settings import ENTITIES, project_vars

_TRIGGERS = """
select
    class.relname::text,
    held.tgname::text,
    format('%%s.%%s', space.nspname, routine.proname),
    routine.prosecdef,
    held.tgenabled::text,
    held.tgtype & 1 = 1,
    held.tgtype & 2 = 2,
    held.tgtype & 4 = 4,
    held.tgtype & 16 = 16,
    routine.prosrc ~* %s
    or routine.proname = 'moddatetime' and encode(held.tgargs, 'escape') like 'updated\\_at%%'
from pg_trigger as held
inner join pg_class as class on held.tgrelid = class.oid
inner join pg_proc as routine on held.tgfoid = routine.oid
inner join pg_namespace as space on routine.pronamespace = space.oid
where
    not held.tgisinternal
    and class.relnamespace = to_regnamespace(quote_ident(%s))
    and class.relname = any(%s)
    and held.tgtype & (4 | 16) > 0
order by array_position(%s, class.relname::text), held.tgname
"""
_RULES = """
select class.relname::text, held.rulename::text from pg_rewrite as held
inner join pg_class as class on held.ev_class = class.oid
where
    class.relnamespace = to_regnamespace(quote_ident(%s))
    and class.relname = any(%s) and class.relkind in ('r', 'p')
"""
_PUBLICATIONS = """
select pubname::text, array_agg(tablename::text order by tablename) from pg_publication_tables
where schemaname = %s and tablename = any(%s) group by pubname
"""


def triggers(view: View) -> Iterator[Finding]:
    """Name the triggers that fire when a run writes, and say what they will do to its rows."""
    schema, tables = view.target.final_schema, list(ENTITIES)
    touch = project_vars()["touch_function"]
    found = view.rows(_TRIGGERS, touch, schema, tables, tables)
    if not found:
        yield Finding("triggers", OK, "None fires on a row we write.")
    stamps: dict[str, list[str]] = {}
    for table, name, function, definer, enabled, each_row, before, inserts, updates, stamp in found:
        if enabled in ("D", "R"):
            yield Finding(f"{table}: triggers", OK, f"{name} is switched off.")
        elif stamp and before and each_row and updates and not inserts:
            stamps.setdefault(function, []).append(table)
        else:
            yield _finding(table, name, function, definer, (each_row, before, inserts, updates))
    for function, names in stamps.items():
        yield Finding(
            "triggers: updated_at",
            WARN,
            f"{function} sets updated_at when a row of {listed(names)} is updated.",
            "A run that may (owner of the table) switches it off for the rows it updates; rows it"
            " inserts keep the record's own time in any case.",
        )


def _finding(
    table: str, name: str, function: str, definer: bool, when: tuple[bool, bool, bool, bool]
) -> Finding:
    each_row, before, inserts, updates = when
    moments = " and ".join(
        word for word, is_it in (("insert", inserts), ("update", updates)) if is_it
    )
    remedy = (
        "It may change or refuse our rows: read it, and compare a dry run with a copy."
        if before
        else "It sees every row we write: read whether it sends or logs anything, and how much."
    )
    if not definer:
        remedy += " It runs with the rights of our role."
    place = "before" if before else "after"
    rows = "each row" if each_row else "each statement"
    told = f"{name} calls {function} {place} {moments}, for {rows}."
    return Finding(f"{table}: triggers", WARN, told, remedy)


def listeners(view: View) -> Iterator[Finding]:
    """Name rules that rewrite our statements, and publications that send our rows on."""
    schema, tables = view.target.final_schema, list(ENTITIES)
    for table, rule in view.rows(_RULES, schema, tables):
        yield Finding(
            f"{table}: rules",
            WARN,
            f"The rule {rule} rewrites what we send to {table}.",
            "Read it: what is written may be something else than what we wrote.",
        )
    for publication, names in view.rows(_PUBLICATIONS, schema, tables):
        yield Finding(
            "publications",
            WARN,
            f"{publication} sends every row of {listed(names)} to its subscribers.",
            "Expect a burst there, as long as the run; stop listeners that act on new rows.",
        )
