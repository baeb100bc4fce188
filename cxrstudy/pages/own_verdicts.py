"""Own verdicts: a run's claims in one line each, beside what recorded results say of them."""

from html import escape
from typing import Any

import pandas as pd

from cxrstudy.base import numbers
from cxrstudy.pages.arm_words import contrast_in_words
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
    )


def _row(
    paper: str, name: str, experiment: str, contrast: str, judged: pd.DataFrame
) -> dict[str, str]:
    mine = judged[(judged["claim"] == name) & (judged["paper"] == paper)]
    recorded = mine["origin"].str.startswith(RECORDED)
    return {
        "claim": f'<a href="{escape(experiment)}.html">{escape(name)}</a>',
        "verdict of this run": "; ".join(_verdict(row) for row in mine[~recorded].itertuples()),
        "difference of two arms": escape(contrast_in_words(experiment, contrast)),
        "this run": "; ".join(_number(row) for row in mine[~recorded].itertuples()),
        "recorded": "; ".join(
            f"{escape(row.verdict)} {_number(row)}".rstrip() for row in mine[recorded].itertuples()
        ),
    }


def _verdict(row: Any) -> str:
    if row.verdict in DECIDED:
        return f"<b>{escape(row.verdict)}</b>"
    return f"<b>{escape(row.verdict)}</b>: {escape(spaced(row.why.partition('; ')[0]))}"


def _number(row: Any) -> str:
    """The difference; with its interval only where a verdict rests on it."""
    if pd.isna(row.estimate):
        return ""
    if row.verdict not in DECIDED:
        return escape(numbers.difference(row.estimate))
    return escape(
        numbers.interval(row.estimate, row.low, row.high, numbers.difference, [row.margin])
    )
