"""Operating points: thresholds for calling an image positive, chosen on validation scores.

Of labels that may be present together, each is called by its own threshold. Of classes, of which an
image has exactly one, one is called: that which the study asks about, the last one, from its
threshold on; below it, the most probable of the others. The others have no thresholds: several of
them could be called positive at once, or none.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from cxrstudy.data.role import Task
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
    """Choose operating points on validation scores, or give the reason why there is none.

    Returns
    -------
    By label; for classes only that of the last one, which the study asks about.
    """
    role = "+".join(record.identity["stage"]["roles"])
    table = of_arm(scores, "run", seed=0)
    thresholded = record.labels[-1:] if record.task == "multiclass" else record.labels
    return {label: _point(table, label, role, rule) for label in thresholded}


def is_positive(probability: float, point: OperatingPoint | str) -> bool | None:
    """Whether a probability is at or above the operating point; None if there is none."""
    return None if isinstance(point, str) else probability >= point.threshold


def called(
    task: Task, probabilities: Mapping[str, float], points: Mapping[str, OperatingPoint | str]
) -> dict[str, bool | None]:
    """Say of each label whether an image is called positive; None where nobody knows.

    Parameters
    ----------
    task
        Whether the labels are classes.
    probabilities
        By label.
    points
        From :func:`operating_points_of`.

    Examples
    --------
    >>> point = OperatingPoint(0.3, "made", 80, 0.9, 0.8)
    >>> called("multiclass", {"normal": 0.6, "covid19": 0.4}, {"covid19": point})
    {'normal': False, 'covid19': True}
    """
    found = {name: is_positive(probabilities[name], point) for name, point in points.items()}
    if task == "multilabel":
        return found
    ((asked, is_asked),) = found.items()
    others = {name: value for name, value in probabilities.items() if name != asked}
    if is_asked is None:
        return dict.fromkeys(probabilities)
    one = asked if is_asked or not others else max(others, key=lambda name: others[name])
    return {name: name == one for name in probabilities}


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
