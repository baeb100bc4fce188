"""Numbers behind: what verdicts of an experiment rest on, of each set of recorded results."""

from cxrstudy.pages.beside import ReferenceResults, beside
from cxrstudy.pages.claim_tables import claims
from cxrstudy.pages.html import HTML, stacked


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
    None if there are none.

    Examples
    --------
    >>> from cxrstudy.notebook import Study, evidence_of, show
    >>> recorded = evidence_of(Study("quick", "phantom", seeds=1), "13_pneumonia")
    >>> show.numbers_behind("13_pneumonia", *recorded)
    <HTML>
    """
    return stacked(beside(each, lambda _, scores: claims(experiment, scores)) for each in recorded)
