"""Alignment: whether two images are the same after the one is moved onto the other.

Affine alignment by the inverse compositional algorithm (Baker and Matthews 2004), with weights that
ignore pixels which differ much, such as those of a label. Then the details of both are compared,
part by part: a copy agrees nearly everywhere, two patients agree nowhere for long.
"""

import numpy as np
from numpy.typing import NDArray

from cxrstudy.audit.local_contrast import SIDE, Floats, blur, local_contrast

Mapping = NDArray[np.float64]

#: Scales (local contrast, blur) in pixels, points across, and steps of the alignment: coarse, fine.
_STAGES = ((4.0, 2.0, 24, 6), (4.0, 0.8, 32, 4), (2.0, 0.8, 40, 3))
#: Local contrast and blur of the details that are compared, in pixels.
_DETAIL, _FINE = 2.0, 0.5
#: Parts across and down; the median of their correlations counts.
_PARTS = 4
#: Fraction of a part that both images must show.
_SHOWN = 0.3
#: Pixels at the edges of both images that are not compared: a border or a crop changes what is
#: beside them.
_EDGE = 4.0
#: Agreement after the coarse stage below which a pair is given up.
_HOPELESS = 0.5
#: Residual at which a pixel has half its weight, in local standard deviations.
_ROBUST = 1.0
#: Largest change in one step, in pixels at the edge.
_LONGEST_STEP = 3.0


