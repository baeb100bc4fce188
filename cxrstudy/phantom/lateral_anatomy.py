"""Lateral anatomy: the chest of a patient from the side, as line integrals in cm.

The solids are those of the frontal chest, met by rays along x. In the frame of a lateral, x is the
distance z in cm from the middle of the chest towards the back: the patient looks to the image's
left. What the frontal chest leaves open, such as how far behind the sternum the heart lies, is
chosen [by eye].
"""

from __future__ import annotations

import itertools
import math

import numpy as np

from cxrstudy.phantom.anatomy import DOME_DEPTH, DOME_WIDTH, Alteration, Chest, domes
from cxrstudy.phantom.attenuation import FAT_SHARE
from cxrstudy.phantom.fields import sample, smooth_field
from cxrstudy.phantom.gas import stomach_bubble
from cxrstudy.phantom.geometry import (
    FIELD,
    PROFILE_Y,
    Frame,
    Map,
    add_capsule,
    add_ellipsoid,
    ellipsoid,
    tabulate,
)
from cxrstudy.phantom.heart import Chamber, chambers, merged
from cxrstudy.phantom.lateral_skeleton import lateral_skeleton, set_back
from cxrstudy.phantom.outline import APEX, Outline, draw_outline
from cxrstudy.phantom.pathology import smooth_step
from cxrstudy.phantom.patient import Patient, Pose
from cxrstudy.phantom.tubes import thin_tubes
from cxrstudy.phantom.vessels import PAIRS, grow

RECESS = 5.0
"""How far below the top of its dome the lung reaches behind, in cm [by eye]."""
UPPER_ARM = 4.2
"""Radius in cm of a raised upper arm [by eye]."""


def lateral_chest(patient: Patient, pose: Pose, pixels: int, change: Alteration) -> Chest:
    """Build the chest of a patient seen from the side.

    Parameters
    ----------
    patient, pose : Patient, Pose
        Build and position; the pose decides the depth of breath and the place on the detector.
    pixels : int
        Pixels per side.
    change : Alteration
        Changes of the organs by disease.

    Returns
    -------
    Chest
        As of a frontal chest, with `across` from 0 in front to 1 behind.
    """
    enlarged = patient.size * pose.magnification * FIELD / pose.field
    frame = Frame.place(pixels, pose.shift, enlarged)
    outline = draw_outline(patient, pose, change.lift)
    cage, depth = tabulate(frame, outline.cage), tabulate(frame, outline.depth)
    back = tabulate(frame, set_back(PROFILE_Y).astype(np.float32))
    share: Map = np.asarray((frame.x - back) / np.maximum(depth, np.float32(0.1)))
    cavity = 2 * cage * np.sqrt(np.maximum(1 - share * share, 0))
    abdomen = np.minimum(_abdomen(frame, patient, outline), cavity)
    parts, _ = chambers(patient, pose, outline, change.heart)
    muscle = merged([from_the_side(frame, part, patient) for part in parts])
    middle = _mediastinum(frame, outline, share)
    vessels = _great_vessels(frame, patient)
    solid = np.maximum(np.maximum(muscle, middle), vessels)
    lung = np.maximum(cavity - solid - abdomen, 0)
    return Chest(
        frame=frame,
        outline=outline,
        patient=patient,
        pose=pose,
        body=_body(frame, patient, outline, back),
        lung=lung,
        blood=_blood(frame, patient, change.engorged),
        gas=_gas(frame, patient, outline),
        bone=lateral_skeleton(frame, patient, pose, outline),
        texture=sample(smooth_field(patient.stream("lateral texture"), 8, 1.7, 0.8), frame),
        across=np.clip((share + 1) / 2, 0, 1),
        down=np.clip((frame.y - np.float32(APEX)) / np.float32(outline.base - APEX), 0, 1),
        lung_mask=(cavity > 3.0) & (lung > np.float32(0.35) * cavity),
        heart_mask=muscle > 0,
    )


def from_the_side(frame: Frame, chamber: Chamber, patient: Patient) -> Map:
    """Chord in cm of a chamber of the heart along x.

    An ellipsoid that is turned in the frontal plane is an upright one from the side. With
    ``A = cos^2 / a^2 + sin^2 / b^2``, its half chord is ``1 / sqrt(A)`` and its half height
    ``a b sqrt(A)``, which is its extent in y.
    """
    a, b, deep = chamber.axes
    size = math.hypot(math.cos(chamber.angle) / a, math.sin(chamber.angle) / b)
    # It lies behind the sternum, a finger's width away.
    z = -max(patient.chest_depth - deep - 1.2, 0.0) * 0.8
    return ellipsoid(frame, (z, chamber.middle[1]), (deep, a * b * size, 1 / size))


def _mediastinum(frame: Frame, outline: Outline, share: Map) -> Map:
    """Width between the lungs: none behind the sternum, all of it before the spine."""
    width = tabulate(frame, outline.left) + tabulate(frame, outline.right)
    front = smooth_step((share + np.float32(0.45)) / np.float32(0.2))
    behind = smooth_step((np.float32(0.5) - share) / np.float32(0.2))
    return np.asarray(width * front * behind * np.float32(0.8))


