"""CXR001: the same patient in two splits of a role."""

from cxrstudy.audit.check_result import CheckResult, row, row_table
from cxrstudy.audit.evidence import Evidence

CODE, TITLE = "CXR001", "patient in two splits"
ADVICE = "Give all images of a patient one split."


def check(evidence: Evidence) -> CheckResult:
    """Look for persons, by name or by the crosswalk of RSNA and NIH, in more than one split."""
    rows, patients = [], 0
    for name, role in evidence.roles.items():
        table = role.table.assign(person=evidence.people(role))
        table = table[table.groupby("person")["split"].transform("nunique") > 1]
        torn = table.groupby("person")["split"].agg(lambda of: sorted(set(of)))
        patients += len(torn)
        for image in table.itertuples():
            what = (
                f"{image.person} is in {' and '.join(torn[image.person])}; this one: {image.split}"
            )
            rows.append(row(what, name, image.manifest, image.id))
    return CheckResult(
        CODE, TITLE, "issue" if rows else "pass", patients, row_table(rows),
        f"{patients} patients have images in more than one split of a role.",
        ADVICE if rows else "Nothing to do.",
    )  # fmt: skip
