"""Scales: limits, positions and numbers of axes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import NullLocator

from cxrstudy.base import numbers
from cxrstudy.pages.figures.gate import FigureError
from cxrstudy.pages.figures.style import GREY, SMALL, figure_of

ZERO_SAID = "0 is left of the dotted line, off the logarithmic scale"


def limits(table: pd.DataFrame, also: Sequence[float], room: float) -> tuple[float, float]:
    """Limits of an axis that shows all finite estimates and ends of intervals.

    Parameters
    ----------
    table
        Columns ``estimate``, ``low`` and ``high``.
    also
        Other numbers that must be visible.
    room
        Free space at each side, as a fraction of the width.

    Returns
    -------
    Lower and upper limit; 0 and 1 if there is nothing to show.
    """
    found = table[["estimate", "low", "high"]].to_numpy(np.float64)
    seen = [*found[np.isfinite(found)], *also]
    if not seen:
        return 0.0, 1.0
    low, high = min(seen), max(seen)
    # Numbers that are all alike have width too, in proportion to their size.
    free = room * (high - low) or max(0.01, 1e-3 * abs(high))
    return low - free, high + free


def fit_heights(axes: Axes, table: pd.DataFrame, also: Sequence[float] = ()) -> None:
    """Set the limits so that all finite intervals are completely visible.

    Parameters
    ----------
    axes
        Axes whose vertical limits are set.
    table
        Columns ``estimate``, ``low`` and ``high``.
    also
        Other heights that must be visible.
    """
    axes.set_ylim(*limits(table, also, room=0.06))
    found = table[["estimate", "low", "high"]].to_numpy(np.float64)
    if not np.isfinite(found).any() and not len(also):
        axes.set_yticks([])  # nothing stands at any height


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


@dataclass(frozen=True)
class Places:
    """Where values stand on an axis.

    Attributes
    ----------
    at
        Value to its position.
    zero
        Where zero stands on a logarithmic axis, on which it has no place; None where it needs none.
    """

    at: Mapping[float, float]
    zero: float | None = None

    @property
    def said(self) -> str:
        """Line for a caption that says where zero is, beginning with a line break."""
        return "" if self.zero is None else f"\n{ZERO_SAID}"

    def draw_break(self, axes: Axes) -> None:
        """Draw the dotted line between zero and the logarithmic scale."""
        if self.zero is None:
            return
        first = min(place for value, place in self.at.items() if value > 0)
        axes.axvline((self.zero * first) ** 0.5, color=GREY, linewidth=0.9, linestyle=":", zorder=0)


def log_places(values: Sequence[float], what: str) -> Places:
    """Positions of values on a logarithmic axis; zero stands one step left of the smallest.

    Raises
    ------
    FigureError
        A value is negative or not finite, or none is above zero.
    """
    distinct = sorted(set(map(float, values)))
    for value in distinct:
        if not (np.isfinite(value) and value >= 0):
            raise FigureError(
                f"{what} {numbers.plain(value)} has no place on a logarithmic axis; use a linear "
                "one"
            )
    positive = [value for value in distinct if value > 0]
    if not positive:
        raise FigureError(
            f"no {what} is above 0, so there is no logarithmic axis; use a linear one"
        )
    if positive == distinct:
        return Places({value: value for value in distinct})
    step = positive[1] / positive[0] if len(positive) > 1 else 2.0
    zero = positive[0] / max(step, 2.0)
    return Places({0.0: zero, **{value: value for value in positive}}, zero)


def numbers_below(panels: Sequence[Axes], values: Sequence[float], names: Sequence[str]) -> None:
    """Label numbers on the horizontal axes; omit labels that would touch the previous one.

    Parameters
    ----------
    panels
        All of a figure that are labelled, because their places are found by drawing all of it.
    values, names
        Numbers and what is written below them.
    """
    figure_of(panels[0]).draw_without_rendering()
    for axes in panels:
        _label(axes, values, names)


def magnitudes_below(panels: Sequence[Axes]) -> None:
    """Label logarithmic axes with plain round numbers instead of powers of ten."""
    seen = [_magnitudes(*axes.get_xlim()) for axes in panels]
    figure_of(panels[0]).draw_without_rendering()
    for axes, marks in zip(panels, seen, strict=True):
        _label(axes, marks, [numbers.plain(mark) for mark in marks])


def _label(axes: Axes, values: Sequence[float], names: Sequence[str]) -> None:
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


def _magnitudes(low: float, high: float) -> list[float]:
    """Round numbers on a logarithmic axis, several of them."""
    coarse: list[tuple[int, ...]] = [(1,)] if high / low >= 100 else []
    fine = [tuple(range(first, 10 * first)) for first in (1, 10, 100, 1000)]
    for leading in [*coarse, (1, 2, 5), *fine]:
        seen = _marks(low, high, leading)
        if len(seen) > 1:
            break
    return seen


def _marks(low: float, high: float, leading: Sequence[int]) -> list[float]:
    """Numbers between two that begin with some digits."""
    powers = range(int(np.log10(low)) - 4, int(np.log10(high)) + 1)
    found = sorted({first * 10.0**power for power in powers for first in leading})
    return [mark for mark in found if low <= mark <= high]
