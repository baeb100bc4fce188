"""MIMIC-CXR-JPG: 377,110 radiographs of one hospital, labelled from reports by two programs.

The layout is that of PhysioNet: ``mimic-cxr-2.0.0-metadata.csv.gz``, ``-chexpert``, ``-negbio`` and
``-split`` beside ``files/p10/p10000032/s50414267/<dicom id>.jpg``.
"""

from pathlib import Path
from typing import Literal

import pandas as pd

from cxrstudy.data.sources.chexpert import LABELS, Policy, label_cells
from cxrstudy.data.sources.labels import Reading, find, read_text, unsplit
from cxrstudy.data.tables import values
from cxrstudy.data.tables.column import Column
from cxrstudy.data.tables.duplicates import unique_by
from cxrstudy.data.tables.join import joined
from cxrstudy.data.tables.notes import Notes
from cxrstudy.data.tables.reader import TableError

LICENCE = "PhysioNet Credentialed Health Data License 1.5.0"

_VIEWS = {
    "PA": "PA", "AP": "AP", "LATERAL": "lateral", "LL": "lateral", "RL": "lateral",
    "XTABLE LATERAL": "lateral",
}  # fmt: skip
_SPLITS = {"train": "train", "validate": "validation", "test": "test"}
_STUDY = ["subject_id", "study_id"]
_UNKNOWN = "|".join(f"?{name}" for name in LABELS)


def read(
    folder: Path,
    labeller: Literal["chexpert", "negbio"] = "chexpert",
    uncertain: Policy = "unknown",
    blank: Policy = "unknown",
) -> Reading:
    """Read metadata and the labels of one program, one row per image.

    Parameters
    ----------
    folder
        The publisher's folder.
    labeller
        Program whose labels are used. Both programs read the same reports; their labels differ
        mostly if uncertain.
    uncertain, blank
        As in CheXpert: see :func:`cxrstudy.data.sources.chexpert.label_cells`.

    Traps and policies
    ------------------
    - Labels belong to a study, which may have several images. All images of a study get its labels,
      also lateral ones. A study without a row in the label file has no report sections; all its
      labels are unknown.
    - ``ViewPosition`` is empty or an oblique view in many rows; the view is unknown there. Supine
      AP images have the view ``AP supine``, from the column of orientations.
    - Sex and age are not in this set but in MIMIC-IV, with other credentials; they are unknown.
    - A study may contain near-duplicate renderings of one exposure.

    Returns
    -------
    Rows with columns :data:`cxrstudy.data.sources.labels.UNSPLIT`, and notes.
    """
    path = find(folder, "mimic-cxr-2.0.0-metadata.csv")
    orientation = "PatientOrientationCodeSequence_CodeMeaning"
    needed = ["dicom_id", *_STUDY, "ViewPosition", "Rows", "Columns", orientation]
    notes = Notes()
    table = unique_by(read_text(path, needed), ["dicom_id"], path, notes)
    for name in _STUDY:
        number = Column.of(path, table, name)
        number.reject(~number.cells.str.fullmatch(r"[0-9]{8}"), "expected a number of eight digits")
    views = table["ViewPosition"].map(_VIEWS).fillna("unknown")
    lying = (views == "AP") & (table[orientation] == "Recumbent")
    subject, study = table["subject_id"], table["study_id"]
    labels = find(folder, f"mimic-cxr-2.0.0-{labeller}.csv")
    of_study = _labels(labels, uncertain, blank, notes)
    found = joined(subject + "/" + study, of_study, labels, "studies", notes)
    file = "p" + subject.str[:2] + "/p" + subject + "/s" + study + "/" + table["dicom_id"]
    rows = unsplit(path, table.index, {
        "id": "mimic/" + table["dicom_id"],
        "path": "files/" + file + ".jpg",
        "patient": "mimic-" + subject,
        "source": "mimic",
        "view": views.mask(lying, "AP supine"),
        "width": values.whole_numbers(Column.of(path, table, "Columns"), notes),
        "height": values.whole_numbers(Column.of(path, table, "Rows"), notes),
        "licence": LICENCE,
        "labels": found["labels"].fillna(_UNKNOWN),
    })  # fmt: skip
    return Reading(rows, tuple(notes.found))


def official_split(folder: Path, table: pd.DataFrame) -> "pd.Series[str]":
    """Return the split of the publisher's split file: ``train``, ``validation`` or ``test``.

    The split is by patient. Trap: the test patients are not a random sample, but those whose
    reports were labelled manually.

    Raises
    ------
    TableError
        An image of the table is not in the file.
    """
    path = find(folder, "mimic-cxr-2.0.0-split.csv")
    splits = unique_by(read_text(path, ["dicom_id", "split"]), ["dicom_id"], path, Notes())
    split = Column.of(path, splits, "split").translated(_SPLITS)
    named = split.set_axis("mimic/" + splits["dicom_id"])
    found = table["id"].map(named.to_dict())
    if found.isna().any():
        image = table["id"][found.isna()].iloc[0]
        raise TableError(f"{path}: no row for {image!r}; use the files of one release")
    return found.rename("split")


def _labels(path: Path, uncertain: Policy, blank: Policy, notes: Notes) -> pd.DataFrame:
    """Read label cells by ``subject/study``."""
    needed = [*_STUDY, "No Finding", *LABELS.values()]
    table = unique_by(read_text(path, needed), _STUDY, path, notes)
    cells = label_cells(table, path, uncertain, blank, notes)
    return pd.DataFrame({"labels": cells}, table["subject_id"] + "/" + table["study_id"])
