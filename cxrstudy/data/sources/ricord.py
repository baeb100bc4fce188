"""MIDRC-RICORD-1c: 998 radiograph studies of adults who tested positive for COVID-19.

The layout is that of TCIA's retriever: ``MIDRC-RICORD-1C-<MRN>/<date>-<exam>-<5 digits>/**/*.dcm``
at any depth below the folder. The folder itself contains the clinical spreadsheet ``MIDRC-RICORD-1c
Clinical Data*.xlsx`` with the sheet "CR Pos - TCIA Submission" (or that sheet as CSV).
"""

from pathlib import Path

import numpy as np
import pandas as pd

from cxrstudy.base.visible_files import visible_files
from cxrstudy.data.sources.labels import Reading, not_listed, read_sheet, unsplit
from cxrstudy.data.tables import values
from cxrstudy.data.tables.column import Column
from cxrstudy.data.tables.duplicates import unique_by
from cxrstudy.data.tables.join import joined
from cxrstudy.data.tables.notes import Notes
from cxrstudy.data.tables.reader import TableError

LABELS = {"covid19": "COVID-19 positive (all)"}
LICENCE = "CC BY-NC 4.0"
SHEET = "CR Pos - TCIA Submission"
CLINICAL = "MIDRC-RICORD-1c Clinical Data*"

_PREFIX = "MIDRC-RICORD-1C-"
_MRN, _UID, _AGE, _SEX = "Anon MRN", "Anon Study UID", "Anon Age", "Anon Sex"


def read(folder: Path) -> Reading:
    """List the DICOM files, joined to the clinical sheet by patient and study.

    Traps and policies
    ------------------
    - Every image is positive. The set must not be the only source of positives, with negatives from
      another collection, because a model would learn the collection. Use it in addition to others.
    - The folder of a study is named ``<date>-<exam>-<last five digits of the study UID>``; the
      rest of the name depends on the version of the retriever; some name the folder by the whole
      UID. Only patient and digits are used.
    - The spreadsheet is read as a book or as its export in CSV. Without, and for a study that isn't
      in it, sex and age are unknown.
    - 24 images are lateral, but the label files do not say which. The view is AP if the exam's name
      contains "1 VIEW AP", otherwise unknown.
    - Images have borders. COVIDx crops 1,096 of them by manually drawn boxes; none is cropped here.

    Returns
    -------
    Rows with columns :data:`cxrstudy.data.sources.labels.UNSPLIT`, and notes.
    """
    notes = Notes()
    table = _files(folder, notes)
    clinical = _clinical(folder, table["study"], notes)
    single = table["exam"].str.contains(r"1 VIEW AP", case=False)
    rows = unsplit(folder, table.index, {
        "id": "ricord/" + table["name"],
        "path": table["path"],
        "patient": "ricord-" + table["mrn"],
        "source": "ricord",
        "view": single.map({True: "AP", False: "unknown"}),
        "sex": clinical["sex"].fillna("unknown"),
        "age": clinical["age"],
        "licence": LICENCE,
        "labels": "covid19",
    })  # fmt: skip
    return Reading(rows, tuple(notes.found))


def _files(folder: Path, notes: Notes) -> pd.DataFrame:
    lying = [path for path in visible_files(folder) if path.suffix.lower() == ".dcm"]
    inside = [path for path in lying if _depth(folder, path) is not None]
    if not inside:
        raise TableError(f"{folder}: no {_PREFIX}<MRN>/<study>/**/*.dcm; put TCIA's download here")
    outside = set(lying) - set(inside)
    not_listed(
        folder,
        outside,
        f"DICOM files are in no folder {_PREFIX}<MRN>/<study>, and are not read",
        notes,
        len(lying),
    )
    return pd.DataFrame([_file(folder, path) for path in sorted(inside)])


def _depth(folder: Path, path: Path) -> int | None:
    """Which part of a path is the patient's folder; a study and a file must follow it."""
    parts = path.relative_to(folder).parts
    places = (at for at, part in enumerate(parts[:-2]) if part.startswith(_PREFIX))
    return next(places, None)


def _file(folder: Path, path: Path) -> dict[str, str]:
    parts = path.relative_to(folder).parts
    at = _depth(folder, path) or 0
    mrn, study = parts[at].removeprefix(_PREFIX), parts[at + 1]
    return {
        "path": "/".join(parts), "mrn": mrn, "exam": study, "study": f"{mrn}/{study[-5:]}",
        "name": "/".join(parts[at:]),
    }  # fmt: skip


def _clinical(folder: Path, studies: "pd.Series[str]", notes: Notes) -> pd.DataFrame:
    """Look up sex and age by ``MRN/last five digits of the study UID``."""
    found = read_sheet(folder, CLINICAL, [_MRN, _UID, _AGE, _SEX], notes, SHEET)
    if found is None:
        unknown = {"sex": pd.Series(None, studies.index, dtype=object)}
        return pd.DataFrame({**unknown, "age": pd.Series(np.nan, studies.index)})
    path, sheet = found
    sheet = sheet.assign(study=sheet[_MRN] + "/" + sheet[_UID].str[-5:])[["study", _SEX, _AGE]]
    sheet = unique_by(sheet, ["study"], path, notes)
    about = pd.DataFrame({
        "sex": values.sexes(Column.of(path, sheet, _SEX), notes),
        "age": values.years(Column.of(path, sheet, _AGE), notes),
    })  # fmt: skip
    return joined(studies, about.set_axis(sheet["study"]), path, "studies", notes)
