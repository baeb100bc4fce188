"""CXR109: unreadable or blank images."""

import numpy as np

from cxrstudy.audit.check_result import CheckResult, row, row_table
from cxrstudy.audit.evidence import Evidence
from cxrstudy.base import numbers

CODE, TITLE = "CXR109", "unreadable or blank images"
ADVICE = "Fetch them again, or list them as excluded with that reason."

#: Standard deviation of the grey levels (0 to 255) of an image at 64 pixels. The flattest real
#: radiograph of the open cohort has 13; averaged noise on a uniform field has less than 3.
SMALLEST_DEVIATION = 3.0


def check(evidence: Evidence) -> CheckResult:
    """Read every image that is not excluded, and look for nearly uniform ones."""
    seen = evidence.thumbnails
    used = np.flatnonzero((evidence.images["excluded"] == "").to_numpy()).tolist()
    deviations = seen.pixels.std((1, 2), dtype=np.float32)
    wrong = {place: seen.unreadable[place] for place in used if place in seen.unreadable}
    wrong |= {
        place: f"blank: standard deviation {_grey_levels(deviations[place])} grey levels"
        for place in used
        if deviations[place] < SMALLEST_DEVIATION and place not in wrong
    }
    images = evidence.images
    rows = [
        row(what, ", ".join(images["roles"].iat[place]), images["manifest"].iat[place],
            images["id"].iat[place])
        for place, what in sorted(wrong.items())
    ]  # fmt: skip
    return CheckResult(
        CODE, TITLE, "issue" if rows else "pass", len(rows), row_table(rows),
        "Images that can't be read or are blank: "
        f"{numbers.count(len(rows))} of {numbers.count(len(used))}.",
        ADVICE if rows
        else "Nothing to do.",
    )  # fmt: skip


def _grey_levels(deviation: float) -> str:
    return numbers.level(float(deviation), [SMALLEST_DEVIATION], least=1)
