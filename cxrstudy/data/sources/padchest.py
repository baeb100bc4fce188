"""PadChest: 160,861 radiographs of 67,625 patients of one hospital, with labels as lists of terms.

The layout is that of the publisher: ``PADCHEST_chest_x_ray_images_labels_160K_01.02.19.csv``
(compressed or not) and numbered archives, each unpacked into a folder of its number: ``0/`` to
``54/``.
"""

from pathlib import Path

import numpy as np
import pandas as pd

from cxrstudy.data.sources.labels import Reading, find, listed, read_text, unsplit
from cxrstudy.data.sources.terms import PADCHEST, SAYS_NOTHING
from cxrstudy.data.tables import values
from cxrstudy.data.tables.column import Column
from cxrstudy.data.tables.duplicates import unique_by
from cxrstudy.data.tables.notes import Notes
from cxrstudy.data.tables.terms import term_sets

#: Each label, and those of PadChest's 193 terms that mean it: the term itself and the terms below
#: it in PadChest's tree.
TERMS: dict[str, tuple[str, ...]] = {
    "normal": ("normal",),
    "pneumonia": ("pneumonia", "atypical pneumonia"),
    "tuberculosis": ("tuberculosis",),
    "atelectasis": (
        "atelectasis", "laminar atelectasis", "lobar atelectasis", "segmental atelectasis",
        "round atelectasis", "total atelectasis", "atelectasis basal",
    ),
    "cardiomegaly": ("cardiomegaly",),
    "consolidation": ("consolidation", "air bronchogram"),
    "edema": ("pulmonary edema",),
    "effusion": (
        "pleural effusion", "loculated pleural effusion", "loculated fissural effusion",
        "hydropneumothorax", "empyema",
    ),
    "emphysema": ("emphysema",),
    "fibrosis": ("pulmonary fibrosis",),
    "hernia": ("hiatal hernia",),
    "infiltration": (
        "infiltrates", "alveolar pattern", "interstitial pattern", "ground glass pattern",
        "reticular interstitial pattern", "reticulonodular interstitial pattern",
        "miliary opacities", "consolidation", "air bronchogram",
    ),
    "mass": ("mass", "pulmonary mass"),
    "nodule": ("nodule", "multiple nodules"),
    "pleural_thickening": (
        "pleural thickening", "apical pleural thickening", "calcified pleural thickening",
    ),
    "pneumothorax": ("pneumothorax", "hydropneumothorax"),
}  # fmt: skip
LABELS = {label: ", ".join(terms) for label, terms in TERMS.items()}
LICENCE = "PadChest terms of use, research only"

#: Files that are missing from the published archives, or broken in them, according to
#: torchxrayvision 1.5.7.
BROKEN = frozenset((
    "216840111366964012819207061112010307142602253_04-014-084.png",
    "216840111366964012989926673512011074122523403_00-163-058.png",
    "216840111366964012959786098432011033083840143_00-176-115.png",
    "216840111366964012558082906712009327122220177_00-102-064.png",
    "216840111366964012339356563862009072111404053_00-043-192.png",
    "216840111366964013076187734852011291090445391_00-196-188.png",
    "216840111366964012373310883942009117084022290_00-064-025.png",
    "216840111366964012283393834152009033102258826_00-059-087.png",
    "216840111366964012373310883942009170084120009_00-097-074.png",
    "216840111366964012819207061112010315104455352_04-024-184.png",
    "216840111366964012819207061112010306085429121_04-020-102.png",
    "216840111366964012989926673512011083134050913_00-168-009.png",
    "216840111366964012373310883942009152114636712_00-102-045.png",
    "216840111366964012819207061112010281134410801_00-129-131.png",
    "216840111366964012487858717522009280135853083_00-075-001.png",
    "216840111366964012989926673512011151082430686_00-157-045.png",
    "216840111366964013686042548532013208193054515_02-026-007.png",
    "216840111366964013590140476722013058110301622_02-056-111.png",
    "216840111366964013590140476722013043111952381_02-065-198.png",
    "216840111366964013829543166512013353113303615_02-092-190.png",
    "216840111366964013962490064942014134093945580_01-178-104.png",
))  # fmt: skip

_VIEWS = {
    "PA": "PA", "AP": "AP", "AP_horizontal": "AP supine", "L": "lateral", "COSTAL": "unknown",
    "EXCLUDE": "unknown", "UNK": "unknown",
}  # fmt: skip
_NOT_A_CHEST = {
    "COSTAL": "a projection of the ribs", "EXCLUDE": "projection marked EXCLUDE by the publisher",
}  # fmt: skip


