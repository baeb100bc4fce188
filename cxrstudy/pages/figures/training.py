"""Training: how every arm was trained, one panel per arm."""

from collections.abc import Hashable

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from cxrstudy.base.words import arm_name
from cxrstudy.pages.figures.gate import number_table
from cxrstudy.pages.figures.source import with_source
from cxrstudy.pages.figures.style import (
    BLUE,
    GREY,
    ORANGE,
    SMALL,
    WIDTH,
    caption_below,
    finished,
    ink,
    nothing,
)
from cxrstudy.pages.figures.words import wrapped

COLUMNS, LETTERS, HEIGHT = 4, 80, 1.45
#: Where the axis of the AUROC begins, if no training was below.
USUAL = 0.4
#: Columns that name a row, and columns of numbers.
KEYS = ("arm", "seed", "step")
NUMBERS = ("step", "learning_rate", "train_loss", "validation_loss", "validation_auroc")


@with_source
def training_curves(table: pd.DataFrame) -> Figure:
    """Draw losses, validation AUROC and learning rate of every arm over its training.

    With several seeds, a line is their mean, and a band reaches from the lowest to the highest. A
    training at a plateau ends with a filled mark, another with a hollow one.

    Parameters
    ----------
    table
        From :func:`cxrstudy.study.curves.curves_of`.

    Raises
    ------
    FigureError
        A column is missing, a name is null or occurs twice, or a number is text.

    Examples
    --------
    >>> row = {"arm": "a", "seed": 0, "learning_rate": 0.01, "train_loss": 1.0, "plateau": "yes"}
    >>> table = pd.DataFrame(
    ...     [row | {"step": n, "validation_loss": 1 / n, "validation_auroc": 0.5} for n in (4, 8)]
    ... )
    >>> training_curves(table)
    <Figure size ...>
    """
    table = number_table(table, KEYS, NUMBERS, also=["plateau"])
    if table.empty:
        return nothing("No training to draw")
    arms: list[Hashable] = list(dict.fromkeys(table["arm"]))
    names = [wrapped(arm_name(arm), LETTERS // COLUMNS) for arm in arms]
    lines = -(-len(arms) // COLUMNS)
    above = 0.14 * max(name.count("\n") for name in names)
    figure, grid = plt.subplots(
        lines, COLUMNS, figsize=(WIDTH, (HEIGHT + above) * lines + 0.8), sharex=True, sharey=True,
        squeeze=False, layout="constrained",
    )  # fmt: skip
    top = _finite_max(table[["train_loss", "validation_loss"]]) * 1.05
    bottom = _lowest(table["validation_auroc"])
    for axes, arm, name in zip(grid.flat, arms, names, strict=False):
        same = np.array([each == arm for each in table["arm"]], bool)
        axes.set_title(name, fontsize=SMALL, loc="left")
        _draw(axes, table[same], bottom, top, last=_is_last(axes, grid, len(arms)))
    for axes in grid.flat[len(arms) :]:
        axes.set_visible(False)
    for axes in grid.flat[max(0, len(arms) - COLUMNS) : len(arms)]:
        axes.tick_params(labelbottom=True)  # no panel below it
    for axes in grid[:, 0]:
        axes.set_ylabel("AUROC", color=ink(BLUE))
    caption_below(figure, _said(table))
    return finished(figure)


def _draw(axes: Axes, rows: pd.DataFrame, bottom: float, top: float, last: bool) -> None:
    whole = rows.groupby("seed")["step"].transform("max")
    rows = rows.assign(share=rows["step"] / whole.max())
    axes.set(xlim=(0, 1.04), ylim=(bottom, 1.02), xticks=[0, 0.5, 1])
    axes.set_yticks([0.5, 0.75, 1] if bottom == USUAL else [0, 0.5, 1])
    axes.set_xticklabels(["0", "half", "end"])
    rates = rows.groupby("share")["learning_rate"].mean()
    if np.isfinite(rates).any() and rates.max() > 0:
        # The rate has no axis: what is seen is its course.
        heights = bottom + (1 - bottom) / 4 * rates / rates.max()
        axes.fill_between(rates.index, bottom, heights, color=GREY, alpha=0.25, linewidth=0)
    right = axes.twinx()
    right.set_ylim(0, top)
    right.spines["right"].set_visible(False)
    right.tick_params(right=last, labelright=last, labelsize=SMALL)
    if last:
        right.set_ylabel("loss", color=ink(ORANGE))
    _band(right, rows, "train_loss", ORANGE, (0, (2, 1.5)))
    _band(right, rows, "validation_loss", ORANGE, "-")
    _band(axes, rows, "validation_auroc", BLUE, "-")
    ends = rows.loc[rows.groupby("seed")["step"].idxmax()]
    for share, auroc, plateau in zip(
        ends["share"], ends["validation_auroc"], ends["plateau"], strict=True
    ):
        fill = BLUE if plateau == "yes" else "white"
        axes.plot([share], [auroc], "o", color=BLUE, markerfacecolor=fill, markersize=5, zorder=3)
    axes.set_zorder(right.get_zorder() + 1)
    axes.patch.set_visible(False)


def _band(axes: Axes, rows: pd.DataFrame, column: str, colour: str, dashes: object) -> None:
    seeds = rows.groupby("share")[column].agg(["mean", "min", "max"])
    axes.plot(seeds.index, seeds["mean"], color=colour, linestyle=dashes, linewidth=1.5)
    if rows["seed"].nunique() > 1:
        axes.fill_between(
            seeds.index, seeds["min"], seeds["max"], color=colour, alpha=0.2, linewidth=0
        )


def _is_last(axes: Axes, grid: np.ndarray, count: int) -> bool:
    """Whether a panel is the right one of a full row, or of the only one."""
    place = list(grid.flat).index(axes)
    return place % COLUMNS == COLUMNS - 1 or (count < COLUMNS and place == count - 1)


def _lowest(aurocs: "pd.Series[float]") -> float:
    """Where the axes begin: below chance, and at 0 if a training was far below it."""
    return 0.0 if aurocs.min() < USUAL else USUAL


def _finite_max(table: pd.DataFrame) -> float:
    values = table.to_numpy(np.float64)
    return float(values[np.isfinite(values)].max(initial=1e-9))


def _said(table: pd.DataFrame) -> str:
    arms = pd.Series([arm_name(arm) for arm in table["arm"]], table.index)
    ends = table["plateau"].groupby([arms, table["seed"]]).last()
    seeds = table["seed"].nunique()
    band = f"; bands: lowest to highest of {seeds} seeds" if seeds > 1 else ""
    return (
        "share of the training\nblue: validation AUROC; orange: loss, broken in training; grey: "
        f"course of the learning rate{band}\nfilled mark: at a plateau "
        f"({(ends == 'yes').sum()} of {len(ends)} trainings)"
    )
