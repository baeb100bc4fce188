"""Operating points: what an image is called, by thresholds that were chosen on validation scores.

This is the only place that says it; `predict`, the live explorer and that of a page ask here.

Of labels that may be present together, each is called by its own threshold, and so is a label that
stands alone. Of classes, of which an image has exactly one, one is called: that which the study
asks about, the last one, from its threshold on; below it, the most probable of the others. The
others have no thresholds: several of them could be called at once, or none.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from cxrstudy.base import numbers
from cxrstudy.base.words import counted, label_name
from cxrstudy.data.role import Task
from cxrstudy.runs import store
from cxrstudy.runs.record import Record
from cxrstudy.runs.scores import of_arm, read_scores
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


#: Operating point by label, or the reason why there is none; of classes that of the last one alone.
Points = Mapping[str, OperatingPoint | str]


def operating_points_of(record: Record, scores: pd.DataFrame, rule: Rule = RULE) -> Points:
    """Choose operating points on validation scores, or give the reason why there is none."""
    role = "+".join(record.identity["stage"]["roles"])
    table = of_arm(scores, "run", seed=0)
    return {
        label: _point(table, label, role, rule) for label in thresholded(record.task, record.labels)
    }


def known_points(records: Path, run: str, task: Task, labels: Sequence[str]) -> Points:
    """Operating points of a network, or the reason why there is none.

    Parameters
    ----------
    records
        Folder of the records.
    run
        Id of the run that trained it; empty if no run did.
    task, labels
        Of the network.
    """
    if not run:
        return dict.fromkeys(thresholded(task, labels), "the network is of no recorded run")
    try:
        return operating_points_of(store.read(records, run), read_scores(records, run))
    except store.StoreError as error:  # it was loaded from another place
        return dict.fromkeys(thresholded(task, labels), str(error))


def thresholded(task: Task, labels: Sequence[str]) -> tuple[str, ...]:
    """Labels that are called by a threshold of their own."""
    return tuple(labels[-1:] if task == "multiclass" else labels)


def called(
    task: Task, probabilities: Mapping[str, float], points: Points
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
    found = {name: _is_positive(probabilities[name], point) for name, point in points.items()}
    if task != "multiclass":
        return found
    ((asked, is_asked),) = found.items()
    if is_asked is None:
        return dict.fromkeys(probabilities)
    others = {name: value for name, value in probabilities.items() if name != asked}
    one = asked if is_asked else max(others, key=lambda name: others[name])
    return {name: name == one for name in probabilities}


def most_telling(probabilities: Mapping[str, float], positive: Mapping[str, bool | None]) -> str:
    """The label that is called; if several are, or none, the most probable one.

    Examples
    --------
    >>> most_telling({"normal": 0.6, "covid19": 0.4}, {"normal": False, "covid19": True})
    'covid19'
    """
    names = [name for name, said in positive.items() if said]
    return names[0] if len(names) == 1 else max(probabilities, key=lambda name: probabilities[name])


def call_in_words(probabilities: Mapping[str, float], positive: Mapping[str, bool | None]) -> str:
    """What an image is called, in words.

    Examples
    --------
    >>> call_in_words({"normal": 0.6, "covid19": 0.4}, {"normal": False, "covid19": True})
    'COVID-19'
    >>> call_in_words({"normal": 0.6, "covid19": 0.4}, {"normal": None, "covid19": None})
    'nothing, without an operating point; most probable is normal'
    """
    names = [label_name(name) for name, said in positive.items() if said]
    unknown = [label_name(name) for name, said in positive.items() if said is None]
    if len(unknown) == len(positive):
        likeliest = label_name(most_telling(probabilities, {}))
        return f"nothing, without an operating point; most probable is {likeliest}"
    said = ", ".join(names) or "none of the labels"
    return f"{said}; no operating point for {', '.join(unknown)}" if unknown else said


def point_in_words(point: OperatingPoint | str) -> str:
    """A threshold, with all digits, and its performance; or the reason why there is none."""
    if isinstance(point, str):
        return f"no operating point: {point}"
    # With all digits, so that a score is never printed on the wrong side of the threshold.
    return f"{numbers.exact(point.threshold)} {_performance(point)}"


def _performance(point: OperatingPoint) -> str:
    return (
        f"({point.rule}; on {counted(point.images, 'validation image')}: "
        f"sensitivity {numbers.level(point.sensitivity, least=2)}, "
        f"specificity {numbers.level(point.specificity, least=2)})"
    )


def otherwise_in_words(labels: Sequence[str], points: Points) -> str:
    """What an image of classes is called below the only threshold; empty if there is no such."""
    others = [name for name in labels if name not in points]
    if not others or not any(isinstance(one, OperatingPoint) for one in points.values()):
        return ""
    return f"otherwise for the most probable of {', '.join(others)}: one class, never two"


def rule_in_words(labels: Sequence[str], points: Points) -> str:
    """By what an image is called, in one sentence, with thresholds as scores are shown."""
    points = {label_name(name): one for name, one in points.items()}
    said = [f"{name}: {_rounded(one)}" for name, one in points.items()]
    otherwise = otherwise_in_words([label_name(name) for name in labels], points)
    whole = "; ".join(filter(None, [*said, otherwise]))
    if all(isinstance(one, str) for one in points.values()):
        return f"{whole}."
    return f"An image is positive for a label if its probability is at least: {whole}."


def _rounded(point: OperatingPoint | str) -> str:
    if isinstance(point, str):
        return point_in_words(point)
    return f"{numbers.level(point.threshold)} {_performance(point)}"


def _is_positive(probability: float, point: OperatingPoint | str) -> bool | None:
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
