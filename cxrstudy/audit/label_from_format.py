"""CXR104: label predicted from image size and file format alone."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxrstudy.audit.check_result import CheckResult
from cxrstudy.audit.evidence import Evidence
from cxrstudy.audit.metadata_classifier import outcome_of_guesses
from cxrstudy.data.role import Role

CODE, TITLE = "CXR104", "label predicted from image size and file format alone"
ADVICE = (
    "Convert all images to one size and format by the same steps, from originals of at least "
    "this size."
)


def check(evidence: Evidence) -> CheckResult:
    """Predict labels from width, height, their ratio, and the format of the file.

    The format is that of the content, and the ending that of the original file's name.
    """
    return outcome_of_guesses(
        CODE, TITLE, evidence, _features,
        ADVICE,
    )  # fmt: skip


def _features(evidence: Evidence, role: Role) -> NDArray[np.float64] | None:
    table = role.table
    file = table["origin"].where(table["origin"] != "", table["path"])
    ending = file.str.extract(r"\.([A-Za-z]+)$", expand=False).str.lower().fillna("none")
    size = table[["width", "height"]].to_numpy(np.float64)
    content = evidence.files["format"].iloc[evidence.positions(role)].reset_index(drop=True)
    formats = [pd.get_dummies(said).to_numpy() for said in (ending, content)]
    return np.column_stack([size, size[:, 0] / size[:, 1], *formats]).astype(np.float64)
