"""Benefit: decision curves, the net benefit of acting on a score, by threshold."""

from collections.abc import Hashable, Sequence

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter

from cxrstudy.base import numbers
from cxrstudy.base.columns import of_arms
from cxrstudy.base.words import arm_name
from cxrstudy.pages.figures.gate import FigureError, interval_table
from cxrstudy.pages.figures.labels import label_ends
from cxrstudy.pages.figures.series import bar_ends, last_points
from cxrstudy.pages.figures.source import with_source
from cxrstudy.pages.figures.style import (
    BROKEN,
    GREY,
    LOOKS,
    SMALL,
    WIDTH,
    Look,
    caption_below,
    finished,
    looks,
    nothing,
)
from cxrstudy.pages.figures.words import caption, in_lines, listed, not_drawn
from cxrstudy.statistics.decision import ALL, NONE


@with_source
def decision_curve(table: pd.DataFrame) -> Figure:
    """Draw net benefit by threshold: one line and band per arm, and treating all and none.

    Parameters
    ----------
    table
        From :func:`cxrstudy.statistics.decision_curve`.

    Raises
    ------
    FigureError
        The table is not valid, or a threshold does not lie between 0 and 1.

    Notes
    -----
    More arms than a reader can tell apart are drawn in several panels, one below another.

    Examples
    --------
    >>> from cxrstudy.notebook import figures, statistics
    >>> scores = statistics.made_scores()
    >>> figures.decision_curve(statistics.decision_curve(scores, "covid19", [0.2, 0.4, 0.6]))
    <Figure size ...>
    """
    rows = interval_table(table, keys=("arm", "threshold"))
    arms = [arm for arm in dict.fromkeys(rows["arm"]) if arm not in (ALL, NONE)]
    if not arms:
        return nothing("No arm whose net benefit could be drawn")
    rows = _placed(rows)
    groups = [arms[first : first + len(LOOKS)] for first in range(0, len(arms), len(LOOKS))]
    figure, grid = plt.subplots(
        len(groups), 1, figsize=(WIDTH, 4.0 * len(groups)), squeeze=False, layout="constrained"
    )
    for axes, group in zip(grid.flat, groups, strict=True):
        _curves(axes, rows, group)
    undefined = not_drawn(
        rows, [f"{row.arm} at {numbers.plain(row.x)}" for row in rows.itertuples()]
    )
    below = _below(rows, arms, grid.flat[0].get_ylim()[0])
    caption_below(figure, f"threshold for acting\n{caption(rows, 'bands')}{below}{undefined}")
    return finished(figure)


def _curves(axes: Axes, rows: pd.DataFrame, arms: Sequence[Hashable]) -> None:
    """Draw some arms and both strategies, on the same axes as all others."""
    given, grey = looks(arms), Look(GREY, "")
    for arm, look in given.items():
        own = of_arms(rows, [arm]).sort_values("x")
        ends, x = bar_ends(own), own["x"]
        axes.fill_between(x, ends["low"], ends["high"], color=look.colour, alpha=0.15, linewidth=0)
        mark = look.marker if len(own) == 1 else ""  # one threshold is no line
        axes.plot(
            x, own["estimate"], color=look.colour, linewidth=1.8, linestyle=look.dashes,
            marker=mark,
        )  # fmt: skip
    _limits(axes, rows)
    seen = rows[rows["estimate"] >= axes.get_ylim()[0]]
    ends_of = last_points(seen, "arm", arms) | _strategies(axes, rows)
    axes.set_ylabel("net benefit (true positives per patient)")
    axes.xaxis.set_major_formatter(PercentFormatter(1, symbol=" %"))
    label_ends(axes, ends_of, given | {ALL: grey, NONE: grey})


def _placed(rows: pd.DataFrame) -> pd.DataFrame:
    """Rows with the threshold as position ``x``."""
    placed = rows.assign(x=rows["threshold"].astype(float))
    outside = placed[~placed["x"].between(0, 1)]
    if len(outside):
        raise FigureError(
            f"threshold {numbers.plain(outside['x'].iloc[0])}: give a probability from 0 to 1"
        )
    return placed


def _strategies(axes: Axes, rows: pd.DataFrame) -> dict[Hashable, tuple[float, float]]:
    """Draw the strategies that need no model, as far as they are seen; where their names go."""
    ends: dict[Hashable, tuple[float, float]] = {}
    for strategy, dashes in ((ALL, BROKEN), (NONE, "-")):
        own = of_arms(rows, [strategy]).sort_values("x")
        axes.plot(own["x"], own["estimate"], color=GREY, linewidth=1.1, linestyle=dashes)
        seen = own[own["estimate"] >= axes.get_ylim()[0]]
        if seen.empty:  # it is below the figure at every threshold
            continue
        end = (float(seen["x"].iloc[-1]), float(seen["estimate"].iloc[-1]))
        if end[0] == own["x"].iloc[-1]:
            ends[strategy] = end
        else:  # the line leaves the figure before its end
            _name_inside(axes, end, strategy)
    return ends


def _name_inside(axes: Axes, end: tuple[float, float], name: str) -> None:
    axes.annotate(
        name, end, (9, 0), textcoords="offset points", va="center", fontsize=SMALL, color=GREY
    )


def _below(rows: pd.DataFrame, arms: Sequence[Hashable], bottom: float) -> str:
    """Line for the caption about arms that leave the figure below."""
    low = rows[rows["estimate"] < bottom]
    names = [arm_name(arm) for arm in arms if len(of_arms(low, [arm]))]
    if not names:
        return ""
    return "\n" + in_lines(
        f"net benefit below {numbers.level(bottom)} is not shown; it occurs for {listed(names)}"
    )


def _limits(axes: Axes, rows: pd.DataFrame) -> None:
    """Show positive net benefits and a little of the negative ones."""
    found = rows[["estimate", "low", "high"]].to_numpy(np.float64)
    finite = found[np.isfinite(found)]
    top = finite.max(initial=0.0)
    # Without any benefit, what is lost is the figure.
    bottom = max(finite.min(initial=0.0), -0.3 * top) if top > 0 else finite.min(initial=0.0)
    room = 0.04 * (top - bottom) or 0.01
    axes.set_ylim(bottom - room, top + room)
    first, last = rows["x"].min(), rows["x"].max()
    axes.set_xlim((first, last) if first < last else (first - 0.05, last + 0.05))
