"""Column: the cells of one column of a file, which can name their file, row and value."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from cxrstudy.data.tables.notes import Notes
from cxrstudy.data.tables.reader import TableError

#: Ways to write that nothing is known, in lower case. ``unknown`` is one of them.
BLANKS = frozenset((
    "", "nan", "none", "null", "na", "n/a", "#n/a", "n.a.", "<na>", "nat", "-", "--", "?", ".",
    "unknown", "unk", "not available", "not stated", "missing",
))  # fmt: skip

#: Further names that stand for nobody, in lower case.
NOBODY = BLANKS | {
    "anonymous", "anonymized", "anonymised", "anon", "unnamed", "unidentified", "no name", "noname",
    "deidentified", "de-identified", "redacted", "removed", "patient",
}  # fmt: skip

_JOINTS = re.compile(r"[-_/:]")


def is_blank(text: str) -> bool:
    """Whether a cell says that nothing is known.

    Examples
    --------
    >>> [is_blank(cell) for cell in ("", " N/A ", "None", "0", "no")]
    [True, True, True, False, False]
    """
    return text.strip().casefold() in BLANKS


def names_nobody(patient: str) -> bool:
    """Whether a patient's name stands for nobody, with or without the name of a set before it.

    All images with such a name would count as images of one patient. A name without a letter or
    digit, such as ``***``, is none.

    Examples
    --------
    >>> [names_nobody(name) for name in ("unknown", "nih-nan", "set-", "***", "P001", "nih-00061")]
    [True, True, True, True, False, False]
    """
    folded = patient.strip().casefold()
    ends = (folded[joint.end() :].strip() for joint in _JOINTS.finditer(folded))
    return any(end in NOBODY or not any(map(str.isalnum, end)) for end in (folded, *ends))


@dataclass(frozen=True)
class Column:
    """The cells of a column; the index of `cells` is the row in the file.

    Attributes
    ----------
    path
        The file.
    name
        Name of the column.
    cells
        (n,) text.
    """

    path: Path
    name: str
    cells: "pd.Series[str]"

    @classmethod
    def of(cls, path: Path, table: pd.DataFrame, name: str) -> "Column":
        """Take a column of a table that was read from a file."""
        return cls(path, name, table[name])

    @property
    def blank(self) -> "pd.Series[bool]":
        """Whether each cell says that nothing is known."""
        known = {cell: is_blank(cell) for cell in self.cells.unique()}
        return self.cells.map(known).astype(bool)

    def reject(self, wrong: "pd.Series[bool]", todo: str) -> None:
        """Raise a :class:`~cxrstudy.data.tables.reader.TableError` for the first wrong cell."""
        for example in self._examples(wrong)[:1]:
            row, value = example
            raise TableError(f"{self.path}, row {row}, column {self.name}: {value!r}; {todo}")

    def note(self, notes: Notes, wrong: "pd.Series[bool]", what: str) -> None:
        """Count cells, and show the first."""
        examples = [f"row {row}: {value!r}" for row, value in self._examples(wrong)]
        notes.add(f"{self.path}, column {self.name}", what, examples, len(self.cells))

    def translated(self, legal: Mapping[str, str]) -> "pd.Series[str]":
        """Translate cells of a stated vocabulary; any other value is an error."""
        known = ", ".join(repr(name) for name in legal)
        self.reject(
            ~self.cells.isin(list(legal)),
            f"known values are {known}. If the publisher has another value, add it to the adapter "
            "once its meaning is known.",
        )
        return self.cells.map(dict(legal))

    def _examples(self, wrong: "pd.Series[bool]") -> list[tuple[object, str]]:
        places = np.flatnonzero(wrong.to_numpy())
        return [(self.cells.index[place], self.cells.iloc[place]) for place in places]
