"""Prepared sets: what becomes of each publisher's rows in the folder of reduced copies.

For each set the folder contains ``labels.csv`` (one row per image), ``origins.csv`` (address and
SHA-256 of the original) and ``images/``. ``splits.csv`` beside them marks duplicates and known
wrong labels with ``use = 0``. A manifest has the SHA-256 of the original, and that of the reduced
copy if it differs. Splits are given in :mod:`cxrstudy.data.sources.prepared`.
"""

import logging
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from cxrstudy.base import places
from cxrstudy.data.tables.column import Column
from cxrstudy.data.tables.join import joined
from cxrstudy.data.tables.notes import Notes
from cxrstudy.data.tables.reader import read_table
from cxrstudy.data.tables.values import sexes, whole_numbers, years

FINDINGS = (
    "Atelectasis", "Cardiomegaly", "Consolidation", "Edema", "Effusion", "Emphysema", "Fibrosis",
    "Hernia", "Infiltration", "Mass", "Nodule", "Pleural_Thickening", "Pneumonia", "Pneumothorax",
)  # fmt: skip
_VIEWS = {"PA": "PA", "AP": "AP", "AP erect": "AP", "AP Supine": "AP supine"}
_OTHER = {"covid19": "covid19", "pneumonia_other": "other_pneumonia", "normal": "normal"}
#: Sites of Cohen's collection with both COVID-19 and other pneumonia, by the address of a case.
MIXED_SITES = ("eurorad.org", "pubs.rsna.org", "radiopaedia.org")
_SUBTYPES = {"bacteria": "pneumonia|bacterial", "virus": "pneumonia|viral"}


def nih1k(folder: Path) -> pd.DataFrame:
    """Read 1,000 images of NIH ChestX-ray14: 500 labelled Pneumonia, 500 No Finding."""
    table = _read(folder, "nih1k")
    disputed = table["use"] == "0"
    return _manifest(
        table,
        patient=table["patient_id"],
        source="nih",
        licence="NIH Clinical Center, free use with citation",
        labels=_findings(table),
        excluded=np.where(
            disputed, "labelled Pneumonia by NIH, read as Normal in the RSNA challenge", ""
        ),
    )


def nih_pneumonia(folder: Path) -> pd.DataFrame:
    """Read the images of `nih1k` with pneumonia, to tell infiltration and effusion among them.

    All come from one hospital and show pneumonia, so neither the source nor how the set was made
    says which of them shows more than that.
    """
    table = nih1k(folder)
    chosen = table["labels"].str.split("|").map(lambda names: "pneumonia" in names)
    others = [
        "|".join(name for name in cell.split("|") if name != "pneumonia")
        for cell in table["labels"]
    ]
    ids = "nih_pneumonia/" + table["id"].str.removeprefix("nih1k/")
    return table.assign(id=ids, labels=others)[chosen & (table["excluded"] == "")]


def nih64(folder: Path) -> pd.DataFrame:
    """Read 1,000 other images of NIH ChestX-ray14, published at 64 pixels."""
    table = _read(folder, "nih64")
    return _manifest(
        table,
        patient=table["patient_id"],
        source="nih",
        licence="NIH Clinical Center, free use with citation",
        labels=_findings(table),
        excluded=np.where(table["use"] == "0", "a copy of another image", ""),
    )


def covid_multi(folder: Path) -> pd.DataFrame:
    """Read Cohen's collection, Hannover and COVID-CXNet, without duplicates."""
    table = _read(folder, "covid_multi")
    pairs = pd.concat([cut_from_hannover(table), copies(table)])
    return _manifest(
        table,
        # A group joins patient ids and the duplicates that were known when the set was prepared.
        patient=join("multi-" + table["group"], table["id"], pairs),
        source=table["source"],
        licence=_stated(table["image_license"]),
        labels=table["label"].map(_OTHER),
        excluded=np.select(
            [table["keep"] == "0", table["id"].isin(pairs["id"])],
            [
                "a copy of an image of another set, known before the audit",
                "a copy of an image of another set, by the audit",
            ],
            "",
        ),
    )


