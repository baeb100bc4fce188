"""Outline: curves x(y) of rib cage, mediastinum and body, and lung coordinates."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy
from numpy.typing import NDArray

from cxrstudy.phantom.geometry import PROFILE_STEP, PROFILE_Y, Map
from cxrstudy.phantom.patient import Patient, Pose
from cxrstudy.phantom.streams import within

APEX = -13.3
"""Height y in cm of the lungs' apices; the origin is at the tracheal bifurcation's level."""

# Knots, in cm below the apex, of the half-width of the cage (as a share of its widest) and of the
# borders of the mediastinum (right and left, in cm from the midline), after anatomical atlases
# [by eye]. At the apex cage and mediastinum meet, which closes the lungs.
_DROP = np.array([0.0, 0.35, 1.0, 2.2, 4.0, 7.0, 10.0, 13.0, 17.0, 21.0, 25.0, 30.0])
_CAGE = np.array([0.42, 0.50, 0.575, 0.665, 0.755, 0.865, 0.935, 0.975, 1.0, 1.0, 0.985, 0.96])
_RIGHT = np.array([4.6, 3.75, 3.2, 2.7, 2.4, 2.4, 2.55, 2.2, 1.9, 1.8, 1.8, 1.8])
_LEFT = np.array([4.6, 3.75, 3.2, 2.8, 2.4, 2.2, 2.0, 1.8, 1.7, 1.6, 1.6, 1.6])

# Half-width and half-depth of the body by height y: neck, shoulders, axilla, flank [by eye].
_BODY_Y = np.array([-26.0, -19.8, -18.5, -17.4, -16.4, -15.0, -13.0, -10.5, -8.0, -5.0, 0.0, 26.0])
_BODY_X = np.array([6.4, 6.8, 8.2, 11.0, 13.8, 17.2, 20.6, 21.2, 20.6, 19.4, 19.2, 19.2])
_BODY_Z = np.array([6.6, 6.6, 6.6, 6.5, 6.5, 7.0, 8.0, 9.2, 10.0, 10.2, 10.4, 11.2])


@dataclass(frozen=True, eq=False)
class Outline:
    """Curves of one patient in one pose, tabulated at `geometry.PROFILE_Y`, in cm.

    Attributes
    ----------
    cage : ndarray
        Half-width of the pleural space.
    depth : ndarray
        Half-depth of the pleural space along the ray.
    right, left : ndarray
        Distance of the mediastinum's borders from the midline.
    body, thickness : ndarray
        Half-width and half-depth of the trunk, neck and shoulders.
    dome : (float, float)
        Heights of the right and the left dome of the diaphragm.
    fat : float
        Thickness of the fat under the skin.
    centre : float
        x of the mediastinum's midline (it moves when the patient is rotated).
    """

    cage: Map
    depth: Map
    right: Map
    left: Map
    body: Map
    thickness: Map
    dome: tuple[float, float]
    fat: float
    centre: float

    @property
    def base(self) -> float:
        """Height of the lungs' lowest recess in cm."""
        return max(self.dome) + 4.0

    def at(self, profile: Map, y: float) -> float:
        """Value of one of the curves at height y."""
        return float(profile[min(max(int((y - PROFILE_Y[0]) / PROFILE_STEP), 0), profile.size - 1)])

    def place(self, side: int, across: float, down: float) -> tuple[float, float]:
        """Position, x and y in cm, of a point in lung coordinates.

        `side` is -1 for the right lung (on the image's left) and 1 for the left; `across` runs
        from 0 at the mediastinum to 1 at the chest wall, `down` from 0 at the apex to 1 at the
        lateral recess.
        """
        y = APEX + down * (self.base - APEX)
        inner = self.at(self.right if side < 0 else self.left, y)
        outer = self.at(self.cage, y)
        return side * (inner + across * (outer - inner)) + self.centre * (1 - across), y


def draw_outline(patient: Patient, pose: Pose, lift: tuple[float, float] = (0.0, 0.0)) -> Outline:
    """Draw the outlines of a patient in a pose.

    Parameters
    ----------
    patient, pose : Patient, Pose
        Build and position.
    lift : (float, float)
        Rise in cm of the right and left dome by volume loss.

    Returns
    -------
    Outline
        On each side the trunk is up to 1.2 cm narrower, or 4 cm wider, than the cage, its muscles
        and the fat alone make it [by eye]. The left dome is lower by .3 to 1.9 cm, as in nine of
        ten people.
    """
    rng = patient.stream("outline")
    drop = PROFILE_Y - APEX
    wobble = rng.normal(0, 1, (3, _DROP.size))
    wobble[:, 0] = 0.0
    spread = np.array([0.008, 0.38, 0.38])[:, None]
    knots = np.stack([_CAGE, _RIGHT, _LEFT]) + spread * wobble
    # Fat and the unfolding aorta widen the upper mediastinum; the view from the front also does.
    broad = 0.03 * (patient.mass_index - 26) + (0.3 if pose.view == "AP" else 0.0)
    upper = np.exp(-(((_DROP - 7.0) / 5.0) ** 2))
    knots[1] += (broad + 0.25 * patient.aorta) * upper
    knots[2] += (0.6 * broad + 0.1 * patient.aorta) * upper
    knots[1, 0] = knots[2, 0] = knots[0, 0] * patient.chest_width - 0.9
    profiles = scipy.interpolate.PchipInterpolator(_DROP, knots.T, extrapolate=False)
    curves = profiles(np.clip(drop, 0, _DROP[-1])).T
    dome = APEX + patient.lung_height + pose.inspiration
    domes = (dome - lift[0], dome + float(rng.uniform(0.3, 1.9)) - lift[1])
    # An apex rounded like a dome, then nearly constant depth.
    rise = np.clip(drop / 7.5, 0, 1)
    depth = patient.chest_depth * np.sqrt(1 - (1 - rise) ** 2) * (drop > 0)
    fat = float(np.clip(1.1 + 0.16 * (patient.mass_index - 22), 0.7, 4.5))
    cage = patient.chest_width * curves[0]
    return Outline(
        cage=cage.astype(np.float32),
        depth=depth.astype(np.float32),
        right=curves[1].astype(np.float32),
        left=curves[2].astype(np.float32),
        body=_body(cage, fat) + np.float32(within(rng.normal(1.0, 1.3), -1.2, 4.0)),
        thickness=_thickness(patient, fat),
        dome=domes,
        fat=fat,
        centre=0.6 * pose.rotation,
    )


def _body(cage: NDArray[np.float64], fat: float) -> Map:
    """Half-width of the trunk: neck and shoulders above, cage, muscle and fat below."""
    top = np.interp(PROFILE_Y, _BODY_Y, _BODY_X) + 0.25 * (fat - 1.7)
    muscle = 3.2 + 1.6 * np.exp(-(((PROFILE_Y + 3.0) / 5.0) ** 2))
    trunk = cage + muscle + fat
    blend = 1 / (1 + np.exp(-(PROFILE_Y + 6.5) / 1.0))
    return np.asarray(top * (1 - blend) + trunk * blend, dtype=np.float32)


def _thickness(patient: Patient, fat: float) -> Map:
    """Half-depth of the body, thicker with the chest's depth and the fat under the skin."""
    deep = np.interp(PROFILE_Y, _BODY_Y, _BODY_Z)
    deep = deep + patient.chest_depth - 8.6 + 0.6 * (fat - 1.7)
    return np.asarray(deep, dtype=np.float32)
