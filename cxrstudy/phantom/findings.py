"""Findings: pleura, volume loss, nodules and heart, and the list of all findings."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np

from cxrstudy.phantom import airspace
from cxrstudy.phantom.anatomy import Alteration, Chest
from cxrstudy.phantom.fields import sample, smooth_field
from cxrstudy.phantom.geometry import add_capsule, add_ellipsoid
from cxrstudy.phantom.pathology import SEVERITY, Lesion, lesion, smooth_step, together
from cxrstudy.phantom.patient import Patient

Finding = Callable[[Chest, np.random.Generator, float], Lesion]


def effusion(chest: Chest, rng: np.random.Generator, progress: float) -> Lesion:
    """Draw fluid in one or both pleural spaces: a meniscus if upright, a veil on bedside images."""
    sides = ((-1,), (1,), (-1, 1))[int(rng.choice(3, p=(0.42, 0.33, 0.25)))]
    wave = sample(smooth_field(rng, 16.0, 6.0), chest.frame)
    water = np.zeros_like(chest.lung)
    mask = np.zeros(water.shape, dtype=bool)
    bedside = chest.pose.view == "AP"
    for side in sides:
        dome = chest.outline.dome[0 if side < 0 else 1]
        height = rng.uniform(*SEVERITY["effusion"]) * progress
        # The fluid rises at the chest wall and, less, at the mediastinum.
        climb = np.float32(1.6 + 0.35 * height) * chest.across**4
        climb += np.float32(0.8) * (1 - chest.across) ** 4
        level = np.float32(dome + 2.6 - height) - climb + np.float32(0.18) * wave
        below = chest.frame.y - level
        filled = smooth_step((below - np.float32(0.3)) / np.float32(1.0))
        if bedside:
            veil = smooth_step((below + np.float32(2.0)) / np.float32(4.5))
            filled = np.maximum(filled * np.float32(0.85), np.float32(0.5) * veil)
        filled *= (chest.frame.x - np.float32(chest.outline.centre)) * side > 0
        np.maximum(water, np.float32(0.75) * filled, out=water)
        mask |= (filled > 0.4) & (chest.lung > 0.3)
    return lesion(chest, mask, water=water)


def pneumothorax(chest: Chest, rng: np.random.Generator, progress: float) -> Lesion:
    """Draw air between chest wall and lung: no vessels beyond a fine line, widest at the apex."""
    side = int(rng.choice((-1, 1)))
    size = float(min(rng.uniform(*SEVERITY["pneumothorax"]) * progress, 0.6))
    outline = chest.outline
    span = chest.outline.at(outline.cage, 0.0) - 2.3
    # The rim widens smoothly towards the apex, where the air rises to.
    apical = np.float32(0.9 + 1.5 * size) * np.clip(np.float32(0.6) - chest.down, 0, 1) ** 2
    wave = np.float32(0.02) * sample(smooth_field(rng, 20.0, 6.0), chest.frame)
    # Distance in cm outwards from the lung's edge.
    beyond = (chest.across + apical + wave - np.float32(1 - size)) * np.float32(span)
    here = (chest.frame.x - np.float32(outline.centre)) * side > 0
    free = smooth_step(beyond / np.float32(0.1)) * here
    depth = np.clip(np.float32(0.55) + beyond * np.float32(0.14), 0, 1)
    edge = np.exp(-((beyond / np.float32(0.09)) ** 2).clip(0, 30)) * here
    collapsed = (1 - free) * here * np.float32(0.04 + 0.25 * size)
    shown = chest.lung_mask & (free > 0.5)
    return lesion(chest, shown, water=collapsed, tissue=edge * np.float32(0.9), air=free * depth)


def atelectasis(chest: Chest, rng: np.random.Generator, progress: float) -> Lesion:
    """Draw volume loss: plates above a raised dome, or a collapsed lower lobe beside the spine."""
    side = _atelectatic_side(rng)
    thick = rng.uniform(*SEVERITY["atelectasis"]) * progress
    plates = np.zeros_like(chest.lung)
    water = np.zeros_like(chest.lung)
    if rng.random() < 0.65:
        for _ in range(int(rng.integers(1, 4))):
            x, y = chest.outline.place(
                side if rng.random() < 0.8 else -side, rng.uniform(0.35, 0.7), rng.uniform(0.6, 0.8)
            )
            half, angle = rng.uniform(1.6, 3.6), float(rng.normal(0, 0.28))
            dx, dy = half * np.cos(angle), half * np.sin(angle)
            plate = np.zeros_like(plates)
            bow = rng.normal(0, 0.25)
            radius = 0.27 * thick
            add_capsule(plate, chest.frame, (x - dx, y - dy), (x, y + bow), 0.6 * radius, radius)
            other = np.zeros_like(plates)
            add_capsule(other, chest.frame, (x, y + bow), (x + dx, y + dy), radius, 0.5 * radius)
            np.maximum(plate, other, out=plate)
            # A plate is much deeper along the ray than it is high.
            np.maximum(plates, plate * np.float32(7.0), out=plates)
        mask = plates > 0.3
    else:
        dome = chest.outline.dome[0 if side < 0 else 1]
        aside = (chest.frame.x - np.float32(chest.outline.centre)) * side
        top = np.float32(0.5)
        fan = (chest.frame.y - top) / np.float32(dome + 3.0 - top)
        border = np.float32(2.0) + np.float32(rng.uniform(3.2, 5.2)) * np.clip(fan, 0, 1.2)
        ragged = np.float32(0.2) * sample(smooth_field(rng, 8.0, 2.0), chest.frame)
        wedge = smooth_step((border - aside + ragged) / np.float32(0.35)) * (aside > 0)
        wedge *= smooth_step((fan - np.float32(0.05)) * 8)
        water = wedge * np.float32(0.42 * thick)
        mask = wedge > 0.5
    inside = chest.lung > 1.0
    return lesion(chest, mask & inside, water=water, tissue=plates)


def nodule(chest: Chest, rng: np.random.Generator, progress: float) -> Lesion:
    """Draw one to three rounded, slightly lobed solid nodules, or a mass."""
    tissue = np.zeros_like(chest.lung)
    count = int(rng.choice((1, 2, 3), p=(0.7, 0.2, 0.1)))
    for _ in range(count):
        side = int(rng.choice((-1, 1)))
        x, y = chest.outline.place(side, rng.uniform(0.2, 0.85), rng.uniform(0.15, 0.75))
        low, high = SEVERITY["nodule"]
        radius = low * (high / low) ** rng.random() * progress / np.sqrt(count)
        lobes = np.zeros_like(tissue)
        for lobe in range(4):
            shift = (0.0, 0.0) if lobe == 0 else rng.normal(0, 0.33 * radius, 2)
            size = radius if lobe == 0 else radius * rng.uniform(0.6, 0.85)
            one = np.zeros_like(tissue)
            axes = (size * rng.uniform(0.88, 1.12), size, size)
            add_ellipsoid(one, chest.frame, (x + shift[0], y + shift[1]), axes)
            np.maximum(lobes, one, out=lobes)
        tissue += lobes
    mask = (tissue > 0.2) & (chest.lung > 0.5)
    return lesion(chest, mask, tissue=tissue)


def cardiomegaly(chest: Chest, rng: np.random.Generator, progress: float) -> Lesion:
    """Mask of the heart, which `alteration` has enlarged: its silhouette."""
    return lesion(chest, chest.heart_mask)


FINDINGS: dict[str, Finding] = {
    "covid19": airspace.covid19,
    "mild covid19": airspace.mild_covid19,
    "lobar pneumonia": airspace.lobar_pneumonia,
    "multifocal pneumonia": airspace.multifocal_pneumonia,
    "effusion": effusion,
    "cardiomegaly": cardiomegaly,
    "nodule": nodule,
    "atelectasis": atelectasis,
    "pneumothorax": pneumothorax,
    "oedema": airspace.oedema,
    "consolidation": airspace.consolidation,
}
"""Every finding by name; each takes the chest, a random stream and the disease's progress."""


