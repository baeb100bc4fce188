"""CXR107: classes absent or tiny in a split."""

from collections.abc import Iterator

from cxrstudy.audit.check_result import CheckResult, CheckState, gravest, row, row_table
from cxrstudy.audit.evidence import Evidence
from cxrstudy.data.role import Role

CODE, TITLE = "CXR107", "classes absent or tiny in a split"

#: Patients of a class in a split. With 10, the 95 % interval of a sensitivity of .8 is .44 to .97
#: (Clopper and Pearson 1934): with fewer, nothing can be said.
LEAST_PATIENTS = 10


def check(evidence: Evidence) -> CheckResult:
    """Count the patients of each class, or with and without each label, in each split.

    A class that a split lacks is an issue where an image has exactly one class, or where there is
    one label; of many labels a rare one may be missing, which is a note, as few patients are.
    """
    rows: list[dict[str, str]] = []
    states: list[CheckState] = ["pass"]
    for name, role in evidence.roles.items():
        for split, label, patients in _counts(evidence, role):
            if patients >= LEAST_PATIENTS:
                continue
            is_gap = patients == 0 and role.task != "multilabel"
            states.append("issue" if is_gap else "note")
            rows.append(row(f"{patients} patients of {label} in {split}", name))
    return CheckResult(
        CODE, TITLE, gravest(states), len(rows), row_table(rows),
        f"{len(rows)} classes have fewer than {LEAST_PATIENTS} patients in a split of a role.",
        "Say nothing about these classes there, or bring more patients." if rows
        else "Nothing to do.",
    )  # fmt: skip


def _counts(evidence: Evidence, role: Role) -> Iterator[tuple[str, str, int]]:
    people, splits = evidence.people(role), role.table["split"].to_numpy()
    for split in dict.fromkeys(splits):
        here = splits == split
        for column, label in enumerate(role.labels):
            truth = role.truth[:, column]
            yield split, label, len(set(people[here & (truth == 1)]))
            if role.task != "multiclass":
                yield split, f"no {label}", len(set(people[here & (truth == 0)]))
