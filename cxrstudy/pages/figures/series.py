"""Series: points with intervals, joined by a line."""

from collections.abc import Hashable, Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.transforms import ScaledTranslation, Transform

from cxrstudy.pages.figures.style import BROKEN, GREY, SMALL, Look, figure_of

APART = 5.0  # points between the bars of two series
FAR = 1e3  # how much farther than the farthest finite number an infinite bar goes


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


def bar_ends(rows: pd.DataFrame) -> pd.DataFrame:
    """Ends of intervals, ``low`` and ``high``; infinite ones are far outside of what is seen."""
    found = rows[["low", "high"]].astype(float)
    sizes = np.abs(rows[["estimate", "low", "high"]].to_numpy(np.float64))
    far = FAR * (1 + sizes[np.isfinite(sizes)].max(initial=0.0))
    return found.replace([-np.inf, np.inf], [-far, far])


def last_points(
    rows: pd.DataFrame, series: str, names: Sequence[Hashable]
) -> dict[Hashable, tuple[float, float]]:
    """Position of the last finite point of each series, from left to right; without one, none."""
    finite = rows[np.isfinite(rows["estimate"].to_numpy(np.float64))]
    found: dict[Hashable, tuple[float, float]] = {}
    for name in names:
        same = np.array([one == name for one in finite[series]], bool)
        own = finite[same].sort_values("x")
        if len(own):
            found[name] = float(own["x"].iloc[-1]), float(own["estimate"].iloc[-1])
    return found


def reference(axes: Axes, height: float, name: str) -> None:
    """Draw a broken reference line with its name at the left; the limits of the axes are final."""
    axes.axhline(height, color=GREY, linewidth=0.9, linestyle=BROKEN, zorder=0)
    low, high = axes.get_ylim()
    # Near the top of the axes the name goes below, where no title is.
    above = height < low + 0.85 * (high - low)
    axes.annotate(
        name, (0, height), (2, 2 if above else -2), axes.get_yaxis_transform(), "offset points",
        va="bottom" if above else "top", color=GREY, fontsize=SMALL,
    )  # fmt: skip


def _points(axes: Axes, rows: pd.DataFrame, look: Look, aside: float, line: str) -> None:
    moved = _moved(axes, aside)
    ends = bar_ends(rows)
    axes.vlines(
        rows["x"], ends["low"], ends["high"], color=look.colour, linewidth=1.4, transform=moved
    )
    finite = rows["estimate"].replace([-np.inf, np.inf], np.nan)
    axes.plot(
        rows["x"], finite, linestyle=line, marker=look.marker, color=look.colour,
        linewidth=1.8, markersize=6, transform=moved,
    )  # fmt: skip


def _moved(axes: Axes, points: float) -> Transform:
    scale = figure_of(axes).dpi_scale_trans
    return axes.transData + ScaledTranslation(points / 72, 0, scale)
