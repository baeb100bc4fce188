"""Benefit: decision curves, the net benefit of acting on a score, by threshold."""

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter

from cxrstudy.base.columns import of_arms
from cxrstudy.pages.figures.labels import label_ends
from cxrstudy.pages.figures.style import BROKEN, GREY, SMALL, WIDTH, Look, finished, looks
from cxrstudy.pages.figures.words import caption
from cxrstudy.statistics.decision import ALL, NONE


def decision_curve(table: pd.DataFrame) -> Figure:
    """Draw net benefit by threshold: one line and band per arm, and treating all and none.

    Parameters
    ----------
    table
        From :func:`cxrstudy.statistics.decision_curve`.

    Examples
    --------
    >>> from cxrstudy.notebook import figures, statistics
    >>> scores = statistics.made_scores()
    >>> figures.decision_curve(statistics.decision_curve(scores, "covid19", [0.2, 0.4, 0.6]))
    <Figure size ...>
    """
    arms = [arm for arm in dict.fromkeys(table["arm"]) if arm not in (ALL, NONE)]
    given, grey = looks(arms), Look(GREY, "")
    figure, axes = plt.subplots(figsize=(WIDTH, 4.0), layout="constrained")
    ends = {}
    for arm, look in given.items():
        rows = of_arms(table, [arm]).sort_values("threshold")
        colour, x = look.colour, rows["threshold"]
        axes.fill_between(x, rows["low"], rows["high"], color=colour, alpha=0.15, linewidth=0)
        axes.plot(x, rows["estimate"], color=colour, linewidth=1.8, linestyle=look.dashes)
        ends[arm] = (x.iloc[-1], rows["estimate"].iloc[-1])
    _limits(axes, table)
    for strategy, dashes in ((ALL, BROKEN), (NONE, "-")):
        rows = of_arms(table, [strategy]).sort_values("threshold")
        axes.plot(rows["threshold"], rows["estimate"], color=GREY, linewidth=1.1, linestyle=dashes)
        seen = rows[rows["estimate"] >= axes.get_ylim()[0]].iloc[-1]
        end = (seen["threshold"], seen["estimate"])
        if end[0] == axes.get_xlim()[1]:
            ends[strategy] = end
        else:  # the line leaves the figure before its end
            _name_inside(axes, end, strategy)
    said = f"threshold for acting\n{caption(table, 'bands')}"
    figure.supxlabel(said, fontsize=9.5)
    axes.set_ylabel("net benefit (true positives per patient)")
    axes.xaxis.set_major_formatter(PercentFormatter(1, symbol=" %"))
    label_ends(axes, ends, given | {ALL: grey, NONE: grey})
    return finished(figure)


def _name_inside(axes: Axes, end: tuple[float, float], name: str) -> None:
    axes.annotate(
        name, end, (9, 0), textcoords="offset points", va="center", fontsize=SMALL, color=GREY
    )


def _limits(axes: Axes, table: pd.DataFrame) -> None:
    """Show positive net benefits and a little of the negative ones."""
    top = table["high"].max()
    bottom = max(table["low"].min(), -0.3 * top)
    axes.set_ylim(bottom - 0.04 * top, 1.04 * top)
    axes.set_xlim(table["threshold"].min(), table["threshold"].max())
