"""Join: look up rows of another table, and say how many were found."""

from pathlib import Path

import pandas as pd

from cxrstudy.base import numbers
from cxrstudy.data.tables.notes import Notes
from cxrstudy.data.tables.reader import TableError

#: Smallest fraction of keys that must be found. Below it, both tables are more likely to write
#: their keys in different ways than to be about different images.
LEAST_FOUND = 0.5


def joined(
    keys: "pd.Series[str]", table: pd.DataFrame, path: Path, what: str, notes: Notes
) -> pd.DataFrame:
    """Look up the row of each key.

    Parameters
    ----------
    keys
        (n,) keys, such as ``patient/study``.
    table
        Its index holds the keys of its rows, each once.
    path
        File of the table, for messages.
    what
        What the keys name, such as "studies".
    notes
        Counts keys that have no row.

    Returns
    -------
    (n,) rows with the index of `keys`; cells of a key without a row are NaN.

    Raises
    ------
    TableError
        None of the keys is in the table, or fewer than :data:`LEAST_FOUND`. The message shows a key
        of each side.

    Examples
    --------
    >>> from pathlib import Path
    >>> sexes = pd.DataFrame({"sex": ["F", "M"]}, index=["P1", "P2"])
    >>> notes = Notes()
    >>> keys = pd.Series(["P2", "P3", "P2"])
    >>> joined(keys, sexes, Path("people.csv"), "patients", notes)["sex"].tolist()
    ['M', nan, 'M']
    >>> print(notes.found[0])
    people.csv: 1 of 2 patients have no row; first: 'P3'
    """
    wanted = pd.Index(keys.unique())
    lacking = wanted[~wanted.isin(table.index)]
    found = len(wanted) - len(lacking)
    if len(wanted) and found < max(1, LEAST_FOUND * len(wanted)):
        theirs = f"its first key is {str(table.index[0])!r}" if len(table) else "it has no rows"
        raise TableError(
            f"{path}: a row was found for {numbers.count(found)} of {numbers.count(len(wanted))} "
            f"{what}; none, for example, for {str(lacking[0])!r}, and {theirs}. Use files of one "
            "release, and write the keys in the same way"
        )
    notes.add(path, f"{what} have no row", [repr(str(key)) for key in lacking], len(wanted))
    return table.reindex(keys).set_axis(keys.index)
