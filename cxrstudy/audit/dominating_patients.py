"""CXR110: images of one patient that dominate a class."""

from cxrstudy.audit.check_result import CheckResult, CheckState, gravest, row, row_table
from cxrstudy.audit.evidence import Evidence
from cxrstudy.base import numbers

CODE, TITLE = "CXR110", "images of one patient dominating a class"

#: Fraction of a class's images in a split. Above 5 % one person changes the class's recall by up to
#: 5 points; above 20 % by more than the effects that this study is about.
NOTE_ABOVE, ISSUE_ABOVE = 0.05, 0.20
#: Minimum number of images of the patient; with fewer, the class is small, which is CXR107.
LEAST_IMAGES = 10


def check(evidence: Evidence) -> CheckResult:
    """Find the patient with the most images of each label in each split."""
    rows: list[dict[str, str]] = []
    states: list[CheckState] = ["pass"]
    largest = 0.0
    for name, role in evidence.roles.items():
        table = role.table.assign(person=evidence.people(role))
        for column, label in enumerate(role.labels):
            for split, images in table[role.truth[:, column] == 1].groupby("split"):
                counts = images["person"].value_counts()
                share = counts.iloc[0] / counts.sum()
                if counts.iloc[0] < LEAST_IMAGES or share <= NOTE_ABOVE:
                    continue
                states.append("issue" if share > ISSUE_ABOVE else "note")
                largest = max(largest, share)
                what = f"{counts.index[0]} has {counts.iloc[0]} of {counts.sum()} images of {label}"
                rows.append(row(f"{what} in {split}", name))
    limit = numbers.whole_percent(NOTE_ABOVE)
    return CheckResult(
        CODE, TITLE, gravest(states), len(rows), row_table(rows),
        f"In {len(rows)} classes of a split one patient has more than {limit} of the images; the "
        f"largest share is {numbers.percent(largest, [NOTE_ABOVE])}." if rows
        else f"No patient has more than {limit}, and {LEAST_IMAGES}, of a class's images.",
        "Weight by patient, and count patients, not images." if rows else "Nothing to do.",
    )  # fmt: skip
