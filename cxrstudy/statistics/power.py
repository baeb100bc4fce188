"""Power: how many seeds and patients a comparison needs, from how much seeds and patients vary.

From the parts of the variance of a difference that one study measured
(:meth:`cxrstudy.statistics.inference.Inference.components`), the standard error and the degrees of
freedom of another study follow, and from these its power, by the noncentral t distribution (Cohen
1988, chapter 2; Hillis, Obuchowski and Berbaum 2011, Power estimation for multireader ROC methods).
The planned patients are taken to be like those of the measured study, with the same prevalence.
"""

from dataclasses import dataclass

import numpy as np
from scipy.optimize import brentq

from cxrstudy.base import numbers
from cxrstudy.statistics.distributions import normal_below, t_quantile

#: Chance to find a difference that is there, which a detectable difference asks for.
POWER = 0.8


@dataclass(frozen=True)
class VarianceComponents:
    """Parts of the variance of a metric, or of a difference of two arms.

    Attributes
    ----------
    seed
        Variance of true values between seeds, however many patients there are.
    patient
        Variance that all seeds share, times the number of patients.
    residual
        Variance of one seed that others do not share, times the number of patients.
    rarer
        Share of patients in the rarer class.
    """

    seed: float
    patient: float
    residual: float
    rarer: float = 0.5

    def __post_init__(self) -> None:
        for name in ("seed", "patient", "residual"):
            value = getattr(self, name)
            if not (np.isfinite(value) and value >= 0):
                raise ValueError(f"{name} {value}: a variance of at least 0 is needed")
        if not 0 < self.rarer <= 1:
            raise ValueError(f"rarer {self.rarer}: a share above 0 and at most 1 is needed")

    def spread(self, seeds: int, patients: int) -> tuple[float, float]:
        """Standard error and degrees of freedom that a study of this size should have.

        Raises
        ------
        ValueError
            There are fewer than two seeds, or so few patients that a class has fewer than two.
        """
        if seeds < 2:
            raise ValueError(f"seeds {seeds}: at least two are needed; one says nothing of others")
        fewest = int(patients * self.rarer)
        if fewest < 2:
            raise ValueError(f"patients {patients}: at least two are needed in each class")
        between = (self.seed + self.residual / patients) / seeds
        shared = self.patient / patients
        return (between + shared) ** 0.5, degrees_of_freedom(between, shared, seeds, fewest)


def power(
    components: VarianceComponents,
    difference: float,
    seeds: int,
    patients: int,
    level: float = 0.95,
) -> float:
    """Chance that a two-sided test at ``1 - level`` finds a true distance from the null.

    Parameters
    ----------
    components
        Of the difference of the two arms.
    difference
        True distance from the null value.
    seeds, patients
        Size of the planned study.
    level
        ``1 - 0.05 / m`` for the strictest of m tests by Holm.

    Examples
    --------
    >>> components = VarianceComponents(seed=0.0001, patient=0.05, residual=0.05)
    >>> [round(power(components, 0.02, seeds, 400), 2) for seeds in (3, 5, 20)]
    [0.23, 0.32, 0.4]
    """
    error, freedom = components.spread(seeds, patients)
    if error == 0:
        return float(difference != 0)
    return _power(abs(difference) / error, level, freedom)


def minimum_detectable_difference(
    components: VarianceComponents,
    seeds: int,
    patients: int,
    level: float = 0.95,
    wanted: float = POWER,
) -> float:
    """Smallest true distance from the null that a study of this size finds with a power.

    Parameters
    ----------
    components, seeds, patients, level
        As for :func:`power`.
    wanted
        The power.

    Examples
    --------
    >>> components = VarianceComponents(seed=0.0001, patient=0.05, residual=0.05)
    >>> found = minimum_detectable_difference(components, seeds=5, patients=400)
    >>> round(power(components, found, seeds=5, patients=400), 3)
    0.8
    """
    error, freedom = components.spread(seeds, patients)
    return noncentrality(level, wanted, freedom) * error


def degrees_of_freedom(between: float, shared: float, seeds: int, fewest: int) -> float:
    """Degrees of freedom; the formula is in :mod:`cxrstudy.statistics.inference`.

    Infinite if both parts are 0.
    """
    if seeds == 1:
        return fewest - 1.0
    large = between * (seeds + 1) / (seeds - 1)
    spent = large**2 / (seeds - 1) + shared**2 / (fewest - 1)
    return float((large + shared) ** 2 / spent) if spent else float("inf")


def noncentrality(level: float, wanted: float, freedom: float) -> float:
    """Distance, in standard errors, that a two-sided t test at ``1 - level`` finds with a power."""
    alpha = 1 - level
    if not alpha < wanted < 1:
        raise ValueError(f"power {wanted}: one above {numbers.plain(alpha)} and below 1 is needed")
    far = -float(t_quantile(alpha / 2, freedom)) + 1.0
    while _power(far, level, freedom) < wanted:
        far *= 2
    return float(brentq(lambda distance: _power(distance, level, freedom) - wanted, 0.0, far))


def _power(distance: float, level: float, freedom: float) -> float:
    """Power at a distance in standard errors.

    The chance to reject on the wrong side is left out, as usual. At most ``alpha / 2`` is.
    """
    critical = -t_quantile((1 - level) / 2, freedom)
    if freedom > 1e6:  # scipy's noncentral t fails for infinite degrees of freedom
        return float(normal_below(distance - critical))
    from scipy.stats import nct  # half a second, which only planning needs

    return float(nct.sf(critical, freedom, distance))
