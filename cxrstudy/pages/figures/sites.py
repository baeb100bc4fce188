"""Sites: performance of arms at several test sites."""

from collections.abc import Mapping

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from cxrstudy.base.checks import finite
from cxrstudy.base.columns import of_arms
from cxrstudy.base.words import arm_name
from cxrstudy.pages.figures.gate import interval_table
from cxrstudy.pages.figures.intervals import estimates
from cxrstudy.pages.figures.labels import label_ends
from cxrstudy.pages.figures.scales import limits
from cxrstudy.pages.figures.series import asides, draw_line, last_points, reference
from cxrstudy.pages.figures.source import with_source
from cxrstudy.pages.figures.style import (
    WIDTH,
    are_told_apart,
    caption_below,
    finished,
    looks,
    nothing,
)  # fmt: skip
from cxrstudy.pages.figures.words import counts, intervals, not_drawn, shortened, wrapped

FEW = 4  # sites that have room for their counts
LETTERS = 84  # of the names of all sites together, per line


@with_source
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

    Raises
    ------
    FigureError, ParameterError
        A table is not valid, or the chance level is not finite.

    Notes
    -----
    More arms than a reader can tell apart are drawn as rows, one per arm and site.

    Examples
    --------
    >>> from cxrstudy.notebook import estimates, figures, metrics, statistics
    >>> table = estimates(statistics.made_scores(), metrics.auroc("covid19"))
    >>> figures.slopes({"same sources": table, "other hospitals": table}, "AUROC")
    <Figure size ...>
    """
    chance = finite(chance, "chance")
    tables = {site: interval_table(table) for site, table in places.items()}
    # A site's place comes from its name, also for an arm that other sites lack.
    rows = pd.concat(
        [table.assign(site=site, x=float(at)) for at, (site, table) in enumerate(tables.items())]
        or [pd.DataFrame({"arm": []})],
        ignore_index=True,
    )
    if rows.empty:
        return nothing(f"No arm to draw: {axis}")
    arms = list(dict.fromkeys(rows["arm"]))
    if not are_told_apart(arms):
        named = [(row.arm, row.site) for row in rows.itertuples()]
        there = rows.assign(arm=pd.Series(named, rows.index, dtype=object))
        return estimates(there, f"{axis}; one row per arm and site", {"chance": chance})
    given = looks(arms)
    figure, axes = plt.subplots(figsize=(WIDTH, 4.4), layout="constrained")
    low, high = limits(rows, [chance], room=0.02)
    right = 0.15 if len(tables) > 1 else 0.32
    axes.set(xlim=(-0.32, len(tables) - 1 + right), ylim=(min(low, -0.02), max(high, 1.02)))
    reference(axes, chance, "chance")
    for arm, aside in zip(given, asides(len(given)), strict=True):
        own = of_arms(rows, [arm])
        # Where an arm was not scored its line is broken.
        whole = pd.DataFrame({"x": np.arange(len(tables), dtype=float)}).merge(own, "left", on="x")
        draw_line(axes, whole, given[arm], aside)
    axes.set_ylabel(wrapped(axis, 44))
    undefined = not_drawn(rows, [f"{arm_name(row.arm)}, {row.site}" for row in rows.itertuples()])
    _name_sites(axes, tables)
    caption_below(figure, f"{_said(tables, rows)}{undefined}")
    label_ends(axes, last_points(rows, "arm", arms), given)
    return finished(figure)


def _name_sites(axes: Axes, tables: Mapping[str, pd.DataFrame]) -> None:
    """Write the names of few sites with their counts, of many upright and alone."""
    few = len(tables) <= FEW
    width = LETTERS // len(tables)
    names = [
        "\n".join([wrapped(site, width), *counts(table).replace(", ", ",\n").split("\n")])
        if few
        else shortened(site, 40)
        for site, table in tables.items()
    ]
    size = 9.5 if few else max(4.5, min(8.0, 200 / len(tables)))
    axes.set_xticks(range(len(tables)), names, fontsize=size, rotation=0 if few else 90)
    axes.tick_params(axis="x", length=0)


def _said(tables: Mapping[str, pd.DataFrame], rows: pd.DataFrame) -> str:
    drawn = intervals(tables.values())
    return drawn if len(tables) <= FEW else f"{counts(rows)} per site; {drawn}"
