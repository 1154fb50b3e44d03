"""What the bench prints: a table a size, the ratios that count, or JSON."""

from __future__ import annotations

from scripts import console
from scripts.bench.migration import Measured, measure
from scripts.errors import UsageError
from scripts.settings import PROTECTED, Target

_SMALLEST, _LARGEST = 1_000, 10_000_000


def bench_task(target: Target, sizes: str, *, as_json: bool) -> int:
    """Measure each size, print it when it is done, and give 0.

    Raises UsageError for sizes that are none and for a protected target.
    """
    if target.name in PROTECTED:
        raise UsageError(f"Target '{target.name}' is protected.", "Use embedded or dev.")
    measured = []
    for documents in sizes_of(sizes):
        if not as_json:
            console.say(f"{documents:,} documents: the store, the floor, the run …")
        measured.append(measure(target, documents))
        if not as_json:
            _print(measured[-1])
    if as_json:
        console.print_json([one.as_dict() for one in measured])
    return 0


def sizes_of(text: str) -> list[int]:
    """Read the sizes of --sizes; raises UsageError for one that is none."""
    sizes = [int(part) if part.strip().isdecimal() else 0 for part in text.split(",")]
    if not all(_SMALLEST <= size <= _LARGEST for size in sizes):
        raise UsageError(
            f"--sizes={text} is no list of sizes.",
            f"Use numbers from {_SMALLEST:,} to {_LARGEST:,}, like 1000,10000.",
        )
    return sizes


def _print(measured: Measured) -> None:
    seconds = {f"floor: {name}": value for name, value in measured.floor.items()}
    seconds["floor"] = measured.floor_seconds
    if measured.earlier:
        seconds["earlier script"] = measured.earlier
    for turn, command in (("first run", measured.first), ("second run", measured.second)):
        seconds.update({f"{turn}: {name}": value for name, value in command.phases.items()})
        seconds[turn] = command.seconds
    console.table(
        f"Seconds, {measured.documents:,} documents",
        ["part", "seconds"],
        [[name, round(value, 2)] for name, value in seconds.items()],
    )
    console.table(
        "Ratios within this run",
        ["of", "ratio"],
        [[name, ratio] for name, ratio in measured.ratios.items()],
    )
    first = measured.first
    console.say(
        f"{measured.documents / first.phases['build']:,.0f} documents a second in the build;"
        f" at most {first.driver_mib:,.0f} MiB in the driver and {first.server_mib:,.0f} MiB in the"
        " server;"
        f" the second run wrote {measured.second.rows_written:,} rows.\n"
    )