def _great_vessels(frame: Frame, patient: Patient) -> Map:
    """Chord of the aorta, which rises behind the sternum and falls before the spine."""
    rng = patient.stream("lateral vessels")
    old, girth = patient.aorta, 1.35 + 0.3 * patient.aorta
    top = -5.6 - 0.9 * old + 0.3 * rng.normal()
    front, back = -2.6 - 0.6 * old, 3.2 + 0.5 * old
    course = [(front, 1.5), (front, -3.0), (-0.6, top), (back - 1.0, top + 0.6), (back, -2.0)]
    course += [(back, 14.0)]
    aorta = np.zeros_like(frame.x)
    for start, end in itertools.pairwise(course):
        piece = np.zeros_like(aorta)
        add_capsule(piece, frame, start, end, girth)
        np.maximum(aorta, piece, out=aorta)
    return aorta


def _abdomen(frame: Frame, patient: Patient, outline: Outline) -> Map:
    """Path through the abdomen under both domes; behind, the lungs reach further down."""
    height, _ = domes(patient, outline)
    total = np.zeros_like(frame.x)
    for dome in outline.dome:
        chord = ellipsoid(frame, (-0.8, dome + height), (DOME_DEPTH, height, DOME_WIDTH))
        slope = np.float32(0.35) * np.clip(frame.x, 0, 9)
        below = frame.y - np.float32(dome + RECESS - 2.5) - slope
        total += np.maximum(chord, np.clip(9 * below, 0, 14))
    return total


def _body(frame: Frame, patient: Patient, outline: Outline, back: Map) -> Map:
    """Soft-tissue path of the trunk and neck, the raised arms and the breasts."""
    half, deep = tabulate(frame, outline.body), tabulate(frame, outline.thickness)
    # With raised arms the shoulders are no wider than the trunk.
    half = half * (
        1 - np.float32(0.1) * smooth_step(np.asarray((np.float32(-8) - frame.y) / np.float32(4)))
    )
    share = (frame.x - back) / deep
    body = 2 * half * np.sqrt(np.sqrt(np.maximum(1 - share * share, 0)))
    rng = patient.stream("lateral body")
    arms = np.zeros_like(body)
    forwards = rng.uniform(3.0, 8.0)
    add_capsule(arms, frame, (0.5, -12.0), (-1.0 - forwards, -34.0), UPPER_ARM, weight=1.6)
    body += arms * smooth_step(np.asarray((np.float32(-14) - frame.y) / np.float32(3.5)))
    if patient.sex == "F":
        bulk = float(np.clip(0.75 + 0.045 * (patient.mass_index - 22), 0.55, 1.6))
        bulk *= rng.uniform(0.8, 1.2)
        height = rng.normal(4.6, 1.2) + 0.02 * (patient.age - 50)
        front = 0.9 - outline.at(outline.thickness, height)
        part = np.zeros_like(body)
        axes = (3.4 * bulk, 5.6 * bulk**0.5, 5.6 * bulk**0.4)
        add_ellipsoid(part, frame, (front, height), axes, 0.12, FAT_SHARE)
        # Each of the two begins at the chest wall.
        body += part * smooth_step(
            np.asarray((np.float32(front + 0.4) - frame.x) / np.float32(1.6))
        )
    lean = 1 - (1 - FAT_SHARE) * min(outline.fat / 8.0, 0.6)
    body *= np.float32(lean)
    body *= 1 + np.float32(0.012) * sample(
        smooth_field(patient.stream("lateral tissue"), 16, 2.5), frame
    )
    return np.asarray(body)


def _blood(frame: Frame, patient: Patient, engorged: float) -> Map:
    """Chord of the vessels of both lungs, which lie behind each other, and of the hila."""
    blood = np.zeros_like(frame.x)
    for lung, (z, y) in {"right": (-0.6, 0.6), "left": (1.0, -0.6)}.items():
        rng = patient.stream(f"lateral {lung} lung")
        starts, ends, radii = grow(rng, {-1: (z, y), 1: (z, y)})
        radii = radii * (1 + engorged * np.where(ends[:, 1] < y, 1.0, 0.35))
        blood += np.float32(PAIRS) * thin_tubes(frame, starts, ends, radii * patient.vascularity)
        girth = rng.uniform(1.3, 1.7) * patient.vascularity
        add_ellipsoid(blood, frame, (z, y), (girth, 1.15 * girth, 0.8 * girth))
    return blood


def _gas(frame: Frame, patient: Patient, outline: Outline) -> Map:
    """Path through the air of trachea and bronchi and the gas of the stomach."""
    gas = np.zeros_like(frame.x)
    larynx, fork = (-1.2, -24.0), (1.2, 0.0)
    add_capsule(gas, frame, larynx, fork, 0.8, 0.76, weight=0.95)
    for bronchus, radius in (((1.6, 1.6), 0.75), ((1.9, 3.2), 0.6)):
        ring = np.zeros_like(gas)
        add_ellipsoid(ring, frame, bronchus, (radius, radius, 1.2))
        np.maximum(gas, ring, out=gas)
    bubble = stomach_bubble(patient.stream("gas"), outline)
    if bubble is not None:
        shown = np.zeros_like(gas)
        y = bubble.middle[1]
        add_ellipsoid(shown, frame, (1.5, y), (0.9 * bubble.wide, bubble.tall, bubble.wide))
        surface = np.float32(y + bubble.level * bubble.tall)
        gas += shown * np.clip((surface - frame.y) * np.float32(6), 0, 1)
    return gas
