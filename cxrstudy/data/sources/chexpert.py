"""CheXpert: 223,414 training images of 64,540 patients, labels with uncertainty from reports.

Layout, as the publisher ships it (full size or ``-small``): ``train.csv``, ``valid.csv`` and the
folders ``train/`` and ``valid/`` with ``patient00001/study1/view1_frontal.jpg``. Give the folder
that holds these.
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

#: What an uncertain label (-1), or one that the report does not mention (blank), is converted to.
Policy = Literal["unknown", "present", "absent"]

_VIEWS = {"AP": "AP", "PA": "PA"}
_NOT_A_FINDING = "Support Devices"


def read(folder: Path, uncertain: Policy = "unknown", blank: Policy = "unknown") -> pd.DataFrame:
    """Read ``train.csv`` and, if it is in the same folder, ``valid.csv``.

    Parameters
    ----------
    folder
        Folder as the publisher ships it.
    uncertain
        Value for -1: ``unknown`` (U-Ignore of the CheXpert paper), ``present`` (U-Ones) or
        ``absent`` (U-Zeros).
    blank
        Value for an empty cell; see :func:`label_cells`.

    Traps and policies
    ------------------
    - Uncertain and blank labels: see :func:`label_cells`.
    - Lateral images are a seventh of the rows; they are kept, with the view ``lateral``. Seventeen
      rows are "Frontal" with the projection LL or RL, a lateral one: their view is unknown.
    - The path begins with the name of the release (``CheXpert-v1.0-small/``), which depends on what
      was downloaded; it is cut off.
    - One sex is "Unknown". Age 0 occurs in three rows, all among the last patient numbers; no other
      age is below 18, so it is taken for a missing value. Ages end at 90.

    Returns
    -------
    Table with columns :data:`cxrstudy.data.sources.labels.UNSPLIT`.
    """
    paths = [find(folder, "train.csv"), find_if_any(folder, "valid.csv")]
    parts = [_read_one(path, uncertain, blank) for path in paths if path is not None]
    return pd.concat(parts, ignore_index=True)


def official_split(table: pd.DataFrame) -> "pd.Series[str]":
    """``train`` and ``validation``, by folder; no patient is in both.

    The validation labels are the majority of three radiologists, unlike those of ``train``, which
    are mined from reports. The test set of 500 studies is not in the download.
    """
    return table["path"].str.split("/", n=1).str[0].replace("valid", "validation").rename("split")


def label_cells(table: pd.DataFrame, path: Path, uncertain: Policy, blank: Policy) -> list[str]:
    """Convert the fourteen columns of the CheXpert labeller to label cells.

    Policy: -1 ("may represent", "cannot exclude") is unknown, because either answer would be
    invented. Blank means that the report does not mention the finding, which does not show that
    somebody looked; 195,806 of the 223,414 cells of Pneumonia are blank. So it is unknown too, with
    one exception: if "No Finding" is 1, the labeller found no present or uncertain finding, and a
    blank finding is absent. This does not hold for support devices, which "No Finding" ignores:
    8,808 of its rows have one. Much published work takes blank as absent, as does
    ``blank="absent"``.

    Parameters
    ----------
    table
        Columns "No Finding" and :data:`LABELS`, cells as text.
    path
        File name for error messages.
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
    """1, 0, -1 or empty; the file writes them as 1.0, 0.0 and -1.0."""
    short = cells.str.removesuffix(".0")
    todo = "legal are 1, 0, -1 and an empty cell"
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
