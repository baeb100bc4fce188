"""Audit: checks of a cohort for what could mislead a reader of its numbers.

Each check is one module with a code, a title, an advice and a function ``check``. It takes the
:mod:`cxrstudy.audit.evidence` and returns a :class:`~cxrstudy.audit.check_result.CheckResult`.
Codes below 100 are about leaks, the others about shortcuts and properties of the data. Read
`evidence` first, then `patient_in_two_splits` as an example of a check.
"""

from collections.abc import Sequence
from typing import Protocol

import pandas as pd

from cxrstudy.audit import (
    classes,
    conflicting_labels,
    declared_formats,
    dominating_patients,
    header_facts,
    identical_images,
    label_from_age_and_sex,
    label_from_border,
    label_from_corners,
    label_from_format,
    label_from_letters,
    label_from_source,
    label_from_texture,
    label_from_view,
    laterals,
    licences,
    near_duplicates,
    near_equal_names,
    one_name_two_people,
    order_in_time,
    paediatric,
    patient_in_two_splits,
    source_and_label,
    turned_or_inverted,
    unreadable_images,
    upstream_patients,
    withheld_images,
)
from cxrstudy.audit.check_result import CannotCheck, CheckResult, CheckState, row_table
from cxrstudy.audit.evidence import Evidence, gather
from cxrstudy.base.standard_json import json_text

__all__ = [
    "CHECKS",
    "CheckResult",
    "CheckState",
    "Evidence",
    "as_json",
    "as_table",
    "exit_status",
    "gather",
    "run_audit",
    "run_checks",
]  # fmt: skip


class Check(Protocol):
    """The interface of a module with a check."""

    CODE: str
    TITLE: str
    ADVICE: str

    def check(self, evidence: Evidence) -> CheckResult:
        """Check the evidence."""


CHECKS: tuple[Check, ...] = (
    patient_in_two_splits,
    identical_images,
    near_duplicates,
    upstream_patients,
    conflicting_labels,
    near_equal_names,
    one_name_two_people,
    label_from_source,
    label_from_view,
    label_from_age_and_sex,
    label_from_format,
    label_from_border,
    paediatric,
    classes,
    licences,
    unreadable_images,
    dominating_patients,
    source_and_label,
    withheld_images,
    label_from_corners,
    label_from_letters,
    label_from_texture,
    turned_or_inverted,
    laterals,
    declared_formats,
    order_in_time,
    header_facts,
)


def run_audit(cohort_name: str, profile: str = "quick") -> list[CheckResult]:
    """Audit a cohort.

    Parameters
    ----------
    cohort_name
        Name of a file in ``data_manifests/cohorts/``.
    profile
        Name of a file in ``profiles/``, which gives the number of phantoms.

    Raises
    ------
    CohortError, ManifestError, ProfileError
        The cohort, one of its manifests or the profile can't be read.

    Examples
    --------
    >>> outcomes = run_audit("phantom", "quick")  # doctest: +SKIP
    >>> outcomes[0].code  # doctest: +SKIP
    'CXR001'
    """
    return run_checks(gather(cohort_name, profile))


def run_checks(evidence: Evidence) -> list[CheckResult]:
    """Run all checks, in the order of their codes."""
    return [_outcome(check, evidence) for check in CHECKS]


def as_table(outcomes: Sequence[CheckResult]) -> pd.DataFrame:
    """Make a table with one row per check, without the rows concerned.

    Examples
    --------
    >>> from cxrstudy.audit.check_result import CheckResult
    >>> import pandas as pd
    >>> nothing = pd.DataFrame()
    >>> found = CheckResult("CXR001", "identical images", "pass", 0, nothing, "none", "go on")
    >>> as_table([found])["state"].tolist()
    ['pass']
    """
    names = ["code", "title", "state", "count", "detail", "advice", "unchecked"]
    return pd.DataFrame(
        [{name: getattr(o, name) for name in names} for o in outcomes], columns=names
    )


def as_json(outcomes: Sequence[CheckResult]) -> str:
    """Write results as JSON, with the rows concerned."""
    records = as_table(outcomes).to_dict("records")
    for record, outcome in zip(records, outcomes, strict=True):
        record["rows"] = outcome.rows.to_dict("records")
    return json_text(records)


def exit_status(outcomes: Sequence[CheckResult]) -> int:
    """1 if there is an issue or something could not be checked, otherwise 0."""
    grave = ("issue", "could not be checked")
    return int(any(o.state in grave or o.unchecked for o in outcomes))


def _outcome(check: Check, evidence: Evidence) -> CheckResult:
    try:
        return check.check(evidence)
    except CannotCheck as reason:
        return CheckResult(
            check.CODE, check.TITLE, "could not be checked", 0, row_table(), str(reason),
            "Provide what is missing, and run the audit again.",
        )  # fmt: skip
