"""VinDr-CXR: 15,000 training images, each labelled by three of seventeen radiologists.

The layout is that of the VinBigData challenge at Kaggle: ``train.csv`` (one row per box and reader)
and DICOM files in ``train/``. PhysioNet's release has the same rows in
``annotations/annotations_train.csv``, but other column names, and can't be read here. The 3,000
test images have no labels at Kaggle.
"""

from pathlib import Path

import pandas as pd

from cxrstudy.data.sources.labels import Reading, find, listed, read_text, unsplit
from cxrstudy.data.tables.column import Column
from cxrstudy.data.tables.notes import Notes

#: The labels, and their names in the challenge.
LABELS = {
    name.lower().replace(" ", "_").replace("/", "_"): name
    for name in (
        "Aortic enlargement", "Atelectasis", "Calcification", "Cardiomegaly", "Consolidation",
        "ILD", "Infiltration", "Lung Opacity", "Nodule/Mass", "Other lesion", "Pleural effusion",
        "Pleural thickening", "Pneumothorax", "Pulmonary fibrosis",
    )
}  # fmt: skip
LICENCE = "VinBigData Chest X-ray challenge rules; PhysioNet credentialed use agreement"

READERS = 3
NOTHING = "No finding"


def read(folder: Path, votes: int = 2) -> Reading:
    """Read the label file, one row per image.

    Parameters
    ----------
    folder
        The publisher's folder.
    votes
        Number of readers, of three, who must mark a label for it to be present, 1 to 3.

    Traps and policies
    ------------------
    - The file has 67,914 rows of 15,000 images: several boxes per reader, three readers per image.
      Boxes of one reader count once.
    - Readers disagree. A label with the votes of a majority (two of three) is present. With one
      vote it is unknown, because the others drew no box, which does not state absence. Without
      votes it is absent. "No finding" is unanimous in every image that has it: an empty cell. If a
      reader marks something in such an image, which is a contradiction, that label is unknown.
    - Three readers (R8, R9, R10) supply most rows; a model can learn who labelled an image.
    - There is no patient, view, sex or age. Every image counts as a patient of its own, which may
      be wrong, so it can't be shown that splits share no patient.

    Returns
    -------
    Rows with columns :data:`cxrstudy.data.sources.labels.UNSPLIT`, and notes.
    """
    if not 1 <= votes <= READERS:
        raise ValueError(f"votes must be 1 to {READERS}, not {votes}")
    path = find(folder, "train.csv")
    notes = Notes()
    counted = _votes(path)
    ids = counted.index.to_series()
    seen = counted[list(LABELS.values())].to_numpy()
    both = (counted[NOTHING] == READERS).to_numpy() & (seen > 0).any(axis=1)
    notes.add(
        path,
        f"images have {NOTHING!r} by all readers and a finding, which is unknown",
        ids[both],
        len(ids),
    )
    present = (seen >= votes) & ~both[:, None]
    rows = unsplit(path, counted.index, {
        "id": "vindr/" + ids,
        "path": "train/" + ids + ".dicom",
        "patient": "vindr-" + ids,
        "source": "vindr",
        "licence": LICENCE,
        "labels": listed(tuple(LABELS), present, seen > 0),
    })  # fmt: skip
    return Reading(rows, tuple(notes.found))


def _votes(path: Path) -> pd.DataFrame:
    """Number of readers who marked each label, or nothing, one row per image."""
    table = read_text(path, ["image_id", "class_name", "rad_id"])
    names = (NOTHING, *LABELS.values())
    Column.of(path, table, "class_name").translated(dict.fromkeys(names, ""))
    reader = Column.of(path, table, "rad_id")
    reader.reject(reader.blank, "no reader; use the whole file, unchanged")
    readers = table.groupby("image_id")["rad_id"].transform("nunique")
    reader.reject(
        readers != READERS,
        f"the image of this row does not have {READERS} readers; use the whole file, unchanged",
    )
    single = table.drop_duplicates(["image_id", "rad_id", "class_name"])
    counted = pd.crosstab(single["image_id"], single["class_name"])
    return counted.reindex(columns=list(names), fill_value=0)
