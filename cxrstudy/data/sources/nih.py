"""NIH ChestX-ray14: 112,120 frontal radiographs of 30,805 patients, with labels from reports.

The layout is that of the publisher: ``Data_Entry_2017_v2020.csv`` (or the older
``Data_Entry_2017.csv``), ``train_val_list.txt``, ``test_list.txt`` and all images in ``images/``.
"""

from pathlib import Path

import numpy as np
import pandas as pd

from cxrstudy.data.sources.labels import (
    SourceError,
    by_map,
    find,
    listed,
    reject,
    sexes,
    unsplit,
    years,
)
from cxrstudy.data.sources.prepared import FINDINGS

#: The labels, and their names at NIH.
LABELS = {name.lower(): name for name in FINDINGS}
LICENCE = "NIH Clinical Center, free use with citation"

_COLUMNS = ("image", "findings", "follow_up", "patient", "age", "sex", "view")
_HEADER = "Image Index,Finding Labels,Follow-up #,Patient ID,Patient Age,Patient "
_VIEWS = {"PA": "PA", "AP": "AP"}


def read(folder: Path) -> pd.DataFrame:
    """Read the label file.

    Traps and policies
    ------------------
    - The header contains ``OriginalImage[Width,Height]`` without quotes, so it has more cells than
      names; with quotes, it would have fewer cells than the rows. The first seven columns are read
      by position.
    - That size is the size of the DICOM file, which was never published; the PNG files are
      1,024 x 1,024. Width and height are therefore read from the files.
    - ``No Finding`` is not a label, but the absence of all fourteen labels: an empty cell.
    - The 2017 file has ages up to 414, some with a unit (``058Y``). Ages over 120 are unknown. Ages
      differ between releases, so tables can't be joined on age.
    - Patients have several images. They are named ``nih-00061``, as in every other manifest.

    Returns
    -------
    Table with columns :data:`cxrstudy.data.sources.labels.UNSPLIT`.
    """
    path = find(folder, "Data_Entry_2017_v2020.csv", "Data_Entry_2017.csv")
    table = _cells(path)
    return unsplit(path, table.index, {
        "id": "nih/" + table["image"],
        "path": "images/" + table["image"],
        "patient": patients(table["patient"]),
        "source": "nih",
        "view": by_map(table["view"], _VIEWS, path, "View Position"),
        "sex": sexes(table["sex"]),
        "age": years(table["age"]),
        "licence": LICENCE,
        "labels": _labels(table["findings"], path),
    })  # fmt: skip


def official_split(folder: Path, table: pd.DataFrame) -> "pd.Series[str]":
    """Return the split of the publisher's two lists: ``train`` (train_val_list) or ``test``.

    No patient is in both lists. Trap: patients in the test list are sicker. RSNA radiologists found
    opacities in 36 % of its images, but in 18 % of the images of the other list, so it is not a
    sample of the same population. There is no official validation split; take one from ``train``,
    by patient.

    Raises
    ------
    SourceError
        An image of the table is in both lists or in neither.
    """
    lists = {
        "train": find(folder, "train_val_list.txt"),
        "test": find(folder, "test_list.txt"),
    }
    names = {
        split: frozenset(path.read_text(encoding="utf-8").split()) for split, path in lists.items()
    }
    images = table["path"].str.rsplit("/", n=1).str[-1]
    inside = {split: images.isin(listed_names) for split, listed_names in names.items()}
    wrong = inside["train"] == inside["test"]
    if wrong.any():
        image = images[wrong].iloc[0]
        how = "both lists" if inside["test"][wrong].iloc[0] else "neither list"
        raise SourceError(
            f"{lists['train']} and {lists['test'].name}: {image!r} is in {how}; "
            "use the publisher's lists, unchanged"
        )
    return pd.Series(np.where(inside["test"], "test", "train"), table.index, name="split")


def patients(numbers: "pd.Series[str]") -> "pd.Series[str]":
    """Write names of patients as in all manifests: ``nih-`` and five digits."""
    return numbers.astype(int).map("nih-{:05d}".format)


def _cells(path: Path) -> pd.DataFrame:
    """Read the first seven columns by position; the header's brackets make the rest unreadable."""
    header = pd.read_csv(path, header=None, nrows=1, dtype=str, usecols=range(6)).iloc[0]
    if not ",".join(header).startswith(_HEADER):
        raise SourceError(
            f"{path}, row 1: {','.join(header)!r}; expected {_HEADER!r}... "
            "Use the publisher's file, unchanged."
        )
    return pd.read_csv(
        path, header=None, skiprows=1, usecols=range(7), names=list(_COLUMNS), dtype=str,
        keep_default_na=False, index_col=False,
    )  # fmt: skip


def _labels(findings: "pd.Series[str]", path: Path) -> list[str]:
    cells = findings.str.split("|")
    known = frozenset((*FINDINGS, "No Finding"))
    wrong = cells.map(lambda names: not known.issuperset(names))
    todo = f"findings are {', '.join(sorted(known))}, joined by |"
    reject(wrong, findings, path, "Finding Labels", todo)
    present = np.array([[name in cell for name in FINDINGS] for cell in cells], dtype=bool)
    return listed(tuple(LABELS), present)
