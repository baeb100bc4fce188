"""Acquisition: line integrals to a grey image: beam, scatter, blur, noise, look-up, marker."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import scipy
from numpy.typing import NDArray

from cxrstudy.phantom.attenuation import LEAD, MU_BONE, MU_SOFT
from cxrstudy.phantom.geometry import FIELD, Frame, Map, add_capsule, detector_axis
from cxrstudy.phantom.streams import within

COARSE = 64
"""Samples a side of the grid on which wide blurs are computed."""
APERTURE = 12**-0.5
"""Standard deviation of a pixel's square aperture, in pixels: a pixel averages over its area."""
PHOTONS = 3.0e6
"""Photons a cm^2 and uGy of air kerma: 30,174 mm^-2 uGy^-1 for beam quality RQA 5 (IEC 62220-1)."""
EFFICIENCY = 0.6
"""Detective quantum efficiency of a caesium iodide flat panel at low frequencies."""
SCATTER_REACH = 3.5
"""Standard deviation in cm of the spread of scatter at the detector [by eye]."""
HEEL = 0.004
"""Spread of the beam's linear fall along the tube's axis, a cm (heel effect) [by eye]."""

BELOW, ABOVE = 0.9, 0.6
"""Latitude shown below the lungs' and above the mediastinum's optical depth [by eye]."""
EXPOSURE = 0.08
"""Spread of the look-up's middle from image to image: dark and pale films [by eye]."""
BLACK, WHITE = (0.0, 0.08), (0.84, 1.0)
"""Ranges of the darkest and of the brightest grey that a film or a display reaches [by eye]."""


@dataclass(frozen=True)
class SiteStyle:
    """What makes images of one hospital look alike.

    Attributes
    ----------
    contrast, contrast_spread : float
        Steepness of the sigmoid look-up and its spread from image to image.
    centre : float
        Position of the look-up's middle within the exposure range of the chest.
    enhancement : float
        Weight of the unsharp mask.
    dose : float
        Air kerma at the detector in uGy (2.5 is a speed class of 400).
    scatter : float
        Scatter let through by the grid, as a factor on primary times optical depth; it yields a
        scatter-to-primary ratio of .3 to .5 in the lungs and 1 to 3 in the mediastinum, the
        range of chest imaging with a grid (Niklason et al., Med Phys 1981;8:677).
    blur : float
        Standard deviation in cm of detector and focal spot together.
    marker : str
        Letter of the side marker, ``"R"`` or ``"L"``; empty for none.
    marker_place : (float, float)
        Where it is put, as shares of the field from its left and top edge.
    marker_size : float
        Height of the letter in cm.
    shutter : float
        Probability that the field is collimated visibly.
    """

    contrast: float
    contrast_spread: float
    centre: float
    enhancement: float
    dose: float
    scatter: float
    blur: float
    marker: str
    marker_place: tuple[float, float]
    marker_size: float
    shutter: float


SITES: dict[str, SiteStyle] = {
    "alder": SiteStyle(3.4, 0.25, 0.36, 0.15, 2.5, 0.14, 0.030, "R", (0.07, 0.12), 1.3, 0.20),
    "birch": SiteStyle(4.3, 0.30, 0.38, 0.30, 1.7, 0.11, 0.024, "L", (0.90, 0.09), 1.7, 0.25),
    "cedar": SiteStyle(2.7, 0.30, 0.36, 0.08, 3.5, 0.19, 0.040, "R", (0.10, 0.20), 1.0, 0.35),
    "dogwood": SiteStyle(3.0, 0.30, 0.30, 0.10, 2.0, 0.17, 0.036, "L", (0.88, 0.20), 1.2, 0.25),
    "elm": SiteStyle(4.9, 0.25, 0.42, 0.40, 1.4, 0.10, 0.022, "R", (0.08, 0.08), 1.6, 0.15),
    "fir": SiteStyle(2.4, 0.25, 0.33, 0.06, 3.2, 0.20, 0.045, "R", (0.06, 0.25), 1.1, 0.30),
    "gorse": SiteStyle(3.9, 0.30, 0.42, 0.22, 2.2, 0.13, 0.028, "L", (0.90, 0.16), 1.5, 0.12),
}
"""Sites by name [by eye]. "alder" and "birch" share the target cohort; "cedar" is the external
hospital; the others are hospitals that upstream roles may have for themselves."""

