"""Words: how figures write names, numbers and how many patients stand behind them."""

from collections.abc import Hashable
from textwrap import fill
from typing import Any

import pandas as pd

from cxrstudy.base.words import arm_name


def counts(table: pd.DataFrame) -> str:
    """How many patients, images and seeds a table of estimates rests on.

    Parameters
    ----------
    table
        Any of the columns ``patients``, ``images`` and ``seeds``; where rows differ, the fewest and
        the most are said.
    """
    found = [
        _amount(table[column].dropna(), column)
        for column in ("patients", "images", "seeds")
        if column in table
    ]
    return "n = " + ", ".join(found)


def caption(table: pd.DataFrame, drawn: str = "bars") -> str:
    """:func:`counts`, and what is drawn as the interval.

    Parameters
    ----------
    table
        Of estimates; its column ``level``, where there is one, is that of the intervals.
    drawn
        What shows them.
    """
    return f"{counts(table)}; {intervals(table, drawn)}"


def intervals(table: pd.DataFrame, drawn: str = "bars") -> str:
    """What is drawn as the interval; parameters of :func:`caption`."""
    level = table["level"].iloc[0] if "level" in table else 0.95
    return f"{drawn}: {100 * level:.3g} % interval"


def level_text(row: Any) -> str:
    """An estimate and its interval."""
    return f"{row.estimate:.3f}  [{row.low:.3f}, {row.high:.3f}]".replace("-", "−")


def change_text(row: Any) -> str:
    """A difference and its interval, with signs."""
    return f"{row.estimate:+.3f}  [{row.low:+.3f}, {row.high:+.3f}]".replace("-", "−")


def plain(number: float) -> str:
    """A number for an axis: thousands apart, no power of ten."""
    return f"{number:,.10g}".replace("-", "−")


def wrapped(name: Hashable, width: int) -> str:
    """Name of an arm for people, in lines of at most so many letters."""
    return fill(arm_name(name), width, break_long_words=False, break_on_hyphens=False)


def _amount(column: "pd.Series[Any]", unit: str) -> str:
    low, high = int(column.min()), int(column.max())
    if high == 1:
        return f"1 {unit.removesuffix('s')}"
    return f"{high:,} {unit}" if low == high else f"{low:,} to {high:,} {unit}"
