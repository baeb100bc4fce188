"""CheXpert: 223,414 training images of 64,540 patients, labels with uncertainty from reports.

The layout is that of the publisher (full size or ``-small``): ``train.csv``, ``valid.csv`` and the
folders ``train/`` and ``valid/`` with ``patient00001/study1/view1_frontal.jpg``.
"""

from pathlib import Path
from typing import Literal

import numpy as np
import pandas as pd

from cxrstudy.data.sources.labels import (
    Reading,
    find,
    find_if_any,
    listed,
    read_text,
    unsplit,
)  # fmt: skip
from cxrstudy.data.tables import values
from cxrstudy.data.tables.column import Column
from cxrstudy.data.tables.duplicates import unique_by
from cxrstudy.data.tables.notes import Notes

#: The labels, and their names in CheXpert (and MIMIC-CXR). "No Finding" is not a label, but the
#: absence of the others.
LABELS = {
    name.lower().replace(" ", "_"): name
    for name in (
        "Enlarged Cardiomediastinum", "Cardiomegaly", "Lung Opacity", "Lung Lesion", "Edema",
        "Consolidation", "Pneumonia", "Atelectasis", "Pneumothorax", "Pleural Effusion",
        "Pleural Other", "Fracture", "Support Devices",
    )
}  # fmt: skip
LICENCE = "Stanford University Dataset Research Use Agreement"

#: Value for an uncertain label (-1), or for a label that the report does not mention (blank).
Policy = Literal["unknown", "present", "absent"]

_VIEWS = {"AP": "AP", "PA": "PA"}
_PROJECTIONS = frozenset(("AP", "PA", "LL", "RL", ""))
_NOT_A_FINDING = "Support Devices"


def read(folder: Path, uncertain: Policy = "unknown", blank: Policy = "unknown") -> Reading:
    """Read ``train.csv`` and, if it is in the same folder, ``valid.csv``.

    Parameters
    ----------
    folder
        Folder in the publisher's layout.
    uncertain
        Value for -1: ``unknown`` (U-Ignore of the CheXpert paper), ``present`` (U-Ones) or
        ``absent`` (U-Zeros).
    blank
        Value for an empty cell; see :func:`label_cells`.

    Traps and policies
    ------------------
    - Uncertain and blank labels: see :func:`label_cells`.
    - Lateral images are a seventh of the rows; they are kept, with the view ``lateral``. Seventeen
      rows are "Frontal" with the lateral projection LL or RL: their view is unknown.
    - The path begins with the name of the downloaded release (``CheXpert-v1.0-small/``), which is
      removed.
    - One sex is "Unknown". Age 0 occurs in three rows, all among the last patient numbers. No other
      age is below 18, so it is treated as a missing value. No age is above 90.

    Returns
    -------
    Rows with columns :data:`cxrstudy.data.sources.labels.UNSPLIT`, and notes.
    """
    paths = [find(folder, "train.csv"), find_if_any(folder, "valid.csv")]
    notes = Notes()
    parts = [_read_one(path, uncertain, blank, notes) for path in paths if path is not None]
    return Reading(pd.concat(parts, ignore_index=True), tuple(notes.found))


def official_split(table: pd.DataFrame) -> "pd.Series[str]":
    """Return the split by folder, ``train`` or ``validation``; no patient is in both.

    Validation labels are the majority vote of three radiologists; training labels were extracted
    from reports. The test set of 500 studies is not in the download.
    """
    return table["path"].str.split("/", n=1).str[0].replace("valid", "validation").rename("split")


def label_cells(
    table: pd.DataFrame, path: Path, uncertain: Policy, blank: Policy, notes: Notes
) -> list[str]:
    """Convert the fourteen columns of the CheXpert labeller to label cells.

    Policy: -1 ("may represent", "cannot exclude") is unknown, because the report does not decide.
    Blank means that the report does not mention the finding, which does not show that it is absent;
    195,806 of the 223,414 cells of Pneumonia are blank. Blank is therefore unknown too, with one
    exception: if "No Finding" is 1, the labeller found no present or uncertain finding, and a blank
    finding is absent. This does not hold for support devices, which "No Finding" ignores: 8,808 of
    its rows have one. Many publications treat blank as absent; ``blank="absent"`` does the same.

    "No Finding" beside a finding that is present is a contradiction, which no row of the published
    files has. All findings of the row are then unknown, and the row is counted.

    Parameters
    ----------
    table
        Columns "No Finding" and :data:`LABELS`, cells as text.
    path
        Path of the file, for error messages.
    uncertain, blank
        Values for -1 and for empty cells.
    notes
        Counts contradictions.
    """
    names = list(LABELS.values())
    codes = np.column_stack([_code(Column.of(path, table, name)) for name in names])
    none = Column.of(path, table, "No Finding")
    finding = np.array([name != _NOT_A_FINDING for name in names])
    said = (_code(none) == "1").to_numpy()
    both = said & ((codes == "1") & finding).any(axis=1)
    none.note(notes, pd.Series(both, table.index), "say No Finding and a finding; all are unknown")
    codes[(codes == "") & (said & ~both)[:, None] & finding] = "0"
    meaning = {"1": "present", "0": "absent", "-1": uncertain, "": blank}
    present = np.isin(codes, [code for code, what in meaning.items() if what == "present"])
    unknown = np.isin(codes, [code for code, what in meaning.items() if what == "unknown"])
    disputed = both[:, None] & finding
    return listed(tuple(LABELS), present & ~disputed, unknown | disputed)


def _code(column: Column) -> "pd.Series[str]":
    """Convert 1.0, 0.0 and -1.0 to 1, 0 and -1; empty cells stay empty."""
    short = column.cells.str.removesuffix(".0")
    column.reject(~short.isin(["1", "0", "-1", ""]), "write 1, 0 or -1, or leave the cell empty")
    return short


def _read_one(path: Path, uncertain: Policy, blank: Policy, notes: Notes) -> pd.DataFrame:
    needed = ["Path", "Sex", "Age", "Frontal/Lateral", "AP/PA", "No Finding", *LABELS.values()]
    table = unique_by(read_text(path, needed), ["Path"], path, notes)
    named = Column.of(path, table, "Path")
    parts = named.cells.str.extract(r"(?:^|/)((?:train|valid)/(patient\d+)/study\d+/[^/]+)$")
    named.reject(parts[0].isna(), "expected .../train/patient00001/study1/view1_frontal.jpg")
    age = values.years(Column.of(path, table, "Age"), notes)
    return unsplit(path, table.index, {
        "id": "chexpert/" + parts[0],
        "path": parts[0],
        "patient": "chexpert-" + parts[1].str.removeprefix("patient"),
        "source": "chexpert",
        "view": _views(path, table),
        "sex": values.sexes(Column.of(path, table, "Sex"), notes),
        "age": age.where(age > 0),
        "licence": LICENCE,
        "labels": label_cells(table, path, uncertain, blank, notes),
    })  # fmt: skip


def _views(path: Path, table: pd.DataFrame) -> "pd.Series[str]":
    side = Column.of(path, table, "Frontal/Lateral")
    sides = side.translated({"Frontal": "", "Lateral": "lateral"})
    projection = Column.of(path, table, "AP/PA")
    frontal = projection.translated({name: _VIEWS.get(name, "unknown") for name in _PROJECTIONS})
    return sides.where(sides != "", frontal)
