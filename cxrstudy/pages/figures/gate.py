"""Gate: the one way by which numbers come into a figure, checked before anything is drawn.

Behind it every row has a name that is not null and occurs once; an interval has both ends or none,
and none beside an estimate that does not exist; and all intervals have a level, which is the same.
Scores come with known truth only, through :func:`cxrstudy.statistics.sample.scores_of`.
"""

from collections.abc import Hashable, Iterable, Sequence
from typing import Any

import numpy as np
import pandas as pd

from cxrstudy.base import numbers
from cxrstudy.base.checks import checked_level
from cxrstudy.base.columns import score_column
from cxrstudy.base.words import arm_name
from cxrstudy.statistics.sample import scores_of

NUMBERS = ("estimate", "low", "high")


class FigureError(ValueError):
    """A table can't be drawn; the message names the column or row, and says what to give."""


def interval_table(
    table: pd.DataFrame, keys: Sequence[str] = ("arm",), also: Sequence[str] = ()
) -> pd.DataFrame:
    """Check a table of estimates with intervals, and return it with undefined intervals emptied.

    Parameters
    ----------
    table
        Columns ``estimate``, ``low``, ``high``, the keys, and others.
    keys
        Columns that name a row; together they occur once.
    also
        Other columns that are needed.

    Returns
    -------
    The rows with a new index. Numbers are floats; ``low`` and ``high`` are both NaN where one is,
    or where the estimate is.

    Raises
    ------
    FigureError
        A column is missing, a name is null or occurs twice, a number is text, an interval ends
        before it begins or has no level, or intervals have several levels.
    ParameterError
        A level is none, for instance 95 in place of 0.95.
    """
    rows = number_table(table, keys, NUMBERS, also)
    if rows.empty:
        return rows
    turned = rows["low"] > rows["high"]
    if turned.any():
        raise FigureError(
            f"{_named(rows[turned].iloc[0], keys)}: the interval ends before it begins"
        )
    undefined = rows[list(NUMBERS)].isna().any(axis=1)
    rows.loc[undefined, ["low", "high"]] = np.nan
    _refuse_without_level(rows[~undefined], keys)
    return rows


def number_table(
    table: pd.DataFrame, keys: Sequence[str], columns: Sequence[str], also: Sequence[str] = ()
) -> pd.DataFrame:
    """Check a table of numbers, each row of which has a name that occurs once.

    Parameters
    ----------
    table
        The keys, the columns of numbers, and others.
    keys
        Columns that name a row; together they occur once.
    columns
        Columns of numbers, which may be NaN or infinite.
    also
        Other columns that are needed.

    Returns
    -------
    The rows with a new index; the numbers are floats.

    Raises
    ------
    FigureError
        A column is missing, a name is null or occurs twice, or a number is text.
    """
    needed = list(dict.fromkeys([*keys, *columns, *also]))
    if table.empty:
        return pd.DataFrame(columns=list(dict.fromkeys([*needed, *table.columns])))
    require_columns(table, needed)
    rows = table.reset_index(drop=True)
    for key in keys:
        _refuse_null(rows[key], key)
    _refuse_twice(rows, keys)
    for name in columns:
        rows[name] = _numbers(rows, name, keys)
    return rows


def level_of(tables: Iterable[pd.DataFrame]) -> float | None:
    """The level that all intervals of some tables have; None if no table says.

    Raises
    ------
    FigureError
        There are several: one caption can't say both.
    """
    found = sorted(
        {float(one) for table in tables if "level" in table for one in table["level"].dropna()}
    )
    if len(found) > 1:
        named = ", ".join(f"{numbers.plain(one)}" for one in found)
        raise FigureError(f"intervals of several levels in one figure ({named}); draw one each")
    return found[0] if found else None


def known_scores(scores: pd.DataFrame, label: str, role: str) -> pd.DataFrame:
    """Test scores of the images whose truth is known, one row per arm, seed and image.

    Raises
    ------
    ScoreError
        There are none, or a score is missing.
    FigureError
        An image occurs twice, or a score is not finite.
    """
    rows = scores_of(scores, [label], role, "test").reset_index(drop=True)
    _refuse_null(rows["arm"], "arm")
    _refuse_twice(rows, ("arm", "seed", "id"))
    bad = ~np.isfinite(rows[score_column(label)].to_numpy(np.float64))
    if bad.any():
        raise FigureError(f"{_named(rows[bad].iloc[0], ('arm', 'seed', 'id'))}: no finite score")
    return rows


def require_columns(table: pd.DataFrame, needed: Sequence[str]) -> None:
    """Check that a table has some columns.

    Raises
    ------
    FigureError
        It lacks one.
    """
    lacking = [name for name in needed if name not in table]
    if lacking:
        there = ", ".join(map(str, table.columns)) or "none"
        raise FigureError(f"the table has no column {lacking[0]!r}; it has {there}")


def require_one(rows: pd.DataFrame, column: str) -> Any:
    """The one value of a column.

    Raises
    ------
    FigureError
        There are several.
    """
    found = list(dict.fromkeys(rows[column]))
    if len(found) > 1:
        named = ", ".join(map(arm_name, found))
        raise FigureError(f"several values of {column!r} in one figure ({named}); draw one each")
    return found[0]


def _refuse_null(column: "pd.Series[Any]", key: str) -> None:
    null = [place for place, name in enumerate(column) if _is_null(name)]
    if null:
        raise FigureError(f"row {null[0]} has no {key}; give it a name, for instance 'none'")


def _is_null(name: Hashable) -> bool:
    """Whether a name, or a part of it, is none: null, NaN of any kind, or text without letters."""
    if isinstance(name, tuple):
        return any(map(_is_null, name))
    if isinstance(name, str):
        return not name.strip()
    return bool(pd.api.types.is_scalar(name) and pd.isna(name))


def _refuse_without_level(rows: pd.DataFrame, keys: Sequence[str]) -> None:
    """Refuse intervals of an unknown level: nobody could say what they are."""
    unknown = rows["level"].isna() if "level" in rows else pd.Series(True, rows.index)
    if unknown.any():
        raise FigureError(
            f"{_named(rows[unknown].iloc[0], keys)}: the level of the interval is not known; give "
            "it in the column 'level', for instance 0.95"
        )
    if level := level_of([rows]):
        checked_level(level)


def _refuse_twice(rows: pd.DataFrame, keys: Sequence[str]) -> None:
    again = rows[list(keys)].duplicated()
    if again.any():
        raise FigureError(f"{_named(rows[again].iloc[0], keys)} occurs twice; keep one row")


def _numbers(rows: pd.DataFrame, name: str, keys: Sequence[str]) -> "pd.Series[float]":
    found = pd.to_numeric(rows[name], errors="coerce").astype(float)
    text = found.isna() & rows[name].notna()
    if text.any():
        row = rows[text].iloc[0]
        raise FigureError(f"{_named(row, keys)}: {name} is {row[name]!r}, not a number")
    return found


def _named(row: "pd.Series[Any]", keys: Sequence[str]) -> str:
    return ", ".join(f"{key} {arm_name(row[key])!r}" for key in keys)
