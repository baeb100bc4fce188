"""Geometry: the image plane in cm, and the paths of rays in simple solids and tubes.

X-rays are taken as parallel: x runs to the image's right (the patient's left), y downwards, and a
ray is a line along z. A solid's *chord* is the length in cm of a ray inside it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

Map = NDArray[np.float32]
Mask = NDArray[np.bool_]

FIELD = 38.0
"""Side of the square detector field in cm (between the 35 and 43 cm of a standard cassette)."""

PROFILE_STEP = 0.02
"""Spacing in cm of tabulated outlines, far below a pixel."""
PROFILE_Y: Map = np.arange(-26.0, 26.0, PROFILE_STEP, dtype=np.float32)
"""Heights y in cm at which outlines are tabulated."""


@lru_cache(maxsize=16)
def detector_axis(pixels: int) -> Map:
    """Centres of the pixels along one side, in cm from the middle of the field."""
    return ((np.arange(pixels) + 0.5) / pixels * FIELD - FIELD / 2).astype(np.float32)


@dataclass(frozen=True, eq=False)
class Frame:
    """Position of each pixel in the patient.

    Attributes
    ----------
    pixels : int
        Pixels per side.
    x, y : (pixels, pixels) float32
        The patient's coordinates in cm at each pixel centre.
    origin : (2,) float
        Detector coordinates in cm of the patient's origin.
    scale : float
        Detector cm per patient cm (body size times magnification).
    tilt : float
        In-plane rotation in radians.
    """

    pixels: int
    x: Map
    y: Map
    origin: tuple[float, float]
    scale: float
    tilt: float

    @classmethod
    def place(
        cls, pixels: int, origin: tuple[float, float], scale: float, tilt: float = 0.0
    ) -> Frame:
        """Place the patient on the detector: shift by `origin`, scale, tilt in radians."""
        axis = detector_axis(pixels)
        u = (axis - np.float32(origin[0]))[None, :] / np.float32(scale)
        v = (axis - np.float32(origin[1]))[:, None] / np.float32(scale)
        cosine, sine = np.float32(np.cos(tilt)), np.float32(np.sin(tilt))
        return cls(pixels, cosine * u + sine * v, cosine * v - sine * u, origin, scale, tilt)

    @cached_property
    def profile_index(self) -> NDArray[np.intp]:
        """Index of each pixel's y in `PROFILE_Y`."""
        index = ((self.y - PROFILE_Y[0]) * np.float32(1 / PROFILE_STEP)).astype(np.intp)
        return np.asarray(index)

    @cached_property
    def turn(self) -> tuple[float, float]:
        """Cosine and sine of the tilt."""
        return math.cos(self.tilt), math.sin(self.tilt)

    @property
    def pixel(self) -> float:
        """Side of a pixel in the patient's cm."""
        return FIELD / self.pixels / self.scale

    def locate(self, points: ArrayLike) -> NDArray[np.float64]:
        """Column and row (fractional; pixel centres are whole) of patient points (..., 2) in cm."""
        points = np.asarray(points, dtype=float)
        cosine, sine = np.cos(self.tilt), np.sin(self.tilt)
        u = cosine * points[..., 0] - sine * points[..., 1]
        v = sine * points[..., 0] + cosine * points[..., 1]
        cm = np.stack([u * self.scale + self.origin[0], v * self.scale + self.origin[1]], axis=-1)
        return (cm + FIELD / 2) / FIELD * self.pixels - 0.5

    def window(self, left: float, right: float, top: float, bottom: float) -> tuple[slice, slice]:
        """Rows and columns that contain a box given in patient cm; empty outside the image."""
        cosine, sine = self.turn
        x, y = (left + right) / 2, (top + bottom) / 2
        half_x, half_y = (right - left) / 2, (bottom - top) / 2
        per_cm = self.pixels / FIELD
        column = ((cosine * x - sine * y) * self.scale + self.origin[0] + FIELD / 2) * per_cm - 0.5
        row = ((sine * x + cosine * y) * self.scale + self.origin[1] + FIELD / 2) * per_cm - 0.5
        across = (cosine * half_x + abs(sine) * half_y) * self.scale * per_cm
        along = (abs(sine) * half_x + cosine * half_y) * self.scale * per_cm
        return self._span(row - along, row + along), self._span(column - across, column + across)

    def _span(self, low: float, high: float) -> slice:
        """Slice of whole pixels that contains an interval, within the image."""
        start = min(max(math.floor(low), 0), self.pixels)
        return slice(start, min(max(math.ceil(high) + 1, start), self.pixels))

    def view(self, window: tuple[slice, slice]) -> Frame:
        """The same frame with x and y restricted to `window`."""
        return Frame(
            self.pixels, self.x[window], self.y[window], self.origin, self.scale, self.tilt
        )


