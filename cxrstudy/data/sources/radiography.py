"""COVID-19 Radiography Database: 21,165 images from other data sets, at 299 x 299.

The layout is that of Kaggle: the folders ``COVID``, ``Lung_Opacity``, ``Normal`` and ``Viral
Pneumonia``, each with ``images/`` and ``masks/`` (older releases: images directly, and other
spellings). Beside them are ``COVID.metadata.xlsx`` and so on.
"""

import re
from pathlib import Path

import pandas as pd

from cxrstudy.base import places
from cxrstudy.base.visible_files import visible_files
from cxrstudy.data.sources.labels import Reading, not_listed, read_sheet, unsplit
from cxrstudy.data.tables.column import Column
from cxrstudy.data.tables.duplicates import unique_by
from cxrstudy.data.tables.join import joined
from cxrstudy.data.tables.notes import Notes
from cxrstudy.data.tables.reader import TableError

#: The labels and their class folders.
LABELS = {
    "covid19": "COVID",
    "other_pneumonia": "Lung_Opacity, Viral Pneumonia",
    "normal": "Normal",
}
LICENCE = "not stated"

#: Class folders of all releases, as :func:`class_of` writes them, and their labels.
CLASSES = {
    "covid": "covid19", "covid 19": "covid19", "normal": "normal",
    "lung opacity": "other_pneumonia", "viral pneumonia": "other_pneumonia",
}  # fmt: skip

#: Part of an address in the column URL, and its collection.
ORIGINS = {
    "bimcv": "bimcv", "ml-workgroup": "hannover", "armiro": "cxnet", "sirm": "sirm",
    "eurorad": "eurorad", "ieee8023": "cohen", "rsna": "rsna", "paultimothymooney": "kermany",
}  # fmt: skip
_SOLE = {"lung opacity": "rsna", "viral pneumonia": "kermany"}
_IMAGES = (".png", ".jpg", ".jpeg")
_MASKS = "masks"


def read(folder: Path) -> Reading:
    """List the images in the class folders, with the collection of each from the metadata.

    Traps and policies
    ------------------
    - The set consists of other sets. COVID-19: BIMCV/PadChest (2,473), Hannover (183), COVID-CXNet
      (400) and SIRM, Eurorad, Cohen and others (559). Normal: RSNA (8,851) and Kermany's children
      (1,341). Opacity: RSNA. Viral pneumonia: Kermany. Label and collection are nearly equivalent.
      `source` is the collection, from the column URL.
    - The spreadsheets are read as books or as exports in CSV. Without, `source` is ``radiography``
      in the two mixed classes.
    - Names in the spreadsheets differ from the files in case (``NORMAL-1``, ``Normal-1.png``), and
      change between releases, so the numbers in COVIDx do not match.
    - There are no patient ids. Every image counts as a patient of its own, which is wrong for
      BIMCV, Hannover and Kermany. It can't be shown that splits of this set share no patient.
    - ``masks/`` contains lung masks with the names of the images; they are not listed.
    - A folder with images that is no class folder is an error, because a class would be lost.
      Images elsewhere, and rows of a spreadsheet without an image, are counted.

    Returns
    -------
    Rows with columns :data:`cxrstudy.data.sources.labels.UNSPLIT`, and notes.

    Raises
    ------
    FileNotFoundError
        There is no class folder.
    TableError
        A folder with images is no class folder, or a class folder has no images.
    """
    notes = Notes()
    folders = [at for at in sorted(folder.iterdir()) if at.is_dir()]
    classes = [at for at in folders if class_of(at.name) in CLASSES]
    if not classes:
        raise FileNotFoundError(
            f"{folder}: no class folder; expected COVID, Lung_Opacity, Normal, Viral Pneumonia"
        )
    strangers = [at for at in folders if at not in classes and _images_below(at)]
    if strangers:
        raise TableError(
            f"{folder}: {', '.join(repr(at.name) for at in strangers)} with images "
            f"{'is' if len(strangers) == 1 else 'are'} no class folder; known are "
            "COVID, Lung_Opacity, Normal and Viral Pneumonia"
        )
    table = pd.concat([_one_class(folder, at, notes) for at in classes], ignore_index=True)
    lying = [path for path in _images_below(folder) if _MASKS not in path.parts]
    known = set(table["path"])
    rest = [path for path in lying if path.relative_to(folder).as_posix() not in known]
    not_listed(
        folder, rest, "images lie outside the class folders, and are not read", notes, len(lying)
    )
    stem = table["path"].str.rsplit("/", n=1).str[-1].str.rsplit(".", n=1).str[0]
    rows = unsplit(folder, table.index, {
        "id": "radiography/" + stem,
        "patient": "radiography-" + stem,
        "licence": LICENCE,
        **{name: table[name] for name in table},
    })  # fmt: skip
    return Reading(rows, tuple(notes.found))


def class_of(name: str) -> str:
    """Name of a class folder in lower case, with a blank for ``_`` and ``-``."""
    return re.sub(r"[\s_-]+", " ", name).strip().lower()


def _images_below(folder: Path) -> list[Path]:
    return [path for path in visible_files(folder) if path.suffix.lower() in _IMAGES]


def _one_class(folder: Path, at: Path, notes: Notes) -> pd.DataFrame:
    inside = at / "images" if (at / "images").is_dir() else at
    files = [path for path in places.visible(inside, "*") if path.suffix.lower() in _IMAGES]
    if not files:
        raise TableError(f"{inside}: no image; unpack the whole archive here")
    stems = pd.Series([path.stem.lower() for path in files])
    default = _SOLE.get(class_of(at.name), "radiography")
    return pd.DataFrame({
        "path": [path.relative_to(folder).as_posix() for path in files],
        "labels": CLASSES[class_of(at.name)],
        "source": _origins(folder, at.name, stems, notes).fillna(default),
    })  # fmt: skip


def _origins(folder: Path, name: str, stems: "pd.Series[str]", notes: Notes) -> "pd.Series[str]":
    """Collection of each image, by its file's name in lower case; NaN if it is not known."""
    found = read_sheet(folder, f"{name}.metadata", ["FILE NAME", "URL"], notes)
    if found is None:
        return pd.Series(None, stems.index, dtype=object)
    path, sheet = found
    sheet = sheet.assign(name=sheet["FILE NAME"].str.lower())[["name", "URL"]]
    sheet = unique_by(sheet, ["name"], path, notes)
    lacking = Column.of(path, sheet, "name")
    lacking.note(notes, ~sheet["name"].isin(stems), f"has no image in {name}")
    collections = sheet[["URL"]].set_axis(sheet["name"])["URL"].map(_collection)
    table = collections.to_frame("collection")
    return joined(stems, table, path, "images", notes)["collection"]


def _collection(url: str) -> str:
    """Collection of an address; ``radiography`` if the address is unknown."""
    known = (name for part, name in ORIGINS.items() if part in url.lower())
    return next(known, "radiography")
