"""Heart: its chambers, and the great vessels, as chords in cm."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from cxrstudy.phantom.geometry import Frame, Map, add_capsule, add_ellipsoid, ellipsoid
from cxrstudy.phantom.outline import Outline
from cxrstudy.phantom.patient import Patient, Pose

HEART_TOP = -1.5
"""Height y in cm of the pulmonary valve, about at the hila."""


@dataclass(frozen=True)
class Chamber:
    """An ellipsoid of the heart.

    Attributes
    ----------
    middle : (float, float)
        x and y in cm.
    axes : (float, float, float)
        Semi-axes in cm: two in the frontal plane, and one along the frontal ray.
    angle : float
        Rotation in the frontal plane in radians.
    """

    middle: tuple[float, float]
    axes: tuple[float, float, float]
    angle: float


def chambers(
    patient: Patient, pose: Pose, outline: Outline, factor: float
) -> tuple[tuple[Chamber, Chamber, Chamber], tuple[float, float, float, float]]:
    """Left ventricle, right atrium and outflow tract, and the box (left, right, top, bottom).

    About a third of the heart's diameter (.26 to .40) lies to the right of the midline.
    """
    rng = patient.stream("heart")
    width = 2 * patient.chest_width * patient.heart * factor * pose.heart_magnification
    right = width * rng.uniform(0.26, 0.40)
    left = width - right
    # An enlarged heart lies flatter.
    angle = 1.0 - 0.55 * patient.heart_axis + 0.04 * pose.inspiration - 0.7 * (factor - 1)
    long, short = 0.56 * width, width * rng.uniform(0.34, 0.385)
    reach = np.hypot(long * np.cos(angle), short * np.sin(angle))
    fall = np.hypot(long * np.sin(angle), short * np.cos(angle))
    floor = 0.5 * sum(outline.dome) + 2.2
    x, y = left - reach + outline.centre, floor - fall
    deep = min(0.39 * width, 0.66 * patient.chest_depth)
    ventricle = Chamber((x, y), (long, short, deep), angle)
    size = 0.27 * width
    atrium = (-right + size + outline.centre, floor - 0.36 * width - 0.8)
    auricle = Chamber(atrium, (size, size * rng.uniform(1.3, 1.5), 0.9 * deep), 0.08)
    # The outflow tract fills the waist between ventricle and pulmonary trunk.
    waist = (0.17 * width * rng.uniform(0.8, 1.15) + outline.centre, 0.5 * (y + HEART_TOP))
    tall = 0.5 * (y - HEART_TOP) + 1.0
    outflow = Chamber(waist, (0.2 * width, tall, 0.85 * deep), -0.35)
    return (ventricle, auricle, outflow), (-right - 2, left + 2, y - fall - 6, floor + 2)


def merged(chords: Iterable[Map]) -> Map:
    """Chords of chambers that pass smoothly into each other."""
    squares = [chord * chord for chord in chords]
    return np.asarray(np.sqrt(np.sqrt(sum(square * square for square in squares))))


def heart(frame: Frame, patient: Patient, pose: Pose, outline: Outline, factor: float) -> Map:
    """Chord of the heart: its chambers, merged smoothly."""
    parts, around = chambers(patient, pose, outline, factor)
    box = frame.window(*around)
    part = frame.view(box)
    chord = np.zeros_like(frame.x)
    chord[box] = merged([ellipsoid(part, one.middle, one.axes, one.angle) for one in parts])
    return chord


def great_vessels(frame: Frame, patient: Patient, outline: Outline) -> Map:
    """Chord of aortic knob, pulmonary trunk, ascending and descending aorta."""
    rng = patient.stream("great vessels")
    x0, old = outline.centre, patient.aorta
    vessels = np.zeros_like(frame.x)
    knob = 1.75 + 0.45 * old + 0.1 * rng.normal()
    edge = outline.at(outline.left, -5.0) + 0.95 + 0.85 * old + 0.15 * rng.normal()
    height = -4.9 - 0.7 * old + 0.3 * rng.normal()
    add_ellipsoid(vessels, frame, (edge - knob + x0, height), (knob, knob * 1.1, 3.2))
    trunk_edge = outline.at(outline.left, -1.8) + rng.uniform(0.5, 1.3)
    other = np.zeros_like(vessels)
    add_ellipsoid(other, frame, (trunk_edge - 1.9 + x0, -1.5), (1.9, 2.4, 3.0))
    np.maximum(vessels, other, out=vessels)
    ascending = outline.at(outline.right, -2.0) + 0.15 + 0.9 * old * rng.uniform(0.4, 1.0)
    other[:] = 0
    add_ellipsoid(other, frame, (x0 - ascending + 2.2, -1.6), (2.2, 4.4, 3.0))
    np.maximum(vessels, other, out=vessels)
    other[:] = 0
    start = (1.1 + 0.6 * old + x0, height + 0.5)
    add_capsule(other, frame, start, (1.0 + 0.6 * old + x0, 14.0), 1.35, 1.25, weight=1.5)
    return np.maximum(vessels, other)
