"""CXR103: label predicted from age and sex alone."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxrstudy.audit.check_result import CheckResult
from cxrstudy.audit.evidence import Evidence
from cxrstudy.audit.metadata_classifier import outcome_of_guesses
from cxrstudy.data.role import Role

CODE, TITLE = "CXR103", "label predicted from age and sex alone"
ADVICE = "Report results by age group and sex, or match the classes for both."


def check(evidence: Evidence) -> CheckResult:
    """Predict labels from age and sex; unknown is a value of its own."""
    return outcome_of_guesses(
        CODE, TITLE, evidence, _features,
        ADVICE,
    )  # fmt: skip


def _features(evidence: Evidence, role: Role) -> NDArray[np.float64] | None:
    age = role.table["age"].to_numpy(np.float64)
    sex = pd.get_dummies(role.table["sex"]).to_numpy(np.float64)
    if np.isnan(age).all() and (role.table["sex"] == "unknown").all():
        return None
    return np.column_stack([age, sex])
