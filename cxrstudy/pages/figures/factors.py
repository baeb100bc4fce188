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

from cxrstudy.pages.figures.labels import label_ends
from cxrstudy.pages.figures.series import (
    asides,
    draw_line,
    fit_heights,
    fit_widths,
    numbers_below,
    reference,
)
from cxrstudy.pages.figures.style import WIDTH, Look, finished, looks
from cxrstudy.pages.figures.words import caption, plain, wrapped


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
    """

    name: str
    scale: Literal["linear", "log"] = "linear"
    at: Mapping[Any, float] = field(default_factory=dict)
    names: Mapping[Any, str] = field(default_factory=dict)

    def rows(self, table: pd.DataFrame) -> pd.DataFrame:
        """Estimates with the columns ``x`` and ``series``, made of their arms."""
        levels, series = zip(*table["arm"], strict=True)
        return table.assign(
            x=[float(self.at.get(level, level)) for level in levels],
            series=[self.names.get(name, name) for name in series],
        )


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

    Examples
    --------
    >>> from cxrstudy.notebook import estimates, figures, metrics, statistics
    >>> scores = statistics.made_scores([(0, "short"), (0.4, "short"), (0, "long"), (0.4, "long")])
    >>> table = estimates(scores, metrics.auroc("covid19"))
    >>> figures.by_factor(table, figures.Factor("MixUp's alpha"), "AUROC")
    <Figure size ...>
    """
    rows = factor.rows(table)
    given = looks(rows["series"])
    figure, (axes,) = _panels(1, 4.0)
    _series(axes, rows, given)
    fit_heights(axes, rows)
    axes.set_ylabel(axis)
    _finish(figure, [axes], factor, [rows], given)
    return finished(figure)


def panels_by_factor(
    tables: Mapping[str, pd.DataFrame], factor: Factor, ideal: Mapping[str, float]
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

    Examples
    --------
    >>> from cxrstudy.notebook import estimates, figures, metrics, statistics
    >>> scores = statistics.made_scores([(0, "short"), (0.4, "short"), (0, "long"), (0.4, "long")])
    >>> both = metrics.auroc("covid19"), metrics.brier("covid19")
    >>> tables = {metric.name: estimates(scores, metric) for metric in both}
    >>> figures.panels_by_factor(tables, figures.Factor("MixUp's alpha"), ideal={})
    <Figure size ...>
    """
    panels = {metric: factor.rows(table) for metric, table in tables.items()}
    given = looks(name for rows in panels.values() for name in rows["series"])
    figure, grid = _panels(len(panels), 3.3)
    for axes, (metric, rows) in zip(grid, panels.items(), strict=True):
        _series(axes, rows, given)
        best = [ideal[metric]] if metric in ideal else []
        fit_heights(axes, rows, best)
        for height in best:
            reference(axes, height, "ideal")
        axes.set_title(wrapped(metric, 26), fontsize=9.5, loc="left")
    _finish(figure, grid, factor, list(panels.values()), given)
    return finished(figure)


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
    figure: Figure, grid: Sequence[Axes], factor: Factor, panels: Sequence[pd.DataFrame],
    given: Mapping[Hashable, Look],
) -> None:  # fmt: skip
    """Label axes and levels, and each series in the last panel in which it occurs."""
    whole = pd.concat(panels)
    figure.supxlabel(f"{factor.name}\n{caption(whole)}", fontsize=9.5)
    levels = sorted(whole["x"].unique())
    for axes in grid:
        axes.set_xscale(factor.scale)
        fit_widths(axes, levels, 0.12)
    for axes in grid:
        numbers_below(axes, levels, [plain(level) for level in levels])
    last = {name: axes for axes, rows in zip(grid, panels, strict=True) for name in rows["series"]}
    for axes, rows in zip(grid, panels, strict=True):
        points = {name: _end(rows, name) for name in given if last[name] is axes}
        label_ends(axes, points, given)


def _end(rows: pd.DataFrame, name: Hashable) -> tuple[float, float]:
    end = rows[rows["series"] == name].sort_values("x").iloc[-1]
    return float(end["x"]), float(end["estimate"])
