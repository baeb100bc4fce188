"""Phantom image: an image and its ground truth."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cxrstudy.phantom.geometry import Mask
from cxrstudy.phantom.patient import Patient


@dataclass(frozen=True, eq=False)
class Phantom:
    """An image and its ground truth.

    Attributes
    ----------
    image : (pixels, pixels) uint8
        Grey, air black and bone white.
    lesion, lung : (pixels, pixels) bool
        Masks of the disease (for an enlarged heart its silhouette) and of the lung fields.
    patient : Patient or None
        The patient; None for a fractal.
    sign : (pixels, pixels) bool
        Place of the sign (:mod:`cxrstudy.phantom.sign`), at any strength; empty if the patient
        carries none.
    """

    image: NDArray[np.uint8]
    lesion: Mask
    lung: Mask
    patient: Patient | None
    sign: Mask
