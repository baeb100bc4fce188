"""CXR007: one name for patients who can't be the same."""

import numpy as np
import pandas as pd

from cxrstudy.audit.check_result import CheckResult, CheckState, gravest, row, row_table
from cxrstudy.audit.evidence import Evidence
from cxrstudy.base import numbers

CODE, TITLE = "CXR007", "one name for two people"
ADVICE = (
    "If they are two people, give them two names, beginning with the hospital; if not, "
    "correct sex or age."
)

#: In years, of images of one patient. Few archives go back further.
LARGEST_DIFFERENCE_OF_AGES = 20


def check(evidence: Evidence) -> CheckResult:
    """Look for patients with two sexes, or with ages that lie too far apart.

    Within one manifest it is a note, because a cell may be wrong. Between two it is an issue: two
    hospitals that both count from 1 name different people alike, whose images are then kept in one
    split, or taken out of a role, for no reason.
    """
    images = evidence.images
    known = images[images["person"].duplicated(keep=False)]
    known = known[_may_differ(known)]
    rows: list[dict[str, str]] = []
    states: list[CheckState] = ["pass"]
    for person, group in known.groupby("person", sort=False):
        why = _differences(group)
        one, other = _apart(group)
        is_between = one["manifest"] != other["manifest"]
        states.append("issue" if is_between else "note")
        where = f" ({one['manifest']} and {other['manifest']})" if is_between else ""
        what = f"{person}: {why}{where}"
        rows.append(row(what, ", ".join(one["roles"]), one["manifest"], one["id"]))
    return CheckResult(
        CODE, TITLE, gravest(states), len(rows), row_table(rows),
        f"Patients with two sexes, or ages more than {LARGEST_DIFFERENCE_OF_AGES} years apart: "
        f"{numbers.count(len(rows))}.",
        ADVICE if rows else "Nothing to do.",
    )  # fmt: skip


def _may_differ(images: pd.DataFrame) -> pd.Series:
    """Whether each image is of a person with two sexes or with ages far apart, all at once."""
    sexes = images["sex"].where(images["sex"] != "unknown").groupby(images["person"])
    ages = images.groupby("person")["age"]
    far = ages.transform("max") - ages.transform("min") > LARGEST_DIFFERENCE_OF_AGES
    return (sexes.transform("nunique") > 1) | far


def _differences(group: pd.DataFrame) -> str:
    sexes = sorted(set(group["sex"]) - {"unknown"})
    if len(sexes) > 1:
        return "both F and M"
    low, high = group["age"].min(), group["age"].max()
    return f"{numbers.plain(low)} and {numbers.plain(high)} years old"


def _apart(group: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    """Two images that differ in sex, or most in age; of two manifests if there are such."""
    ordered = group[group["sex"] != "unknown"] if group["sex"].nunique() > 1 else group
    first = ordered.iloc[0]
    differs = (group["sex"] != first["sex"]) & (group["sex"] != "unknown")
    differs |= (group["age"] - first["age"]).abs() > LARGEST_DIFFERENCE_OF_AGES
    if not differs.any():
        first = group.loc[group["age"].idxmin()]
        differs = (group["age"] - first["age"]) > LARGEST_DIFFERENCE_OF_AGES
    others = group[differs]
    elsewhere = np.flatnonzero((others["manifest"] != first["manifest"]).to_numpy())
    return first, others.iloc[elsewhere[0] if len(elsewhere) else 0]
