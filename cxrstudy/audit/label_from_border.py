"""CXR105: label predicted from the border pixels alone."""

import numpy as np
from numpy.typing import NDArray

from cxrstudy.audit.check_result import CheckResult
from cxrstudy.audit.evidence import Evidence
from cxrstudy.audit.metadata_classifier import outcome_of_guesses
from cxrstudy.data.role import Role

CODE, TITLE = "CXR105", "label predicted from the border pixels alone"
ADVICE = "Crop to the lungs, or report the AUROC without lungs beside every AUROC."

#: Of 64 pixels: 1.6 % of each side, without lung except in tight crops.
BORDER_WIDTH = 1


def check(evidence: Evidence) -> CheckResult:
    """Predict labels from the outermost pixels: collimation, padding, markers, exposure."""
    return outcome_of_guesses(
        CODE, TITLE, evidence, _features,
        ADVICE,
        linear=True,
    )  # fmt: skip


def _features(evidence: Evidence, role: Role) -> NDArray[np.float64] | None:
    if not evidence.readable.any():
        return None
    pixels = evidence.thumbnails.pixels[evidence.positions(role)]
    ring = np.ones(pixels.shape[1:], bool)
    ring[BORDER_WIDTH:-BORDER_WIDTH, BORDER_WIDTH:-BORDER_WIDTH] = False
    return pixels[:, ring].astype(np.float64)
