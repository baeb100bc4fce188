"""Forest: all claims in one figure, one row per claim, one mark per origin."""

from collections.abc import Hashable, Mapping, Sequence
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from cxrstudy.base import numbers
from cxrstudy.base.words import arm_name, counted
from cxrstudy.pages.arm_words import in_words
from cxrstudy.pages.figures.gate import interval_table
from cxrstudy.pages.figures.labels import align_left
from cxrstudy.pages.figures.scales import limits
from cxrstudy.pages.figures.series import bar_ends
from cxrstudy.pages.figures.source import with_source
from cxrstudy.pages.figures.style import (
    BLUE,
    GREEN,
    GREY,
    ORANGE,
    PURPLE,
    RED,
    SKY,
    SMALL,
    WIDTH,
    Look,
    caption_below,
    finished,
    ink,
    nothing,
)
from cxrstudy.pages.figures.words import intervals, wrapped

#: Colours of decisive verdicts; all others are grey.
VERDICT_COLOURS = {
    "reproduced": GREEN, "supported": GREEN, "contradicted": RED, "reversed": RED,
    "no relevant difference": BLUE,
}  # fmt: skip

#: Colours and marks of origins, in their order; the first is this run. As the numbers of both have
#: no common divisor, every combination occurs before one occurs again.
COLOURS = (BLUE, ORANGE, PURPLE, "#000000", GREEN, RED, SKY)
MARKS = ("o", "s", "D", "^", "v", "P", "X", "<", ">")

#: Columns that a row needs beside its name and numbers.
NEEDED = ("contrast", "margin", "verdict", "patients", "seeds")

#: How it begins that a verdict counts.
COUNTS = "counts"

ROW = 0.18  # inches: height of one mark
LETTERS = 32  # per line of a row's name


