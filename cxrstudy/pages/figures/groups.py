"""Groups: a forest plot by sex, age, view, source and size of lesion."""

from collections.abc import Hashable
from typing import Any

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from cxrstudy.base.columns import of_arms
from cxrstudy.base.words import arm_name
from cxrstudy.pages.figures.labels import align_left
from cxrstudy.pages.figures.style import BLUE, BROKEN, GREY, SMALL, WIDTH, finished
from cxrstudy.pages.figures.words import counts, intervals, wrapped


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
    ValueError
        There are more than three arms.

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
    arms = list(dict.fromkeys(table["arm"]))
    if len(arms) > 3:
        raise ValueError(f"{len(arms)} arms in one figure; draw at most 3")
    lines = _lines(table)
    figure, grid = plt.subplots(
        1, len(arms), figsize=(WIDTH, 0.25 * len(lines) + 1.2), sharey=True, sharex=True,
        squeeze=False, layout="constrained",
    )  # fmt: skip
    for axes, arm in zip(grid.flat, arms, strict=True):
        _panel(axes, of_arms(table, [arm]), of_arms(overall, [arm]), lines)
        axes.set_title(wrapped(arm, 26), fontsize=9.5, loc="left", color=BLUE)
    _name_counts(grid[0, -1], of_arms(table, [arms[0]]), lines)
    said = f"{intervals(overall)} of each group alone; broken line: all, {counts(overall)}"
    figure.supxlabel(f"{axis}\n{said}", fontsize=9.5)
    _name_rows(grid[0, 0], lines)
    return finished(figure)


def _lines(table: pd.DataFrame) -> dict[tuple[Hashable, Hashable], float]:
    """Height of every group from the top; each grouping has a heading, under the name None."""
    heights: dict[tuple[Hashable, Hashable], float] = {}
    for grouping, rows in table.groupby("grouping", sort=False):
        for group in [None, *dict.fromkeys(rows["group"])]:
            heights[grouping, group] = float(len(heights))
    return heights


def _panel(
    axes: Axes, rows: pd.DataFrame, overall: pd.DataFrame,
    lines: dict[tuple[Hashable, Hashable], float],
) -> None:  # fmt: skip
    middle = float(overall["estimate"].iloc[0])
    axes.axvline(middle, color=GREY, linewidth=0.9, linestyle=BROKEN, zorder=0)
    for row in rows.itertuples():
        place = lines[row.grouping, row.group]
        if row.note:
            axes.text(
                0.5, place, row.note, ha="center", va="center", color=GREY, fontsize=SMALL,
                style="italic", transform=axes.get_yaxis_transform(),
                bbox={"facecolor": "white", "edgecolor": "none", "pad": 1},
            )  # fmt: skip
            continue
        axes.hlines(place, row.low, row.high, color=BLUE, linewidth=1.8)
        axes.plot(row.estimate, place, "o", color=BLUE, markersize=5.5)
    axes.spines["left"].set_visible(False)
    axes.tick_params(axis="y", length=0)


def _name_rows(axes: Axes, lines: dict[tuple[Hashable, Hashable], float]) -> None:
    names = [str(grouping) if group is None else f"{arm_name(group)}" for grouping, group in lines]
    axes.set_yticks(list(lines.values()), names, fontsize=9)
    for label, (_, group) in zip(axes.get_yticklabels(), lines, strict=True):
        label.set_fontweight("bold" if group is None else "normal")
    axes.set_ylim(len(lines) - 0.5, -0.6)
    align_left(axes)


def _name_counts(
    axes: Axes, rows: pd.DataFrame, lines: dict[tuple[Hashable, Hashable], float]
) -> None:
    """Write patients right of the last panel, in a column."""

    def write(place: float, text: str, **style: Any) -> None:
        axes.annotate(
            text, (1, place), (8, 0), axes.get_yaxis_transform(), "offset points",
            va="center", fontsize=SMALL, color=GREY, annotation_clip=False, **style,
        )  # fmt: skip

    write(0.0, "patients (with, without)")
    for row in rows.itertuples():
        text = f"{row.patients:,} ({row.positive:,}, {row.negative:,})"
        write(lines[row.grouping, row.group], text)
