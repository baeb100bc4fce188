"""Lateral skeleton: spine, ribs, sternum and shoulders from the side, as cm of cortical bone."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from cxrstudy.phantom.attenuation import SPONGIOSA_SHARE
from cxrstudy.phantom.geometry import (
    PROFILE_Y,
    Frame,
    Map,
    add_capsule,
    add_capsules,
    add_ellipsoid,
    tabulate,
)
from cxrstudy.phantom.outline import APEX, Outline
from cxrstudy.phantom.patient import Patient, Pose
from cxrstudy.phantom.skeleton import REACH, RIB_HEIGHT, RIBS, rib_course, vertebral_edges

# How far behind the middle of the chest the spine runs, by height y in cm: it bends forwards in
# the neck and the loin [by eye]. It is scaled with the depth of the chest.
_SPINE_Y = np.array([-26.0, -19.0, -13.0, -6.0, 1.0, 8.0, 15.0, 26.0])
_SPINE_Z = np.array([1.4, 2.2, 4.0, 5.7, 6.4, 6.2, 5.2, 3.8])

PIECES = 14
"""Straight pieces that stand for a rib."""
WALL = 0.7
"""From the lungs to the middle of the breastbone, in cm [by eye]."""


def lateral_skeleton(frame: Frame, patient: Patient, pose: Pose, outline: Outline) -> Map:
    """Line integral in cm of cortical bone (excess over soft tissue) at each pixel."""
    bone = np.zeros_like(frame.x)
    spine = spine_course(patient)
    _add_spine(bone, frame, patient, spine)
    _add_ribs(bone, frame, patient, pose, outline)
    _add_sternum(bone, frame, patient, outline)
    _add_shoulders(bone, frame, patient)
    bone *= np.float32(patient.mineral)
    return bone


def set_back(y: NDArray[np.floating]) -> NDArray[np.floating]:
    """How far back in cm the middle of the chest lies at heights y: the breastbone slopes [by eye].

    Above the lungs it is as at their apex.
    """
    return np.asarray(2.6 * np.exp(-np.maximum(y - APEX, 0) / 7))


def spine_course(patient: Patient) -> Map:
    """How far in cm behind the middle of the chest the vertebral bodies lie, at `PROFILE_Y`."""
    bent = np.interp(PROFILE_Y, _SPINE_Y, _SPINE_Z)
    stoop = 0.012 * max(patient.age - 50, 0) * np.exp(-(((PROFILE_Y + 3) / 9) ** 2))
    return np.asarray(bent * patient.chest_depth / 8.6 + stoop, dtype=np.float32)


def _add_spine(bone: Map, frame: Frame, patient: Patient, spine: Map) -> None:
    """Add vertebral bodies as boxes between their discs, their joints and spinous processes."""
    edges = vertebral_edges(patient.stream("spine"))
    middles, spans = (edges[1:] + edges[:-1]) / 2, np.diff(edges)
    level = np.clip(np.searchsorted(edges, PROFILE_Y) - 1, 0, middles.size - 1)
    within = np.abs(PROFILE_Y - middles[level]) / spans[level]  # 0 mid-body to .5 at the disc
    width = np.interp(PROFILE_Y, [-20, -13, 0, 18], [1.2, 1.5, 1.75, 2.3])
    half = width * (0.82 + 0.3 * within**2)
    disc = 1 / (1 + np.exp(-(within - 0.42) / 0.012))
    plate = np.exp(-(((within - 0.395) / 0.022) ** 2))
    path = (1 - 0.75 * disc) * (1.0 + 0.45 * plate) * SPONGIOSA_SHARE * 2.0 * width
    aside = np.abs(frame.x - tabulate(frame, spine)) - tabulate(frame, half.astype(np.float32))
    inside = np.clip(np.float32(0.5) - aside * 5, 0, 1)
    wall = np.exp(-((aside + np.float32(0.15)) ** 2) * 40)
    bone += tabulate(frame, path.astype(np.float32)) * (inside + np.float32(0.25) * wall)
    z = np.interp(middles, PROFILE_Y, spine)
    behind = z + np.interp(middles, PROFILE_Y, width)
    ones = np.ones_like(z)
    joints = (behind + 0.7, middles - 0.5, behind + 1.4, middles + 0.7, 0.6 * ones, 0.5 * ones)
    spines = (behind + 1.8, middles, behind + 4.0, middles + 1.6, 0.4 * ones, 0.3 * ones)
    for part, weight in ((joints, 0.45), (spines, 0.3)):
        add_capsules(bone, frame, np.stack([*part, weight * ones], axis=1))


def _add_ribs(bone: Map, frame: Frame, patient: Patient, pose: Pose, outline: Outline) -> None:
    """Add the ribs of both sides: from the side each is nearly a straight line that falls forwards.

    With phi the angle round the cage from the spine, a rib runs along x = a sin(phi),
    z = b cos(phi), and falls by f (1 - cos(phi)): the same ribs as from the front. Where a rib runs
    along the ray, behind and in front, the ray stays in it longer.
    """
    rng = patient.stream("ribs")
    heads, dips = rib_course(rng, patient, pose)
    own = patient.stream("lateral ribs")
    pieces = []
    for rib in range(RIBS):
        depth = min(outline.at(outline.depth, heads[rib] + 3.0), 3.6 + 1.9 * rib)
        width = outline.at(outline.cage, heads[rib] + 3.0) + 0.3
        back = float(set_back(heads[rib]))
        for side in (-1, 1):
            jitter = own.normal(0, 1, 3)
            phi = np.linspace(0.12, REACH[rib], PIECES + 1)
            z = back + (depth + 0.3) * np.cos(phi) + 0.3 * side
            fall = (dips[rib] + 0.04 * jitter[0]) * depth
            y = heads[rib] + 0.22 * jitter[1] + fall * (1 - np.cos(phi))
            middle = (phi[1:] + phi[:-1]) / 2
            along = np.hypot(width * np.cos(middle), depth * np.sin(middle))
            oblique = np.minimum(along / (depth * np.sin(middle)), 4.0)
            half = RIB_HEIGHT * (1 + 0.08 * jitter[2])
            for shift, radius, weight in (
                (0, half, 0.13),
                (half - 0.12, 0.13, 0.45),
                (0.12 - half, 0.13, 0.45),
            ):
                ones = np.ones(PIECES)
                row = (z[:-1], y[:-1] + shift, z[1:], y[1:] + shift, radius * ones, radius * ones)
                pieces.append(np.stack([*row, weight * oblique], axis=1))
    add_capsules(bone, frame, np.concatenate(pieces))


def _add_sternum(bone: Map, frame: Frame, patient: Patient, outline: Outline) -> None:
    """Add manubrium and body of the sternum, seen edge on before the lungs."""
    rng = patient.stream("lateral sternum")
    heights = np.array([-10.2, -6.0, -5.6, 0.0, 5.5]) + rng.normal(0, 0.3)
    depth = np.array([outline.at(outline.depth, float(y)) for y in heights])
    z = set_back(heights) - depth - WALL
    for first, second, girth in ((0, 1, 0.62), (2, 3, 0.5), (3, 4, 0.45)):
        start, end = (z[first], heights[first]), (z[second], heights[second])
        add_capsule(bone, frame, start, end, girth, weight=1.5, hollow=0.6)


def _add_shoulders(bone: Map, frame: Frame, patient: Patient) -> None:
    """Add both shoulder blades, the collar bones seen end on, and the raised upper arms."""
    rng = patient.stream("lateral shoulders")
    for side in (-1, 1):
        shift = 0.6 * side + rng.normal(0, 0.4)
        top, tip = (4.2 + shift, -12.0), (7.2 + shift, 1.5 + rng.normal(0, 0.7))
        add_capsule(bone, frame, top, tip, 0.3, 0.22, weight=1.1)
        add_capsule(bone, frame, (top[0] - 2.2, top[1] + 1.0), tip, 0.25, 0.2, weight=0.9)
        head = (0.3 + shift, -14.2 + rng.normal(0, 0.4))
        add_ellipsoid(bone, frame, head, (2.2, 2.3, 2.2), 0.0, 0.22)
        elbow = (head[0] - rng.uniform(4.0, 8.0), -36.0)
        add_capsule(bone, frame, head, elbow, 1.3, 1.1, weight=0.6, hollow=0.7)
        collar = (-2.4 + shift, -11.2)
        add_ellipsoid(bone, frame, collar, (0.75, 0.6, 2.6), 0.0, 0.35)
