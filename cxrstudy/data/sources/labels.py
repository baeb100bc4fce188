"""Labels: shared functions of adapters, to find and read label files and to make a manifest.

An adapter is a function ``read(folder, ...)``. It takes the publisher's folder and returns a
:class:`Reading`: a table with the columns of a manifest except `split` (:data:`UNSPLIT`), and notes
on what was skipped, could not be read or could not be joined. The image files are not read here, so
``sha256`` is empty, and a width of 0 means "not in the label files".
:func:`cxrstudy.data.sources.files.with_files` adds both from the image files. How cells are read,
joined and counted is decided in :mod:`cxrstudy.data.tables`, for all adapters at once.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxrstudy.data.manifest import COLUMNS
from cxrstudy.data.tables.column import Column, names_nobody
from cxrstudy.data.tables.notes import Note, Notes
from cxrstudy.data.tables.reader import TableError, read_table, table_of
from cxrstudy.data.tables.workbook import read_workbook

#: Columns of a manifest before a split is assigned.
UNSPLIT = tuple(name for name in COLUMNS if name != "split")


@dataclass(frozen=True)
class Reading:
    """What an adapter read.

    Attributes
    ----------
    rows
        One row per image, columns :data:`UNSPLIT`.
    notes
        What was skipped, could not be read or could not be joined.
    """

    rows: pd.DataFrame
    notes: tuple[Note, ...]


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
    """Read columns of a label file as text, without blanks around the cells.

    Parameters
    ----------
    path
        The file, compressed or not.
    needed
        Columns to return.
    separator
        Separator of cells.

    Returns
    -------
    Table whose index is the row in the file.

    Raises
    ------
    TableError
        A column is missing, or the file can't be read; see
        :func:`cxrstudy.data.tables.reader.read_table`.
    """
    return stripped(read_table(path, needed, separator))


def stripped(table: pd.DataFrame) -> pd.DataFrame:
    """Remove blanks around cells of text."""
    return table.apply(lambda cells: cells.str.strip())


def read_sheet(
    folder: Path, stem: str, needed: Sequence[str], notes: Notes, sheet: str = ""
) -> tuple[Path, pd.DataFrame] | None:
    """Read a spreadsheet with every cell as text; None if there is none.

    A CSV export ``STEM.csv`` is preferred to the book ``STEM.xlsx``.

    Parameters
    ----------
    folder
        Folder of the file.
    stem
        File name without its ending; may contain ``*``.
    needed
        Columns that the sheet must have.
    notes
        Says that there is none.
    sheet
        Name of the sheet in the book; without one, the only sheet that holds anything.

    Raises
    ------
    TableError
        A column is missing, several files have such a name, or the book shows something else than
        it holds (:mod:`cxrstudy.data.tables.workbook`).
    """
    exports, books = (sorted(folder.glob(f"{stem}.{ending}")) for ending in ("csv", "xlsx"))
    for found in (exports, [] if exports else books):
        if len(found) > 1:
            names = " and ".join(path.name for path in found)
            raise TableError(f"{folder}: {names} are both here; keep the right one")
    if exports:
        return exports[0], stripped(read_table(exports[0], needed))
    if not books:
        notes.add(folder, "spreadsheets are not there", [f"{stem}.xlsx or .csv"], 1)
        return None
    return books[0], stripped(table_of(books[0], read_workbook(books[0], sheet), needed))


def not_listed(folder: Path, files: Iterable[Path], what: str, notes: Notes, total: int) -> None:
    """Count files that lie in a folder and are not read."""
    names = [path.relative_to(folder).as_posix() for path in sorted(files)]
    notes.add(folder, what, names, total)


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
        The row in the file of each image.
    columns
        At least id, path, patient, source, licence and labels; other columns are unknown or empty.

    Raises
    ------
    TableError
        Two rows have the same id, or a row has no patient.
    """
    unknown = {
        "sha256": "", "origin": "", "prepared_sha256": "", "view": "unknown", "sex": "unknown",
        "age": np.nan, "width": 0, "height": 0, "excluded": "",
    }  # fmt: skip
    table = pd.DataFrame({**unknown, **columns}, index=index)[list(UNSPLIT)]
    table = table.astype({"age": float, "width": int, "height": int})
    ids, patients = (Column.of(where, table, name) for name in ("id", "patient"))
    ids.reject(
        table["id"].duplicated(), "the image is listed twice; use the publisher's file, unchanged"
    )
    paths = Column.of(where, table, "path")
    bare = table["id"].str.endswith("/") | table["path"].str.contains(r"^$|^/|//|/$")
    paths.reject(bare, "the name of the file or of its folder is missing; complete the row")
    nobody = table["patient"].map(names_nobody).astype(bool)
    patients.reject(nobody, "no patient, so patients can't be kept in one split; complete the row")
    return table.reset_index(drop=True)
