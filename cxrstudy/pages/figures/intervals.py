"""Intervals: one row per estimate, with its interval."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from cxrstudy.base.checks import finite
from cxrstudy.base.rounding import decimals_apart
from cxrstudy.base.words import arm_name
from cxrstudy.pages.figures.gate import interval_table, require_one
from cxrstudy.pages.figures.scales import limits
from cxrstudy.pages.figures.series import bar_ends
from cxrstudy.pages.figures.source import with_source
from cxrstudy.pages.figures.style import (
    BLUE,
    BROKEN,
    GREY,
    SMALL,
    WIDTH,
    caption_below,
    figure_of,
    finished,
    nothing,
)
from cxrstudy.pages.figures.words import (
    better_side,
    caption,
    difference_text,
    in_lines,
    level_text,
    with_direction,
    wrapped,
)

LETTERS = 36  # per line of the name of an arm
PUBLISHED = 40  # letters per line of the name of a published value
NUMBER = 36.0  # points: width of a number of the axis, with the space beside it
LINE = 0.15  # inches: height of a line of small text


@with_source
def estimates(
    table: pd.DataFrame,
    axis: str,
    published: Mapping[str, float] | None = None,
    chance: float | None = None,
) -> Figure:
    """Draw an estimate with its interval for every arm; other values are broken lines.

    Parameters
    ----------
    table
        From :func:`cxrstudy.statistics.estimates`, drawn from top to bottom.
    axis
        Name of the metric.
    published
        Name to published value.
    chance
        What chance gives, so that a reader sees how far from it the estimates are.

    Raises
    ------
    FigureError
        The table is not valid: see :mod:`cxrstudy.pages.figures.gate`.
    ParameterError
        A published value, or that of chance, is not a finite number.

    Examples
    --------
    >>> from cxrstudy.notebook import estimates, figures, metrics, statistics
    >>> table = estimates(statistics.made_scores(), metrics.auroc("covid19"))
    >>> figures.estimates(table, "AUROC", published={"paper A": 0.9})
    <Figure size ...>
    """
    rows = interval_table(table)
    values = {
        name: finite(value, f"published {name!r}") for name, value in (published or {}).items()
    }
    if chance is not None:
        values["chance"] = finite(chance, "chance")
    if rows.empty:
        return nothing(f"No arm to draw: {axis}")
    named = [(wrapped(name, PUBLISHED), value) for name, value in values.items()]
    figure, axes = _rows(rows, LINE * sum(map(_lines, named)))
    _intervals(axes, rows, level_text, list(values.values()))
    _published(axes, named)
    caption_below(figure, f"{in_lines(with_direction(axis, rows))}\n{caption(rows)}")
    return finished(figure)


@with_source
def differences(table: pd.DataFrame, axis: str, also: Sequence[float] = ()) -> Figure:
    """Draw the difference of every arm to the reference arm, as a forest plot.

    Parameters
    ----------
    table
        From :func:`cxrstudy.statistics.contrasts`.
    axis
        Name of the metric.
    also
        Further values that the axis covers, such as those of a figure beside it.

    Raises
    ------
    FigureError
        The table is not valid, or has several reference arms.
    ParameterError
        One of the further values is not a finite number.

    Examples
    --------
    >>> from cxrstudy.notebook import contrasts, figures, metrics, statistics
    >>> table = contrasts(statistics.made_scores(), metrics.auroc("covid19"), against="control")
    >>> figures.differences(table, "AUROC")
    <Figure size ...>
    """
    rows = interval_table(table, also=["against"])
    if rows.empty:
        return nothing(f"No arm to compare: {axis}")
    against = arm_name(require_one(rows, "against"))
    covered = [0.0, *(finite(value, "a value of also") for value in also)]
    figure, axes = _rows(rows, 0.0)
    axes.axvline(0, color=GREY, linewidth=1, zorder=0)
    _intervals(axes, rows, difference_text, covered)
    said = f"{in_lines(f'{axis}: difference to {against}')}\n{in_lines(better_side(rows, against))}"
    caption_below(figure, f"{said}\n{caption(rows)}")
    return finished(figure)


def _rows(rows: pd.DataFrame, above: float) -> tuple[Figure, Axes]:
    """Axes with room for one row per arm, and the names of the arms."""
    names = [wrapped(arm, LETTERS) for arm in rows["arm"]]
    lines = max(name.count("\n") + 1 for name in names)
    each = max(0.34, 0.06 + LINE * lines)
    figure, axes = plt.subplots(
        figsize=(WIDTH, each * len(names) + 1.3 + above), layout="constrained"
    )
    axes.set_yticks(range(len(names)), names, fontsize=10 if lines == 1 else 9)
    axes.tick_params(axis="y", length=0)
    axes.set_ylim(len(names) - 0.5, -0.5)
    axes.spines["left"].set_visible(False)
    return figure, axes


def _intervals(axes: Axes, rows: pd.DataFrame, said: Callable[..., str], also: list[float]) -> None:
    """Draw points and bars from top to bottom, with the numbers in a column at the right."""
    ends = bar_ends(rows)
    # Where no row has an interval, the caption says so once.
    some = rows[["low", "high"]].notna().any(axis=None)
    beside = said if some else _estimate_alone(said, rows["estimate"])
    for place, (row, low, high) in enumerate(
        zip(rows.itertuples(), ends["low"], ends["high"], strict=True)
    ):
        axes.plot([low, high], [place, place], color=BLUE, linewidth=2, solid_capstyle="butt")
        if np.isfinite(row.estimate):
            axes.plot(row.estimate, place, "o", color=BLUE, markersize=6)
        axes.text(
            1.02, place, wrapped(beside(row), 40), va="center", fontsize=9,
            transform=axes.get_yaxis_transform(),
        )  # fmt: skip
    axes.set_xlim(*limits(rows, also, room=0.05))
    _number(axes)


def _estimate_alone(said: Callable[..., str], values: pd.Series) -> Callable[[Any], str]:
    least = decimals_apart(values)
    return lambda row: said(row, least=least).replace("[no interval]", "").rstrip()


def _number(axes: Axes) -> None:
    """Number the axis as densely as its width allows, which long names may make small."""
    figure = figure_of(axes)
    figure.draw_without_rendering()
    width = axes.get_window_extent().width * 72 / figure.dpi
    axes.xaxis.set_major_locator(MaxNLocator(int(np.clip(width / NUMBER, 1, 6))))


def _published(axes: Axes, named: list[tuple[str, float]]) -> None:
    """Draw published values as broken lines; each has lines of text of its own above the axes."""
    low, high = axes.get_xlim()
    free = sum(map(_lines, named))
    for name, value in sorted(named, key=lambda item: item[1]):
        free -= _lines((name, value))
        axes.axvline(value, color=GREY, linewidth=1, linestyle=BROKEN, zorder=0)
        side = "left" if value < (low + high) / 2 else "right"
        text = "\n".join(f" {line} " for line in name.split("\n"))
        axes.annotate(
            text, (value, 1), (0, 2 + 72 * LINE * free), axes.get_xaxis_transform(),
            "offset points", ha=side, va="bottom", color=GREY, fontsize=SMALL,
            linespacing=1.0, annotation_clip=False,
        )  # fmt: skip


def _lines(named: tuple[str, float]) -> int:
    """Lines of text of a name."""
    return named[0].count("\n") + 1
