"""Dose: performance by the number of pretraining images."""

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from cxrstudy.pages.figures.labels import label_points
from cxrstudy.pages.figures.series import (
    draw_line,
    draw_points,
    fit_heights,
    fit_widths,
    magnitudes_below,
)
from cxrstudy.pages.figures.style import BLUE, GREY, ORANGE, SMALL, WIDTH, Look, finished, ink
from cxrstudy.pages.figures.words import caption, plain, wrapped

OUT, IN = Look(BLUE, "o"), Look(ORANGE, "D")


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
    ValueError
        An arm has no dose, or no arm has images.

    Examples
    --------
    >>> from cxrstudy.notebook import Study, estimates, figures, metrics, statistics
    >>> images = Study("quick", "phantom", seeds=1).initial_images
    >>> scores = statistics.made_scores(images["name"].to_list())
    >>> covid = metrics.auroc("covid19")
    >>> figures.dose_response(estimates(scores, covid), images, covid.name)
    <Figure size ...>
    """
    rows = table.merge(
        doses.rename(columns={"name": "arm", "images": "x"})[["arm", "title", "domain", "x"]],
        on="arm", how="left",
    )  # fmt: skip
    if rows["domain"].isna().any():
        raise ValueError(f"arm {rows.loc[rows['domain'].isna(), 'arm'].iloc[0]!r} has no dose")
    trained = rows[rows["domain"] != "none"].astype({"x": float}).sort_values("x")
    if trained.empty:
        raise ValueError("no arm has weights that were trained on images")
    out, within = (trained[trained["domain"] == domain] for domain in ("out", "in"))
    figure, axes = plt.subplots(figsize=(WIDTH, 4.4), layout="constrained")
    axes.set_xscale("log")
    draw_line(axes, out, OUT)
    draw_points(axes, within, IN)
    _limits(axes, table, trained)
    for row in rows[rows["domain"] == "none"].itertuples():
        _over_the_width(axes, row.estimate, row.low, row.high, row.title)
    said = f"images the weights were trained on\n{caption(table, 'bars and band')}"
    figure.supxlabel(said, fontsize=9.5)
    axes.set_ylabel(axis)
    for found, look in ((out, OUT), (within, IN)):
        texts = [f"{wrapped(row.title, 20)}\n{plain(row.x)} images" for row in found.itertuples()]
        label_points(axes, found, texts, look.colour)
    return finished(figure)


def _limits(axes: Axes, table: pd.DataFrame, trained: pd.DataFrame) -> None:
    """Leave room for names above and at the sides of the points."""
    fit_heights(axes, table)
    bottom, top = axes.get_ylim()
    axes.set_ylim(bottom, top + 0.45 * (top - bottom))
    fit_widths(axes, trained["x"], 0.16)
    magnitudes_below(axes)


def _over_the_width(axes: Axes, estimate: float, low: float, high: float, title: str) -> None:
    axes.axhspan(low, high, color=GREY, alpha=0.15, linewidth=0, zorder=0)
    axes.axhline(estimate, color=GREY, linewidth=1.4, zorder=0)
    axes.text(
        1.01, estimate, wrapped(title, 12), va="center", fontsize=SMALL, color=ink(GREY),
        transform=axes.get_yaxis_transform(),
    )  # fmt: skip
