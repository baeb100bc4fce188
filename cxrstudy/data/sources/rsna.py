"""RSNA Pneumonia Detection Challenge 2018: 26,684 NIH radiographs, with labels by radiologists.

The layout is that of stage 2 at Kaggle: ``stage_2_train_labels.csv``,
``stage_2_detailed_class_info.csv`` and DICOM files in ``stage_2_train_images/``. The 3,000 test
images have no public labels.
"""

from pathlib import Path

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
from cxrstudy.data.sources.nih import patients as nih_patients
from cxrstudy.data.tables import values
from cxrstudy.data.tables.column import Column
from cxrstudy.data.tables.duplicates import unique_by
from cxrstudy.data.tables.join import joined
from cxrstudy.data.tables.notes import Notes
from cxrstudy.data.tables.reader import TableError

#: The labels, and their names in the challenge.
LABELS = {"pneumonia": "Target 1 (class Lung Opacity)", "normal": "class Normal"}
LICENCE = "terms of the RSNA Pneumonia Detection Challenge"

#: Largest accepted mean squared error of a pixel match. Of the 26,684 errors, 26,586 are below 8
#: and 98 are above 73.
CONFIDENT = 20.0

OPACITY, NORMAL, NEITHER = "Lung Opacity", "Normal", "No Lung Opacity / Not Normal"

_VIEWS = {"PA": "PA", "AP": "AP", "": "unknown"}


def read(folder: Path, crosswalk: Path, headers: Path | None = None) -> Reading:
    """Read the label files, one row per image.

    Parameters
    ----------
    folder
        The publisher's folder.
    crosswalk
        CSV with the columns ``rsna_id``, ``nih_image`` and ``mse``; see :func:`patients`.
    headers
        CSV of DICOM headers from torchxrayvision; see :func:`about_images`. Without it, view, sex
        and age are unknown.

    Traps and policies
    ------------------
    - The label file has one row per box, so an image with pneumonia occurs up to four times. The
      table has one row per image.
    - ``patientId`` is the id of an image, not of a patient: see :func:`patients`.
    - "No Lung Opacity / Not Normal" is neither pneumonia nor normal: an empty cell. Without the
      class file, and where the class file has no row, ``normal`` is unknown for an image without
      pneumonia.

    Returns
    -------
    Rows with columns :data:`cxrstudy.data.sources.labels.UNSPLIT`, and notes.
    """
    notes = Notes()
    path = find(folder, "stage_2_train_labels.csv")
    target = _targets(path, notes)
    known = find_if_any(folder, "stage_2_detailed_class_info.csv")
    classes = None if known is None else _classes(known, target, notes)
    ids = target["patientId"]
    about = {} if headers is None else about_images(ids, headers, notes)
    rows = unsplit(path, target.index, {
        "id": "rsna/" + ids,
        "path": "stage_2_train_images/" + ids + ".dcm",
        "patient": patients(ids, crosswalk, notes),
        "source": "rsna",
        "licence": LICENCE,
        "labels": _labels(target["pneumonia"], classes),
        **about,
    })  # fmt: skip
    return Reading(rows, tuple(notes.found))


def patients(ids: "pd.Series[str]", crosswalk: Path, notes: Notes) -> "pd.Series[str]":
    """Find the NIH patient of each RSNA image.

    Trap: the 26,684 images of the challenge come from only 11,439 patients of NIH ChestX-ray14, one
    of them 65 times, and the challenge does not say so. A split by ``patientId`` has test images of
    training patients. The crosswalk matches images by their pixels. Policy: an image whose match
    has an error above :data:`CONFIDENT`, or that is not in the crosswalk, counts as a patient of
    its own, ``rsna-<id>``, because a wrong patient would be worse; both are counted in `notes`.

    Raises
    ------
    TableError
        The crosswalk has a row for none or few of the images.
    """
    table = read_text(crosswalk, ["rsna_id", "nih_image", "mse"])
    table = unique_by(table, ["rsna_id"], crosswalk, notes)
    name = Column.of(crosswalk, table, "nih_image")
    name.reject(~name.cells.str.fullmatch(r"\d{8}_\d{3}\.png"), "expected 00000061_012.png")
    named = nih_patients(Column(crosswalk, "nih_image", name.cells.str[:8]))
    error = Column.of(crosswalk, table, "mse")
    matches = pd.DataFrame({"patient": named, "error": values.numbers(error)})
    found = joined(ids, matches.set_axis(table["rsna_id"]), crosswalk, "RSNA images", notes)
    doubtful = found["error"] > CONFIDENT
    notes.add(
        crosswalk, f"matches have an error above {CONFIDENT}; each such image is a patient",
        ids[doubtful], len(ids),
    )  # fmt: skip
    return found["patient"].where(found["patient"].notna() & ~doubtful, "rsna-" + ids)


def about_images(ids: "pd.Series[str]", headers: Path, notes: Notes) -> dict[str, "pd.Series"]:
    """Look up view, sex and age of RSNA images in a table of their DICOM headers.

    Trap: five ages are between 148 and 155; they are unknown here. Ages agree with those of NIH for
    only three of four images.
    """
    needed = ["PatientID", "ViewPosition", "PatientSex", "PatientAge"]
    table = unique_by(read_text(headers, needed), ["PatientID"], headers, notes)
    column = {name: Column.of(headers, table, name) for name in needed}
    known = pd.DataFrame({
        "view": column["ViewPosition"].translated(_VIEWS),
        "sex": values.sexes(column["PatientSex"], notes),
        "age": values.years(column["PatientAge"], notes),
    }).set_axis(table["PatientID"])  # fmt: skip
    found = joined(ids, known, headers, "RSNA images", notes)
    return {
        "view": found["view"].fillna("unknown"),
        "sex": found["sex"].fillna("unknown"),
        "age": found["age"],
    }


def _targets(path: Path, notes: Notes) -> pd.DataFrame:
    """Whether each image has pneumonia; columns ``patientId`` and ``pneumonia``.

    An image has a row for each of its boxes, so rows that are alike are no duplicates.
    """
    table = read_text(path, ["patientId", "Target"])
    Column.of(path, table, "Target").translated({"0": "", "1": ""})
    table = unique_by(table.drop_duplicates(), ["patientId"], path, notes)
    return table.assign(pneumonia=table["Target"] == "1")


def _classes(path: Path, target: pd.DataFrame, notes: Notes) -> "pd.Series[str]":
    """The class of each image, NaN if it has no row."""
    table = read_text(path, ["patientId", "class"])
    Column.of(path, table, "class").translated(dict.fromkeys((OPACITY, NORMAL, NEITHER), ""))
    table = unique_by(table.drop_duplicates(), ["patientId"], path, notes)
    ids, pneumonia = target["patientId"], target["pneumonia"]
    classes = joined(ids, table.set_index("patientId"), path, "images", notes)["class"]
    wrong = classes.notna() & ((classes == OPACITY) != pneumonia)
    for row in target.index[wrong][:1]:
        raise TableError(
            f"{path}: image {ids[row]!r} has class {classes[row]!r}, and Target "
            f"{int(pneumonia[row])} in stage_2_train_labels.csv, row {row}; use the files of one "
            "stage"
        )
    return classes


def _labels(pneumonia: "pd.Series[bool]", classes: "pd.Series[str] | None") -> list[str]:
    known = pd.Series(np.nan, pneumonia.index) if classes is None else classes
    present = np.column_stack([pneumonia, known == NORMAL])
    untold = np.column_stack([np.zeros(len(known), bool), known.isna() & ~pneumonia])
    return listed(tuple(LABELS), present, untold)
