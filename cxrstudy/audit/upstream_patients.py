"""CXR004: a test patient whose images are used for training in another role."""

from cxrstudy.audit.check_result import CannotCheck, CheckResult, CheckState, row, row_table
from cxrstudy.audit.evidence import Evidence
from cxrstudy.audit.patients import rsna_image
from cxrstudy.data.role import Role

CODE, TITLE = "CXR004", "tested patient seen in an upstream role"


def check(evidence: Evidence) -> CheckResult:
    """Look in other roles for persons of the target's test split and of the external role.

    Raises
    ------
    CannotCheck
        A role has RSNA images, whose patients only the crosswalk gives, and there is none.
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
    if evidence.crosswalk is None and any(map(_has_rsna, evidence.roles.values())):
        raise CannotCheck("RSNA images have no patients; put the crosswalk to NIH in place.")
    state: CheckState = "issue" if rows else "pass" if len(evidence.roles) > 1 else "not applicable"
    return CheckResult(
        CODE, TITLE, state, len(patients), row_table(rows),
        f"{len(patients)} test patients have images in a role that is used for training.",
        "Take these images out of the upstream role." if rows else "Nothing to do.",
    )  # fmt: skip


def _tested(evidence: Evidence) -> dict[str, set[str]]:
    tested = {}
    for name, role in evidence.roles.items():
        if name == "external":
            tested[name] = set(evidence.people(role))
        elif name == "target":
            tested[name] = set(evidence.people(role)[role.rows("test")])
    return tested


def _has_rsna(role: Role) -> bool:
    names = role.table[["patient", "path", "origin"]].itertuples(index=False)
    return any(rsna_image(*row) for row in names)
