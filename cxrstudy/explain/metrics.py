"""Metrics: how much of a map lies inside a region.

Maps are (n, h, w), not negative; masks are (n, h, w) booleans of the same size, so use
:func:`cxrstudy.explain.upsample` first. The scale of a map does not matter. A map that is zero
everywhere counts as a uniform map, which is chance level. It is not left out, because this would
favour networks without evidence. For an empty mask, values are NaN.
"""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.ndimage import distance_transform_edt

from cxrstudy.explain.errors import ExplainError

Floats = NDArray[np.float64]
Maps = NDArray[np.float32]
Masks = NDArray[np.bool_]

#: Fraction of a map's maximum above which a pixel belongs to the marked area, for the IoU.
SHARE = 0.5


def pointing(maps: Maps, masks: Masks, tolerance: float = 0.0) -> Floats:
    """Pointing game (Zhang et al. 2018, IJCV 126:1084): whether the maximum lies in the mask.

    Parameters
    ----------
    maps, masks
        (n, h, w).
    tolerance
        Distance in pixels from the mask up to which a point counts (Zhang et al.: 15).

    Returns
    -------
    (n,): 1 or 0; with ties the fraction of the maximal pixels in the mask, which is the expected
    value for a random one of them. So a uniform map scores the fraction of the image in the mask.

    Raises
    ------
    ExplainError
        Shapes differ, or a map has negative or non-finite values.
    """
    _check(maps, masks)
    highest = maps == maps.max((1, 2), keepdims=True)
    hit = masks if tolerance == 0 else _widened(masks, tolerance)
    return _where_any(masks, (highest & hit).sum((1, 2)) / highest.sum((1, 2)))


def energy(maps: Maps, masks: Masks) -> Floats:
    """Share of a map's sum that lies in the mask: energy-based pointing game (Wang et al. 2020).

    Parameters
    ----------
    maps, masks
        (n, h, w).

    Returns
    -------
    (n,) in 0 to 1; over masks that partition the image, shares sum to 1.

    Raises
    ------
    ExplainError
        As :func:`pointing`.
    """
    _check(maps, masks)
    return _where_any(masks, _energy(maps, masks))


def iou(maps: Maps, masks: Masks, share: float = SHARE) -> Floats:
    """Intersection over union of the mask and the area where a map exceeds a share of its maximum.

    Parameters
    ----------
    maps, masks
        (n, h, w).
    share
        Above 0, at most 1. Pixels with at least this share of the map's maximum are counted.

    Returns
    -------
    (n,) in 0 to 1. A uniform map marks the whole image and scores the fraction in the mask.

    Raises
    ------
    ExplainError
        As :func:`pointing`; or `share` is not legal.
    """
    _check(maps, masks)
    if not 0 < share <= 1:
        raise ExplainError(f"share must lie above 0 and at most at 1, not {share!r}")
    marked = maps >= share * maps.max((1, 2), keepdims=True)
    return _where_any(masks, (marked & masks).sum((1, 2)) / (marked | masks).sum((1, 2)))


def score_maps(
    images: pd.DataFrame,
    maps: Maps,
    regions: Mapping[str, Masks],
    lesion: str = "lesion",
    tolerance: float = 0.0,
    share: float = SHARE,
) -> pd.DataFrame:
    """Score maps against named regions.

    Parameters
    ----------
    images
        n rows; all columns are kept, and ``patient`` is required.
    maps
        (n, h, w).
    regions
        Masks (n, h, w) by name.
    lesion
        The region that the maps should point at; if there is no such region, only energies are
        given.
    tolerance, share
        See :func:`pointing` and :func:`iou`.

    Returns
    -------
    One row per image: the columns of `images`; ``blank``, whether the map is zero everywhere;
    ``pointing`` and ``iou``; ``area_<region>``, its fraction of the image, which a uniform map
    scores; and ``energy_<region>``, 0 and not NaN if a region other than the lesion is empty.

    Raises
    ------
    ExplainError
        As the metrics; or the numbers of rows and maps differ.
    """
    if len(images) != len(maps) or "patient" not in images:
        raise ExplainError(f"{len(images)} rows for {len(maps)} maps, or no column 'patient'")
    columns: dict[str, NDArray[np.generic]] = {"blank": maps.max((1, 2)) == 0}
    if lesion in regions:
        columns["pointing"] = pointing(maps, regions[lesion], tolerance)
        columns["iou"] = iou(maps, regions[lesion], share)
    for name, masks in regions.items():
        _check(maps, masks)
        inside = energy(maps, masks) if name == lesion else _energy(maps, masks)
        columns |= {f"area_{name}": masks.mean((1, 2)), f"energy_{name}": inside}
    return images.reset_index(drop=True).assign(**columns)


def _energy(maps: Maps, masks: Masks) -> Floats:
    counted = np.where(maps.max((1, 2), keepdims=True) > 0, maps, 1).astype(np.float64)
    # Divide by the maximum first; the sum of a map of tiny numbers would be less exact.
    counted /= counted.max((1, 2), keepdims=True)
    return np.asarray((counted * masks).sum((1, 2)) / counted.sum((1, 2)))


def _widened(masks: Masks, distance: float) -> Masks:
    return np.stack([distance_transform_edt(~mask) <= distance for mask in masks])


def _where_any(masks: Masks, values: Floats) -> Floats:
    return np.where(masks.any((1, 2)), values, np.nan)


def _check(maps: Maps, masks: Masks) -> None:
    if maps.shape != masks.shape or maps.ndim != 3 or masks.dtype != np.bool_:
        raise ExplainError(
            f"maps {maps.shape} and boolean masks {masks.shape} ({masks.dtype}) must be (n, h, w) "
            "of one size; upsample the maps first"
        )
    if not np.isfinite(maps).all() or (maps < 0).any():
        raise ExplainError("maps must be finite and not negative, as heatmaps makes them")
