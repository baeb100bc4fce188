"""Intervals: one row per estimate, with its interval."""

from collections.abc import Callable, Mapping
from typing import Any

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from cxrstudy.base.words import arm_name
from cxrstudy.pages.figures.style import BLUE, BROKEN, GREY, SMALL, WIDTH, finished
from cxrstudy.pages.figures.words import caption, change_text, level_text


def estimates(
    table: pd.DataFrame, axis: str, published: Mapping[str, float] | None = None
) -> Figure:
    """Draw an estimate with its interval for every arm; published values are broken lines.

    Parameters
    ----------
    table
        From :func:`cxrstudy.statistics.estimates`, drawn from top to bottom.
    axis
        Name of the metric.
    published
        Name to published value.

    Examples
    --------
    >>> from cxrstudy.notebook import estimates, figures, metrics, statistics
    >>> table = estimates(statistics.made_scores(), metrics.auroc("covid19"))
    >>> figures.estimates(table, "AUROC", published={"paper A": 0.9})
    <Figure size ...>
    """
    figure, axes = _rows(len(table))
    for place, (name, value) in enumerate((published or {}).items()):
        axes.axvline(value, color=GREY, linewidth=1, linestyle=BROKEN, zorder=0)
        side = "right" if place % 2 == 0 else "left"
        # Each label is on the outer side of its line, so that two labels never overlap.
        axes.text(
            value, 1.01, f" {name} ", ha=side, va="bottom", color=GREY, fontsize=SMALL,
            transform=axes.get_xaxis_transform(),
        )  # fmt: skip
    _intervals(axes, table, level_text)
    figure.supxlabel(f"{axis}\n{caption(table)}", fontsize=9.5)
    return finished(figure)


def differences(table: pd.DataFrame, axis: str) -> Figure:
    """Draw the difference of every arm to the reference arm, as a forest plot.

    Parameters
    ----------
    table
        From :func:`cxrstudy.statistics.contrasts`.
    axis
        Name of the metric.

    Examples
    --------
    >>> from cxrstudy.notebook import contrasts, figures, metrics, statistics
    >>> table = contrasts(statistics.made_scores(), metrics.auroc("covid19"), against="control")
    >>> figures.differences(table, "AUROC")
    <Figure size ...>
    """
    figure, axes = _rows(len(table))
    axes.axvline(0, color=GREY, linewidth=1, zorder=0)
    _intervals(axes, table, change_text)
    against = arm_name(table["against"].iloc[0])
    said = f"{axis}: difference to {against}\n(right of 0: better than {against})"
    figure.supxlabel(f"{said}\n{caption(table)}", fontsize=9.5)
    return finished(figure)


def _rows(count: int) -> tuple[Figure, Axes]:
    return plt.subplots(figsize=(WIDTH, 0.34 * count + 1.15), layout="constrained")


def _intervals(axes: Axes, table: pd.DataFrame, said: Callable[[Any], str]) -> None:
    """Draw points and bars from top to bottom, with the numbers in a column at the right."""
    for place, row in enumerate(table.itertuples()):
        axes.plot(
            [row.low, row.high], [place, place], color=BLUE, linewidth=2, solid_capstyle="butt"
        )
        axes.plot(row.estimate, place, "o", color=BLUE, markersize=6)
        transform = axes.get_yaxis_transform()
        axes.text(1.02, place, said(row), va="center", fontsize=9, transform=transform)
    axes.set_yticks(range(len(table)), [arm_name(arm) for arm in table["arm"]])
    axes.tick_params(axis="y", length=0)
    axes.set_ylim(len(table) - 0.5, -0.5)
    axes.spines["left"].set_visible(False)
    axes.xaxis.set_major_locator(MaxNLocator(6))
