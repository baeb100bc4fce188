"""Local contrast: an image without exposure, window and gradation, so that copies can be compared.

Every pixel is replaced by its difference from the mean around it, divided by the standard deviation
around it. Gamma, windows, histogram equalisation and CLAHE change little of that, and an inverted
image only changes its sign. A border of one grey level is no part of the image: nothing of it is in
the mean of a pixel beside it, and it has no contrast itself.
"""

from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

#: Side of the images, in pixels.
SIDE = 64
#: Grey levels (of 256) that are added to the standard deviation, so that noise in black is not
#: made large.
_LEAST_CONTRAST = 1.0
#: Standard deviations at which values are clipped, so that a label counts no more than an edge.
_CLIP = 2.5
#: Weights below this are 0: products with the smallest numbers take ten times as long.
_NOTHING = 1e-6
#: Range of grey levels, of 256, within a row of a border: JPEG leaves some.
_FLAT = 6
#: Widest border at each edge, in pixels. Wider ones are left: little of the image would remain.
_WIDEST = 16


class Frame(NamedTuple):
    """Where each image is inside its border: rows and columns, the end not included.

    Attributes
    ----------
    top, bottom, left, right
        (n,) 0 and 64 without a border. The row beside a border is left out with it, because
        resizing has mixed both.
    """

    top: NDArray[np.intp]
    bottom: NDArray[np.intp]
    left: NDArray[np.intp]
    right: NDArray[np.intp]


def frame(images: NDArray[np.uint8]) -> Frame:
    """Find borders of one grey level at each edge of images (n, 64, 64).

    Examples
    --------
    >>> image = np.full((1, 64, 64), 255, np.uint8)
    >>> image[0, 5:, :] = np.arange(64)
    >>> [int(edge[0]) for edge in frame(image)]
    [6, 64, 0, 64]
    """
    edges = []
    for axis in (2, 1):
        varied = images.max(axis).astype(np.int16) - images.min(axis) > _FLAT
        edges += [_width(varied), SIDE - _width(varied[:, ::-1])]
    return Frame(*edges)


def _width(varied: NDArray[np.bool_]) -> NDArray[np.intp]:
    first = varied.argmax(1)
    return np.where((first > 0) & (first <= _WIDEST), first + 1, 0)


def local_contrast(images: NDArray[np.uint8], scale: float) -> Floats:
    """Normalise the local contrast of images; 0 in a border.

    Parameters
    ----------
    images
        (n, 64, 64).
    scale
        Standard deviation of the Gaussian that says what is local, in pixels.
    """
    inner = frame(images)
    rows, columns = _inside(inner.top, inner.bottom), _inside(inner.left, inner.right)
    inside = rows[:, :, None] * columns[:, None]
    weights = _weights(scale)
    seen = (rows @ weights.T)[:, :, None] * (columns @ weights.T)[:, None]
    share = 1 / np.maximum(seen, np.float32(1e-6))
    grey = images * inside
    rest = (grey - blur(grey, scale) * share) * inside
    spread = np.sqrt(blur(rest * rest, scale) * share)
    return np.clip(rest / (spread + _LEAST_CONTRAST), -_CLIP, _CLIP)


def _inside(start: NDArray[np.intp], end: NDArray[np.intp]) -> Floats:
    at = np.arange(SIDE)
    return ((at >= start[:, None]) & (at < end[:, None])).astype(np.float32)


def blur(images: Floats, scale: float) -> Floats:
    """Blur by a Gaussian of a standard deviation in pixels; weights are normed at the edges.

    A product with a matrix for each axis: for 64 pixels faster than a filter.
    """
    weights = _weights(scale)
    count = len(images)
    across = (images.reshape(-1, SIDE) @ weights.T).reshape(count, SIDE, SIDE)
    by_row = np.ascontiguousarray(across.transpose(1, 0, 2)).reshape(SIDE, -1)
    both = (weights @ by_row).reshape(SIDE, count, SIDE)
    return np.ascontiguousarray(both.transpose(1, 0, 2))


@lru_cache
def _weights(scale: float) -> Floats:
    at = np.arange(SIDE)
    weights = np.exp(-((at[:, None] - at) ** 2) / (2 * scale**2))
    weights[weights < _NOTHING] = 0
    return np.asarray(weights / weights.sum(1, keepdims=True), np.float32)
