"""Seed variance: how much a metric varies between seeds, and so how much it may differ by chance.

A standard deviation from five seeds is itself uncertain by a third. So information is shared
between arms: the variance of an arm is shrunk towards the typical variance of all arms, more if
they are similar (the moderated variance of Smyth 2004, "Linear models and empirical Bayes methods",
section 6.2). If arms differ much, it stays near the arm's own variance.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import brentq
from scipy.special import digamma, polygamma
from scipy.stats import t as student

#: Minimum standard deviation: rounding of scores may change a metric by this much.
RESOLUTION = 1e-4
#: Minimum number of arms to estimate how similar they are.
FEWEST = 3


@dataclass(frozen=True)
class Prior:
    """The typical variance of arms, and its degrees of freedom."""

    variance: float
    freedom: float


@dataclass(frozen=True)
class SeedVariance:
    """Standard deviation over seeds and its degrees of freedom."""

    deviation: float
    freedom: float


def prior(arms: Sequence[Sequence[float]]) -> Prior:
    """Estimate the typical variance from the metric of each arm by seed; at least two seeds.

    Matches mean and variance of the logarithms of the arms' variances to those of a scaled
    F distribution. With fewer than three arms it is their mean, with zero degrees of freedom.
    """
    variances = np.array([_variance(values) for values in arms])
    freedoms = np.array([len(values) - 1 for values in arms])
    if len(arms) < FEWEST:
        return Prior(float(np.average(variances, weights=freedoms)), 0.0)
    logs = np.log(variances) - digamma(freedoms / 2) + np.log(freedoms / 2)
    beyond = logs.var(ddof=1) - polygamma(1, freedoms / 2).mean()
    if beyond <= polygamma(1, _MANY / 2):
        return Prior(float(np.exp(logs.mean())), _MANY)
    freedom = 2 * brentq(lambda half: polygamma(1, half) - beyond, 1e-3, _MANY)
    centre = logs.mean() + digamma(freedom / 2) - np.log(freedom / 2)
    return Prior(float(np.exp(centre)), float(freedom))


#: Degrees of freedom that count as infinite.
_MANY = 1e4


def moderate(values: Sequence[float], typical: Prior) -> SeedVariance:
    """Seed variance of an arm, from its metric by seed and from the typical variance.

    For an arm with one seed, or none, it is the typical variance.
    """
    own = max(0, len(values) - 1)
    if own + typical.freedom == 0:
        return SeedVariance(max(RESOLUTION, float(np.sqrt(typical.variance))), 1.0)
    weighted = typical.freedom * typical.variance + (own * _variance(values) if own else 0.0)
    variance = weighted / (own + typical.freedom)
    return SeedVariance(max(RESOLUTION, float(np.sqrt(variance))), own + typical.freedom)


def tolerance(own: SeedVariance, first: int, second: int, chance: float) -> float:
    """Largest difference of two means over seeds that chance explains, in standard deviations.

    Half the width of the prediction interval for the second mean given the first: with a
    probability of ``chance``, seeds alone cause a larger difference.
    """
    return float(student.isf(chance / 2, own.freedom) * np.sqrt(1 / first + 1 / second))


def _variance(values: Sequence[float]) -> float:
    return max(RESOLUTION**2, float(np.var(values, ddof=1)))
