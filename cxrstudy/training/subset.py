"""Subset: the training images that a stage uses, and the labels that it trains with."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxrstudy.data.role import Role
from cxrstudy.data.split import take_fraction, take_shots
from cxrstudy.training.stage import Stage

#: Added to the seed, so that the permutation of labels is independent of other random numbers.
PERMUTING = 1


def training_rows(role: Role, stage: Stage) -> NDArray[np.intp]:
    """Rows of the training split that a stage uses: those of a fraction of patients, or of shots.

    Subsets of the same seed are nested: a larger one contains the smaller ones.

    Raises
    ------
    ValueError
        The stage has shots, but the role's classes are not exclusive.
    """
    rows = role.rows("train")
    patients = role.table["patient"].iloc[rows]
    if stage.shots:
        if role.task == "multilabel":
            raise ValueError(
                f"role {role.name!r} is {role.task}: shots need classes; use a fraction"
            )
        # A binary role has two classes: its label is present, or absent.
        is_binary = role.task == "binary"
        truth = role.truth[rows]
        classes = pd.Series(truth[:, 0] if is_binary else truth.argmax(1), patients.index)
        used = take_shots(patients, classes, stage.shots, stage.seed)
    else:
        used = take_fraction(patients, stage.fraction, stage.seed)
    drawn: NDArray[np.bool_] = patients.isin(used).to_numpy()
    return rows[drawn]


def training_truth(role: Role, rows: NDArray[np.intp], stage: Stage) -> NDArray[np.float32]:
    """Truth of all rows of a role: as given, or permuted among the stage's training rows."""
    if stage.labels == "given":
        return role.truth
    truth = role.truth.copy()
    truth[rows] = truth[np.random.default_rng([stage.seed, PERMUTING]).permutation(rows)]
    return truth
