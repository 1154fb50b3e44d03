"""Why a copy lost to another key, and what says that a record is deleted: one sentence each."""

from __future__ import annotations

from typing import Any

from scripts.trace.tables import Tables

# Of typed records, what the rule of copies compares (macros/rules/merged_records.sql).
_COPIES = """
select source_key, to_char(stated_updated_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
    preference
from {typed} where source_key in ({loser}, {winner})
"""
_WINNER = "select key_class, reject_codes from {record_ledger} where source_key = {winner}"
# The names that macros/fields/is_deleted.sql asks, in its order.
_DELETED = ("deleted", "isDeleted", "is_deleted", "deletedAt", "deleted_at")


def why_merged(tables: Tables, entity: str, loser: str, winner: str) -> str:
    """Say what decided between two keys of one record, and where the winner is no row itself."""
    became = tables.row(_WINNER, winner=winner)
    ended = {"rejected": "was itself rejected", "soft_deleted": "is a deleted record"}
    fate = ""
    if became and became[0] in ended:
        codes = f" ({became[1].replace(',', ', ')})" if became[1] else ""
        fate = f" But the winner {ended[became[0]]}{codes}: no row holds this record."
    return f"{_decided(tables, entity, loser, winner)}{fate}".strip()


def _decided(tables: Tables, entity: str, loser: str, winner: str) -> str:
    """Say what decided; empty where a purge took what would tell."""
    if not tables.exists(f"typed_{entity}"):
        return ""
    rows = tables.rows(_COPIES, typed=tables.ours(f"typed_{entity}"), loser=loser, winner=winner)
    found = {key: (updated, preference) for key, updated, preference in rows}
    if set(found) != {loser, winner}:
        return ""
    (lost_at, lost_rank), (won_at, won_rank) = found[loser], found[winner]
    if won_at != lost_at:
        said = f"{lost_at} here" if lost_at else "this one states none"
        return f"The winner states the newer update: {won_at}, {said}."
    same = f"Both state the update {won_at}" if won_at else "Neither states an update"
    if won_rank != lost_rank:
        return f"{same}; the family of the winner comes first ({won_rank} before {lost_rank})."
    return f"{same}, and their family is the same; the winner has the smaller key."


def why_deleted(document: Any) -> str:
    """Say which field of a document makes its record a deleted one."""
    fields = document if isinstance(document, dict) else {}
    for name in _DELETED:
        value = fields.get(name)
        if value is True or value == "true" or (name.endswith(("At", "_at")) and value):
            return f"Its field `{name}` says so."
    return ""
