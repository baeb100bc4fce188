"""Thresholds: metrics over all thresholds of the scores, for many weightings at once."""

from collections.abc import Iterator

import numpy as np

from cxrstudy.statistics.weighting import Flags, Floats, Weights, chunks, ratios

#: Shares that differ by less are equal; they are ratios of sums of weights.
SAME = 1e-12


def weighted_average_precision(scores: Floats, truth: Flags, weights: Weights) -> Floats:
    """Sum over thresholds of precision times the gain in recall, for each row of weights.

    NaN if a weighting leaves no positive.
    """
    found = []
    for right, wrong in _counts(scores, truth, weights):
        precision = np.nan_to_num(ratios(right, right + wrong))
        gained = np.diff(right, axis=1)
        found.append(ratios((gained * precision[:, 1:]).sum(axis=1), right[:, -1]))
    return np.concatenate(found)


def weighted_sensitivity_at_specificity(
    scores: Floats, truth: Flags, weights: Weights, least: float
) -> Floats:
    """Largest sensitivity with at least a specificity, for each row of weights; NaN without both.

    An image counts as positive if it scores at least the threshold; none or all may do so.
    """
    shares = (_shares(*counts) for counts in _counts(scores, truth, weights))
    return np.concatenate([_largest(sensitive, specific, least) for sensitive, specific in shares])


def weighted_specificity_at_sensitivity(
    scores: Floats, truth: Flags, weights: Weights, least: float
) -> Floats:
    """Largest specificity with at least a sensitivity, for each row of weights; NaN without both.

    An image counts as positive if it scores at least the threshold; none or all may do so.
    """
    shares = (_shares(*counts) for counts in _counts(scores, truth, weights))
    return np.concatenate([_largest(specific, sensitive, least) for sensitive, specific in shares])


def _counts(scores: Floats, truth: Flags, weights: Weights) -> Iterator[tuple[Floats, Floats]]:
    """Positives and negatives at or above each threshold, from none to all, in blocks of rows."""
    order = np.argsort(-scores, kind="stable")
    ranked = scores[order]
    ends = np.flatnonzero(np.r_[ranked[1:] != ranked[:-1], True])
    for block in chunks(weights):
        drawn = block[:, order]
        right = np.cumsum(drawn * truth[order], axis=1)[:, ends]
        wrong = np.cumsum(drawn * ~truth[order], axis=1)[:, ends]
        none = np.zeros((len(block), 1))
        yield np.hstack([none, right]), np.hstack([none, wrong])


def _shares(right: Floats, wrong: Floats) -> tuple[Floats, Floats]:
    """Sensitivity and specificity at each threshold."""
    return ratios(right, right[:, -1:]), ratios(wrong[:, -1:] - wrong, wrong[:, -1:])


def _largest(values: Floats, others: Floats, least: float) -> Floats:
    legal = np.where(others >= least - SAME, values, -np.inf).max(axis=1)
    unknown = np.isnan(values).any(axis=1) | np.isnan(others).any(axis=1)
    return np.where(unknown, np.nan, legal)
