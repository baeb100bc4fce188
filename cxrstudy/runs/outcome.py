"""Outcome: whether a training has a result at all, by a stated test.

A network may end with one score for all images, or with scores that have nothing to do with the
truth. Its numbers are finite and look like a result. So the outcome of every run is recorded:

- **better than a constant**: on the validation split, for at least one label, images that show it
  score higher than those that don't, by a one-sided Mann-Whitney test at .05 divided by the number
  of labels (Bonferroni). A constant score never passes. Labels with so few validation images that
  no scores could pass are left out; if none is left, it is not known.
- **one score**: all validation images have the same score, for every label.
- **never seen**: labels that no training image of the stage shows.
- **never known**: labels that are unknown in all its training images.

A run that fails in one of these is recorded, because it happened, but it is no result: tables name
it, and no verdict counts it unless the claim is about failed trainings. No later stage starts from
it: the rest of its chain is not run (:mod:`cxrstudy.runs.no_result`).
"""

import math
from collections.abc import Mapping

import numpy as np
import pandas as pd
import scipy
from pydantic import Field

from cxrstudy.base.columns import score_column, truth_column
from cxrstudy.base.schema import Strict

#: Level of the test, before it is divided by the number of labels.
LEVEL = 0.05
#: Scores that differ by less are the same.
SAME = 1e-6


class OutcomeError(RuntimeError):
    """A training gave numbers that are not finite; nothing is recorded."""


class FailedParentError(RuntimeError):
    """A stage would start from a training that has no result."""


class Outcome(Strict):
    """Whether a training has a result.

    Attributes
    ----------
    better_than_constant
        See the module; None if validation can't tell.
    p
        Smallest p value over labels times their number, at most 1; None if it can't tell.
    one_score, never_seen, never_known
        See the module.
    """

    better_than_constant: bool | None = None
    p: float | None = Field(None, ge=0, le=1)
    one_score: bool = False
    never_seen: list[str] = Field(default_factory=list)
    never_known: list[str] = Field(default_factory=list)

    @property
    def failures(self) -> list[str]:
        """Why the training is no result, one phrase each; empty if it is one."""
        said = ["one score for all validation images"] if self.one_score else []
        if self.never_known:
            said.append(f"no training image with known {', '.join(self.never_known)}")
        if self.never_seen:
            said.append(f"no training image of {', '.join(self.never_seen)}")
        if self.better_than_constant is False and not self.one_score:
            said.append("not better than a constant on validation")
        return said


def outcome_of(
    validation: pd.DataFrame, labels: list[str], counts: Mapping[str, Mapping[str, int]]
) -> Outcome:
    """Find the outcome of a training.

    Parameters
    ----------
    validation
        Scores and truth of the validation split.
    labels
        Labels of the head.
    counts
        Numbers of training images by label and state.
    """
    found = [_p(validation, label) for label in labels if truth_column(label) in validation]
    known = sorted((least, p) for p, least in found if p is not None)
    while known and known[-1][0] * len(known) > LEVEL:
        known.pop()  # so few images that no scores could pass
    p = min(1.0, len(known) * min(p for _, p in known)) if known else None
    return Outcome(
        better_than_constant=None if p is None else p <= LEVEL,
        p=p,
        one_score=_is_constant(validation, labels),
        never_seen=[
            label for label in labels if not counts[label]["present"] and counts[label]["absent"]
        ],
        never_known=[
            label
            for label in labels
            if not counts[label]["present"] and not counts[label]["absent"]
        ],
    )


def _is_constant(validation: pd.DataFrame, labels: list[str]) -> bool:
    """Whether scores differ by no more than rounding, on at least two images."""
    scores = validation[[score_column(label) for label in labels]].to_numpy(float)
    return len(scores) > 1 and bool((np.ptp(scores, axis=0) < SAME).all())


def check_finite(scores: pd.DataFrame, epochs: pd.DataFrame, weights_are_finite: bool) -> None:
    """Refuse what is not finite, before it is recorded.

    An AUROC that validation can't define is an empty cell of the table of epochs, not a number.

    Raises
    ------
    OutcomeError
        Scores, losses or weights are not finite.
    """
    columns = [name for name in scores if name.startswith(score_column(""))]
    wrong = {
        "scores": int((~np.isfinite(scores[columns].to_numpy(float))).sum()),
        "losses": int(
            (~np.isfinite(epochs[["train_loss", "validation_loss"]].to_numpy(float))).sum()
        ),
    }
    said = [f"{number} {what} are not finite" for what, number in wrong.items() if number]
    said += [] if weights_are_finite else ["weights are not finite"]
    if said:
        raise OutcomeError(
            f"training diverged: {', '.join(said)} at its end; lower the learning rate. Nothing is "
            "recorded"
        )


def _p(validation: pd.DataFrame, label: str) -> tuple[float | None, float]:
    """P value of a label, and the smallest that so many images could give."""
    truth = validation[truth_column(label)].to_numpy(float)
    scores = validation[score_column(label)].to_numpy(float)
    shown, others = scores[truth == 1], scores[truth == 0]
    if not len(shown) or not len(others):
        return None, 1.0
    least = 1 / math.comb(len(shown) + len(others), len(shown))
    if np.ptp(np.concatenate([shown, others])) == 0:
        return 1.0, least
    return float(scipy.stats.mannwhitneyu(shown, others, alternative="greater").pvalue), least
