"""Trends: whether a metric rises with a dose, such as the number of pretraining images."""

from collections.abc import Hashable, Mapping

import numpy as np
import pandas as pd

from cxrstudy.base.checks import checked_level
from cxrstudy.base.columns import of_arms
from cxrstudy.statistics.bootstrap import resample
from cxrstudy.statistics.gate import no_arm
from cxrstudy.statistics.metric import Metric
from cxrstudy.statistics.sample import REPLICATES, Sample, ScoreError, sample


def trend(
    scores: pd.DataFrame,
    metric: Metric,
    doses: Mapping[Hashable, float],
    role: str = "target",
    level: float = 0.95,
    replicates: int = REPLICATES,
) -> pd.DataFrame:
    """Slope of a metric on the dose, by least squares over arms with equal weights.

    The slope is computed seed by seed and draw by draw of the patients, so it is paired, like
    contrasts.
    The arms are fixed: the result does not apply to other doses or sources.

    Parameters
    ----------
    scores, metric, role, level, replicates
        As for :func:`~cxrstudy.statistics.estimation.estimates`.
    doses
        Arm to dose, for instance the decimal logarithm of the number of pretraining images; other
        arms are left out.

    Returns
    -------
    One row: ``metric``, ``estimate`` (of the slope, in units of the metric per unit of dose),
    ``low``, ``high``, ``p`` (two-sided, of no slope), ``standard_error``, ``freedom``,
    ``minimum_detectable_difference``, ``covers``, ``method``, ``reason``, ``arms``, ``patients``,
    ``images``, ``unknown``, ``seeds``, ``level``; as in
    :func:`~cxrstudy.statistics.comparison.contrasts`.

    Raises
    ------
    ScoreError
        As :func:`~cxrstudy.statistics.estimation.estimates`; or an arm with a dose does not exist,
        a dose is not finite, or fewer than two doses differ.

    Examples
    --------
    >>> from cxrstudy.statistics import auroc, made_scores
    >>> doses = {"small": 2.0, "middle": 3.0, "large": 4.0}
    >>> table = trend(made_scores(list(doses)), auroc("covid19"), doses)
    >>> bool(table["estimate"].item() > 0)  # made scores are better from arm to arm
    True
    """
    checked_level(level)
    drawn = _with_doses(scores, metric, doses, role, replicates)
    bootstrap = resample(drawn, metric)
    dose = np.array([doses[arm] for arm in drawn.arms], np.float64)
    pull = (dose - dose.mean()) / ((dose - dose.mean()) ** 2).sum()
    found = bootstrap.combined(dict(zip(drawn.arms, pull.tolist(), strict=True)))
    low, high = found.interval(level)
    row = {
        "metric": metric.name,
        "estimate": found.estimate,
        "low": low,
        "high": high,
        "p": found.p(),
        "standard_error": found.standard_error,
        "freedom": found.freedom,
        "minimum_detectable_difference": found.detectable(level),
        "covers": found.covers,
        "method": found.method,
        "reason": found.reason,
        "arms": len(drawn.arms),
    }
    return pd.DataFrame([row]).assign(**drawn.counts, level=level)


def _with_doses(
    scores: pd.DataFrame,
    metric: Metric,
    doses: Mapping[Hashable, float],
    role: str,
    replicates: int,
) -> Sample:
    there = list(dict.fromkeys(scores["arm"]))
    for arm, dose in doses.items():
        if arm not in there:
            raise ScoreError(no_arm(arm, scores))
        if not np.isfinite(dose):
            raise ScoreError(f"the dose of arm {arm!r} is {dose}; leave the arm out")
    if len(set(doses.values())) < 2:
        raise ScoreError("a trend needs at least two different doses")
    return sample(of_arms(scores, list(doses)), metric.labels, role, replicates, metric.classes)
