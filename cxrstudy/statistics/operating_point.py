"""Operating point: a threshold chosen on the validation split and carried to the test split.

A threshold that is chosen on the test images themselves gives optimistic results (Leeflang et al.
2008). So the threshold of every arm and seed is chosen on its validation scores. From then on it is
part of the trained model, and the bootstrap over test patients does not choose it again.
"""

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from cxrstudy.base import numbers
from cxrstudy.base.checks import checked_level
from cxrstudy.base.columns import score_column, truth_column
from cxrstudy.statistics import metrics
from cxrstudy.statistics.bootstrap import resample
from cxrstudy.statistics.gate import ScoreError, selected
from cxrstudy.statistics.sample import REPLICATES, sample, scored, scores_of
from cxrstudy.statistics.weighting import Flags, Floats

#: What is counted at a threshold.
MEASURES = {
    "sensitivity": metrics.sensitivity,
    "specificity": metrics.specificity,
    "positive predictive value": metrics.positive_predictive_value,
    "negative predictive value": metrics.negative_predictive_value,
}


@dataclass(frozen=True)
class Rule:
    """How a threshold is chosen.

    Attributes
    ----------
    name
        Name for tables.
    threshold
        ``(scores (n,), truth (n,)) -> threshold``.
    """

    name: str
    threshold: Callable[[Floats, Flags], float]


def at_sensitivity(least: float) -> Rule:
    """Highest threshold with at least the given sensitivity.

    Raises
    ------
    ValueError
        The sensitivity is not above 0 and at most 1.

    Examples
    --------
    >>> at_sensitivity(0.9).name
    'sensitivity at least 0.9'
    """
    if not 0 < least <= 1:
        raise ValueError(f"sensitivity {least}: one above 0 and at most 1 is needed")

    def threshold(scores: Floats, truth: Flags) -> float:
        positive = np.sort(scores[truth])[::-1]
        # Rounding may make a whole number of images slightly larger.
        needed = int(np.ceil(least * len(positive) - 1e-9))
        return float(positive[max(needed, 1) - 1])

    return Rule(f"sensitivity at least {numbers.plain(least)}", threshold)


def operating_points(
    scores: pd.DataFrame,
    label: str,
    rule: Rule,
    role: str = "target",
    level: float = 0.95,
    replicates: int = REPLICATES,
) -> pd.DataFrame:
    """Test every arm at the thresholds that were chosen on the validation split.

    Returns
    -------
    One row per arm and :data:`MEASURES`: ``arm``, ``measure``, ``estimate`` (mean over seeds, each
    at its own threshold), ``low``, ``high``, ``covers``, ``method``, ``reason``, ``threshold``
    (mean over seeds), ``rule``, ``patients``, ``images``, ``unknown``, ``seeds``, ``level``. NaN
    with a reason if no image is called positive, or none negative.

    Raises
    ------
    ScoreError
        As :func:`~cxrstudy.statistics.estimation.estimates`; or an arm or seed has no validation
        scores.

    Examples
    --------
    >>> from cxrstudy.statistics import made_scores
    >>> table = operating_points(made_scores(["control"]), "covid19", at_sensitivity(0.9))
    >>> table["measure"].tolist()
    ['sensitivity', 'specificity', 'positive predictive value', 'negative predictive value']
    """
    checked_level(level)
    selected(scores, [label], role, "test")
    chosen = thresholds(scores, label, rule, role)
    drawn = sample(_from_threshold(scores, label, chosen, role), [label], role, replicates)
    rows = []
    for measure, metric in MEASURES.items():
        bootstrap = resample(drawn, metric(label, 0.0))
        rows += [
            {
                "arm": arm,
                "measure": measure,
                **bootstrap.row(arm, level),
                "threshold": float(np.mean([chosen[arm, seed] for seed in drawn.seeds])),
            }
            for arm in drawn.arms
        ]
    places = {arm: place for place, arm in enumerate(drawn.arms)}
    rows.sort(key=lambda row: places[row["arm"]])
    return pd.DataFrame(rows).assign(rule=rule.name, **drawn.counts, level=level)


def thresholds(
    scores: pd.DataFrame, label: str, rule: Rule, role: str = "target"
) -> dict[tuple[Hashable, Any], float]:
    """Threshold of every arm and seed, chosen on the validation split.

    Raises
    ------
    ScoreError
        There are no validation scores, or the validation images of an arm and seed have only one
        class.
    """
    scores_of(scores, [label], role, "validation")
    found = {}
    for arm, by_seed in selected(scores, [label], role, "validation").items():
        for seed, rows in by_seed.items():
            known = rows[rows[truth_column(label)].notna()]
            table = scored(known, [label])
            if table.truth.all() or not table.truth.any():
                raise ScoreError(
                    f"the validation images of arm {arm!r}, seed {seed} don't show both {label} "
                    "and its absence"
                )
            found[arm, seed] = rule.threshold(table.scores[:, 0], table.truth[:, 0])
    return found


def _threshold(chosen: dict[tuple[Hashable, Any], float], arm: Hashable, seed: Any) -> float:
    if (arm, seed) not in chosen:
        raise ScoreError(f"arm {arm!r}, seed {seed} has no validation scores to choose on")
    return chosen[arm, seed]


def _from_threshold(
    scores: pd.DataFrame, label: str, chosen: dict[tuple[Hashable, Any], float], role: str
) -> pd.DataFrame:
    """Test scores minus the threshold of their arm and seed, so that all have the threshold 0."""
    rows = scores[(scores["role"] == role) & (scores["split"] == "test")]
    keys = zip(rows["arm"], rows["seed"], strict=True)
    at = np.array([_threshold(chosen, arm, seed) for arm, seed in keys])
    column = score_column(label)
    return rows.assign(**{column: rows[column].to_numpy(np.float64) - at})
