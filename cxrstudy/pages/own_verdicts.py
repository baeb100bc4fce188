"""Own verdicts: a run's claims in one line each, beside what recorded results say of them."""

from html import escape
from typing import Any

import pandas as pd

from cxrstudy.base import numbers
from cxrstudy.pages.arm_words import contrast_in_words, lacking_in_words, origin_in_words
from cxrstudy.pages.claim_tables import paper_links
from cxrstudy.pages.html import HTML
from cxrstudy.pages.names import spaced
from cxrstudy.pages.tables import framed, rows_as_html
from cxrstudy.verdicts.claims_file import all_claims
from cxrstudy.verdicts.outcome import DECIDED

#: How the origin of recorded results begins.
RECORDED = "recorded"


def own_verdicts(judged: pd.DataFrame) -> HTML:
    """Show one row per claim: difference and verdict of a run, and the recorded ones.

    A claim that the run's seeds can't decide has no interval. Claims of which there is nothing to
    say are counted below.

    Parameters
    ----------
    judged
        From :func:`cxrstudy.verdicts.judge.judgements`.

    Examples
    --------
    >>> from cxrstudy.base import places
    >>> from cxrstudy.notebook import show
    >>> from cxrstudy.verdicts.judge import evidence_of_results, judged
    >>> found = evidence_of_results(places.results() / "phantom" / "quick")
    >>> show.own_verdicts(judged(found, "this run", "phantom", "quick"))
    <HTML>
    """
    rows = [
        _row(paper.paper, claim.id, claim.experiment, claim.contrast, judged)
        for paper in all_claims()
        for claim in paper.testable
    ]
    if not rows:
        return HTML("<p>There is no claim that could be tested.</p>")
    return HTML(
        framed(rows_as_html(pd.DataFrame(rows)), "Every claim, in this run and as recorded")
        + _below()
    )


def _row(
    paper: str, name: str, experiment: str, contrast: str, judged: pd.DataFrame
) -> dict[str, str]:
    mine = judged[(judged["claim"] == name) & (judged["paper"] == paper)]
    recorded = mine["origin"].str.startswith(RECORDED)
    return {
        "claim": f'<a href="{escape(experiment)}.html">{escape(name)}</a>',
        "verdict of this run": "; ".join(
            _verdict(experiment, row) for row in mine[~recorded].itertuples()
        ),
        "difference of two arms": escape(contrast_in_words(experiment, contrast)),
        "this run": "; ".join(_number(row) for row in mine[~recorded].itertuples()),
        "recorded": "<br>".join(
            f"{escape(origin_in_words(row.origin))}: {escape(row.verdict)} {_number(row)}".rstrip()
            for row in mine[recorded].itertuples()
        ),
    }


def _below() -> str:
    """What a reader of the table may ask: about failed trainings, and about recorded reasons."""
    counted = [
        claim.id
        for paper in all_claims()
        for claim in paper.testable
        if claim.failed_trainings == "counted"
    ]
    failed = (
        f"{', '.join(counted)}: trainings that failed are counted, as they are what the claim is "
        "about; so there is a difference where other claims of the same network have none. "
        if counted
        else ""
    )
    return (
        f"<p>{escape(failed)}Why a recorded claim is not judged is on the page of its paper: "
        f"{paper_links('../')}.</p>"
    )


def _verdict(experiment: str, row: Any) -> str:
    if row.verdict in DECIDED:
        return f"<b>{escape(row.verdict)}</b>"
    why = lacking_in_words(experiment, row.why).partition("; ")[0]
    return f"<b>{escape(row.verdict)}</b>: {escape(spaced(why))}"


def _number(row: Any) -> str:
    """The difference; with its interval only where a verdict rests on it."""
    if pd.isna(row.estimate):
        return ""
    if row.verdict not in DECIDED:
        return escape(numbers.difference(row.estimate))
    return escape(
        numbers.interval(row.estimate, row.low, row.high, numbers.difference, [row.margin])
    )
