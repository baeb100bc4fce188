"""DeLong: variance and paired test of AUROCs without resampling.

For comparison with the literature. It assumes independent images and ignores seeds: if patients
have several images, its intervals are too narrow.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm, rankdata

from cxrstudy.statistics.sample import ScoreError
from cxrstudy.statistics.weighting import Flags, Floats


@dataclass(frozen=True)
class DeLongTest:
    """Result of :func:`delong_test`.

    Attributes
    ----------
    difference
        AUROC of the first scores minus that of the second.
    low, high
        Normal interval of the difference.
    standard_error
        Standard error of the difference.
    z, p
        Difference divided by its standard error, and two-sided p value of no difference.
    """

    difference: float
    low: float
    high: float
    standard_error: float
    z: float
    p: float


def delong_covariance(scores: Floats, truth: Flags) -> tuple[Floats, Floats]:
    """AUROCs of several scores of the same images, and their covariance.

    DeLong, DeLong and Clarke-Pearson (1988), equations 4 to 6, computed from midranks in
    O(n log n) after Sun and Xu (2014), algorithm 2.

    Parameters
    ----------
    scores
        (k, n).
    truth
        (n,).

    Returns
    -------
    (k,) AUROCs and their (k, k) covariance.

    Raises
    ------
    ScoreError
        A score is NaN, or there are fewer than two positive or two negative images.
    """
    scores = np.atleast_2d(np.asarray(scores, np.float64))
    truth = np.asarray(truth, bool)
    positives, negatives = int(truth.sum()), int((~truth).sum())
    if np.isnan(scores).any():
        row, image = np.argwhere(np.isnan(scores))[0]
        raise ScoreError(f"row {row} of the scores has none for image number {image}")
    if min(positives, negatives) < 2:
        raise ScoreError(
            f"DeLong's variance needs two positive and two negative images, there are {positives} "
            f"and {negatives}"
        )
    ranks = rankdata(scores, axis=1)
    # Fraction of the other class that an image outranks: rank among all minus rank in its class.
    wins = (ranks[:, truth] - rankdata(scores[:, truth], axis=1)) / negatives
    losses = 1 - (ranks[:, ~truth] - rankdata(scores[:, ~truth], axis=1)) / positives
    covariance = np.atleast_2d(np.cov(wins)) / positives + np.atleast_2d(np.cov(losses)) / negatives
    return wins.mean(axis=1), covariance


def delong_interval(scores: Floats, truth: Flags, level: float = 0.95) -> tuple[float, float]:
    """Normal interval of one AUROC after DeLong et al. (1988), clipped to 0 and 1.

    Raises
    ------
    ScoreError
        As :func:`delong_covariance`.
    """
    (area,), ((variance,),) = delong_covariance(scores, truth)
    half = norm.ppf((1 + level) / 2) * np.sqrt(variance)
    return float(max(0.0, area - half)), float(min(1.0, area + half))


def delong_test(
    first: NDArray[np.floating], second: NDArray[np.floating], truth: Flags, level: float = 0.95
) -> DeLongTest:
    """Compare two scores of the same images: DeLong's test for correlated ROC curves.

    ``z`` is the difference divided by its standard error (DeLong et al. 1988, equation 8), compared
    with the normal distribution.

    Parameters
    ----------
    first, second, truth
        (n,).
    level
        Level of the interval of the difference.

    Returns
    -------
    The test. If the difference has no variance, ``p`` is 1 for no difference and 0 otherwise.

    Raises
    ------
    ScoreError
        As :func:`delong_covariance`.
    """
    areas, covariance = delong_covariance(np.stack([first, second]), truth)
    signs = np.array([1.0, -1.0])
    difference = float(signs @ areas)
    # Rounding may make a variance of zero slightly negative.
    error = float(np.sqrt(max(0.0, signs @ covariance @ signs)))
    z = difference / error if error else np.sign(difference) * np.inf if difference else 0.0
    half = float(norm.ppf((1 + level) / 2)) * error
    p = float(2 * norm.sf(abs(z)))
    return DeLongTest(difference, difference - half, difference + half, error, float(z), p)
