"""Words: names, numbers and counts of patients, as figures write them."""

from collections.abc import Hashable, Iterable
from functools import partial
from textwrap import fill
from typing import Any

import numpy as np
import pandas as pd

from cxrstudy.base import numbers
from cxrstudy.base.rounding import DECIMALS
from cxrstudy.base.words import arm_name
from cxrstudy.pages.figures.gate import level_of

#: Names that a list in a caption has at most; of others it says how many there are.
LISTED = 4
#: Letters that a name in such a list has at most.
LONGEST = 48
#: What a caption says where there are none.
NO_INTERVALS = "no intervals"
#: Letters per line of a caption.
LINE = 96


def counts(table: pd.DataFrame) -> str:
    """Numbers of patients, images and seeds of a table of estimates, as text.

    Parameters
    ----------
    table
        Any of the columns ``patients``, ``images`` and ``seeds``; if rows differ, minimum and
        maximum are given.
    """
    found = [
        _amount(table[column].dropna(), column)
        for column in ("patients", "images", "seeds")
        if column in table and table[column].notna().any()
    ]
    return f"n = {', '.join(found)}" if found else "n is not known"


def caption(table: pd.DataFrame, drawn: str = "bars") -> str:
    """:func:`counts`, and how intervals are drawn.

    Parameters
    ----------
    table
        Table of estimates; its column ``level`` is the level of the intervals.
    drawn
        What the intervals are drawn as.
    """
    return f"{counts(table)}; {intervals([table], drawn)}"


def intervals(tables: Iterable[pd.DataFrame], drawn: str = "bars") -> str:
    """How intervals of some tables are drawn, with their level, and what they are over.

    The columns ``level`` and ``covers`` of the tables say so. If a table has neither ``covers`` nor
    the number of ``seeds``, the text says that it is not known.
    """
    held = [table[table["low"].notna()] if "low" in table else table for table in tables]
    level = level_of(held)
    if level is None:
        return NO_INTERVALS
    named = [str(one) for table in held for one in table.get("covers", [""])]
    over = " or ".join(sorted(set(named) - {"", "nan"}))
    told = all("covers" in table or "seeds" in table for table in held)
    covered = f" over {over}" if over else "" if told else " (over what is not known)"
    return f"{drawn}: {numbers.whole_percent(level)} interval{covered}"


def level_text(row: Any, between: str = "  ", least: int = DECIMALS) -> str:
    """An estimate of a level and its interval, as text, or why there is none."""
    return _text(row, numbers.level, between, least)


def difference_text(row: Any, between: str = "  ", least: int = DECIMALS) -> str:
    """An estimate of a difference and its interval, with signs, as text, or why there is none."""
    return _text(row, numbers.difference, between, least)


def better_side(rows: pd.DataFrame, against: str) -> str:
    """Which side of zero is better than the reference arm, if the table says so.

    Parameters
    ----------
    rows
        Table of contrasts; its column ``better``, if present, is ``higher`` or ``lower``: the
        direction of the metric.
    against
        Name of the reference arm.
    """
    said = set(rows["better"].dropna()) if "better" in rows else set()
    side = {"higher": "right", "lower": "left"}
    if len(said) == 1 and (best := said.pop()) in side:
        return f"({side[best]} of 0: better than {against})"
    return f"(right of 0: higher than {against})"


def with_direction(axis: str, rows: pd.DataFrame) -> str:
    """Name of a metric with which values are better, if the table says so.

    Parameters
    ----------
    axis
        Name of the metric.
    rows
        Table of estimates; its column ``better``, if present, is the direction of the metric.

    Examples
    --------
    >>> with_direction("Brier score", pd.DataFrame({"better": ["lower", "lower"]}))
    'Brier score (lower is better)'
    """
    said = set(rows["better"].dropna()) - {""} if "better" in rows else set()
    return f"{axis} ({said.pop()} is better)" if len(said) == 1 else axis


def not_drawn(rows: pd.DataFrame, names: Iterable[Hashable]) -> str:
    """Lines for a caption: which estimates have no point or no interval, and why.

    Parameters
    ----------
    rows
        Columns ``estimate`` and ``low``; ``reason``, if present, says why there is none.
    names
        What the rows are called, in their order.

    Returns
    -------
    Lines that begin with a line break; empty if all are drawn.
    """
    found: dict[tuple[str, str], list[str]] = {}
    # Where none has an interval, the caption says so once; only a reason adds to it.
    some = bool(rows["low"].notna().any())
    for row, name in zip(rows.itertuples(), names, strict=True):
        if not np.isfinite(row.estimate):
            why = numbers.level(row.estimate, reason=_reason(row))
            found.setdefault(("no point", why), []).append(arm_name(name))
        elif np.isnan(row.low) and (some or _reason(row)):
            found.setdefault(("no interval", _reason(row)), []).append(arm_name(name))
    texts = [
        f"{what}: {listed(them)} ({why})" if why else f"{what}: {listed(them)}"
        for (what, why), them in found.items()
    ]
    return "".join(f"\n{in_lines(text)}" for text in texts)


def listed(names: Iterable[str]) -> str:
    """Names in a row; of a long list the first, and how many others."""
    all_names = [shortened(name, LONGEST) for name in dict.fromkeys(names)]
    shown = "; ".join(all_names[:LISTED])
    others = len(all_names) - LISTED
    return f"{shown}; and {others} others" if others > 1 else "; ".join(all_names)


def in_lines(text: str, width: int = LINE) -> str:
    """Break a text of a caption into lines."""
    return fill(text, width, break_on_hyphens=False)


def shortened(name: str, letters: int) -> str:
    """A name that fits into some letters: beginning and end are kept."""
    if len(name) <= letters:
        return name
    first = letters // 2
    return f"{name[:first]}…{name[len(name) - (letters - first - 1) :]}"


def wrapped(name: Hashable, width: int) -> str:
    """Name of an arm as text, in lines of about `width` characters.

    Words are broken only if they are much longer than a line.
    """
    text = arm_name(name)
    longest = max(map(len, text.split()), default=0)
    return fill(text, width, break_long_words=longest > 1.5 * width, break_on_hyphens=False)


def _text(row: Any, write: numbers.Writer, between: str, least: int) -> str:
    if least > DECIMALS:
        write = partial(write, least=least)
    return numbers.interval(
        row.estimate, row.low, row.high, write, reason=_reason(row), between=between
    )


def _reason(row: Any) -> str:
    reason = getattr(row, "reason", "")
    return reason if isinstance(reason, str) else ""


def _amount(column: "pd.Series[Any]", unit: str) -> str:
    low, high = int(column.min()), int(column.max())
    if high == 1:
        return f"1 {unit.removesuffix('s')}" if low == 1 else f"{low} to 1 {unit}"
    many = numbers.count(high)
    return f"{many} {unit}" if low == high else f"{numbers.count(low)} to {many} {unit}"
