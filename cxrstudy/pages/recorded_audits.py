"""Recorded audits: what the audit found in the sets that recorded results are of.

A book may be of another cohort, and of another profile, than the verdicts that it shows.
"""

from cxrstudy.pages.arm_words import cohort_title
from cxrstudy.pages.audit_strengths import measured
from cxrstudy.pages.html import HTML, stacked
from cxrstudy.pages.tables import table

#: Columns for readers; not every check has something that it could not check.
COLUMNS = ["code", "title", "state", "count", "detail", "advice", "unchecked"]


def recorded_audits() -> HTML:
    """Show what ``benchmarks/audits.py`` found, one table per cohort, without what passed.

    Examples
    --------
    >>> recorded_audits()
    <HTML>
    """
    found = measured("audits")
    if found.empty:
        return HTML("<p>Not measured here: <code>python benchmarks/audits.py</code> writes it.</p>")
    shown = stacked(
        table(
            rows[[name for name in COLUMNS if rows[name].notna().any()]].fillna(""),
            advice="what to do",
            unchecked="could not be checked",
            caption=f"{cohort_title(str(cohort))}, profile {profile}",
        )
        for (cohort, profile), rows in found.groupby(["cohort", "profile"])
    )
    return shown or HTML("")
