"""Vessels: the trees of the lungs' arteries and veins, grown branch by branch from the hila."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from cxrstudy.phantom.geometry import Frame, Map, add_capsule
from cxrstudy.phantom.outline import Outline
from cxrstudy.phantom.patient import Patient
from cxrstudy.phantom.tubes import thin_tubes

HILUM = {-1: (-4.1, 0.4), 1: (4.0, -0.7)}
"""x and y in cm of the right (-1) and left (1) hilum; the left stands higher by about 1 cm."""

GENERATIONS = 6
"""Branchings drawn; the last vessels have radii of about half a millimetre."""
PAIRS = 1.5
"""Blood along a branch against that of one artery: a vein and a bronchus's wall run with many
[by eye]."""
PIECES = 2
"""Straight pieces that stand for one curved branch."""

# Directions of the lobar vessels as angles from straight sideways, towards the feet, in radians:
# more and wider ones run to the bases, where gravity sends the blood in upright people.
_DIRECTIONS = np.array([-1.35, -1.05, -0.7, -0.25, 0.15, 0.5, 0.8, 1.1, 1.4])
_RADII = np.array([0.32, 0.34, 0.32, 0.30, 0.34, 0.40, 0.44, 0.44, 0.38])
_LENGTHS = np.array([2.9, 3.0, 2.8, 2.4, 2.6, 2.9, 3.1, 3.1, 2.9])

Segments = tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]


def grow(rng: np.random.Generator, roots: dict[int, tuple[float, float]]) -> Segments:
    """Grow the trees of both lungs.

    Each vessel divides into two whose radii obey Murray's law, r^3 = r1^3 + r2^3, with a random
    asymmetry; the wider child keeps closer to the direction of its parent. Lengths shrink with
    radii.

    Parameters
    ----------
    rng : numpy.random.Generator
        Random stream of the branches.
    roots : dict
        Where the trees start, x and y in cm, by side: -1 for the right lung, 1 for the left.

    Returns
    -------
    starts, ends : (pieces, 2) float
        In cm.
    radii : (pieces,) float
        In cm.
    """
    each, count = _DIRECTIONS.size, _DIRECTIONS.size * len(roots)
    side = np.repeat(np.array(list(roots), dtype=float), each)
    angle = np.tile(_DIRECTIONS, len(roots)) + rng.normal(0, 0.12, count)
    radius = np.tile(_RADII, len(roots)) * rng.uniform(0.85, 1.15, count)
    length = np.tile(_LENGTHS, len(roots)) * rng.uniform(0.8, 1.15, count)
    tip = np.repeat(np.array(list(roots.values())), each, axis=0) + rng.normal(0, 0.25, (count, 2))
    tip[:, 1] += 0.9 * np.sin(angle)
    starts, ends, radii = [], [], []
    for _ in range(GENERATIONS):
        bend = rng.normal(0, 0.16, (PIECES, angle.size))
        for piece in range(PIECES):
            angle = angle + bend[piece]
            reach = length / PIECES
            step = np.stack([side * np.cos(angle) * reach, np.sin(angle) * reach], axis=-1)
            starts.append(tip)
            tip = tip + step
            ends.append(tip)
            radii.append(radius * (1 - 0.12 * piece / PIECES))
        share = rng.uniform(0.5, 0.82, angle.size)  # fraction of the blood in the wider child
        turn = rng.uniform(0.45, 0.95, angle.size) * rng.choice((-1.0, 1.0), angle.size)
        tip, side = np.concatenate([tip, tip]), np.concatenate([side, side])
        angle = np.concatenate([angle - turn * (1 - share), angle + turn * share])
        # Arteries also leave the plane and lose blood to branches that are not drawn.
        radius = 0.88 * np.concatenate([radius * np.cbrt(share), radius * np.cbrt(1 - share)])
        stretch = rng.uniform(0.72, 1.0, angle.size)
        length = 0.86 * np.concatenate([length, length]) * stretch
    return np.concatenate(starts), np.concatenate(ends), np.concatenate(radii)


def lung_vessels(frame: Frame, patient: Patient, outline: Outline, engorged: float = 0.0) -> Map:
    """Chord in cm of the blood in both lungs' trees and hila.

    Parameters
    ----------
    frame : Frame
        The whole image's frame.
    patient, outline : Patient, Outline
        The patient, whose branching is the same in all images, and the outline.
    engorged : float
        0 in health; 1 doubles the calibre of the upper vessels, as in oedema.
    """
    rng = patient.stream("vessels")
    middle = 0.5 * sum(outline.dome)
    roots = {side: (x + outline.centre, y) for side, (x, y) in HILUM.items()}
    starts, ends, radii = grow(rng, roots)
    # Below the hila the trees are compressed or stretched with the lungs.
    hilum = HILUM[-1][1]
    stretch = (middle - hilum) / 9.0
    for points in (starts, ends):
        points[:, 1] = hilum + (points[:, 1] - hilum) * np.where(points[:, 1] > hilum, stretch, 1)
    radii = radii * (1 + engorged * np.where(ends[:, 1] < hilum, 1.0, 0.35))
    blood = np.float32(PAIRS) * thin_tubes(frame, starts, ends, radii * patient.vascularity)
    _add_hila(blood, frame, rng, patient, outline, engorged)
    return blood


def _add_hila(
    blood: Map,
    frame: Frame,
    rng: np.random.Generator,
    patient: Patient,
    outline: Outline,
    engorged: float,
) -> None:
    """Add the pulmonary arteries at the hila; the right descending one is 1.5 cm wide."""
    girth = patient.vascularity * (1 + 0.25 * engorged)
    for side, (x, y) in HILUM.items():
        x += outline.centre
        lean = rng.uniform(0.8, 1.5)
        radius = rng.uniform(0.78, 0.98) * girth
        start = (x - side * 0.9, y - 0.9)
        knee = (x + side * 0.25, y + 0.3)
        end = (x + side * lean, y + rng.uniform(3.4, 4.6))
        add_capsule(blood, frame, start, knee, radius * 1.1, radius, weight=1.1)
        add_capsule(blood, frame, knee, end, radius, 0.42 * radius, weight=1.1)
        up = (x + side * rng.uniform(0.3, 0.9), y - rng.uniform(2.6, 3.4))
        add_capsule(blood, frame, knee, up, 0.72 * radius, 0.36 * radius, weight=0.95)
