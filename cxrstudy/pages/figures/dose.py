"""Dose: performance by the number of pretraining images."""

from collections.abc import Sequence
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from cxrstudy.base import numbers
from cxrstudy.base.words import arm_name
from cxrstudy.pages.figures.gate import FigureError, interval_table, require_columns
from cxrstudy.pages.figures.labels import label_points, make_higher
from cxrstudy.pages.figures.scales import fit_heights, fit_widths, magnitudes_below
from cxrstudy.pages.figures.series import bar_ends, draw_line, draw_points
from cxrstudy.pages.figures.source import read_by, with_source
from cxrstudy.pages.figures.style import (
    BLUE,
    GREY,
    ORANGE,
    SMALL,
    WIDTH,
    Look,
    caption_below,
    finished,
    ink,
    nothing,
)
from cxrstudy.pages.figures.words import caption, not_drawn, wrapped

#: What the marks mean, for the caption inside the figure.
MARKS = "line: sets of other images than radiographs; diamond: radiographs; grey: no images"
OUT, IN = Look(BLUE, "o"), Look(ORANGE, "D")


@with_source
def dose_response(table: pd.DataFrame, doses: pd.DataFrame, axis: str) -> Figure:
    """Draw estimates against the number of images that the initial weights were trained on.

    Out-of-domain weights are joined by a line, in-domain weights have another mark, and random
    weights are a grey line over the whole width, with their interval as a band.

    Parameters
    ----------
    table
        From :func:`cxrstudy.statistics.estimates`.
    doses
        Columns ``name`` (the arm), ``title``, ``domain`` (``none``, ``out`` or ``in``) and
        ``images`` (how many; not read where the domain is ``none``).
    axis
        Name of the metric.

    Raises
    ------
    FigureError
        A table is not valid; an arm has no dose, several, or one that is not above zero; or no arm
        has images.

    Examples
    --------
    >>> from cxrstudy.notebook import Study, estimates, figures, metrics, statistics
    >>> images = Study("quick", "phantom", seeds=1).initial_images
    >>> scores = statistics.made_scores(images["name"].to_list())
    >>> covid = metrics.auroc("covid19")
    >>> figures.dose_response(estimates(scores, covid), images, covid.name)
    <Figure size ...>
    """
    rows = _dosed(interval_table(table), doses)
    if rows.empty:
        return nothing(f"No arm to draw: {axis}")
    untrained = rows["domain"] == "none"
    trained = rows[~untrained].sort_values("x")
    if trained.empty:
        raise FigureError("no arm has weights that were trained on images")
    out, within = (trained[trained["domain"] == domain] for domain in ("out", "in"))
    figure, axes = plt.subplots(figsize=(WIDTH, 4.4), layout="constrained")
    axes.set_xscale("log")
    draw_line(axes, out, OUT)
    draw_points(axes, within, IN)
    _limits(axes, rows, trained)
    for _, row in rows[untrained].iterrows():
        _over_the_width(axes, row)
    said = f"images the weights were trained on\n{caption(rows, 'bars and band')}\n{MARKS}"
    caption_below(figure, f"{said}{not_drawn(rows, rows['arm'])}")
    axes.set_ylabel(wrapped(axis, 44))
    _name_points(axes, [(out, OUT), (within, IN)])
    shown = rows.assign(x=np.where(untrained, 0, rows["x"])).rename(columns={"x": "images seen"})
    names = {"title": "weights trained on", "images seen": "different images"}
    return read_by(finished(figure), {axis: shown.drop(columns="domain")}, names)


def _dosed(rows: pd.DataFrame, doses: pd.DataFrame) -> pd.DataFrame:
    """Estimates with title and domain of their weights, and the number of images as ``x``."""
    require_columns(doses, ["name", "title", "domain", "images"])
    again = doses["name"].duplicated()
    if again.any():
        raise FigureError(f"arm {arm_name(doses.loc[again, 'name'].iloc[0])!r} has several doses")
    named = doses.rename(columns={"name": "arm", "images": "x"})[["arm", "title", "domain", "x"]]
    found = rows.merge(named, on="arm", how="left")
    lacking = found["domain"].isna()
    if lacking.any():
        raise FigureError(f"arm {found.loc[lacking, 'arm'].iloc[0]!r} has no dose")
    unknown = ~found["domain"].isin(["none", "out", "in"])
    if unknown.any():
        row = found[unknown].iloc[0]
        raise FigureError(f"arm {row['arm']!r}: domain {row['domain']!r}; give none, out or in")
    found["x"] = found["x"].astype(float)
    bad = (found["domain"] != "none") & ~((found["x"] > 0) & np.isfinite(found["x"]))
    if bad.any():
        row = found[bad].iloc[0]
        raise FigureError(
            f"arm {row['arm']!r}: {numbers.plain(row['x'])} images have no place on a logarithmic "
            "axis; give a number above 0, or the domain 'none'"
        )
    return found


def _name_points(axes: Axes, groups: Sequence[tuple[pd.DataFrame, Look]]) -> None:
    """Write titles and doses above the points, in a figure that is high enough for them."""
    ticks = [tick for tick in axes.get_yticks() if np.prod(np.array(axes.get_ylim()) - tick) <= 0]
    for _ in range(4):
        for found, look in groups:
            named = found[np.isfinite(found["estimate"])]
            texts = [
                f"{wrapped(row.title, 20)}\n{numbers.count(row.x)} images"
                for row in named.itertuples()
            ]
            label_points(axes, named.assign(high=_tops(axes, named)), texts, look.colour)
        if not make_higher(axes):
            break
    axes.set_yticks(ticks)  # what names gain in height is no scale


def _tops(axes: Axes, rows: pd.DataFrame) -> "pd.Series[float]":
    """Where bars end above, as far as they are seen."""
    return bar_ends(rows)["high"].fillna(rows["estimate"]).clip(upper=axes.get_ylim()[1])


def _limits(axes: Axes, rows: pd.DataFrame, trained: pd.DataFrame) -> None:
    """Leave room for names above and at the sides of the points."""
    fit_heights(axes, rows)
    bottom, top = axes.get_ylim()
    axes.set_ylim(bottom, top + 0.45 * (top - bottom))
    fit_widths(axes, trained["x"].to_list(), 0.16)
    magnitudes_below([axes])


def _over_the_width(axes: Axes, row: "pd.Series[Any]") -> None:
    """Draw weights that were trained on no images, which have no place on a logarithmic axis."""
    if not np.isfinite(row["estimate"]):
        return
    ends = bar_ends(row.to_frame().T).iloc[0]
    if not ends.isna().any():
        axes.axhspan(ends["low"], ends["high"], color=GREY, alpha=0.15, linewidth=0, zorder=0)
    axes.axhline(row["estimate"], color=GREY, linewidth=1.4, zorder=0)
    axes.text(
        1.01, row["estimate"], f"{wrapped(row['title'], 12)}\n0 images", va="center",
        fontsize=SMALL, color=ink(GREY), transform=axes.get_yaxis_transform(),
    )  # fmt: skip