def empty(window: tuple[slice, slice]) -> bool:
    """Whether a window contains no pixel."""
    rows, columns = window
    return bool(rows.start >= rows.stop or columns.start >= columns.stop)


def patches(frame: Frame, boxes: ArrayLike) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """List the pixels of many boxes at once.

    Parameters
    ----------
    frame : Frame
        The whole image's frame.
    boxes : (boxes, 4) float
        Left, right, top and bottom of each in patient cm; they may overlap.

    Returns
    -------
    box : (points,) int
        Number of the box that each point belongs to.
    pixel : (points,) int
        Flat index of its pixel.
    """
    left, right, top, bottom = np.asarray(boxes, dtype=float).T
    centres = frame.locate(np.stack([left + right, top + bottom], axis=-1) / 2)
    halves = np.stack([right - left, bottom - top], axis=-1) / 2
    cosine, sine = frame.turn
    reach = halves @ np.array([[cosine, abs(sine)], [abs(sine), cosine]]) / frame.pixel
    low = np.clip(np.floor(centres - reach).astype(np.intp), 0, frame.pixels)
    high = np.clip(np.ceil(centres + reach).astype(np.intp) + 1, low, frame.pixels)
    (width, height), (column, row) = (high - low).T, low.T
    # Each box is a run of rows, and each row a run of pixels.
    line = np.repeat(np.arange(len(left)), height)
    first = (_count(height) + np.repeat(row, height)) * frame.pixels + column[line]
    long = width[line]
    return np.repeat(line, long), _count(long) + np.repeat(first, long)


def _count(lengths: NDArray[np.intp]) -> NDArray[np.intp]:
    """Count 0, 1, 2, ... anew in each run of the given lengths."""
    ends = np.cumsum(lengths)
    total = int(ends[-1]) if ends.size else 0
    return np.asarray(np.arange(total) - np.repeat(ends - lengths, lengths))


def add_capsules(target: Map, frame: Frame, capsules: ArrayLike) -> None:
    """Add many rounded cones at once, in place: a few pixels each, faster than one by one.

    Parameters
    ----------
    target : ndarray of float32
        Line integrals in cm that the chords are added to.
    frame : Frame
        The whole image's frame.
    capsules : (capsules, 7) float
        As for `add_capsule`: start x and y, end x and y, radius, end radius, weight.
    """
    table = np.asarray(capsules, dtype=np.float32)
    x0, y0, x1, y1, radius, end_radius, weight = table.T
    reach = np.maximum(radius, end_radius)
    low_x, high_x = np.minimum(x0, x1) - reach, np.maximum(x0, x1) + reach
    low_y, high_y = np.minimum(y0, y1) - reach, np.maximum(y0, y1) + reach
    box, pixel = patches(frame, np.stack([low_x, high_x, low_y, high_y], axis=1))
    if not pixel.size:
        return
    ax, ay = x1 - x0, y1 - y0
    dx, dy = frame.x.ravel()[pixel] - x0[box], frame.y.ravel()[pixel] - y0[box]
    length = ax * ax + ay * ay + np.float32(1e-12)
    along = np.clip((dx * ax[box] + dy * ay[box]) / length[box], 0, 1)
    squared = (dx - along * ax[box]) ** 2 + (dy - along * ay[box]) ** 2
    wide = radius[box] + (end_radius - radius)[box] * along
    chord = np.sqrt(np.maximum(wide * wide - squared, 0)) * (2 * weight)[box]
    sums = np.bincount(pixel, chord, minlength=target.size)
    target += sums.reshape(target.shape).astype(np.float32)


