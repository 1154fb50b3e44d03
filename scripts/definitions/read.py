"""Read from the catalog how tables are defined; writes nothing."""

from __future__ import annotations

import psycopg
from psycopg import sql
from psycopg.rows import dict_row

from scripts.connection import table_exists
from scripts.definitions.facts import Column, Constraint, Index, Sequence, Table, Trigger
from scripts.errors import KvError
from scripts.preflight.security import stands_between
from scripts.settings import ENTITIES, Target

# Pinned in the transaction, for a pooler may drop what was set for the session. With this search
# path the catalog prints every name outside pg_catalog with its schema.
_PINS = {
    "search_path": "pg_catalog",
    "statement_timeout": "0",
    "idle_in_transaction_session_timeout": "0",
    "lock_timeout": "30s",
    "timezone": "UTC",
    "datestyle": "ISO, YMD",
    "intervalstyle": "postgres",
    "bytea_output": "hex",
    "extra_float_digits": "1",
}

_TABLE = (
    "select relkind::text as kind, relispartition or exists ("
    "  select from pg_inherits where inhrelid = c.oid or inhparent = c.oid) as inherits,"
    " relrowsecurity as row_security, relforcerowsecurity as force_row_security,"
    " obj_description(c.oid, 'pg_class') as comment,"
    " (select count(*) from pg_policy where polrelid = c.oid) as policies,"
    " (select count(*) from pg_rewrite where ev_class = c.oid) as rules,"
    " (select string_agg(distinct coalesce(r.rolname, 'public'), ', ')"
    "   from aclexplode(relacl) as a left join pg_roles as r on r.oid = a.grantee"
    "   where a.grantee <> relowner) as grantees"
    " from pg_class as c where c.oid = %(oid)s"
)
_COLUMNS = (
    "select attname::text as name, format_type(atttypid, atttypmod) as type,"
    " attnotnull and n.conname is null as not_null, attgenerated::text as generated,"
    " attidentity::text as identity, pg_get_expr(adbin, adrelid) as default,"
    " case when attcollation <> typcollation then"
    "   (select format('%%I.%%I', nspname, collname) from pg_collation as c"
    "     join pg_namespace as s on s.oid = collnamespace where c.oid = attcollation)"
    " end as collation,"
    " col_description(attrelid, attnum) as comment,"
    " (select conname::text from pg_constraint where conrelid = attrelid and contype = 'n'"
    "   and conkey = array[attnum] and convalidated) as not_null_name,"
    " pg_get_serial_sequence(format('%%I.%%I', %(schema)s::text, %(table)s::text), attname)"
    "   as sequence"
    " from pg_attribute join pg_type on pg_type.oid = atttypid"
    " left join pg_attrdef on adrelid = attrelid and adnum = attnum"
    " left join pg_constraint as n on n.conrelid = attrelid and n.contype = 'n'"
    "   and n.conkey = array[attnum] and not n.convalidated"
    " where attnum > 0 and not attisdropped and attrelid = %(oid)s order by attnum"
)
_SEQUENCE = (
    "select relname::text as name, format_type(seqtypid, null) as type, seqstart as start,"
    " seqincrement as increment from pg_sequence join pg_class on pg_class.oid = seqrelid"
    " where seqrelid = %s::regclass"
)
_CONSTRAINTS = (
    "select conname::text as name, contype::text as kind,"
    " pg_get_constraintdef(o.oid) as definition,"
    " s.nspname::text as parent_schema, p.relname::text as parent_table,"
    " case when contype = 'f' then format('%%I.%%I(', s.nspname, p.relname) end as parent_text,"
    " obj_description(o.oid, 'pg_constraint') as comment"
    " from pg_constraint as o left join pg_class as p on p.oid = confrelid and contype = 'f'"
    " left join pg_namespace as s on s.oid = p.relnamespace"
    " where (contype in ('p', 'u', 'x', 'c', 'f') or contype = 'n' and not convalidated)"
    " and conrelid = %(oid)s order by strpos('puxcnf', contype), conname"
)
_INDEXES = (
    "select relname::text as name, indisunique as unique, indisvalid as valid,"
    " pg_get_indexdef(indexrelid) as definition,"
    " format(' INDEX %%I ON %%I.%%I ', relname, %(schema)s::text, %(table)s::text) as head,"
    " obj_description(indexrelid, 'pg_class') as comment"
    " from pg_index join pg_class on pg_class.oid = indexrelid"
    " where not exists (select from pg_constraint where conindid = indexrelid"
    "   and contype in ('p', 'u', 'x') and conrelid = indrelid)"
    " and indrelid = %(oid)s order by relname"
)
_TRIGGERS = (
    "select tgname::text as name, tgenabled::text as enabled,"
    " pg_get_triggerdef(t.oid) as definition,"
    " format(' ON %%I.%%I ', %(schema)s::text, %(table)s::text) as table_text,"
    " format('EXECUTE FUNCTION %%I.%%I(', s.nspname, proname) as function_text,"
    " s.nspname::text as function_schema, proname::text as function_name,"
    " case when s.nspname = %(schema)s and not exists ("
    "   select from pg_depend where classid = 'pg_proc'::regclass and objid = p.oid"
    "   and deptype = 'e') then pg_get_functiondef(p.oid) end as function_definition,"
    " format('CREATE OR REPLACE FUNCTION %%I.%%I', s.nspname, proname) as function_head,"
    " obj_description(t.oid, 'pg_trigger') as comment,"
    # What it reads or writes is known to its text alone.
    " array(select distinct other.relname::text from pg_class as other"
    "   join pg_namespace as place on place.oid = other.relnamespace"
    "   where other.relkind in ('r', 'p', 'v', 'm', 'f') and place.nspname !~ '^pg_'"
    "   and place.nspname <> 'information_schema' and p.prosrc ~ ('\\m' || regexp_replace("
    "     other.relname, '([^a-zA-Z0-9_])', '\\\\\\1', 'g') || '\\M')"
    "   order by 1) as reads"
    " from pg_trigger as t join pg_proc as p on p.oid = tgfoid"
    " join pg_namespace as s on s.oid = pronamespace"
    " where not tgisinternal and tgrelid = %(oid)s order by tgname"
)


