"""COVID-19 Radiography Database: 21,165 images from other data sets, at 299 x 299.

The layout is that of Kaggle: the folders ``COVID``, ``Lung_Opacity``, ``Normal`` and ``Viral
Pneumonia``, each with ``images/`` and ``masks/`` (older releases: images directly, and other
spellings). Beside them are ``COVID.metadata.xlsx`` and so on.
"""

from pathlib import Path

import pandas as pd

from cxrstudy.data.sources.labels import SourceError, read_sheet, unsplit

#: The labels and their class folders.
LABELS = {
    "covid19": "COVID",
    "other_pneumonia": "Lung_Opacity, Viral Pneumonia",
    "normal": "Normal",
}
LICENCE = "not stated"

#: Class folders of all releases, in lower case, and their labels.
CLASSES = {
    "covid": "covid19", "covid-19": "covid19", "normal": "normal",
    "lung_opacity": "other_pneumonia", "viral pneumonia": "other_pneumonia",
}  # fmt: skip

#: Part of an address in the column URL, and its collection.
ORIGINS = {
    "bimcv": "bimcv", "ml-workgroup": "hannover", "armiro": "cxnet", "sirm": "sirm",
    "eurorad": "eurorad", "ieee8023": "cohen", "rsna": "rsna", "paultimothymooney": "kermany",
}  # fmt: skip
_SOLE = {"lung_opacity": "rsna", "viral pneumonia": "kermany"}
_IMAGES = (".png", ".jpg", ".jpeg")


def read(folder: Path) -> pd.DataFrame:
    """List the images in the class folders, with the collection of each from the metadata.

    Traps and policies
    ------------------
    - The set consists of other sets. COVID-19: BIMCV/PadChest (2,473), Hannover (183), COVID-CXNet
      (400) and SIRM, Eurorad, Cohen and others (559). Normal: RSNA (8,851) and Kermany's children
      (1,341). Opacity: RSNA. Viral pneumonia: Kermany. Label and collection are nearly equivalent.
      `source` is the collection, from the column URL.
    - The spreadsheets need openpyxl, or an export as CSV. Without both, `source` is ``radiography``
      in the two mixed classes.
    - Names in the spreadsheets differ from the files in case (``NORMAL-1``, ``Normal-1.png``), and
      change between releases, so the numbers in COVIDx do not match.
    - There are no patient ids. Every image counts as a patient of its own, which is wrong for
      BIMCV, Hannover and Kermany. It can't be shown that splits of this set share no patient.
    - ``masks/`` contains lung masks with the names of the images; they are not listed.

    Returns
    -------
    Table with columns :data:`cxrstudy.data.sources.labels.UNSPLIT`.

    Raises
    ------
    FileNotFoundError
        There is no class folder.
    """
    classes = [at for at in sorted(folder.iterdir()) if at.is_dir() and at.name.lower() in CLASSES]
    if not classes:
        raise FileNotFoundError(
            f"{folder}: no class folder; expected COVID, Lung_Opacity, Normal, Viral Pneumonia"
        )
    table = pd.concat([_one_class(folder, at) for at in classes], ignore_index=True)
    stem = table["path"].str.rsplit("/", n=1).str[-1].str.rsplit(".", n=1).str[0]
    return unsplit(folder, table.index, {
        "id": "radiography/" + stem,
        "patient": "radiography-" + stem,
        "licence": LICENCE,
        **{name: table[name] for name in table},
    })  # fmt: skip


def _one_class(folder: Path, at: Path) -> pd.DataFrame:
    inside = at / "images" if (at / "images").is_dir() else at
    files = sorted(path for path in inside.iterdir() if path.suffix.lower() in _IMAGES)
    if not files:
        raise SourceError(f"{inside}: no image; unpack the whole archive here")
    origins = _origins(folder, at.name)
    default = _SOLE.get(at.name.lower(), "radiography")
    return pd.DataFrame({
        "path": [path.relative_to(folder).as_posix() for path in files],
        "label": CLASSES[at.name.lower()],
        "source": [origins.get(path.stem.lower(), default) for path in files],
    }).rename(columns={"label": "labels"})  # fmt: skip


def _origins(folder: Path, name: str) -> dict[str, str]:
    """Collection by file name in lower case; empty if the spreadsheet can't be read."""
    found = read_sheet(folder, f"{name}.metadata")
    if found is None:
        return {}
    path, sheet = found
    missing = [column for column in ("FILE NAME", "URL") if column not in sheet.columns]
    if missing:
        raise SourceError(
            f"{path}: no column {missing[0]!r}; its columns are {', '.join(sheet.columns)}"
        )
    named = sheet["FILE NAME"].str.strip().str.lower()
    return dict(zip(named, sheet["URL"].map(_collection), strict=True))


def _collection(url: str) -> str:
    """Collection of an address; ``radiography`` if the address is unknown."""
    known = (name for part, name in ORIGINS.items() if part in url.lower())
    return next(known, "radiography")
