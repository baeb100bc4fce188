"""Inference: from a metric of every seed to an interval, a p value and a detectable difference.

Seeds are to trainings what random readers are to radiologists in studies with several readers and
cases: every seed scores the same patients, and both are a sample. The procedure is that of
Obuchowski and Rockette (1995) with the degrees of freedom of Hillis (2007; 2014). The covariances
come from a bootstrap of patients with all of their images. For S seeds, with the metric (or the
difference of two arms) D_s on the images as they are::

    between = variance of the D_s / S
    shared  = mean covariance, over patient draws, of two different seeds, at least 0,
              times K / (K - 1)
    v       = between + shared
    large   = between (S + 1) / (S - 1)
    df      = (large + shared)^2 / (large^2 / (S - 1) + shared^2 / (K - 1))
    interval: mean ± t(df) sqrt(v)

K is the number of patients that the metric rests on: of an AUROC those in the rarer class. Three
things are ours, and all make an interval wider. Hillis has ``between`` in place of ``large``:
with three seeds a variance that is small by chance then claims so many degrees of freedom that a
nominal error of .05 becomes up to .078. And Hillis takes ``shared`` as known; here it has K - 1
degrees of freedom (Satterthwaite 1946) and the factor K / (K - 1), as the variance of a small
sample has. ``benchmarks/intervals.py`` measures what this keeps.

If all seeds have the same value, as may happen if a metric counts few images, ``between`` is the
variance over patient draws that a seed does not share with others, divided by S.

With one seed nothing is known of other trainings. The interval is then over patients only (v is the
variance over patient draws, with K - 1 degrees of freedom), and nothing should be decided by it.

A metric between two bounds, such as the AUROC, has its interval on the logit scale (delta method;
Pepe 2003, section 5.2), so that it stays between them.

No such interval covers another training set, or another simulated world.

References
----------
Obuchowski NA, Rockette HE (1995). Communications in Statistics: Simulation and Computation
24:285-308. Hillis SL (2007). Statistics in Medicine 26:596-619. Hillis SL (2014). Statistics in
Medicine 33:330-360. Satterthwaite FE (1946). Biometrics Bulletin 2:110-114. Pepe MS (2003). The
Statistical Evaluation of Medical Tests for Classification and Prediction.
"""

from dataclasses import dataclass, replace

import numpy as np
from scipy.special import expit, logit

from cxrstudy.base import numbers
from cxrstudy.statistics.distributions import t_above, t_quantile
from cxrstudy.statistics.power import POWER, VarianceComponents, degrees_of_freedom, noncentrality
from cxrstudy.statistics.weighting import Floats

#: What an interval is over.
PATIENTS, BOTH = "patients", "patients and seeds"

#: How an interval is made, by whether there are several seeds.
METHODS = {
    False: "t interval, patients resampled",
    True: "Obuchowski-Rockette t interval, patients resampled, seeds random",
}

#: A standard error below this is rounding.
ROUNDING = 1e-10

#: Why there is no interval if nothing varies.
FLAT = "the same in every draw of patients, which is no certainty"

#: Largest share of draws without a finite value that may be left out.
LEFT_OUT = 0.05


@dataclass(frozen=True)
class Inference:
    """An estimate, and how far it may be from what it estimates.

    Attributes
    ----------
    estimate
        Mean over seeds.
    standard_error
        Of the mean; NaN if it is not known.
    freedom
        Degrees of freedom.
    between
        Part of the variance that comes from seeds: their variance divided by their number.
    shared
        Part that comes from the patients, whom all seeds share.
    residual
        Variance, over patient draws, that a seed does not share with the others.
    seeds
        S.
    patients
        Number of patients.
    fewest
        Number of patients that the metric rests on: of an AUROC those in the rarer class.
    reason
        Why there is no interval and no p value; empty if there are.
    """

    estimate: float
    standard_error: float = float("nan")
    freedom: float = float("nan")
    between: float = float("nan")
    shared: float = float("nan")
    residual: float = float("nan")
    seeds: int = 1
    patients: int = 0
    fewest: int = 0
    reason: str = ""

    @property
    def covers(self) -> str:
        """What the interval is over: patients, or patients and seeds; empty if there is none."""
        if self.reason:
            return ""
        return BOTH if self.seeds > 1 else PATIENTS

    @property
    def method(self) -> str:
        """How the interval is made; empty if there is none."""
        return "" if self.reason else METHODS[self.seeds > 1]

    def interval(
        self, level: float, bounds: tuple[float, float] = (-np.inf, np.inf)
    ) -> tuple[float, float]:
        """Ends of the interval that covers with the probability `level`; NaN if there is none.

        Parameters
        ----------
        level
            For instance 0.95.
        bounds
            The ends are moved inside these.
        """
        half = self._quantile(level) * self.standard_error
        low, high = np.clip([self.estimate - half, self.estimate + half], *bounds)
        return float(low), float(high)

    def logit_interval(self, level: float, bounds: tuple[float, float]) -> tuple[float, float]:
        """Ends of the interval of a metric between two finite bounds, made on the logit scale.

        An estimate at a bound has no logit; the interval is then that of :meth:`interval`.
        """
        low, high = bounds
        share = (self.estimate - low) / (high - low)
        if not 0 < share < 1:
            return self.interval(level, bounds)
        error = self.standard_error / (high - low) / (share * (1 - share))
        half = self._quantile(level) * error
        ends = low + (high - low) * expit([logit(share) - half, logit(share) + half])
        return float(ends[0]), float(ends[1])

    def p(self, null: float = 0.0) -> float:
        """Two-sided p value of a value; NaN if the standard error is not known."""
        statistic = abs(self.estimate - null) / self.standard_error
        return float(2 * t_above(statistic, self.freedom))

    def detectable(self, level: float = 0.95, power: float = POWER) -> float:
        """Smallest true distance from a null that such a design finds with this power.

        For a two-sided test at ``1 - level``, by the noncentral t distribution; NaN if the standard
        error is not known. It describes the design, and not whether there is a difference.
        """
        if np.isnan(self.standard_error):
            return float("nan")
        return noncentrality(level, power, self.freedom) * self.standard_error

    def components(self) -> VarianceComponents:
        """Parts of the variance, for planning.

        Raises
        ------
        ValueError
            There is no standard error, or only one seed, which says nothing of others.
        """
        if self.reason:
            raise ValueError(f"no variance components: {self.reason}")
        if self.seeds == 1:
            raise ValueError("one seed says nothing of how seeds differ; score at least two")
        variance = max(0.0, self.between * self.seeds - self.residual)
        return VarianceComponents(
            seed=variance,
            patient=self.shared * self.patients,
            residual=self.residual * self.patients,
            rarer=self.fewest / self.patients,
        )

    def _quantile(self, level: float) -> float:
        return float(t_quantile((1 + level) / 2, self.freedom))


