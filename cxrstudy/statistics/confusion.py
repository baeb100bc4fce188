"""Confusion: which class is called for images of which class."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxrstudy.base.columns import score_column, truth_column
from cxrstudy.statistics.gate import ScoreError


def confusion(
    scores: pd.DataFrame, labels: Sequence[str], role: str = "target", split: str = "test"
) -> pd.DataFrame:
    """Count which class has the highest score, by the class that an image has.

    Parameters
    ----------
    scores
        From :meth:`cxrstudy.study.arms.Arms.scores`.
    labels
        Classes, of which each image has exactly one.
    role, split
        Images to count.

    Returns
    -------
    One row per arm, true and called class: ``arm``, ``truth``, ``called``, ``share`` (of the images
    of the true class, mean over seeds), ``lowest`` and ``highest`` (over seeds), ``images`` (of the
    true class), ``seeds``. The shares of a true class add up to 1.

    Raises
    ------
    ScoreError
        There are no such images, or an image has no class or several.

    Examples
    --------
    >>> rows = [("a", 1, 0, 0.9, 0.1), ("b", 0, 1, 0.6, 0.4), ("c", 0, 1, 0.2, 0.8)]
    >>> columns = ["id", "truth_sick", "truth_well", "score_sick", "score_well"]
    >>> scores = pd.DataFrame(rows, columns=columns).assign(
    ...     arm="control", seed=0, role="target", split="test"
    ... )
    >>> confusion(scores, ["sick", "well"])["share"].tolist()
    [1.0, 0.0, 0.5, 0.5]
    """
    rows = scores[(scores["role"] == role) & (scores["split"] == split)]
    if rows.empty:
        raise ScoreError(f"no scores of role {role!r}, split {split!r}")
    truth = rows[[truth_column(label) for label in labels]].to_numpy(float)
    wrong = np.flatnonzero((truth == 1).sum(axis=1) != 1)
    if len(wrong):
        image = rows["id"].iloc[wrong[0]]
        raise ScoreError(f"image {image!r} has none or several of the classes {', '.join(labels)}")
    called = rows[[score_column(label) for label in labels]].to_numpy(float).argmax(axis=1)
    counted = pd.DataFrame(
        {"arm": rows["arm"].to_numpy(), "seed": rows["seed"].to_numpy(),
         "truth": truth.argmax(axis=1), "called": called}
    )  # fmt: skip
    return pd.concat(
        [
            _of_arm(counted[[arm == one for one in counted["arm"]]], labels)
            for arm in _arms(counted)
        ],
        ignore_index=True,
    )


def _arms(counted: pd.DataFrame) -> list[object]:
    return list(dict.fromkeys(counted["arm"]))


def _of_arm(counted: pd.DataFrame, labels: Sequence[str]) -> pd.DataFrame:
    shares = np.stack([_shares(each, len(labels)) for _, each in counted.groupby("seed")])
    seeds, first = len(shares), counted[counted["seed"] == counted["seed"].iloc[0]]
    return pd.DataFrame(
        [
            {
                "arm": counted["arm"].iloc[0],
                "truth": truth,
                "called": called,
                "share": shares[:, row, column].mean(),
                "lowest": shares[:, row, column].min(),
                "highest": shares[:, row, column].max(),
                "images": int((first["truth"] == row).sum()),
                "seeds": seeds,
            }
            for row, truth in enumerate(labels)
            for column, called in enumerate(labels)
        ]
    )


def _shares(counted: pd.DataFrame, classes: int) -> NDArray[np.float64]:
    """(classes, classes): share of each true class that is called each class; NaN without one."""
    counts = np.zeros((classes, classes))
    np.add.at(counts, (counted["truth"].to_numpy(), counted["called"].to_numpy()), 1)
    whole = counts.sum(axis=1, keepdims=True)
    return counts / np.where(whole > 0, whole, np.nan)
