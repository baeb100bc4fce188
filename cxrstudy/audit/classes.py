"""CXR107: classes that are absent or very small in a split."""

from collections.abc import Iterator

import numpy as np

from cxrstudy.audit.check_result import CheckResult, CheckState, gravest, row, row_table
from cxrstudy.audit.evidence import Evidence
from cxrstudy.base.words import counted
from cxrstudy.data.role import Role

CODE, TITLE = "CXR107", "classes absent or tiny in a split"
ADVICE = "Report nothing about these classes there, or add patients."

#: Of a class in a split. With 10, the exact 95 % interval of a sensitivity of 0.8 is 0.44 to 0.97
#: (Clopper and Pearson); with fewer, nothing can be concluded. Of the label that a cohort of your
#: own asks about, ``cxrstudy data add`` wants more: an AUROC needs patients with and without it.
FEWEST_PATIENTS = 10


def check(evidence: Evidence) -> CheckResult:
    """Count the patients of each class, or with and without each label, in each split.

    A class without patients in a split is an issue if images have exactly one class or if there is
    only one label. With many labels a rare one may be missing, which is a note, and so are few
    patients, and images for which nobody knows a label.
    """
    rows: list[dict[str, str]] = []
    named: list[str] = []
    states: list[CheckState] = ["pass"]
    for name, role in evidence.roles.items():
        for split, label, patients in _counts(evidence, role):
            if patients >= FEWEST_PATIENTS:
                continue
            is_gap = patients == 0 and role.task != "multilabel"
            states.append("issue" if is_gap else "note")
            rows.append(row(f"{patients} patients of {label} in {split}", name))
            named.append(f"{name} {split}, {patients} of {label}")
    small = len(rows)
    rows += [
        row(what, name, manifest)
        for name, role in evidence.roles.items()
        for manifest, what in _unknown(role)
    ]
    states += ["note"] * (len(rows) - small)
    unknown = len(rows) - small
    few = f"fewer than {FEWEST_PATIENTS} patients in a split of a role: "
    first, more = "; ".join(named[:3]), "; …" if named[3:] else ""  # the rows name all
    which = f" ({first}{more})" if first else ""
    said = [few + (counted(small, "class") if small else "no class") + which]
    said += [f"labels that a source does not know: {unknown}"] if unknown else []
    return CheckResult(
        CODE, TITLE, gravest(states), len(rows), row_table(rows), f"{'; '.join(said)}.",
        ADVICE if rows
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


def _unknown(role: Role) -> Iterator[tuple[str, str]]:
    """Manifest, and how many of its images in a split have no known truth of a label."""
    for column, label in enumerate(role.labels):
        table = role.table.assign(unknown=np.isnan(role.truth[:, column]))
        for (split, manifest), images in table.groupby(["split", "manifest"], sort=False):
            unknown = int(images["unknown"].sum())
            if unknown:
                what = f"{label} is unknown for {unknown} of {len(images)} images in {split}"
                yield str(manifest), what