def pin(connection: psycopg.Connection) -> None:
    """Set, for the current transaction only, what every reading and copying must agree on.

    A lock is waited for 30 seconds, no longer; statements may take as long as they need.
    """
    connection.execute(
        "select set_config(name, value, true)"
        " from unnest(%s::text[], %s::text[]) as pins (name, value)",
        (list(_PINS), list(_PINS.values())),
    )


def known_tables(
    connection: psycopg.Connection, target: Target, *, own: bool
) -> list[tuple[str, str]]:
    """Give schema and name of the tables there are: the store, the six, parents first.

    With `own` also every logged ordinary table of our own schema, by name: what is unlogged there
    is built anew by each run.
    """
    wanted = [(target.kv_schema, target.kv_table)]
    wanted += [(target.final_schema, entity) for entity in ENTITIES]
    found = [place for place in wanted if table_exists(connection, *place)]
    if own:
        found += connection.execute(
            "select nspname::text, relname::text from pg_class"
            " join pg_namespace on pg_namespace.oid = relnamespace"
            " where nspname = %s and relkind = 'r' and relpersistence = 'p' order by relname",
            (target.work_schema,),
        ).fetchall()
    return list(dict.fromkeys(found))


def read_definitions(
    connection: psycopg.Connection, target: Target, *, own: bool = False
) -> list[Table]:
    """Read the definitions of `known_tables`, in the caller's transaction, which it pins."""
    pin(connection)
    return [
        read_definition(connection, schema, table)
        for schema, table in known_tables(connection, target, own=own)
    ]


