"""Groups: a forest plot by sex, age, view, source and size of lesion."""

from collections.abc import Hashable
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from cxrstudy.base import numbers
from cxrstudy.base.columns import of_arms
from cxrstudy.base.words import arm_name
from cxrstudy.pages.figures.gate import FigureError, interval_table
from cxrstudy.pages.figures.labels import align_left
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
    finished,
    nothing,
)
from cxrstudy.pages.figures.words import (
    NO_INTERVALS,
    counts,
    in_lines,
    intervals,
    not_drawn,
    shortened,
    wrapped,
)

MOST_ARMS = 3
LETTERS = 30  # of the name of a group
COUNTED = ("positive", "negative", "patients", "note")
#: Row of a grouping, and of a group (None for the heading), to its height from the top.
Lines = dict[tuple[Hashable, Hashable], float]


@with_source
def subgroups(table: pd.DataFrame, overall: pd.DataFrame, axis: str) -> Figure:
    """Draw the estimates of groups, one panel per arm; groups that are too small are grey text.

    Parameters
    ----------
    table
        From :func:`cxrstudy.statistics.subgroups`, of at most three arms.
    overall
        From :func:`cxrstudy.statistics.estimates`, of the same arms: positions of the broken lines.
    axis
        Name of the metric.

    Raises
    ------
    FigureError
        A table is not valid, there are more than three arms, or an arm has no overall estimate.

    Examples
    --------
    >>> import pandas as pd
    >>> from cxrstudy.notebook import estimates, figures, metrics, statistics
    >>> scores, covid = statistics.made_scores(), metrics.auroc("covid19")
    >>> names = scores["id"].unique()
    >>> sex = pd.Series(["F" if n % 3 else "M" for n in range(len(names))], names, name="sex")
    >>> table = statistics.subgroups(scores, covid, sex)
    >>> figures.subgroups(table, estimates(scores, covid), covid.name)
    <Figure size ...>
    """
    rows = interval_table(table, ("grouping", "group", "arm"), COUNTED)
    whole = interval_table(overall)
    if rows.empty:
        return nothing(f"No group to draw: {axis}")
    arms = list(dict.fromkeys(rows["arm"]))
    if len(arms) > MOST_ARMS:
        raise FigureError(
            f"{len(arms)} arms in one figure; each has a column, and the page has room for "
            f"{MOST_ARMS}: draw the others, from {arm_name(arms[MOST_ARMS])!r} on, in another "
            "figure"
        )
    for arm in arms:
        if of_arms(whole, [arm]).empty:
            raise FigureError(f"arm {arm_name(arm)!r} has no estimate over all groups")
    lines = _lines(rows)
    names = [wrapped(arm, min(26, 40 // len(arms))) for arm in arms]
    deep = max(name.count("\n") for name in names)
    figure, grid = plt.subplots(
        1, len(arms), figsize=(WIDTH, 0.25 * len(lines) + 1.2 + 0.14 * deep), sharey=True,
        sharex=True, squeeze=False, layout="constrained",
    )  # fmt: skip
    seen = of_arms(whole, arms)
    grid[0, 0].set_xlim(*limits(pd.concat([rows, seen]), [], room=0.06))
    for axes, arm, name in zip(grid.flat, arms, names, strict=True):
        _panel(axes, of_arms(rows, [arm]), of_arms(whole, [arm]), lines)
        axes.set_title(name, fontsize=9.5, loc="left", color=BLUE)
    _name_counts(grid[0, -1], rows, lines)
    drawn = intervals([rows, whole])
    alone = " of each group alone" if drawn != NO_INTERVALS else ""
    said = in_lines(f"{drawn}{alone}; broken line: all groups together, {counts(seen)}")
    undefined = _undefined(rows)
    caption_below(figure, f"{wrapped(axis, 90)}\n{said}{undefined}")
    _name_rows(grid[0, 0], lines)
    return finished(figure)


def _undefined(rows: pd.DataFrame) -> str:
    """Lines for the caption about groups of which the figure itself does not say why."""
    silent = rows[rows["note"].isna() | (rows["note"] == "")]
    names = [
        f"{arm_name(row.group)}, {arm_name(row.arm)}" for row in silent.itertuples(index=False)
    ]
    return not_drawn(silent, names)


def _lines(rows: pd.DataFrame) -> Lines:
    """Height of every group from the top; each grouping has a heading, under the name None."""
    heights: Lines = {}
    for grouping in dict.fromkeys(rows["grouping"]):
        own = rows.loc[rows["grouping"] == grouping, "group"]
        for group in [None, *dict.fromkeys(own)]:
            heights[grouping, group] = float(len(heights))
    return heights


def _panel(axes: Axes, rows: pd.DataFrame, overall: pd.DataFrame, lines: Lines) -> None:
    middle = float(overall["estimate"].iloc[0])
    if np.isfinite(middle):
        axes.axvline(middle, color=GREY, linewidth=0.9, linestyle=BROKEN, zorder=0)
    ends = bar_ends(rows)
    for row, low, high in zip(rows.itertuples(), ends["low"], ends["high"], strict=True):
        place = lines[row.grouping, row.group]
        note = "" if pd.isna(row.note) else row.note
        note = note or ("" if np.isfinite(row.estimate) else "no estimate")
        if note:
            axes.text(
                0.5, place, note, ha="center", va="center", color=GREY, fontsize=SMALL,
                style="italic", transform=axes.get_yaxis_transform(),
                bbox={"facecolor": "white", "edgecolor": "none", "pad": 1},
            )  # fmt: skip
            continue
        axes.hlines(place, low, high, color=BLUE, linewidth=1.8)
        axes.plot(row.estimate, place, "o", color=BLUE, markersize=5.5)
    axes.spines["left"].set_visible(False)
    axes.tick_params(axis="y", length=0)


def _name_rows(axes: Axes, lines: Lines) -> None:
    names = [
        shortened(arm_name(grouping if group is None else group), LETTERS)
        for grouping, group in lines
    ]
    axes.set_yticks(list(lines.values()), names, fontsize=9)
    for label, (_, group) in zip(axes.get_yticklabels(), lines, strict=True):
        label.set_fontweight("bold" if group is None else "normal")
    axes.set_ylim(len(lines) - 0.5, -0.6)
    align_left(axes)


def _name_counts(axes: Axes, rows: pd.DataFrame, lines: Lines) -> None:
    """Write patients right of the last panel, in a column."""

    def write(place: float, text: str, **style: Any) -> None:
        axes.annotate(
            text, (1, place), (8, 0), axes.get_yaxis_transform(), "offset points",
            va="center", fontsize=SMALL, color=GREY, annotation_clip=False, **style,
        )  # fmt: skip

    write(0.0, "patients (with, without)")
    for (grouping, group), place in lines.items():
        # Compared one by one: names of groups may be tuples or intervals.
        same = np.array([one == group for one in rows["group"]], bool)
        own = rows[same & (rows["grouping"] == grouping)]
        texts = {
            "{} ({}, {})".format(*map(numbers.count, (row.patients, row.positive, row.negative)))
            for row in own.itertuples()
        }
        if len(texts) > 1:
            raise FigureError(f"group {arm_name(group)!r}: the arms are of different patients")
        if texts:
            write(place, texts.pop())
