"""Skeleton: spine, ribs, clavicles, scapulae and upper arms, as cm of cortical bone per ray.

"Cortical bone" here means its attenuation in excess of soft tissue: marrow and spongiosa count by
`attenuation.SPONGIOSA_SHARE`.
"""

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
    patches,
    tabulate,
)
from cxrstudy.phantom.outline import APEX, Outline
from cxrstudy.phantom.patient import Patient, Pose

RIBS = 11
"""Pairs of ribs within the field."""
RIB_HEIGHT, RIB_THICKNESS = 0.68, 0.36
"""Half-height and half-thickness of a rib's cross-section in cm (ribs are 12 to 15 mm high)."""
CORTEX = 0.74
"""Share of a rib's or clavicle's radius that is marrow."""

# How wide each rib's loop is at most (cm), how far its bony part reaches round the cage (radians
# from the spine; the chest wall's outermost point is pi/2, cartilage goes on from the end to the
# sternum) and how steeply its plane dips [by eye].
_WIDEST = np.array([7.4, 10.6, 13.2, 15, 15, 15, 15, 15, 15, 15, 15], dtype=float)
REACH = np.array([2.75, 2.6, 2.5, 2.42, 2.35, 2.28, 2.2, 2.1, 1.98, 1.85, 1.6])
_DIP = np.array([0.50, 0.48, 0.44, 0.42, 0.42, 0.43, 0.45, 0.47, 0.49, 0.50, 0.50])


def skeleton(frame: Frame, patient: Patient, pose: Pose, outline: Outline) -> Map:
    """Line integral in cm of cortical bone (excess over soft tissue) at each pixel."""
    bone = np.zeros_like(frame.x)
    _add_spine(bone, frame, patient, pose)
    _add_ribs(bone, frame, patient, pose, outline)
    for side in (-1, 1):
        _add_clavicle(bone, frame, patient, pose, side)
        _add_shoulder(bone, frame, patient, pose, side)
    bone *= np.float32(patient.mineral)
    return bone


def vertebral_edges(rng: np.random.Generator) -> NDArray[np.float64]:
    """Heights y in cm between which vertebrae with their discs lie, from the neck to the loin.

    They are the first draws of the patient's stream ``"spine"``.
    """
    heights = np.linspace(1.75, 3.1, 20) * rng.uniform(0.97, 1.03)
    return np.asarray(-24.0 + rng.uniform(-0.8, 0.8) + np.concatenate([[0.0], np.cumsum(heights)]))


def _add_spine(bone: Map, frame: Frame, patient: Patient, pose: Pose) -> None:
    """Add vertebral bodies, discs, pedicles and spinous processes of the whole column."""
    rng = patient.stream("spine")
    edges = vertebral_edges(rng)
    middles, spans = (edges[1:] + edges[:-1]) / 2, np.diff(edges)
    swing, phase = rng.normal(0, 0.4), rng.uniform(0, 2 * np.pi)  # a slight scoliosis
    bend = swing * np.sin(2 * np.pi * PROFILE_Y / 32 + phase)
    level = np.clip(np.searchsorted(edges, PROFILE_Y) - 1, 0, middles.size - 1)
    within = np.abs(PROFILE_Y - middles[level]) / spans[level]  # 0 mid-body to .5 at the disc
    width = np.interp(PROFILE_Y, [-20, -13, 0, 18], [1.2, 1.5, 1.75, 2.3])
    waist = width * (0.92 + 0.30 * within**2)
    disc = 1 / (1 + np.exp(-(within - 0.42) / 0.012))
    plate = np.exp(-(((within - 0.395) / 0.022) ** 2))
    body = (1 - 0.6 * disc) * (1.0 + 0.3 * plate)

    window = frame.window(-4.2, 4.2, -26, 26)
    part = frame.view(window)
    shift = tabulate(part, (bend - 0.1 * pose.rotation).astype(np.float32))
    aside = part.x - shift
    half = tabulate(part, width.astype(np.float32))
    across = aside / tabulate(part, waist.astype(np.float32))
    across *= across
    # Rounder than a cylinder: the sides blend into the muscles along the spine.
    shape = np.maximum(1 - across, 0)
    column = tabulate(part, (SPONGIOSA_SHARE * 2.0 * body + 0.12).astype(np.float32)) * shape
    # Distances from features of every vertebra: `height` from its middle.
    height = tabulate(part, (PROFILE_Y - middles[level]).astype(np.float32))
    span = np.float32(spans.mean())
    pair = np.abs(aside)
    pedicles = _bead(pair - 0.62 * half, 0.32, height + 0.1 * span, 0.42)
    column += np.float32(0.58) * pedicles
    column += np.float32(0.26) * _bead(pair - half - 0.45, 0.95, height + 0.12 * span, 0.4)
    turned = np.float32(0.3 * pose.rotation)
    column += np.float32(0.3) * _bead(aside + turned, 0.3, height - 0.25 * span, 0.55)
    bone[window] += column


