"""What the bench prints and keeps: a table a size, every ratio with what is wanted, pictures."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

from scripts import console
from scripts.bench.criteria import Criterion, criteria
from scripts.bench.listing import Listing, measure_listing
from scripts.bench.migration import Measured, measure
from scripts.connection import connect
from scripts.errors import KvError, UsageError
from scripts.phases import PHASES
from scripts.settings import PROTECTED, ROOT, Target

_SMALLEST, _LARGEST = 1_000, 10_000_000


@dataclass
class Bench:
    """All that one bench has measured so far."""

    environment: dict[str, object]
    sizes: list[Measured] = field(default_factory=list)
    listing: Listing | None = None

    @property
    def criteria(self) -> list[Criterion]:
        """Give every ratio with the figure that is wanted."""
        return criteria(self.sizes, self.listing)

    def as_dict(self) -> dict[str, object]:
        """Give all of it as plain dicts, for JSON."""
        return {
            "environment": self.environment,
            "sizes": [one.as_dict() for one in self.sizes],
            "invoke_list": asdict(self.listing) if self.listing else None,
            "criteria": [one.as_dict() for one in self.criteria],
        }


def bench_task(target: Target, sizes: list[int], *, out: str, as_json: bool) -> int:
    """Measure each size, print it when it is done, keep all in a folder, and give 0.

    Writes `bench.json` and the pictures to `out`, or to `bench` in KV_RUNS_DIR, after each size, so
    that a large one that fails loses no small one.

    Raises UsageError for a protected target, KvError where the folder cannot be written and what
    `measure` raises.
    """
    if target.name in PROTECTED:
        raise UsageError(f"Target '{target.name}' is protected.", "Use embedded or dev.")
    folder = Path(out) if out else Path(os.environ.get("KV_RUNS_DIR", ROOT / "runs")) / "bench"
    bench = Bench(_environment(target))
    for documents in sizes:
        if not as_json:
            console.say(f"{documents:,} documents: the store, the floor, the runs …")
        bench.sizes.append(measure(target, documents))
        _keep(bench, folder)
        if not as_json:
            _print(bench.sizes[-1])
    bench.listing = measure_listing()
    written = _keep(bench, folder)
    if as_json:
        console.print_json(bench.as_dict())
    else:
        _print_criteria(bench.criteria)
        console.say(
            f"PostgreSQL {bench.environment['postgresql']}, {bench.environment['cores']} cores;"
            f" the load before was {bench.environment['load_before']}."
        )
        console.say(f"Wrote {', '.join(written)} to {folder}.")
    return 0


def sizes_of(text: str) -> list[int]:
    """Read a list of sizes, and give it in order; raise UsageError where it is none."""
    sizes = [int(part) if part.strip().isdecimal() else 0 for part in text.split(",")]
    if not all(_SMALLEST <= size <= _LARGEST for size in sizes):
        raise UsageError(
            f"--sizes={text} is no list of sizes.",
            f"Use numbers from {_SMALLEST:,} to {_LARGEST:,}, like 1000,10000.",
        )
    return sorted(set(sizes))


def _environment(target: Target) -> dict[str, object]:
    """Say what the figures were measured on; names nobody."""
    with connect(target, read_only=True) as connection:
        version = connection.info.server_version
    return {
        "postgresql": f"{version // 10_000}.{version % 10_000}",
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
        "cores": os.cpu_count(),
        # What others did when it began: near the number of cores, every ratio is in doubt.
        "load_before": round(os.getloadavg()[0], 1),
    }


def _keep(bench: Bench, folder: Path) -> list[str]:
    from scripts.bench.pictures import draw

    try:
        folder.mkdir(parents=True, exist_ok=True)
        text = json.dumps(bench.as_dict(), indent=2, default=str) + "\n"
        Path(folder, "bench.json").write_text(text, encoding="utf-8")
        return ["bench.json", *draw(bench.sizes, folder)]
    except OSError as error:
        raise KvError(
            f"The bench cannot write to {folder}: {error.strerror}.", "Name another with --out."
        ) from None


def _print(measured: Measured) -> None:
    runs = {
        "dry run": measured.dry_run,
        "first run": measured.first,
        "second run": measured.second,
    }
    others = {f"floor: {name}": value for name, value in measured.floor.items()}
    others["floor"] = measured.floor_seconds
    if measured.earlier:
        others["earlier script"] = measured.earlier
    others["copy to gzip"], others["backup"] = measured.copy, measured.backup.own
    others["bare deletes"], others["rollback"] = measured.deletes, measured.rollback.own
    console.table(
        f"Seconds by phase, {measured.documents:,} documents",
        ["phase", *runs],
        [
            [name, *(round(run.phases[name], 1) for run in runs.values())]
            for name in (*PHASES, "exit")
            if any(run.phases[name] for run in runs.values())
        ]
        + [["whole command", *(round(run.seconds, 1) for run in runs.values())]],
    )
    console.table(
        "Seconds beside them",
        ["of", "seconds"],
        [[name, round(s, 2)] for name, s in others.items()],
    )
    commands = {**runs, "backup": measured.backup, "rollback": measured.rollback}
    console.table(
        "Peak memory, MiB",
        ["command", "driver", "server"],
        [[name, round(one.driver_mib), round(one.server_mib)] for name, one in commands.items()],
    )
    console.table(
        "Documents a second",
        ["by", "documents"],
        [[name, round(value)] for name, value in measured.documents_per_second.items()],
    )


def _print_criteria(found: Sequence[Criterion]) -> None:
    console.table(
        "Ratios within this run (in brackets: wanted at another size)",
        ["of", "documents", "ratio", "at most", ""],
        [
            [
                one.name,
                one.at,
                round(one.value, 2),
                "" if one.wanted is None else f"{one.wanted:g}",
                one.verdict,
            ]
            for one in found
        ],
    )
