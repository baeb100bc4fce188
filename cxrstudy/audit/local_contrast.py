"""Local contrast: an image without exposure, window and gradation, so that copies can be compared.

Every pixel is replaced by its difference from the mean around it, divided by the standard deviation
around it. Gamma, windows, histogram equalisation and CLAHE change little of that, and an inverted
image only changes its sign.
"""

from functools import lru_cache

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


def local_contrast(images: NDArray[np.uint8], scale: float) -> Floats:
    """Normalise the local contrast of images.

    Parameters
    ----------
    images
        (n, 64, 64).
    scale
        Standard deviation of the Gaussian that says what is local, in pixels.
    """
    grey = images.astype(np.float32)
    rest = grey - blur(grey, scale)
    spread = np.sqrt(blur(rest * rest, scale))
    return np.clip(rest / (spread + _LEAST_CONTRAST), -_CLIP, _CLIP)


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
    weights /= weights.sum(1, keepdims=True)
    # Subnormal numbers would change no sum, and make the product many times as slow.
    weights[weights < np.finfo(np.float32).tiny] = 0
    return weights.astype(np.float32)
