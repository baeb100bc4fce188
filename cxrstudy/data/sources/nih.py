"""NIH ChestX-ray14: 112,120 frontal radiographs of 30,805 patients, with labels from reports.

The layout is that of the publisher: ``Data_Entry_2017_v2020.csv`` (or the older
``Data_Entry_2017.csv``), ``train_val_list.txt``, ``test_list.txt`` and all images in ``images/``.
"""

from pathlib import Path

import numpy as np
import pandas as pd

from cxrstudy.data.sources.labels import Reading, find, listed, stripped, unsplit
from cxrstudy.data.sources.prepared_sets import FINDINGS
from cxrstudy.data.tables import values
from cxrstudy.data.tables.column import Column
from cxrstudy.data.tables.duplicates import unique_by
from cxrstudy.data.tables.notes import Notes
from cxrstudy.data.tables.reader import Line, TableError, read_lines, read_names

#: The labels, and their names at NIH.
LABELS = {name.lower(): name for name in FINDINGS}
LICENCE = "NIH Clinical Center, free use with citation"

_COLUMNS = ("image", "findings", "follow_up", "patient", "age", "sex", "view")
_HEADER = "Image Index,Finding Labels,Follow-up #,Patient ID,Patient Age,Patient "
_VIEWS = {"PA": "PA", "AP": "AP"}
_NOTHING = "No Finding"


def read(folder: Path) -> Reading:
    """Read the label file.

    Traps and policies
    ------------------
    - The header contains ``OriginalImage[Width,Height]`` without quotes, so it has more cells than
      names; with quotes, it would have fewer cells than the rows. The first seven columns are read
      by position.
    - That size is the size of the DICOM file, which was never published; the PNG files are
      1,024 x 1,024. Width and height are therefore read from the files.
    - ``No Finding`` is not a label, but the absence of all fourteen labels: an empty cell. Beside a
      finding it is a contradiction: the finding is unknown.
    - The name of an image begins with the number of its patient; a row in which the two differ is
      an error.
    - The 2017 file has ages up to 414, some with a unit (``058Y``). Ages over 120 are unknown. Ages
      differ between releases, so tables can't be joined on age.
    - Patients have several images. They are named ``nih-00061``, as in every other manifest.

    Returns
    -------
    Rows with columns :data:`cxrstudy.data.sources.labels.UNSPLIT`, and notes.
    """
    path = find(folder, "Data_Entry_2017_v2020.csv", "Data_Entry_2017.csv")
    notes = Notes()
    table = unique_by(_cells(path), ["image"], path, notes)
    number = Column(path, "Patient ID", table["patient"])
    patient = patients(number)
    number.reject(
        table["image"].str.extract(r"^(\d+)_", expand=False) != patient.str[4:].str.zfill(8),
        "the name of the image begins with another number; correct the row",
    )
    rows = unsplit(path, table.index, {
        "id": "nih/" + table["image"],
        "path": "images/" + table["image"],
        "patient": patient,
        "source": "nih",
        "view": Column(path, "View Position", table["view"]).translated(_VIEWS),
        "sex": values.sexes(Column(path, "Patient Gender", table["sex"]), notes),
        "age": values.years(Column(path, "Patient Age", table["age"]), notes),
        "licence": LICENCE,
        "labels": _labels(Column(path, "Finding Labels", table["findings"]), notes),
    })  # fmt: skip
    return Reading(rows, tuple(notes.found))


def official_split(folder: Path, table: pd.DataFrame) -> "pd.Series[str]":
    """Return the split of the publisher's two lists: ``train`` (train_val_list) or ``test``.

    No patient is in both lists. Trap: patients in the test list are sicker. RSNA radiologists found
    opacities in 36 % of its images, but in 18 % of the images of the other list, so it is not a
    sample of the same population. There is no official validation split; take one from ``train``,
    by patient.

    Raises
    ------
    TableError
        An image of the table is in both lists or in neither.
    """
    lists = {
        "train": find(folder, "train_val_list.txt"),
        "test": find(folder, "test_list.txt"),
    }
    names = {split: frozenset(read_names(path)) for split, path in lists.items()}
    images = table["path"].str.rsplit("/", n=1).str[-1]
    inside = {split: images.isin(listed_names) for split, listed_names in names.items()}
    wrong = inside["train"] == inside["test"]
    if wrong.any():
        image = images[wrong].iloc[0]
        how = "both lists" if inside["test"][wrong].iloc[0] else "neither list"
        raise TableError(
            f"{lists['train']} and {lists['test'].name}: {image!r} is in {how}; "
            "use the publisher's lists, unchanged"
        )
    return pd.Series(np.where(inside["test"], "test", "train"), table.index, name="split")


def patients(numbers: Column) -> "pd.Series[str]":
    """Write names of patients as in all manifests: ``nih-`` and five digits.

    Raises
    ------
    TableError
        A cell is no number of digits only, such as ``1.0``, or empty.
    """
    numbers.reject(
        ~numbers.cells.str.fullmatch(r"[0-9]{1,8}"),
        "expected the patient's number, in digits only; use the publisher's file, unchanged",
    )
    return numbers.cells.astype(int).map("nih-{:05d}".format)


def _cells(path: Path) -> pd.DataFrame:
    """Read the first seven columns by position; the header's brackets make the rest unreadable."""
    header, *lines = (*read_lines(path),) or (Line(1, []),)
    named = ",".join(cell.strip() for cell in header.cells[:6])
    if not named.startswith(_HEADER):
        raise TableError(
            f"{path}, row {header.row}: {named!r}; expected {_HEADER!r}..., with a comma "
            "between cells. Use the publisher's file, unchanged."
        )
    for line in lines:
        if len(line.cells) != len(lines[0].cells) or len(line.cells) < len(_COLUMNS):
            raise TableError(
                f"{path}, row {line.row}: {len(line.cells)} cells, row {lines[0].row} has "
                f"{len(lines[0].cells)}; look for a comma too many or too few"
            )
    width = len(_COLUMNS)
    index = pd.Index([line.row for line in lines], dtype=int)
    cells = [line.cells[:width] for line in lines]
    return stripped(pd.DataFrame(cells, index, list(_COLUMNS), dtype=str))


def _labels(findings: Column, notes: Notes) -> list[str]:
    cells = findings.cells.str.split("|")
    known = frozenset((*FINDINGS, _NOTHING))
    wrong = cells.map(lambda names: not known.issuperset(names))
    findings.reject(wrong, f"findings are {', '.join(sorted(known))}, joined by |")
    named = np.array([[name in cell for name in FINDINGS] for cell in cells], dtype=bool)
    none = np.array([_NOTHING in cell for cell in cells], dtype=bool)
    both = pd.Series(none & named.any(axis=1), cells.index)
    findings.note(notes, both, f"say {_NOTHING} and a finding, which is unknown")
    return listed(tuple(LABELS), named & ~none[:, None], named)