def aligned_agreement(
    first: NDArray[np.uint8], second: NDArray[np.uint8], sign: Floats, mapping: Mapping
) -> tuple[Floats, Mapping]:
    """Align pairs of images and compare their details.

    Parameters
    ----------
    first, second
        (n, 64, 64).
    sign
        (n,), -1 if one is inverted.
    mapping
        (n, 2, 3), from places in the first to places in the second, pixels from the centre, about
        right.

    Returns
    -------
    (n,) agreement: the median, over the parts that both show, of the correlation of details; 0 if
    they show less than half of the parts in common. (n, 2, 3) refined mappings.
    """
    agreement = np.zeros(len(first), np.float32)
    refined = mapping.copy()
    hopeful = np.arange(len(first))
    for number, (scale, smooth, across, steps) in enumerate(_STAGES):
        one, other = (
            blur(local_contrast(images[hopeful], scale), smooth) for images in (first, second)
        )
        refined[hopeful] = _refine(one, other, sign[hopeful], refined[hopeful], across, steps)
        if number == 0:
            coarse = _agreement(one, other, sign[hopeful], refined[hopeful], SIDE // 2)
            hopeful = hopeful[coarse > _HOPELESS]
    one, other = (
        blur(local_contrast(images[hopeful], _DETAIL), _FINE) for images in (first, second)
    )
    agreement[hopeful] = _agreement(one, other, sign[hopeful], refined[hopeful], SIDE)
    return agreement, refined


def _refine(
    fixed: Floats, moving: Floats, sign: Floats, mapping: Mapping, across: int, steps: int
) -> Mapping:
    """Improve mappings by Gauss-Newton steps on the squared difference."""
    x, y = _grid(across)
    every = (len(fixed), len(x))
    target, _ = _values(fixed, np.broadcast_to(x, every), np.broadcast_to(y, every))
    square = target.reshape(-1, across, across)
    down, right = (_slope(square, axis, SIDE / across).reshape(every) for axis in (1, 2))
    half = np.float32(SIDE / 2)
    terms = [right, right * (x / half), right * (y / half), down, down * (x / half)]
    slopes = np.stack([*terms, down * (y / half)], 1)
    mapping = mapping.copy()
    for _ in range(steps):
        seen, shown = _values(moving, *_moved(mapping, x, y))
        difference = seen * sign[:, None] - target
        weight = shown / (1 + (difference / np.float32(_ROBUST)) ** 2)
        weighted = slopes * weight[:, None]
        normal = weighted @ slopes.transpose(0, 2, 1)
        trace = np.trace(normal, axis1=1, axis2=2) / 6
        normal += (1e-3 * trace + 1e-3)[:, None, None] * np.eye(6, dtype=np.float32)
        step = np.linalg.solve(normal, weighted @ difference[:, :, None])[:, :, 0]
        step = np.clip(step, -_LONGEST_STEP, _LONGEST_STEP).astype(np.float64)
        mapping = _composed(mapping, step / np.array([1, half, half, 1, half, half]))
    return mapping


def _slope(images: Floats, axis: int, apart: float) -> Floats:
    return np.asarray(np.gradient(images, apart, axis=axis), np.float32)


def _composed(mapping: Mapping, step: NDArray[np.float64]) -> Mapping:
    """The mapping after the inverse of a step: columns x: constant, by x, by y; then those of y."""
    change = np.tile(np.eye(3), (len(step), 1, 1))
    change[:, :2, :] += step.reshape(-1, 2, 3)[:, :, [1, 2, 0]]
    return np.asarray(mapping @ np.linalg.inv(change))


def _agreement(
    fixed: Floats, moving: Floats, sign: Floats, mapping: Mapping, across: int
) -> Floats:
    """Median, over parts, of the correlation at a grid of points."""
    x, y = _grid(across)
    still = fixed[:, :: SIDE // across, :: SIDE // across]
    if across != SIDE:
        x, y = x - (x[0] + SIDE / 2 - 0.5), y - (y[0] + SIDE / 2 - 0.5)
    moved = _moved(mapping, x, y)
    seen, _ = _values(moving, *moved)
    shown = _is_inside(*moved) * _is_inside(x, y)
    one, other, shown = (
        _parts(image.reshape(-1, across, across)) for image in (still, seen * sign[:, None], shown)
    )
    count = shown.sum(2)
    one, other = (_centred(values, shown, count) for values in (one, other))
    length = np.sqrt((one * one).sum(2) * (other * other).sum(2))
    known = (count > _SHOWN * one.shape[2]) & (length > 1e-3)
    correlation = np.where(known, (one * other).sum(2) / np.maximum(length, 1e-3), np.nan)
    number = known.sum(1)
    median = np.take_along_axis(np.sort(correlation, 1), np.minimum(number, 15)[:, None] // 2, 1)[
        :, 0
    ]  # NaN last
    return np.where(number >= _PARTS * _PARTS / 2, median, 0).astype(np.float32)


def _is_inside(x: Floats, y: Floats) -> Floats:
    """1 where a place is not near the edge of its image."""
    far = np.maximum(np.abs(x), np.abs(y))
    return np.asarray(far <= SIDE / 2 - 0.5 - _EDGE, np.float32)


def _centred(values: Floats, shown: Floats, count: Floats) -> Floats:
    mean = (values * shown).sum(2) / np.maximum(count, 1)
    return np.asarray((values - mean[:, :, None]) * shown)


def _parts(images: Floats) -> Floats:
    """(n, parts, pixels of a part)."""
    side = images.shape[1] // _PARTS
    cut = images.reshape(-1, _PARTS, side, _PARTS, side).transpose(0, 1, 3, 2, 4)
    return cut.reshape(len(images), _PARTS * _PARTS, side * side)


def _grid(across: int) -> tuple[Floats, Floats]:
    """X and y of points, in pixels from the centre."""
    at = (np.arange(across, dtype=np.float32) + 0.5) * (SIDE / across) - SIDE / 2
    return np.tile(at, across).astype(np.float32), np.repeat(at, across).astype(np.float32)


def _moved(mapping: Mapping, x: Floats, y: Floats) -> tuple[Floats, Floats]:
    to = mapping.astype(np.float32)[:, :, :, None]
    moved = to[:, :, 0] * x + to[:, :, 1] * y + to[:, :, 2]
    return moved[:, 0], moved[:, 1]


def _values(images: Floats, x: Floats, y: Floats) -> tuple[Floats, Floats]:
    """Bilinear values of each image at its places, and 1 where the place is in the image."""
    last = np.float32(SIDE - 1)
    across, down = x + last / 2, y + last / 2
    shown = (across >= 0) & (across <= last) & (down >= 0) & (down <= last)
    across, down = (np.clip(part, 0, last - np.float32(1e-3)) for part in (across, down))
    column, row = across.astype(np.int32), down.astype(np.int32)
    right, below = (across - column).astype(np.float32), (down - row).astype(np.float32)
    at = np.arange(len(images), dtype=np.int32)[:, None] * (SIDE * SIDE) + row * SIDE + column
    flat = images.reshape(-1)
    top = flat[at] + (flat[at + 1] - flat[at]) * right
    bottom = flat[at + SIDE] + (flat[at + SIDE + 1] - flat[at + SIDE]) * right
    return top + (bottom - top) * below, shown.astype(np.float32)
