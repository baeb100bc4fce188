"""Score likeness: how alike scores of trainings, and of images of a patient, are.

Within each class the variance of a score is divided into what all trainings see in all images of a
patient, what they see in one image, and what one training sees in a patient.
"""

from collections.abc import Hashable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import rankdata

from cxrstudy.base.columns import labels_of, score_column, truth_column
from cxrstudy.statistics import ScoreError
from cxrstudy.statistics.distributions import normal_quantile
from cxrstudy.verdicts import results

Floats = NDArray[np.float64]

#: Experiment whose control shows how trainings differ.
_SCHEMES = "06_sequential_schemes"


@dataclass(frozen=True)
class Likeness:
    """Parts of the variance of a score within its class, which add up to at most 1.

    Attributes
    ----------
    patient
        What all trainings see in all images of a patient.
    image
        What all trainings see in one image.
    patient_and_training
        What one training sees in all images of a patient.
    training
        Standard deviation of the true AUROC between trainings.
    """

    patient: float
    image: float
    patient_and_training: float
    training: float

    def __post_init__(self) -> None:
        parts = (self.patient, self.image, self.patient_and_training, self.training)
        if not all(np.isfinite(part) and part >= 0 for part in parts) or sum(parts[:3]) > 1 + 1e-9:
            raise ValueError(f"{self}: parts of a variance are at least 0 and add up to at most 1")


def likeness_of(
    scores: pd.DataFrame, arm: Hashable, label: str = "", role: str = "target"
) -> Likeness:
    """Estimate how alike scores of trainings and of images of a patient are.

    Within each class, ranks of scores are turned into normal scores. Products of two of them, over
    pairs of seeds and of images, estimate correlations, from which the parts follow; a part that
    comes out below 0 is taken as 0.

    Parameters
    ----------
    scores
        From :meth:`cxrstudy.study.arms.Arms.scores`.
    arm
        An arm with at least two seeds.
    label, role
        Label (empty: the last one of the scores), and role whose test split is used.

    Raises
    ------
    ScoreError
        There is no such arm, or it has one seed.

    Examples
    --------
    >>> from cxrstudy.statistics import made_scores
    >>> found = likeness_of(made_scores(["control"], seeds=3), "control")
    >>> 0 <= found.patient + found.image <= 1
    True
    """
    label = label or labels_of(scores)[-1]
    mine = scores[[one == arm for one in scores["arm"]]]
    rows = mine[(mine["role"] == role) & (mine["split"] == "test")]
    rows = rows[rows[truth_column(label)].notna()]
    if rows["seed"].nunique() < 2:
        raise ScoreError(f"arm {arm!r} has fewer than two seeds with {label} on role {role!r}")
    wide = rows.pivot(index="id", columns="seed", values=score_column(label))
    first = rows.drop_duplicates("id").set_index("id").loc[wide.index]
    truth = first[truth_column(label)].to_numpy() == 1
    seen = wide.to_numpy(float).T
    aucs = [aurocs(row[None], truth)[0] for row in seen]
    normal = np.empty_like(seen)
    for group in (truth, ~truth):
        share = (rankdata(seen[:, group], axis=1) - 0.5) / group.sum()
        quantiles = normal_quantile(share)
        normal[:, group] = quantiles / quantiles.std(axis=1, keepdims=True)
    same_image = _between_rows(normal)
    of_patient = pd.factorize(first["patient"].astype(str) + np.where(truth, " 1", " 0"))[0]
    within, across = _within_groups(normal, of_patient)
    patient = float(np.clip(across, 0, 1))
    image = float(np.clip(same_image - patient, 0, 1 - patient))
    both = float(np.clip(within - patient, 0, 1 - patient - image))
    return Likeness(patient, image, both, float(np.std(aucs, ddof=1)))


def recorded_likeness() -> Likeness:
    """Likeness of the recorded scores of the control of chapter Sequential schemes.

    Raises
    ------
    ResultsError
        There are no recorded results of that chapter, or they are altered.

    Examples
    --------
    >>> found = recorded_likeness()
    >>> 0 < found.training < 0.1
    True
    """
    folder = results.reference("phantom", _SCHEMES)
    if folder is None:
        raise results.ResultsError("no results are recorded that could say how trainings differ")
    return likeness_of(results.read(folder, _SCHEMES), "control")


def _between_rows(values: Floats) -> float:
    """Mean product of two different rows."""
    count = len(values)
    total = values.sum(axis=0)
    return float(((total**2 - (values**2).sum(axis=0)) / (count * (count - 1))).mean())


def _within_groups(values: Floats, groups: NDArray[np.intp]) -> tuple[float, float]:
    """Mean product of two columns of a group, in the same row and in different rows; 0 if none."""
    sizes = np.bincount(groups)
    pairs = float((sizes * (sizes - 1)).sum())
    if not pairs:
        return 0.0, 0.0
    sums = np.stack([np.bincount(groups, row) for row in values])
    same = ((sums**2).sum() - (values**2).sum()) / (pairs * len(values))
    total = sums.sum(axis=0)
    products = (total**2 - (sums**2).sum(axis=0)).sum()
    column = values.sum(axis=0)
    own = (column**2 - (values**2).sum(axis=0)).sum()
    count = len(values)
    return float(same), float((products - own) / (pairs * count * (count - 1)))


def aurocs(scores: Floats, truth: NDArray[np.bool_]) -> Floats:
    """AUROC of every row (Mann-Whitney)."""
    positive, negative = truth.sum(), (~truth).sum()
    ranks = rankdata(scores, axis=1)[:, truth].sum(axis=1)
    found: Floats = (ranks - positive * (positive + 1) / 2) / (positive * negative)
    return found
