"""Times of both ways, their round trips, and whether they give the same answer."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from decimal import Decimal
from typing import Any

import psycopg
from psycopg import sql

from scripts.bench.queries.cases import CASES, Case
from scripts.bench.queries.client import KvClient
from scripts.bench.queries.picks import Picks, pick
from scripts.bench.queries.plans import Plan, read_plan
from scripts.bench.queries.tables import Tables, tables_of
from scripts.bench.queries.ways import Found, Way
from scripts.settings import ENTITIES, Target

ROUND_TRIP_MS = (0, 1, 10)
_ROUNDS = 9
_FEWEST = 3
_ENOUGH = 2.0  # seconds after which a slow way is not asked again, but for the fewest
EQUAL = "equal"
_ROWS_OF = """
select source_key, target_id from {ledger}
where source_key = any(%s) and key_class in ('migrated', 'merged')
"""


@dataclass(frozen=True)
class KvSide:
    """One of the application's ways: its round trips, its milliseconds here, how it answered.

    `verdict` is `equal`, `wrong` (its caps cut it off) or `different`; `remarks` say why.
    """

    way: str
    round_trips: int
    ms: float
    verdict: str
    remarks: tuple[str, ...]

    def at(self, round_trip: float) -> float:
        """Give its milliseconds where a round trip takes so many, by adding them up."""
        return self.ms + self.round_trips * round_trip


@dataclass(frozen=True)
class Measured:
    """One query measured both ways; milliseconds everywhere, one round trip on the tables."""

    case: Case
    rows: int
    ms: float
    plan: Plan
    sides: tuple[KvSide, ...]

    def ratio(self, side: KvSide, round_trip: float) -> float | None:
        """Give how many times quicker the tables are; None where the answers are not the same."""
        return side.at(round_trip) / (self.ms + round_trip) if side.verdict == EQUAL else None


@dataclass(frozen=True)
class Queries:
    """All queries of one store, and how they were measured.

    `whole_rows_ms` is the list of products with all its columns.
    """

    rows: dict[str, int]
    keys: int
    whole_rows_ms: float
    search_by: str
    collation: str
    measured: tuple[Measured, ...]
    not_asked: tuple[str, ...]
    picks: Picks = field(repr=False)

    def as_dict(self) -> dict[str, object]:
        """Give all of it as plain dicts, for JSON; no value of a document."""
        return {
            "rows": self.rows,
            "keys": self.keys,
            "whole_rows_ms": round(self.whole_rows_ms, 3),
            "search_by": self.search_by,
            "collation": self.collation,
            "not_asked": self.not_asked,
            "queries": [_as_dict(one) for one in self.measured],
        }


def measure_queries(connection: psycopg.Connection, target: Target, *, prepare: bool) -> Queries:
    """Measure every query on the store and the six tables of a target.

    Reads only, in the caller's transaction; a query the data has nothing for is named. Statements
    are prepared on both sides where `prepare` is set, on none otherwise: behind a pooler a
    prepared statement may meet another session.

    Raises KvError where no run is finished there.
    """
    picks = pick(connection, target)
    tables = tables_of(connection, target, picks, prepare=prepare)
    rows = {name: _count(connection, target.final_schema, name) for name in ENTITIES}
    measured, not_asked = [], []
    for case in CASES:
        if case.asks(picks):
            measured.append(_measure(connection, target, case, picks, tables, rows))
        else:
            not_asked.append(case.name)
    found = connection.execute(
        "select datcollate from pg_database where datname = current_database()"
    ).fetchone()
    return Queries(
        rows,
        _count(connection, target.kv_schema, target.kv_table),
        _median(lambda: tables.ask("list_whole").fetchall()),
        tables.search_by,
        found[0] if found else "",
        tuple(measured),
        tuple(not_asked),
        picks,
    )


def _measure(
    connection: psycopg.Connection,
    target: Target,
    case: Case,
    picks: Picks,
    tables: Tables,
    rows: dict[str, int],
) -> Measured:
    answer: list[tuple[Any, ...]] = []

    def ask() -> None:
        nonlocal answer
        answer = tables.ask(case.table).fetchall()

    ms = _median(ask)
    cursor = tables.ask(case.table)
    columns = [column.name for column in cursor.description or ()]
    wanted = _table_answer(case, columns, answer)
    sides = []
    for name, way in case.ways.items():
        client = KvClient(connection, target, prepare=tables.prepare)
        sides.append(_side(connection, target, name, way, client, picks, wanted))
    return Measured(case, len(answer), ms, read_plan(tables.plan(case.table), rows), tuple(sides))


def _side(
    connection: psycopg.Connection,
    target: Target,
    name: str,
    way: Way,
    client: KvClient,
    picks: Picks,
    wanted: object,
) -> KvSide:
    found: Found = []
    trips = 0

    def ask() -> None:
        nonlocal found, trips
        before = client.round_trips
        found = way(client, picks)
        trips = client.round_trips - before

    ms = _median(ask)
    given, remarks = _kv_answer(connection, target, found)
    remarks += [*client.caps, *client.notes]
    if given == wanted:
        return KvSide(name, trips, ms, EQUAL, tuple(remarks))
    if isinstance(given, frozenset) and isinstance(wanted, frozenset):
        told = f"{len(given - wanted):,} more and {len(wanted - given):,} fewer than the tables"
        remarks.insert(0, told)
    else:
        remarks.insert(0, f"it gives {_told(given)}, the tables {_told(wanted)}")
    return KvSide(name, trips, ms, "wrong" if client.caps else "different", tuple(remarks))


def _median(ask: Callable[[], object]) -> float:
    """Give the median of several rounds in milliseconds, after one that only warms up."""
    ask()
    taken: list[float] = []
    while len(taken) < _ROUNDS and (len(taken) < _FEWEST or sum(taken) < _ENOUGH):
        start = time.perf_counter()
        ask()
        taken.append(time.perf_counter() - start)
    return statistics.median(taken) * 1000


def _table_answer(case: Case, columns: list[str], answer: list[tuple[Any, ...]]) -> object:
    """Give the rows as a set of ids, or one row of values to two decimals."""
    if "id" not in columns:
        return tuple(_plain(value) for value in answer[0])[: 2 if case.table == "report" else 1]
    places = [columns.index("id")]
    if case.table == "site":
        places.append(columns.index("id_of_client"))
    return frozenset(row[place] for row in answer for place in places)


def _kv_answer(
    connection: psycopg.Connection, target: Target, found: Found
) -> tuple[object, list[str]]:
    """Give the records as the ids of their rows, and say how many have none; values as they are."""
    if isinstance(found, tuple):
        return tuple(_plain(value) for value in found), []
    ledger = sql.Identifier(target.work_schema, "record_ledger")
    ids: dict[str, Any] = dict(
        connection.execute(
            sql.SQL(_ROWS_OF).format(ledger=ledger), ([key for key, _ in found],)
        ).fetchall()
    )
    without = sum(key not in ids for key, _ in found)
    remarks = [f"{without:,} of its records have no row"] if without else []
    return frozenset(ids[key] for key, _ in found if key in ids), remarks


def _told(values: object) -> str:
    return " and ".join(f"{value:,}" for value in values) if isinstance(values, tuple) else "none"


def _plain(value: Any) -> Any:
    return round(float(value), 2) if isinstance(value, (float, Decimal)) else value


def _count(connection: psycopg.Connection, schema: str, table: str) -> int:
    query = sql.SQL("select count(*) from {}").format(sql.Identifier(schema, table))
    row = connection.execute(query).fetchone()
    return int(row[0]) if row else 0


def _as_dict(one: Measured) -> dict[str, object]:
    return {
        "query": one.case.name,
        "rows": one.rows,
        "table": {
            "round_trips": 1,
            "ms": {str(trip): round(one.ms + trip, 3) for trip in ROUND_TRIP_MS},
            "target_ms": one.case.target_ms,
            "plan": {**asdict(one.plan), "by_index": one.plan.is_by_index},
        },
        "kv": [
            {
                "way": side.way,
                "round_trips": side.round_trips,
                "ms": {str(trip): round(side.at(trip), 3) for trip in ROUND_TRIP_MS},
                "answer": side.verdict,
                "remarks": side.remarks,
                "times_quicker": {
                    str(trip): None if ratio is None else round(ratio, 1)
                    for trip in ROUND_TRIP_MS
                    for ratio in [one.ratio(side, trip)]
                },
            }
            for side in one.sides
        ],
    }
