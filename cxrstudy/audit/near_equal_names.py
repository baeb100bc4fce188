"""CXR006: names of patients that are nearly the same, across splits or roles."""

import pandas as pd

from cxrstudy.audit.check_result import CheckResult, CheckState, gravest, row, row_table
from cxrstudy.audit.evidence import Evidence
from cxrstudy.audit.pairs import leaks
from cxrstudy.base import numbers
from cxrstudy.data.spelling import folded_patient

CODE, TITLE = "CXR006", "patients with nearly the same name"
ADVICE = (
    "Find out whether they are one patient; if so, give them one name, if not, names that "
    "differ more."
)


def check(evidence: Evidence) -> CheckResult:
    """Look for names that differ only in case, marks, leading zeros or ``.0``.

    It is an issue if images under two such names are in training and in test, because they may be
    of one patient; otherwise it is a note.
    """
    images = evidence.images[evidence.images["used"]].reset_index(drop=True)
    folded = images["person"].map(
        {name: folded_patient(name) for name in images["person"].unique()}
    )
    rows: list[dict[str, str]] = []
    states: list[CheckState] = ["pass"]
    # Few of many thousand names, and a group takes much longer than a row.
    several = images.groupby(folded)["person"].transform("nunique") > 1
    for _, group in images[several].groupby(folded[several], sort=False):
        names = list(dict.fromkeys(group["person"]))
        is_leak = _any_leak(images, group.groupby("person", sort=False).indices, group)
        states.append("issue" if is_leak else "note")
        first = group.iloc[0]
        told = " and ".join(repr(name) for name in names)
        what = f"{told} may be one patient" + (", in training and in test" if is_leak else "")
        rows.append(row(what, ", ".join(first["roles"]), first["manifest"], first["id"]))
    return CheckResult(
        CODE, TITLE, gravest(states), len(rows), row_table(rows),
        "Groups of names that differ only in case, marks, leading zeros or .0: "
        f"{numbers.count(len(rows))}.",
        ADVICE if rows else "Nothing to do.",
    )  # fmt: skip


def _any_leak(images: pd.DataFrame, of_name: dict[str, object], group: pd.DataFrame) -> bool:
    """Whether images under two of the names are in training and in test."""
    kinds = group.drop_duplicates(["person", "roles", "split"])
    places = list(kinds.index)
    return any(
        leaks(images, first, second)
        for at, first in enumerate(places)
        for second in places[at + 1 :]
        if images["person"].iat[first] != images["person"].iat[second]
    )
