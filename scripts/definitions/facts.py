"""What is known of a table: plain facts that a JSON file can hold."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True)
class Sequence:
    """A sequence that belongs to a column; `owned` tells a serial column from an identity one."""

    name: str
    type: str
    start: int
    increment: int
    last_value: int
    is_called: bool
    owned: bool


@dataclass(frozen=True)
class Column:
    """A column: the texts are SQL as the catalog prints it, names in them with their schema.

    `generated` is empty, `s` (stored) or `v` (virtual); `identity` is empty, `a` or `d`, as in
    pg_attribute. `default` is the expression, also of a generated column.
    """

    name: str
    type: str
    not_null: bool = False
    not_null_name: str | None = None
    default: str | None = None
    generated: str = ""
    identity: str = ""
    collation: str | None = None
    comment: str | None = None
    sequence: Sequence | None = None


@dataclass(frozen=True)
class Constraint:
    """A constraint; `kind` as in pg_constraint. `parent` is what a foreign key refers to.

    The definition of a foreign key is kept in the two parts around the name of its parent.
    """

    name: str
    kind: str
    definition: str
    parent: tuple[str, str] | None = None
    behind_parent: str = ""
    comment: str | None = None


@dataclass(frozen=True)
class Index:
    """An index that no constraint stands on; `method` begins with `USING`."""

    name: str
    unique: bool
    method: str
    comment: str | None = None


@dataclass(frozen=True)
class Trigger:
    """A trigger, its definition in the parts around table and function.

    `function_definition` is there when the function lives in the table's own schema and belongs
    to no extension: then it is copied along, from behind its name. `enabled` as in pg_trigger.
    `reads` are the relations that the function's text names.
    """

    name: str
    before_table: str
    between: str
    arguments: str
    enabled: str
    function: tuple[str, str]
    function_definition: str | None = None
    comment: str | None = None
    reads: tuple[str, ...] = ()


@dataclass(frozen=True)
class Table:
    """A table by all that defines it, and what of it will not be copied (`notes`)."""

    schema: str
    name: str
    columns: tuple[Column, ...]
    constraints: tuple[Constraint, ...] = ()
    indexes: tuple[Index, ...] = ()
    triggers: tuple[Trigger, ...] = ()
    comment: str | None = None
    row_security: bool = False
    force_row_security: bool = False
    notes: tuple[str, ...] = field(default=())

    @property
    def full_name(self) -> str:
        """Give `schema.name`, for sentences."""
        return f"{self.schema}.{self.name}"

    @property
    def stored_columns(self) -> tuple[Column, ...]:
        """Give the columns that hold what somebody wrote: all but the generated ones."""
        return tuple(column for column in self.columns if not column.generated)

    def as_dict(self) -> dict[str, Any]:
        """Give the facts as JSON has them."""
        return asdict(self)

    @staticmethod
    def from_dict(content: dict[str, Any]) -> Table:
        """Read what `as_dict` wrote.

        Raises KeyError or TypeError where the content is nothing of the kind.
        """
        return Table(
            **{
                **content,
                "columns": tuple(_column(part) for part in content["columns"]),
                "constraints": tuple(
                    Constraint(**{**part, "parent": _pair(part["parent"])})
                    for part in content["constraints"]
                ),
                "indexes": tuple(Index(**part) for part in content["indexes"]),
                "triggers": tuple(
                    Trigger(
                        **{
                            **part,
                            "function": _pair(part["function"]),
                            "reads": tuple(part.get("reads", ())),
                        }
                    )
                    for part in content["triggers"]
                ),
                "notes": tuple(content["notes"]),
            }
        )


def _column(part: dict[str, Any]) -> Column:
    sequence = Sequence(**part["sequence"]) if part["sequence"] else None
    return Column(**{**part, "sequence": sequence})


def _pair(part: list[str] | tuple[str, str] | None) -> tuple[str, str] | None:
    return (part[0], part[1]) if part else None
