"""Binning: calibration error from bins with about equal numbers of images."""

import numpy as np
from numpy.typing import NDArray

from cxrstudy.base.checks import whole
from cxrstudy.statistics.weighting import Flags, Floats, Weights, ratios, totals


def edges_of(scores: Floats, bins: int) -> Floats:
    """Edges between bins with about equal numbers of images: (bins - 1,).

    Raises
    ------
    ValueError
        The number of bins is less than one.
    """
    whole(bins, 1, "bins")
    return np.quantile(scores, np.arange(1, bins) / bins)


def members(scores: Floats, edges: Floats) -> NDArray[np.intp]:
    """Bin number of every image, from 0; equal scores are in the same bin."""
    return np.searchsorted(edges, scores, side="right")


def equal_mass(scores: Floats, bins: int) -> NDArray[np.intp]:
    """Bin number of every image, from 0; equal scores are in the same bin.

    Edges are the quantiles of the scores, so bins have about equal numbers of images. With many
    equal scores some bins are empty.

    Raises
    ------
    ValueError
        The number of bins is less than one.
    """
    return members(scores, edges_of(scores, bins))


def weighted_calibration_error(scores: Floats, truth: Flags, weights: Weights, bins: int) -> Floats:
    """Expected calibration error: mean difference of mean score and fraction of positives per bin.

    Naeini, Cooper and Hauskrecht (2015), with bins of equal mass (Nguyen and O'Connor 2015). The
    bins are computed without weights.

    Returns
    -------
    (r,); NaN where all weights are 0.
    """
    images, gap, _ = _bins(scores, truth, weights, bins)
    return ratios(np.abs(gap).sum(axis=1), images.sum(axis=1))


def weighted_squared_calibration_error(
    scores: Floats, truth: Flags, weights: Weights, bins: int
) -> Floats:
    """Squared calibration error, corrected for the bias from noise within bins.

    Kumar, Liang and Ma (2019), Verified uncertainty calibration, section 4.1: from the squared
    difference in each bin the variance of its fraction of positives, ``y (1 - y) / (n - 1)``, is
    subtracted (Broecker 2012 does the same for the reliability of the Brier score). It may be
    negative.

    Returns
    -------
    (r,); bins with a total weight of at most one are left out; NaN if none is left.
    """
    images, gap, positives = _bins(scores, truth, weights, bins)
    shares = ratios(positives, images)
    enough = images > 1
    noise = shares * (1 - shares) / np.where(enough, images - 1, 1)
    squared = np.where(enough, images * (ratios(gap, images) ** 2 - noise), 0)
    return ratios(squared.sum(axis=1), np.where(enough, images, 0).sum(axis=1))


def _bins(
    scores: Floats, truth: Flags, weights: Weights, bins: int
) -> tuple[Floats, Floats, Floats]:
    """Weight, sum of score minus truth, and weight of positives in every bin: (r, bins) each."""
    member = equal_mass(scores, bins)[:, None] == np.arange(bins)
    columns = np.concatenate(
        [member, member * (scores - truth)[:, None], member * truth[:, None]], axis=1
    )
    images, gap, positives = np.split(totals(weights, columns), 3, axis=1)
    return images, gap, positives
