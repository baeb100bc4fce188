"""Manifest: the rows of a user's table, with what headers say, as rows of a manifest.

Rows that can't be used are excluded with a reason. Patients get new names, and splits that are
stratified by label as far as so many patients allow.
"""

from pathlib import Path

import numpy as np
import pandas as pd

from cxrstudy.base import numbers, places
from cxrstudy.data.manifest import COLUMNS, OPTIONAL
from cxrstudy.data.own import cohorts
from cxrstudy.data.own.files import Seen
from cxrstudy.data.own.identities import pseudonym, read_key
from cxrstudy.data.own.labels import Labels
from cxrstudy.data.own.wish import AddError, Wish
from cxrstudy.data.split import SplitRule, split_of, stratifying_salt
from cxrstudy.data.tables.column import Column, names_nobody
from cxrstudy.data.tables.notes import Notes
from cxrstudy.data.tables.values import dates, sexes, years

#: Fractions of the patients that test and validate, and the differences that are tried in turn.
RULE, TOLERANCES = SplitRule(0, 0.25, 0.15), (0.02, 0.05, 0.1, 0.2)

_VIEWS = {
    "pa": "PA", "ap": "AP", "ap supine": "AP supine", "supine": "AP supine", "lateral": "lateral",
    "lat": "lateral", "ll": "lateral", "l": "lateral",
}  # fmt: skip


def with_headers(rows: pd.DataFrame, seen: list[Seen]) -> tuple[pd.DataFrame, dict[str, str]]:
    """Fill what the table does not say from the headers; how many cells were filled, in words."""
    filled: dict[str, str] = {}
    table = rows.copy()
    headers = [one.header for one in seen]
    if not any(headers):
        return table, filled
    for what in ("patient", "sex", "age", "date", "site", "view"):
        said = pd.Series([getattr(one, what) if one else "" for one in headers], rows.index)
        empty = (table[what] == "") & (said != "")
        table[what] = table[what].where(~empty, said)
        if empty.any():
            filled[what] = f"{numbers.count(int(empty.sum()))} of {numbers.count(len(rows))}"
    return table, filled


def manifest_of(
    rows: pd.DataFrame, seen: list[Seen], labels: Labels, wish: Wish, path: Path, notes: Notes
) -> pd.DataFrame:
    """The manifest's rows; the index is the row in the user's table.

    Raises
    ------
    AddError
        No image has a patient.
    """
    facts = pd.DataFrame([one[:3] for one in seen], rows.index, ["sha256", "width", "height"])
    problems = pd.Series([one.problem for one in seen], rows.index)
    notes.add(
        path,
        "can't be read and are left out",
        [f"row {row}: {why}" for row, why in problems[problems != ""].items()],
        len(rows),
    )
    view = rows["view"].str.strip().str.casefold().map(_VIEWS)
    view = view.fillna(rows["view"].where(rows["view"].isin(["PA", "AP", "lateral"]), "unknown"))
    nobody = rows["patient"].map(names_nobody).astype(bool)
    if nobody.all() and not wish.each_is_a_patient:
        raise AddError(
            f"{path}: no image has a patient, so images of one patient may be trained and tested "
            "on. Name the column with --patient-column; or, if each image is of another patient, "
            "say so with --each-image-a-patient"
        )
    outside = _outside(labels, wish)
    excluded = np.select(
        [labels.unknown, outside, nobody & (not wish.each_is_a_patient), view == "lateral",
         facts["sha256"].duplicated()],
        ["no label", "a label that the target lacks", "no patient, so that no split is right",
         "a lateral radiograph", "the same file as another image"],
        "",
    )  # fmt: skip
    again = facts.groupby("sha256").cumcount()
    short = facts["sha256"].str[:12] + again.map(lambda n: f"-{n + 1}" if n else "")
    endings = rows["image"].map(lambda name: Path(name.replace("\\", "/")).suffix.lower())
    table = pd.DataFrame(
        {
            "id": f"{wish.name}/" + short,
            "path": short + endings,
            **facts,
            "origin": "",
            "prepared_sha256": "",
            "patient": _patients(rows["patient"], nobody, short, wish),
            "source": rows["site"].where(rows["site"] != "", wish.name),
            "view": view,
            "sex": sexes(Column(path, "sex", rows["sex"]), notes),
            "age": years(Column(path, "age", rows["age"]), notes),
            "licence": wish.licence,
            "labels": labels.cells,
            "excluded": excluded,
        }
    )
    if (rows["date"] != "").any():
        table["date"] = dates(Column(path, "date", rows["date"]), notes).dt.strftime("%Y-%m")
        table["date"] = table["date"].fillna("")
    table = table[problems == ""]
    table["split"] = _splits(table)
    return table[[*COLUMNS, *(name for name in OPTIONAL if name in table)]]


def _outside(labels: Labels, wish: Wish) -> "pd.Series[bool]":
    """Whether an image of another hospital has no class of the target."""
    if wish.role != "external" or not labels.exclusive:
        return pd.Series(False, labels.cells.index)
    return ~labels.cells.isin(cohorts.target_labels(wish.beside))


def _patients(
    said: "pd.Series[str]", nobody: "pd.Series[bool]", short: "pd.Series[str]", wish: Wish
) -> "pd.Series[str]":
    key = b"" if wish.keeps_names else read_key(places.own())
    names = {name: name if wish.keeps_names else pseudonym(name, key) for name in said.unique()}
    return said.map(names).where(~nobody, "image-" + short)


def _splits(table: pd.DataFrame) -> list[str]:
    """Splits of the patients, stratified by label as far as so many patients allow."""
    used = table[table["excluded"] == ""]
    rule = RULE
    for tolerance in TOLERANCES if len(used) else ():
        try:
            rule = SplitRule(stratifying_salt(used, RULE, tolerance), RULE.test, RULE.validation)
            break
        except ValueError:
            continue
    return [split_of(patient, rule) for patient in table["patient"]]
