"""Demographics: the patients of a cohort, and how images were selected."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxrstudy.base import numbers
from cxrstudy.base.words import counted, label_name
from cxrstudy.data.cohort import Cohort
from cxrstudy.data.manifest import SPLITS
from cxrstudy.data.role import Role

#: How names of sources begin that show no patients.
FRACTALS = "phantom natural"


def demographics(cohort: Cohort) -> pd.DataFrame:
    """Tabulate the patients of every role and split.

    Returns
    -------
    One row per role and split with images of people: ``role``, ``split``, ``patients``, ``images``,
    ``women`` (percentage of the patients with known sex), ``age`` (median and quartiles over the
    images with known age), ``AP`` (percentage of the images with known projection), and
    ``unknown`` (images without sex, age or projection).

    Examples
    --------
    >>> from cxrstudy.notebook import Study, demographics
    >>> study = Study("quick", "phantom", seeds=1)
    >>> demographics(study.cohort).columns.tolist()
    ['role', 'split', 'patients', 'images', 'women', 'age', 'AP', 'unknown']
    """
    rows = []
    for role in cohort.roles.values():
        if _shows_nobody(cohort, role):
            continue
        for split in SPLITS:
            table = role.table[role.table["split"] == split]
            if len(table):
                rows.append({"role": role.name, "split": split, **_people(table)})
    return pd.DataFrame(rows)


def flow_of(cohort: Cohort) -> pd.DataFrame:
    """Tabulate, with one row per role, which images were listed, excluded and used.

    Returns
    -------
    Texts for :func:`cxrstudy.pages.flow.boxes`: ``role``, ``listed`` (images per manifest),
    ``excluded`` (images per reason) and ``used`` (patients and images per split, images per label).

    Examples
    --------
    >>> from cxrstudy.notebook import Study
    >>> study = Study("quick", "phantom", seeds=1)
    >>> flow_of(study.cohort).columns.tolist()
    ['role', 'listed', 'excluded', 'used']
    """
    return pd.DataFrame(
        [
            {
                "role": role.name,
                "listed": _listed(cohort, role),
                "excluded": _excluded(cohort, role),
                "used": _used(role, "" if _shows_nobody(cohort, role) else "patient"),
            }
            for role in cohort.roles.values()
        ]
    )


def _people(table: pd.DataFrame) -> dict[str, object]:
    people = table.drop_duplicates("patient")
    sex = people["sex"][people["sex"] != "unknown"]
    view = table["view"][table["view"] != "unknown"]
    ages = [numbers.count(age) for age in table["age"].dropna().quantile([0.5, 0.25, 0.75])]
    known = (table["sex"] != "unknown") & (table["view"] != "unknown") & table["age"].notna()
    return {
        "patients": len(people),
        "images": len(table),
        "women": numbers.percent((sex == "F").mean(), reason="unknown"),
        "age": "{} [{}, {}]".format(*ages) if table["age"].notna().any() else "unknown",
        "AP": numbers.percent(_share_ap(view), reason="unknown"),
        "unknown": int((~known).sum()),
    }


def _share_ap(view: "pd.Series[str]") -> float:
    """Share of images taken from front to back; NaN without images."""
    return float(view.str.startswith("AP").mean()) if len(view) else np.nan


def _listed(cohort: Cohort, role: Role) -> str:
    sizes = {
        name: len(cohort.manifests[name]) + sum(cohort.excluded[name].values())
        for name in cohort.sources[role.name]
    }
    return "\n".join(f"{name}: {counted(size, 'image')}" for name, size in sizes.items())


def _excluded(cohort: Cohort, role: Role) -> str:
    by_manifest = [cohort.excluded[name] for name in cohort.sources[role.name]]
    reasons = [*by_manifest, cohort.left_out[role.name]]
    return "\n".join(
        f"{numbers.count(n)}: {reason}" for each in reasons for reason, n in each.items()
    )


def _shows_nobody(cohort: Cohort, role: Role) -> bool:
    """Whether all images of a role are fractals, in the place of natural images."""
    return all(name.startswith(FRACTALS) for name in cohort.sources[role.name])


def _used(role: Role, of: str) -> str:
    """Images of each split, and how many of what they are of, if that is given."""
    lines = []
    for split in SPLITS:
        rows = role.rows(split)
        if len(rows):
            shown = counted(role.table["patient"].iloc[rows].nunique(), of) + ", " if of else ""
            lines.append(f"{split}: {shown}{counted(len(rows), 'image')}")
            lines += _labels(role, rows)
    return "\n".join(lines)


def _labels(role: Role, rows: NDArray[np.intp]) -> list[str]:
    """Images per label, for roles with few labels."""
    if len(role.labels) > 3:
        return []
    counts = (role.truth[rows] == 1).sum(axis=0)
    named = zip(role.labels, counts, strict=True)
    return ["(images: " + ", ".join(f"{label_name(k)} {numbers.count(n)}" for k, n in named) + ")"]
