"""Power: how likely studies of several sizes are to decide each claim."""

from collections.abc import Hashable, Mapping
from math import ceil

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter

from cxrstudy.base import numbers
from cxrstudy.base.checks import between
from cxrstudy.base.words import counted
from cxrstudy.pages.figures.gate import FigureError, number_table
from cxrstudy.pages.figures.scales import magnitudes_below
from cxrstudy.pages.figures.source import with_source
from cxrstudy.pages.figures.style import (
    BROKEN,
    GREY,
    SMALL,
    WIDTH,
    Look,
    caption_below,
    finished,
    looks,
    nothing,
)
from cxrstudy.pages.figures.words import wrapped

#: Columns that name a row.
KEYS = ("claim", "seeds", "patients")
#: Panels in a row, height of a row in inches, and letters of the names above a row, per line.
ACROSS, HEIGHT, LETTERS = 3, 1.9, 84


@with_source
def power_curves(table: pd.DataFrame, wanted: float = 0.8) -> Figure:
    """Draw the chance to decide each claim by number of patients: a panel a claim, a line a size.

    Parameters
    ----------
    table
        One row per claim, number of seeds and number of patients: ``claim``, ``seeds``,
        ``patients``, ``decides``; as :func:`cxrstudy.verdicts.planning.power_by_claim` makes it.
    wanted
        Chance that a study is planned for, drawn as a line.

    Raises
    ------
    FigureError
        The table is not valid, a chance does not lie between 0 and 1, or a number of seeds or
        patients is not positive.
    ParameterError
        The wanted chance does not lie between 0 and 1.

    Examples
    --------
    >>> import pandas as pd
    >>> from cxrstudy.notebook import figures
    >>> rows = pd.DataFrame(
    ...     {"claim": "B1", "seeds": [3, 3, 10, 10], "patients": [250, 1000] * 2,
    ...      "decides": [0.1, 0.2, 0.4, 0.9]}
    ... )
    >>> figures.power_curves(rows)
    <Figure size ...>
    """
    wanted = between(wanted, 0, 1, "wanted")
    rows = number_table(table, KEYS, ["seeds", "patients", "decides"])
    known = rows[rows["decides"].notna()]
    if known.empty:
        return nothing("No claim whose variances are recorded")
    _check(known)
    claims = list(dict.fromkeys(known["claim"]))
    sizes = sorted({int(few) for few in known["seeds"]})
    given = looks(sizes)
    down, across = ceil(len(claims) / ACROSS), min(ACROSS, len(claims))
    names = {claim: wrapped(claim, LETTERS // across) for claim in claims}
    above = 0.14 * max(name.count("\n") for name in names.values())
    figure, grid = plt.subplots(
        down, across, figsize=(WIDTH, (HEIGHT + above) * down + 0.9), sharex=True, sharey=True,
        squeeze=False, layout="constrained",
    )  # fmt: skip
    for axes, claim in zip(grid.flat, claims, strict=False):
        _panel(axes, known[known["claim"] == claim], given)
        axes.axhline(wanted, color=GREY, linewidth=0.8, linestyle=BROKEN)
        axes.set_title(names[claim], fontsize=SMALL, loc="left")
    magnitudes_below(list(grid.flat[: len(claims)]))
    for axes in grid.flat[len(claims) :]:
        axes.set_axis_off()
    for axes in grid.flat[max(0, len(claims) - across) : len(claims)]:
        axes.tick_params(labelbottom=True)  # the last panel of its column
    grid.flat[0].set_ylim(-0.03, 1.02)  # a curve at zero does not hide behind the axis
    grid.flat[0].yaxis.set_major_formatter(PercentFormatter(1, symbol=" %"))
    keys = [counted(few, "seed") for few in sizes]
    # At the left and in two lines, so that a narrow screen, which shows the left, shows all keys.
    figure.legend(grid.flat[0].lines[: len(keys)], keys, loc="outside upper left",
                  ncols=ceil(len(keys) / 2), frameon=False, fontsize=SMALL)  # fmt: skip
    planned = numbers.whole_percent(wanted)
    caption_below(figure, f"test patients\nbroken line: {planned}, which studies are planned for")
    figure.supylabel("chance to decide the claim", fontsize=SMALL)
    return finished(figure)


def _panel(axes: Axes, rows: pd.DataFrame, given: Mapping[Hashable, Look]) -> None:
    axes.set_xscale("log")
    for few, look in given.items():
        own = rows[rows["seeds"] == few].sort_values("patients")
        axes.plot(
            own["patients"], own["decides"], color=look.colour, linestyle=look.dashes,
            linewidth=1.6, marker=look.marker if len(own) == 1 else "",
        )  # fmt: skip


def _check(rows: pd.DataFrame) -> None:
    outside = rows[~rows["decides"].between(0, 1)]
    if len(outside):
        row = outside.iloc[0]
        chance = numbers.plain(row["decides"])
        raise FigureError(f"claim {row['claim']}: chance {chance} is not in 0 to 1")
    for name in ("seeds", "patients"):
        number = rows[~(np.isfinite(rows[name]) & (rows[name] > 0))]
        if len(number):
            row = number.iloc[0]
            raise FigureError(
                f"claim {row['claim']}: {numbers.plain(row[name])} {name}; give a number above 0"
            )
