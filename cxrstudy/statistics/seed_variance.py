"""Seed variance: how much a metric varies between seeds, and so how much it may differ by chance.

A standard deviation from five seeds is itself uncertain by a third. So information is shared
between arms: the variance of an arm is shrunk towards the typical variance of all arms, more if
they are similar (the moderated variance of Smyth 2004, "Linear models and empirical Bayes methods",
section 6.2). If arms differ much, it stays near the arm's own variance. How similar arms are is
estimated from all metrics together, because a few arms say little about it. And no variance is
known better than that of all arms pooled, which limits the degrees of freedom, as in Smyth's
program limma (function eBayes).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.special import digamma, polygamma

from cxrstudy.statistics.distributions import t_quantile

#: Minimum standard deviation: rounding of scores may change a metric by this much.
RESOLUTION = 1e-4
#: Minimum number of arms to estimate how similar they are.
FEWEST = 3


@dataclass(frozen=True)
class Prior:
    """The typical variance of arms, its degrees of freedom, and those of all arms pooled."""

    variance: float
    freedom: float
    pooled: float


@dataclass(frozen=True)
class SeedVariance:
    """Standard deviation over seeds and its degrees of freedom."""

    deviation: float
    freedom: float


def prior(arms: Sequence[Sequence[float]]) -> Prior:
    """Estimate the typical variance from the metric of each arm by seed; at least two seeds.

    As :func:`priors` of one metric.
    """
    return priors([arms])[0]


def priors(metrics: Sequence[Sequence[Sequence[float]]]) -> list[Prior]:
    """Estimate the typical variance for each metric, and for all how similar arms are.

    Matches mean and variance of the logarithms of the arms' variances to those of a scaled
    F distribution; the variance is over the arms of each metric, pooled over metrics. With fewer
    than three arms the typical variance is their mean, with zero degrees of freedom.

    Parameters
    ----------
    metrics
        For each metric, its values by seed of each arm; every arm has at least two seeds.
    """
    spreads = [_Spreads.of(arms) for arms in metrics]
    freedom = _common_freedom(spreads)
    return [one.prior(freedom) for one in spreads]


@dataclass(frozen=True)
class _Spreads:
    """Variances over seeds of the arms of a metric, their degrees of freedom, and logarithms."""

    variances: NDArray[np.float64]
    freedoms: NDArray[np.int64]
    logs: NDArray[np.float64]

    @classmethod
    def of(cls, arms: Sequence[Sequence[float]]) -> Self:
        variances = np.array([_variance(values) for values in arms])
        freedoms = np.array([len(values) - 1 for values in arms])
        logs = np.log(variances) - digamma(freedoms / 2) + np.log(freedoms / 2)
        return cls(variances, freedoms, logs)

    def prior(self, freedom: float) -> Prior:
        """The prior with given degrees of freedom."""
        pooled = float(self.freedoms.sum())
        if not freedom:
            return Prior(float(np.average(self.variances, weights=self.freedoms)), 0.0, pooled)
        centre = self.logs.mean()
        if freedom < _MANY:
            centre += digamma(freedom / 2) - np.log(freedom / 2)
        return Prior(float(np.exp(centre)), freedom, pooled)


def _common_freedom(spreads: Sequence[_Spreads]) -> float:
    """Degrees of freedom of the prior that all metrics share; zero with too few arms."""
    free = sum(len(one.logs) - 1 for one in spreads)
    if free < FEWEST - 1:
        return 0.0
    squares = sum(((one.logs - one.logs.mean()) ** 2).sum() for one in spreads)
    noise = sum((1 - 1 / len(one.logs)) * polygamma(1, one.freedoms / 2).sum() for one in spreads)
    beyond = (squares - noise) / free
    if beyond <= polygamma(1, _MANY / 2):
        return _MANY
    return float(2 * brentq(lambda half: polygamma(1, half) - beyond, 1e-3, _MANY))


#: Degrees of freedom that count as infinite.
_MANY = 1e4


def moderate(values: Sequence[float], typical: Prior) -> SeedVariance:
    """Seed variance of an arm, from its metric by seed and from the typical variance.

    For an arm with one seed, or none, it is the typical variance. The degrees of freedom are at
    most those of all arms pooled.
    """
    own = max(0, len(values) - 1)
    if own + typical.freedom == 0:
        return SeedVariance(max(RESOLUTION, float(np.sqrt(typical.variance))), 1.0)
    weighted = typical.freedom * typical.variance + (own * _variance(values) if own else 0.0)
    variance = weighted / (own + typical.freedom)
    freedom = min(own + typical.freedom, max(typical.pooled, own))
    return SeedVariance(max(RESOLUTION, float(np.sqrt(variance))), float(freedom))


def tolerance(own: SeedVariance, first: int, second: int, chance: float) -> float:
    """Largest difference of two means over seeds that chance explains, in standard deviations.

    Half the width of the prediction interval for the second mean given the first: with a
    probability of ``chance``, seeds alone cause a larger difference.
    """
    return float(-t_quantile(chance / 2, own.freedom) * np.sqrt(1 / first + 1 / second))


def _variance(values: Sequence[float]) -> float:
    return max(RESOLUTION**2, float(np.var(values, ddof=1)))
