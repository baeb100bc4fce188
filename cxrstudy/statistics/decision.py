"""Decision: what acting on a score is worth, against acting on everybody or on nobody."""

from collections.abc import Hashable, Sequence
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from cxrstudy.statistics.bootstrap import Bootstrap, interval, resample
from cxrstudy.statistics.metrics import Metric, net_benefit, weighted_net_benefit
from cxrstudy.statistics.sample import REPLICATES, sample
from cxrstudy.statistics.weighting import Flags, Floats, Weights

#: Strategies that need no model, as they are named beside the arms.
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

    Vickers and Elkin (2006). A net benefit of 0.05 is worth five true positives in a hundred
    patients without any false one. Scores are taken as probabilities: an arm that is badly
    calibrated does badly here, however well it ranks.

    Parameters
    ----------
    scores, role, level, replicates
        As for :func:`~cxrstudy.statistics.estimation.estimates`.
    label
        Against the rest.
    thresholds
        Probabilities above 0 and below 1 from which somebody would act.

    Returns
    -------
    A row an arm or strategy and threshold: ``arm``, ``threshold``, ``estimate`` (mean over seeds),
    ``low``, ``high`` (percentile interval over patients and seeds), ``patients``, ``images``,
    ``seeds``. The rows of :data:`ALL` and :data:`NONE` come last.

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
    drawn = sample(scores, [label], role, replicates)
    curves = {threshold: resample(drawn, metric) for threshold, metric in models.items()}
    rows = [
        _row(arm, threshold, bootstrap, arm, level)
        for arm in drawn.arms
        for threshold, bootstrap in curves.items()
    ]
    # Treating all asks no model, so that any arm's table will do: it is the same images.
    any_arm = next(iter(drawn.arms))
    for threshold in thresholds:
        everybody = Metric(ALL, (label,), partial(_of_treating_all, threshold=threshold))
        rows.append(_row(ALL, threshold, resample(drawn, everybody), any_arm, level))
    nobody = {"arm": NONE, "estimate": 0.0, "low": 0.0, "high": 0.0}
    rows += [{**nobody, "threshold": threshold} for threshold in thresholds]
    return pd.DataFrame(rows).assign(**drawn.counts)


def _of_treating_all(scores: Floats, truth: Flags, weights: Weights, threshold: float) -> Floats:
    return weighted_net_benefit(np.ones_like(scores), truth, weights, threshold)


def _row(
    name: Hashable, threshold: float, bootstrap: Bootstrap, arm: Hashable, level: float
) -> dict[str, Any]:
    return {
        "arm": name,
        "threshold": threshold,
        "estimate": bootstrap.estimate(arm),
        **interval(bootstrap.draws[arm], level),
    }
