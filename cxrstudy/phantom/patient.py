"""Patient: the build of a person, the same in all their images, and the pose in one image."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cxrstudy.phantom.streams import stream, within

FEMALE_SHARE = 48_780 / 112_120
"""Share of women: NIH ChestX-ray14."""
AGE_MEAN, AGE_SPREAD, AGE_RANGE = 54.0, 17.0, (18.0, 95.0)
"""Adults; NIH ChestX-ray14 and COVIDx adults lie between 47 and 60 years on average [rounded]."""


@dataclass(frozen=True)
class Patient:
    """Build of one person. Lengths are in cm of a reference body and are later scaled by `size`.

    Attributes
    ----------
    seed, name : int, str
        The cohort's seed and the patient's id, which decide the patient's random streams.
    sex : str
        ``"F"`` or ``"M"``.
    age : float
        Years.
    size : float
        Linear scale of the skeleton relative to the reference man.
    mass_index : float
        Body mass index in kg/m^2.
    chest_width, chest_depth, lung_height : float
        Inner half-width and half-depth of the rib cage and apex-to-dome height of the right lung.
    heart : float
        Transverse diameter of the heart as a share of the chest's inner diameter (the
        cardiothoracic ratio, normally below one half).
    heart_axis : float
        From 0 for a vertical heart (slender people) to 1 for one that lies on the diaphragm.
    aorta : float
        Unfolding of the aortic arch: 0 in youth to 1 in old age.
    vascularity : float
        Scale of the lung vessels' radii.
    mineral : float
        Mineral of the bones relative to age 30.
    """

    seed: int
    name: str
    sex: str
    age: float
    size: float
    mass_index: float
    chest_width: float
    chest_depth: float
    lung_height: float
    heart: float
    heart_axis: float
    aorta: float
    vascularity: float
    mineral: float

    def stream(self, purpose: str) -> np.random.Generator:
        """Random stream of this patient for one purpose."""
        return stream(self.seed, self.name, purpose)


def draw_patient(seed: int, name: str) -> Patient:
    """Draw the build of patient `name` of the cohort with this seed.

    Sizes follow ICRP Publication 89 (reference man 176 cm and 73 kg, woman 163 cm and 60 kg);
    the cardiothoracic ratio stays below .50 in health (Danzer 1919), here .44 on average; bone
    loses about half a percent of mineral per year after 50. Standard deviations are [by eye] if no
    source is named.
    """
    rng = stream(seed, name, "patient")
    female = bool(rng.random() < FEMALE_SHARE)
    age = within(rng.normal(AGE_MEAN, AGE_SPREAD), *AGE_RANGE)
    mass_index = within(np.exp(rng.normal(np.log(26.0), 0.18)), 17.5, 42.0)
    slender = within(rng.normal((26.0 - mass_index) / 8.0, 0.6), -1.5, 1.5)
    heart = rng.normal(0.44 - 0.012 * slender + 0.0004 * (age - 50), 0.03)
    return Patient(
        seed=seed,
        name=name,
        sex="F" if female else "M",
        age=round(age, 1),
        size=within(rng.normal(0.925 if female else 1.0, 0.04), 0.82, 1.1),
        mass_index=mass_index,
        chest_width=within(rng.normal(13.4, 0.75) - 0.35 * slender, 11.4, 16.2),
        chest_depth=float(rng.normal(8.6, 0.5)) - 0.4 * slender + 0.012 * (age - 50),
        lung_height=within(rng.normal(21.6, 1.4) + 0.9 * slender, 18.0, 25.5),
        heart=within(heart, 0.35, 0.5),
        heart_axis=within(rng.normal(0.5 - 0.22 * slender, 0.18), 0.0, 1.0),
        aorta=within((age - 25) / 60 + rng.normal(0, 0.12), 0.0, 1.1),
        vascularity=within(rng.normal(1.0, 0.12), 0.7, 1.3),
        mineral=within(rng.normal(1.0, 0.07) - 0.005 * max(age - 50, 0), 0.65, 1.15),
    )


@dataclass(frozen=True)
class Pose:
    """Position of the patient in one image.

    Attributes
    ----------
    view : str
        ``"PA"`` (upright, facing the detector) or ``"AP"`` (bedside, facing the tube).
    inspiration : float
        Descent of the diaphragm in cm relative to the usual deep breath; negative is shallow.
    rotation : float
        Rotation about the body's axis, as the shift in cm of the sternum's end relative to the
        spine.
    tilt : float
        In-plane rotation in radians.
    shift : (float, float)
        Position of the patient's origin in the field, in cm of a field of 38 cm.
    field : float
        Side in cm of the part of the detector that is shown, by collimation or cropping.
    arms : (float, float)
        Angle of the right and left upper arm from straight down, outwards, in radians.
    magnification : float
        Magnification of the chest: 1.05 at 180 cm PA; up to 1.15 at 100 cm AP.
    heart_magnification : float
        Additional magnification of the heart, which is near the front.
    """

    view: str
    inspiration: float
    rotation: float
    tilt: float
    shift: tuple[float, float]
    field: float
    arms: tuple[float, float]
    magnification: float
    heart_magnification: float


def draw_pose(seed: int, image: str, view: str) -> Pose:
    """Draw the position of the patient for image id `image` in the given view.

    Bedside films are shallower, more rotated and tilted, and magnify the heart by 10 to 15 %; the
    arms lie beside the body, and are held away from it for a PA film. All spreads and limits are
    chosen, after the look of frontal films of NIH ChestX-ray14; none depends on a diagnosis.
    """
    rng = stream(seed, image, "pose")
    bedside = view == "AP"
    spread = 1.6 if bedside else 1.0
    reach = (0.2, 1.0) if bedside else (0.6, 1.4)
    return Pose(
        view=view,
        inspiration=float(np.clip(rng.normal(-1.7 if bedside else -0.5, 1.1), -4.0, 1.5)),
        rotation=float(np.clip(rng.normal(0, 0.75 * spread), -2.4, 2.4)),
        tilt=float(np.clip(rng.normal(0, 0.02 * spread), -0.09, 0.09)),
        shift=(
            within(rng.normal(0, 0.8 * spread), -2.4, 2.4),
            within(rng.normal(-0.3, 1.0 * spread), -3.0, 2.4),
        ),
        field=float(rng.uniform(34.5, 44.5) if bedside else rng.uniform(35.0, 43.0)),
        arms=(float(rng.uniform(*reach)), float(rng.uniform(*reach))),
        magnification=float(rng.uniform(1.07, 1.12) if bedside else rng.uniform(1.03, 1.07)),
        heart_magnification=float(rng.uniform(1.05, 1.12) if bedside else 1.0),
    )
