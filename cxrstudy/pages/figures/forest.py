"""Forest: all claims in one figure, one row per claim, one mark per origin."""

from collections.abc import Hashable, Mapping
from typing import Any

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from cxrstudy.pages.figures.labels import align_left
from cxrstudy.pages.figures.style import (
    BLUE,
    GREEN,
    GREY,
    ORANGE,
    PURPLE,
    RED,
    SMALL,
    WIDTH,
    Look,
    finished,
    ink,
)  # fmt: skip
from cxrstudy.pages.figures.words import intervals, wrapped

#: Colours of decisive verdicts; all others are grey.
VERDICT_COLOURS = {
    "reproduced": GREEN, "supported": GREEN, "contradicted": RED, "reversed": RED,
    "no relevant difference": BLUE,
}  # fmt: skip

#: Styles of origins, in their order; the first, this run, is filled darkest.
ORIGINS = (Look(BLUE, "o"), Look(ORANGE, "s"), Look(PURPLE, "D"), Look("#000000", "^"))

ROW = 0.2  # inches: height of one mark
LETTERS = 32  # per line of a row's name


def contrasts_forest(table: pd.DataFrame) -> Figure:
    """Draw the contrasts that decide claims: interval, margin and verdict, for every origin.

    Parameters
    ----------
    table
        Columns ``claim``, ``contrast``, ``origin``, ``estimate``, ``low``, ``high``, ``margin``,
        ``verdict``, ``patients``, ``seeds``. A row without an estimate gets only the text of its
        verdict.

    Raises
    ------
    ValueError
        There are more than four origins.

    Examples
    --------
    >>> from cxrstudy.notebook import contrasts, figures, metrics, statistics
    >>> table = contrasts(statistics.made_scores(), metrics.auroc("covid19"), against="control")
    >>> judged = table.assign(
    ...     claim="B1", contrast="general − control", origin="this run", margin=0.0,
    ...     verdict="inconclusive",
    ... )
    >>> figures.contrasts_forest(judged)
    <Figure size ...>
    """
    origins = list(dict.fromkeys(table["origin"]))
    if len(origins) > len(ORIGINS):
        raise ValueError(f"{len(origins)} origins in one figure; draw at most {len(ORIGINS)}")
    given = dict(zip(origins, ORIGINS, strict=False))
    claims = list(dict.fromkeys(table["claim"]))
    each = max(len(origins) * ROW, 0.42) + 0.1
    height = each * len(claims) + 0.9 + 0.2 * len(origins)
    figure, axes = plt.subplots(figsize=(WIDTH, height), layout="constrained")
    axes.axvline(0, color=GREY, linewidth=1, zorder=1)
    for place, claim in enumerate(claims):
        _claim(axes, place, table[table["claim"] == claim], given, ROW / each)
    _name_claims(axes, table.drop_duplicates("claim"))
    _key(axes, given)
    figure.supxlabel(f"difference: first arm minus second; {intervals(table)}", fontsize=9.5)
    align_left(axes)
    return finished(figure)


def _claim(
    axes: Axes, place: int, rows: pd.DataFrame, given: Mapping[Hashable, Look], step: float
) -> None:
    """Draw the row of a claim: the margin as a tick, and one mark per origin."""
    if place % 2 == 0:
        axes.axhspan(place - 0.5, place + 0.5, color="0.955", linewidth=0, zorder=0)
    margins = sorted(set(rows["margin"].dropna()))
    axes.vlines(margins, place - 0.42, place + 0.42, color="black", linewidth=1.1, zorder=2)
    for number, row in enumerate(rows.itertuples()):
        height = place + step * (number - (len(rows) - 1) / 2)
        look = given[row.origin]
        axes.hlines(height, row.low, row.high, color=look.colour, linewidth=1.8, zorder=3)
        axes.plot(row.estimate, height, look.marker, color=look.colour, markersize=5.5, zorder=4)
        _decided(axes, height, row)


def _decided(axes: Axes, height: float, row: Any) -> None:
    """Write the verdict right of the axes, and beside it the numbers of patients and seeds."""
    colour = ink(VERDICT_COLOURS.get(row.verdict, GREY))
    said = row.verdict.split(":")[0]  # the table says why a verdict is void
    _beside(axes, height, 8, said, color=colour, fontweight="bold")
    if pd.notna(row.patients):
        seeds = "1 seed" if row.seeds == 1 else f"{row.seeds:.0f} seeds"
        _beside(axes, height, 84, f"n = {row.patients:,.0f}, {seeds}", color=GREY)


def _beside(axes: Axes, height: float, points: float, text: str, **style: Any) -> None:
    axes.annotate(
        text, (1, height), (points, 0), axes.get_yaxis_transform(), "offset points",
        va="center", fontsize=SMALL, annotation_clip=False, **style,
    )  # fmt: skip


def _name_claims(axes: Axes, first: pd.DataFrame) -> None:
    names = [f"{row.claim}: {row.contrast}" for row in first.itertuples()]
    axes.set_yticks(range(len(first)), [_broken(name) for name in names], fontsize=SMALL + 0.5)
    axes.set_ylim(len(first) - 0.5, -0.5)
    axes.spines["left"].set_visible(False)


def _broken(name: str) -> str:
    """Break a long name into lines; the arm that is subtracted begins a new line."""
    if len(name) <= LETTERS:
        return name
    first, *rest = name.split(" − ")
    return "\n".join(wrapped(part, LETTERS) for part in [first, *(f"− {part}" for part in rest)])


def _key(axes: Axes, given: Mapping[Hashable, Look]) -> None:
    """Legend above the axes: the mark of each origin, and the tick."""
    marks = {
        str(origin): Line2D([], [], color=look.colour, marker=look.marker, markersize=5.5)
        for origin, look in given.items()
    }
    marks["margin of the claim, which the whole interval must exceed"] = Line2D(
        [], [], color="black", marker="|", markersize=9, linewidth=0
    )
    axes.legend(
        marks.values(), marks.keys(), loc="lower left", bbox_to_anchor=(0, 1.0), frameon=False,
        fontsize=SMALL, borderaxespad=0.2, labelspacing=0.25,
    )  # fmt: skip
