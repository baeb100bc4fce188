"""Own images: files and labels of a user's own, as a role that can be trained on."""

import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxrstudy.base import places
from cxrstudy.base.identity import file_sha256
from cxrstudy.base.visible_files import visible_files
from cxrstudy.data.manifest import truth
from cxrstudy.data.role import Role, Task
from cxrstudy.data.split import take_fraction
from cxrstudy.pixels import memory_map
from cxrstudy.pixels.masking import Visible
from cxrstudy.pixels.role_pixels import RolePixels

#: Endings of image files.
ENDINGS = (".png", ".jpg", ".jpeg", ".dcm", ".dicom")
_PRESENT, _ABSENT, _UNKNOWN = ("1", "1.0", "true"), ("0", "0.0", "false"), ("", "-1", "-1.0", "nan")


class LoaderError(ValueError):
    """Images or labels can't be loaded; the message says what to write."""


def listed(items: Any) -> list[Path]:
    """Files of a folder, of a list, or of a table's column ``path``.

    Raises
    ------
    LoaderError
        There is no such file, or the items are something else.
    """
    if isinstance(items, pd.DataFrame):
        if "path" not in items:
            raise LoaderError(f"a table needs a column path; it has {', '.join(map(str, items))}")
        items = items["path"].tolist()
    if isinstance(items, str | Path):
        files = _images_in(Path(items)) if Path(items).is_dir() else [Path(items)]
    elif all(isinstance(item, str | Path) for item in items):
        files = [Path(item) for item in items]
    else:
        kinds = sorted({type(item).__name__ for item in items})
        raise LoaderError(
            f"images of type {', '.join(kinds)} can't be read; give files, a folder or a table, "
            "so that they are decoded as the training images were"
        )
    missing = [file for file in files if not file.is_file()]
    if missing or not files:
        raise LoaderError(f"{missing[0] if missing else items}: no such image file")
    return [file.resolve() for file in files]


def files_of(table: pd.DataFrame, folder: Path, column: str) -> list[Path]:
    """Files that a column of a table names, in a folder."""
    _need(table, column, "fn_col")
    return listed([folder / str(name) for name in table[column]])


def patients_of(table: pd.DataFrame, column: str | None) -> list[str]:
    """Patient of every row; the number of the row if every image is of another patient.

    Raises
    ------
    LoaderError
        There is no such column, or a cell is empty.
    """
    if column is None:
        return [f"image {number}" for number in range(len(table))]
    if column not in table:
        raise LoaderError(
            f"no column {column!r} of patients; name it with patient_col, so that no patient is in "
            "training and validation. If every image is of another patient, write patient_col=None"
        )
    names = [str(name) for name in table[column].fillna("")]
    if "" in names:
        raise LoaderError(f"column {column}, row {names.index('') + 2}: no patient")
    return names


def labels_of(
    table: pd.DataFrame, column: str | Sequence[str], separator: str | None
) -> tuple[Task, tuple[str, ...], NDArray[np.float32]]:
    """Kind of classification, names and truth (n, k): 1 present, 0 absent, NaN unknown.

    Raises
    ------
    LoaderError
        There is no such column, a cell has no class, or a value has no meaning.
    """
    if not isinstance(column, str):
        for name in column:
            _need(table, name, "label_col")
        cells = [
            [_flag(value, name, row) for row, value in enumerate(table[name])] for name in column
        ]
        return "multilabel", tuple(column), np.array(cells, np.float32).T
    _need(table, column, "label_col")
    texts = table[column].fillna("").astype(str)
    if separator is None:
        return _classes(texts, column)
    texts = pd.Series(["|".join(_parts(cell, separator)) for cell in texts])
    parts = {name.removeprefix("?") for cell in texts for name in cell.split("|") if name}
    names = tuple(sorted(parts))
    return "multilabel", names, truth(texts, names, names)


def _classes(
    texts: "pd.Series[str]", column: str
) -> tuple[Task, tuple[str, ...], NDArray[np.float32]]:
    if (texts == "").any():
        row = int(np.flatnonzero((texts == "").to_numpy())[0])
        raise LoaderError(
            f"column {column}, row {row + 2}: no class; if an image may have no label or several, "
            "write label_delim, as label_delim='|'"
        )
    names = tuple(sorted(set(texts)))
    if len(names) < 2:
        raise LoaderError(f"column {column}: {names[0]!r} is the only class; two are needed")
    return "multiclass", names, np.stack([texts == name for name in names], 1).astype(np.float32)


