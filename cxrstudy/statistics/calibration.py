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


def brier_decomposition(
    scores: pd.DataFrame, label: str, bins: int = 10, role: str = "target"
) -> pd.DataFrame:
    """Decompose the Brier score of every arm into calibration and discrimination.

    Murphy (1973), A new vector partition of the probability score: reliability minus resolution
    plus uncertainty. Because scores differ within a bin, these do not add up exactly. Stephenson,
    Coelho and Jolliffe (2008), Two extra components in the Brier score decomposition, give the
    missing terms: ``brier = reliability - resolution + uncertainty + within_variance -
    within_covariance``, exactly.

    Returns
    -------
    One row per arm, means over seeds: ``arm``, ``brier``, ``reliability`` (squared difference of
    mean score and fraction of positives; 0 is best), ``resolution`` (squared difference of these
    fractions from the prevalence; high is good), ``uncertainty`` (prevalence times one minus
    prevalence, which depends only on the images), ``within_variance``, ``within_covariance`` (twice
    the covariance of score and truth within bins), ``patients``, ``images``, ``seeds``. There are
    no intervals, because reliability has the bias of
    :func:`~cxrstudy.statistics.metrics.expected_calibration_error`.

    Raises
    ------
    ScoreError
        As :func:`~cxrstudy.statistics.estimation.estimates`.
    """
    drawn = sample(scores, [label], role, replicates=1)
    resample(drawn, metrics.brier(label))  # raises an error if scores are not probabilities
    rows = []
    for arm, tables in drawn.arms.items():
        parts = [decomposed(table.scores[:, 0], table.truth[:, 0], bins) for table in tables]
        rows.append({"arm": arm, **pd.DataFrame(parts).mean().to_dict()})
    return pd.DataFrame(rows).assign(**drawn.counts)


def decomposed(scores: Floats, truth: Flags, bins: int) -> dict[str, float]:
    """Parts of the Brier score of (n,) probabilities; see :func:`brier_decomposition`."""
    known = pd.DataFrame({"score": scores, "truth": truth.astype(np.float64)})
    # Means of the bin of every image.
    usual = known.groupby(equal_mass(scores, bins)).transform("mean")
    prevalence = known["truth"].mean()
    apart = known - usual
    return {
        "brier": float(((known["score"] - known["truth"]) ** 2).mean()),
        "reliability": float(((usual["score"] - usual["truth"]) ** 2).mean()),
        "resolution": float(((usual["truth"] - prevalence) ** 2).mean()),
        "uncertainty": float(prevalence * (1 - prevalence)),
        "within_variance": float((apart["score"] ** 2).mean()),
        "within_covariance": float(2 * (apart["score"] * apart["truth"]).mean()),
    }


def _share_in_bin(scores: Floats, truth: Flags, weights: Weights, bins: int, number: int) -> Floats:
    member = equal_mass(scores, bins) == number
    sums = totals(weights, np.stack([member & truth, member], axis=1).astype(np.float64))
    return ratios(sums[:, 0], sums[:, 1])


def _mean_score_in_bin(drawn: Sample, arm: Hashable, bins: int, number: int) -> float:
    columns = [table.scores[:, 0] for table in drawn.arms[arm]]
    return float(np.mean([column[equal_mass(column, bins) == number].mean() for column in columns]))
