"""Duplicates: what it means that a key occurs twice in a table.

Rows that say the same count once, and are counted in a note. Rows that say different things are an
error, because nobody can know which of them is right.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from cxrstudy.data.tables.notes import Notes
from cxrstudy.data.tables.reader import TableError


def unique_by(table: pd.DataFrame, key: Sequence[str], path: Path, notes: Notes) -> pd.DataFrame:
    """Keep one row per key.

    Parameters
    ----------
    table
        Only the columns that are used; the index is the row in the file.
    key
        Columns that name what a row is about.
    path
        The file, for messages.
    notes
        Counts rows that say the same as an earlier one.

    Raises
    ------
    TableError
        Two rows of one key differ; the message names both, and the column.
    """
    columns = list(key)
    again = table.duplicated(columns)
    if not again.any():
        return table
    alike = table.duplicated()
    for place in np.flatnonzero((again & ~alike).to_numpy())[:1]:
        row = table.iloc[place]
        earlier = table[(table[columns] == row[columns]).all(axis=1)]
        first = earlier.iloc[0]
        other = next(name for name in table.columns if first[name] != row[name])
        raise TableError(
            f"{path}, rows {earlier.index[0]} and {table.index[place]}: two rows of "
            f"{_shown(row[columns])} differ in {other}: {first[other]!r} and {row[other]!r}; find "
            "out which is right, and delete the other"
        )
    places = np.flatnonzero(alike.to_numpy())
    examples = [
        f"row {table.index[place]}: {_shown(table.iloc[place][columns])}" for place in places
    ]
    notes.add(path, "rows say the same as an earlier row, and count once", examples, len(table))
    return table[~again]


def _shown(key: "pd.Series[str]") -> str:
    return repr("/".join(str(part) for part in key))
