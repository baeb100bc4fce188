"""CXR102: label guessed from the view alone."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxrstudy.audit.check_result import CheckResult
from cxrstudy.audit.evidence import Evidence
from cxrstudy.audit.metadata_classifier import outcome_of_guesses
from cxrstudy.data.role import Role

CODE, TITLE = "CXR102", "label guessed from the view alone"


def check(evidence: Evidence) -> CheckResult:
    """Guess labels from the projection; that it is unknown is a value like another."""
    return outcome_of_guesses(
        CODE, TITLE, evidence, _features,
        "Report scores a view, or balance the views of the classes: the sick are imaged in bed.",
    )  # fmt: skip


def _features(evidence: Evidence, role: Role) -> NDArray[np.float64] | None:
    if (role.table["view"] == "unknown").all():
        return None
    return np.asarray(pd.get_dummies(role.table["view"]), np.float64)
