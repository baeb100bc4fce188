"""Factors: estimates over the levels of a numeric factor, one line per series.

Arms are tuples (level, series).
"""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from cxrstudy.base import numbers
from cxrstudy.base.checks import finite
from cxrstudy.base.words import arm_name
from cxrstudy.pages.figures.gate import FigureError, interval_table
from cxrstudy.pages.figures.intervals import estimates
from cxrstudy.pages.figures.labels import label_ends
from cxrstudy.pages.figures.scales import (
    Places,
    fit_heights,
    fit_widths,
    log_places,
    numbers_below,
)
from cxrstudy.pages.figures.series import asides, draw_line, last_points, reference
from cxrstudy.pages.figures.source import read_by, with_source
from cxrstudy.pages.figures.style import (
    WIDTH,
    Look,
    are_told_apart,
    caption_below,
    finished,
    looks,
    nothing,
)  # fmt: skip
from cxrstudy.pages.figures.words import counts, intervals, not_drawn, wrapped

#: Letters of the titles of all panels beside each other that touch no number of the next panel.
TITLES = 60


@dataclass(frozen=True)
class Factor:
    """A factor of arms, and its axis.

    Attributes
    ----------
    name
        Name, with unit.
    scale
        ``log`` if levels double, ``linear`` if they rise by even steps.
    at
        Level to position on the axis, if the levels themselves are not the positions.
    names
        Series to its name in the figure, if that differs.

    Examples
    --------
    >>> Factor("mixup (alpha)", names={1: "all steps"}).scale
    'linear'
    """

    name: str
    scale: Literal["linear", "log"] = "linear"
    at: Mapping[Any, float] = field(default_factory=dict)
    names: Mapping[Any, str] = field(default_factory=dict)

    def rows(self, table: pd.DataFrame) -> pd.DataFrame:
        """Estimates with the columns ``value`` (of the level) and ``series``, made of their arms.

        Raises
        ------
        FigureError
            The table is not valid, an arm is no pair, or a level is no number.
        """
        rows = interval_table(table)
        pairs = [_pair(arm) for arm in rows["arm"]]
        return rows.assign(
            value=[self._value(level) for level, _ in pairs],
            series=pd.Series([self.names.get(name, name) for _, name in pairs], dtype=object),
        )

    def places(self, panels: Sequence[pd.DataFrame]) -> Places:
        """Positions of the levels that some panels have."""
        values = [float(value) for rows in panels for value in rows["value"]]
        if self.scale == "log":
            return log_places(values, self.name)
        return Places({value: value for value in values})

    def _value(self, level: Any) -> float:
        value = self.at.get(level, level)
        if isinstance(value, str) or value is None:
            raise FigureError(f"level {level!r} is no number; say in `at` where it stands")
        return finite(value, f"level {level!r} of {self.name}")


def _pair(arm: Hashable) -> tuple[Any, Any]:
    if isinstance(arm, tuple) and len(arm) == 2:
        return arm
    raise FigureError(f"arm {arm_name(arm)!r} is not a pair of a level and a series")


@with_source
def by_factor(table: pd.DataFrame, factor: Factor, axis: str) -> Figure:
    """Draw one line per series over a factor.

    Parameters
    ----------
    table
        From :func:`cxrstudy.statistics.estimates`; arms are tuples (level, series).
    factor
        The factor on the axis.
    axis
        Name of the number.

    Raises
    ------
    FigureError
        The table is not valid, or a level has no place on the axis.

    Notes
    -----
    More series than a reader can tell apart are drawn as rows, one per arm.

    Examples
    --------
    >>> from cxrstudy.notebook import estimates, figures, metrics, statistics
    >>> scores = statistics.made_scores([(0, "short"), (0.4, "short"), (0, "long"), (0.4, "long")])
    >>> table = estimates(scores, metrics.auroc("covid19"))
    >>> figures.by_factor(table, figures.Factor("MixUp's alpha"), "AUROC")
    <Figure size ...>
    """
    rows = factor.rows(table)
    if rows.empty:
        return nothing(f"No arm to draw: {axis}")
    if not are_told_apart(rows["series"]):
        return estimates(table, f"{axis}; one row per {factor.name} and series")
    places = factor.places([rows])
    rows = _placed(rows, places)
    given = looks(rows["series"])
    figure, (axes,) = _panels(1, 4.0)
    _series(axes, rows, given)
    fit_heights(axes, rows)
    axes.set_ylabel(wrapped(axis, 44))
    _finish(figure, {axis: axes}, factor, places, {axis: rows}, given)
    return read_by(finished(figure), {axis: rows}, _names(factor))


