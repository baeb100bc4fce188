"""Profiles: what each is for, and on which cohorts its results are recorded, as a table."""

from html import escape

import pandas as pd

from cxrstudy.pages.arm_words import cohort_title
from cxrstudy.pages.html import HTML, fold
from cxrstudy.pages.tables import framed, rows_as_html
from cxrstudy.study.profile import profile_names, read_profile
from cxrstudy.verdicts import results


def listed() -> HTML:
    """Show every profile of the project, what it is for, and where its results are recorded."""
    made = [results.facts(folder) for folder in results.folders()]
    rows = [
        {
            "profile": f"<code>{escape(name)}</code>",
            "purpose": escape(read_profile(name).purpose),
            "results are recorded on": escape(
                ", ".join(cohort_title(each.cohort) for each in made if each.profile == name)
                or "no cohort"
            ),
        }
        for name in profile_names()
    ]
    table = framed(rows_as_html(pd.DataFrame(rows)))
    said = (
        "<p>A profile is made for its purpose. Whether trainings got there, to a plateau for one, "
        "is said with each verdict.</p>"
    )
    return HTML(fold("Every profile, and where its results are recorded", f"{said}{table}"))
