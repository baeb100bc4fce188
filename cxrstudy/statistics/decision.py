"""Decision: net benefit of acting on a score, compared with treating all and treating none."""

from collections.abc import Hashable, Sequence
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from cxrstudy.base.checks import checked_level
from cxrstudy.statistics.bootstrap import Bootstrap, resample
from cxrstudy.statistics.metric import Metric
from cxrstudy.statistics.metrics import net_benefit
from cxrstudy.statistics.sample import REPLICATES, sample
from cxrstudy.statistics.shares import weighted_net_benefit
from cxrstudy.statistics.weighting import Flags, Floats, Weights

#: Names of the strategies that need no model.
ALL, NONE = "treat all", "treat none"


def decision_curve(
    scores: pd.DataFrame,
    label: str,
    thresholds: Sequence[float],
    role: str = "target",
    level: float = 0.95,
    replicates: int = REPLICATES,
) -> pd.DataFrame:
    """Net benefit of every arm, of treating all and of treating none, by threshold.

    Vickers and Elkin (2006). A net benefit of 0.05 equals five true positives per hundred patients
    without any false positive. Scores are taken as probabilities, so a badly calibrated arm has a
    low net benefit even if its AUROC is high.

    Parameters
    ----------
    scores, role, level, replicates
        As for :func:`~cxrstudy.statistics.estimation.estimates`.
    label
        Label, against the rest.
    thresholds
        Probabilities above 0 and below 1 at which one would act.

    Returns
    -------
    One row per arm or strategy and threshold: ``arm``, ``threshold``, ``estimate`` (mean over
    seeds), ``low``, ``high``, ``covers``, ``method``, ``reason``, ``patients``, ``images``,
    ``unknown``, ``seeds``, ``level``. The rows of :data:`ALL` and :data:`NONE` come last.

    Raises
    ------
    ScoreError
        As :func:`~cxrstudy.statistics.estimation.estimates`.
    ValueError
        A threshold does not lie between 0 and 1.

    Examples
    --------
    >>> from cxrstudy.statistics import made_scores
    >>> table = decision_curve(made_scores(["control"]), "covid19", [0.25, 0.5])
    >>> table["arm"].unique().tolist()
    ['control', 'treat all', 'treat none']
    """
    models = {threshold: net_benefit(label, threshold) for threshold in thresholds}
    checked_level(level)
    drawn = sample(scores, [label], role, replicates)
    curves = {threshold: resample(drawn, metric) for threshold, metric in models.items()}
    rows = [
        _row(arm, threshold, bootstrap, arm, level)
        for arm in drawn.arms
        for threshold, bootstrap in curves.items()
    ]
    # Treating all needs no model, so any arm's table can be used: the images are the same.
    any_arm = next(iter(drawn.arms))
    for threshold in thresholds:
        everybody = Metric(ALL, (label,), partial(_of_treating_all, threshold=threshold))
        rows.append(_row(ALL, threshold, resample(drawn, everybody), any_arm, level))
    nobody = {"arm": NONE, "estimate": 0.0, "low": 0.0, "high": 0.0, "covers": "", "reason": ""}
    nobody["method"] = "by definition"
    rows += [{**nobody, "threshold": threshold} for threshold in thresholds]
    return pd.DataFrame(rows).assign(**drawn.counts, level=level)


def _of_treating_all(scores: Floats, truth: Flags, weights: Weights, threshold: float) -> Floats:
    return weighted_net_benefit(np.ones_like(scores), truth, weights, threshold)


def _row(
    name: Hashable, threshold: float, bootstrap: Bootstrap, arm: Hashable, level: float
) -> dict[str, Any]:
    return {
        "arm": name,
        "threshold": threshold,
        **bootstrap.row(arm, level),
    }
