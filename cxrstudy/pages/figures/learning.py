"""Learning: learning curves, performance by number of training patients and initial weights."""

from collections.abc import Hashable, Mapping

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from cxrstudy.pages.figures.labels import label_ends, label_points
from cxrstudy.pages.figures.series import (
    asides,
    draw_hollow,
    draw_line,
    fit_heights,
    fit_widths,
    numbers_below,
)
from cxrstudy.pages.figures.style import GREY, WIDTH, finished, looks
from cxrstudy.pages.figures.words import caption, plain


def learning_curves(table: pd.DataFrame, patients: Mapping[Hashable, float], axis: str) -> Figure:
    """Draw a learning curve for every initial weights, over the number of training patients.

    Parameters
    ----------
    table
        From :func:`cxrstudy.statistics.estimates`. Arms are tuples (initial weights, fraction of
        the training patients), or (initial weights, text) for shots, such as ``5-shot``, which are
        drawn as hollow marks beside the curve.
    patients
        Fraction or text to number of training patients.
    axis
        Name of the metric.

    Raises
    ------
    ValueError
        The number of patients of an arm is missing.

    Examples
    --------
    >>> from cxrstudy.notebook import estimates, figures, metrics, statistics
    >>> scores = statistics.made_scores([("random", 0.1), ("random", 1), ("random", "1-shot")])
    >>> table = estimates(scores, metrics.auroc("covid19"))
    >>> figures.learning_curves(table, {0.1: 36, 1: 360, "1-shot": 3}, "AUROC")
    <Figure size ...>
    """
    rows = _placed(table, patients)
    shots = rows["part"].map(lambda part: isinstance(part, str))
    figure, axes = plt.subplots(figsize=(WIDTH, 4.4), layout="constrained")
    axes.set_xscale("log")
    given, ends = looks(rows["start"]), {}
    for (start, look), aside in zip(given.items(), asides(len(given)), strict=True):
        own = rows["start"] == start
        curve = rows[own & ~shots].sort_values("x")
        draw_line(axes, curve, look, aside)
        draw_hollow(axes, rows[own & shots], look, aside)
        ends[start] = (curve["x"].iloc[-1], curve["estimate"].iloc[-1])
    fit_heights(axes, rows)
    hollow = "\nhollow marks: equal numbers of patients per class" if shots.any() else ""
    figure.supxlabel(f"training patients\ntest: {caption(table)}{hollow}", fontsize=9.5)
    axes.set_ylabel(axis)
    fit_widths(axes, rows["x"], 0.08)
    _name_shares(axes, rows[~shots])
    _name_shots(axes, rows[shots])
    label_ends(axes, ends, given)
    return finished(figure)


def _placed(table: pd.DataFrame, patients: Mapping[Hashable, float]) -> pd.DataFrame:
    starts, parts = zip(*table["arm"], strict=True)
    for part in parts:
        if part not in patients:
            raise ValueError(f"the number of patients of {part!r} is missing")
    return table.assign(start=starts, part=parts, x=[float(patients[part]) for part in parts])


def _name_shares(axes: Axes, curve: pd.DataFrame) -> None:
    """Write numbers of patients, and below each the fraction of all patients."""
    shares = dict(sorted(zip(curve["x"], curve["part"], strict=True)))
    names = [f"{plain(x)}\n{100 * share:.3g} %" for x, share in shares.items()]
    numbers_below(axes, list(shares), names)


def _name_shots(axes: Axes, rows: pd.DataFrame) -> None:
    """Write the name of hollow marks above the highest of them."""
    highest = rows.groupby("part", as_index=False)[["x", "high"]].max()
    label_points(axes, highest, list(highest["part"]), GREY)
