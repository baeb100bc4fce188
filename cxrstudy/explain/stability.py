"""Stability: whether a map moves with the image when the image moves a little."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from torch import nn

from cxrstudy.base.progress import progress
from cxrstudy.explain.errors import ExplainError
from cxrstudy.explain.maps import heatmaps, upsample
from cxrstudy.explain.similarity import similarities

Images = NDArray[np.float32]

#: Rows and columns, in pixels, by which images are moved: each direction, near and far.
SHIFTS = tuple(
    (down * far, right * far)
    for far in (1, 3)
    for down, right in ((1, 0), (-1, 0), (0, 1), (0, -1))
)


def stability(
    model: nn.Module,
    images: Images,
    label: int,
    method: str = "gradcam",
    layer: str | None = None,
    shifts: Sequence[tuple[int, int]] = SHIFTS,
) -> pd.DataFrame:
    """Compare the maps of moved images, moved back, with the maps of the images.

    Parameters
    ----------
    model, images, label, method, layer
        As for :func:`cxrstudy.explain.heatmaps`; images are (n, 1, h, h).
    shifts
        Pixels down and to the right. What moves into the image repeats its edge.

    Returns
    -------
    A row an image and shift: ``image`` (its number), ``down``, ``right``, ``spearman``, ``ssim``.
    Maps are compared at the size of the images, where both show the same part of the body.

    Raises
    ------
    ExplainError
        As ``heatmaps``; or a shift leaves less than half of the image's side.
    """
    side = images.shape[-1]
    if any(2 * abs(step) > side for shift in shifts for step in shift):
        raise ExplainError(f"shifts {list(shifts)} must not exceed half of {side} pixels")

    def maps(shown: Images) -> Images:
        return upsample(heatmaps(model, shown, label, method, layer), side)

    still = maps(images)
    tables = []
    for down, right in progress(shifts, "moving images", "shift", total=len(shifts)):
        back = moved(maps(moved(images, down, right)), -down, -right)
        seen = (slice(None), _kept(down, side), _kept(right, side))
        table = pd.DataFrame(similarities(still[seen], back[seen]))
        tables.append(table.assign(image=np.arange(len(images)), down=down, right=right))
    return pd.concat(tables, ignore_index=True)[["image", "down", "right", "spearman", "ssim"]]


def moved(images: Images, down: int, right: int) -> Images:
    """Move (..., h, w) images by whole pixels, repeating the edge that comes in."""
    height, width = images.shape[-2:]
    rows = np.clip(np.arange(height) - down, 0, height - 1)
    columns = np.clip(np.arange(width) - right, 0, width - 1)
    return images[..., rows[:, None], columns]


def _kept(step: int, side: int) -> slice:
    """Places that neither the movement nor the way back has filled in: those never pushed out."""
    return slice(max(0, -step), side - max(0, step))
