"""Likeness: how much each image is like the mean of all, in each of eight positions.

Frontal radiographs of the chest are alike: two dark lungs beside a bright middle. An image that is
more like the mean after turning or inverting it is turned or inverted, and one that is like it in
no position is no frontal radiograph of a chest. Nothing is learned, so it works with few images,
but the mean must be of upright images: most must be right.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cxrstudy.audit.local_contrast import Floats, blur, local_contrast

#: What is local, and the blur, in pixels of 64: only coarse shapes are compared.
_LOCAL, _SMOOTH = 10.0, 2.0
#: Images at once, so that arrays stay in the cache.
_AT_ONCE = 200
#: By how much a turned or inverted image must be more like the mean. Of 11,800 real radiographs .1
#: % (NIH) to .5 % (pooled collections) are, and some of these are turned. Counted once by hand; no
#: script repeats it yet.
MARGIN = 0.10
#: Below this likeness in every position an image is like none. A quarter of a percent of NIH's.
LEAST = 0.15
#: Median likeness of images that have a common shape; 0.6 to 0.8 in radiographs of chests.
COMMON = 0.40


@dataclass(frozen=True)
class Likeness:
    """Correlations of each image with the mean image.

    Attributes
    ----------
    upright
        (n,) as it is, or mirrored: which side the heart is on isn't looked at.
    on_its_side, upside_down
        (n,) turned by a quarter or a half, or that mirrored.
    inverted
        (n,) with black for white.
    """

    upright: Floats
    on_its_side: Floats
    upside_down: Floats
    inverted: Floats

    @property
    def is_common(self) -> bool:
        """Whether the images have a shape in common, so that likeness means something."""
        return bool(np.median(self.upright) > COMMON)


def likeness(images: NDArray[np.uint8]) -> Likeness:
    """Compare images (n, 64, 64) with their mean."""
    shapes = np.concatenate(
        [_shapes(images[at : at + _AT_ONCE]) for at in range(0, len(images), _AT_ONCE)]
    )
    mean = shapes.mean(0).reshape(images.shape[1:])
    turns = [np.rot90(way, quarters) for way in (mean, mean[:, ::-1]) for quarters in range(4)]
    normed = [turn.reshape(-1) / max(float(np.linalg.norm(turn)), 1e-6) for turn in turns]
    like = shapes @ np.stack(normed, 1)
    return Likeness(
        np.maximum(like[:, 0], like[:, 4]), like[:, [1, 3, 5, 7]].max(1), like[:, [2, 6]].max(1),
        -np.minimum(like[:, 0], like[:, 4]),
    )  # fmt: skip


def _shapes(images: NDArray[np.uint8]) -> Floats:
    """(n, 64 * 64), mean 0 and length 1."""
    flat = blur(local_contrast(images, _LOCAL), _SMOOTH).reshape(len(images), -1)
    flat = flat - flat.mean(1, keepdims=True)
    return np.asarray(flat / np.maximum(np.linalg.norm(flat, axis=1, keepdims=True), 1e-6))
