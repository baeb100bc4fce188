"""Sites: performance of arms at several test sites."""

from collections.abc import Mapping

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.figure import Figure

from cxrstudy.base.columns import of_arms
from cxrstudy.pages.figures.labels import label_ends
from cxrstudy.pages.figures.series import asides, draw_line, reference
from cxrstudy.pages.figures.style import WIDTH, finished, looks
from cxrstudy.pages.figures.words import counts, intervals


def slopes(places: Mapping[str, pd.DataFrame], axis: str, chance: float = 0.5) -> Figure:
    """Draw one line per arm over test sites; a falling line means that a shortcut no longer works.

    Parameters
    ----------
    places
        Name of the site to :func:`cxrstudy.statistics.estimates` there, from left to right.
    axis
        Name of the metric.
    chance
        Chance level, drawn as a broken line.

    Examples
    --------
    >>> from cxrstudy.notebook import estimates, figures, metrics, statistics
    >>> table = estimates(statistics.made_scores(), metrics.auroc("covid19"))
    >>> figures.slopes({"same sources": table, "other hospitals": table}, "AUROC")
    <Figure size ...>
    """
    figure, axes = plt.subplots(figsize=(WIDTH, 4.4), layout="constrained")
    reference(axes, chance, "chance")
    arms = list(next(iter(places.values()))["arm"])
    given, ends = looks(arms), {}
    for arm, aside in zip(arms, asides(len(arms)), strict=True):
        rows = pd.concat([of_arms(table, [arm]) for table in places.values()])
        rows = rows.assign(x=range(len(rows)))
        draw_line(axes, rows, given[arm], aside)
        ends[arm] = (len(rows) - 1.0, rows["estimate"].iloc[-1])
    names = [f"{name}\n" + counts(rows).replace(", ", ",\n", 1) for name, rows in places.items()]
    axes.set_xticks(range(len(places)), names)
    axes.set(xlim=(-0.32, len(places) - 0.85), ylim=(-0.02, 1.02), ylabel=axis)
    axes.set_xlabel(intervals(next(iter(places.values()))), fontsize=9.5)
    axes.tick_params(axis="x", length=0)
    label_ends(axes, ends, given)
    return finished(figure)
