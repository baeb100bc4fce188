"""Alignment: whether two images are the same after the one is moved onto the other.

Affine alignment by the inverse compositional algorithm (Baker and Matthews 2004), with weights that
ignore pixels which differ much, such as those of a label. Then the details of both are compared,
part by part: a copy agrees nearly everywhere, two patients agree nowhere for long.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cxrstudy.audit.local_contrast import SIDE, Floats, Frame, blur, frame, local_contrast

Mapping = NDArray[np.float64]

#: Local contrast that is aligned, in pixels: less than a tile of CLAHE, an eighth of the side.
_LOCAL = 2.0
#: Blur in pixels, points across, and steps of the alignment: coarse, then fine.
_COARSE, _FINE = (1.5, 24, 6), ((0.8, 32, 4), (0.8, 40, 3))
#: Blur and points across of the comparison after the coarse stage, and the agreement below which a
#: pair is given up: of copies a percent is, of other candidates nine in ten.
_ROUGH, _ROUGHLY, _HOPELESS = 1.0, SIDE // 2, 0.70
#: Local contrast and blur of the details that are compared in the end, in pixels: the finest ones.
#: Exposures of one patient on two days still agree in coarser ones, and CLAHE changes those.
_DETAIL, _SHARP = 1.0, 0.4
#: Parts across and down; the median of their correlations counts.
_PARTS = 4
#: Fraction of a part that both images must show.
_SHOWN = 0.3
#: Pixels at the edges of both images that are not compared: a border or a crop changes what is
#: beside them.
_EDGE = 4.0
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
    pairs = _Pairs(
        local_contrast(first, _LOCAL), local_contrast(second, _LOCAL), sign,
        _bounds(frame(first)), _bounds(frame(second)),
    )  # fmt: skip
    refined = _refine(pairs.blurred(_COARSE[0]), mapping, *_COARSE[1:])
    rough = _agreement(pairs.blurred(_ROUGH), refined, _ROUGHLY)
    hopeful = np.flatnonzero(rough > _HOPELESS)
    if not len(hopeful):
        return agreement, refined
    pairs = _Pairs._make(part[hopeful] for part in pairs)
    for smooth, across, steps in _FINE:
        refined[hopeful] = _refine(pairs.blurred(smooth), refined[hopeful], across, steps)
    one, other = (local_contrast(images[hopeful], _DETAIL) for images in (first, second))
    details = pairs._replace(fixed=one, moving=other).blurred(_SHARP)
    agreement[hopeful] = _agreement(details, refined[hopeful], SIDE)
    return agreement, refined


class _Pairs(NamedTuple):
    """Pairs of images, as local contrast (n, 64, 64), with their bounds (n, 4)."""

    fixed: Floats
    moving: Floats
    sign: Floats
    inner: Floats
    other_inner: Floats

    def blurred(self, scale: float) -> "_Pairs":
        return self._replace(fixed=blur(self.fixed, scale), moving=blur(self.moving, scale))


def _refine(pairs: _Pairs, mapping: Mapping, across: int, steps: int) -> Mapping:
    """Improve mappings by Gauss-Newton steps on the squared difference."""
    x, y = _grid(across)
    every = (len(mapping), len(x))
    target = _values(pairs.fixed, np.broadcast_to(x, every), np.broadcast_to(y, every))
    inside = _is_inside(x[None], y[None], pairs.inner, 0)
    square = target.reshape(-1, across, across)
    down, right = (_slope(square, axis, SIDE / across).reshape(every) for axis in (1, 2))
    half = np.float32(SIDE / 2)
    terms = [right, right * (x / half), right * (y / half), down, down * (x / half)]
    slopes = np.stack([*terms, down * (y / half)], 1)
    mapping = mapping.copy()
    for _ in range(steps):
        moved = _moved(mapping, x, y)
        difference = _values(pairs.moving, *moved) * pairs.sign[:, None] - target
        shown = inside * _is_inside(*moved, pairs.other_inner, 0)
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


def _agreement(pairs: _Pairs, mapping: Mapping, across: int) -> Floats:
    """Median, over parts, of the correlation at a grid of points."""
    x, y = _grid(across)
    still = pairs.fixed[:, :: SIDE // across, :: SIDE // across]
    if across != SIDE:
        x, y = x - (x[0] + SIDE / 2 - 0.5), y - (y[0] + SIDE / 2 - 0.5)
    moved = _moved(mapping, x, y)
    seen = _values(pairs.moving, *moved)
    shown = _is_inside(*moved, pairs.other_inner, _EDGE) * _is_inside(
        x[None], y[None], pairs.inner, _EDGE
    )
    one, other, shown = (
        _parts(image.reshape(-1, across, across))
        for image in (still, seen * pairs.sign[:, None], shown)
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


def _bounds(inner: Frame) -> Floats:
    """(n, 4): smallest and largest x and y of the pixels inside the border, from the centre."""
    edges = [inner.left, inner.right - 1, inner.top, inner.bottom - 1]
    return np.stack(edges, 1).astype(np.float32) - np.float32((SIDE - 1) / 2)


def _is_inside(x: Floats, y: Floats, inner: Floats, edge: float) -> Floats:
    """1 where a place is in its image, and farther than some pixels from its edge."""
    left, right, top, bottom = (side[:, None] for side in inner.T)
    is_in = (x >= left + edge) & (x <= right - edge) & (y >= top + edge) & (y <= bottom - edge)
    return np.asarray(is_in, np.float32)


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


def _values(images: Floats, x: Floats, y: Floats) -> Floats:
    """Bilinear values of each image at its places; beyond the edge, those of the edge."""
    last = np.float32(SIDE - 1)
    across, down = x + last / 2, y + last / 2
    across, down = (np.clip(part, 0, last - np.float32(1e-3)) for part in (across, down))
    column, row = across.astype(np.int32), down.astype(np.int32)
    right, below = (across - column).astype(np.float32), (down - row).astype(np.float32)
    at = np.arange(len(images), dtype=np.int32)[:, None] * (SIDE * SIDE) + row * SIDE + column
    flat = images.reshape(-1)
    top = flat[at] + (flat[at + 1] - flat[at]) * right
    bottom = flat[at + SIDE] + (flat[at + SIDE + 1] - flat[at + SIDE]) * right
    return np.asarray(top + (bottom - top) * below)
