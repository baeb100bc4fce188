"""COVIDx 2 to 9B: the benchmark of COVID-Net, assembled from up to eight collections.

The layout is that of the construction notebooks: ``train_COVIDx8A.txt`` and ``test_COVIDx8A.txt``
(in the folder or in ``labels/``), images in ``train/`` and ``test/``. Versions that end in A, and
version 5, have three classes; versions that end in B have two.
"""

import re
from pathlib import Path
from typing import Literal, get_args

import pandas as pd

from cxrstudy.data.sources import rsna
from cxrstudy.data.sources.labels import Reading, find, unsplit
from cxrstudy.data.tables.duplicates import unique_by
from cxrstudy.data.tables.notes import Notes
from cxrstudy.data.tables.reader import TableError, read_sentences

Version = Literal["2", "3", "4", "5", "6", "7A", "7B", "8A", "8B", "9A", "9B"]

#: Sources by their spelling in the lists. ``rnsa`` is a typing error of version 9. ``sirm`` means
#: the COVID-19 Radiography Database, although few of its images are from SIRM.
SOURCES = {
    "rsna": "rsna", "rnsa": "rsna", "cohen": "cohen", "fig1": "figure1", "actmed": "actualmed",
    "sirm": "radiography", "ricord": "ricord", "stonybrook": "stonybrook", "bimcv": "bimcv",
}  # fmt: skip

_CLASSES = {"COVID-19": "covid19", "pneumonia": "other_pneumonia", "normal": "normal"}
_BINARY = {"positive": "covid19", "negative": ""}
_UUID = r"^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\."
_VIEW_IN_NAME = r"(?:_vp-(?=[a-z]+_)|-(?=[A-Z]+-\d+-\d+-\d+\.))(?P<view>[A-Za-z]+)"
_VIEWS = {"AP": "AP", "PA": "PA", "LATERAL": "lateral"}


def read(folder: Path, version: Version, crosswalk: Path, headers: Path | None = None) -> Reading:
    """Read both lists of a version.

    Parameters
    ----------
    folder
        Folder with the lists, or with a folder ``labels`` that contains them.
    version
        One of :data:`Version`. Version 1 had other names for its lists (``train_split_v1.txt``),
        and no source; it is not read.
    crosswalk
        Table that matches RSNA images to NIH images; see
        :func:`cxrstudy.data.sources.rsna.patients`.
    headers
        DICOM headers of the RSNA images, for view, sex and age, which are unknown without them.

    Traps and policies
    ------------------
    - For traps of the lists themselves see :func:`read_list`.
    - RSNA ids are ids of images. The crosswalk gives the NIH patient of each, and shows that many
      test images belong to patients in the training list. :func:`official_split` is therefore not a
      valid split of a manifest.
    - Every collection numbers its patients from the start, so the collection is part of a patient's
      name. Images of the Radiography Database have no patient: the list's id is the file's number,
      and each image counts as a patient of its own. Two versions number the same images
      differently.
    - Negatives of a B version are not divided further: ``covid19`` is the only label there.
    - The lists state no licence; the licence of each image is that of its collection.
    - File names of Stony Brook and BIMCV contain the projection. In version 9, nine images of Stony
      Brook are lateral, and 487 are named after an examination of the abdomen. They are kept,
      because the benchmark keeps them, and a file name is no proof.

    Returns
    -------
    Rows with columns :data:`cxrstudy.data.sources.labels.UNSPLIT`, and notes.
    """
    notes = Notes()
    paths = {split: list_path(folder, split, version) for split in ("train", "test")}
    lists = {path: unique_by(read_list(path), ["file"], path, notes) for path in paths.values()}
    table = pd.concat(
        [lists[path].assign(split=split) for split, path in paths.items()], ignore_index=True
    )
    columns = {
        "id": f"covidx{version.lower()}/" + table["file"],
        "path": table["split"] + "/" + table["file"],
        "patient": _patients(table, crosswalk, notes),
        "source": table["source"],
        "licence": "not stated",
        "labels": table["label"],
    }
    about = _about(table, headers, notes)
    columns |= {name: about[name] for name in about}
    return Reading(unsplit(paths["train"].parent, table.index, columns), tuple(notes.found))


