"""CXR112: images that are left out of a role because their patients are tested in the target."""

from cxrstudy.audit.check_result import CheckResult, row, row_table
from cxrstudy.audit.evidence import Evidence
from cxrstudy.base import numbers
from cxrstudy.base.words import counted

CODE, TITLE = "CXR112", "images left out as of tested patients"
ADVICE = "If equal names of two sources are not the same people, begin the names with the source."


def check(evidence: Evidence) -> CheckResult:
    """Count the images of each role and manifest whose patient's name is tested in the target.

    They are left out so that no tested patient is trained on. If the target has these patients from
    another source, their names may be equal by chance: two hospitals may both count from 1.
    """
    rows, images, by_name = [], 0, 0
    for role, withheld in evidence.cohort.withheld.items():
        for (manifest, source), table in withheld.groupby(["manifest", "source"], sort=False):
            patients = table["patient"].unique()
            images += len(table)
            what = (
                f"of {source}, {counted(len(table), 'image')} of "
                f"{counted(len(patients), 'patient')} left out"
            )
            others = sorted(_sources(evidence, set(patients)) - {source})
            if others:
                by_name += len(table)
                what += f", because of equal names of patients in {', '.join(others)}"
            rows.append(row(what, role, str(manifest), str(table["id"].iloc[0])))
    return CheckResult(
        CODE, TITLE, "note" if rows else "pass", images, row_table(rows),
        "Images that are left out of roles because their patients are in the target's test split: "
        f"{numbers.count(images)}; of patients whom the target has from another source: "
        f"{numbers.count(by_name)}.",
        ADVICE
        if by_name else "Nothing to do: no tested patient is trained on.",
    )  # fmt: skip


def _sources(evidence: Evidence, patients: set[str]) -> set[str]:
    """Sources of the target's test images of some patients."""
    target = evidence.cohort.role("target")
    tested = target.table.iloc[target.rows("test")]
    return set(tested.loc[tested["patient"].isin(patients), "source"])
