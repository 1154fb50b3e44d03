"""What a run takes of the disk: an estimate, since SQL alone cannot ask how much is free."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import psycopg

from scripts.preflight.findings import OK, WARN, Finding, View
from scripts.settings import ENTITIES

# Measured on generated stores of 10,000 and 50,000 documents: after a run our own schema had 3.9
# and 3.6 times the size of the store, the six tables with their indexes 0.8 and 0.7 times, and 3.1
# times as much had gone through the log. A run after the first makes each table of ours beside the
# one it replaces, which takes the size of the largest, about one store, for a moment.
OF_STORE = 6.0
OF_LOG = 3.0
_SIZES = """
select
    coalesce(pg_total_relation_size(to_regclass(format('%%I.%%I', %s::text, %s::text))), 0),
    coalesce((
        select sum(pg_total_relation_size(oid)) from pg_class
        where
            relnamespace = to_regnamespace(quote_ident(%s))
            and relname = any(%s) and relkind in ('r', 'p')
    ), 0)::bigint
"""


def space(view: View) -> Iterator[Finding]:
    """Estimate the bytes a run needs; compare with what is free where that can be known."""
    target = view.target
    store, tables = view.row(
        _SIZES, target.kv_schema, target.kv_table, target.final_schema, list(ENTITIES)
    )
    needed, copied = int(store * OF_STORE), int(store * OF_STORE + tables)
    told = (
        f"The store takes {_size(store)}, the six tables {_size(tables)}. A run needs about"
        f" {_size(needed)} ({OF_STORE:g} times the store), a dry run {_size(copied)}; the log grows"
        f" by {_size(int(store * OF_LOG))}"
    )
    free = _free(view)
    if free is None:
        remedy = f"Check by hand that the server's disk has {_size(2 * copied)} free."
        yield Finding("space", WARN, f"{told}; what is free cannot be asked over SQL.", remedy)
    elif free < copied:
        yield Finding(
            "space", WARN, f"{told}; {_size(free)} are free.", "Free some, or use a larger disk."
        )
    else:
        yield Finding("space", OK, f"{told}; {_size(free)} are free.")


def _free(view: View) -> int | None:
    """Give the bytes free where the data lie, if the server is on this machine and says where."""
    if not view.target.host.startswith("/"):
        return None
    try:
        with view.connection.transaction():
            (folder,) = view.row("select current_setting('data_directory')")
    except psycopg.errors.InsufficientPrivilege:
        return None
    if not Path(folder).is_dir():
        return None
    facts = os.statvfs(folder)
    return facts.f_bavail * facts.f_frsize


def _size(count: int) -> str:
    value = float(count)
    for unit in ("bytes", "kB", "MB", "GB"):
        if value < 1024 or unit == "GB":
            return (
                f"{value:,.0f} {unit}" if unit == "bytes" or value >= 10 else f"{value:,.1f} {unit}"
            )
        value /= 1024
    return ""
