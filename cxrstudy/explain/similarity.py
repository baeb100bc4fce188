"""Similarity of two maps of the same image."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import uniform_filter
from scipy.stats import rankdata

from cxrstudy.explain.errors import ExplainError
from cxrstudy.explain.maps import relative

Floats = NDArray[np.float64]
Maps = NDArray[np.float32]

#: Side of SSIM's window, and its two constants, as in Wang et al. 2004 for a range of 1.
WINDOW, LUMINANCE, CONTRAST = 7, 0.01**2, 0.03**2


def spearman(first: Maps, second: Maps) -> Floats:
    """Rank correlation of the pixels of two maps (Adebayo et al. 2018), ties at their mean rank.

    Parameters
    ----------
    first, second
        (n, h, w).

    Returns
    -------
    (n,) in -1 to 1. It is 0 if one map is constant, and 1 if both are.

    Raises
    ------
    ExplainError
        Shapes differ.
    """
    _check(first, second)
    return np.array([_spearman(*pair) for pair in zip(first, second, strict=True)], np.float64)


def ssim(first: Maps, second: Maps) -> Floats:
    """Structural similarity (Wang et al. 2004, equation 13), mean over windows inside the image.

    Each map is first divided by its maximum. Windows are of 7 by 7 pixels with equal weights and
    sample covariances, as in scikit-image.

    Parameters
    ----------
    first, second
        (n, h, w), h and w at least 7.

    Returns
    -------
    (n,) up to 1.

    Raises
    ------
    ExplainError
        Shapes differ, or maps are smaller than the window.
    """
    _check(first, second)
    if min(first.shape[1:]) < WINDOW:
        raise ExplainError(f"SSIM needs {WINDOW} pixels a side, not {first.shape[1:]}; upsample")
    pairs = zip(relative(first), relative(second), strict=True)
    return np.array([_ssim(*pair) for pair in pairs], np.float64)


SIMILARITIES: Mapping[str, Callable[[Maps, Maps], Floats]] = MappingProxyType(
    {"spearman": spearman, "ssim": ssim}
)
"""Measures by name, of maps at the size of the image."""


def similarities(first: Maps, second: Maps) -> dict[str, Floats]:
    """All of :data:`SIMILARITIES`, (n,) each: columns for a table with one row per image."""
    return {name: measure(first, second) for name, measure in SIMILARITIES.items()}


def _spearman(first: Maps, second: Maps) -> float:
    ranks = [rankdata(each) - (each.size + 1) / 2 for each in (first, second)]
    lengths = [float(np.linalg.norm(rank)) for rank in ranks]
    if min(lengths) == 0:
        return float(max(lengths) == 0)
    return float(np.clip(ranks[0] @ ranks[1] / (lengths[0] * lengths[1]), -1, 1))


def _ssim(first: Maps, second: Maps) -> float:
    x, y = first.astype(np.float64), second.astype(np.float64)
    inside = slice(WINDOW // 2, -(WINDOW // 2))
    mean_x, mean_y, mean_xx, mean_yy, mean_xy = (
        uniform_filter(each, WINDOW)[inside, inside] for each in (x, y, x * x, y * y, x * y)
    )
    sample = WINDOW**2 / (WINDOW**2 - 1)
    var_x, var_y = sample * (mean_xx - mean_x**2), sample * (mean_yy - mean_y**2)
    covariance = sample * (mean_xy - mean_x * mean_y)
    above = (2 * mean_x * mean_y + LUMINANCE) * (2 * covariance + CONTRAST)
    below = (mean_x**2 + mean_y**2 + LUMINANCE) * (var_x + var_y + CONTRAST)
    return float((above / below).mean())


def _check(first: Maps, second: Maps) -> None:
    if first.shape != second.shape or first.ndim != 3:
        raise ExplainError(f"maps {first.shape} and {second.shape} must be (n, h, w) of one size")
