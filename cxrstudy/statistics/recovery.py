"""Recovery: the interval of a sum of arms, from those of the arms, if one is near its end.

Near 0 or 1 a share has an exact interval (:mod:`~cxrstudy.statistics.exact`), and no variance that
could be added to that of another arm. From an estimate ``a_i`` of each arm with its interval from
``l_i`` to ``u_i`` the interval of ``a_1 - a_2`` is recovered as::

    low  = a_1 - a_2 - sqrt((a_1 - l_1)^2 + (u_2 - a_2)^2)
    high = a_1 - a_2 + sqrt((u_1 - a_1)^2 + (a_2 - l_2)^2)

(Newcombe 1998, method 10; Zou and Donner 2008, who name it MOVER). This takes arms as independent.
Arms that were scored on the same patients err alike, so the interval is wider than needed. The p
value of a null is that of the widest interval that does not hold it. Two arms near the same end
have an interval as wide as their exact ones.

References
----------
Newcombe RG (1998). Statistics in Medicine 17:873-890. Zou GY, Donner A (2008). Statistics in
Medicine 27:1693-1702.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from math import exp, log, sqrt

import numpy as np
from scipy.optimize import brentq

from cxrstudy.statistics import exact
from cxrstudy.statistics.inference import PATIENTS, Inference
from cxrstudy.statistics.power import VarianceComponents

METHOD = "recovered from the intervals of arms, of which one is exact"

#: No smaller p value is given.
LEAST_P = 1e-12


@dataclass(frozen=True)
class Part:
    """An arm in a weighted sum: its weight, its estimate, and its interval at any level."""

    weight: float
    estimate: float
    interval: Callable[[float], tuple[float, float]]


@dataclass(frozen=True)
class Recovered(Inference):
    """A weighted sum of arms, whose standard error is not known.

    Attributes
    ----------
    parts
        The arms.
    """

    parts: tuple[Part, ...] = field(default=(), compare=False)

    @property
    def covers(self) -> str:
        """Patients: an exact interval says nothing of other seeds."""
        return PATIENTS

    @property
    def method(self) -> str:
        """How the interval is made."""
        return exact.METHOD if len(self.parts) == 1 else METHOD

    def interval(
        self, level: float, bounds: tuple[float, float] = (-np.inf, np.inf)
    ) -> tuple[float, float]:
        """Ends of the interval that covers with the probability `level`."""
        below = above = 0.0
        for part in self.parts:
            ends = [part.weight * end for end in part.interval(level)]
            middle = part.weight * part.estimate
            below += (middle - min(ends)) ** 2
            above += (max(ends) - middle) ** 2
        ends = np.clip([self.estimate - sqrt(below), self.estimate + sqrt(above)], *bounds).tolist()
        return ends[0], ends[1]

    def logit_interval(self, level: float, bounds: tuple[float, float]) -> tuple[float, float]:
        """Ends of the interval; those of arms do not lie beyond the bounds of the metric."""
        return self.interval(level, bounds)

    def p(self, null: float = 0.0) -> float:
        """Two-sided p value of a value, at least :data:`LEAST_P`."""

        def outside(logarithm: float) -> float:
            """How far the null lies outside the interval with this p value; below 0 inside."""
            low, high = self.interval(1 - exp(logarithm))
            return max(low - null, null - high)

        lowest, highest = log(LEAST_P), log(1 - 1e-9)
        if outside(lowest) >= 0:
            return LEAST_P
        return 1.0 if outside(highest) <= 0 else float(np.exp(brentq(outside, lowest, highest)))

    def components(self) -> VarianceComponents:
        """Refuse to plan: there are no variances.

        Raises
        ------
        ValueError
            Always.
        """
        raise ValueError("no variance components: an arm is too near the end of its range")


def recovered(found: Inference, parts: tuple[Part, ...]) -> Recovered:
    """Make an inference about arms, of which one has no variance, from that of their draws.

    Examples
    --------
    >>> from functools import partial
    >>> from cxrstudy.statistics.exact import exact_interval
    >>> best, worse = (partial(exact_interval, share, 20) for share in (1.0, 0.5))
    >>> parts = (Part(1.0, 1.0, best), Part(-1.0, 0.5, worse))
    >>> found = recovered(Inference(0.5, seeds=1, patients=40, fewest=20), parts)
    >>> [round(end, 2) for end in found.interval(0.95)], found.p() < 0.01
    ([0.22, 0.73], True)
    """
    return Recovered(
        found.estimate, seeds=found.seeds, patients=found.patients, fewest=found.fewest, parts=parts
    )
