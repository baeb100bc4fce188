"""Bootstrap: a metric of every arm in every replicate, and what intervals and p values make of it.

Intervals are percentile intervals (Efron and Tibshirani 1993, chapter 13): they hold what lies
between two quantiles of the replicates. They need no symmetry and stay inside a metric's range.
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
        Arm to the metric of each seed on the images as they are: (s,).
    draws
        Arm to the mean over the seeds drawn, a replicate: (r,).
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
        A score lies outside what the metric makes sense for.
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
    # A seed that was not drawn counts nothing, also where its metric is not a number.
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
    """Percentile interval; replicates without a value (one class only) are left out.

    Returns
    -------
    ``low`` and ``high``; NaN where no replicate has a value.
    """
    known = draws[~np.isnan(draws)]
    if not len(known):
        return {"low": np.nan, "high": np.nan}
    tails = [(1 - level) / 2, (1 + level) / 2]
    if np.isfinite(known).all():
        low, high = np.quantile(known, tails)
    else:  # between infinite replicates nothing can be interpolated: one of them is taken
        low, high = np.quantile(known, tails, method="closest_observation")
    return {"low": float(low), "high": float(high)}


def standard_error(draws: Floats) -> float:
    """Standard deviation over the replicates that have a value; infinite if one of them is."""
    known = draws[~np.isnan(draws)]
    if len(known) < 2:
        return np.nan
    return float(known.std(ddof=1)) if np.isfinite(known).all() else np.inf


def two_sided(draws: Floats, null: float) -> float:
    """Two-sided p value of a value: twice the smaller tail of the replicates beyond it.

    Each tail is counted with one more draw (Davison and Hinkley 1997, section 4.2.3), so that p is
    never 0. This is the level at which the percentile interval ends at the value.
    """
    known = draws[~np.isnan(draws)]
    below, above = (known <= null).sum(), (known >= null).sum()
    return float(min(1.0, 2 * (1 + min(below, above)) / (1 + len(known))))
