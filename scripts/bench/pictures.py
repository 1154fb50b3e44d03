"""The pictures of a bench: seconds by phase, documents a second, memory; PNG and SVG.

Drawn from what was measured alone: the same figures give the same SVG. The colours are those of
Okabe and Ito, which people with any colour vision can tell apart; what shares one has a hatching.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scripts.bench.migration import EARLIER_LIMIT, Measured

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_BLUE, _SKY, _GREEN, _ORANGE = "#0072B2", "#56B4E9", "#009E73", "#E69F00"
_RED, _PURPLE, _YELLOW, _GREY, _LIGHT = "#D55E00", "#CC79A7", "#F0E442", "#777777", "#D0D0D0"

# Colour and hatching of each phase, in the order of the bars.
_STYLE = {
    "start-up": (_GREY, ""),
    "set-up": (_LIGHT, ""),
    "capture": (_SKY, ""),
    "judge": (_BLUE, ""),
    "ledgers": (_GREEN, ""),
    "load": (_ORANGE, ""),
    "constraints": (_RED, ""),
    "indexes": (_PURPLE, ""),
    "laws": (_YELLOW, ""),
    "expectations": (_SKY, "////"),
    "round trip": (_GREEN, "////"),
    "report": (_GREY, "////"),
    "exit": (_GREY, "...."),
    "earlier script": (_LIGHT, "xxxx"),
}
# What the parts of the floor are in a run.
_FLOOR = {"load": "load", "keys": "constraints", "indexes": "indexes"}
# Where a value stands: points to the right and up, and the side of the text that is there. Lines
# that may meet have places of their own.
_ABOVE, _BELOW = (0.0, 11.0, "center"), (0.0, -12.0, "center")
_RIGHT, _LEFT = (8.0, -6.0, "left"), (-6.0, 8.0, "right")
_SETTINGS: dict[Any, Any] = {
    "svg.hashsalt": "kv-to-tables",
    "svg.fonttype": "none",
    "font.family": "sans-serif",
    "font.size": 10,
    "hatch.linewidth": 0.8,
    "axes.spines.top": False,
    "axes.spines.right": False,
}


def draw(measured: Sequence[Measured], folder: Path) -> list[str]:
    """Write three pictures, each as PNG and SVG, to a folder that is there; give their names."""
    import matplotlib as mpl

    ordered = sorted(measured, key=lambda one: one.documents)
    pictures = {
        "phases": _phases,
        "documents_per_second": _documents_per_second,
        "memory": _memory,
    }
    names = []
    with mpl.rc_context(_SETTINGS):
        for name, picture in pictures.items():
            figure = picture(ordered)
            for kind in ("png", "svg"):
                names.append(f"{name}.{kind}")
                figure.savefig(
                    folder / names[-1],
                    dpi=150,
                    # The moment of drawing is no part of the picture.
                    metadata={"Date": None} if kind == "svg" else None,
                )
    return names


def _figure(width: float, height: float) -> Figure:
    from matplotlib.figure import Figure

    return Figure(figsize=(width, height), layout="constrained")


def _phases(measured: list[Measured]) -> Figure:
    """Draw a row of bars for each size, on an axis of its own: a small one would not be seen."""
    from matplotlib.patches import Patch

    figure = _figure(10, 1.1 + 2.1 * len(measured))
    rows = figure.subplots(len(measured), 1, squeeze=False)
    for (axes,), one in zip(rows, measured, strict=True):
        bars: dict[str, dict[str, float]] = {
            "floor": {_FLOOR[name]: value for name, value in one.floor.items()},
            **({"earlier script": {"earlier script": one.earlier}} if one.earlier else {}),
            "first run": one.first.phases,
            "second run": one.second.phases,
            "dry run": one.dry_run.phases,
        }
        _stack(axes, bars)
        title = f"{one.documents:,} documents"
        if one.documents > EARLIER_LIMIT:
            title += f"  (the earlier script is run up to {EARLIER_LIMIT:,})"
        axes.set_title(title, loc="left", fontsize=10, fontweight="bold")
    rows[-1][0].set_xlabel("seconds")
    figure.legend(
        handles=[
            Patch(facecolor=colour, hatch=hatch, edgecolor="white", label=name)
            for name, (colour, hatch) in _STYLE.items()
        ],
        loc="outside lower center",
        ncols=7,
        frameon=False,
        fontsize=9,
    )
    figure.suptitle("Seconds by phase", x=0.01, ha="left", fontweight="bold")
    return figure


def _stack(axes: Axes, bars: dict[str, dict[str, float]]) -> None:
    longest = max(sum(parts.values()) for parts in bars.values())
    for place, parts in enumerate(bars.values()):
        left = 0.0
        for phase, (colour, hatch) in _STYLE.items():
            seconds = parts.get(phase, 0.0)
            if seconds:
                axes.barh(
                    place,
                    seconds,
                    left=left,
                    color=colour,
                    hatch=hatch,
                    edgecolor="white",
                    linewidth=0.6,
                )
                left += seconds
        axes.text(left + 0.008 * longest, place, f"{left:.1f} s", va="center", fontsize=9)
    axes.set_xlim(0, 1.09 * longest)
    axes.set_yticks(range(len(bars)), list(bars))
    axes.invert_yaxis()
    axes.tick_params(axis="y", length=0)


def _documents_per_second(measured: list[Measured]) -> Figure:
    figure = _figure(8, 5)
    axes = figure.subplots()
    styles = {
        "floor": (_GREY, "s", "--", _ABOVE),
        "build": (_BLUE, "o", "-", _RIGHT),
        "whole command": (_RED, "D", "-", _BELOW),
        "earlier script": (_PURPLE, "^", ":", _LEFT),
    }
    for name, (colour, marker, line, place) in styles.items():
        points = [
            (one.documents, one.documents_per_second[name])
            for one in measured
            if name in one.documents_per_second
        ]
        if points:
            _line(axes, points, name, place, color=colour, marker=marker, linestyle=line)
    axes.set_yscale("log")
    axes.margins(y=0.1)
    axes.yaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")
    axes.set_ylabel("documents a second (log scale)")
    _by_size(axes, measured)
    axes.set_title("Documents a second, by the size of the store", loc="left", fontweight="bold")
    return figure


def _memory(measured: list[Measured]) -> Figure:
    figure = _figure(8, 5)
    axes = figure.subplots()
    for name, colour, marker, line, values in (
        ("server", _BLUE, "s", "--", [one.first.server_mib for one in measured]),
        ("driver", _RED, "o", "-", [one.first.driver_mib for one in measured]),
    ):
        points = list(zip([one.documents for one in measured], values, strict=True))
        _line(axes, points, name, _ABOVE, color=colour, marker=marker, linestyle=line)
    # Room for the values above their points.
    axes.set_ylim(0, 1.1 * max(max(one.first.server_mib, one.first.driver_mib) for one in measured))
    axes.set_ylabel("peak memory of the first run (MiB)")
    _by_size(axes, measured)
    axes.set_title("Peak memory, by the size of the store", loc="left", fontweight="bold")
    return figure


def _line(
    axes: Axes,
    points: list[tuple[int, float]],
    name: str,
    place: tuple[float, float, str],
    **style: Any,
) -> None:
    """Draw a line with the value at a place beside each of its points, clear of other lines."""
    from matplotlib.patheffects import withStroke

    right, up, side = place
    axes.plot([size for size, _ in points], [value for _, value in points], label=name, **style)
    for size, value in points:
        axes.annotate(
            f"{value:,.0f}",
            (size, value),
            textcoords="offset points",
            xytext=(right, up),
            ha=side,
            va="center",
            fontsize=8,
            color="#333333",
            path_effects=[withStroke(linewidth=2.5, foreground="white")],
        )


def _by_size(axes: Axes, measured: list[Measured]) -> None:
    """Give the x axis the sizes that were measured, on a log scale, and name the lines."""
    sizes = [one.documents for one in measured]
    axes.set_xscale("log")
    axes.set_xticks(sizes, [f"{size:,}" for size in sizes])
    axes.set_xticks([], minor=True)
    axes.set_xlim(sizes[0] / 2, sizes[-1] * 2)
    axes.set_xlabel("documents in the store (log scale)")
    axes.grid(axis="y", color=_LIGHT, linewidth=0.6)
    axes.legend(frameon=False)
