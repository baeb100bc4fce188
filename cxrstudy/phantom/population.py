"""Population: patients, their images, and the rows of the manifest."""

from __future__ import annotations

import math
from functools import lru_cache

import pandas as pd

from cxrstudy.base.coverage import code_fingerprint
from cxrstudy.base.identity import canonical, fingerprint
from cxrstudy.phantom.address import (
    ROLES,
    Address,
    Sign,
    check_hospitals,
    check_sign,
    check_tie,
    illegal,
    read_address,
)
from cxrstudy.phantom.case import case_of
from cxrstudy.phantom.fractals import CLASSES
from cxrstudy.phantom.patient import Patient, draw_patient
from cxrstudy.phantom.prevalence import IMAGES_PER_PATIENT, LABELS
from cxrstudy.phantom.streams import draw_one, stream

NATIVE_PIXELS = 256
"""Width and height that the manifest states; any other size is rendered as faithfully."""

# --- Patients and their images --------------------------------------------------------------------


def images_of(seed: int, role: str, number: int) -> int:
    """Number of images of a patient; for a fractal it is one."""
    if role in CLASSES:
        return 1
    rng = stream(seed, f"{role}-{number:05d}", "images")
    return draw_one(rng, IMAGES_PER_PATIENT)


def parse(text: str) -> Address:
    """Read an address and check that the image exists.

    Raises
    ------
    ValueError
        If the text does not have the legal form, or names an image that the patient does not have;
        the message says what is legal.
    """
    address = read_address(text)
    available = images_of(address.seed, address.role, address.number)
    if address.image > available:
        raise illegal(text, f"the patient has {available} image(s)")
    return address


def patient_of(address: Address) -> Patient:
    """Draw the patient of an image."""
    return _patient(address.seed, address.patient)


@lru_cache(maxsize=16)
def _patient(seed: int, name: str) -> Patient:
    """A patient's images follow each other, so that a few patients are enough to remember."""
    return draw_patient(seed, name)


def fractal_class(address: Address) -> int:
    """Class of a fractal image, drawn uniformly."""
    return int(stream(address.seed, address.id, "class").integers(CLASSES[address.role]))


def carries_sign(address: str) -> bool:
    """Whether the patient of an image carries the sign, at any strength."""
    return case_of(parse(address)).sign is not None


# --- Manifest ------------------------------------------------------------------------------------


def recipe_hash(address: Address) -> str:
    """SHA-256 of an image's recipe: its address and the generator's code."""
    recipe = {"address": str(address), "generator": code_fingerprint("phantom")}
    return fingerprint(canonical(recipe))


def draw(
    role: str,
    patients: int,
    seed: int,
    site_follows_label: float = 0.0,
    own_hospitals: bool = False,
    sign: Sign | None = None,
) -> pd.DataFrame:
    """Draw the manifest of a role, without rendering anything.

    Parameters
    ----------
    role : str
        One of `ROLES`.
    patients : int
        Number of patients; the rows of the first patients do not depend on it.
    seed : int
        The cohort's seed, not negative.
    site_follows_label : float
        Probability, in the target role, that the label decides the site; negative values reverse
        the association.
    own_hospitals : bool
        Whether the role, an upstream one, has hospitals of its own.
    sign : Sign or None
        The sign that patients of the target with COVID-19 may carry.

    Returns
    -------
    pandas.DataFrame
        One row per image, in the order of patients and of their images.

    Raises
    ------
    ValueError
        If an argument is not legal; the message names it and says what is legal.
    """
    if role not in ROLES:
        raise ValueError(f"role must be one of {', '.join(ROLES)}, not {role!r}")
    if patients < 0 or seed < 0:
        raise ValueError(f"patients and seed must not be negative: {patients!r}, {seed!r}")
    check_tie(site_follows_label)
    check_hospitals(role, own_hospitals)
    check_sign(role, sign)
    rows = [
        _row(Address(seed, role, float(site_follows_label), number, image, own_hospitals, sign))
        for number in range(patients)
        for image in range(1, images_of(seed, role, number) + 1)
    ]
    return pd.DataFrame(rows, columns=list(COLUMNS)).astype({"age": float})


COLUMNS = (
    "id", "path", "sha256", "origin", "prepared_sha256", "patient", "source", "view", "sex", "age",
    "width", "height", "licence", "labels", "excluded",
)  # fmt: skip
"""The manifest's columns."""


def _row(address: Address) -> dict[str, object]:
    """The manifest's row of one image."""
    row: dict[str, object] = {
        "id": address.id,
        "path": str(address),
        "sha256": recipe_hash(address),
        "origin": "",
        "prepared_sha256": "",
        "width": NATIVE_PIXELS,
        "height": NATIVE_PIXELS,
        "licence": "CC0-1.0",
        "excluded": "",
    }
    if address.role in CLASSES:
        label = LABELS[address.role][fractal_class(address)]
        return row | {
            "patient": address.id,
            "source": "fractals",
            "view": "unknown",
            "sex": "unknown",
            "age": math.nan,
            "labels": label,
        }
    patient, case = patient_of(address), case_of(address)
    return row | {
        "patient": f"phantom-{address.patient}",
        "source": f"phantom-{case.site}",
        "view": case.view,
        "sex": patient.sex,
        "age": patient.age,
        "labels": "|".join(case.labels),
    }
