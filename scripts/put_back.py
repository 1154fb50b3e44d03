"""Put rows back as runs found them: the steps `restore` and `insert` of a rollback."""

from __future__ import annotations

import psycopg
from psycopg import sql

from scripts.errors import KvError
from scripts.rollback_plan import Step
from scripts.settings import Target

_OLD = (
    "takeback cross join lateral jsonb_populate_record(null::{final}, takeback.before) as old"
    " where takeback.entity = {entity} and takeback.step = {step}"
)
_RELEASE = """
    update {final} as final
    set {column} = final.id::text
    from {old} and final.id = takeback.id and final.{column} is distinct from old.{column}
"""
_RESTORE = "update {final} as final set {assignments} from {old} and final.id = takeback.id"
_INSERT = """
    insert into {final} ({columns}) overriding system value select {values} from {old}
"""
# Of each column: whether every image has it, and whether an update may set it.
_COLUMNS = """
    select
        attname::text,
        atttypid in ('json'::regtype, 'jsonb'::regtype),
        attname::text = any({hashed_columns}({name}::regclass)),
        (
            select bool_and(takeback.before ? attname::text)
            from takeback
            where takeback.entity = {entity} and takeback.step = 'insert'
        )
    from pg_attribute
    where attrelid = {name}::regclass and attnum > 0 and not attisdropped and attgenerated = ''
    order by attnum
"""
# What stands there now beside what had to be put back, column by column of the image.
_UNLIKE = """
    select image.key, count(*)
    from takeback
    inner join {final} as final on takeback.id = final.id
    cross join lateral jsonb_populate_record(null::{final}, takeback.before) as old
    cross join lateral jsonb_each(to_jsonb(old)) as image
    where takeback.entity = {entity} and takeback.step in ('restore', 'insert')
        and image.key = any({columns})
        and takeback.before ? image.key
        and to_jsonb(final) -> image.key is distinct from image.value
    group by image.key
    order by image.key
"""


def hindered(entity: str, rows: int, what: str) -> KvError:
    """Give the error of rows that the server left as they were, without saying so."""
    return KvError(
        f"{rows:,} rows of {entity} could not be {what}: a trigger of the table keeps them as they"
        " are. Nothing was changed.",
        f"Switch that trigger off for the rollback, or leave {entity} out with --tables.",
    )


def put_back(
    connection: psycopg.Connection, target: Target, step: Step, names: dict[str, sql.Composable]
) -> None:
    """Put back rows as the runs found them, in every column that their image has.

    A column that came later keeps what it holds. Triggers that overwrite `updated_at` are off
    meanwhile, where we may switch them off. What stands there afterwards is compared. Reads the
    temporary table `takeback`, and writes one final table, in the caller's transaction.

    Raises KvError where a trigger keeps a row from being put back, or changes it.
    """
    hashed_columns = sql.Identifier(target.work_schema, "hashed_columns")
    columns = connection.execute(
        sql.SQL(_COLUMNS).format(hashed_columns=hashed_columns, **names)
    ).fetchall()
    settable = [(name, is_json) for name, is_json, can_be_set, _ in columns if can_be_set]
    inserted = [(name, is_json) for name, is_json, _, in_all in columns if in_all]
    triggers = connection.execute(
        sql.SQL("select tgname::text, tgenabled::text from {}({}::regclass)").format(
            sql.Identifier(target.work_schema, "touching_triggers"), names["name"]
        )
    ).fetchall()

    def switch(word: str) -> None:
        for name, state in triggers:
            how = "enable always" if word == "enable" and state == "A" else word
            connection.execute(
                sql.SQL("alter table {} {} trigger {}").format(
                    names["final"], sql.SQL(how), sql.Identifier(name)
                )
            )

    def old(word: str) -> sql.Composed:
        return sql.SQL(_OLD).format(step=sql.Literal(word), **names)

    switch("disable")
    for column in _unique_columns(connection, names):
        # Two rows may exchange a value, and PostgreSQL checks row by row; nobody sees this.
        connection.execute(sql.SQL(_RELEASE).format(old=old("restore"), column=column, **names))
    assignments = sql.SQL(", ").join(
        sql.SQL("{0} = case when takeback.before ? {1} then {2} else final.{0} end").format(
            sql.Identifier(name), sql.Literal(name), _old_value(name, is_json)
        )
        for name, is_json in settable
    )
    restored = connection.execute(
        sql.SQL(_RESTORE).format(old=old("restore"), assignments=assignments, **names)
    ).rowcount
    if restored < step.restore:
        raise hindered(step.entity, step.restore - restored, "restored")
    if step.insert:
        brought_back = connection.execute(
            sql.SQL(_INSERT).format(
                old=old("insert"),
                columns=sql.SQL(", ").join(sql.Identifier(name) for name, _ in inserted),
                values=sql.SQL(", ").join(_old_value(*column) for column in inserted),
                **names,
            )
        ).rowcount
        if brought_back < step.insert:
            raise hindered(step.entity, step.insert - brought_back, "brought back")
    connection.execute("set constraints all immediate")
    switch("enable")
    compared = sql.Literal([name for name, _ in settable])
    for column, rows in connection.execute(sql.SQL(_UNLIKE).format(columns=compared, **names)):
        raise KvError(
            f"{rows:,} rows of {step.entity} came back with another {column}: a trigger of the"
            " table changes it. Nothing was changed.",
            f"Switch that trigger off for the rollback, or leave {step.entity} out with --tables.",
        )


def _old_value(name: str, is_json: bool) -> sql.Composed:
    """Read a column of the image; the null of JSON is told from that of SQL (image_of_row)."""
    if not is_json:
        return sql.SQL("old.{}").format(sql.Identifier(name))
    return sql.SQL("case when takeback.before -> '' ? {} then 'null' else old.{} end").format(
        sql.Literal(name), sql.Identifier(name)
    )


def _unique_columns(
    connection: psycopg.Connection, names: dict[str, sql.Composable]
) -> list[sql.Identifier]:
    """Give the text column that each unique index ends with, but for the primary key."""
    found = connection.execute(
        sql.SQL(
            "select distinct attname::text from pg_index inner join pg_attribute"
            " on attrelid = indrelid and attnum = indkey[indnkeyatts - 1]"
            " where indrelid = {name}::regclass and indisunique and not indisprimary"
            " and atttypid = 'text'::regtype order by 1"
        ).format(**names)
    )
    return [sql.Identifier(row[0]) for row in found]