def _atelectatic_side(rng: np.random.Generator) -> int:
    """Side of an atelectasis: the first draw of its stream, which `alteration` also needs."""
    return int(rng.choice((-1, 1)))


def alteration(patient: Patient, findings: Iterable[str]) -> Alteration:
    """Changes of the organs by findings: heart, domes and vessels."""
    heart, engorged, lift = 1.0, 0.0, (0.0, 0.0)
    for finding in findings:
        rng = patient.stream(f"alteration {finding}")
        if finding == "cardiomegaly":
            heart = rng.uniform(*SEVERITY["cardiomegaly"]) / patient.heart
        elif finding == "oedema":
            engorged = rng.uniform(0.3, 0.65)
        elif finding == "atelectasis":
            rise = rng.uniform(0.6, 2.2)
            right = _atelectatic_side(patient.stream(finding)) < 0
            lift = (rise, 0.0) if right else (0.0, rise)
    return Alteration(heart=float(heart), lift=lift, engorged=float(engorged))


def disease(chest: Chest, findings: Iterable[str], progress: float, drawing: str = "") -> Lesion:
    """Draw all findings of a patient into their chest.

    Parameters
    ----------
    chest : Chest
        Built with the findings' `alteration`.
    findings : iterable of str
        Names of `FINDINGS`.
    progress : float
        Progress of the disease: 1 is its full strength.
    drawing : str
        Name of another drawing of the same findings; empty for the patient's own.

    Returns
    -------
    Lesion
        All findings combined; each has its own random stream, so its position does not depend on
        the other findings.
    """
    patient = chest.patient
    streams = {name: patient.stream(f"{name} {drawing}".strip()) for name in findings}
    return together(chest, [FINDINGS[name](chest, rng, progress) for name, rng in streams.items()])
