"""Shares: fractions of images and means over them, for many weightings at once."""

import numpy as np

from cxrstudy.statistics.weighting import Flags, Floats, Weights, ratios, totals


def weighted_brier(scores: Floats, truth: Flags, weights: Weights) -> Floats:
    """Brier score for each row of weights: (r,)."""
    return _mean((scores - truth) ** 2, np.ones(len(truth)), weights)


def weighted_sensitivity(
    scores: Floats, truth: Flags, weights: Weights, threshold: float
) -> Floats:
    """Sensitivity for each row of weights: (r,)."""
    return _mean(scores >= threshold, truth, weights)


def weighted_specificity(
    scores: Floats, truth: Flags, weights: Weights, threshold: float
) -> Floats:
    """Specificity for each row of weights: (r,)."""
    return _mean(scores < threshold, ~truth, weights)


def weighted_ppv(scores: Floats, truth: Flags, weights: Weights, threshold: float) -> Floats:
    """Positive predictive value for each row of weights: (r,)."""
    return _mean(truth, scores >= threshold, weights)


def weighted_npv(scores: Floats, truth: Flags, weights: Weights, threshold: float) -> Floats:
    """Negative predictive value for each row of weights: (r,)."""
    return _mean(~truth, scores < threshold, weights)


def weighted_net_benefit(
    scores: Floats, truth: Flags, weights: Weights, threshold: float
) -> Floats:
    """Net benefit for each row of weights: (r,)."""
    harm = threshold / (1 - threshold)
    worth = (scores >= threshold) * np.where(truth, 1.0, -harm)
    return _mean(worth, np.ones(len(truth)), weights)


def weighted_mean(scores: Floats, truth: Flags, weights: Weights) -> Floats:
    """Mean of a measure over all images, for each row of weights: (r,)."""
    return _mean(scores, np.ones(len(truth)), weights)


def _mean(values: Floats | Flags, among: Floats | Flags, weights: Weights) -> Floats:
    """Weighted mean of values over some of the images."""
    sums = totals(weights, np.stack([values * among, among], axis=1).astype(np.float64))
    return ratios(sums[:, 0], sums[:, 1])