def infer(by_seed: Floats, draws: Floats, patients: int, fewest: int) -> Inference:
    """Make an estimate of a metric, or of a difference of arms, from its values by seed.

    Parameters
    ----------
    by_seed
        (s,) on the images as they are.
    draws
        (r, s) in each bootstrap draw of the patients; the same patients for all seeds. Draws in
        which a seed has no finite value are left out, if they are few (:data:`LEFT_OUT`).
    patients
        Number of patients.
    fewest
        Number of patients that the metric rests on: of an AUROC those in the rarer class, of a
        sensitivity those with the label; at least two.

    Raises
    ------
    ValueError
        The two do not belong together.

    Examples
    --------
    >>> import numpy as np
    >>> draws = np.random.default_rng(0).normal(0.8, 0.03, (2000, 1)) + [-0.01, 0.0, 0.01]
    >>> found = infer(np.array([0.79, 0.80, 0.81]), draws, patients=100, fewest=50)
    >>> [round(end, 2) for end in found.interval(0.95)]
    [0.74, 0.86]
    >>> found.covers
    'patients and seeds'
    """
    by_seed, draws = np.asarray(by_seed, np.float64), np.asarray(draws, np.float64)
    if by_seed.ndim != 1 or draws.ndim != 2 or draws.shape[1] != len(by_seed):
        raise ValueError(f"by_seed {by_seed.shape} and draws {draws.shape} do not belong together")
    seeds, estimate = len(by_seed), float(by_seed.mean())
    plain = Inference(estimate, seeds=seeds, patients=patients, fewest=fewest)
    known = draws[np.isfinite(draws).all(axis=1)]
    if not np.isfinite(estimate):
        return replace(plain, reason=_undefined(by_seed))
    if len(known) < max(2, (1 - LEFT_OUT) * len(draws)):
        share = 1 - len(known) / len(draws)
        return replace(
            plain, reason=f"not defined in {numbers.percent(share)} of the draws of patients"
        )
    # Drawing from K patients gives (K - 1) / K of the variance, as dividing by K in a sample does.
    own, shared = (part * fewest / (fewest - 1) for part in _covariance(known))
    residual = max(0.0, own - shared)
    between, freedom = _between(by_seed, residual, shared, fewest)
    error = (between + shared) ** 0.5
    if error < ROUNDING * max(1.0, abs(estimate)):
        return replace(plain, reason=FLAT)
    return replace(
        plain,
        standard_error=error,
        freedom=freedom,
        between=between,
        shared=shared,
        residual=residual,
    )


def _between(by_seed: Floats, residual: float, shared: float, fewest: int) -> tuple[float, float]:
    """Part of the variance that comes from seeds, and the degrees of freedom of the whole."""
    seeds = len(by_seed)
    if seeds == 1:
        return 0.0, degrees_of_freedom(0.0, shared, 1, fewest)
    between = float(by_seed.var(ddof=1)) / seeds
    if between > ROUNDING**2:
        return between, degrees_of_freedom(between, shared, seeds, fewest)
    # All seeds have the same value, as may happen by chance if a metric counts few images. Then
    # the patient draws say how much of it is chance.
    return residual / seeds, degrees_of_freedom(0.0, residual + shared, seeds, fewest)


def _undefined(by_seed: Floats) -> str:
    """Which seeds, by their place from 1, have no finite value."""
    places = np.flatnonzero(~np.isfinite(by_seed)) + 1
    value = "infinite" if np.isinf(by_seed).any() else "not defined"
    if len(by_seed) == 1:
        return value
    return f"{value} in {len(places)} of {len(by_seed)} seeds"


def _covariance(draws: Floats) -> tuple[float, float]:
    """Mean variance of the columns, and mean covariance of two different ones, at least 0.

    Of a single column both are its variance.
    """
    covariance = np.atleast_2d(np.cov(draws, rowvar=False))
    seeds = len(covariance)
    own = float(np.trace(covariance)) / seeds
    if seeds == 1:
        return own, own
    shared = (float(covariance.sum()) - seeds * own) / (seeds * (seeds - 1))
    return own, max(0.0, shared)
