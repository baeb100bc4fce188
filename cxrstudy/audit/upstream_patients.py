"""CXR004: a test patient whose images are used for training in another role."""

from cxrstudy.audit.check_result import CheckResult, CheckState, row, row_table
from cxrstudy.audit.evidence import Evidence
from cxrstudy.audit.patients import rsna_image
from cxrstudy.base import numbers
from cxrstudy.data.role import Role

CODE, TITLE = "CXR004", "tested patient seen in an upstream role"
ADVICE = "Take these images out of the upstream role."


def check(evidence: Evidence) -> CheckResult:
    """Look in other roles for persons of the target's test split and of the external role.

    The patients of RSNA images are known only from the crosswalk; without it, that part could not
    be checked, and what was found among the other images is reported.
    """
    upstream = {name: role for name, role in evidence.roles.items() if name != "external"}
    rows, patients = [], set()
    for tested, people in _tested(evidence).items():
        for name, role in upstream.items():
            if name == tested:
                continue
            for image, person in zip(role.table.itertuples(), evidence.people(role), strict=True):
                if person in people and (name != "target" or image.split != "test"):
                    patients.add(person)
                    what = f"{person} is also tested in role {tested}"
                    rows.append(row(what, name, image.manifest, image.id))
    unchecked = _unchecked(evidence)
    state: CheckState = "pass" if len(evidence.roles) > 1 else "not applicable"
    state = "issue" if rows else "could not be checked" if unchecked else state
    return CheckResult(
        CODE, TITLE, state, len(patients), row_table(rows),
        "Test patients with images in a role that is used for training: "
        f"{numbers.count(len(patients))}.",
        ADVICE if rows else "Nothing else to do."
        if unchecked else "Nothing to do.",
        unchecked,
    )  # fmt: skip


def _tested(evidence: Evidence) -> dict[str, set[str]]:
    tested = {}
    for name, role in evidence.roles.items():
        if name == "external":
            tested[name] = set(evidence.people(role))
        elif name == "target":
            tested[name] = set(evidence.people(role)[role.rows("test")])
    return tested


def _unchecked(evidence: Evidence) -> str:
    """Which roles have images whose patients only the crosswalk gives, without a crosswalk."""
    if evidence.crosswalk is not None:
        return ""
    counts = {name: _rsna_images(role) for name, role in evidence.roles.items()}
    told = ", ".join(f"{count} of role {name}" for name, count in counts.items() if count)
    if not told:
        return ""
    return f"The patients of RSNA images ({told}) are not known; put the crosswalk to NIH in place."


def _rsna_images(role: Role) -> int:
    names = role.table[["patient", "path", "origin"]].itertuples(index=False)
    return sum(rsna_image(*row) is not None for row in names)
