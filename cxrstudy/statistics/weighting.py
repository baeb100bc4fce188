"""Weighting: common parts of metrics that are computed for many replicates at once.

A bootstrap replicate is a row of weights, one per image: how often the image was drawn. All metrics
are computed for many rows of weights at once, without a loop over replicates.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

#: (r, n), not negative; whole numbers of one byte are fastest. The best memory layout has the
#: weights of an image contiguous: the transpose of an (n, r) array in C order.
Weights = NDArray[Any]

#: Number of images multiplied at once: 256 rows of 2,000 weights stay in the cache as float64.
BLOCK = 256

#: Number of weights that a metric without a product form processes at once, to limit memory.
AT_ONCE = 2_000_000


def totals(weights: Weights, columns: Floats) -> Floats:
    """Weighted sums of columns, for every row of weights.

    Parameters
    ----------
    weights
        (r, n).
    columns
        (n, k).

    Returns
    -------
    (r, k), added in double precision.
    """
    columns = np.asarray(columns, np.float64)
    sums = np.zeros((len(weights), columns.shape[1]))
    for first in range(0, len(columns), BLOCK):
        block = slice(first, first + BLOCK)
        sums += np.asarray(weights[:, block], np.float64) @ columns[block]
    return sums


def ratios(numerators: Floats, denominators: Floats) -> Floats:
    """Divide, with NaN for zero divided by zero."""
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(numerators / denominators)


def chunks(weights: Weights) -> list[Weights]:
    """Split weights into blocks of whole rows with about :data:`AT_ONCE` weights, as float64."""
    rows = max(1, AT_ONCE // weights.shape[1])
    starts = range(0, len(weights), rows)
    return [np.ascontiguousarray(weights[at : at + rows], np.float64) for at in starts]
