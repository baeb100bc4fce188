"""CXR110: images of one patient that dominate a class."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from cxrstudy.audit.check_result import CheckResult, CheckState, gravest, row, row_table
from cxrstudy.audit.evidence import Evidence
from cxrstudy.base import numbers
from cxrstudy.base.words import counted
from cxrstudy.data.role import Role

CODE, TITLE = "CXR110", "images of one patient dominating a class"
ADVICE = "Weight by patient, and count patients, not images."

#: Fraction of a class's images in a split. Above 5 % one person changes the class's recall by up to
#: 5 points; above 20 % by more than the effects that this study is about.
NOTE_ABOVE, ISSUE_ABOVE = 0.05, 0.20
#: Of the patient; with fewer, the class is small, which is CXR107.
FEWEST_IMAGES = 10


def check(evidence: Evidence) -> CheckResult:
    """Find the patient with the most images of each class in each split.

    Where classes are not exclusive, images without a label are a class too.
    """
    rows: list[dict[str, str]] = []
    states: list[CheckState] = ["pass"]
    largest = 0.0
    for name, role in evidence.roles.items():
        table = role.table.assign(person=evidence.people(role))
        for label, is_of in _classes(role):
            for split, images in table[is_of].groupby("split"):
                counts = images["person"].value_counts()
                share = counts.iloc[0] / counts.sum()
                if counts.iloc[0] < FEWEST_IMAGES or share <= NOTE_ABOVE:
                    continue
                states.append("issue" if share > ISSUE_ABOVE else "note")
                largest = max(largest, share)
                what = f"{counts.index[0]} has {counts.iloc[0]} of {counts.sum()} images of {label}"
                rows.append(row(f"{what} in {split}", name))
    limit = numbers.whole_percent(NOTE_ABOVE)
    return CheckResult(
        CODE, TITLE, gravest(states), len(rows), row_table(rows),
        f"In {counted(len(rows), 'class')} of a split one patient has more than {limit} of the "
        f"images; the largest share is {numbers.percent(largest, [NOTE_ABOVE])}." if rows
        else f"No patient has more than {limit}, and at least {FEWEST_IMAGES} images, of a class.",
        ADVICE if rows else "Nothing to do.",
    )  # fmt: skip


def _classes(role: Role) -> Iterator[tuple[str, NDArray[np.bool_]]]:
    for column, label in enumerate(role.labels):
        yield label, role.truth[:, column] == 1
        if role.task != "multiclass":
            yield f"no {label}", role.truth[:, column] == 0
