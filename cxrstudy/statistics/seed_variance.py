"""SeedVariance: how far a metric moves from seed to seed, and so how far it may differ by chance.

A standard deviation from five seeds is itself uncertain by a third. Arms lend each other strength:
the variance of an arm is drawn towards what is typical of all, as far as they are alike (the
moderated variance of Smyth 2004, "Linear models and empirical Bayes methods", section 6.2). Where
arms differ much, it stays near the arm's own.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import brentq
from scipy.special import digamma, polygamma
from scipy.stats import t as student

#: No standard deviation is taken for smaller: rounded scores may move a metric by so much.
RESOLUTION = 1e-4
#: Fewer arms don't say how alike arms are.
FEWEST = 3


@dataclass(frozen=True)
class Prior:
    """What is typical of arms: a variance, and how many degrees of freedom it is worth."""

    variance: float
    freedom: float


@dataclass(frozen=True)
class SeedVariance:
    """Standard deviation over seeds and its degrees of freedom."""

    deviation: float
    freedom: float


def prior(arms: Sequence[Sequence[float]]) -> Prior:
    """Estimate what is typical of arms from the metric of each by seed; two seeds at least.

    Matches mean and variance of the logarithms of the arms' variances to those of a scaled
    F distribution. With fewer than three arms it is their mean, worth nothing.
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


#: Degrees of freedom that are as good as infinite.
_MANY = 1e4


def moderate(values: Sequence[float], typical: Prior) -> SeedVariance:
    """SeedVariance of an arm from its metric by seed, and from what is typical.

    An arm with one seed, or none, has only what is typical.
    """
    own = max(0, len(values) - 1)
    if own + typical.freedom == 0:
        return SeedVariance(max(RESOLUTION, float(np.sqrt(typical.variance))), 1.0)
    weighted = typical.freedom * typical.variance + (own * _variance(values) if own else 0.0)
    variance = weighted / (own + typical.freedom)
    return SeedVariance(max(RESOLUTION, float(np.sqrt(variance))), own + typical.freedom)


def tolerance(own: SeedVariance, first: int, second: int, chance: float) -> float:
    """How far apart two means over so many seeds may be, in standard deviations.

    Half the width of the prediction interval for the second mean given the first: beyond it lies a
    share ``chance`` of what seeds alone bring about.
    """
    return float(student.isf(chance / 2, own.freedom) * np.sqrt(1 / first + 1 / second))


def _variance(values: Sequence[float]) -> float:
    return max(RESOLUTION**2, float(np.var(values, ddof=1)))
