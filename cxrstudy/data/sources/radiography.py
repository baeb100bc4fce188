"""COVID-19 Radiography Database: 21,165 images from other data sets, at 299 x 299.

Layout, as Kaggle ships it: the folders ``COVID``, ``Lung_Opacity``, ``Normal`` and ``Viral
Pneumonia``, each with ``images/`` and ``masks/`` (older releases: images directly, and other
spellings), beside ``COVID.metadata.xlsx`` and so on.
"""

from pathlib import Path

import pandas as pd

from cxrstudy.data.sources.labels import SourceError, read_sheet, unsplit

#: The labels, and the class folders that have them.
LABELS = {
    "covid19": "COVID",
    "other_pneumonia": "Lung_Opacity, Viral Pneumonia",
    "normal": "Normal",
}
LICENCE = "not stated"

#: Class folders in lower case, of all releases, and their label.
CLASSES = {
    "covid": "covid19", "covid-19": "covid19", "normal": "normal",
    "lung_opacity": "other_pneumonia", "viral pneumonia": "other_pneumonia",
}  # fmt: skip

#: Text that an address in the column URL contains, and the collection that it means.
ORIGINS = {
    "bimcv": "bimcv", "ml-workgroup": "hannover", "armiro": "cxnet", "sirm": "sirm",
    "eurorad": "eurorad", "ieee8023": "cohen", "rsna": "rsna", "paultimothymooney": "kermany",
}  # fmt: skip
_SOLE = {"lung_opacity": "rsna", "viral pneumonia": "kermany"}
_IMAGES = (".png", ".jpg", ".jpeg")


def read(folder: Path) -> pd.DataFrame:
    """List the class folders, with the collection of each image if the metadata give it.

    Traps and policies
    ------------------
    - The set is made of other sets: COVID-19 of BIMCV/PadChest (2,473), Hannover (183), COVID-CXNet
      (400) and SIRM, Eurorad, Cohen and others (559); normal of RSNA (8,851) and Kermany's children
      (1,341); opacity of RSNA, viral pneumonia of Kermany. Label and collection nearly coincide.
      `source` is the collection, from the column URL.
    - The spreadsheets need openpyxl, or an export as CSV; without either, `source` is
        ``radiography`` in the two mixed classes.
    - Names in the spreadsheets differ from the files in case (``NORMAL-1``, ``Normal-1.png``), and
      change between releases, so the numbers in COVIDx do not fit.
    - There are no patients: every image counts as a patient of its own, which is wrong for BIMCV,
        Hannover and Kermany. With this set it can't be proved that splits share no patient.
    - ``masks/`` holds lung masks under the names of the images: never listed.

    Returns
    -------
    Table with columns :data:`cxrstudy.data.sources.labels.UNSPLIT`.

    Raises
    ------
    FileNotFoundError
        No class folder is there.
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
        raise SourceError(f"{path}: no column {missing[0]!r}; it has {', '.join(sheet.columns)}")
    named = sheet["FILE NAME"].str.strip().str.lower()
    return dict(zip(named, sheet["URL"].map(_collection), strict=True))


def _collection(url: str) -> str:
    """Name a collection by its address; an unknown address gets no name."""
    known = (name for part, name in ORIGINS.items() if part in url.lower())
    return next(known, "radiography")
