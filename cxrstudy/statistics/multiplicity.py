"""Multiplicity: correction of p values for multiple comparisons."""

import numpy as np

from cxrstudy.statistics.weighting import Floats


def holm(p: Floats) -> Floats:
    """Adjust p values for multiple comparisons, controlling the family-wise error rate.

    Holm (1979), A simple sequentially rejective multiple test procedure: the smallest p value is
    multiplied by their number, the next by one less, and so on; none may be below the previous one.

    Parameters
    ----------
    p
        (m,), from 0 to 1.

    Returns
    -------
    (m,), in the order given.

    Raises
    ------
    ValueError
        A p value is NaN or not from 0 to 1.
    """
    p = np.asarray(p, np.float64)
    if not ((p >= 0) & (p <= 1)).all():
        raise ValueError(f"p values must lie from 0 to 1, these don't: {p.tolist()}")
    order = np.argsort(p)
    factors = np.arange(len(p), 0, -1)
    stepped = np.maximum.accumulate(np.minimum(1.0, p[order] * factors))
    return np.asarray(stepped[np.argsort(order)])
