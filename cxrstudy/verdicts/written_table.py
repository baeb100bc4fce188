"""Written table: a table as text with six digits, and how it differs from a computed one."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

#: Relative error that computing on another machine may add to a number before it is written.
ROUNDING = 1e-9
#: What is said of a row or column that is only on one side.
MISSING = "missing"
#: Rows of a table by the values that name them.
_Rows = dict[tuple[str, ...], list[Any]]


def write_table(table: pd.DataFrame, path: Path) -> None:
    """Write a table with six significant digits; equal tables give equal bytes."""
    texts = table.map(text_of)
    path.write_text(texts.to_csv(index=False, lineterminator="\n"), encoding="utf-8")


def read_texts(path: Path) -> pd.DataFrame:
    """Read a table as it is written: every cell is a text, an empty one is empty."""
    return pd.read_csv(path, dtype=str, keep_default_na=False)


def text_of(value: Any) -> str:
    """A cell as it is written.

    Examples
    --------
    >>> text_of(0.0494601234), text_of(353.0), text_of(None), text_of("covid19")
    ('0.0494601', '353', '', 'covid19')
    """
    if value is None or pd.isna(value):
        return ""
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def differing_cells(stored: pd.DataFrame, found: pd.DataFrame, rows: Sequence[str]) -> list[str]:
    """Cells of a written table that are not those of a computed one.

    Parameters
    ----------
    stored
        As :func:`read_texts` returns it.
    found
        The table that was computed again.
    rows
        Columns that name a row.

    Returns
    -------
    Row, column, value here and value there, as texts.

    Examples
    --------
    >>> stored = pd.DataFrame({"claim": ["A1"], "estimate": ["0.25"]})
    >>> found = pd.DataFrame({"claim": ["A1"], "estimate": [0.5]})
    >>> differing_cells(stored, found, ["claim"])
    ['claim A1, estimate: 0.25 here, 0.5 recomputed']
    """
    absent = [name for name in rows if name not in stored]
    if absent:
        return [f"column {absent[0]}: {MISSING}"]
    texts = _differing_columns(stored, found)
    columns = [name for name in stored if name in found and name not in rows]
    here, there = _by_row(stored, rows), _by_row(found, rows)
    return [*texts, *_differing_rows(here, there, rows, columns)]


def same_rows(stored: pd.DataFrame, found: pd.DataFrame, rows: Sequence[str], of: str) -> set[str]:
    """Values of a column of which every row of a written table is that of a computed one.

    Parameters
    ----------
    stored, found, rows
        As for :func:`differing_cells`.
    of
        One of ``rows``.

    Returns
    -------
    The texts of those values of the computed table whose rows have no differing cell.

    Examples
    --------
    >>> stored = pd.DataFrame({"claim": ["A1", "A2"], "estimate": ["0.25", "0.5"]})
    >>> found = pd.DataFrame({"claim": ["A1", "A2"], "estimate": [0.25, 0.75]})
    >>> same_rows(stored, found, ["claim"], "claim")
    {'A1'}
    """
    if any(name not in stored for name in rows) or _differing_columns(stored, found):
        return set()
    columns = [name for name in stored if name not in rows]
    place = list(rows).index(of)
    here, there = (_by_value(_by_row(table, rows), place) for table in (stored, found))
    return {
        value
        for value, mine in there.items()
        if not any(_differing_rows(here.get(value, {}), mine, rows, columns))
    }


def _differing_columns(stored: pd.DataFrame, found: pd.DataFrame) -> list[str]:
    texts = [f"column {name}: {MISSING}" for name in found if name not in stored]
    return texts + [f"column {name}: is not recomputed" for name in stored if name not in found]


def _differing_rows(
    here: _Rows, there: _Rows, rows: Sequence[str], columns: Sequence[str]
) -> Iterator[str]:
    yield from (f"row {_named(rows, key)}: twice" for key, many in here.items() if len(many) > 1)
    yield from (f"{_named(rows, key)}: {MISSING} here" for key in there if key not in here)
    for key, many in here.items():
        if key not in there:
            yield f"{_named(rows, key)}: here, but not recomputed"
            continue
        for name in columns:
            said, value = many[0][name], there[key][0][name]
            if not same_cell(said, value):
                told = f"{said or 'empty'} here, {text_of(value) or 'empty'} recomputed"
                yield f"{_named(rows, key)}, {name}: {told}"


def same_cell(said: str, value: Any) -> bool:
    """Whether a written cell is a computed value, rounded as it is written.

    A value so near the middle between two roundings that another processor may round it otherwise
    counts as both.

    Examples
    --------
    >>> same_cell("0.0494601", 0.04946009), same_cell("0.0494602", 0.0494601), same_cell("", None)
    (True, False, True)
    """
    if isinstance(value, float) and not pd.isna(value):
        near = (value, value * (1 - ROUNDING), value * (1 + ROUNDING))
        return said in {text_of(each) for each in near}
    return said == text_of(value)


def _by_row(table: pd.DataFrame, rows: Sequence[str]) -> _Rows:
    found: _Rows = {}
    for row in table.to_dict("records"):
        found.setdefault(tuple(text_of(row[name]) for name in rows), []).append(row)
    return found


def _by_value(table: _Rows, place: int) -> dict[str, _Rows]:
    found: dict[str, _Rows] = {}
    for key, many in table.items():
        found.setdefault(key[place], {})[key] = many
    return found


def _named(rows: Sequence[str], key: Sequence[str]) -> str:
    return ", ".join(f"{name} {value}" for name, value in zip(rows, key, strict=True))
