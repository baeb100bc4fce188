"""The reduced copies of open radiographs that the open cohort runs on.

The folder holds, a set, ``labels.csv`` (a row an image), ``origins.csv`` (where the original lies,
and its SHA-256) and ``images/``; ``splits.csv`` beside them marks copies and known bad labels with
``use = 0``. A manifest made from it carries the SHA-256 of the original, and that of the copy where
the copy differs; run ``python -m cxrstudy.sources.prepared FOLDER`` to make them again.
"""

import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from cxrstudy import places
from cxrstudy.card import read_card
from cxrstudy.manifest import COLUMNS, check_manifest, write_manifest
from cxrstudy.split import SplitRule, split_of, stratifying_salt

#: Shares of the patients of the open cohort, the same in every set, and how closely each class of
#: the target keeps to them.
RULE, TOLERANCE = SplitRule(salt=0, test=0.25, validation=0.15), 0.02

FINDINGS = (
    "Atelectasis", "Cardiomegaly", "Consolidation", "Edema", "Effusion", "Emphysema", "Fibrosis",
    "Hernia", "Infiltration", "Mass", "Nodule", "Pleural_Thickening", "Pneumonia", "Pneumothorax",
)  # fmt: skip
_VIEWS = {"PA": "PA", "AP": "AP", "AP erect": "AP", "AP Supine": "AP supine"}
_OTHER = {"covid19": "covid19", "pneumonia_other": "other_pneumonia", "normal": "normal"}


def manifests(folder: Path) -> dict[str, pd.DataFrame]:
    """Read all sets and give every patient the same split wherever the patient occurs.

    Parameters
    ----------
    folder
        Holds ``splits.csv`` and a folder a set.

    Returns
    -------
    Manifest tables by name.
    """
    tables = {name: read(folder) for name, read in READERS.items()}
    included = {name: table[table["excluded"] == ""] for name, table in tables.items()}
    nih = included["nih1k"].assign(
        labels=lambda table: np.where(
            table["labels"].str.contains("pneumonia"), "other_pneumonia", "normal"
        )
    )
    target = pd.concat([included["covid_multi"], nih])
    rule = replace(RULE, salt=stratifying_salt(target, RULE, TOLERANCE))
    for table in tables.values():
        table["split"] = [split_of(patient, rule) for patient in table["patient"]]
    # The external hospitals never train.
    tables["external"]["split"] = "test"
    return {name: table[list(COLUMNS)] for name, table in tables.items()}


def nih1k(folder: Path) -> pd.DataFrame:
    """1,000 images of NIH ChestX-ray14: 500 labelled Pneumonia, 500 No Finding."""
    table = _read(folder, "nih1k")
    disputed = table["use"] == 0
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


def nih64(folder: Path) -> pd.DataFrame:
    """1,000 other images of NIH ChestX-ray14, published at 64 pixels."""
    table = _read(folder, "nih64")
    return _manifest(
        table,
        patient=table["patient_id"],
        source="nih",
        licence="NIH Clinical Center, free use with citation",
        labels=_findings(table),
        excluded=np.where(table["use"] == 0, "a copy of another image", ""),
    )


def covid_multi(folder: Path) -> pd.DataFrame:
    """Cohen's collection, Hannover and COVID-CXNet, without the copies among them."""
    table = _read(folder, "covid_multi")
    return _manifest(
        table,
        # The group joins patient ids and near duplicates, so that copies can't part.
        patient="multi-" + table["group"],
        source=table["source"],
        licence=table["image_license"].fillna("not stated"),
        labels=table["label"].map(_OTHER),
        excluded=np.where(table["keep"] == 0, "a copy of an image of another set", ""),
    )


def external(folder: Path) -> pd.DataFrame:
    """Actualmed and Figure 1: other hospitals."""
    table = _read(folder, "external")
    excluded = np.select(
        [~table["label"].isin(_OTHER), table["use"] == 0],
        ["no label: " + table["label"], "a copy of an image of another set"],
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
    """Radiographs of children with bacterial or viral pneumonia, or without, from Guangzhou."""
    table = _read(folder, "kermany224")
    return _manifest(
        table,
        patient="kermany-" + table["patient_id"],
        source="kermany",
        licence="CC BY 4.0",
        labels=np.where(table["label"] == "pneumonia", "pneumonia", ""),
        excluded=np.where(table["sha256"].duplicated(), "a copy of another image of the set", ""),
        view="AP",
    )


READERS: dict[str, Callable[[Path], pd.DataFrame]] = {
    reader.__name__: reader for reader in (nih1k, nih64, covid_multi, external, kermany224)
}


def _read(folder: Path, name: str) -> pd.DataFrame:
    """Labels, origins and use of a set, a row an image.

    Cohen's metadata lists four files twice; the first row of a file counts.
    """
    table = pd.read_csv(folder / name / "labels.csv").drop_duplicates("path", ignore_index=True)
    origins = pd.read_csv(folder / name / "origins.csv").drop_duplicates("path")
    splits = pd.read_csv(folder / "splits.csv", dtype={"group": str})
    use = splits.loc[splits["set"] == name, ["path", "use"]].drop_duplicates("path")
    merged = table.merge(origins, on="path", validate="1:1").merge(use, on="path", validate="1:1")
    if len(merged) != len(table):
        missing = sorted(set(table["path"]) - set(merged["path"]))
        raise ValueError(f"{folder / name}: no origin or split for {missing[0]}")
    return merged.assign(id=name + "/" + table["path"].str.removeprefix("images/"), set=name)


def _manifest(table: pd.DataFrame, **columns: object) -> pd.DataFrame:
    """Put a set into the one schema; ``columns`` are what differs between sets."""
    unknown = pd.Series(np.nan, table.index)
    at = table["origin_repository"] + "@" + table["origin_commit"] + ":" + table["origin_path"]
    common = {
        "id": table["id"],
        "path": table["set"] + "/" + table["path"],
        "sha256": table["origin_sha256"],
        "origin": at,
        "prepared_sha256": table["sha256"].where(table["sha256"] != table["origin_sha256"], ""),
        "view": table.get("view", unknown).map(_VIEWS).fillna("unknown"),
        "sex": table.get("sex", unknown).where(lambda sex: sex.isin(["F", "M"]), "unknown"),
        # "50+" and "early 40s" are not ages.
        "age": pd.to_numeric(table.get("age", unknown), errors="coerce"),
        "width": table.get("orig_width", table["width"]).fillna(table["width"]).astype(int),
        "height": table.get("orig_height", table["height"]).fillna(table["height"]).astype(int),
    }
    return pd.DataFrame(common | columns)


def _findings(table: pd.DataFrame) -> list[str]:
    """Join the findings of NIH's 14 columns."""
    present = table[list(FINDINGS)].to_numpy() == 1
    names = np.array([name.lower() for name in FINDINGS])
    return ["|".join(names[row]) for row in present]


def main(folder: Path) -> None:
    """Write the manifests of the open cohort, checked against their cards."""
    for name, table in manifests(folder).items():
        path = places.MANIFESTS / f"{name}.csv"
        labels = read_card(path.with_suffix(".yaml")).labels
        write_manifest(check_manifest(table.reset_index(drop=True), labels, str(path)), path)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
