"""Lateral: the radiograph of a patient from the side, with the disease of their frontal one.

The patient stands with the left side at the detector, arms raised, and looks to the image's left.
Organs are those of the frontal chest, met by rays from the side (`lateral_anatomy`). A disease is
drawn for the frontal view, so its depth is not known: at each height, and in each lung, the tissue
that it adds in the frontal view is laid along z, about as deep as it is wide, around a depth that
is drawn for the finding. So both views agree in how much of it lies at which height.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from cxrstudy.phantom.acquisition import SiteStyle, acquire
from cxrstudy.phantom.anatomy import Chest, chest
from cxrstudy.phantom.case import Case
from cxrstudy.phantom.fields import sample, smooth_field
from cxrstudy.phantom.findings import alteration, disease
from cxrstudy.phantom.geometry import Map
from cxrstudy.phantom.lateral_anatomy import lateral_chest
from cxrstudy.phantom.pathology import MASK_LEVEL, no_lesion, soft_tissue
from cxrstudy.phantom.patient import Patient, Pose, draw_pose
from cxrstudy.phantom.phantom_image import Phantom
from cxrstudy.phantom.streams import stream

FIELDS = (31.0, 36.0)
"""Side in cm of the field, which is narrower than in front [by eye]."""

# Where a finding lies between front (-1) and back (1): middle, and spread from patient to patient.
# COVID-19 and free fluid lie behind, free air in front and above, oedema in the middle [by eye].
_DEPTH = {
    "covid19": (0.45, 0.15),
    "mild covid19": (0.45, 0.2),
    "effusion": (0.7, 0.08),
    "pneumothorax": (-0.1, 0.1),
    "oedema": (0.0, 0.08),
    "atelectasis": (0.35, 0.2),
}
_ANYWHERE = (0.05, 0.35)
_SMOOTH = ("effusion", "pneumothorax", "nodule")  # all else is mottled
_THINNEST = 0.4
"""Smallest spread in cm along z of a disease: less than a pixel of a small image."""


def lateral_radiograph(
    patient: Patient, image: str, case: Case, pixels: int, style: SiteStyle
) -> Phantom:
    """Take the lateral radiograph of a patient.

    Parameters
    ----------
    patient, case
        Who is shown, and what they have.
    image : str
        Id of the image, which names its random streams.
    pixels : int
        Pixels per side.
    style : SiteStyle
        Style of the hospital.

    Returns
    -------
    Phantom
        The image, the mask of the disease (for an enlarged heart its silhouette) and that of the
        lungs.
    """
    # Upright, as a PA view; nothing turned, so that rows of both views are of the same height.
    upright = draw_pose(patient.seed, f"{image} lateral", "PA")
    shown = float(stream(patient.seed, image, "lateral field").uniform(*FIELDS))
    pose = replace(upright, tilt=0.0, rotation=0.0, heart_magnification=1.0, field=shown)
    change = alteration(patient, case.findings)
    body = lateral_chest(patient, pose, pixels, change)
    lesion = seen_from_the_side(body, _added(patient, pose, pixels, case), case.findings)
    healthy = soft_tissue(body, no_lesion(body))
    size = np.float32(patient.size)
    nothing = np.zeros_like(healthy)
    grey = acquire(
        size * np.maximum(healthy + lesion, 0),
        size * body.bone,
        nothing,
        style,
        "PA",
        stream(patient.seed, image, "lateral acquisition"),
        pose.field,
    )
    opaque = np.abs(lesion) > MASK_LEVEL * max(float(np.abs(lesion).max()), 0.3)
    mask = opaque & body.lung_mask
    if "cardiomegaly" in case.findings:
        mask |= body.heart_mask
    return Phantom(grey, mask, body.lung_mask, patient, np.zeros_like(mask))


def _added(patient: Patient, pose: Pose, pixels: int, case: Case) -> tuple[Chest, Map]:
    """The frontal chest of the same breath, and the cm of soft tissue that disease adds to it."""
    front = chest(patient, pose, pixels, alteration(patient, case.findings))
    found = disease(front, case.findings, case.progress)
    return front, soft_tissue(front, found) - soft_tissue(front, no_lesion(front))


def seen_from_the_side(side: Chest, frontal: tuple[Chest, Map], findings: Sequence[str]) -> Map:
    """Lay what a disease adds in the frontal view along the depth of the lungs.

    Parameters
    ----------
    side : Chest
        The chest from the side.
    frontal : (Chest, (pixels, pixels) float32)
        The frontal chest of the same patient and breath, whose rows are of the same heights, and
        the soft tissue in cm that the disease adds there; negative for free air.
    findings : sequence of str
        What the patient has; the first decides the depth.

    Returns
    -------
    (pixels, pixels) float32
        Soft tissue in cm added on each ray. Its sum over a row is that of the frontal view, where
        the row meets lung.
    """
    front, added = frontal
    total = np.zeros_like(side.lung)
    if not findings:
        return total
    middle, spread = _DEPTH.get(findings[0], _ANYWHERE)
    rng = side.patient.stream(f"depth of {findings[0]}")
    rough = np.float32(0.0 if findings[0] in _SMOOTH else 0.4)
    mottle = np.exp(rough * sample(smooth_field(rng, 6.0, 1.7, 1.0), side.frame))
    aside = front.frame.x - np.float32(front.outline.centre)
    for lung in (-1, 1):
        part = added * (aside * lung > 0)
        place = float(np.clip(rng.normal(middle, spread), -0.8, 0.8)) * side.patient.chest_depth
        distance = side.frame.x - np.float32(place)
        wide = np.float32(_wide(front.frame.x, part))
        weight = np.exp(-distance * distance / (2 * wide * wide)) * mottle
        weight *= np.minimum(side.lung * np.float32(0.25), 1)
        sums = weight.sum(axis=1, keepdims=True)
        total += np.where(sums > 0, weight / np.maximum(sums, np.float32(1e-6)), 0) * part.sum(
            axis=1, keepdims=True
        )
    return total


def _wide(x: Map, part: Map) -> float:
    """Standard deviation in cm of x where something is added: a disease is as deep as wide."""
    size = np.abs(part)
    mass = float(size.sum())
    if mass == 0:
        return _THINNEST
    middle = float((size * x).sum()) / mass
    return max(float(np.sqrt((size * (x - np.float32(middle)) ** 2).sum() / mass)), _THINNEST)
