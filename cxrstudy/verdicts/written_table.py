"""Written table: a table as text with six digits, and how it differs from a computed one."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd

#: Relative error that computing on another machine may add to a number before it is written.
ROUNDING = 1e-9
#: What is said of a row or column that is only on one side.
MISSING = "missing"


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
    texts = [f"column {name}: {MISSING}" for name in found if name not in stored]
    texts += [f"column {name}: is not recomputed" for name in stored if name not in found]
    columns = [name for name in stored if name in found and name not in rows]
    here, there = _by_row(stored, rows), _by_row(found, rows)
    texts += [f"row {_named(rows, key)}: twice" for key, many in here.items() if len(many) > 1]
    texts += [f"{_named(rows, key)}: {MISSING} here" for key in there if key not in here]
    for key, many in here.items():
        if key not in there:
            texts.append(f"{_named(rows, key)}: here, but not recomputed")
            continue
        for name in columns:
            said, value = many[0][name], there[key][0][name]
            if not same_cell(said, value):
                told = f"{said or 'empty'} here, {text_of(value) or 'empty'} recomputed"
                texts.append(f"{_named(rows, key)}, {name}: {told}")
    return texts


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


def _by_row(table: pd.DataFrame, rows: Sequence[str]) -> dict[tuple[str, ...], list[Any]]:
    found: dict[tuple[str, ...], list[Any]] = {}
    for row in table.to_dict("records"):
        found.setdefault(tuple(text_of(row[name]) for name in rows), []).append(row)
    return found


def _named(rows: Sequence[str], key: Sequence[str]) -> str:
    return ", ".join(f"{name} {value}" for name, value in zip(rows, key, strict=True))
