"""Case: what one image shows: labels and findings, hospital, view, and progress of the disease."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cxrstudy.phantom.address import Address
from cxrstudy.phantom.hospitals import hospital_of
from cxrstudy.phantom.pathology import ATYPICAL
from cxrstudy.phantom.prevalence import (
    ABNORMAL,
    ABNORMAL_NEGATIVE,
    AP_SHARE,
    AP_SHIFT,
    DIAGNOSES,
    FINDINGS,
    GENERAL,
    LOBAR,
    PNEUMONIA,
)
from cxrstudy.phantom.streams import draw_one, stream


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


def case_of(address: Address) -> Case:
    """Draw what a radiograph shows: labels per patient, view and progress per image."""
    rng = stream(address.seed, address.patient, "diagnosis")
    labels, findings = _diagnose(address.role, rng)
    site = hospital_of(address, labels)
    image_rng = stream(address.seed, address.id, "image")
    sicker = {"pneumonia", "effusion", "oedema", "consolidation"} & set(labels)
    share = AP_SHARE + (AP_SHIFT if sicker else 0.0)
    view = "AP" if image_rng.random() < share else "PA"
    if address.lateral:
        view = "lateral"
    progress = float(image_rng.uniform(0.85, 1.15))
    return Case(labels, findings, site, view, progress, _carried(address, labels))


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
