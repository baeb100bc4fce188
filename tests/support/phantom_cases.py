"""Chests for the tests of disease."""

from functools import lru_cache

import numpy as np

from cxrstudy.phantom.anatomy import Chest, chest
from cxrstudy.phantom.findings import alteration, disease
from cxrstudy.phantom.pathology import Lesion
from cxrstudy.phantom.patient import draw_patient, draw_pose


@lru_cache(maxsize=256)
def diseased(number: int, finding: str, view: str = "PA", pixels: int = 96) -> tuple[Chest, Lesion]:
    """Chest and lesion of patient `number` with one finding ("" for none)."""
    patient = draw_patient(7, f"p{number}")
    findings = (finding,) if finding else ()
    pose = draw_pose(7, f"p{number}-1", view)
    body = chest(patient, pose, pixels, alteration(patient, findings))
    return body, disease(body, findings, 1.0)


def sides(body: Chest, mask: np.ndarray) -> tuple[int, int]:
    """Pixels of a mask on the patient's right and left."""
    left = body.frame.x > body.outline.centre
    return int((mask & ~left).sum()), int((mask & left).sum())
