"""Trends: whether a metric rises with a dose, such as the number of pretraining images."""

from collections.abc import Hashable, Mapping

import numpy as np
import pandas as pd
from scipy.stats import page_trend_test

from cxrstudy.statistics.bootstrap import interval, resample, standard_error, two_sided
from cxrstudy.statistics.comparison import minimum_detectable_difference
from cxrstudy.statistics.metrics import Metric
from cxrstudy.statistics.sample import REPLICATES, Sample, ScoreError, of_arms, sample


def trend(
    scores: pd.DataFrame,
    metric: Metric,
    doses: Mapping[Hashable, float],
    role: str = "target",
    level: float = 0.95,
    replicates: int = REPLICATES,
) -> pd.DataFrame:
    """Slope of a metric on the dose, by least squares over arms with equal weights.

    Patients and seeds are resampled for all arms together, so the slope is paired, like contrasts.
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
    ``low``, ``high``, ``p`` (two-sided bootstrap, of no slope), ``standard_error``,
    ``minimum_detectable_difference``
    (:func:`~cxrstudy.statistics.comparison.minimum_detectable_difference`), ``arms``, ``patients``,
    ``images``, ``seeds``, ``level``.

    Raises
    ------
    ScoreError
        As :func:`~cxrstudy.statistics.estimation.estimates`; or an arm with a dose does not exist,
        a dose is not finite, or fewer than two doses differ.
    """
    drawn = _with_doses(scores, metric, doses, role, replicates)
    bootstrap = resample(drawn, metric)
    dose = np.array([doses[arm] for arm in drawn.arms], np.float64)
    pull = (dose - dose.mean()) / ((dose - dose.mean()) ** 2).sum()
    estimate = pull @ [bootstrap.estimate(arm) for arm in drawn.arms]
    slopes = pull @ np.stack([bootstrap.draws[arm] for arm in drawn.arms])
    error = standard_error(slopes)
    row = {
        "metric": metric.name,
        "estimate": float(estimate),
        **interval(slopes, level),
        "p": two_sided(slopes, null=0.0),
        "standard_error": error,
        "minimum_detectable_difference": minimum_detectable_difference(error, level),
        "arms": len(drawn.arms),
    }
    return pd.DataFrame([row]).assign(**drawn.counts, level=level)


def rank_trend(
    scores: pd.DataFrame, metric: Metric, doses: Mapping[Hashable, float], role: str = "target"
) -> pd.DataFrame:
    """Page's test that a metric rises with the order of the doses, seed by seed.

    Page (1963), Ordered hypotheses for multiple treatments. Arms are ranked within each seed; only
    seeds are repeats, and patients are taken as fixed. The test is one-sided: for a fall, give
    doses with the opposite sign.

    Parameters
    ----------
    scores, metric, role
        As for :func:`~cxrstudy.statistics.estimation.estimates`.
    doses
        Arm to dose; only their order matters. Other arms are left out.

    Returns
    -------
    One row: ``metric``, ``statistic`` (Page's L), ``p``, ``arms``, ``patients``, ``images``,
    ``seeds``.

    Raises
    ------
    ScoreError
        As :func:`trend`; or there are fewer than three arms, or two doses are equal.
    """
    drawn = _with_doses(scores, metric, doses, role, replicates=1)
    order = sorted(drawn.arms, key=lambda arm: doses[arm])
    if len(order) < 3 or len({doses[arm] for arm in order}) < len(order):
        raise ScoreError("a trend of ranks needs at least three arms, all of different doses")
    bootstrap = resample(drawn, metric)
    table = np.stack([bootstrap.by_seed[arm] for arm in order], axis=1)
    found = page_trend_test(table)
    row = {
        "metric": metric.name,
        "statistic": float(found.statistic),
        "p": float(found.pvalue),
        "arms": len(order),
    }
    return pd.DataFrame([row]).assign(**drawn.counts)


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
            raise ScoreError(f"no arm {arm!r}; there are {', '.join(map(str, there))}")
        if not np.isfinite(dose):
            raise ScoreError(f"the dose of arm {arm!r} is {dose}; leave the arm out")
    if len(set(doses.values())) < 2:
        raise ScoreError("a trend needs at least two different doses")
    return sample(of_arms(scores, list(doses)), metric.labels, role, replicates)
