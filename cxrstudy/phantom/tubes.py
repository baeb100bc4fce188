"""Tubes: thousands of vessels, bronchi, catheters and wires that are only a few pixels wide."""

from __future__ import annotations

import numpy as np
import scipy
from numpy.typing import NDArray

from cxrstudy.phantom.geometry import Frame, Map


def thin_tubes(
    frame: Frame,
    starts: NDArray[np.float64],
    ends: NDArray[np.float64],
    radii: NDArray[np.float64],
    classes: tuple[float, ...] = (0.11, 0.24),
) -> Map:
    """Draw many thin tubes at once by distributing their volume along their axes.

    A tube of radius r has a volume of pi r^2 per unit of length, and its chord is a semicircle with
    a standard deviation of r / 2. So the volume is distributed to the four nearest pixels, at
    points closer than a pixel, and each class of radii is blurred by half its radius. This gives
    the right mass at every resolution, and the right width to second order.

    Parameters
    ----------
    frame : Frame
        The whole image's frame.
    starts, ends : (tubes, 2) float
        Ends of the axes in cm.
    radii : (tubes,) float
        Radii in cm.
    classes : tuple of float
        Radii in cm that divide the tubes into classes with one blur each.

    Returns
    -------
    (pixels, pixels) float32
        Chord in cm.
    """
    n = frame.pixels
    total = np.zeros((n, n), dtype=np.float32)
    length = np.hypot(*(ends - starts).T)
    steps = np.maximum(np.ceil(length / (0.7 * frame.pixel)).astype(int), 1)
    volume = np.pi * radii**2 * length / steps / frame.pixel**2
    member = np.digitize(radii, classes)
    first, last = frame.locate(starts), frame.locate(ends)
    for group in np.unique(member):
        chosen = np.flatnonzero(member == group)
        tube = np.repeat(chosen, steps[chosen])
        offset = np.cumsum(steps[chosen]) - steps[chosen]
        share = (np.arange(tube.size) - np.repeat(offset, steps[chosen]) + 0.5) / steps[tube]
        column, row = (first[tube] + share[:, None] * (last - first)[tube]).T
        laid = _lay(column, row, volume[tube], n)
        sigma = float(np.sqrt(np.average(radii[chosen] ** 2, weights=length[chosen] + 1e-9))) / 2
        sigma_pixels = sigma / frame.pixel
        if sigma_pixels > 0.3:
            laid = scipy.ndimage.gaussian_filter(laid, sigma_pixels, truncate=3.0)
        total += laid
    return total


def _lay(
    column: NDArray[np.float64], row: NDArray[np.float64], amount: NDArray[np.float64], n: int
) -> Map:
    """Distribute amounts to the four pixels around each point; parts outside the image are lost."""
    inside = (column > 0) & (column < n - 1) & (row > 0) & (row < n - 1)
    column, row, amount = column[inside], row[inside], amount[inside]
    c, r = column.astype(np.intp), row.astype(np.intp)
    fc, fr = column - c, row - r
    index = r * n + c
    places = np.concatenate([index, index + 1, index + n, index + n + 1])
    amounts = np.concatenate(
        [
            amount * (1 - fc) * (1 - fr),
            amount * fc * (1 - fr),
            amount * (1 - fc) * fr,
            amount * fc * fr,
        ]
    )
    return np.bincount(places, amounts, minlength=n * n).reshape(n, n).astype(np.float32)
