"""MIDRC-RICORD-1c: 998 radiograph studies of adults who tested positive for COVID-19.

The layout is that of TCIA's retriever: ``MIDRC-RICORD-1C-<MRN>/<date>-<exam>-<5 digits>/**/*.dcm``
at any depth below the folder. The folder itself contains the clinical spreadsheet ``MIDRC-RICORD-1c
Clinical Data*.xlsx`` with the sheet "CR Pos - TCIA Submission" (or that sheet as CSV).
"""

from pathlib import Path

import pandas as pd

from cxrstudy.data.sources.labels import SourceError, read_sheet, sexes, unsplit, years

LABELS = {"covid19": "COVID-19 positive (all)"}
LICENCE = "CC BY-NC 4.0"
SHEET = "CR Pos - TCIA Submission"
CLINICAL = "MIDRC-RICORD-1c Clinical Data*"

_PREFIX = "MIDRC-RICORD-1C-"
_MRN, _UID = "Anon MRN", "Anon Study UID"


def read(folder: Path) -> pd.DataFrame:
    """List the DICOM files, joined to the clinical sheet by patient and study.

    Traps and policies
    ------------------
    - Every image is positive. The set must not be the only source of positives, with negatives from
      another collection, because a model would learn the collection. Use it in addition to others.
    - The folder of a study is named ``<date>-<exam>-<last five digits of the study UID>``; the
      middle part depends on the version of the retriever. Only patient and digits are used.
    - The spreadsheet needs openpyxl, or an export as CSV. Without both, and for a study that is not
      in it, sex and age are unknown.
    - 24 images are lateral, but the label files do not say which. The view is AP if the exam's name
      contains "1 VIEW AP", otherwise unknown.
    - Images have borders. COVIDx crops 1,096 of them by manually drawn boxes; none is cropped here.

    Returns
    -------
    Table with columns :data:`cxrstudy.data.sources.labels.UNSPLIT`.
    """
    table = _files(folder)
    clinical = _clinical(folder).reindex(table["study"]).set_index(table.index)
    single = table["exam"].str.contains(r"1 VIEW AP", case=False)
    return unsplit(folder, table.index, {
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


def _files(folder: Path) -> pd.DataFrame:
    rows = [_file(folder, path) for path in sorted(set(folder.glob(f"**/{_PREFIX}*/**/*.dcm")))]
    if not rows:
        raise SourceError(f"{folder}: no {_PREFIX}<MRN>/<study>/**/*.dcm; put TCIA's download here")
    return pd.DataFrame(rows)


def _file(folder: Path, path: Path) -> dict[str, str]:
    parts = path.relative_to(folder).parts
    at = next(place for place, part in enumerate(parts) if part.startswith(_PREFIX))
    mrn, study = parts[at].removeprefix(_PREFIX), parts[at + 1]
    digits = study.rsplit("-", 1)[-1]
    return {
        "path": "/".join(parts), "mrn": mrn, "exam": study, "study": f"{mrn}/{digits}",
        "name": "/".join(parts[at:]),
    }  # fmt: skip


def _clinical(folder: Path) -> pd.DataFrame:
    """Read sex and age by ``MRN/last five digits of the study UID``."""
    found = read_sheet(folder, CLINICAL, SHEET)
    if found is None:
        return pd.DataFrame({"sex": pd.Series(dtype=str), "age": pd.Series(dtype=float)})
    path, sheet = found
    missing = [name for name in (_MRN, _UID) if name not in sheet.columns]
    if missing:
        raise SourceError(
            f"{path}: no column {missing[0]!r}; its columns are {', '.join(sheet.columns)}. "
            f"Export the sheet {SHEET!r}, unchanged."
        )
    named = {name.lower(): sheet[name] for name in sheet.columns}
    empty = pd.Series("", sheet.index)
    key = sheet[_MRN].str.strip() + "/" + sheet[_UID].str.strip().str[-5:]
    about = {"sex": sexes(named.get("anon sex", empty)), "age": years(named.get("anon age", empty))}
    return pd.DataFrame(about).set_axis(key).loc[lambda table: ~table.index.duplicated()]
