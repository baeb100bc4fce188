"""Airspace: filled airspaces: COVID-19, pneumonia, consolidation and oedema."""

from __future__ import annotations

import numpy as np

from cxrstudy.phantom.anatomy import Chest
from cxrstudy.phantom.fields import sample, smooth_field
from cxrstudy.phantom.geometry import Map
from cxrstudy.phantom.pathology import (
    MASK_LEVEL,
    SEVERITY,
    Lesion,
    blob,
    bronchogram,
    lesion,
    smooth_step,
)
from cxrstudy.phantom.tubes import thin_tubes

# Where a lobe's pneumonia lies: side, share across and down of its middle, the height in cm of the
# fissure that bounds it, and which side of the fissure it fills (-1 above, 1 below, 0 no edge seen
# from the front). The minor fissure meets the right hilum; the major ones are seen face on.
_LOBES = {
    "right upper": (-1, 0.50, 0.36, 0.4, -1),
    "right middle": (-1, 0.34, 0.66, 0.6, 1),
    "right lower": (-1, 0.52, 0.78, 2.2, 0),
    "left upper": (1, 0.50, 0.36, 1.5, 0),
    "lingula": (1, 0.45, 0.66, 1.0, 1),
    "left lower": (1, 0.45, 0.80, 2.2, 0),
}


def _opacity(
    chest: Chest,
    rng: np.random.Generator,
    patches: list[tuple[int, float, float, float, float]],
    edge: float,
    mottle: float,
    grain: tuple[float, float],
) -> tuple[Map, Map]:
    """Merge patches (side, across, down, radius, strength) to one opacity with a mottled texture.

    Returns its strength (0 to 1) without and with the texture.
    """
    outline = smooth_field(rng, 10.0, 2.4, 2.0)
    strength = np.zeros_like(chest.lung)
    for side, across, down, radius, weight in patches:
        axes = (radius * rng.uniform(0.65, 0.95), radius * rng.uniform(0.95, 1.35))
        centre = chest.outline.place(side, across, down)
        lean = side * rng.normal(-0.2, 0.25)
        window, patch = blob(chest, centre, axes, outline, 0.28, edge, lean)
        strength[window] = np.maximum(strength[window], patch * np.float32(weight))
    texture = sample(smooth_field(rng, grain[0], grain[1], 0.8), chest.frame)
    mottled = strength * np.clip(1 + np.float32(mottle) * texture, 0.15, 2)
    return strength, mottled


def _covid(chest: Chest, rng: np.random.Generator, progress: float, mild: bool) -> Lesion:
    """Scatter ground glass over the outer and lower parts of both lungs."""
    count = int(rng.integers(2, 4) if mild else rng.integers(4, 9))
    first = rng.choice((-1, 1))
    patches = []
    for number in range(count):
        side = int(first if number % 2 == 0 else -first)  # alternating sides: bilateral
        across = float(rng.beta(4.0, 1.6))
        down = float(np.clip(rng.normal(0.63, 0.15), 0.2, 0.88))
        radius = rng.uniform(1.4, 2.3) if mild else rng.uniform(1.6, 3.4)
        patches.append((side, across, down, float(radius), float(rng.uniform(0.55, 1.0))))
    strength, mottled = _opacity(chest, rng, patches, 0.9, 0.16, (5.0, 1.6))
    amount = rng.uniform(*SEVERITY["mild covid19" if mild else "covid19"]) * progress
    mask = (strength > MASK_LEVEL) & chest.lung_mask
    return lesion(chest, mask, water=mottled * np.float32(amount))


def covid19(chest: Chest, rng: np.random.Generator, progress: float) -> Lesion:
    """Draw typical COVID-19: bilateral, peripheral, basal ground glass (Wong et al. 2020)."""
    return _covid(chest, rng, progress, mild=False)


def mild_covid19(chest: Chest, rng: np.random.Generator, progress: float) -> Lesion:
    """Draw mild COVID-19: a faint patch or two on each side."""
    return _covid(chest, rng, progress, mild=True)


