"""Sign: a small, faint mark of COVID-19 below the left dome of the diaphragm, which nothing names.

It is a made-up finding, and stands for one that nobody knows yet. No label, text, marker or colour
says that it is there; it lies outside the lungs, so no opacity is near it, and it does not depend
on hospital, view, sex or age. With a strength of 0 the image is that without it, grey value by grey
value. Whether a network learns it, and whether maps then point to it, can be measured.
"""

from __future__ import annotations

import numpy as np

from cxrstudy.phantom.anatomy import Chest
from cxrstudy.phantom.geometry import Map, Mask, add_ellipsoid

ASIDE, BELOW = 6.0, 4.5
"""Its place: cm to the left of the middle of the chest, and below the left dome. Always inside the
body, in front of the stomach and spleen [by eye]."""
RADIUS = 1.3
"""Half its width and height in cm: about four pixels across at 64 pixels a side."""


def sign_tissue(chest: Chest, strength: float | None) -> Map:
    """Soft tissue in cm that the sign adds to each ray, (pixels, pixels) float32."""
    added = np.zeros_like(chest.lung)
    if strength:
        add_ellipsoid(added, chest.frame, _centre(chest), (RADIUS, RADIUS, strength / 2))
    return added


def sign_mask(chest: Chest) -> Mask:
    """Where the sign is, or would be, (pixels, pixels)."""
    return np.asarray(sign_tissue(chest, 1.0) > 0)


def _centre(chest: Chest) -> tuple[float, float]:
    return chest.outline.centre + ASIDE, chest.outline.dome[1] + BELOW