def held_out(
    table: pd.DataFrame, patients: Sequence[str], column: str | None, share: float, seed: int
) -> list[bool]:
    """Whether each image is to validate on: by a column, or by the patient's name and the seed.

    Raises
    ------
    LoaderError
        A patient is in both parts, or one part is empty.
    """
    if column is None:
        drawn = take_fraction(patients, share, seed) if share > 0 else frozenset()
        chosen = [patient in drawn for patient in patients]
    else:
        _need(table, column, "valid_col")
        chosen = [_flag(value, column, row) == 1 for row, value in enumerate(table[column])]
        parts = pd.Series(chosen).groupby(list(patients)).nunique()
        if (parts > 1).any():
            raise LoaderError(
                f"column {column}: patient {parts.index[parts > 1][0]!r} is in training and in "
                "validation; give all images of a patient the same part"
            )
    if all(chosen) or not any(chosen):
        empty = "training" if all(chosen) else "validation"
        raise LoaderError(f"no patient is left for {empty}; write another valid_pct or valid_col")
    return chosen


def table_of_folder(folder: Path, patient: str | None) -> tuple[pd.DataFrame, bool]:
    """Table of a folder with one sub-folder per class; whether it has ``train`` and ``valid``.

    Raises
    ------
    LoaderError
        There is no image, or the expression finds no patient in a file's name.
    """
    given = (folder / "train").is_dir() and (folder / "valid").is_dir()
    parts = [folder / "train", folder / "valid"] if given else [folder]
    rows = [
        {
            "path": str(file.relative_to(folder)),
            "labels": kind.name,
            "patient": str(number) if patient is None else _patient(file, patient),
            "valid": str(int(given and part.name == "valid")),
        }
        for part in parts
        for kind in places.visible(part, "*")
        if kind.is_dir()
        for number, file in enumerate(_images_in(kind))
    ]
    if not rows:
        raise LoaderError(f"{folder}: no sub-folder of a class has an image ({', '.join(ENDINGS)})")
    table = pd.DataFrame(rows)
    if patient is None:
        table["patient"] = table["path"]
    return table, given


def rows_of(
    files: Sequence[Path], folder: Path, patients: Sequence[str], chosen: Sequence[bool]
) -> pd.DataFrame:
    """Rows of a manifest, as far as training needs them: one row per file."""
    return pd.DataFrame(
        {
            "id": [str(file) for file in files],
            "path": [str(file) for file in files],
            "sha256": [file_sha256(file) for file in files],
            "prepared_sha256": "",
            "patient": list(patients),
            "split": ["validation" if each else "train" for each in chosen],
            "manifest": "own",
            "row": np.arange(len(files)),
        }
    )


def role_of(
    table: pd.DataFrame, name: str, task: Task, labels: Sequence[str], known: NDArray[np.float32]
) -> Role:
    """Role of a table whose rows are in the order of its pixels."""
    placed = table.assign(manifest="own", row=np.arange(len(table)))
    return Role(name, task, tuple(labels), placed, known)


def pixels_of(table: pd.DataFrame, side: int, folder: Path, visible: Visible) -> RolePixels:
    """Decode the images of a table once, into a memory map in the folder of runs."""
    built = memory_map.build(table, side, places.runs() / "pixels", folder, os.cpu_count() or 1)
    return RolePixels(table, {"own": built}, visible)


def check_names(cells: "pd.Series[str]", labels: Sequence[str]) -> None:
    """Refuse labels that the network does not know."""
    for row, cell in enumerate(cells):
        for name in cell.split("|") if cell else ():
            if name.removeprefix("?") not in labels:
                raise LoaderError(
                    f"column labels, row {row + 2}: {name!r} is not one of {', '.join(labels)}"
                )


def _images_in(folder: Path) -> list[Path]:
    return [path for path in visible_files(folder) if path.suffix.lower() in ENDINGS]


def _parts(cell: str, separator: str) -> list[str]:
    return [name.strip() for name in cell.split(separator) if name.strip()]


def _patient(file: Path, pattern: str) -> str:
    found = re.search(pattern, file.name)
    if found is None or not found.groups() or not found[1]:
        raise LoaderError(
            f"{file}: {pattern!r} finds no patient in the name; write an expression whose first "
            "group is the patient, or patient=None if every image is of another patient"
        )
    return found[1]


def _flag(value: object, column: str, row: int) -> float:
    text = str(value).strip().lower()
    if text in _PRESENT + _ABSENT:
        return float(text in _PRESENT)
    if text in _UNKNOWN:
        return float("nan")
    raise LoaderError(
        f"column {column}, row {row + 2}: {value!r} is none of 1 (present), 0 (absent), and -1 or "
        "nothing (unknown)"
    )


def _need(table: pd.DataFrame, column: str, argument: str) -> None:
    if column not in table:
        raise LoaderError(
            f"no column {column!r}; name another with {argument}, of {', '.join(map(str, table))}"
        )
