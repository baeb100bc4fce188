"""Manifest: the rows of a user's radiographs, their patients, and why some are not used."""

from pathlib import Path

import pandas as pd

from cxrstudy.base import places
from cxrstudy.data.manifest import COLUMNS, OPTIONAL
from cxrstudy.data.own import cohorts
from cxrstudy.data.own.files import Seen
from cxrstudy.data.own.identities import patients_of, read_key
from cxrstudy.data.own.labels import Labels
from cxrstudy.data.own.rows import excluded_by, manifest_rows, splits_of
from cxrstudy.data.own.wish import AddError, Wish
from cxrstudy.data.tables.column import Column, names_nobody
from cxrstudy.data.tables.notes import Notes


def manifest_of(
    rows: pd.DataFrame, seen: list[Seen], labels: Labels, wish: Wish, path: Path, notes: Notes
) -> pd.DataFrame:
    """The manifest's rows; the index is the row in the user's table."""
    if rows["patient"].map(names_nobody).all() and not wish.each_is_a_patient:
        raise AddError(
            f"{path}: no image has a patient, so images of one patient may be trained and tested "
            "on. Name the column with --patient-column; or, if each image is of another patient, "
            "say so with --each-image-a-patient"
        )
    key = None if wish.keeps_names else read_key(places.own())
    patients = patients_of(Column(path, "patient", rows["patient"]), key, notes)
    made = manifest_rows(rows, seen, labels.cells, patients, path, notes)
    about = {"source": made["source"].where(made["source"] != "", wish.name),
             "licence": wish.licence, "id": f"{wish.name}/" + made["id"]}  # fmt: skip
    table = made.assign(**about)
    nobody = table["patient"] == ""
    table["patient"] = table["patient"].where(~nobody, "image-" + table["sha256"].str[:12])
    reasons = {
        "no label": labels.unknown[table.index],
        "a label that the target lacks": _outside(labels, wish)[table.index],
        "no patient, so that no split is right": nobody & (not wish.each_is_a_patient),
        "a lateral radiograph": table["view"] == "lateral",
    }
    table = excluded_by(table, reasons)
    table["split"] = splits_of(table)
    return table[[*COLUMNS, *(name for name in OPTIONAL if name in table)]]


def _outside(labels: Labels, wish: Wish) -> "pd.Series[bool]":
    """Whether an image of another hospital has no class of the target."""
    if wish.role != "external" or not labels.exclusive:
        return pd.Series(False, labels.cells.index)
    return ~labels.cells.isin(cohorts.target_labels(wish.beside))
