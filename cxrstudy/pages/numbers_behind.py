"""Numbers behind: what verdicts of an experiment rest on, of each set of recorded results."""

import pandas as pd

from cxrstudy.pages.beside import ReferenceResults, beside
from cxrstudy.pages.claim_tables import claims
from cxrstudy.pages.html import HTML, stacked
from cxrstudy.pages.level_words import holds_claims
from cxrstudy.study.arms import Arms


def numbers_behind(experiment: str, *recorded: ReferenceResults) -> HTML | None:
    """Show the claims about an experiment with their evidence, one table per set of results.

    Parameters
    ----------
    experiment
        Name of the chapter's notebook.
    recorded
        As :func:`cxrstudy.pages.beside.evidence_of` gives them.

    Returns
    -------
    None if there are none, or none has all arms of a claim.

    Examples
    --------
    >>> from cxrstudy.notebook import Study, evidence_of, show
    >>> recorded = evidence_of(Study("quick", "phantom", seeds=1), "13_pneumonia")
    >>> show.numbers_behind("13_pneumonia", *recorded)
    <HTML>
    """

    def numbers(_: Arms, scores: pd.DataFrame) -> HTML | None:
        return claims(experiment, scores) if holds_claims(experiment, scores) else None

    return stacked(beside(each, numbers) for each in recorded)