def read(folder: Path) -> Reading:
    """Read the label file.

    Traps and policies
    ------------------
    - Labels are Python lists as text, and many terms begin with a space: both ``' pneumonia'`` and
      ``'pneumonia'`` occur. A search for the exact term finds pneumonia in 3,474 of the 7,953 rows
      that have it. Spaces are therefore removed.
    - 103 rows have no labels. About 4,500 have only an empty term or ``unchanged``, which refers to
      an earlier image. They do not describe the image and are excluded, with the reason.
    - Rows with the term ``exclude`` (1,312 rows) and with the projections EXCLUDE and COSTAL (ribs)
      are excluded. The view of UNK is unknown. Lateral images are kept.
    - ``normal`` together with a finding (220 of the included rows) is a contradiction: ``normal``
      is unknown.
    - AP_horizontal is the view ``AP supine``.
    - The year of birth gives the age at the study with an error of up to a year; six rows have no
      year. ``Pediatric`` is PED in 274 rows, but 7,186 rows are of patients under 18, so it is not
      used.
    - A few files are missing from the archives or broken (:data:`BROKEN`); they are excluded.
    - A quarter of the labels was assigned by physicians, the rest by a neural network from reports.
    - The region is that of BIMCV-COVID19+, but patient ids differ, so overlap can't be determined.

    Returns
    -------
    Rows with columns :data:`cxrstudy.data.sources.labels.UNSPLIT`, and notes.
    """
    path = find(folder, "PADCHEST_chest_x_ray_images_labels_160K_01.02.19.csv")
    notes = Notes()
    table = read_text(path, [
        "ImageID", "ImageDir", "StudyDate_DICOM", "PatientID", "PatientBirth", "PatientSex_DICOM",
        "Projection", "Rows_DICOM", "Columns_DICOM", "Labels",
    ])  # fmt: skip
    table = unique_by(table, ["ImageID"], path, notes)
    column = {name: Column.of(path, table, name) for name in table}
    terms = _terms(column["Labels"])
    rows = unsplit(path, table.index, {
        "id": "padchest/" + table["ImageID"],
        "path": table["ImageDir"] + "/" + table["ImageID"],
        "patient": "padchest-" + table["PatientID"],
        "source": "padchest",
        "view": column["Projection"].translated(_VIEWS),
        "sex": values.sexes(column["PatientSex_DICOM"], notes),
        "age": _ages(column["StudyDate_DICOM"], column["PatientBirth"], notes),
        "width": values.whole_numbers(column["Columns_DICOM"], notes),
        "height": values.whole_numbers(column["Rows_DICOM"], notes),
        "licence": LICENCE,
        "labels": _labels(terms),
        "excluded": _excluded(table, terms),
    })  # fmt: skip
    return Reading(rows, tuple(notes.found))


def _ages(studied: Column, born: Column, notes: Notes) -> "pd.Series[float]":
    """Ages in years, from the date of the study and the year of birth, which may be 0."""
    birth = values.whole_numbers(born, notes)
    age = values.calendar_years(studied, notes) - birth.where(birth > 0)
    impossible = (age < 0) | (age > values.OLDEST)
    studied.note(notes, impossible, "give an impossible age with the year of birth; it is unknown")
    return age.mask(impossible)


def _terms(cells: Column) -> "pd.Series":
    """Sets of terms without spaces around them, one row per image; None if the cell is empty."""
    terms = term_sets(cells, PADCHEST)
    cells.reject(
        terms.isna() & ~cells.blank,
        "expected a list of PadChest's terms, such as ['normal', 'nodule']. Use the publisher's "
        "file, unchanged.",
    )
    return terms


def _labels(terms: "pd.Series") -> list[str]:
    known = {given: _present(given) for given in set(terms)}
    present = np.array([known[given] for given in terms], dtype=bool)
    normal = list(TERMS).index("normal")
    unknown = np.zeros_like(present)
    unknown[:, normal] = [
        given is not None and "normal" in given and bool(given - {"normal"} - SAYS_NOTHING)
        for given in terms
    ]
    return listed(tuple(TERMS), present & ~unknown, unknown)


def _present(given: frozenset[str] | None) -> list[bool]:
    return [not (given or frozenset()).isdisjoint(wanted) for wanted in TERMS.values()]


def _excluded(table: pd.DataFrame, terms: "pd.Series") -> "pd.Series[str]":
    reasons = table["Projection"].map(_NOT_A_CHEST).fillna("")
    silent = pd.Series([_why_silent(given) for given in terms], table.index)
    reasons = reasons.where(reasons != "", silent)
    broken = table["ImageID"].isin(BROKEN)
    return reasons.mask(broken, "missing from the published archive, or broken in it")


def _why_silent(given: frozenset[str] | None) -> str:
    if given is None:
        return "no labels"
    if "exclude" in given:
        return "labelled 'exclude' by the publisher"
    if given <= SAYS_NOTHING:
        return "labels do not say what is seen: " + (", ".join(sorted(given - {""})) or "empty")
    return ""
