"""Devices: objects on or in the patient that are not findings, independent of any label."""

from __future__ import annotations

import numpy as np
import scipy
from numpy.typing import ArrayLike, NDArray

from cxrstudy.phantom.anatomy import Chest
from cxrstudy.phantom.attenuation import IRON
from cxrstudy.phantom.geometry import Map, add_capsule
from cxrstudy.phantom.tubes import thin_tubes

CATHETER = 2.2
"""Attenuation in 1/cm of radio-opaque tubing: polyurethane or PVC with some 20 % of barium
sulphate by weight [rounded]."""
COPPER = 1.593 * 8.96
"""Attenuation of copper at 60 keV in 1/cm (NIST, table 3)."""

# Probability of each device in PA and AP images [by eye, after intensive-care practice]. They
# depend only on the view: a bedside patient has more of them, ill or not.
FREQUENCY: dict[str, dict[str, float]] = {
    "PA": {"leads": 0.05, "central line": 0.04, "pacemaker": 0.03, "wires": 0.04},
    "AP": {
        "leads": 0.55,
        "central line": 0.30,
        "endotracheal tube": 0.15,
        "feeding tube": 0.18,
        "pacemaker": 0.05,
        "wires": 0.06,
    },
}


def devices(chest: Chest, rng: np.random.Generator) -> Map:
    """Optical depth of the image's devices.

    Parameters
    ----------
    chest : Chest
        Chest of the patient.
    rng : numpy.random.Generator
        The image's stream for devices.

    Returns
    -------
    (pixels, pixels) float32
        Zero where there is no device.
    """
    depth = np.zeros_like(chest.lung)
    x0, domes = chest.outline.centre, chest.outline.dome
    for device, probability in FREQUENCY[chest.pose.view].items():
        if rng.random() >= probability:
            continue
        if device == "leads":
            _add_leads(depth, chest, rng)
        elif device == "central line":
            side = int(rng.choice((-1, 1), p=(0.75, 0.25)))
            start = (side * rng.uniform(3.5, 7.0), -20.0)
            tip = (x0 - rng.uniform(1.2, 2.1), rng.uniform(0.0, 3.5))
            path = [start, (side * 3.2, -11.5), (x0 - 0.6 + 1.0 * side, -7.5), tip]
            depth += CATHETER * _tube(chest, path, 0.11)
        elif device == "endotracheal tube":
            tip = (x0 - 0.3, rng.uniform(-5.0, -2.0))
            for wall in (-0.42, 0.42):
                path = [(wall, -24.0), (wall, -14.0), (tip[0] + wall, tip[1])]
                depth += CATHETER * _tube(chest, path, 0.09)
        elif device == "feeding tube":
            bow, fundus = rng.uniform(-0.4, 0.6), rng.uniform(3.0, 6.0)
            path = [
                (0.3, -24.0), (0.2 + x0, -9.0), (bow + x0, 2.0), (1.6 + x0, domes[1] + 0.5),
                (fundus, domes[1] + 4.0), (fundus - 1.5, domes[1] + 8.0),
            ]  # fmt: skip
            depth += CATHETER * _tube(chest, path, 0.16)
        elif device == "pacemaker":
            _add_pacemaker(depth, chest, rng)
        else:
            _add_sternal_wires(depth, chest, rng)
    return depth


def _tube(chest: Chest, path: ArrayLike, radius: float) -> Map:
    """Chord in cm of a tube along a smooth curve through points in cm."""
    curve = _curve(path)
    return thin_tubes(chest.frame, curve[:-1], curve[1:], np.full(len(curve) - 1, radius))


def _curve(path: ArrayLike, pieces: int = 40) -> NDArray[np.float64]:
    """Points along a cubic spline through a path, parametrised by its length."""
    points = np.asarray(path, dtype=float)
    along = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(points, axis=0).T))])
    curve = scipy.interpolate.CubicSpline(along, points, bc_type="natural")
    return np.asarray(curve(np.linspace(0.0, along[-1], pieces)))


def _add_leads(depth: Map, chest: Chest, rng: np.random.Generator) -> None:
    """Add three electrodes with snap and wire; the wires leave the field at random."""
    for x, y in ((-9.5, -7.5), (9.0, -8.0), (9.5, 8.5)):
        x, y = x + rng.normal(0, 1.2), y + rng.normal(0, 1.3)
        add_capsule(depth, chest.frame, (x, y), (x, y), 0.28, weight=0.14 * IRON.linear)
        add_capsule(depth, chest.frame, (x, y), (x, y), 1.0, weight=0.03)
        leave = (x + rng.normal(0, 7), 24.0) if rng.random() < 0.6 else (np.sign(x) * 26.0, -6.0)
        bow = ((x + leave[0]) / 2 + rng.normal(0, 2.5), (y + leave[1]) / 2 + rng.normal(0, 2.0))
        depth += COPPER * _tube(chest, [(x, y), bow, leave], 0.035)


def _add_pacemaker(depth: Map, chest: Chest, rng: np.random.Generator) -> None:
    """Add a pulse generator below a clavicle and its lead to the right ventricle."""
    side = int(rng.choice((-1, 1), p=(0.15, 0.85)))
    x, y = side * rng.uniform(9.5, 11.5), rng.uniform(-8.5, -6.5)
    case = np.zeros_like(depth)
    add_capsule(case, chest.frame, (x - 0.7, y), (x + 0.7, y + 0.4), 1.7)
    depth += np.minimum(case, np.float32(0.5)) * np.float32(3.0)
    tip_x, tip_y = rng.uniform(2.5, 5.0), rng.uniform(0, 1.2)
    tip = (chest.outline.centre + tip_x, chest.outline.dome[1] - tip_y)
    path = [(x, y - 1.4), (side * 5.5, -10.0), (-1.4, -5.5), (-2.6, 3.2), tip]
    depth += IRON.linear * _tube(chest, path, 0.06)


def _add_sternal_wires(depth: Map, chest: Chest, rng: np.random.Generator) -> None:
    """Add the wire loops that close the sternum after heart surgery."""
    x = chest.outline.centre * 2
    for number in range(6):
        y = -7.0 + 2.3 * number + rng.normal(0, 0.2)
        half, lean = rng.uniform(0.6, 1.0), rng.normal(0, 0.2)
        left, right = (x - half, y), (x + half, y)
        loop = [left, (x, y - 0.35 + lean), right, (x + 0.1, y + 0.4), left]
        depth += IRON.linear * _tube(chest, loop, 0.035)
