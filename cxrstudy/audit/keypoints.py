"""Key points: places in an image that are found again in a copy, and what they look like.

A key point is a blob, dark or bright (Lindeberg 1998: an extremum of a difference of Gaussians).
Its surroundings are described after they were turned, mirrored and inverted into one normal
position, so that a mirrored, turned or inverted copy has the same descriptions. Local descriptions
are found again after crops, shifts and small rotations, which change the image as a whole.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cxrstudy.audit.local_contrast import SIDE, Floats, blur, local_contrast

#: Scale of the blobs, and the ratio to the wider Gaussian, in pixels of 64. Two adjacent ribs are
#: about 5 pixels apart.
_BLOB, _RATIO = 1.5, 2.0
#: What is local, in pixels, for key points.
LOCAL = 4.0
#: Distance from the edge within which no key point is taken: a crop changes what is there.
_MARGIN = 4
#: Blobs with less contrast are noise.
_LEAST_RESPONSE = 0.02
#: A description reads 7 by 7 values, 3 pixels apart, of the image blurred by half that distance: 28
#: % of the side. At an enlargement by 9 % its edge moves by less than a pixel.
_REACH, _STEP, _SMOOTH = 9, 3, 1.5
WIDTH = 2 * _REACH // _STEP + 1
#: Standard deviation of the Gaussian that weighs a description, relative to half its width.
_WEIGHT = 0.6


class KeyPoints(NamedTuple):
    """Key points of several images, the strongest of an image first.

    Attributes
    ----------
    image
        Position of the image.
    rank
        0 for the strongest key point of its image.
    x, y
        Pixels from the centre of the image.
    sign
        1 for a bright blob, -1 for a dark one.
    position
        How the surroundings were brought into the normal position: an index of :data:`TURNS`.
    description
        (n, 49), length 1.
    """

    image: NDArray[np.int32]
    rank: NDArray[np.int16]
    x: Floats
    y: Floats
    sign: NDArray[np.int8]
    position: NDArray[np.int8]
    description: Floats


def _turns() -> NDArray[np.int8]:
    """(8, 2, 2): from (x, y) in the image to (x, y) in the normal position."""
    matrices = []
    for code in range(8):
        mirror = np.diag([-1 if code & 1 else 1, -1 if code & 2 else 1])
        matrices.append(np.array([[0, 1], [1, 0]]) @ mirror if code & 4 else mirror)
    return np.array(matrices, np.int8)


#: The eight ways to mirror and turn a square: bit 1 mirrors x, bit 2 mirrors y, then bit 4 swaps
#: both.
TURNS = _turns()


def key_points(images: NDArray[np.uint8], most: int) -> KeyPoints:
    """Find the strongest key points of each image and describe them.

    Parameters
    ----------
    images
        (n, 64, 64).
    most
        Largest number of key points of an image.
    """
    contrast = local_contrast(images, LOCAL)
    image, rank, row, column, sign = _blobs(contrast, most)
    around = _around(blur(contrast, _SMOOTH), image, row, column) * sign[:, None]
    position, description = _in_normal_position(around)
    middle = (SIDE - 1) / 2
    return KeyPoints(
        image.astype(np.int32), rank.astype(np.int16), (column - middle).astype(np.float32),
        (row - middle).astype(np.float32), sign.astype(np.int8), position, description,
    )  # fmt: skip


def _blobs(contrast: Floats, most: int) -> tuple[NDArray[np.integer], ...]:
    """Image, rank, row, column and sign of the strongest extrema."""
    response = blur(contrast, _BLOB) - blur(contrast, _RATIO * _BLOB)
    size = np.abs(response)
    inner = size[:, 1:-1, 1:-1]
    is_top = np.ones_like(inner, bool)
    for down in range(3):
        for right in range(3):
            is_top &= inner >= size[:, down : down + SIDE - 2, right : right + SIDE - 2]
    tops = np.zeros_like(size)
    cut = slice(_MARGIN, -_MARGIN)
    tops[:, cut, cut] = (inner * is_top)[:, _MARGIN - 1 : 1 - _MARGIN, _MARGIN - 1 : 1 - _MARGIN]
    tops = tops.reshape(len(contrast), -1)
    best = np.argpartition(-tops, most, axis=1)[:, :most]
    strength = np.take_along_axis(tops, best, 1)
    order = np.argsort(-strength, axis=1, kind="stable")
    best, strength = np.take_along_axis(best, order, 1), np.take_along_axis(strength, order, 1)
    image, rank = np.nonzero(strength > _LEAST_RESPONSE)
    at = best[image, rank]
    sign = np.sign(response.reshape(len(contrast), -1)[image, at]).astype(np.int8)
    return image, rank, at // SIDE, at % SIDE, sign


def _around(
    smooth: Floats,
    image: NDArray[np.integer],
    row: NDArray[np.integer],
    column: NDArray[np.integer],
) -> Floats:
    """(n, 49) values around each place; beyond the edge, those of the edge."""
    padded = np.pad(smooth, ((0, 0), (_REACH, _REACH), (_REACH, _REACH)), mode="edge")
    side = SIDE + 2 * _REACH
    offsets = np.arange(0, 2 * _REACH + 1, _STEP)
    corner = (image * side + row) * side + column
    places = corner[:, None] + (offsets[:, None] * side + offsets).reshape(-1)
    return np.asarray(padded.reshape(-1)[places], np.float32)


def _in_normal_position(around: Floats) -> tuple[NDArray[np.int8], Floats]:
    """Mirror and turn so that it is brighter to the right than below, and both than opposite."""
    at = np.linspace(-1, 1, WIDTH, dtype=np.float32)
    x, y = np.tile(at, WIDTH), np.repeat(at, WIDTH)
    weight = np.exp(-(x**2 + y**2) / (2 * _WEIGHT**2))
    values = (around - (around @ weight / weight.sum())[:, None]) * weight
    right, below = values @ x, values @ y
    position = (right < 0) + 2 * (below < 0) + 4 * (np.abs(below) > np.abs(right))
    square = np.arange(WIDTH * WIDTH).reshape(WIDTH, WIDTH)
    for code in range(1, 8):
        places = square[:, ::-1] if code & 1 else square
        places = places[::-1] if code & 2 else places
        places = places.T if code & 4 else places
        here = position == code
        values[here] = values[here][:, places.reshape(-1)]
    length = np.linalg.norm(values, axis=1, keepdims=True)
    return position.astype(np.int8), values / np.maximum(length, 1e-6)
