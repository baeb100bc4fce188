"""Calibration: whether scores are correct probabilities, as a curve and in single numbers."""

from collections.abc import Hashable
from functools import partial

import numpy as np
import pandas as pd

from cxrstudy.statistics import metrics
from cxrstudy.statistics.binning import equal_mass
from cxrstudy.statistics.bootstrap import interval, resample
from cxrstudy.statistics.metrics import PROBABILITY, Metric
from cxrstudy.statistics.sample import REPLICATES, Sample, sample
from cxrstudy.statistics.weighting import Flags, Floats, Weights, ratios, totals


def calibration_table(
    scores: pd.DataFrame,
    label: str,
    bins: int = 10,
    role: str = "target",
    level: float = 0.95,
    replicates: int = REPLICATES,
) -> pd.DataFrame:
    """Calibration of every arm in single numbers.

    Returns
    -------
    One row per arm and measure: ``arm``, ``measure`` (``slope``, ``intercept``, ``Brier score``,
    ``expected calibration error``, ``squared calibration error, debiased``), ``estimate`` (mean
    over seeds), ``low``, ``high``, ``patients``, ``images``, ``seeds``. For the meaning of each
    measure, and for biased intervals, see :mod:`cxrstudy.statistics.metrics`.

    Raises
    ------
    ScoreError
        As :func:`~cxrstudy.statistics.estimation.estimates`.
    """
    measures = {
        "slope": metrics.calibration_slope(label),
        "intercept": metrics.calibration_intercept(label),
        "Brier score": metrics.brier(label),
        "expected calibration error": metrics.expected_calibration_error(label, bins),
        "squared calibration error, debiased": metrics.squared_calibration_error(label, bins),
    }
    drawn = sample(scores, [label], role, replicates)
    found = {measure: resample(drawn, metric) for measure, metric in measures.items()}
    rows = [
        {
            "arm": arm,
            "measure": measure,
            "estimate": bootstrap.estimate(arm),
            **interval(bootstrap.draws[arm], level),
        }
        for arm in drawn.arms
        for measure, bootstrap in found.items()
    ]
    return pd.DataFrame(rows).assign(**drawn.counts)


def calibration_curve(
    scores: pd.DataFrame,
    label: str,
    bins: int = 10,
    role: str = "target",
    level: float = 0.95,
    replicates: int = REPLICATES,
) -> pd.DataFrame:
    """Fraction of positives against mean score, in bins with about equal numbers of images.

    Every seed has its own bins, from its own scores: the lowest tenth, the next, and so on. A row
    is the mean over seeds of the bins with the same number.

    Returns
    -------
    One row per arm and bin that has images in every seed: ``arm``, ``bin`` (from 1, low to high),
    ``predicted`` (mean score), ``estimate`` (fraction of positives), ``low``, ``high`` (interval
    over patients and seeds), ``patients``, ``images`` (of all bins), ``seeds``.

    Raises
    ------
    ScoreError
        As :func:`~cxrstudy.statistics.estimation.estimates`.

    Examples
    --------
    >>> from cxrstudy.statistics import made_scores
    >>> table = calibration_curve(made_scores(["control"]), "covid19", bins=3)
    >>> table["bin"].tolist()
    [1, 2, 3]
    """
    drawn = sample(scores, [label], role, replicates)
    rows = []
    for number in range(bins):
        share = partial(_share_in_bin, bins=bins, number=number)
        bootstrap = resample(drawn, Metric(f"bin {number + 1}", (label,), share, PROBABILITY))
        rows += [
            {
                "arm": arm,
                "bin": number + 1,
                "predicted": _mean_score_in_bin(drawn, arm, bins, number),
                "estimate": bootstrap.estimate(arm),
                **interval(draws, level),
            }
            for arm, draws in bootstrap.draws.items()
            if not np.isnan(bootstrap.by_seed[arm]).any()
        ]
    places = {arm: place for place, arm in enumerate(drawn.arms)}
    rows.sort(key=lambda row: places[row["arm"]])
    return pd.DataFrame(rows).assign(**drawn.counts)


def _share_in_bin(scores: Floats, truth: Flags, weights: Weights, bins: int, number: int) -> Floats:
    member = equal_mass(scores, bins) == number
    sums = totals(weights, np.stack([member & truth, member], axis=1).astype(np.float64))
    return ratios(sums[:, 0], sums[:, 1])


def _mean_score_in_bin(drawn: Sample, arm: Hashable, bins: int, number: int) -> float:
    columns = [table.scores[:, 0] for table in drawn.arms[arm]]
    return float(np.mean([column[equal_mass(column, bins) == number].mean() for column in columns]))
