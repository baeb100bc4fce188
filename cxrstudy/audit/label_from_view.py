"""CXR102: label predicted from the view alone."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxrstudy.audit.check_result import CheckResult
from cxrstudy.audit.evidence import Evidence
from cxrstudy.audit.metadata_classifier import outcome_of_guesses
from cxrstudy.data.role import Role

CODE, TITLE = "CXR102", "label predicted from the view alone"
ADVICE = "Report results by view, or balance views across classes: bedside images are of the sick."


def check(evidence: Evidence) -> CheckResult:
    """Predict labels from the projection; unknown is a value of its own."""
    return outcome_of_guesses(
        CODE, TITLE, evidence, _features,
        ADVICE,
    )  # fmt: skip


def _features(evidence: Evidence, role: Role) -> NDArray[np.float64] | None:
    if (role.table["view"] == "unknown").all():
        return None
    return np.asarray(pd.get_dummies(role.table["view"]), np.float64)
