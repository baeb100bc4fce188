"""Narrow: on a phone, where the text of a figure is too small, its numbers stand in its place.

A figure of few estimates has a table, whose rows become cards on a phone. Others keep their size
there and can be moved sideways.
"""

import io

import pandas as pd

from cxrstudy.base import numbers
from cxrstudy.pages.tables import FOLDED, table

#: A longer table is no substitute for a figure.
MOST_ROWS = 60
#: Letters of the longest name beside which a narrow screen has room for the estimate.
LONGEST_NAME = 40
#: What a table says beside names and estimate.
COUNTED = ("patients", "seeds")
#: Columns that name a row before all others.
_FIRST = ("claim", "arm")
#: Columns that a figure does not show.
_UNSHOWN = {
    *FOLDED, "p", "adjusted_p", "metric", "role", "split", "images", "null", "standard_error",
    "minimum_detectable_difference", "run", "experiment", "counts", "rule", "paper",
}  # fmt: skip


def as_table(csv: str) -> str:
    r"""The estimates of a figure as a table for phones, as HTML; empty if they are too many.

    Parameters
    ----------
    csv
        What was drawn, with lines of facts, as :mod:`cxrstudy.pages.figures.source` writes it.

    Examples
    --------
    >>> as_table("# commit: 3f\narm,estimate,low,high,level\ncontrol,0.9,0.8,0.95,0.95\n")[:25]
    '<div class="study-phone">'
    >>> as_table("x,y\n0,1\n")
    ''
    """
    lines = [line for line in csv.splitlines(keepends=True) if not line.startswith("# ")]
    frame = _with_estimates(pd.read_csv(io.StringIO("".join(lines))))
    if not {"estimate", "low", "high"} <= set(frame) or not 0 < len(frame) <= MOST_ROWS:
        return ""
    names = _names(frame)
    # One name a row, so that two columns are enough; what all rows share is said once.
    texts = [[str(each) for each in row if pd.notna(each)] for row in frame[names].to_numpy()]
    rows = frame.assign(row=[" · ".join(row) for row in texts])
    counted = [name for name in COUNTED if name in frame]
    differing = [name for name in counted if frame[name].nunique() > 1]
    said = ", ".join(
        f"{name}: {numbers.count(frame[name].iloc[0])}" for name in counted if name not in differing
    )
    shown = table(rows, ["row", "estimate", *differing], row="what").data
    cards = " cards" if max(map(len, rows["row"])) > LONGEST_NAME else ""
    return f'<div class="study-phone{cards}">{shown}{f"<p>{said}</p>" if said else ""}</div>'


def _with_estimates(frame: pd.DataFrame) -> pd.DataFrame:
    """The rows without those of a table that holds no estimate, such as the sizes of sets."""
    if not {"table", "estimate"} <= set(frame):
        return frame
    return frame[frame["estimate"].notna().groupby(frame["table"]).transform("any")]


def _names(frame: pd.DataFrame) -> list[str]:
    """The columns that tell rows apart: arm and claim first, then words, then levels."""
    others = [
        str(name) for name in frame
        if name not in (*_UNSHOWN, *COUNTED, *_FIRST, "estimate") and frame[name].nunique() > 1
    ]  # fmt: skip
    others.sort(key=lambda name: pd.api.types.is_numeric_dtype(frame[name]))
    chosen: list[str] = []
    for name in [*(name for name in _FIRST if name in frame), *others]:
        apart = len(frame[chosen].drop_duplicates()) if chosen else 1
        if len(frame[[*chosen, name]].drop_duplicates()) > apart or not chosen:
            chosen.append(name)
    return chosen
