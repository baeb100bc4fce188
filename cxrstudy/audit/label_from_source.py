"""CXR101: label predicted from the source alone."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxrstudy.audit.check_result import CheckResult
from cxrstudy.audit.evidence import Evidence
from cxrstudy.audit.metadata_classifier import outcome_of_guesses
from cxrstudy.data.role import Role

CODE, TITLE = "CXR101", "label predicted from the source alone"
ADVICE = (
    "Report the AUROC of the source alone beside every AUROC, and test on a source that has "
    "all classes."
)


def check(evidence: Evidence) -> CheckResult:
    """Predict labels from the name of the data set or hospital."""
    return outcome_of_guesses(
        CODE, TITLE, evidence, _features,
        ADVICE,
    )  # fmt: skip


def _features(evidence: Evidence, role: Role) -> NDArray[np.float64] | None:
    return np.asarray(pd.get_dummies(role.table["source"]), np.float64)
