"""Series: points with intervals, joined by a line, and their axes."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import NullLocator
from matplotlib.transforms import ScaledTranslation, Transform

from cxrstudy.pages.figures.style import BROKEN, GREY, SMALL, Look, figure_of
from cxrstudy.pages.figures.words import plain

APART = 5.0  # points between the bars of two series
FAR = 1e6  # end of infinite bars, outside the figure


def draw_points(axes: Axes, rows: pd.DataFrame, look: Look, aside: float = 0.0) -> None:
    """Draw estimates and their intervals.

    Parameters
    ----------
    axes
        Axes to draw into.
    rows
        Columns ``x``, ``estimate``, ``low``, ``high``.
    look
        Style of the series.
    aside
        Offset to the right, in points, so that bars of several series don't overlap.
    """
    _points(axes, rows, look, aside, "none")


def draw_line(axes: Axes, rows: pd.DataFrame, look: Look, aside: float = 0.0) -> None:
    """Draw estimates and their intervals, joined by a line; parameters of :func:`draw_points`."""
    _points(axes, rows, look, aside, "-")


def draw_hollow(axes: Axes, rows: pd.DataFrame, look: Look, aside: float = 0.0) -> None:
    """Draw as :func:`draw_points`, with hollow marks."""
    _points(axes, rows, look, aside, "none")
    axes.lines[-1].set_markerfacecolor("white")


def asides(count: int) -> list[float]:
    """Offsets to the right of several series, in points, centred at 0."""
    return [APART * (place - (count - 1) / 2) for place in range(count)]


def fit_heights(axes: Axes, table: pd.DataFrame, also: Sequence[float] = ()) -> None:
    """Set the limits so that all finite intervals are completely visible.

    Parameters
    ----------
    axes
        Axes whose vertical limits are set.
    table
        Columns ``low`` and ``high``.
    also
        Other heights that must be visible.
    """
    ends = table[["low", "high"]].to_numpy(np.float64)
    seen = [*ends[np.isfinite(ends)], *also]
    low, high = min(seen), max(seen)
    room = 0.06 * (high - low) or 0.01
    axes.set_ylim(low - room, high + room)


def fit_widths(axes: Axes, levels: Sequence[float], room: float) -> None:
    """Set the limits so that all levels are visible, with free space at each side.

    Parameters
    ----------
    axes
        Axes whose horizontal limits are set; the scale is unchanged.
    levels
        Positions of points.
    room
        Free space, as a fraction of the distance from the lowest to the highest level.
    """
    onto = axes.xaxis.get_transform()
    low, high = onto.transform(np.array([min(levels), max(levels)], np.float64))
    free = room * (high - low) or 0.1
    axes.set_xlim(*onto.inverted().transform(np.array([low - free, high + free])))


def reference(axes: Axes, height: float, name: str) -> None:
    """Draw a broken reference line with its name at the left."""
    axes.axhline(height, color=GREY, linewidth=0.9, linestyle=BROKEN, zorder=0)
    axes.annotate(
        name, (0, height), (2, 2), axes.get_yaxis_transform(), "offset points", va="bottom",
        color=GREY, fontsize=SMALL,
    )  # fmt: skip


def numbers_below(axes: Axes, values: Sequence[float], names: Sequence[str]) -> None:
    """Label numbers on the horizontal axis; omit labels that would touch the previous one."""
    figure_of(axes).draw_without_rendering()
    places = [axes.transData.transform((value, 0))[0] for value in values]
    width = SMALL * 0.7 * figure_of(axes).dpi / 72  # of a digit, with some space
    kept, reach = [], -np.inf
    for number in np.argsort(places):
        half = width * max(map(len, names[number].split("\n"))) / 2
        if places[number] - half > reach:
            kept.append(number)
            reach = places[number] + half
    axes.xaxis.set_minor_locator(NullLocator())
    axes.set_xticks([values[n] for n in kept], [names[n] for n in kept], fontsize=SMALL + 0.5)


def magnitudes_below(axes: Axes) -> None:
    """Label a logarithmic axis with plain round numbers instead of powers of ten."""
    low, high = axes.get_xlim()
    leading = (1, 2, 5) if high / low < 100 else (1,)
    powers = range(int(np.log10(low)) - 1, int(np.log10(high)) + 1)
    marks = [first * 10.0**power for power in powers for first in leading]
    seen = [mark for mark in marks if low <= mark <= high]
    numbers_below(axes, seen, [plain(mark) for mark in seen])


def _points(axes: Axes, rows: pd.DataFrame, look: Look, aside: float, line: str) -> None:
    moved = _moved(axes, aside)
    ends = rows[["low", "high"]].replace([-np.inf, np.inf], [-FAR, FAR])
    axes.vlines(
        rows["x"], ends["low"], ends["high"], color=look.colour, linewidth=1.4, transform=moved
    )
    axes.plot(
        rows["x"], rows["estimate"], linestyle=line, marker=look.marker, color=look.colour,
        linewidth=1.8, markersize=6, transform=moved,
    )  # fmt: skip


def _moved(axes: Axes, points: float) -> Transform:
    scale = figure_of(axes).dpi_scale_trans
    return axes.transData + ScaledTranslation(points / 72, 0, scale)
