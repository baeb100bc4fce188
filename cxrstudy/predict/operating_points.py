"""Operating points: thresholds for calling an image positive, chosen on validation scores."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from cxrstudy.runs.record import Record
from cxrstudy.runs.scores import of_arm
from cxrstudy.statistics.operating_point import Rule, at_sensitivity, thresholds
from cxrstudy.statistics.sample import ScoreError, scored, scores_of

#: How thresholds are chosen on the validation split, as in the study's own tables.
RULE = at_sensitivity(0.9)


@dataclass(frozen=True)
class OperatingPoint:
    """A threshold for a label, and its performance on the validation images it was chosen on.

    Attributes
    ----------
    threshold
        Images with a probability at or above it are called positive.
    rule
        Rule by which it was chosen.
    images
        Number of validation images.
    sensitivity, specificity
        On these images, and therefore optimistic.
    """

    threshold: float
    rule: str
    images: int
    sensitivity: float
    specificity: float


def operating_points_of(
    record: Record, scores: pd.DataFrame, rule: Rule = RULE
) -> dict[str, OperatingPoint | str]:
    """Choose the operating point of each label on validation scores, or give the reason why not."""
    role = "+".join(record.identity["stage"]["roles"])
    table = of_arm(scores, "run", seed=0)
    return {label: _point(table, label, role, rule) for label in record.labels}


def is_positive(probability: float, point: OperatingPoint | str) -> bool | None:
    """Whether a probability is at or above the operating point; None if there is none."""
    return None if isinstance(point, str) else probability >= point.threshold


def _point(table: pd.DataFrame, label: str, role: str, rule: Rule) -> OperatingPoint | str:
    try:
        threshold = thresholds(table, label, rule, role)["run", 0]
        known = scored(scores_of(table, [label], role, "validation"), [label])
    except ScoreError as error:
        return str(error)
    said, truth = known.scores[:, 0] >= threshold, known.truth[:, 0]
    return OperatingPoint(
        threshold, rule.name, len(truth), float(np.mean(said[truth])), float(np.mean(~said[~truth]))
    )
