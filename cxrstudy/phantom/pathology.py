"""Pathology: common parts of all findings, and their severity."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from cxrstudy.phantom.anatomy import Chest
from cxrstudy.phantom.attenuation import LUNG_WATER
from cxrstudy.phantom.fields import sample
from cxrstudy.phantom.geometry import Map, Mask
from cxrstudy.phantom.tubes import thin_tubes

# Severities of all findings. Each is the range of a uniform factor per patient: the water that an
# opacity adds (as a fraction of the lung's volume), or the size of a finding. All are chosen
# [by eye]: no published score of extent was fitted. The first four once were set so that a thin
# ResNet from random weights reached an AUROC of about .8 at 64 pixels after 110 steps on 300
# images of an earlier, less varied phantom; they are kept, whatever a network reaches now.
SEVERITY: dict[str, tuple[float, float]] = {
    "covid19": (0.20, 0.48),  # added water of ground glass
    "mild covid19": (0.12, 0.24),
    "lobar pneumonia": (0.28, 0.62),
    "multifocal pneumonia": (0.20, 0.50),
    "consolidation": (0.30, 0.60),
    "oedema": (0.18, 0.36),
    "effusion": (1.5, 6.0),  # height of the fluid in cm
    "pneumothorax": (0.10, 0.40),  # share of the lung's width
    "atelectasis": (0.7, 1.3),  # factor on the bands' thickness
    "nodule": (0.8, 2.6),  # radius in cm; a mass from 1.5 cm on
    "cardiomegaly": (0.54, 0.66),  # cardiothoracic ratio, normal below .50
}

ATYPICAL = 0.18
"""Share of COVID-19 that is mild, and of the target's pneumonia that is multifocal: the cases that
look like one another keep the task honest [by eye]."""

MASK_LEVEL = 0.35
"""Share of its full strength from which an opacity counts as lesion."""


@dataclass(frozen=True, eq=False)
class Lesion:
    """Changes by a finding on each ray, (pixels, pixels) float32.

    Attributes
    ----------
    water : ndarray
        Additional fraction of the lung's volume that is filled, 0 to 1.
    tissue : ndarray
        Soft tissue in cm that replaces lung; negative where air replaces water.
    air : ndarray
        Fraction of the lung's path that is free air, 0 to 1.
    mask : ndarray of bool
        Area that a reader would outline.
    """

    water: Map
    tissue: Map
    air: Map
    mask: Mask


def no_lesion(chest: Chest) -> Lesion:
    """The empty lesion of a healthy chest."""
    zero = np.zeros_like(chest.lung)
    return Lesion(zero, zero, zero, np.zeros(zero.shape, dtype=bool))


def lesion(
    chest: Chest,
    mask: Mask,
    water: Map | None = None,
    tissue: Map | None = None,
    air: Map | None = None,
) -> Lesion:
    """Build a lesion from its changes; the rest is zero."""
    zero = np.zeros_like(chest.lung)
    return Lesion(
        zero if water is None else water,
        zero if tissue is None else tissue,
        zero if air is None else air,
        mask,
    )


def together(chest: Chest, lesions: Iterable[Lesion]) -> Lesion:
    """Combine lesions: water and air do not add up where they overlap, solid tissue does."""
    total = no_lesion(chest)
    for one in lesions:
        total = Lesion(
            np.maximum(total.water, one.water),
            total.tissue + one.tissue,
            np.maximum(total.air, one.air),
            total.mask | one.mask,
        )
    return total


def soft_tissue(chest: Chest, lesion: Lesion) -> Map:
    """Line integral in cm of soft tissue in the diseased chest, without bone.

    Lung counts by its water content. Vessels and lesions replace lung, so they add only the
    difference from lung to solid tissue.
    """
    water = chest.texture * np.float32(0.035) + np.float32(0.92) + np.float32(0.16) * chest.down
    water *= np.float32(LUNG_WATER)
    water += lesion.water
    np.minimum(water, 1, out=water)
    lack = 1 - water
    water *= 1 - lesion.air
    aerated = np.minimum(chest.lung * np.float32(0.25), 1)
    solid = chest.blood * (1 - lesion.air)
    solid += lesion.tissue
    solid *= lack * aerated
    path = chest.body - chest.lung * (1 - water) - chest.gas
    path += solid
    return np.asarray(np.maximum(path, 0))


def blob(
    chest: Chest,
    centre: tuple[float, float],
    axes: tuple[float, float],
    field: Map,
    roughness: float = 0.3,
    edge: float = 0.2,
    angle: float = 0.0,
) -> tuple[tuple[slice, slice], Map]:
    """Draw a patch with an irregular outline.

    Parameters
    ----------
    chest : Chest
        Chest that contains it.
    centre, axes : (float, float)
        In cm.
    field : ndarray
        Smooth field whose values, times `roughness`, shift the outline (in units of the axes).
    roughness, edge : float
        Irregularity, and width of the edge, both relative to the axes.
    angle : float
        Rotation in radians.

    Returns
    -------
    window : tuple of slice
        Pixels that it may cover.
    strength : ndarray of float32
        Weight in the window, from 0 to 1.
    """
    reach = 1.9 * max(axes)
    window = chest.frame.window(
        centre[0] - reach, centre[0] + reach, centre[1] - reach, centre[1] + reach
    )
    part = chest.frame.view(window)
    dx, dy = part.x - np.float32(centre[0]), part.y - np.float32(centre[1])
    cosine, sine = np.float32(np.cos(angle)), np.float32(np.sin(angle))
    u = (cosine * dx + sine * dy) * np.float32(1 / axes[0])
    v = (cosine * dy - sine * dx) * np.float32(1 / axes[1])
    radius = np.sqrt(u * u + v * v)
    outline = radius + np.float32(roughness) * sample(field, part)
    strength = smooth_step((1 - outline) / np.float32(edge))
    return window, strength * np.clip((np.float32(1.8) - radius) * 4, 0, 1)


def smooth_step(t: Map) -> Map:
    """Rise from 0 at t = -1 to 1 at t = 1 as the cubic 3 s^2 - 2 s^3 of s = (t + 1) / 2."""
    s = np.clip(np.float32(0.5) * (t + 1), 0, 1)
    return np.asarray(s * s * (3 - 2 * s))


def bronchogram(
    chest: Chest, rng: np.random.Generator, side: int, towards: tuple[float, float]
) -> Map:
    """Chord in cm of the air-filled bronchi that fan out from a hilum towards a point."""
    root = np.array([side * 3.0 + chest.outline.centre, 0.6])
    goal = np.asarray(towards, dtype=float)
    starts, ends, radii = [], [], []
    for _ in range(4):
        target = goal + rng.normal(0, 1.5, 2)
        tip, radius = root + 0.3 * (target - root), 0.2
        for step in range(2, 6):
            end = root + (target - root) * (0.25 * step) + rng.normal(0, 0.15, 2)
            starts.append(tip)
            ends.append(end)
            radii.append(radius)
            tip, radius = end, 0.84 * radius
    tubes = thin_tubes(chest.frame, np.array(starts), np.array(ends), np.array(radii))
    return np.minimum(tubes, np.float32(0.4))  # where they cross, they are branches of one another
