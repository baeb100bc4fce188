"""Anatomy: a patient in a pose as line integrals in cm: soft tissue, lung, gas, blood and bone."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cxrstudy.phantom.attenuation import FAT_SHARE, LUNG_WATER
from cxrstudy.phantom.fields import sample, smooth_field
from cxrstudy.phantom.gas import free_gas
from cxrstudy.phantom.geometry import (
    FIELD,
    Frame,
    Map,
    Mask,
    add_capsule,
    add_ellipsoid,
    ellipsoid,
    tabulate,
)
from cxrstudy.phantom.heart import great_vessels, heart
from cxrstudy.phantom.outline import APEX, Outline, draw_outline
from cxrstudy.phantom.patient import Patient, Pose
from cxrstudy.phantom.skeleton import skeleton
from cxrstudy.phantom.streams import within
from cxrstudy.phantom.vessels import lung_vessels


@dataclass(frozen=True)
class Alteration:
    """Changes of the organs by disease.

    Attributes
    ----------
    heart : float
        Factor on the heart's diameter.
    lift : (float, float)
        Rise in cm of the right and left dome of the diaphragm.
    engorged : float
        Widening of the lung vessels: 0 none, 1 double in the upper lobes.
    """

    heart: float = 1.0
    lift: tuple[float, float] = (0.0, 0.0)
    engorged: float = 0.0


@dataclass(frozen=True, eq=False)
class Chest:
    """The healthy chest on the detector.

    Maps are (pixels, pixels) float32. Lengths are in cm of the reference body and are later scaled
    by the patient's size.

    Attributes
    ----------
    frame, outline : Frame, Outline
        Positions of the pixels, and the outlines of the chest.
    patient, pose : Patient, Pose
        The patient and the pose.
    body : ndarray
        Soft tissue (with fat weighted by its attenuation) as if there were no lungs and no gas.
    lung : ndarray
        Path through lung.
    blood : ndarray
        Path through lung vessels, as if all were lung.
    gas : ndarray
        Path through trachea, bronchi, stomach and bowel gas, and through the air of the lung that
        lies before and behind the mediastinum, where no finding is drawn.
    bone : ndarray
        Cortical bone in excess of soft tissue.
    texture : ndarray
        Relative fluctuation of the lung's density, unit variance.
    across, down : ndarray
        Lung coordinates: 0 at the mediastinum to 1 at the chest wall; 0 apex to 1 base.
    lung_mask, heart_mask : ndarray of bool
        Lung fields (clear of heart, mediastinum and diaphragm) and the heart's silhouette.
    """

    frame: Frame
    outline: Outline
    patient: Patient
    pose: Pose
    body: Map
    lung: Map
    blood: Map
    gas: Map
    bone: Map
    texture: Map
    across: Map
    down: Map
    lung_mask: Mask
    heart_mask: Mask


HEALTHY = Alteration()

DOME_WIDTH, DOME_DEPTH = 8.2, 10.5
"""Semi-axes in cm of a dome of the diaphragm: across the body, and from front to back."""


def chest(patient: Patient, pose: Pose, pixels: int, change: Alteration = HEALTHY) -> Chest:
    """Build the chest of a patient in a pose.

    Parameters
    ----------
    patient, pose : Patient, Pose
        Build and position.
    pixels : int
        Pixels per side.
    change : Alteration
        Changes of the organs by disease.

    Returns
    -------
    Chest
        Line integrals and masks.
    """
    enlarged = patient.size * pose.magnification * FIELD / pose.field
    frame = Frame.place(pixels, pose.shift, enlarged, pose.tilt)
    outline = draw_outline(patient, pose, change.lift)
    x, y = frame.x, frame.y

    cage, depth = tabulate(frame, outline.cage), tabulate(frame, outline.depth)
    share = np.abs(x) / cage
    cavity = 2 * depth * np.sqrt(np.maximum(1 - share * share, 0))
    medial = x - np.float32(outline.centre)
    border = np.where(medial > 0, tabulate(frame, outline.left), tabulate(frame, outline.right))
    aside = np.abs(medial) - border
    # The lungs' edges towards the mediastinum are rounded over about 2.5 cm.
    edge = np.sqrt(np.clip(aside * np.float32(1 / 2.5), 0, 1))
    between = cavity * (1 - edge)
    cavity *= edge

    muscle = heart(frame, patient, pose, outline, change.heart)
    vessels = great_vessels(frame, patient, outline)
    abdomen = _diaphragm(frame, patient, outline)
    solid = np.maximum(muscle, np.float32(0.7) * vessels)
    solid += abdomen
    lung = np.maximum(cavity - solid, 0)
    gas = free_gas(frame, patient, pose, outline)
    gas += _hidden_lung(patient, between, cavity - solid, lung)
    heart_mask = muscle > 0
    lung_mask = (cavity > 2.0) & ~heart_mask & (abdomen <= 0.3 * cavity) & (aside > 0)

    body = _body(frame, patient, pose, outline)
    body *= 1 + np.float32(0.012) * sample(smooth_field(patient.stream("tissue"), 16, 2.5), frame)
    return Chest(
        frame=frame,
        outline=outline,
        patient=patient,
        pose=pose,
        body=body,
        lung=lung,
        blood=lung_vessels(frame, patient, outline, change.engorged),
        gas=gas,
        bone=skeleton(frame, patient, pose, outline),
        texture=sample(smooth_field(patient.stream("texture"), 8, 1.7, 0.8), frame),
        across=np.clip(aside / np.maximum(cage - border, 1), 0, 1),
        down=np.clip((y - np.float32(APEX)) / np.float32(outline.base - APEX), 0, 1),
        lung_mask=lung_mask,
        heart_mask=heart_mask,
    )


def _hidden_lung(patient: Patient, between: Map, free: Map, lung: Map) -> Map:
    """Air in cm of the lung before and behind the mediastinum.

    It makes the mediastinum less dense than a slab as thick as the chest. Its share of the room
    `between` the lungs is .2 to .38 [by eye]; the heart and the great vessels take it first.
    """
    share = np.float32(patient.stream("hidden lung").uniform(0.2, 0.38))
    air = np.maximum(share * between + free, 0) - lung
    return np.asarray(np.float32(1 - LUNG_WATER) * air)


def _body(frame: Frame, patient: Patient, pose: Pose, outline: Outline) -> Map:
    """Soft-tissue path of trunk, neck, shoulders, arms and breasts, without air in the lungs."""
    half, deep = tabulate(frame, outline.body), tabulate(frame, outline.thickness)
    share = np.abs(frame.x) / half
    body = 2 * deep * np.sqrt(np.maximum(1 - share * share * share * share, 0))
    rng = patient.stream("body")
    height = rng.normal(4.6, 1.2) + 0.02 * (patient.age - 50)
    for side, angle in zip((-1, 1), pose.arms, strict=True):
        arm = 4.6 + 0.4 * (outline.fat - 1.7)
        elbow = side * (15.6 + 32 * np.sin(angle)), -10.5 + 32 * np.cos(angle)
        limb = np.zeros_like(body)
        add_capsule(limb, frame, (side * 15.6, -10.5), elbow, arm, 0.8 * arm)
        np.maximum(body, limb, out=body)
        height += rng.normal(0, 0.4)
        if patient.sex == "F":
            bulk = float(np.clip(0.75 + 0.045 * (patient.mass_index - 22), 0.55, 1.6))
            bulk *= rng.uniform(0.8, 1.2)
            centre = (side * rng.normal(8.0, 0.4), height)
            axes = (5.6 * bulk**0.4, 5.2 * bulk**0.5, 2.3 * bulk)
            _add_breast(body, frame, centre, axes)
        else:
            pectoral = (side * 8.5, -4.0 + 0.3 * (height - 4.6))
            add_ellipsoid(body, frame, pectoral, (6.0, 4.2, 0.7), side * -0.5)
    # Fat is distributed evenly along the ray: its share of the path is its share of the thickness.
    lean = 1 - (1 - FAT_SHARE) * min(outline.fat / 8.0, 0.6)
    body *= np.float32(lean)
    return body


def _add_breast(
    body: Map, frame: Frame, centre: tuple[float, float], axes: tuple[float, float, float]
) -> None:
    """Add a breast: an ellipsoid with a gentle upper border and a fold below."""
    reach = max(axes[:2])
    window = frame.window(
        centre[0] - reach, centre[0] + reach, centre[1] - reach, centre[1] + reach
    )
    part = frame.view(window)
    chord = ellipsoid(part, centre, axes)
    hang = np.clip((part.y - np.float32(centre[1] - axes[1])) * np.float32(0.55 / axes[1]), 0, 1)
    body[window] += np.float32(FAT_SHARE) * chord * hang


def domes(patient: Patient, outline: Outline) -> tuple[float, tuple[float, float]]:
    """Height in cm of both domes of the diaphragm, flat or steep, and the x of their tops."""
    rng = patient.stream("diaphragm")
    height = within(rng.normal(6.8, 1.0), 4.8, 9.0)
    right, left = (side * rng.uniform(5.2, 6.8) + outline.centre for side in (-1, 1))
    return height, (right, left)


def _diaphragm(frame: Frame, patient: Patient, outline: Outline) -> Map:
    """Path through the abdomen under the domes, within the cage."""
    height, middles = domes(patient, outline)
    abdomen = np.zeros_like(frame.x)
    for side, middle, dome in zip((-1, 1), middles, outline.dome, strict=True):
        floor = dome + height
        half = frame.window(*((-30, 0) if side < 0 else (0, 30)), dome - 0.5, 26)
        part = frame.view(half)
        chord = ellipsoid(part, (middle, floor), (DOME_WIDTH, height, DOME_DEPTH))
        # The lowest recess, beside and behind the domes, ends 4 to 6 cm below their tops.
        np.maximum(chord, np.clip(12 * (part.y - np.float32(dome + 4)), 0, 24), out=chord)
        chord *= (part.x * side) > 0
        abdomen[half] = np.maximum(abdomen[half], chord)
    # The central tendon joins the domes under the heart.
    floor = 0.5 * sum(outline.dome) + 1.2 + height
    under = frame.window(outline.centre - 7, outline.centre + 7, floor - height, 26)
    part = frame.view(under)
    tendon = ellipsoid(part, (outline.centre, floor), (7.0, height, DOME_DEPTH))
    abdomen[under] = np.maximum(abdomen[under], tendon)
    return abdomen
