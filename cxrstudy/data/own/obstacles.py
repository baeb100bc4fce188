"""Obstacles: what stands in the way of learning from a user's cohort, in plain words."""

import numpy as np

from cxrstudy.base import numbers
from cxrstudy.data.cohort import load_cohort
from cxrstudy.data.role import Role
from cxrstudy.data.role_checks import CohortError

#: Fewest test patients with and without the label below which an AUROC says next to nothing: the
#: interval of an AUROC of .8 is then wider than .3 (Hanley and McNeil 1982).
FEWEST_TESTED = 15
#: Fewest patients with and without the label to train on.
FEWEST_TRAINED = 20
#: Patients of the phantoms' roles, which are not looked at here.
_DRAWN = dict.fromkeys(
    ("target", "external", "general", "pneumonia", "natural_small", "natural_large"), 30
)


def in_the_cohort(name: str) -> list[str]:
    """What stands in the way in numbers of patients and labels."""
    try:
        cohort = load_cohort(name, _DRAWN, 0)
    except CohortError as error:
        return [f"This set can't be learnt from: {error}"]
    target = cohort.role("target")
    if (target.table["path"].str.startswith("phantom:")).all():
        return []
    said = []
    for split, fewest in (("test", FEWEST_TESTED), ("train", FEWEST_TRAINED)):
        for word, number in _patients(target, split).items():
            if number < fewest:
                said.append(
                    f"Patients {word} {cohort.label} in the {split} split: only "
                    f"{numbers.count(number)}; with fewer than {fewest}, intervals are so wide "
                    "that little can be concluded. More patients are the only remedy."
                )
    return said


def _patients(role: Role, split: str) -> dict[str, int]:
    """Patients of a split with the last label, and without it."""
    rows = role.rows(split)
    truth, patients = role.truth[rows, -1], role.table["patient"].to_numpy()[rows]
    return {
        word: len(np.unique(patients[truth == value]))
        for word, value in (("with", 1), ("without", 0))
    }