def cohen(folder: Path) -> pd.DataFrame:
    """Read the images of Cohen's collection from the sites that show both kinds of pneumonia.

    The source of an image is its site, which the other images of the collection and the other
    collections would give away with the label. Patients and splits are those of `covid_multi`.
    """
    table, whole = _read(folder, "covid_multi"), covid_multi(folder)
    site = table["url"].str.extract(r"^\w+://(?:www\.)?([^/]+)")[0]
    chosen = (table["source"] == "cohen") & site.isin(MIXED_SITES)
    is_normal = whole["labels"] == "normal"
    none = np.where(is_normal, "no pneumonia; too few to be a class", "")
    excluded = whole["excluded"].where(whole["excluded"] != "", none)
    labels = whole["labels"].where(~is_normal, "")
    ids = "cohen/" + whole["id"].str.removeprefix("covid_multi/")
    return whole.assign(id=ids, source=site, labels=labels, excluded=excluded)[chosen]


def cut_from_hannover(table: pd.DataFrame) -> pd.DataFrame:
    """Pair Cohen's images with the images of Hannover that they were cropped from.

    Cohen's collection contains square crops of Hannover's images, with the same file names and
    other patient ids. The set's own labels mark only a dozen of them as copies.
    """
    name = table["source_file"].str.rsplit(".", n=1).str[0]
    named = table.assign(name=name).loc[table["keep"] == "1", ["id", "name", "source"]]
    cuts, whole = (named[named["source"] == source] for source in ("cohen", "hannover"))
    pairs = cuts.merge(whole, on="name", suffixes=("", "_whole"))
    return pairs[["id", "id_whole"]].rename(columns={"id_whole": "copy_of"})


def copies(table: pd.DataFrame) -> pd.DataFrame:
    """Read the pairs of duplicates that the audit of the open cohort found in a set.

    The columns are ``id``, the image to exclude, and ``copy_of``. If the labels of a pair differ,
    both images are excluded.
    """
    known = read_table(places.manifests() / "copies" / "open.csv", ["id", "copy_of"])
    return known[known["id"].isin(table["id"])]


def join(patient: "pd.Series[str]", image: "pd.Series[str]", pairs: pd.DataFrame) -> list[str]:
    """Give two patients the same name if an image of one is a copy of an image of the other."""
    names = dict(zip(image, patient, strict=True))
    known = list(dict.fromkeys(patient))
    number = {name: at for at, name in enumerate(known)}
    inside = pairs[pairs["copy_of"].isin(names)]
    ends = [[number[names[i]] for i in inside[column]] for column in ("id", "copy_of")]
    graph = coo_array((np.ones(len(inside)), ends), shape=(len(known), len(known)))
    _, groups = connected_components(graph, directed=False)
    first: dict[int, str] = {}
    for name, group in zip(known, groups, strict=True):
        first.setdefault(int(group), name)
    return [first[int(groups[number[name]])] for name in patient]


def external(folder: Path) -> pd.DataFrame:
    """Read Actualmed and Figure 1, from other hospitals."""
    table = _read(folder, "external")
    excluded = np.select(
        [
            ~table["label"].isin(_OTHER),
            table["use"] == "0",
            table["id"].isin(copies(table)["id"]),
        ],
        [
            "no label: " + table["label"],
            "a copy of an image of another set, known before the audit",
            "a copy of an image of another set, by the audit",
        ],
        "",
    )
    stated = {"actualmed": "not stated", "figure1": "research use only"}
    return _manifest(
        table,
        patient=table["patient_id"],
        source=table["source"],
        licence=table["source"].map(stated),
        labels=table["label"].map(_OTHER).fillna(""),
        excluded=excluded,
    )