def read_definition(connection: psycopg.Connection, schema: str, table: str) -> Table:
    """Read how a table is defined, in the caller's transaction, which must be pinned (`pin`).

    Raises KvError for a table that is partitioned or inherits: its rows lie in several tables; and
    for one of which row-level security hides rows from us: there is no copy with holes.
    """
    if stands_between(connection, schema, table):
        raise KvError(
            f"Row-level security hides rows of {schema}.{table} from us.",
            "Connect as the owner, as a role with BYPASSRLS, or let a policy show every row.",
        )
    found = connection.execute(
        "select to_regclass(format('%%I.%%I', %s::text, %s::text))::oid", (schema, table)
    ).fetchone()
    place = {"schema": schema, "table": table, "oid": found[0] if found else None}
    with connection.cursor(row_factory=dict_row) as cursor:
        facts = cursor.execute(_TABLE, place).fetchone()
        if facts is None:
            raise KvError(f"There is no table {schema}.{table}.")
        if facts["kind"] != "r" or facts["inherits"]:
            raise KvError(
                f"The table {schema}.{table} is partitioned or inherits;"
                " such tables cannot be copied here.",
                "Use pg_dump for this one.",
            )
        notes = _notes(facts, schema, table)
        indexes = cursor.execute(_INDEXES, place).fetchall()
        notes += [
            f"{schema}.{table}: the index {row['name']} is invalid and is not copied."
            for row in indexes
            if not row["valid"]
        ]
        return Table(
            schema=schema,
            name=table,
            columns=tuple(
                _column(connection, row) for row in cursor.execute(_COLUMNS, place).fetchall()
            ),
            constraints=tuple(
                _constraint(row) for row in cursor.execute(_CONSTRAINTS, place).fetchall()
            ),
            indexes=tuple(_index(row) for row in indexes if row["valid"]),
            triggers=tuple(_trigger(row) for row in cursor.execute(_TRIGGERS, place).fetchall()),
            comment=facts["comment"],
            row_security=facts["row_security"],
            force_row_security=facts["force_row_security"],
            notes=tuple(notes),
        )


def _notes(facts: dict[str, object], schema: str, table: str) -> list[str]:
    """Say what of a table is seen and not copied."""
    notes = []
    if facts["policies"]:
        notes.append(f"{schema}.{table}: {facts['policies']} row-level policies are not copied.")
    if facts["rules"]:
        notes.append(f"{schema}.{table}: {facts['rules']} rewrite rules are not copied.")
    if facts["grantees"]:
        notes.append(f"{schema}.{table}: the grants to {facts['grantees']} are not copied.")
    return notes


def _column(connection: psycopg.Connection, row: dict[str, object]) -> Column:
    sequence = str(row["sequence"]) if row["sequence"] else None
    return Column(**{**row, "sequence": _sequence(connection, sequence, str(row["identity"]))})  # type: ignore[arg-type]


def _sequence(connection: psycopg.Connection, name: str | None, identity: str) -> Sequence | None:
    if name is None:
        return None
    with connection.cursor(row_factory=dict_row) as cursor:
        facts = cursor.execute(_SEQUENCE, (name,)).fetchone()
        # The catalog gives the name quoted, with its schema.
        state = cursor.execute(
            sql.SQL("select last_value, is_called from {}").format(sql.SQL(name))
        ).fetchone()
    return Sequence(**(facts or {}), **(state or {}), owned=not identity)


def _constraint(row: dict[str, object]) -> Constraint:
    definition, parent = str(row["definition"]), None
    behind = ""
    if row["kind"] == "f":
        parent = (str(row["parent_schema"]), str(row["parent_table"]))
        definition, _, behind = definition.partition(f" REFERENCES {row['parent_text']}")
        behind = f"({behind}"
    comment = row["comment"]
    return Constraint(
        str(row["name"]),
        str(row["kind"]),
        definition,
        parent,
        behind,
        str(comment) if comment is not None else None,
    )


def _index(row: dict[str, object]) -> Index:
    _, _, method = str(row["definition"]).partition(str(row["head"]))
    comment = row["comment"]
    return Index(
        str(row["name"]), bool(row["unique"]), method, str(comment) if comment is not None else None
    )


def _trigger(row: dict[str, object]) -> Trigger:
    before, _, rest = str(row["definition"]).partition(str(row["table_text"]))
    between, _, arguments = rest.rpartition(str(row["function_text"]))
    function, comment = row["function_definition"], row["comment"]
    reads = row["reads"]
    return Trigger(
        reads=tuple(map(str, reads)) if isinstance(reads, list) else (),
        name=str(row["name"]),
        before_table=before,
        between=between,
        arguments=f"({arguments}",
        enabled=str(row["enabled"]),
        function=(str(row["function_schema"]), str(row["function_name"])),
        function_definition=(
            str(function).removeprefix(str(row["function_head"])) if function else None
        ),
        comment=str(comment) if comment is not None else None,
    )
