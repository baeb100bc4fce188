"""Ranking: the area under the ROC curve, for many weightings at once."""

import numpy as np
from numpy.typing import NDArray

from cxrstudy.statistics.weighting import Flags, Floats, Weights, ratios, totals

#: Number of images that are compared in one product. With 32, sums of products of one-byte weights
#: stay below 2**24 (32 * 32 / 4 * 255**2), where float32 represents every whole number.
BLOCK = 32


def weighted_auroc(scores: Floats, truth: Flags, weights: Weights) -> Floats:
    """Area under the ROC curve for many weightings of the same images at once.

    The probability that a positive image scores above a negative one, ties counting half
    (Hanley and McNeil 1982), with images drawn in proportion to their weights.

    Images are processed in blocks, from the lowest score up. In each block, one small matrix
    product counts the negatives below each positive; a running total counts the negatives below the
    block. Whole weights of one byte are counted exactly.

    Parameters
    ----------
    scores, truth
        (n,).
    weights
        (r, n), not negative.

    Returns
    -------
    (r,); NaN if a weighting leaves only one class.
    """
    # For equal scores negatives come first, as if they were lower; _tied corrects this.
    order = np.lexsort((truth, scores))
    truth, rows = truth[order], weights.T
    precise = np.float32 if weights.dtype == np.uint8 else np.float64
    won, positives, negatives = np.zeros((3, len(weights)))
    for first in range(0, len(order), BLOCK):
        block = slice(first, first + BLOCK)
        images: Weights = rows[order[block]].astype(precise)
        places = np.flatnonzero(truth[block])
        counted: Weights = _counting(truth[block], places).astype(precise) @ images
        own = images[places]
        added = own.sum(axis=0)
        won += negatives * added + (own * counted[:-1]).sum(axis=0)
        positives += added
        negatives += counted[-1]
    won -= _tied(scores[order], truth, order, weights) / 2
    return ratios(won, positives * negatives)


def _counting(truth: Flags, places: NDArray[np.intp]) -> Flags:
    """Which images to add up: negatives before each positive; in the last row all negatives."""
    before = np.arange(len(truth)) < np.r_[places, len(truth)][:, None]
    return np.asarray(before & ~truth)


def _tied(scores: Floats, truth: Flags, order: NDArray[np.intp], weights: Weights) -> Floats:
    """Weighted pairs of a positive and a negative with the same score; arguments in order."""
    pairs = np.zeros(len(weights))
    starts = np.flatnonzero(np.r_[True, scores[1:] != scores[:-1]])
    ends = np.r_[starts[1:], len(scores)]
    # Negatives come first, so a group has both classes if its ends differ.
    for mixed in np.flatnonzero(truth[starts] != truth[ends - 1]):
        group = slice(starts[mixed], ends[mixed])
        classes = np.stack([truth[group], ~truth[group]], axis=1)
        pairs += totals(weights[:, order[group]], classes.astype(np.float64)).prod(axis=1)
    return pairs
