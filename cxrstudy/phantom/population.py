"""Population: prevalences, sites, views, numbers of images, and the rows of the manifest."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
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
from cxrstudy.phantom.fractals import CLASSES
from cxrstudy.phantom.pathology import ATYPICAL
from cxrstudy.phantom.patient import Patient, draw_patient
from cxrstudy.phantom.streams import draw_one, stream

GENERAL = (
    "effusion",
    "cardiomegaly",
    "nodule",
    "atelectasis",
    "pneumothorax",
    "oedema",
    "consolidation",
)

LABELS: dict[str, tuple[str, ...]] = {
    "target": ("normal", "other_pneumonia", "covid19"),
    "external": ("normal", "other_pneumonia", "covid19"),
    "general": GENERAL,
    "pneumonia": ("pneumonia",),
    **{
        role: tuple(f"fractal_{number:02d}" for number in range(count))
        for role, count in CLASSES.items()
    },
}
"""Labels that each role carries: exactly one is true in the target, external and fractal roles;
any number in the others."""

# --- Prevalences ---------------------------------------------------------------------------------

DIAGNOSES: dict[str, dict[str, float]] = {
    # COVIDx v8A, official test list: 100, 100, 200 images.
    "target": {"normal": 100 / 400, "other_pneumonia": 100 / 400, "covid19": 200 / 400},
    # COVIDx v8A, official training list: 7,966, 5,475, 2,158 images.
    "external": {
        "normal": 7966 / 15599,
        "other_pneumonia": 5475 / 15599,
        "covid19": 2158 / 15599,
    },
}
"""Prevalence of the three exclusive diagnoses."""

ENRICHMENT = 3.0
"""Factor on every general finding's prevalence, so that a small cohort carries each."""
NIH_IMAGES = 112_120
NIH_COUNTS = {
    "effusion": 13_317,
    "cardiomegaly": 2_776,
    "nodule": 6_331 + 5_782,  # nodule and mass; those with both are counted twice
    "atelectasis": 11_559,
    "pneumothorax": 5_302,
    "oedema": 2_303,
    "consolidation": 4_667,
}
"""Images with each finding in NIH ChestX-ray14."""
FINDINGS = {name: ENRICHMENT * count / NIH_IMAGES for name, count in NIH_COUNTS.items()}
"""Prevalence of each general finding; findings are drawn independently."""

PNEUMONIA = 6_012 / 26_684
"""Share of positives in the RSNA Pneumonia Detection Challenge."""
LOBAR = 0.6
"""Share of the pneumonia role's positives that are lobar, the rest is multifocal [by eye]."""
ABNORMAL_NEGATIVE = 11_821 / 20_672
"""Share of RSNA's negatives that are "No Lung Opacity / Not Normal"."""
ABNORMAL = ("cardiomegaly", "nodule", "pneumothorax")
"""What those carry here, one each: findings without an opacity of the airspaces."""

IMAGES_PER_PATIENT = {1: 0.70, 2: 0.20, 3: 0.10}
"""Mean 1.4 [by eye]; NIH ChestX-ray14 has 3.6, most public COVID-19 sets little more than 1."""

AP_SHARE = 44_810 / 112_120
"""Share of bedside images in NIH ChestX-ray14; that of all target and external classes alike."""
AP_SHIFT = 0.12
"""Added to it for the pneumonia role's positives and for general images with effusion, oedema or
consolidation, a third of the difference seen in RSNA (78 % AP in positives, 46 % overall)."""