# Strokes of the marker letters in a box of unit height, x to the right and y down.
_LETTERS: dict[str, list[tuple[tuple[float, float], tuple[float, float]]]] = {
    "": [],
    "L": [((0.0, 0.0), (0.0, 1.0)), ((0.0, 1.0), (0.55, 1.0))],
    "R": [
        ((0.0, 0.0), (0.0, 1.0)),
        ((0.0, 0.0), (0.40, 0.0)),
        ((0.40, 0.0), (0.58, 0.14)),
        ((0.58, 0.14), (0.58, 0.36)),
        ((0.58, 0.36), (0.40, 0.50)),
        ((0.40, 0.50), (0.0, 0.50)),
        ((0.28, 0.50), (0.60, 1.0)),
    ],
}


def transmission(soft: Map, bone: Map, devices: Map) -> tuple[Map, Map]:
    """Beer and Lambert: share of the photons that pass unscattered.

    Parameters
    ----------
    soft, bone : ndarray of float32
        Line integrals in cm of soft tissue and of cortical bone in excess of it.
    devices : ndarray of float32
        Optical depth of objects that are not the patient.

    Returns
    -------
    primary, depth : ndarray of float32
        ``exp(-depth)`` and the optical depth.
    """
    depth = np.float32(MU_SOFT) * soft
    depth += np.float32(MU_BONE) * bone
    depth += devices
    return np.exp(-depth), depth


def expose(primary: Map, counts: Map | float, rng: np.random.Generator) -> Map:
    """Add quantum noise.

    Parameters
    ----------
    primary : ndarray of float32
        Signal, relative.
    counts : float or ndarray
        Photons detected per pixel for a signal of 1.
    rng : numpy.random.Generator
        Random stream of the noise.

    Returns
    -------
    ndarray of float32
        Signal with a variance of signal / counts: the normal limit of Poisson's law, which is
        justified for counts above a hundred per pixel.
    """
    noise = rng.standard_normal(primary.shape, dtype=np.float32)
    noise *= np.sqrt(primary / np.float32(counts))
    noise += primary
    return noise


def acquire(
    soft: Map,
    bone: Map,
    devices: Map,
    style: SiteStyle,
    view: str,
    rng: np.random.Generator,
    field: float = FIELD,
) -> NDArray[np.uint8]:
    """Take the image.

    Parameters
    ----------
    soft, bone, devices : (pixels, pixels) float32
        See `transmission`.
    style : SiteStyle
        Style of the hospital.
    view : str
        ``"AP"`` images are taken at the bedside, with half the dose and a poorer grid.
    rng : numpy.random.Generator
        The image's random stream for acquisition.
    field : float
        Side in cm of the part of the detector that is shown.

    Returns
    -------
    (pixels, pixels) uint8
        Display grey: air black, bone white.
    """
    n = soft.shape[0]
    bedside = view == "AP"
    contrast = rng.normal(style.contrast, style.contrast_spread)
    centre = style.centre + within(rng.normal(0, EXPOSURE), -2 * EXPOSURE, 2 * EXPOSURE)
    black, white = rng.uniform(*BLACK), rng.uniform(*WHITE)
    scatter = style.scatter * rng.uniform(0.85, 1.15) * (1.35 if bedside else 1.0)
    heel = rng.normal(0, HEEL)
    shutters = _draw_shutters(style, rng)
    marker = _draw_marker(n, style, rng)

    primary, depth = transmission(soft, bone, devices + marker)
    reach = SCATTER_REACH / field * min(n, COARSE)
    spread = _reduce(primary * depth)
    spread = scipy.ndimage.gaussian_filter(spread, reach, truncate=3.0, mode="nearest")
    signal = primary
    signal += np.float32(scatter) * _enlarge(spread, n)
    sigma = math.hypot(style.blur / field * n, APERTURE)
    signal = scipy.ndimage.gaussian_filter(signal, sigma, truncate=3.0)
    signal *= 1 + np.float32(heel) * detector_axis(n)[:, None]

    # Automatic exposure: behind the middle of the chest the dose is reached on average.
    small = _reduce(signal)
    quarter = small.shape[0] // 4
    mean = float(small[quarter:-quarter, quarter:-quarter].mean())
    dose = style.dose * (0.5 if bedside else 1.0)
    counts = dose * PHOTONS * EFFICIENCY * (field / n) ** 2 / mean
    signal = expose(signal, counts, rng)
    seen = -np.log(np.maximum(signal, np.float32(1e-4)))
    grey = _display(seen, max(contrast, 1.5), centre, style.enhancement)
    grey = np.float32(black) + np.float32(white - black) * grey
    if shutters is not None:
        grey *= _opening(shutters, n)
    return np.asarray(grey * 255 + np.float32(0.5), dtype=np.uint8)


