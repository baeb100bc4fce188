"""Stability: whether a map moves with the image when the image is shifted by a few pixels."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from torch import nn

from cxrstudy.base.progress import progress
from cxrstudy.explain.errors import ExplainError
from cxrstudy.explain.maps import heatmaps, upsample
from cxrstudy.explain.receptive_fields import cells_of
from cxrstudy.explain.similarity import similarities

Images = NDArray[np.float32]

#: Shifts down and to the right, in pixels: each direction, short and long.
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
    """Compare the maps of shifted images, shifted back, with the maps of the images.

    Parameters
    ----------
    model, images, label, method, layer
        As for :func:`cxrstudy.explain.heatmaps`; images are (n, 1, h, h).
    shifts
        Pixels down and to the right. New pixels repeat the edge of the image.

    Returns
    -------
    One row per image and shift: ``image`` (its number), ``down``, ``right``, ``spearman``,
    ``ssim``. Maps are compared at the size of the images, in the area that both show.

    Raises
    ------
    ExplainError
        As ``heatmaps``; or a shift exceeds half of the image's side.
    """
    side = images.shape[-1]
    if any(2 * abs(step) > side for shift in shifts for step in shift):
        raise ExplainError(f"shifts {list(shifts)} must not exceed half of {side} pixels")

    cells = cells_of(model, layer, side)

    def maps(shown: Images) -> Images:
        return upsample(heatmaps(model, shown, label, method, layer), side, cells)

    still = maps(images)
    tables = []
    for down, right in progress(shifts, "moving images", "shift", total=len(shifts)):
        back = moved(maps(moved(images, down, right)), -down, -right)
        seen = (slice(None), _kept(down, side), _kept(right, side))
        table = pd.DataFrame(similarities(still[seen], back[seen]))
        tables.append(table.assign(image=np.arange(len(images)), down=down, right=right))
    return pd.concat(tables, ignore_index=True)[["image", "down", "right", "spearman", "ssim"]]


def moved(images: Images, down: int, right: int) -> Images:
    """Shift (..., h, w) images by whole pixels, repeating the edge."""
    height, width = images.shape[-2:]
    rows = np.clip(np.arange(height) - down, 0, height - 1)
    columns = np.clip(np.arange(width) - right, 0, width - 1)
    return images[..., rows[:, None], columns]


def _kept(step: int, side: int) -> slice:
    """Rows or columns that remain inside the image when it is shifted and shifted back."""
    return slice(max(0, -step), side - max(0, step))
