"""Registered: what every registration asks for, and what is recorded of it so far, as a table."""

import pandas as pd

from cxrstudy.base import numbers, places
from cxrstudy.base.notebooks import chapter
from cxrstudy.base.times import duration
from cxrstudy.base.words import counted
from cxrstudy.pages.html import HTML
from cxrstudy.pages.tables import table
from cxrstudy.verdicts import results
from cxrstudy.verdicts.design import ALL
from cxrstudy.verdicts.frozen import design_path
from cxrstudy.verdicts.registration import Registration, registrations


def progress() -> HTML:
    """Show what every registration asks for, and what is recorded of it so far.

    Hours are those of one process; an estimate of a registration covers all its experiments.
    """
    made = {facts.registration: facts for facts in map(results.facts, results.folders())}
    rows = [_row(each, made.get(each.name)) for each in registrations()]
    return table(pd.DataFrame(rows)) if rows else HTML("<p>Nothing is registered yet.</p>")


def _row(registration: Registration, made: results.Results | None) -> dict[str, str]:
    return {
        "registration": registration.name,
        **_planned(registration),
        "recorded": ", ".join(map(chapter, sorted(made.experiments))) if made else "nothing",
        "trainings, and time that they took": (
            f"{counted(made.runs, 'training')}, {duration(made.seconds)}" if made else ""
        ),
    }


def _planned(registration: Registration) -> dict[str, str]:
    """What the design says, which lies beside the registration; nothing where there is none."""
    path = places.root() / design_path(registration.profile, registration.cohort)
    if not path.is_file():
        return {"experiments": "", "planned trainings": "", "estimated time": ""}
    design = pd.read_csv(path)
    whole = design[design["claim"] == ALL].iloc[0]
    asked = design["experiment"][design["trainings"].gt(0) & (design["claim"] != ALL)].nunique()
    hours = design["hours"][design["claim"] == ALL].iloc[0]
    return {
        "experiments": numbers.count(asked),
        "planned trainings": numbers.count(int(whole["trainings"])),
        "estimated time": "" if pd.isna(hours) else duration(hours * 3600),
    }
