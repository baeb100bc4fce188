"""Listing: one table of a user's images, from a table, a folder, and the headers of the files."""

from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from cxrstudy.base.visible_files import visible_files
from cxrstudy.data.own.columns import NAMES, find_columns
from cxrstudy.data.tables import workbook
from cxrstudy.data.tables.reader import (
    SEPARATORS,
    TableError,
    read_sentences,
    read_table,
    table_of,
)
from cxrstudy.pixels.endings import OF_IMAGES
from cxrstudy.pixels.sniff import DICOM, PICTURES, format_of

_HEAD = 4096
#: Class of the file DICOMDIR, the index of a hospital's CD, which holds no image (PS3.4, I.4).
_INDEX_OF_A_CD = b"1.2.840.10008.1.3.10"


def read_listing(path: Path, given: Mapping[str, str]) -> tuple[pd.DataFrame, dict[str, str]]:
    """Read a user's table, or list a folder of images.

    Parameters
    ----------
    path
        A CSV (comma, semicolon, tab), an Excel book, or a folder. In a folder, the label of an
        image is the name of the first folder that it lies in.
    given
        Columns that the user named, by what they mean; see
        :func:`cxrstudy.data.own.columns.find_columns`.

    Returns
    -------
    Table of text with the columns of :data:`cxrstudy.data.own.columns.NAMES` that were found, whose
    index is the row in the file; and the column that each of them comes from.

    Raises
    ------
    TableError
        The table can't be read, or the folder holds no images.
    UnclearColumns
        A column is missing, or several may be meant.
    """
    if path.is_dir():
        return _listed(path), {"image": "path of the file", "label": "name of the first folder"}
    table = _table(path)
    # The patient may stand in the headers of the files.
    found = find_columns(list(table.columns), given, ("image", "label"), str(path))
    chosen = table[list(found.values())].set_axis(list(found), axis=1)
    return chosen.apply(lambda cells: cells.str.strip()), found


def _table(path: Path) -> pd.DataFrame:
    if path.suffix.lower() in workbook.ENDINGS:
        return table_of(path, workbook.read_workbook(path))
    return read_table(path, (), _separator(path))


def _separator(path: Path) -> str:
    """The separator of the header: a semicolon or tab, if it has these and no comma."""
    header = next(iter(read_sentences(path)), None)
    text = header.text if header else ""
    counts = {mark: text.count(mark) for mark in SEPARATORS}
    return "," if counts[","] else max(counts, key=lambda mark: (counts[mark], mark == ","))


def _listed(folder: Path) -> pd.DataFrame:
    files = image_files(folder)
    if not files:
        raise TableError(f"{folder}: there are no image files in this folder")
    flat = [name for name in files if "/" not in name]
    if flat:
        raise TableError(
            f"{folder}: {flat[0]} lies in no folder of its own; the label of an image is the name "
            "of the folder that it lies in, so make one for each label, or give a table"
        )
    labels = [name.split("/")[0] for name in files]
    return pd.DataFrame({"image": files, "label": labels}, index=range(1, len(files) + 1))


def image_files(folder: Path) -> list[str]:
    """Paths of the image files in a folder and its subfolders, relative to it, sorted.

    A file is one if its name ends as an image's does, or if its content is one: files of DICOM are
    often named by a UID, whose last number is no ending. One without ending whose content is not
    known may be a radiograph that was damaged. Hidden files are none, nor is what lies on a
    hospital's CD beside the images: texts, programs, and the index DICOMDIR.
    """
    return sorted(
        path.relative_to(folder).as_posix() for path in visible_files(folder) if _is_image(path)
    )


def _is_image(path: Path) -> bool:
    ending = path.suffix.lower()
    if ending in OF_IMAGES:
        return True
    with path.open("rb") as stream:
        head = stream.read(_HEAD)
    kind = format_of(head)
    if kind == DICOM and _INDEX_OF_A_CD in head:
        return False
    return kind in (DICOM, *PICTURES) or not (kind or ending)


def known(table: pd.DataFrame) -> pd.DataFrame:
    """The same table with all columns; what is not there is empty."""
    return table.reindex(columns=list(NAMES), fill_value="")
