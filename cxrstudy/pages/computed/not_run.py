"""Not run: what a chapter says first while nothing is recorded of it that could decide a claim."""

from html import escape

from cxrstudy.base.words import counted
from cxrstudy.pages.html import HTML
from cxrstudy.verdicts import results
from cxrstudy.verdicts.claims_file import all_claims
from cxrstudy.verdicts.judge import deciding


def of_chapter(experiment: str) -> HTML:
    """Say that an experiment has not been run with a profile that decides; empty if it has.

    Parameters
    ----------
    experiment
        Name of the chapter's notebook.
    """
    if any(experiment in results.experiments(folder) for folder in deciding()):
        return HTML("")
    mine = [claim.id for paper in all_claims() for claim in paper.claims
            if claim.experiment == experiment]  # fmt: skip
    claims = f"{counted(len(mine), 'claim')} ({', '.join(mine)})"
    verb = "has" if len(mine) == 1 else "have"
    return HTML(
        "<p><b>Not run yet.</b> Nothing is recorded of this experiment with a profile that decides "
        f"claims, so its {escape(claims)} {verb} no verdict. What this page shows below is its own "
        "run.</p>"
    )
