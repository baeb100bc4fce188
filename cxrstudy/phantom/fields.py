"""Fields: smooth random fields, fixed for the patient and the same at every resolution."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import scipy
from numpy.typing import NDArray

from cxrstudy.phantom.geometry import Frame, Map

SAMPLES = 128
"""Samples a side of a field."""
EXTENT = 52.0
"""Side of a field in cm; it repeats beyond."""


@lru_cache(maxsize=32)
def _band(
    longest: float, shortest: float, slope: float
) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
    """Positions in the half spectrum of waves between two wavelengths in cm, and amplitudes.

    The amplitudes follow a power law and give unit variance.
    """
    vertical = np.fft.fftfreq(SAMPLES, EXTENT / SAMPLES)[:, None]
    horizontal = np.fft.rfftfreq(SAMPLES, EXTENT / SAMPLES)[None, :]
    frequency = np.hypot(vertical, horizontal)
    inside = (frequency >= 1 / longest) & (frequency <= 1 / shortest)
    places = np.flatnonzero(inside)
    amplitude = frequency.ravel()[places] ** -slope
    # Each horizontal frequency except the first also represents a conjugate pair.
    pairs = np.where(places % horizontal.size == 0, 1.0, 2.0)
    return places, amplitude * SAMPLES**2 / np.sqrt((2 * pairs * amplitude**2).sum())


def smooth_field(
    rng: np.random.Generator, longest: float, shortest: float, slope: float = 1.5
) -> Map:
    """Draw a Gaussian field of zero mean and unit variance.

    Parameters
    ----------
    rng : numpy.random.Generator
        Random stream of amplitudes and phases.
    longest, shortest : float
        Band of wavelengths in cm; `shortest` at least four samples (1.6 cm) to interpolate well.
    slope : float
        Amplitude is proportional to frequency to the power of minus `slope`.

    Returns
    -------
    (SAMPLES, SAMPLES) float32
        Its values on a fixed grid over `EXTENT`; `sample` reads it at pixels.
    """
    places, amplitude = _band(longest, shortest, slope)
    waves = rng.standard_normal((2, places.size))
    spectrum = np.zeros(SAMPLES * (SAMPLES // 2 + 1), dtype=np.complex64)
    spectrum[places] = (waves[0] + 1j * waves[1]) * amplitude
    field = scipy.fft.irfft2(spectrum.reshape(SAMPLES, -1), (SAMPLES, SAMPLES), overwrite_x=True)
    return np.asarray(field, dtype=np.float32)


def sample(field: Map, frame: Frame) -> Map:
    """Read a field at the pixels of `frame`, bilinearly."""
    step = np.float32(SAMPLES / EXTENT)
    column = (frame.x + np.float32(EXTENT / 2)) * step
    row = (frame.y + np.float32(EXTENT / 2)) * step
    left, top = column.astype(np.int32), row.astype(np.int32)
    column -= left
    row -= top
    top *= SAMPLES
    top += left
    flat = field.ravel()
    corner = flat.take(top, mode="wrap")
    values = flat.take(top + 1, mode="wrap")
    values -= corner
    values *= column
    values += corner
    top += SAMPLES
    corner = flat.take(top, mode="wrap")
    below = flat.take(top + 1, mode="wrap")
    below -= corner
    below *= column
    below += corner
    below -= values
    below *= row
    values += below
    return values
