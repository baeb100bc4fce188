"""CXR113: label predicted from the corners alone."""

import numpy as np
from numpy.typing import NDArray

from cxrstudy.audit.check_result import CheckResult
from cxrstudy.audit.evidence import Evidence
from cxrstudy.audit.inner_pixels import corners
from cxrstudy.audit.metadata_classifier import outcome_of_guesses
from cxrstudy.data.role import Role

CODE, TITLE = "CXR113", "label predicted from the corners alone"
ADVICE = "Cover the corners of all images, or crop to the lungs, and report both results."


def check(evidence: Evidence) -> CheckResult:
    """Predict labels from the corners: markers, collimation, labels of the hospital."""
    return outcome_of_guesses(
        CODE, TITLE, evidence, _features,
        ADVICE,
        linear=True,
    )  # fmt: skip


def _features(evidence: Evidence, role: Role) -> NDArray[np.float64] | None:
    if not evidence.readable.any():
        return None
    return corners(evidence.thumbnails.pixels[evidence.positions(role)])
