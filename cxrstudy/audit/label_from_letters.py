"""CXR114: label predicted from burnt-in text alone."""

import numpy as np
from numpy.typing import NDArray

from cxrstudy.audit.check_result import CheckResult
from cxrstudy.audit.evidence import Evidence
from cxrstudy.audit.inner_pixels import letters
from cxrstudy.audit.metadata_classifier import outcome_of_guesses
from cxrstudy.data.role import Role

CODE, TITLE = "CXR114", "label predicted from burnt-in text alone"
ADVICE = "Cover text near the edge in all images, and report results with and without."


def check(evidence: Evidence) -> CheckResult:
    """Predict labels from where, near the edge, single pixels stand out: letters, arrows, lines."""
    return outcome_of_guesses(
        CODE, TITLE, evidence, _features,
        ADVICE,
        linear=True,
    )  # fmt: skip


def _features(evidence: Evidence, role: Role) -> NDArray[np.float64] | None:
    if not evidence.readable.any():
        return None
    return letters(evidence.thumbnails.pixels[evidence.positions(role)])
