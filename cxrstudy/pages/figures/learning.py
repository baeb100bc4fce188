"""Learning: learning curves, performance by number of training patients and initial weights."""

from collections.abc import Hashable, Mapping

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from cxrstudy.base import numbers
from cxrstudy.base.words import arm_name
from cxrstudy.pages.figures.gate import FigureError, interval_table
from cxrstudy.pages.figures.intervals import estimates
from cxrstudy.pages.figures.labels import label_ends, label_points
from cxrstudy.pages.figures.scales import (
    Places,
    fit_heights,
    fit_widths,
    log_places,
    numbers_below,
)
from cxrstudy.pages.figures.series import asides, bar_ends, draw_hollow, draw_line, last_points
from cxrstudy.pages.figures.source import read_by, with_source
from cxrstudy.pages.figures.style import (
    GREY,
    WIDTH,
    Look,
    are_told_apart,
    caption_below,
    finished,
    looks,
    nothing,
)  # fmt: skip
from cxrstudy.pages.figures.words import caption, not_drawn, wrapped


@with_source
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
    FigureError
        The table is not valid, or the number of patients of an arm is missing or negative.

    Notes
    -----
    More initial weights than a reader can tell apart are drawn as rows, one per arm.

    Examples
    --------
    >>> from cxrstudy.notebook import estimates, figures, metrics, statistics
    >>> scores = statistics.made_scores([("random", 0.1), ("random", 1), ("random", "1-shot")])
    >>> table = estimates(scores, metrics.auroc("covid19"))
    >>> figures.learning_curves(table, {0.1: 36, 1: 360, "1-shot": 3}, "AUROC")
    <Figure size ...>
    """
    rows = _sized(interval_table(table), patients)
    if rows.empty:
        return nothing(f"No arm to draw: {axis}")
    if not are_told_apart(rows["start"]):
        return estimates(table, f"{axis}; one row per initial weights and share of the patients")
    places = log_places(rows["size"].to_list(), "number of training patients")
    rows = rows.assign(x=[places.at[size] for size in rows["size"]])
    shots = rows["part"].map(lambda part: isinstance(part, str)).astype(bool)
    given = looks(rows["start"])
    figure, axes = plt.subplots(figsize=(WIDTH, 4.4), layout="constrained")
    axes.set_xscale("log")
    for (start, look), aside in zip(given.items(), asides(len(given)), strict=True):
        own = rows["start"] == start
        draw_line(axes, rows[own & ~shots].sort_values("x"), look, aside)
        draw_hollow(axes, rows[own & shots], look, aside)
    fit_heights(axes, rows)
    hollow = "\nhollow marks: equal numbers of patients per class" if shots.any() else ""
    said = f"{caption(rows)}{hollow}{places.said}{not_drawn(rows, rows['arm'])}"
    caption_below(figure, f"training patients\ntest: {said}")
    axes.set_ylabel(wrapped(axis, 44))
    fit_widths(axes, rows["x"].to_list(), 0.08)
    places.draw_break(axes)
    _name_sizes(axes, rows, shots, places)
    _name_shots(axes, rows[shots])
    # A start that has only shots is named at the last of them.
    ends = last_points(rows, "start", list(given))
    ends |= last_points(rows[~shots], "start", list(given))
    _name_starts(axes, rows, ends, given)
    shown = rows.assign(used=_used(rows)).drop(columns=["part", "size"])
    names = {"used": "training patients", "start": "initial weights"}
    return read_by(finished(figure), {axis: shown}, names)


def _used(rows: pd.DataFrame) -> list[str]:
    """Training patients, and the share of all or the shots that they are, as text."""
    shares = [
        part if isinstance(part, str) else numbers.whole_percent(part) for part in rows["part"]
    ]
    return [
        f"{numbers.count(size)} ({share})" for size, share in zip(rows["size"], shares, strict=True)
    ]


def _sized(rows: pd.DataFrame, patients: Mapping[Hashable, float]) -> pd.DataFrame:
    """Estimates with the columns ``start``, ``part`` and ``size`` (patients), from their arms."""
    for arm in rows["arm"]:
        if not (isinstance(arm, tuple) and len(arm) == 2):
            raise FigureError(f"arm {arm_name(arm)!r} is not a pair of initial weights and a share")
        if arm[1] not in patients:
            raise FigureError(f"the number of patients of {arm[1]!r} is missing")
    return rows.assign(
        start=pd.Series([start for start, _ in rows["arm"]], dtype=object),
        part=pd.Series([part for _, part in rows["arm"]], dtype=object),
        size=[float(patients[part]) for _, part in rows["arm"]],
    )


def _name_sizes(axes: Axes, rows: pd.DataFrame, shots: "pd.Series[bool]", places: Places) -> None:
    """Write numbers of patients, and below each the shares of all patients that it is of."""
    curve = rows if shots.all() else rows[~shots]
    sizes = sorted(set(curve["size"]))
    names = []
    for size in sizes:
        parts = dict.fromkeys(curve.loc[curve["size"] == size, "part"])
        shares = [numbers.whole_percent(part) for part in parts if not isinstance(part, str)]
        names.append("\n".join([numbers.count(size), *shares]))
    numbers_below([axes], [places.at[size] for size in sizes], names)


def _name_starts(
    axes: Axes,
    rows: pd.DataFrame,
    ends: Mapping[Hashable, tuple[float, float]],
    given: Mapping[Hashable, Look],
) -> None:
    """Name curves at their right ends, and a start of one point only beside it.

    A line from such a point to a name at the right would look like a flat curve.
    """
    right = max((x for x, _ in ends.values()), default=0.0)
    points = rows["start"].value_counts()
    lone = [start for start, (x, _) in ends.items() if points[start] == 1 and x < right]
    label_ends(axes, {start: end for start, end in ends.items() if start not in lone}, given)
    seen = rows.assign(high=bar_ends(rows)["high"].fillna(rows["estimate"]))
    for start in sorted(lone, key=lambda start: ends[start][1]):
        own = seen[[one == start for one in seen["start"]]]
        label_points(axes, own[["x", "high"]], [str(start)], given[start].colour)


def _name_shots(axes: Axes, rows: pd.DataFrame) -> None:
    """Write the name of hollow marks above the highest of them."""
    seen = rows.assign(high=bar_ends(rows)["high"].fillna(rows["estimate"]))
    seen = seen[np.isfinite(seen["estimate"])]
    seen["high"] = seen["high"].clip(upper=axes.get_ylim()[1])
    highest = seen.groupby("part", as_index=False, sort=False)[["x", "high"]].max()
    label_points(axes, highest, list(highest["part"]), GREY)
