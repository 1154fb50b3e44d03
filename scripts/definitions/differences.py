"""Say where two definitions of a table part."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Protocol

from scripts.definitions.facts import Table


class _Named(Protocol):
    @property
    def name(self) -> str: ...


def differences(wanted: Table, found: Table) -> list[str]:
    """Give a sentence for each part of `wanted` that `found` lacks or has otherwise, and back.

    Schemas do not count, nor the order of columns, nor how far a sequence has counted.
    """
    parts: list[str] = []
    kinds: list[tuple[str, Iterable[_Named], Iterable[_Named]]] = [
        ("column", _without_state(wanted), _without_state(found)),
        ("constraint", _local(wanted), _local(found)),
        ("index", wanted.indexes, found.indexes),
        ("trigger", _callers(wanted), _callers(found)),
    ]
    for kind, ours, theirs in kinds:
        left = {part.name: part for part in ours}
        right = {part.name: part for part in theirs}
        parts += [f"{kind} {name} is missing" for name in left if name not in right]
        parts += [f"{kind} {name} is added" for name in right if name not in left]
        parts += [
            f"{kind} {name} differs"
            for name, part in left.items()
            if name in right and right[name] != part
        ]
    for words, ours_too, theirs_too in (
        ("the comment", wanted.comment, found.comment),
        ("row-level security", wanted.row_security, found.row_security),
        ("forced row-level security", wanted.force_row_security, found.force_row_security),
    ):
        if ours_too != theirs_too:
            parts.append(f"{words} differs")
    return [f"{wanted.full_name}: {part}" for part in parts]


def _without_state(table: Table) -> list[_Named]:
    return [
        replace(
            column,
            not_null_name=None,
            default=None if column.sequence else column.default,
            sequence=replace(column.sequence, last_value=0, is_called=False)
            if column.sequence
            else None,
        )
        for column in table.columns
    ]


def _local(table: Table) -> list[_Named]:
    return [
        replace(constraint, parent=("", constraint.parent[1]) if constraint.parent else None)
        for constraint in table.constraints
    ]


def _callers(table: Table) -> list[_Named]:
    return [
        replace(
            trigger,
            function=("", trigger.function[1]) if trigger.function_definition else trigger.function,
            reads=(),
        )
        for trigger in table.triggers
    ]
