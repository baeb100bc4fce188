"""CXR115: label predicted from blur and compression alone."""

import numpy as np
from numpy.typing import NDArray

from cxrstudy.audit.check_result import CheckResult
from cxrstudy.audit.evidence import Evidence
from cxrstudy.audit.inner_pixels import texture
from cxrstudy.audit.metadata_classifier import outcome_of_guesses
from cxrstudy.data.role import Role

CODE, TITLE = "CXR115", "label predicted from blur and compression alone"
ADVICE = "Process all images by the same steps, from originals; blur or compress them alike."


def check(evidence: Evidence) -> CheckResult:
    """Predict labels from the strength of details near the edge, and how files are compressed."""
    return outcome_of_guesses(
        CODE, TITLE, evidence, _features,
        ADVICE,
        linear=True,
    )  # fmt: skip


def _features(evidence: Evidence, role: Role) -> NDArray[np.float64] | None:
    if not evidence.readable.any():
        return None
    at = evidence.positions(role)
    files = evidence.files.iloc[at]
    size, coarseness = (files[name].to_numpy(float) for name in ("bytes_per_pixel", "coarseness"))
    facts = np.stack([np.log(size), coarseness, coarseness == 0], 1)
    known = np.where(np.isnan(facts), 0, facts)
    return np.concatenate([texture(evidence.thumbnails.pixels[at]), known], 1)