def _display(seen: Map, contrast: float, centre: float, enhancement: float) -> Map:
    """Scale the logarithmic signal to the range of the chest, sharpen, apply the look-up."""
    n = seen.shape[0]
    small = _reduce(seen)
    # The middle of the chest, without air beside slender patients.
    eighth, quarter = small.shape[0] // 8, small.shape[0] // 4
    low, high = np.quantile(small[eighth:-eighth, quarter:-quarter], (0.03, 0.95))
    smooth = scipy.ndimage.gaussian_filter(
        small, 0.02 * small.shape[0], truncate=3.0, mode="nearest"
    )
    seen = seen + np.float32(enhancement) * (seen - _enlarge(smooth, n))
    value = (seen - np.float32(low - BELOW)) * np.float32(1 / (high - low + BELOW + ABOVE))
    np.clip(value, -1, 2, out=value)
    grey = 1 / (1 + np.exp(np.float32(-contrast) * (value - np.float32(centre))))
    black, white = 1 / (1 + np.exp(contrast * centre)), 1 / (1 + np.exp(-contrast * (1 - centre)))
    shown = np.clip((grey - np.float32(black)) * np.float32(1 / (white - black)), 0, 1)
    return np.asarray(shown, dtype=np.float32)


def _opening(shutters: Map, n: int) -> Map:
    """Share of each pixel that the shutters leave free."""
    left, right, top, bottom = shutters
    axis = (np.arange(n, dtype=np.float32) + 0.5) * np.float32(FIELD / n)
    edge = np.float32(n / FIELD)
    across = np.clip((axis - left) * edge, 0, 1) * np.clip((FIELD - right - axis) * edge, 0, 1)
    along = np.clip((axis - top) * edge, 0, 1) * np.clip((FIELD - bottom - axis) * edge, 0, 1)
    return np.asarray(along[:, None] * across[None, :])


def _draw_shutters(style: SiteStyle, rng: np.random.Generator) -> Map | None:
    """Widths in cm of the shutters at left, right, top and bottom, or None."""
    shut, widths = rng.random() < style.shutter, rng.uniform(-1.2, 1.3, 4)
    return np.maximum(widths, 0).astype(np.float32) if shut else None


def _draw_marker(n: int, style: SiteStyle, rng: np.random.Generator) -> Map:
    """Optical depth of the lead side marker, 1 mm thick; sometimes it is missing."""
    present, jitter, lean = rng.random() < 0.9, rng.normal(0, 0.5, 2), rng.normal(0, 0.08)
    lead = np.zeros((n, n), dtype=np.float32)
    if not present:
        return lead
    x = (style.marker_place[0] - 0.5) * FIELD + jitter[0]
    y = (style.marker_place[1] - 0.5) * FIELD + jitter[1]
    frame = Frame.place(n, (float(x), float(y)), style.marker_size, float(lean))
    stroke = 0.085
    for start, end in _LETTERS[style.marker]:
        add_capsule(lead, frame, start, end, max(stroke, 0.5 * frame.pixel))
    # A flat strip: full thickness within the stroke.
    lead = np.minimum(lead * np.float32(1 / stroke), 1)
    return np.asarray(lead * np.float32(0.1 * LEAD.linear))


def _reduce(image: Map) -> Map:
    """Average over the cells of the coarse grid."""
    n = image.shape[0]
    if n <= COARSE:
        return image
    edges, counts = _cells(n)
    sums = np.add.reduceat(np.add.reduceat(image, edges, axis=0), edges, axis=1)
    return np.asarray(sums / counts, dtype=np.float32)


@lru_cache(maxsize=16)
def _cells(n: int) -> tuple[NDArray[np.intp], Map]:
    """First pixel of each coarse cell, and the number of pixels in each."""
    edges = np.arange(COARSE) * n // COARSE
    width = np.diff(np.append(edges, n)).astype(np.float32)
    return edges, width[:, None] * width[None, :]


@lru_cache(maxsize=16)
def _weights(coarse: int, n: int) -> tuple[NDArray[np.intp], NDArray[np.intp], Map]:
    """Neighbours and weight for linear interpolation from `coarse` to n samples."""
    place = np.clip((np.arange(n) + 0.5) / n * coarse - 0.5, 0, coarse - 1)
    low = np.minimum(place.astype(np.intp), coarse - 2)
    return low, low + 1, (place - low).astype(np.float32)


def _enlarge(coarse: Map, n: int) -> Map:
    """Interpolate a coarse map bilinearly to n pixels per side."""
    if coarse.shape[0] == n:
        return coarse
    low, high, weight = _weights(coarse.shape[0], n)
    rows = coarse[low] + (coarse[high] - coarse[low]) * weight[:, None]
    left = rows[:, low]
    return left + (rows[:, high] - left) * weight