def read_list(path: Path) -> pd.DataFrame:
    """Read one list: columns `listed_id`, `file`, `label` and `source`.

    Traps: cells are separated by single spaces, but ids also contain spaces (``COVID 1
    COVID(1).png COVID-19 sirm``), so that counting from the left gives the wrong cell. Rows are
    therefore read from the right, and an id with blanks must have the letters and digits of the
    file's name, so that a blank in a name of a file is an error. In versions 5 and 7A, 197 rows of
    the test list have no source: a file named by a UUID is from RSNA, any other from Cohen.

    Raises
    ------
    TableError
        A row has no known class or source, or a file whose name holds a blank.
    """
    lines = read_sentences(path)
    rows = [_row(line.text, f"{path}, row {line.row}") for line in lines]
    names, index = ["listed_id", "file", "label", "source"], [line.row for line in lines]
    table = pd.DataFrame(rows, index, names)
    by_name = table["file"].str.match(_UUID).map({True: "rsna", False: "cohen"})
    return table.assign(source=table["source"].where(table["source"] != "", by_name))


def official_split(table: pd.DataFrame) -> "pd.Series[str]":
    """Return the split of the lists, ``train`` or ``test``.

    Published results are for this split. It is not a valid split of a manifest: in version 8A, 129
    of the 200 RSNA test images belong to NIH patients who are also in the training list, which is
    an error in :func:`cxrstudy.data.manifest.check_manifest`. Use this split to measure the leak.
    """
    return table["path"].str.split("/", n=1).str[0].rename("split")


def list_path(folder: Path, split: str, version: Version) -> Path:
    """Find the list of a split, ``train`` or ``test``, in the folder or in its ``labels``."""
    if version not in get_args(Version):
        legal = ", ".join(get_args(Version))
        raise TableError(f"COVIDx version {version!r} is not known; the versions are {legal}")
    name = f"{split}_COVIDx{version}.txt"
    return find(folder / "labels" if (folder / "labels" / name).exists() else folder, name)


def _row(line: str, where: str) -> tuple[str, str, str, str]:
    classes = _CLASSES | _BINARY
    *rest, last = line.split()
    source = "" if last in classes else last
    label = last if last in classes else rest.pop() if rest else ""
    if label not in classes or (source and source not in SOURCES) or len(rest) < 2:
        raise TableError(
            f"{where}: {line!r}; expected 'id file class source', class one of "
            f"{', '.join(classes)}, source one of {', '.join(SOURCES)} or left out"
        )
    listed_id, file = " ".join(rest[:-1]), rest[-1]
    if len(rest) > 2 and _letters(listed_id) != _letters(file.rsplit(".", 1)[0]):
        raise TableError(
            f"{where}: {line!r}; where the id ends and the file begins can't be told, because one "
            "of them holds a blank. Rename the file without blanks, here and in its folder"
        )
    return listed_id, file, classes[label], SOURCES.get(source, "")


def _letters(text: str) -> str:
    return re.sub(r"[\W_]", "", text)


def _patients(table: pd.DataFrame, crosswalk: Path, notes: Notes) -> "pd.Series[str]":
    stem = table["file"].str.rsplit(".", n=1).str[0]
    number = table["listed_id"].where(table["source"] != "radiography", stem)
    own = table["source"] + "-" + number
    of_rsna = table["listed_id"][table["source"] == "rsna"]
    return own.where(table["source"] != "rsna", rsna.patients(of_rsna, crosswalk, notes))


def _about(table: pd.DataFrame, headers: Path | None, notes: Notes) -> pd.DataFrame:
    """Collect view, sex and age from file names and from RSNA's headers."""
    named = table["file"].str.extract(_VIEW_IN_NAME)["view"].str.upper().map(_VIEWS)
    tells = table["source"].isin(["stonybrook", "bimcv"])
    about = pd.DataFrame({"view": named.where(tells, None)}, table.index)
    if headers is not None:
        of_rsna = table["listed_id"][table["source"] == "rsna"]
        known = pd.DataFrame(rsna.about_images(of_rsna, headers, notes)).reindex(table.index)
        about = about.join(known[["sex", "age"]]).assign(view=about["view"].fillna(known["view"]))
        about["sex"] = about["sex"].fillna("unknown")
    return about.assign(view=about["view"].fillna("unknown"))
