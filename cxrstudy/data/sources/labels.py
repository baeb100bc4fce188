"""Labels: shared functions of adapters, to find, read and check label files.

An adapter is a function ``read(folder, ...)``. It takes the publisher's folder and returns a table
with the columns of a manifest except `split` (:data:`UNSPLIT`). The image files are not read here,
so ``sha256`` is empty, and a width of 0 means "not in the label files".
:func:`cxrstudy.data.sources.files.with_files` adds both from the image files.
"""

import importlib.util
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxrstudy.data.manifest import COLUMNS

#: Columns of a manifest before a split is assigned.
UNSPLIT = tuple(name for name in COLUMNS if name != "split")

#: Maximum age in years; higher ages are typing errors or have a missing unit.
OLDEST = 120

_DIVISORS = {"": 1.0, "Y": 1.0, "M": 12.0, "W": 365.25 / 7, "D": 365.25}
_AGE = re.compile(r"^\s*(\d+(?:\.\d+)?)\s*([YMWD]?)\s*$")


class SourceError(ValueError):
    """A publisher's label file is wrong; the message names file, row, value and what to do."""


def find(folder: Path, *names: str) -> Path:
    """Find a label file by any of its published names, compressed (``.gz``, ``.zip``) or not.

    Raises
    ------
    FileNotFoundError
        There is no such file; the message lists the names.
    """
    found = find_if_any(folder, *names)
    if found is None:
        raise FileNotFoundError(
            f"{folder}: no label file {' or '.join(names)} (.gz and .zip are read too); "
            "put the publisher's file there, unchanged"
        )
    return found


def find_if_any(folder: Path, *names: str) -> Path | None:
    """Find an optional label file; see :func:`find`."""
    for name in names:
        for packing in ("", ".gz", ".zip"):
            if (path := folder / f"{name}{packing}").is_file():
                return path
    return None


def read_text(path: Path, needed: Sequence[str], separator: str = ",") -> pd.DataFrame:
    """Read a label file with every cell as text; empty cells are "".

    Parameters
    ----------
    path
        The file, compressed or not.
    needed
        Required columns.
    separator
        Separator of cells.

    Raises
    ------
    SourceError
        A column is missing.
    """
    table = pd.read_csv(path, sep=separator, dtype=str, keep_default_na=False)
    missing = [name for name in needed if name not in table.columns]
    if missing:
        raise SourceError(
            f"{path}: no column {missing[0]!r}; its columns are {', '.join(table.columns)}. "
            "Use the publisher's file, unchanged."
        )
    return table


def read_sheet(folder: Path, stem: str, sheet: str | int = 0) -> tuple[Path, pd.DataFrame] | None:
    """Read a spreadsheet with every cell as text; None if it can't be read.

    A CSV export ``STEM.csv`` is preferred. ``STEM.xlsx`` needs the package openpyxl, which this
    project does not require.

    Parameters
    ----------
    folder
        Folder of the file.
    stem
        File name without its ending; may contain ``*``.
    sheet
        Name or number of the sheet in the .xlsx.
    """
    for path in sorted(folder.glob(f"{stem}.csv")):
        return path, read_text(path, [])
    if importlib.util.find_spec("openpyxl") is None:
        return None
    for path in sorted(folder.glob(f"{stem}.xlsx")):
        return path, pd.read_excel(path, sheet_name=sheet, dtype=str, keep_default_na=False)
    return None


def reject(
    wrong: "pd.Series[bool]", values: "pd.Series[str]", where: Path, column: str, todo: str
) -> None:
    """Raise a :class:`SourceError` for the first wrong row; row 1 is the header."""
    if wrong.any():
        row = int(np.flatnonzero(wrong.to_numpy())[0])
        value = values.iloc[row]
        raise SourceError(f"{where}, row {row + 2}, column {column}: {value!r}; {todo}")


def by_map(
    values: "pd.Series[str]", legal: Mapping[str, str], where: Path, column: str
) -> "pd.Series[str]":
    """Translate cells; an unknown value is an error."""
    known = ", ".join(repr(name) for name in legal)
    todo = f"known values are {known}. Add it to the adapter once its meaning is known."
    reject(~values.isin(list(legal)), values, where, column, todo)
    return values.map(dict(legal))


def years(cells: "pd.Series[str]") -> "pd.Series[float]":
    """Convert cells to ages in years; NaN if unknown.

    Trap: in some releases, the same column contains ``58``, ``058Y``, ``006M`` and ``012D``, and
    ages of 148 to 414. Policy: units are used. An age above :data:`OLDEST` is unknown, because it
    is unclear which digit is wrong, and a clipped age would look like a true one.
    """
    known = {cell: _years_of(cell) for cell in cells.unique()}
    return cells.map(known).astype(float)


def _years_of(cell: str) -> float:
    match = _AGE.match(str(cell).upper())
    if match is None:
        return float("nan")
    age = float(match[1]) / _DIVISORS[match[2]]
    return age if age <= OLDEST else float("nan")


def sexes(cells: "pd.Series[str]") -> "pd.Series[str]":
    """Convert any spelling of a publisher to F, M or unknown."""
    return cells.str.strip().str.upper().str[:1].where(lambda sex: sex.isin(["F", "M"]), "unknown")


def listed(
    names: Sequence[str], present: NDArray[np.bool_], unknown: NDArray[np.bool_] | None = None
) -> list[str]:
    """Make label cells from matrices with one row per image and one column per label.

    Present labels come first, then unknown ones with ``?``, each in the order of `names`. A label
    that is both present and unknown counts as present.
    """
    plain = np.array(names)
    marked = np.array([f"?{name}" for name in names])
    unknown = np.zeros_like(present) if unknown is None else unknown & ~present
    codes = np.packbits(np.hstack([present, unknown]), axis=1)
    _, first, inverse = np.unique(codes, axis=0, return_index=True, return_inverse=True)
    cells = ["|".join([*plain[present[row]], *marked[unknown[row]]]) for row in first]
    return [cells[kind] for kind in inverse.ravel()]


def unsplit(where: Path, index: pd.Index, columns: Mapping[str, object]) -> pd.DataFrame:
    """Convert an adapter's columns to the common schema.

    Parameters
    ----------
    where
        Name of the label file, for error messages.
    index
        Index of the table's rows.
    columns
        At least id, path, patient, source, licence and labels; other columns are unknown or empty.

    Raises
    ------
    SourceError
        Two rows have the same id, or a row has no patient.
    """
    unknown = {
        "sha256": "", "origin": "", "prepared_sha256": "", "view": "unknown", "sex": "unknown",
        "age": np.nan, "width": 0, "height": 0, "excluded": "",
    }  # fmt: skip
    table = pd.DataFrame({**unknown, **columns}, index=index)[list(UNSPLIT)].reset_index(drop=True)
    table = table.astype({"age": float, "width": int, "height": int})
    todo = "the image is listed twice; use the publisher's file, unchanged"
    reject(table["id"].duplicated(), table["id"], where, "id", todo)
    todo = "no patient, so patients can't be kept in one split; complete the row"
    reject(table["patient"].str.endswith("-"), table["patient"], where, "patient", todo)
    return table


def numbers(values: Iterable[object]) -> "pd.Series[int]":
    """Convert cells to whole numbers; 0 for an empty cell."""
    return pd.to_numeric(pd.Series(values), errors="coerce").fillna(0).astype(int)