@with_source
def contrasts_forest(table: pd.DataFrame) -> Figure:
    """Draw the contrasts that decide claims: interval, margin and verdict, for every origin.

    The mark of an origin has the same place in every row, so rows of claims that one origin lacks
    have a gap there.

    Parameters
    ----------
    table
        Columns ``claim``, ``contrast``, ``origin``, ``estimate``, ``low``, ``high``, ``margin``,
        ``verdict``, ``patients``, ``seeds``, and, if claims of several papers have the same name,
        ``paper``. ``bounds``, if there, has the differences to mark in place of the margin, and
        ``mark`` the number of each origin's mark; otherwise these follow the order of origins.
        ``counts``, if there, says whether a verdict counts; one that does not stands in brackets.
        A row without an estimate gets only the text of its verdict.

    Raises
    ------
    FigureError
        The table is not valid, or an origin judges a claim twice.

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
    rows = interval_table(_with_paper(in_words(table)), ("paper", "claim", "origin"), NEEDED)
    if rows.empty:
        return nothing("No claim to draw: no contrast has been estimated")
    given = _looks(rows)
    claims = list(dict.fromkeys(zip(rows["paper"], rows["claim"], strict=True)))
    key = _key_names(given)
    each = max(len(given) * ROW, 0.42) + 0.1
    height = each * len(claims) + 0.9 + 0.16 * "\n".join(key).count("\n") + 0.16
    figure, axes = plt.subplots(figsize=(WIDTH, height), layout="constrained")
    axes.axvline(0, color=GREY, linewidth=1, zorder=1)
    axes.set_xlim(*limits(rows, [0.0, *_bounds(rows)], room=0.05))
    aside = max(84.0, 8 + 5.4 * max(len(_verdict(row)) for row in rows.itertuples()))
    for place, (paper, claim) in enumerate(claims):
        own = rows[(rows["paper"] == paper) & (rows["claim"] == claim)]
        _claim(axes, place, own, given, (ROW / each, aside))
    _name_claims(axes, rows.drop_duplicates(["paper", "claim"]))
    _key(axes, given, key)
    caption_below(figure, f"difference: first arm minus second; {intervals([rows])}")
    align_left(axes)
    return finished(figure)


def looks_of(origins: Sequence[Hashable]) -> dict[Hashable, Look]:
    """Colour and mark of every origin, in order."""
    return {
        origin: Look(COLOURS[place % len(COLOURS)], MARKS[place % len(MARKS)])
        for place, origin in enumerate(origins)
    }


def _looks(rows: pd.DataFrame) -> dict[Hashable, Look]:
    origins = list(dict.fromkeys(rows["origin"]))
    if "mark" not in rows:
        return looks_of(origins)
    numbers = dict(zip(rows["origin"], rows["mark"].astype(int), strict=True))
    every = list(looks_of(range(max(numbers.values()) + 1)).values())
    return {origin: every[numbers[origin]] for origin in sorted(origins, key=numbers.__getitem__)}


def _with_paper(table: pd.DataFrame) -> pd.DataFrame:
    return table if "paper" in table else table.assign(paper="the only one")


def _claim(
    axes: Axes,
    place: int,
    rows: pd.DataFrame,
    given: Mapping[Hashable, Look],
    lies: tuple[float, float],
) -> None:
    """Draw the row of a claim: the margin as a tick, and one mark per origin.

    ``lies`` has the height of a mark, and how far right of the axes numbers begin.
    """
    step, aside = lies
    if place % 2 == 0:
        axes.axhspan(place - 0.5, place + 0.5, color="0.955", linewidth=0, zorder=0)
    axes.vlines(_bounds(rows), place - 0.42, place + 0.42, color="black", linewidth=1.1, zorder=2)
    slots = {origin: number - (len(given) - 1) / 2 for number, origin in enumerate(given)}
    ends = bar_ends(rows)
    for row, low, high in zip(rows.itertuples(), ends["low"], ends["high"], strict=True):
        height = place + step * slots[row.origin]
        look = given[row.origin]
        axes.hlines(height, low, high, color=look.colour, linewidth=1.8, zorder=3)
        finite = row.estimate if np.isfinite(row.estimate) else np.nan
        axes.plot(finite, height, look.marker, color=look.colour, markersize=5.5, zorder=4)
        _decided(axes, height, row, aside)


def _bounds(rows: pd.DataFrame) -> list[float]:
    """What intervals are held against: the margin, or the two bounds of an equivalence."""
    pairs = rows["bounds"] if "bounds" in rows else rows["margin"].map(lambda margin: (margin,))
    return sorted({bound for pair in pairs for bound in pair if np.isfinite(bound)})


def _decided(axes: Axes, height: float, row: Any, aside: float) -> None:
    """Write the verdict right of the axes, and beside it the numbers of patients and seeds."""
    colour = ink(VERDICT_COLOURS.get(row.verdict, GREY))
    _beside(axes, height, 8, _verdict(row), color=colour, fontweight="bold")
    if pd.notna(row.patients):
        seeds = counted(int(row.seeds), "seed")
        text = f"n = {numbers.count(row.patients)}, {seeds}"
        _beside(axes, height, aside, text, color=GREY)


def _verdict(row: Any) -> str:
    """A verdict without its reason, which the table says; in brackets if it does not count."""
    short = str(row.verdict).split(":")[0]
    return short if str(getattr(row, "counts", COUNTS)).startswith(COUNTS) else f"({short})"


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


def _key_names(given: Mapping[Hashable, Look]) -> list[str]:
    """Names in the legend: of each origin, and of the tick."""
    margin = "what the whole interval must lie above or, where there are two, between"
    return [wrapped(arm_name(name), 66) for name in [*given, margin]]


def _key(axes: Axes, given: Mapping[Hashable, Look], names: Sequence[str]) -> None:
    """Legend above the axes: the mark of each origin, and the tick."""
    marks = [
        Line2D([], [], color=look.colour, marker=look.marker, markersize=5.5)
        for look in given.values()
    ]
    marks.append(Line2D([], [], color="black", marker="|", markersize=9, linewidth=0))
    axes.legend(
        marks, names, loc="lower left", bbox_to_anchor=(0, 1.0), frameon=False,
        fontsize=SMALL, borderaxespad=0.2, labelspacing=0.25,
    )  # fmt: skip