def tabulate(frame: Frame, profile: Map) -> Map:
    """Evaluate an outline, given at `PROFILE_Y`, at each pixel's y."""
    return profile.take(frame.profile_index, mode="clip")


def ellipsoid(
    frame: Frame,
    centre: tuple[float, float],
    axes: tuple[float, float, float],
    angle: float = 0.0,
) -> Map:
    """Chord in cm of an ellipsoid with one axis along the ray.

    Parameters
    ----------
    frame : Frame
        Positions at which to evaluate it.
    centre : (x, y)
        In cm.
    axes : (a, b, c)
        Semi-axes in cm: two in the image plane, c along the ray.
    angle : float
        Rotation of a from the x axis towards the y axis, in radians.

    Returns
    -------
    ndarray of float32
        ``2 c sqrt(1 - (u / a)^2 - (v / b)^2)``, zero outside.
    """
    dx, dy = frame.x - np.float32(centre[0]), frame.y - np.float32(centre[1])
    if angle:
        cosine, sine = np.float32(np.cos(angle)), np.float32(np.sin(angle))
        dx, dy = cosine * dx + sine * dy, cosine * dy - sine * dx
    dx *= np.float32(1 / axes[0])
    dy *= np.float32(1 / axes[1])
    dx *= dx
    dy *= dy
    dx += dy
    np.subtract(np.float32(1), dx, out=dx)
    np.maximum(dx, 0, out=dx)
    np.sqrt(dx, out=dx)
    dx *= np.float32(2 * axes[2])
    return dx


def add_ellipsoid(
    target: Map,
    frame: Frame,
    centre: tuple[float, float],
    axes: tuple[float, float, float],
    angle: float = 0.0,
    weight: float = 1.0,
) -> None:
    """Add `weight` times the chord of an ellipsoid to `target`, in place."""
    reach = max(axes[0], axes[1])
    x, y = centre
    window = frame.window(x - reach, x + reach, y - reach, y + reach)
    if empty(window):
        return
    target[window] += np.float32(weight) * ellipsoid(frame.view(window), centre, axes, angle)


def add_capsule(
    target: Map,
    frame: Frame,
    start: tuple[float, float],
    end: tuple[float, float],
    radius: float,
    end_radius: float | None = None,
    weight: float = 1.0,
    hollow: float = 0.0,
) -> None:
    """Add the chord of a rounded cone between two points to `target`, in place.

    Parameters
    ----------
    target : ndarray of float32
        Line integrals in cm that the chord is added to.
    frame : Frame
        Positions of its pixels.
    start, end : (x, y)
        Ends of the axis in cm.
    radius, end_radius : float
        Radii at the ends in cm; the radius is constant if `end_radius` is None.
    weight : float
        Factor on the chord.
    hollow : float
        Share of the radius that is hollow, in [0, 1).
    """
    end_radius = radius if end_radius is None else end_radius
    reach = max(radius, end_radius)
    window = frame.window(
        min(start[0], end[0]) - reach,
        max(start[0], end[0]) + reach,
        min(start[1], end[1]) - reach,
        max(start[1], end[1]) + reach,
    )
    if empty(window):
        return
    dx, dy = frame.x[window] - np.float32(start[0]), frame.y[window] - np.float32(start[1])
    ax, ay = float(end[0] - start[0]), float(end[1] - start[1])
    along = dx * np.float32(ax) + dy * np.float32(ay)
    along *= np.float32(1 / (ax * ax + ay * ay + 1e-12))
    np.minimum(np.maximum(along, 0, out=along), 1, out=along)
    squared = (dx - along * np.float32(ax)) ** 2 + (dy - along * np.float32(ay)) ** 2
    r: Map = np.asarray(radius + (end_radius - radius) * along, dtype=np.float32)
    chord = np.sqrt(np.maximum(r * r - squared, 0))
    if hollow:
        inner = r * np.float32(hollow)
        chord -= np.sqrt(np.maximum(inner * inner - squared, 0))
    target[window] += np.float32(2 * weight) * chord
