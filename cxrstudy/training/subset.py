"""Subset: which training images a stage uses, and the truth that it is told about them."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxrstudy.data.role import Role
from cxrstudy.data.split import take_share, take_shots
from cxrstudy.training.stage import Stage

#: Keeps the shuffling of truth apart from whatever else a seed draws.
SHUFFLING = 1


def training_rows(role: Role, stage: Stage) -> NDArray[np.intp]:
    """Rows of the training split that a stage uses: a nested share, or shots, of its patients.

    Raises
    ------
    ValueError
        Shots are asked of a role whose images don't have exactly one class each.
    """
    rows = role.rows("train")
    patients = role.table["patient"].iloc[rows]
    if stage.shots:
        if role.kind != "multiclass":
            raise ValueError(f"role {role.name!r} is {role.kind}: shots need classes; use a share")
        classes = pd.Series(role.truth[rows].argmax(1), patients.index)
        used = take_shots(patients, classes, stage.shots, stage.seed)
    else:
        used = take_share(patients, stage.share, stage.seed)
    drawn: NDArray[np.bool_] = patients.isin(used).to_numpy()
    return rows[drawn]


def training_truth(role: Role, rows: NDArray[np.intp], stage: Stage) -> NDArray[np.float32]:
    """Truth of all rows of a role as a stage sees it: given, or shuffled among its own rows."""
    if stage.truth == "given":
        return role.truth
    truth = role.truth.copy()
    truth[rows] = truth[np.random.default_rng([stage.seed, SHUFFLING]).permutation(rows)]
    return truth