@with_source
def panels_by_factor(
    tables: Mapping[str, pd.DataFrame],
    factor: Factor,
    ideal: Mapping[str, float],
    also: Sequence[float] = (),
) -> Figure:
    """Draw several metrics side by side, each as :func:`by_factor` with its own vertical axis.

    Parameters
    ----------
    tables
        Name of the metric to its table.
    factor
        The factor on the axis.
    ideal
        Name of a metric to its best value, drawn as a broken line; may be empty.
    also
        Further values that every vertical axis covers, such as those of all panels.

    Raises
    ------
    FigureError, ParameterError
        As :func:`by_factor`; an ideal or a further value is not finite; or there are more series
        than a reader can tell apart: panels beside each other have no room for rows, so draw each
        metric alone.

    Examples
    --------
    >>> from cxrstudy.notebook import estimates, figures, metrics, statistics
    >>> scores = statistics.made_scores([(0, "short"), (0.4, "short"), (0, "long"), (0.4, "long")])
    >>> both = metrics.auroc("covid19"), metrics.brier("covid19")
    >>> tables = {metric.name: estimates(scores, metric) for metric in both}
    >>> figures.panels_by_factor(tables, figures.Factor("MixUp's alpha"), ideal={})
    <Figure size ...>
    """
    best = {metric: finite(value, f"ideal {metric!r}") for metric, value in ideal.items()}
    covered = [finite(value, "a value of also") for value in also]
    there = {metric: factor.rows(table) for metric, table in tables.items()}
    there = {metric: rows for metric, rows in there.items() if len(rows)}
    if not there:
        return nothing(f"No arm to draw: {', '.join(tables) or factor.name}")
    places = factor.places(list(there.values()))
    panels = {metric: _placed(rows, places) for metric, rows in there.items()}
    given = looks(name for rows in panels.values() for name in rows["series"])
    figure, grid = _panels(len(panels), 3.3)
    named = dict(zip(panels, grid, strict=True))
    for metric, rows in panels.items():
        axes = named[metric]
        _series(axes, rows, given)
        heights = [best[metric]] if metric in best else []
        fit_heights(axes, rows, [*heights, *covered])
        for height in heights:
            reference(axes, height, "ideal")
        axes.set_title(wrapped(metric, min(26, TITLES // len(panels))), fontsize=9.5, loc="left")
    _finish(figure, named, factor, places, panels, given)
    return read_by(finished(figure), panels, _names(factor))


def _names(factor: Factor) -> dict[str, str]:
    return {"value": factor.name, "series": "line"}


def _placed(rows: pd.DataFrame, places: Places) -> pd.DataFrame:
    return rows.assign(x=[places.at[value] for value in rows["value"]])


def _panels(count: int, height: float) -> tuple[Figure, list[Axes]]:
    figure, grid = plt.subplots(
        1, count, figsize=(WIDTH, height), squeeze=False, layout="constrained"
    )
    return figure, list(grid.flat)


def _series(axes: Axes, rows: pd.DataFrame, given: Mapping[Hashable, Look]) -> None:
    there = [name for name in given if (rows["series"] == name).any()]
    for name, aside in zip(there, asides(len(there)), strict=True):
        draw_line(axes, rows[rows["series"] == name].sort_values("x"), given[name], aside)


def _finish(
    figure: Figure, grid: Mapping[str, Axes], factor: Factor, places: Places,
    panels: Mapping[str, pd.DataFrame], given: Mapping[Hashable, Look],
) -> None:  # fmt: skip
    """Label axes and levels, and each series in the last panel in which it has a finite point."""
    several = len(panels) > 1
    undefined = "".join(
        not_drawn(rows, [f"{arm_name(arm)} ({name})" if several else arm for arm in rows["arm"]])
        for name, rows in panels.items()
    )
    said = f"{counts(pd.concat(panels.values()))}; {intervals(panels.values())}"
    caption_below(figure, f"{factor.name}\n{said}{places.said}{undefined}")
    levels = dict(sorted((place, value) for value, place in places.at.items()))
    for axes in grid.values():
        axes.set_xscale(factor.scale)
        fit_widths(axes, list(levels), 0.12)
        places.draw_break(axes)
    named = [numbers.plain(one) for one in levels.values()]
    numbers_below(list(grid.values()), list(levels), named)
    points = {name: last_points(rows, "series", list(given)) for name, rows in panels.items()}
    last = {series: name for name, ends in points.items() for series in ends}
    for name, ends in points.items():
        label_ends(grid[name], {one: end for one, end in ends.items() if last[one] == name}, given)
