"""RSNA Pneumonia Detection Challenge 2018: 26,684 NIH radiographs, with labels by radiologists.

The layout is that of stage 2 at Kaggle: ``stage_2_train_labels.csv``,
``stage_2_detailed_class_info.csv`` and DICOM files in ``stage_2_train_images/``. The 3,000 test
images have no public labels.
"""

from pathlib import Path

import numpy as np
import pandas as pd

from cxrstudy.data.sources.labels import (
    SourceError,
    by_map,
    find,
    find_if_any,
    listed,
    read_text,
    reject,
    sexes,
    unsplit,
    years,
)  # fmt: skip
from cxrstudy.data.sources.nih import patients as nih_patients

#: The labels, and their names in the challenge.
LABELS = {"pneumonia": "Target 1 (class Lung Opacity)", "normal": "class Normal"}
LICENCE = "terms of the RSNA Pneumonia Detection Challenge"

#: Largest accepted mean squared error of a pixel match. Of the 26,684 errors, 26,586 are below 8
#: and 98 are above 73.
CONFIDENT = 20.0

OPACITY, NORMAL, NEITHER = "Lung Opacity", "Normal", "No Lung Opacity / Not Normal"

_VIEWS = {"PA": "PA", "AP": "AP"}


def read(folder: Path, crosswalk: Path, headers: Path | None = None) -> pd.DataFrame:
    """Read the label files, one row per image.

    Parameters
    ----------
    folder
        The publisher's folder.
    crosswalk
        CSV with the columns ``rsna_id``, ``nih_image`` and ``mse``; see :func:`patients`.
    headers
        CSV of DICOM headers from torchxrayvision; see :func:`read_headers`. Without it, view, sex
        and age are unknown.

    Traps and policies
    ------------------
    - The label file has one row per box, so an image with pneumonia occurs up to four times. The
      table has one row per image.
    - ``patientId`` is the id of an image, not of a patient: see :func:`patients`.
    - "No Lung Opacity / Not Normal" is neither pneumonia nor normal: an empty cell. Without the
      class file, ``normal`` is unknown for an image without pneumonia.

    Returns
    -------
    Table with columns :data:`cxrstudy.data.sources.labels.UNSPLIT`.
    """
    path = find(folder, "stage_2_train_labels.csv")
    target = _targets(path)
    known = find_if_any(folder, "stage_2_detailed_class_info.csv")
    classes = None if known is None else _classes(known, target)
    ids = target.index.to_series()
    about = pd.DataFrame() if headers is None else read_headers(headers).reindex(ids)
    return unsplit(path, target.index, {
        "id": "rsna/" + ids,
        "path": "stage_2_train_images/" + ids + ".dcm",
        "patient": patients(ids, crosswalk),
        "source": "rsna",
        "licence": LICENCE,
        "labels": _labels(target, classes),
        **({} if about.empty else _about(about)),
    })  # fmt: skip


def patients(ids: "pd.Series[str]", crosswalk: Path) -> "pd.Series[str]":
    """Find the NIH patient of each RSNA image.

    Trap: the 26,684 images of the challenge come from only 11,439 patients of NIH ChestX-ray14, one
    of them 65 times, and the challenge does not say so. A split by ``patientId`` has test images of
    training patients. The crosswalk matches images by their pixels. Policy: an image whose match
    has an error above :data:`CONFIDENT`, or that is not in the crosswalk, counts as a patient of
    its own, ``rsna-<id>``, because a wrong patient would be worse.
    """
    matches = read_text(crosswalk, ["rsna_id", "nih_image", "mse"]).set_index("rsna_id")
    confident = matches[matches["mse"].astype(float) <= CONFIDENT]
    named = nih_patients(confident["nih_image"].str[:8]).to_dict()
    return pd.Series([named.get(image, f"rsna-{image}") for image in ids], ids.index, dtype=str)


def read_headers(path: Path) -> pd.DataFrame:
    """Read view, sex and age of each RSNA image, from its DICOM header.

    Trap: five ages are between 148 and 155; they are unknown here. Ages agree with those of NIH for
    only three of four images.
    """
    needed = ["PatientID", "ViewPosition", "PatientSex", "PatientAge"]
    table = read_text(path, needed).set_index("PatientID")
    return pd.DataFrame({
        "view": by_map(table["ViewPosition"], _VIEWS, path, "ViewPosition"),
        "sex": sexes(table["PatientSex"]),
        "age": years(table["PatientAge"]),
    })  # fmt: skip


def _about(headers: pd.DataFrame) -> dict[str, "pd.Series[str]"]:
    return {
        "view": headers["view"].fillna("unknown"),
        "sex": headers["sex"].fillna("unknown"),
        "age": headers["age"],
    }


def _targets(path: Path) -> "pd.Series[bool]":
    """Whether each image has pneumonia, by image, in the order of the file."""
    table = read_text(path, ["patientId", "Target"])
    by_map(table["Target"], {"0": "", "1": ""}, path, "Target")
    many = table.groupby("patientId")["Target"].transform("nunique") > 1
    reject(many, table["patientId"], path, "Target", "this image is both 0 and 1; correct the file")
    return table.drop_duplicates("patientId").set_index("patientId")["Target"] == "1"


def _classes(path: Path, target: "pd.Series[bool]") -> "pd.Series[str]":
    table = read_text(path, ["patientId", "class"])
    by_map(table["class"], dict.fromkeys((OPACITY, NORMAL, NEITHER), ""), path, "class")
    many = table.groupby("patientId")["class"].transform("nunique") > 1
    reject(many, table["patientId"], path, "class", "this image has two classes; correct the file")
    classes = table.drop_duplicates("patientId").set_index("patientId")["class"]
    classes = classes.reindex(target.index)
    wrong = (classes == OPACITY) != target
    if wrong.any():
        image = wrong.index[wrong][0]
        raise SourceError(
            f"{path}: image {image!r} has class {classes[image]!r}, and Target "
            f"{int(target[image])} in stage_2_train_labels.csv; use the files of one stage"
        )
    return classes


def _labels(target: "pd.Series[bool]", classes: "pd.Series[str] | None") -> list[str]:
    pneumonia = target.to_numpy()
    normal = np.zeros_like(pneumonia) if classes is None else (classes == NORMAL).to_numpy()
    untold = ~pneumonia if classes is None else np.zeros_like(pneumonia)
    present = np.column_stack([pneumonia, normal])
    return listed(tuple(LABELS), present, np.column_stack([np.zeros_like(untold), untold]))
