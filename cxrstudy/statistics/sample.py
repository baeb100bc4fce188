"""Sample: the test images that all arms were scored on, and how often each replicate draws them.

The bootstrap resamples patients, with all of their images, because the images of one patient are
not independent. All arms and seeds use the same draws, so contrasts are paired by patient. Seeds
are not resampled: :mod:`~cxrstudy.statistics.inference` takes how they vary from their values.
"""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxrstudy.base.checks import whole
from cxrstudy.base.columns import score_column, truth_column
from cxrstudy.statistics.gate import FEWEST_REPLICATES, ScoreError, check_same_images, selected
from cxrstudy.statistics.weighting import Flags, Floats, Weights

__all__ = ["DRAW", "REPLICATES", "Sample", "ScoreError", "Scored", "sample"]

#: Number of bootstrap replicates, and the seed of their draws, which is fixed so that tables do not
#: change between runs.
REPLICATES, DRAW = 2_000, 20_261_121

#: Number of replicates drawn at once, so that their counts stay in the cache.
DRAWN_AT_ONCE = 64

#: Least number of patients of each class for an estimate.
FEWEST_PATIENTS = 10


@dataclass(frozen=True)
class Scored:
    """Scores and truth of one arm and seed, one column per label: (n, k) each."""

    scores: Floats
    truth: Flags


@dataclass(frozen=True)
class Sample:
    """The same images scored by every arm and seed, and the replicates drawn from them.

    Attributes
    ----------
    labels
        Labels of the k columns.
    ids
        Ids of n images.
    seeds
        The s seeds.
    arms
        Name of the arm to scores and truth of each seed, in the order of ``seeds``.
    patients
        (n,): number of the patient of each image, from 0.
    names
        Names of the patients, by their number.
    fewest
        Number of patients in the rarest class.
    unknown
        Images that were left out because their truth is not known.
    weights
        (r, n): how often a replicate draws the patient of an image.
    short
        Why there are too few patients for an estimate; empty if there are enough.
    """

    labels: tuple[str, ...]
    ids: list[str]
    seeds: list[Any]
    arms: dict[Hashable, list[Scored]]
    patients: NDArray[np.intp]
    names: tuple[str, ...]
    fewest: int
    unknown: int
    weights: Weights
    short: str

    @property
    def counts(self) -> dict[str, int]:
        """Numbers of patients, images and seeds, for tables of results."""
        return {
            "patients": int(self.patients.max(initial=-1)) + 1,
            "images": len(self.ids),
            "unknown": self.unknown,
            "seeds": len(self.seeds),
        }


def sample(
    scores: pd.DataFrame, labels: Sequence[str], role: str, replicates: int, classes: int = 2
) -> Sample:
    """Select the test images of a role with known truth for all labels, and draw replicates.

    Parameters
    ----------
    scores
        From :meth:`cxrstudy.study.arms.Arms.scores`.
    labels
        Labels whose scores and truth are used.
    role
        Role whose test split is used.
    replicates
        Number of replicates.
    classes
        Number of classes of each label that must occur; one is enough for a mean of scores.

    Raises
    ------
    ScoreError
        There are no scores for the role or a label, a name, a truth or a score is not legal, an
        image has several rows, or arms were not scored with the same seeds on the same images.
    ValueError
        There are too few replicates.
    """
    whole(replicates, FEWEST_REPLICATES, "replicates")
    tables = selected(scores, labels, role, "test")
    check_same_images(tables, labels)
    first = next(iter(next(iter(tables.values())).values()))
    known = first[[truth_column(label) for label in labels]].notna().all(axis=1).to_numpy()
    arms: dict[Hashable, list[Scored]] = {
        arm: [scored(table[known], labels) for table in by_seed.values()]
        for arm, by_seed in tables.items()
    }
    truth = next(iter(arms.values()))[0].truth
    names, patients = np.unique(first["patient"].to_numpy()[known], return_inverse=True)
    fewest, short = _fewest(truth, patients, labels, classes)
    weights = np.zeros((int(known.sum()), replicates), np.uint8)
    if not short:
        weights = draw(np.random.default_rng(DRAW), len(names), replicates)[patients]
    return Sample(
        tuple(labels), first["id"][known].tolist(), list(next(iter(tables.values()))), arms,
        patients, tuple(map(str, names)), fewest, int((~known).sum()), weights.T, short,
    )  # fmt: skip


def _fewest(
    truth: Flags, patients: NDArray[np.intp], labels: Sequence[str], classes: int
) -> tuple[int, str]:
    """Number of patients in the rarest class, and why that is too few."""
    if classes == 1:
        found = {"": len(np.unique(patients))}
    else:
        found = {}
        for column, label in enumerate(labels):
            for words, flags in ((" with", truth[:, column]), (" without", ~truth[:, column])):
                found[f"{words} {label}"] = len(np.unique(patients[flags]))
    who, fewest = min(found.items(), key=lambda item: item[1])
    if fewest >= FEWEST_PATIENTS:
        return fewest, ""
    plural = "" if fewest == 1 else "s"
    return fewest, f"{fewest} patient{plural}{who}; at least {FEWEST_PATIENTS} are needed"


def draw(generator: np.random.Generator, units: int, replicates: int) -> NDArray[Any]:
    """Draw all units with replacement, and count how often each was drawn.

    Returns
    -------
    (units, replicates) counts in one byte (or more if a count needs it); the counts of a unit are
    contiguous.
    """
    counts = np.empty((units, replicates), np.uint8)
    for first in range(0, replicates, DRAWN_AT_ONCE):
        picked = generator.integers(units, size=(min(DRAWN_AT_ONCE, replicates - first), units))
        drawn = np.stack([np.bincount(row, minlength=units) for row in picked], axis=1)
        if drawn.max() > np.iinfo(counts.dtype).max:
            counts = counts.astype(np.int64)
        counts[:, first : first + DRAWN_AT_ONCE] = drawn
    return counts


def scores_of(
    scores: pd.DataFrame, labels: Sequence[str], role: str, split: str, classes: int = 2
) -> pd.DataFrame:
    """Scores of the images of a role and split with known truth for all labels.

    Raises
    ------
    ScoreError
        There are none, the images have only one class of a label, a name, a truth or a score is not
        legal, or an image has several rows of an arm and seed.
    """
    selected(scores, labels, role, split)
    rows = scores[(scores["role"] == role) & (scores["split"] == split)]
    known = rows[rows[[truth_column(label) for label in labels]].notna().all(axis=1)]
    for label in labels:
        if known[truth_column(label)].nunique() < classes:
            raise ScoreError(
                f"the {split} images of role {role!r} don't show both {label} and its absence"
            )
    return known


def scored(table: pd.DataFrame, labels: Sequence[str]) -> Scored:
    """Scores and truth of a table of one arm and seed."""
    return Scored(
        table[[score_column(label) for label in labels]].to_numpy(np.float64),
        table[[truth_column(label) for label in labels]].to_numpy() == 1,
    )