def kermany224(folder: Path) -> pd.DataFrame:
    """Read radiographs of children with and without pneumonia, from Guangzhou.

    A patient is the number of the person, whichever of the publisher's splits and kinds of
    pneumonia it stands in. The publisher may have numbered each of them anew, so that two children
    have one name; this joins patients, and never divides one.
    """
    table = _read(folder, "kermany224")
    kinds = table["subtype"].map(_SUBTYPES).fillna("")
    return _manifest(
        table,
        patient="kermany-" + table["patient_id"].str.replace(r"^(?:train|test)-", "", regex=True),
        source="kermany",
        licence="CC BY 4.0",
        labels=kinds.where(table["label"] == "pneumonia", ""),
        excluded=np.where(table["sha256"].duplicated(), "a copy of another image of the set", ""),
        view="AP",
    )


def radiography(folder: Path) -> pd.DataFrame:
    """Read 3,200 images of the COVID-19 Radiography Database, which has no patient ids."""
    table = _read(folder, "radiography")
    return _manifest(
        table,
        # The patients are unknown; one patient per image is an assumption.
        patient="radiography-" + table["source_file"].str.rsplit(".", n=1).str[0],
        source=np.where(table["label"] == "covid19", "radiography-bimcv", "radiography-rsna"),
        licence="not stated",
        labels=table["label"].map(_OTHER),
        excluded=np.where(table["use"] == "0", "a copy of an image of another set", ""),
    )


READERS: dict[str, Callable[[Path], pd.DataFrame]] = {
    reader.__name__: reader
    for reader in (
        nih1k, nih_pneumonia, nih64, covid_multi, cohen, external, kermany224, radiography,
    )
}  # fmt: skip


def _read(folder: Path, name: str) -> pd.DataFrame:
    """Read labels, origins and use of a set as text, one row per image.

    Cohen's metadata lists four files twice; the first row of a file is used.
    """
    notes = Notes()
    path = folder / name / "labels.csv"
    table = read_table(path).drop_duplicates("path")
    origins = read_table(folder / name / "origins.csv").drop_duplicates("path").set_index("path")
    splits = read_table(folder / "splits.csv", ["set", "path", "use"])
    use = splits[splits["set"] == name].drop_duplicates("path").set_index("path")[["use"]]
    found = [joined(table["path"], other, path, "images", notes) for other in (origins, use)]
    lacking = pd.concat(found, axis=1).isna().any(axis=1)
    if lacking.any():
        first = table.loc[lacking, "path"].min()
        raise ValueError(f"{folder / name}: no origin or split for {first}")
    merged = pd.concat([table, *found], axis=1)
    return merged.assign(
        id=name + "/" + table["path"].str.removeprefix("images/"), set=name, at=str(path)
    )


def _stated(licences: "pd.Series[str]") -> "pd.Series[str]":
    return licences.where(licences != "", "not stated")


def _manifest(table: pd.DataFrame, **columns: object) -> pd.DataFrame:
    """Convert a set to the common schema; `columns` are the columns that differ between sets."""
    notes, path = Notes(), Path(table["at"].iloc[0])
    unknown = pd.Series("", table.index)

    def column(name: str) -> Column:
        return Column(path, name, table.get(name, unknown))

    sizes = {side: whole_numbers(column(side), notes) for side in ("width", "height")}
    before = {side: whole_numbers(column(f"orig_{side}"), notes) for side in sizes}
    at = table["origin_repository"] + "@" + table["origin_commit"] + ":" + table["origin_path"]
    common = {
        "id": table["id"],
        "path": table["set"] + "/" + table["path"],
        "sha256": table["origin_sha256"],
        "origin": at,
        "prepared_sha256": table["sha256"].where(table["sha256"] != table["origin_sha256"], ""),
        "view": table.get("view", unknown).map(_VIEWS).fillna("unknown"),
        "sex": sexes(column("sex"), notes),
        # "50+" and "early 40s" are not ages.
        "age": years(column("age"), notes),
        **{side: before[side].where(before[side] > 0, sizes[side]) for side in sizes},
    }
    for note in notes.found:
        logging.getLogger(__name__).warning("%s", note)
    return pd.DataFrame(common | columns)


def _findings(table: pd.DataFrame) -> list[str]:
    """Join the findings of NIH's 14 columns."""
    present = table[list(FINDINGS)].to_numpy() == "1"
    names = np.array([name.lower() for name in FINDINGS])
    return ["|".join(names[row]) for row in present]
