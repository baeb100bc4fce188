"""Bootstrap: a metric of every arm in every replicate, with intervals and p values.

Intervals are percentile intervals (Efron and Tibshirani 1993, chapter 13), from one quantile of the
replicates to another. They need no symmetry and stay inside the range of the metric.
"""

from collections.abc import Hashable
from dataclasses import dataclass

import numpy as np

from cxrstudy.statistics.metrics import Metric
from cxrstudy.statistics.sample import Sample, ScoreError
from cxrstudy.statistics.weighting import Floats


@dataclass(frozen=True)
class Bootstrap:
    """A metric of every arm.

    Attributes
    ----------
    by_seed
        Arm to the metric of each seed, without resampling: (s,).
    draws
        Arm to the mean over the drawn seeds, for each replicate: (r,).
    """

    by_seed: dict[Hashable, Floats]
    draws: dict[Hashable, Floats]

    def estimate(self, arm: Hashable) -> float:
        """Mean over seeds."""
        return float(np.mean(self.by_seed[arm]))


def resample(drawn: Sample, metric: Metric) -> Bootstrap:
    """Compute a metric of every arm, seed and replicate.

    Raises
    ------
    ScoreError
        A score is outside the legal range of the metric.
    """
    columns = [drawn.labels.index(label) for label in metric.labels]
    by_seed, draws = {}, {}
    for arm, tables in drawn.arms.items():
        points, replicates = [], []
        for table in tables:
            scores, truth = table.scores[:, columns], table.truth[:, columns]
            _check(scores, metric, arm, drawn)
            points.append(metric.values(scores, truth, np.ones((1, len(truth)), np.uint8))[0])
            replicates.append(metric.values(scores, truth, drawn.weights))
        by_seed[arm] = np.array(points)
        draws[arm] = _mean_over_seeds(np.stack(replicates, 1), drawn.seed_weights)
    return Bootstrap(by_seed, draws)


def _mean_over_seeds(values: Floats, weights: Floats) -> Floats:
    # A seed that was not drawn has no weight, even if its metric is NaN.
    shares = np.where(weights > 0, values, 0) * weights
    return np.asarray(shares.sum(axis=1) / weights.sum(axis=1))


def _check(scores: Floats, metric: Metric, arm: Hashable, drawn: Sample) -> None:
    low, high = metric.legal
    outside = (scores < low) | (scores > high)
    if outside.any():
        row, column = np.argwhere(outside)[0]
        raise ScoreError(
            f"arm {arm!r} gives image {drawn.ids[row]!r} the score {scores[row, column]:g} of "
            f"{metric.labels[column]}; {metric.name} needs scores from {low:g} to {high:g}"
        )


def interval(draws: Floats, level: float) -> dict[str, float]:
    """Percentile interval; replicates without a value (with only one class) are left out.

    Returns
    -------
    ``low`` and ``high``; NaN if no replicate has a value.
    """
    known = draws[~np.isnan(draws)]
    if not len(known):
        return {"low": np.nan, "high": np.nan}
    tails = [(1 - level) / 2, (1 + level) / 2]
    if np.isfinite(known).all():
        low, high = np.quantile(known, tails)
    else:  # one can't interpolate between infinite replicates, so one of them is used
        low, high = np.quantile(known, tails, method="closest_observation")
    return {"low": float(low), "high": float(high)}


def standard_error(draws: Floats) -> float:
    """Standard deviation over the replicates with a value; infinite if one of them is."""
    known = draws[~np.isnan(draws)]
    if len(known) < 2:
        return np.nan
    return float(known.std(ddof=1)) if np.isfinite(known).all() else np.inf


def two_sided(draws: Floats, null: float) -> float:
    """Two-sided p value of a value: twice the smaller tail of the replicates beyond it.

    One draw is added to each tail (Davison and Hinkley 1997, section 4.2.3), so p is never 0. One
    minus p is the level at which the percentile interval ends at the value.
    """
    known = draws[~np.isnan(draws)]
    below, above = (known <= null).sum(), (known >= null).sum()
    return float(min(1.0, 2 * (1 + min(below, above)) / (1 + len(known))))
