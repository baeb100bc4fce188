"""Gas: the air of trachea and bronchi, and the gas of stomach and bowel, as cm per ray."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cxrstudy.phantom.geometry import Frame, Map, add_capsule, add_ellipsoid
from cxrstudy.phantom.outline import Outline
from cxrstudy.phantom.patient import Patient, Pose


def free_gas(frame: Frame, patient: Patient, pose: Pose, outline: Outline) -> Map:
    """Path in cm through the air of trachea and main bronchi, and the gas of stomach and colon.

    Parameters
    ----------
    frame : Frame
        The whole image's frame.
    patient, pose, outline : Patient, Pose, Outline
        The patient, whose gas is the same in all images; the pose, as fluid is level upright only;
        and the outline.

    Returns
    -------
    (pixels, pixels) float32
    """
    rng = patient.stream("gas")
    gas = np.zeros_like(frame.x)
    bow = 0.35 + 0.35 * patient.aorta
    fork = (0.15 - bow + outline.centre, 0.0)
    middle = (-0.5 * bow + outline.centre, -6.0)
    larynx = (0.6 * outline.centre, -24.0)
    for start, end, radius, end_radius in (
        (larynx, middle, 0.8, 0.78),
        (middle, fork, 0.78, 0.76),
        (fork, (fork[0] - 2.3, 2.0), 0.68, 0.55),
        (fork, (fork[0] + 3.6, 2.5), 0.6, 0.48),
    ):
        airway = np.zeros_like(gas)
        add_capsule(airway, frame, start, end, radius, end_radius, weight=0.95)
        np.maximum(gas, airway, out=gas)
    bubble = stomach_bubble(rng, outline)
    if bubble is not None:
        _add_bubble(gas, frame, bubble, pose)
    for _ in range(rng.integers(0, 4)):
        loop = (rng.uniform(3.0, 11.0), outline.dome[1] + rng.uniform(4.5, 9.0))
        axes = (rng.uniform(0.6, 1.8), rng.uniform(0.5, 1.1), rng.uniform(0.5, 1.3))
        add_ellipsoid(gas, frame, loop, axes, rng.uniform(-0.6, 0.6))
    return gas


@dataclass(frozen=True)
class Bubble:
    """Gas of the stomach in cm: middle, half-width, half-height, level of the fluid below, lean.

    The level is measured downwards from the middle, in half-heights; upright the gas ends there.
    """

    middle: tuple[float, float]
    wide: float
    tall: float
    level: float
    lean: float


def stomach_bubble(rng: np.random.Generator, outline: Outline) -> Bubble | None:
    """Draw the gas of the stomach, round to long; one person in four has none.

    It is the first draw of the patient's stream ``"gas"``.
    """
    if rng.random() >= 0.75:
        return None
    wide, flat, level = rng.uniform(0.9, 3.6), rng.uniform(0.45, 1.0), rng.uniform(-0.5, 1.2)
    tall = flat * wide
    middle = rng.normal(5.6, 1.2), outline.dome[1] + rng.uniform(0.5, 1.3) + tall
    return Bubble(middle, wide, tall, level, rng.normal(0, 0.25))


def _add_bubble(gas: Map, frame: Frame, shape: Bubble, pose: Pose) -> None:
    """Add the gas of the stomach; upright it ends at the level of the fluid."""
    bubble = np.zeros_like(gas)
    axes = (shape.wide, shape.tall, 0.9 * shape.wide)
    add_ellipsoid(bubble, frame, shape.middle, axes, shape.lean)
    if pose.view == "PA":
        surface = np.float32(shape.middle[1] + shape.level * shape.tall)
        bubble *= np.clip((surface - frame.y) * np.float32(6), 0, 1)
    gas += bubble
