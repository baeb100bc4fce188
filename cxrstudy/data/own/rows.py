"""Rows: from the rows of a user's table, and the headers of its files, to rows of a manifest."""

from collections.abc import Mapping
from pathlib import Path, PurePosixPath

import pandas as pd

from cxrstudy.base import numbers
from cxrstudy.data.own.files import Seen
from cxrstudy.data.split import SplitRule, split_of, stratifying_salt
from cxrstudy.data.tables.column import Column
from cxrstudy.data.tables.notes import Notes
from cxrstudy.data.tables.values import dates, sexes, years
from cxrstudy.data.tables.views import views
from cxrstudy.pixels.endings import OF_IMAGES

#: Fractions of the patients that test and validate, and the differences that are tried in turn.
RULE, TOLERANCES = SplitRule(0, 0.25, 0.15), (0.02, 0.05, 0.1, 0.2)

#: What is compared where both a table and a header say it, and how its cells are read.
_COMPARED = {"sex": sexes, "view": views}


def with_headers(
    rows: pd.DataFrame, seen: list[Seen], path: Path, notes: Notes
) -> tuple[pd.DataFrame, dict[str, str]]:
    """Fill what the table does not say from the headers.

    Returns
    -------
    The rows, and how many cells of each column were filled, in words. Cells in which table and
    header differ are those of the table, and are counted in `notes`.
    """
    filled: dict[str, str] = {}
    table = rows.copy()
    headers = [one.header for one in seen]
    if not any(headers):
        return table, filled
    for what in ("patient", "sex", "age", "date", "site", "view"):
        said = pd.Series([getattr(one, what) if one else "" for one in headers], rows.index)
        empty = (table[what] == "") & (said != "")
        if what in _COMPARED:
            _compare(what, Column(path, what, table[what]), said, notes)
        table[what] = table[what].where(~empty, said)
        if empty.any():
            filled[what] = f"{numbers.count(int(empty.sum()))} of {numbers.count(len(rows))}"
    return table, filled


def _compare(what: str, told: Column, said: "pd.Series[str]", notes: Notes) -> None:
    """Count cells that say something else than the header of their file."""
    read = _COMPARED[what]
    ours, theirs = read(told, Notes()), read(Column(told.path, what, said), Notes())
    both = (ours != "unknown") & (theirs != "unknown")
    told.note(notes, both & (ours != theirs), "differ from the headers of their files")


def manifest_rows(
    rows: pd.DataFrame,
    seen: list[Seen],
    labels: "pd.Series[str]",
    patients: "pd.Series[str]",
    path: Path,
    notes: Notes,
) -> pd.DataFrame:
    """Rows of the files that can be read; the index is the row in the user's table.

    The name of an image, and of its link, is made of the content of its file.
    """
    facts = pd.DataFrame([one[:3] for one in seen], rows.index, ["sha256", "width", "height"])
    problems = pd.Series([one.problem for one in seen], rows.index)
    unread = [f"row {row}: {why}" for row, why in problems[problems != ""].items()]
    notes.add(path, "can't be read and are left out", unread, len(rows))
    again = facts.groupby("sha256").cumcount()
    short = facts["sha256"].str[:12] + again.map(lambda n: f"-{n + 1}" if n else "")
    table = pd.DataFrame(
        {
            "id": short,
            "path": short + rows["image"].map(_ending),
            **facts,
            "origin": "",
            "prepared_sha256": "",
            "patient": patients,
            "source": rows["site"],
            "view": views(Column(path, "view", rows["view"]), notes),
            "sex": sexes(Column(path, "sex", rows["sex"]), notes),
            "age": years(Column(path, "age", rows["age"]), notes),
            "labels": labels,
            "excluded": "",
        }
    )
    if (rows["date"] != "").any():
        table["date"] = dates(Column(path, "date", rows["date"]), notes).dt.strftime("%Y-%m")
        table["date"] = table["date"].fillna("")
    return table[problems == ""]


def _ending(file: str) -> str:
    """The ending of a file's name, if it is an image's: a name may end in a number or a name."""
    ending = PurePosixPath(file).suffix.lower()
    return ending if ending in OF_IMAGES else ""


def excluded_by(table: pd.DataFrame, reasons: Mapping[str, "pd.Series[bool]"]) -> pd.DataFrame:
    """Exclude rows by the first reason that holds, and then those whose file another row has.

    Of rows with one file, the first stays if all say the same of it; otherwise none does, because
    nobody can know which of them is right.
    """
    excluded = table["excluded"].copy()
    for reason, holds in reasons.items():
        excluded = excluded.mask(holds & (excluded == ""), reason)
    used = table[excluded == ""]
    same = used.groupby("sha256")
    for column, what in (("labels", "with another label"), ("patient", "of another patient")):
        differs = same[column].transform("nunique") > 1
        differs = differs.reindex(table.index, fill_value=False)
        excluded = excluded.mask(differs & (excluded == ""), f"the same file as an image {what}")
    again = table["sha256"].mask(excluded != "").duplicated() & (excluded == "")
    return table.assign(excluded=excluded.mask(again, "the same file as another image"))


def splits_of(table: pd.DataFrame) -> list[str]:
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
