"""Sample: the test images that all arms were scored on, and how often each replicate draws them.

The bootstrap resamples patients, with all of their images, because the images of one patient are
not independent. All arms use the same draws, so contrasts are paired. If there are several seeds,
seeds are resampled too, independently of patients, because every seed scores every patient
(bootstrap of two crossed factors: Owen 2007, The pigeonhole bootstrap).

Limits of such intervals: if the only variance is independent noise per patient and seed, they are
too wide (Owen 2007), so differences are found too rarely, not too often. If seeds differ much, two
or three seeds are too few to estimate their variance, and intervals are too narrow. With five seeds
they keep their level in simulation (tests/statistics/test_comparison.py).
"""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxrstudy.base.columns import labels_of, score_column, truth_column
from cxrstudy.statistics.weighting import Flags, Floats, Weights

#: Number of bootstrap replicates, and the seed of their draws, which is fixed so that tables do not
#: change between runs.
REPLICATES, DRAW = 2_000, 20_261_121

#: Number of replicates drawn at once, so that their counts stay in the cache.
DRAWN_AT_ONCE = 64


class ScoreError(ValueError):
    """The scores can't be compared as asked; the message says which and why."""


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
        Number of patients.
    weights
        (r, n): how often a replicate draws the patient of an image.
    seed_weights
        (r, s): how often a replicate draws a seed.
    """

    labels: tuple[str, ...]
    ids: list[str]
    seeds: list[Any]
    arms: dict[Hashable, list[Scored]]
    patients: int
    weights: Weights
    seed_weights: Weights

    @property
    def counts(self) -> dict[str, int]:
        """Numbers of patients, images and seeds, for tables of results."""
        return {"patients": self.patients, "images": len(self.ids), "seeds": len(self.seeds)}


def sample(
    scores: pd.DataFrame, labels: Sequence[str], role: str, replicates: int, classes: int = 2
) -> Sample:
    """Select the test images of a role with known truth for all labels, and draw replicates.

    Parameters
    ----------
    scores
        From :meth:`cxrstudy.study.study.Arms.scores`.
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
        There are no scores for the role or a label, the images have only one class of a label or
        come from one patient, a score is missing, or arms were scored on different images.
    """
    known = scores_of(scores, labels, role, "test", classes)
    tables = {
        arm: dict(list(rows.groupby("seed"))) for arm, rows in known.groupby("arm", sort=False)
    }
    seeds = list(next(iter(tables.values())))
    first = next(iter(tables.values()))[seeds[0]]
    ids: list[str] = first["id"].tolist()
    for arm, by_seed in tables.items():
        if list(by_seed) != seeds:
            raise ScoreError(f"arm {arm!r} has seeds {list(by_seed)}, another arm has {seeds}")
        if any(table["id"].tolist() != ids for table in by_seed.values()):
            raise ScoreError(
                f"arm {arm!r} was scored on other images than the first arm; score all arms and "
                "seeds on the same images, in the same order"
            )
    patients, patient_of = np.unique(first["patient"].to_numpy(), return_inverse=True)
    if len(patients) == 1:
        raise ScoreError(
            f"the test images of role {role!r} all come from patient {patients[0]!r}; an interval "
            "needs several patients"
        )
    generator = np.random.default_rng(DRAW)
    weights = draw(generator, len(patients), replicates)[patient_of]
    seed_weights = draw(generator, len(seeds), replicates)
    arms: dict[Hashable, list[Scored]] = {
        arm: [scored(table, labels) for table in by_seed.values()]
        for arm, by_seed in tables.items()
    }
    return Sample(tuple(labels), ids, seeds, arms, len(patients), weights.T, seed_weights.T)


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
        There are none, the images have only one class of a label, or a score is missing.
    """
    rows = scores[(scores["role"] == role) & (scores["split"] == split)]
    if rows.empty:
        raise ScoreError(f"no {split} scores of role {role!r}")
    for label in labels:
        if not {truth_column(label), score_column(label)} <= set(rows):
            there = ", ".join(labels_of(rows))
            raise ScoreError(f"no scores of label {label!r}; there are {there}")
    known = rows[rows[[truth_column(label) for label in labels]].notna().all(axis=1)]
    for label in labels:
        if known[truth_column(label)].nunique() < classes:
            raise ScoreError(
                f"the {split} images of role {role!r} don't show both {label} and its absence"
            )
        lacking = known[known[score_column(label)].isna()]
        if len(lacking):
            arm, image = lacking.iloc[0][["arm", "id"]]
            raise ScoreError(f"arm {arm!r} has no score of {label} for image {image!r}")
    return known


def scored(table: pd.DataFrame, labels: Sequence[str]) -> Scored:
    """Scores and truth of a table of one arm and seed."""
    return Scored(
        table[[score_column(label) for label in labels]].to_numpy(np.float64),
        table[[truth_column(label) for label in labels]].to_numpy() == 1,
    )
