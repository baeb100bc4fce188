"""Known labels: how many images of a role show each label, and whether anything can be learned."""

import numpy as np
from numpy.typing import NDArray

from cxrstudy.base import numbers
from cxrstudy.data.role import Role
from cxrstudy.training.stage import Stage

#: Number of images by state of a label: ``present``, ``absent``, ``unknown``.
Counts = dict[str, int]


class NothingToLearnError(ValueError):
    """A role has no labels to learn from; the message names role, split and label."""


def counts_of(role: Role, rows: NDArray[np.intp]) -> dict[str, Counts]:
    """Count the images of some rows by label and state."""
    truth = role.truth[rows]
    return {
        label: {
            "present": int((truth[:, column] == 1).sum()),
            "absent": int((truth[:, column] == 0).sum()),
            "unknown": int(np.isnan(truth[:, column]).sum()),
        }
        for column, label in enumerate(role.labels)
    }


def check_known(role: Role, train: NDArray[np.intp], stage: Stage) -> None:
    """Check that a stage can learn something from its training images.

    Raises
    ------
    NothingToLearnError
        No training image has a known label; or classes exclude each other, and an image is not of
        exactly one.
    """
    if np.isnan(role.truth[train]).all():
        raise NothingToLearnError(
            f"role {role.name!r}: no training image has a known label ({', '.join(role.labels)}"
            f"{_subset(stage)}); give labels, or another role"
        )
    if role.task != "multiclass":
        return
    used = np.concatenate([train, role.rows("validation")])
    wrong = used[~((role.truth[used] == 1).sum(1) == 1) | np.isnan(role.truth[used]).any(1)]
    if len(wrong):
        raise NothingToLearnError(
            f"role {role.name!r}: image {role.table['id'].iloc[wrong[0]]!r} is not of exactly one "
            f"class of {', '.join(role.labels)}; {len(wrong)} such images; give each its class, or "
            "leave it out"
        )


def _subset(stage: Stage) -> str:
    if stage.shots:
        return f"; {stage.shots} shots"
    return f"; a fraction of {numbers.plain(stage.fraction)}" if stage.fraction < 1 else ""