def _bead(dx: Map, a: float, dy: Map, b: float) -> Map:
    """A dome of unit height over an ellipse with semi-axes a and b in cm."""
    dx = dx * np.float32(1 / a)
    dy = dy * np.float32(1 / b)
    return np.sqrt(np.maximum(1 - dx * dx - dy * dy, 0))


def rib_course(
    rng: np.random.Generator, patient: Patient, pose: Pose
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Heights in cm of the ribs' joints with the spine, and how much they fall a cm to the front.

    They are the first draws of the patient's stream ``"ribs"``.
    """
    pitch = rng.normal(2.28, 0.07) * (patient.lung_height / 21.8) ** 0.5
    heads = APEX + 0.9 + rng.normal(0, 0.25) + pitch * np.arange(RIBS)
    upright = 0.0 if pose.view == "AP" else 0.05
    return heads, _DIP * rng.normal(1.0, 0.09) + upright - 0.02 * pose.inspiration


def _add_ribs(bone: Map, frame: Frame, patient: Patient, pose: Pose, outline: Outline) -> None:
    """Add the ribs, each a ribbon bent to half an ellipse in its own plane.

    With phi the angle round the cage from the spine, a rib runs along x = a sin(phi),
    z = b (1 - cos(phi)), and its plane dips by tan(dip) a cm of z: seen from the front it is half
    an ellipse too, of semi-axes a and fall = b tan(dip). A ray meets it once behind (phi < pi/2)
    and once in front. Half a rib is described by its side, the height of its joint with the spine,
    a, its fall, its half-height, whether it is the front half, and where it begins (cm from the
    midline).
    """
    rng = patient.stream("ribs")
    heads, dips = rib_course(rng, patient, pose)
    halves: list[tuple[float, ...]] = []
    boxes: list[tuple[float, float, float, float]] = []
    for rib in range(RIBS):
        for side in (-1, 1):
            wander = rng.normal(0, 1, 5)
            head = float(heads[rib] + 0.22 * wander[0])
            depth = outline.at(outline.depth, head + 3.0) * (1 + 0.03 * wander[1])
            depth = min(depth, 3.6 + 1.9 * rib)
            fall = float((dips[rib] + 0.04 * wander[2]) * depth)
            lateral = outline.at(outline.cage, head + fall) + 0.3
            half_width = float(min(lateral, _WIDEST[rib]) * (1 + 0.01 * wander[3]))
            height = float(RIB_HEIGHT * (1 + 0.08 * wander[4]))
            start = float(np.sin(REACH[rib])) * half_width
            halves.append((side, head, half_width, fall, height, 0, 1.7))
            halves.append((side, head, half_width, fall, height, 1, start))
            near, far = sorted((side * 0.9, side * (half_width + 0.5)))
            boxes.append((near, far, head - 1.3 - height, head + fall))
            near, far = sorted((side * (start - 1.4), side * (half_width + 1.1)))
            boxes.append((near, far, head + fall, head + 2 * fall + 2 * height))
    box, pixel = patches(frame, boxes)
    _add_cartilage(bone, frame, patient, halves)
    table = np.array(halves, dtype=np.float32)
    x, y = frame.x.ravel()[pixel], frame.y.ravel()[pixel]
    chord = _rib_chord(x, y, table, box, 0.35 * pose.rotation)
    bone += np.bincount(pixel, chord, minlength=bone.size).reshape(bone.shape).astype(np.float32)


def _add_cartilage(
    bone: Map, frame: Frame, patient: Patient, halves: list[tuple[float, ...]]
) -> None:
    """Add the calcified grains of the cartilage between ribs and sternum.

    Beginning at 35 years, and complete in the most affected at 85; how much varies from none to
    all among people of one age [by eye].
    """
    rng = patient.stream("cartilage")
    amount = min(max((patient.age - 35) / 50, 0), 1) * rng.uniform(0, 1)
    front = np.array(halves[1 : 4 * (RIBS - 4) : 2])  # the seven pairs that reach the sternum
    number = np.repeat(np.arange(len(front)), rng.poisson(9 * amount, len(front)))
    if not number.size:
        return
    side, head, half_width, fall, height, _, start = front[number].T
    along, aside, girth, dense = rng.random((4, number.size))
    rise = 0.55 * np.maximum(number // 2 - 2, 0)
    x = side * (start + (2.2 - start) * along)
    y = head + fall + fall * np.sqrt(np.maximum(1 - (start / half_width) ** 2, 0)) - rise * along
    y += (2 * aside - 1) * 0.8 * height
    grains = (x, y, x + 0.3, y, 0.1 + 0.16 * girth, 0.1 + 0.1 * girth, 0.15 + 0.25 * dense)
    add_capsules(bone, frame, np.stack(grains, axis=1))


def _rib_chord(x: Map, y: Map, table: Map, box: NDArray[np.intp], turn: float) -> Map:
    """Cortical bone in cm at points of half ribs.

    `box` gives each point's row of `table`; `turn` shifts the ribs' front ends sideways, in cm.
    """
    side, head, half_width, fall, height, front, start = table.T
    v = (y - (head + fall)[box]) / fall[box]
    x = (x - np.float32(turn) * np.minimum(np.maximum(v, 0), 1)) * side[box]
    u = x / half_width[box]
    # Behind, a rib rises a little before it falls: a cubic in u, nil at both ends.
    inside = np.minimum(np.maximum(u, 0), 1)
    v += (3.2 * (1 - front) / fall)[box].astype(np.float32) * inside * (1 - inside) ** 2
    # Distance from the ellipse to first order: its level over the level's gradient.
    gradient_x, gradient_y = u / half_width[box], v / fall[box]
    steepness = np.sqrt(gradient_x * gradient_x + gradient_y * gradient_y) + np.float32(1e-4)
    distance = (u * u + v * v - 1) / (2 * steepness)
    # Half a band's width: the rib's height where it runs across, its thickness where it turns.
    squared = (height[box] * gradient_y) ** 2 + (np.float32(RIB_THICKNESS) * gradient_x) ** 2
    across = distance * distance * steepness * steepness / squared
    chord = np.sqrt(np.maximum(1 - across, 0))
    chord -= np.float32(1 - SPONGIOSA_SHARE) * np.sqrt(np.maximum(CORTEX * CORTEX - across, 0))
    # A ribbon seen obliquely is thicker, up to the chord along its tangent.
    chord *= np.minimum(1 / np.sqrt(1 - np.minimum(u * u, np.float32(0.999))), np.float32(1.7))
    begun = (x - start[box] + np.float32(0.4)) * np.float32(1.25)
    chord *= np.minimum(np.maximum(begun, 0), 1)
    # The halves part at the ellipse's middle, which the arch's shift leaves in place at u = 1.
    chord *= (y > (head + fall)[box]) == (front[box] > 0)
    thickness = (2 * RIB_THICKNESS * (1 - 0.2 * front)).astype(np.float32)
    return np.asarray(chord * thickness[box], dtype=np.float32)


def _add_clavicle(bone: Map, frame: Frame, patient: Patient, pose: Pose, side: int) -> None:
    """Add a clavicle: an S between sternum and shoulder, higher and flatter on AP images."""
    rng = patient.stream(f"clavicle {side}")
    x0 = 1.5
    x1 = 14.6 + rng.normal(0, 0.4)
    y0 = APEX + (3.3 if pose.view == "PA" else 1.9) + rng.normal(0, 0.4)
    rise = (1.6 if pose.view == "PA" else 2.4) + rng.normal(0, 0.5)
    wave = 0.75 + rng.normal(0, 0.15)
    girth = 0.68 * (1 + 0.06 * rng.normal())
    shift = pose.rotation
    near, far = sorted((side * x0 + shift, side * x1 + 0.3 * shift))
    window = frame.window(near, far, y0 - rise - wave - 1.2, y0 + wave + 1.2)
    x = frame.x[window]
    along = np.clip((side * (x - shift) - x0) / (x1 - x0), -0.05, 1.05).astype(np.float32)
    course = y0 - rise * along - wave * np.sin(2 * np.pi * (along - 0.08) * 0.92)
    slope = (-rise - wave * 5.8 * np.cos(2 * np.pi * (along - 0.08) * 0.92)) / (x1 - x0)
    thick = girth * (1.25 - 0.9 * along + 0.85 * along * along)
    across = (frame.y[window] - course) / (thick * np.sqrt(1 + slope * slope))
    across = (across * across).astype(np.float32)
    shell = np.sqrt(np.maximum(1 - across, 0))
    shell -= (1 - SPONGIOSA_SHARE) * np.sqrt(np.maximum(CORTEX * CORTEX - across, 0))
    inside = np.clip((along + 0.01) * 40, 0, 1) * np.clip((1.0 - along) * 40, 0, 1)
    bone[window] += (1.15 * shell * inside).astype(np.float32)


def _add_shoulder(bone: Map, frame: Frame, patient: Patient, pose: Pose, side: int) -> None:
    """Add scapula and upper arm; PA the scapulae are turned out of the lungs."""
    rng = patient.stream(f"shoulder {side}")
    out = (1.6 if pose.view == "PA" else 0.0) + rng.normal(0, 0.5)
    drop = rng.normal(0, 0.4)

    def at(x: float, y: float) -> tuple[float, float]:
        return side * (x + out), y + drop

    def arm(x: float, y: float) -> tuple[float, float]:
        return side * (x + 0.4 * out), y + drop

    top, socket, tip = at(9.8, -12.4), at(14.6, -10.4), at(11.9, 0.6)
    _add_triangle(bone, frame, top, socket, tip, 0.17)
    borders = [
        (*socket, *tip, 0.42, 0.26, 0.55),  # lateral
        (*top, *tip, 0.2, 0.2, 0.45),  # medial
        (*at(10.2, -10.2), *at(15.4, -12.9), 0.3, 0.55, 0.4),  # spine
        (*at(13.2, -11.2), *at(14.0, -12.4), 0.45, 0.4, 0.35),  # coracoid
        (*at(14.8, -11.4), *at(15.0, -9.4), 0.35, 0.35, 0.5),
    ]
    add_capsules(bone, frame, borders)
    head = arm(16.3, -10.9)
    add_ellipsoid(bone, frame, head, (2.3, 2.4, 2.2), 0.0, 0.22)
    angle = pose.arms[0 if side < 0 else 1]
    elbow = arm(16.3 + 24 * np.sin(angle), -10.9 + 24 * np.cos(angle))
    add_capsule(bone, frame, head, elbow, 1.35, 1.05, weight=0.6, hollow=0.7)


def _add_triangle(
    bone: Map,
    frame: Frame,
    first: tuple[float, float],
    second: tuple[float, float],
    third: tuple[float, float],
    thickness: float,
) -> None:
    """Add a flat triangular plate `thickness` cm thick."""
    corners = np.array([first, second, third])
    (left, top), (right, bottom) = corners.min(axis=0), corners.max(axis=0)
    window = frame.window(left, right, top, bottom)
    x, y = frame.x[window], frame.y[window]
    plate = np.full(x.shape, thickness, dtype=np.float32)
    for start, end, inner in zip(
        corners, np.roll(corners, -1, axis=0), np.roll(corners, -2, axis=0), strict=True
    ):
        edge = end - start
        normal = np.array([-edge[1], edge[0]]) / np.hypot(*edge)
        normal = normal * np.sign(normal @ (inner - start))
        distance = (x - np.float32(start[0])) * np.float32(normal[0])
        distance += (y - np.float32(start[1])) * np.float32(normal[1])
        plate *= np.clip(distance * np.float32(4), 0, 1)
    bone[window] += plate
