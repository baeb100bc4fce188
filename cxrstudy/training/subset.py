"""Subset: the training images that a stage uses, and the labels that it trains with."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxrstudy.data.role import Role
from cxrstudy.data.split import take_fraction, take_shots
from cxrstudy.training.stage import Stage

#: Makes the permutation of labels independent of everything else that a seed draws.
PERMUTING = 1


def training_rows(role: Role, stage: Stage) -> NDArray[np.intp]:
    """Rows of the training split that a stage uses: a nested fraction or shots of its patients.

    Raises
    ------
    ValueError
        The stage has shots, but the role's images don't have exactly one class each.
    """
    rows = role.rows("train")
    patients = role.table["patient"].iloc[rows]
    if stage.shots:
        if role.task != "multiclass":
            raise ValueError(
                f"role {role.name!r} is {role.task}: shots need classes; use a fraction"
            )
        classes = pd.Series(role.truth[rows].argmax(1), patients.index)
        used = take_shots(patients, classes, stage.shots, stage.seed)
    else:
        used = take_fraction(patients, stage.fraction, stage.seed)
    drawn: NDArray[np.bool_] = patients.isin(used).to_numpy()
    return rows[drawn]


def training_truth(role: Role, rows: NDArray[np.intp], stage: Stage) -> NDArray[np.float32]:
    """Truth of all rows for a stage: as given, or permuted among its training rows."""
    if stage.labels == "given":
        return role.truth
    truth = role.truth.copy()
    truth[rows] = truth[np.random.default_rng([stage.seed, PERMUTING]).permutation(rows)]
    return truth
