"""Encode: images, maps and outlines in a form that is small enough for a page."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import contourpy
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from cxrstudy.explain.cells import Axis, Cells, interpolation
from cxrstudy.explorer.case import OUTLINE_SIDE, LowMap

#: Longer side of displayed images, in pixels.
SHOWN = 256
#: Longer side of images among many.
SMALL = 64
#: Quality of WebP: an image of 256 pixels has about 5 kB, and ribs remain visible.
QUALITY = 75
#: Longest side of maps in a page; finer maps are reduced by averaging.
FINEST = 16

_TOLERANCE = 2.5  # thousandths of the side: less than a pixel of a displayed image


def shrink(grey: NDArray[np.uint8], longest: int = SHOWN) -> NDArray[np.uint8]:
    """Reduce the longer side to ``longest`` pixels; smaller images are unchanged."""
    factor = longest / max(grey.shape)
    if factor >= 1:
        return grey
    height, width = (max(1, round(side * factor)) for side in grey.shape)
    return np.array(Image.fromarray(grey).resize((width, height), Image.Resampling.BILINEAR))


def encode_image(grey: NDArray[np.uint8]) -> bytes:
    """Encode a grey image as a WebP file."""
    stream = BytesIO()
    Image.fromarray(grey).save(stream, "WEBP", quality=QUALITY, method=6)
    return stream.getvalue()


def encode_map(
    raw: NDArray[np.floating[Any]],
    finest: int = FINEST,
    cells: Cells | None = None,
    pixels: int = 0,
) -> LowMap:
    """Quantise a non-negative map to 256 steps between 0 and its maximum.

    Parameters
    ----------
    raw
        (height, width) at the layer's resolution.
    finest
        Longest side that is kept; a finer map is reduced by averaging.
    cells, pixels
        Where the cells lie in square images of this side. The map is interpolated to cells that
        divide the image evenly, because front ends draw it so. None: they do already.

    Raises
    ------
    ValueError
        The map has another shape, or holds negative values or NaN.
    """
    if raw.ndim != 2 or not raw.size:
        raise ValueError(f"a map is (height, width), not {raw.shape}")
    if not np.isfinite(raw).all() or raw.min() < 0:
        raise ValueError("a map must hold numbers from 0 on; check the method that made this one")
    placed = raw.astype(np.float32)
    if cells is not None and cells != Cells.even((raw.shape[0], raw.shape[1]), pixels):
        placed = _in_place(placed, cells, pixels, finest)
    coarse = _averaged(placed, finest)
    peak = float(coarse.max())
    steps = coarse / peak * 255 if peak > 0 else np.zeros_like(coarse)
    return LowMap(np.rint(steps).astype(np.uint8), peak, (raw.shape[0], raw.shape[1]))


def outline(mask: NDArray[np.bool_]) -> str:
    """Outline of a mask: an SVG path in a square of side 1000, for masks of any size.

    Returns
    -------
    Empty when the mask is.
    """
    padded = np.pad(mask.astype(np.float32), 1)  # so that a lesion at the edge is closed
    lines = contourpy.contour_generator(z=padded).lines(0.5)
    height, width = mask.shape
    scale = OUTLINE_SIDE / np.array([width, height])
    return "".join(_path((np.asarray(line) - 0.5) * scale) for line in lines if len(line) > 4)


def _in_place(
    raw: NDArray[np.float32], cells: Cells, pixels: int, finest: int
) -> NDArray[np.float32]:
    """Interpolate to an even grid, twice as fine where that is allowed, so that peaks stay."""
    count = max(max(raw.shape), min(2 * max(raw.shape), finest))
    sides = (cells.rows, raw.shape[0]), (cells.columns, raw.shape[1])
    # An even grid of `count` cells is an image of `count` pixels, in whose unit the cells are put.
    unit = count / pixels
    down, right = (
        interpolation(Axis(axis.first * unit, axis.step * unit), cells_there, count)
        for axis, cells_there in sides
    )
    return np.asarray(down @ raw @ right.T, np.float32)


def _averaged(raw: NDArray[np.float32], finest: int) -> NDArray[np.float32]:
    if max(raw.shape) <= finest:
        return raw
    height, width = (min(side, finest) for side in raw.shape)
    image = Image.fromarray(raw).resize((width, height), Image.Resampling.BOX)
    return np.array(image, np.float32)


def _path(line: NDArray[np.float64]) -> str:
    # A closed line has no ends to simplify between, so it is cut into two at its middle.
    middle = len(line) // 2
    first, second = _simplified(line[: middle + 1]), _simplified(line[middle:])
    points = np.clip(np.rint(np.concatenate([first, second[1:-1]])), 0, OUTLINE_SIDE).astype(int)
    return "M" + "L".join(f"{x} {y}" for x, y in points) + "Z"


def _simplified(line: NDArray[np.float64]) -> NDArray[np.float64]:
    """Simplify a line by removing points that are nearly on it (Douglas and Peucker 1973)."""
    if len(line) < 3:
        return line
    along = line[-1] - line[0]
    away = line - line[0]
    length = float(np.hypot(*along)) or 1.0
    distance = np.abs(along[0] * away[:, 1] - along[1] * away[:, 0]) / length
    farthest = int(distance.argmax())
    if distance[farthest] <= _TOLERANCE:
        return line[[0, -1]]
    left, right = _simplified(line[: farthest + 1]), _simplified(line[farthest:])
    return np.concatenate([left[:-1], right])
