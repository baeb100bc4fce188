"""MIMIC-CXR-JPG: 377,110 radiographs of one hospital, labelled from reports by two programs.

The layout is that of PhysioNet: ``mimic-cxr-2.0.0-metadata.csv.gz``, ``-chexpert``, ``-negbio`` and
``-split`` beside ``files/p10/p10000032/s50414267/<dicom id>.jpg``.
"""

from pathlib import Path
from typing import Literal

import pandas as pd

from cxrstudy.data.sources.chexpert import LABELS, Policy, label_cells
from cxrstudy.data.sources.labels import SourceError, by_map, find, numbers, read_text, unsplit

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
) -> pd.DataFrame:
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
    Table with columns :data:`cxrstudy.data.sources.labels.UNSPLIT`.
    """
    path = find(folder, "mimic-cxr-2.0.0-metadata.csv")
    orientation = "PatientOrientationCodeSequence_CodeMeaning"
    table = read_text(path, ["dicom_id", *_STUDY, "ViewPosition", "Rows", "Columns", orientation])
    views = table["ViewPosition"].map(_VIEWS).fillna("unknown")
    lying = (views == "AP") & (table[orientation] == "Recumbent")
    subject, study = table["subject_id"], table["study_id"]
    of_study = _labels(find(folder, f"mimic-cxr-2.0.0-{labeller}.csv"), uncertain, blank)
    file = "p" + subject.str[:2] + "/p" + subject + "/s" + study + "/" + table["dicom_id"]
    return unsplit(path, table.index, {
        "id": "mimic/" + table["dicom_id"],
        "path": "files/" + file + ".jpg",
        "patient": "mimic-" + subject,
        "source": "mimic",
        "view": views.mask(lying, "AP supine"),
        "width": numbers(table["Columns"]),
        "height": numbers(table["Rows"]),
        "licence": LICENCE,
        "labels": [of_study.get(name, _UNKNOWN) for name in subject + "/" + study],
    })  # fmt: skip


def official_split(folder: Path, table: pd.DataFrame) -> "pd.Series[str]":
    """Return the split of the publisher's split file: ``train``, ``validation`` or ``test``.

    The split is by patient. Trap: the test patients are not a random sample, but those whose
    reports were labelled manually.

    Raises
    ------
    SourceError
        An image of the table is not in the file.
    """
    path = find(folder, "mimic-cxr-2.0.0-split.csv")
    splits = read_text(path, ["dicom_id", "split"])
    named = by_map(splits["split"], _SPLITS, path, "split").set_axis("mimic/" + splits["dicom_id"])
    found = table["id"].map(named.to_dict())
    if found.isna().any():
        image = table["id"][found.isna()].iloc[0]
        raise SourceError(f"{path}: no row for {image!r}; use the files of one release")
    return found.rename("split")


def _labels(path: Path, uncertain: Policy, blank: Policy) -> dict[str, str]:
    """Read label cells by ``subject/study``."""
    table = read_text(path, [*_STUDY, "No Finding", *LABELS.values()])
    cells = label_cells(table, path, uncertain, blank)
    return dict(zip(table["subject_id"] + "/" + table["study_id"], cells, strict=True))
