"""CheXpert: 223,414 training images of 64,540 patients, labels with uncertainty from reports.

The layout is that of the publisher (full size or ``-small``): ``train.csv``, ``valid.csv`` and the
folders ``train/`` and ``valid/`` with ``patient00001/study1/view1_frontal.jpg``.
"""

from pathlib import Path
from typing import Literal

import numpy as np
import pandas as pd

from cxrstudy.data.sources.labels import (
    by_map,
    find,
    find_if_any,
    listed,
    read_text,
    reject,
    sexes,
    unsplit,
    years,
)

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
_NOT_A_FINDING = "Support Devices"


def read(folder: Path, uncertain: Policy = "unknown", blank: Policy = "unknown") -> pd.DataFrame:
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
    Table with columns :data:`cxrstudy.data.sources.labels.UNSPLIT`.
    """
    paths = [find(folder, "train.csv"), find_if_any(folder, "valid.csv")]
    parts = [_read_one(path, uncertain, blank) for path in paths if path is not None]
    return pd.concat(parts, ignore_index=True)


def official_split(table: pd.DataFrame) -> "pd.Series[str]":
    """Return the split by folder, ``train`` or ``validation``; no patient is in both.

    Validation labels are the majority vote of three radiologists; training labels were extracted
    from reports. The test set of 500 studies is not in the download.
    """
    return table["path"].str.split("/", n=1).str[0].replace("valid", "validation").rename("split")


def label_cells(table: pd.DataFrame, path: Path, uncertain: Policy, blank: Policy) -> list[str]:
    """Convert the fourteen columns of the CheXpert labeller to label cells.

    Policy: -1 ("may represent", "cannot exclude") is unknown, because the report does not decide.
    Blank means that the report does not mention the finding, which does not show that it is absent;
    195,806 of the 223,414 cells of Pneumonia are blank. Blank is therefore unknown too, with one
    exception: if "No Finding" is 1, the labeller found no present or uncertain finding, and a blank
    finding is absent. This does not hold for support devices, which "No Finding" ignores: 8,808 of
    its rows have one. Many publications treat blank as absent; ``blank="absent"`` does the same.

    Parameters
    ----------
    table
        Columns "No Finding" and :data:`LABELS`, cells as text.
    path
        Path of the file, for error messages.
    uncertain, blank
        Values for -1 and for empty cells.
    """
    names = list(LABELS.values())
    values = {name: _value(table[name], path) for name in ("No Finding", *names)}
    codes = np.column_stack([values[name] for name in names])
    finding = np.array([name != _NOT_A_FINDING for name in names])
    nothing = (values["No Finding"] == "1").to_numpy()[:, None] & finding
    codes[(codes == "") & nothing] = "0"
    meaning = {"1": "present", "0": "absent", "-1": uncertain, "": blank}
    present = np.isin(codes, [code for code, what in meaning.items() if what == "present"])
    unknown = np.isin(codes, [code for code, what in meaning.items() if what == "unknown"])
    return listed(tuple(LABELS), present, unknown)


def _value(cells: "pd.Series[str]", path: Path) -> "pd.Series[str]":
    """Convert 1.0, 0.0 and -1.0 to 1, 0 and -1; empty cells stay empty."""
    short = cells.str.removesuffix(".0")
    todo = "write 1, 0 or -1, or leave the cell empty"
    reject(~short.isin(["1", "0", "-1", ""]), cells, path, str(cells.name), todo)
    return short


def _read_one(path: Path, uncertain: Policy, blank: Policy) -> pd.DataFrame:
    needed = ["Path", "Sex", "Age", "Frontal/Lateral", "AP/PA", "No Finding", *LABELS.values()]
    table = read_text(path, needed)
    parts = table["Path"].str.extract(r"(?:^|/)((?:train|valid)/(patient\d+)/study\d+/[^/]+)$")
    todo = "expected .../train/patient00001/study1/view1_frontal.jpg"
    reject(parts[0].isna(), table["Path"], path, "Path", todo)
    return unsplit(path, table.index, {
        "id": "chexpert/" + parts[0],
        "path": parts[0],
        "patient": "chexpert-" + parts[1].str.removeprefix("patient"),
        "source": "chexpert",
        "view": _views(table, path),
        "sex": sexes(table["Sex"]),
        "age": years(table["Age"]).where(lambda age: age > 0),
        "licence": LICENCE,
        "labels": label_cells(table, path, uncertain, blank),
    })  # fmt: skip


def _views(table: pd.DataFrame, path: Path) -> "pd.Series[str]":
    sides = by_map(
        table["Frontal/Lateral"], {"Frontal": "", "Lateral": "lateral"}, path, "Frontal/Lateral"
    )
    return sides.where(sides != "", table["AP/PA"].map(_VIEWS).fillna("unknown"))
