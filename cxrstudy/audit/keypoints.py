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
#: What is local, in pixels, for key points: less than a tile of CLAHE, an eighth of the side.
LOCAL = 2.0
#: Distance from the edge within which no key point is taken: a crop changes what is there.
_MARGIN = 4
#: Blobs with less contrast are noise.
_LEAST_RESPONSE = 0.02
#: A description reads 7 by 7 values, 3 pixels apart, of the image blurred by a third of that: 28
#: % of the side. At an enlargement by 9 % its edge moves by less than a pixel.
_REACH, _STEP, _SMOOTH = 9, 3, 1.0
WIDTH = 2 * _REACH // _STEP + 1
#: Standard deviation of the Gaussian that weighs a description, relative to half its width.
_WEIGHT = 0.75


#: Places of a description: x and y from -1 to 1.
_ACROSS = np.tile(np.linspace(-1, 1, WIDTH, dtype=np.float32), WIDTH)
_DOWN = np.repeat(np.linspace(-1, 1, WIDTH, dtype=np.float32), WIDTH)
#: Angle, in radians, within which a position is hard to tell from the next; the largest is pi / 8.
_UNSURE = 0.3


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


#: The two ways in which a normal position is mistaken: up for down, and across for down.
_MISTAKEN = np.array([[[1, 0], [0, -1]], [[0, 1], [1, 0]]], np.int8)
#: (2, 8): the position that each is, mistaken in each way.
_INSTEAD = np.array(
    [[(way @ turn == TURNS).all((1, 2)).argmax() for turn in TURNS] for way in _MISTAKEN], np.int8
)


def second_positions(points: KeyPoints) -> KeyPoints:
    """The same key points in the position that came next, where the two are hard to tell apart.

    In the normal position it is brighter to the right, and less so below. If it is hardly brighter
    below, a change of contrast turns up into down; if it is as bright below as to the right, one
    becomes the other.
    """
    right, below = points.description @ _ACROSS, points.description @ _DOWN
    angle = np.arctan2(below, np.maximum(right, 1e-6))
    is_diagonal = angle > np.pi / 8
    unsure = np.minimum(angle, np.pi / 4 - angle) < _UNSURE
    square = np.arange(WIDTH * WIDTH).reshape(WIDTH, WIDTH)
    places = np.stack([square[::-1].reshape(-1), square.T.reshape(-1)])[is_diagonal.astype(int)]
    instead = _INSTEAD[is_diagonal.astype(int), points.position]
    every = points._replace(
        position=instead, description=np.take_along_axis(points.description, places, 1)
    )
    return KeyPoints._make(part[unsure] for part in every)


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
    weight = np.exp(-(_ACROSS**2 + _DOWN**2) / (2 * _WEIGHT**2))
    values = (around - (around @ weight / weight.sum())[:, None]) * weight
    right, below = values @ _ACROSS, values @ _DOWN
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