SITES = {
    "target": ("alder", "birch"),
    "external": ("cedar",),
    "general": ("alder", "birch"),
    "pneumonia": ("alder", "birch"),
}
"""Hospitals of each role, drawn evenly. The upstream roles share those of the target."""
OWN_SITES = {"general": ("dogwood", "elm"), "pneumonia": ("fir", "gorse")}
"""Hospitals of upstream roles that have their own: a domain gap, as between public data sets.
``benchmarks/hospitals.py`` measures how large it is for a network of the target."""
TIED_SITE = {"covid19": "birch", "other_pneumonia": "alder", "normal": "alder"}
"""Where the target's site goes when it follows the label."""
REVERSED_SITE = {"covid19": "alder", "other_pneumonia": "birch", "normal": "birch"}
"""Where it goes when it follows the label the other way round."""

NATIVE_PIXELS = 256
"""Width and height that the manifest states; any other size is rendered as faithfully."""

# --- Drawing patients and images -----------------------------------------------------------------


@dataclass(frozen=True)
class Case:
    """What one image shows.

    Attributes
    ----------
    labels : tuple of str
        True labels.
    findings : tuple of str
        Names in `findings.FINDINGS` to draw.
    site, view : str
        Hospital, and ``"PA"``, ``"AP"`` or ``"lateral"``.
    progress : float
        Progress of the disease in this image, a factor on its strength.
    sign : float or None
        Strength of the sign that the patient carries; None if they carry none.
    """

    labels: tuple[str, ...]
    findings: tuple[str, ...]
    site: str
    view: str
    progress: float
    sign: float | None = None


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


def case_of(address: Address) -> Case:
    """Draw what a radiograph shows: labels per patient, view and progress per image."""
    rng = stream(address.seed, address.patient, "diagnosis")
    labels, findings = _diagnose(address.role, rng)
    site_rng = stream(address.seed, address.patient, "site")
    tied, choice = site_rng.random(), site_rng.random()
    sites = (OWN_SITES if address.own_hospitals else SITES)[address.role]
    site = sites[int(choice * len(sites))]
    if address.role == "target" and tied < abs(address.site_follows_label):
        site = TIED_SITE[labels[0]] if address.site_follows_label > 0 else REVERSED_SITE[labels[0]]
    image_rng = stream(address.seed, address.id, "image")
    sicker = {"pneumonia", "effusion", "oedema", "consolidation"} & set(labels)
    share = AP_SHARE + (AP_SHIFT if sicker else 0.0)
    view = "AP" if image_rng.random() < share else "PA"
    if address.lateral:
        view = "lateral"
    progress = float(image_rng.uniform(0.85, 1.15))
    return Case(labels, findings, site, view, progress, _carried(address, labels))


def carries_sign(address: str) -> bool:
    """Whether the patient of an image carries the sign, at any strength."""
    return case_of(parse(address)).sign is not None


def _carried(address: Address, labels: tuple[str, ...]) -> float | None:
    """Strength of the sign if the patient carries it; who does is the same at every strength."""
    if address.sign is None or "covid19" not in labels:
        return None
    carries = stream(address.seed, address.patient, "sign").random() < address.sign.share
    return address.sign.strength if carries else None


def _diagnose(role: str, rng: np.random.Generator) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Draw a patient's true labels and the findings that show them."""
    if role in DIAGNOSES:
        table = DIAGNOSES[role]
        label = draw_one(rng, table)
        atypical = rng.random() < ATYPICAL
        if label == "covid19":
            return (label,), ("mild covid19" if atypical else "covid19",)
        if label == "other_pneumonia":
            return (label,), ("multifocal pneumonia" if atypical else "lobar pneumonia",)
        return (label,), ()
    if role == "general":
        chances = rng.random(len(GENERAL))
        found = tuple(
            name for name, chance in zip(GENERAL, chances, strict=True) if chance < FINDINGS[name]
        )
        return found, found
    positive, lobar, abnormal = rng.random(3)
    other = ABNORMAL[int(rng.integers(len(ABNORMAL)))]
    if positive < PNEUMONIA:
        return ("pneumonia",), ("lobar pneumonia" if lobar < LOBAR else "multifocal pneumonia",)
    return (), ((other,) if abnormal < ABNORMAL_NEGATIVE else ())


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
