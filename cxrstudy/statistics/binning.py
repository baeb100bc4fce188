"""Binning: calibration error from bins that hold about as many images each."""

import numpy as np
from numpy.typing import NDArray

from cxrstudy.statistics.weighting import Flags, Floats, Weights, ratios, totals


def equal_mass(scores: Floats, bins: int) -> NDArray[np.intp]:
    """Number of the bin of every image, from 0; equal scores share a bin.

    Edges are the quantiles of the scores, so that bins hold about as many images each; with many
    equal scores some bins stay empty.

    Raises
    ------
    ValueError
        Fewer than one bin is asked for.
    """
    if bins < 1:
        raise ValueError(f"{bins} bins: ask for at least one")
    edges = np.quantile(scores, np.arange(1, bins) / bins)
    return np.searchsorted(edges, scores, side="right")


def weighted_calibration_error(scores: Floats, truth: Flags, weights: Weights, bins: int) -> Floats:
    """Expected calibration error: mean distance of mean score and share of positives in a bin.

    Naeini, Cooper and Hauskrecht (2015), with bins of equal mass (Nguyen and O'Connor 2015). The
    bins are those of the images as they are, whatever their weights.

    Returns
    -------
    (r,); NaN where all weights are 0.
    """
    images, gap, _ = _bins(scores, truth, weights, bins)
    return ratios(np.abs(gap).sum(axis=1), images.sum(axis=1))


def weighted_squared_calibration_error(
    scores: Floats, truth: Flags, weights: Weights, bins: int
) -> Floats:
    """Squared calibration error without the bias that noise within bins gives.

    Kumar, Liang and Ma (2019), Verified uncertainty calibration, section 4.1: from the squared
    distance in each bin the variance of its share of positives, ``y (1 - y) / (n - 1)``, is taken
    away (Broecker 2012 has the same for the reliability of the Brier score). It may be below 0.

    Returns
    -------
    (r,); bins with a total weight of at most one are left out, and NaN is given where none is left.
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
    """Weight, summed score minus truth, and weight of positives in every bin: (r, bins) each."""
    member = equal_mass(scores, bins)[:, None] == np.arange(bins)
    columns = np.concatenate(
        [member, member * (scores - truth)[:, None], member * truth[:, None]], axis=1
    )
    images, gap, positives = np.split(totals(weights, columns), 3, axis=1)
    return images, gap, positives