def lobar_pneumonia(chest: Chest, rng: np.random.Generator, progress: float) -> Lesion:
    """Draw one consolidated lobe or segment: an edge at the fissure, air bronchograms."""
    side, across, down, height, filled = _LOBES[str(rng.choice(list(_LOBES)))]
    across = float(np.clip(across + rng.normal(0, 0.08), 0.15, 0.85))
    down = down + float(rng.normal(0, 0.03))
    radius = float(rng.uniform(2.6, 4.6))
    patches = [(side, across, down, radius, 1.0)]
    for _ in range(2):
        near = (across + float(rng.normal(0, 0.16)), down + float(rng.normal(0, 0.06)))
        patches.append((side, *near, 0.65 * radius, float(rng.uniform(0.6, 1.0))))
    strength, mottled = _opacity(chest, rng, patches, 0.8, 0.10, (6.0, 1.8))
    if filled:
        level = height + rng.normal(0, 0.5)
        fall = np.float32(rng.normal(0.06, 0.04) * side)
        beyond = np.float32(filled) * (chest.frame.y - np.float32(level) - fall * chest.frame.x)
        within = smooth_step(beyond / np.float32(0.18))
        strength = strength * within
        mottled = mottled * within
    amount = rng.uniform(*SEVERITY["lobar pneumonia"]) * progress
    centre = chest.outline.place(side, across, down)
    air = bronchogram(chest, rng, side, centre) * strength * np.float32(-0.9 * amount)
    mask = (strength > MASK_LEVEL) & chest.lung_mask
    return lesion(chest, mask, water=mottled * np.float32(amount), tissue=air)


def multifocal_pneumonia(chest: Chest, rng: np.random.Generator, progress: float) -> Lesion:
    """Draw bronchopneumonia: a few patches at any position, mostly on one side, often central."""
    main = int(rng.choice((-1, 1)))
    patches = []
    for number in range(int(rng.integers(2, 6))):
        side = main if rng.random() < 0.7 else -main
        inmost = 0.15 if number else 0.5  # the first is not hidden by the heart
        across, down = float(rng.uniform(inmost, 0.85)), float(rng.uniform(0.25, 0.75))
        patches.append((side, across, down, rng.uniform(1.3, 2.8), rng.uniform(0.6, 1.0)))
    strength, mottled = _opacity(chest, rng, patches, 0.65, 0.15, (5.0, 1.7))
    amount = rng.uniform(*SEVERITY["multifocal pneumonia"]) * progress
    mask = (strength > MASK_LEVEL) & chest.lung_mask
    return lesion(chest, mask, water=mottled * np.float32(amount))


def consolidation(chest: Chest, rng: np.random.Generator, progress: float) -> Lesion:
    """Draw a dense patch or two of filled airspace with air bronchograms, in any lobe."""
    side, across, down, _, _ = _LOBES[str(rng.choice(list(_LOBES)))]
    patches = []
    for _ in range(int(rng.integers(2, 4))):
        place = (across + float(rng.normal(0, 0.12)), down + float(rng.normal(0, 0.06)))
        patches.append((side, *place, float(rng.uniform(1.6, 3.0)), float(rng.uniform(0.7, 1.0))))
    strength, mottled = _opacity(chest, rng, patches, 0.75, 0.12, (5.0, 1.7))
    amount = rng.uniform(*SEVERITY["consolidation"]) * progress
    centre = chest.outline.place(side, across, down)
    air = bronchogram(chest, rng, side, centre) * strength * np.float32(-0.9 * amount)
    mask = (strength > MASK_LEVEL) & chest.lung_mask
    return lesion(chest, mask, water=mottled * np.float32(amount), tissue=air)


def oedema(chest: Chest, rng: np.random.Generator, progress: float) -> Lesion:
    """Draw pulmonary oedema: a perihilar (bat-wing) haze, and septal (Kerley B) lines.

    The widened upper vessels are part of the chest, see `findings.alteration`.
    """
    x = np.abs(chest.frame.x - np.float32(chest.outline.centre))
    y = chest.frame.y - np.float32(1.2)
    outline = sample(smooth_field(rng, 10.0, 2.0, 1.2), chest.frame)
    spread = ((x - np.float32(4.0)) / np.float32(5.2)) ** 2 + (y / np.float32(7.0)) ** 2
    inwards = np.float32(1.35) - np.float32(1.15) * np.sqrt(spread)
    wings = smooth_step(inwards - np.float32(0.13) * outline)
    haze = wings * (np.float32(0.75) + np.float32(0.35) * chest.down)
    texture = sample(smooth_field(rng, 3.5, 1.6, 0.5), chest.frame)
    haze *= np.clip(1 + np.float32(0.10) * texture, 0.3, 2)
    amount = rng.uniform(*SEVERITY["oedema"]) * progress
    starts, ends = [], []
    for side in (-1, 1):
        for _ in range(int(rng.integers(8, 15))):
            outer = chest.outline.place(side, 0.985, float(rng.uniform(0.66, 0.88)))
            starts.append(outer)
            ends.append((outer[0] - side * rng.uniform(0.9, 1.8), outer[1] + rng.normal(0, 0.12)))
    lines = thin_tubes(chest.frame, np.array(starts), np.array(ends), np.full(len(starts), 0.07))
    mask = (haze > 0.45) & chest.lung_mask
    return lesion(chest, mask, water=haze * np.float32(amount), tissue=lines * np.float32(2.5))
