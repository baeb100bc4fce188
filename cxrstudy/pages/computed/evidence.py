"""Evidence: what recorded results say of the claims of a chapter or of a paper, cohort by cohort.

It comes first in a chapter, before a reader's own run. Claims without a verdict are folded below
the others, each with the reason.
"""

from collections.abc import Callable, Mapping
from html import escape

import pandas as pd

from cxrstudy.base import numbers
from cxrstudy.base.words import counted
from cxrstudy.pages.arm_words import LISTING, cohort_title, lacking_in_words, origin_in_words
from cxrstudy.pages.claim_tables import cited, verdict_details
from cxrstudy.pages.computed import budgets
from cxrstudy.pages.computed.claim_strip import chip, claims_table, frames, tested_by
from cxrstudy.pages.computed.front import asked_of, standings, tallied
from cxrstudy.pages.computed.plot import mark
from cxrstudy.pages.computed.stricter import not_against_stricter
from cxrstudy.pages.html import HTML
from cxrstudy.pages.marks import marks_of
from cxrstudy.pages.names import spaced
from cxrstudy.pages.tables import framed, rows_as_html
from cxrstudy.verdicts.claims_file import all_claims
from cxrstudy.verdicts.judge import recorded
from cxrstudy.verdicts.outcome import DECIDED

#: What is said of a claim that no recorded results are about.
NOT_RECORDED = "no recorded results hold this experiment"

#: Why a verdict says that a claim is not judged whose experiment the results do not hold.
NOTHING_RECORDED = "no evidence"


def of_chapter(experiment: str) -> HTML:
    """Show the claims about an experiment: the abstract's words, verdicts by cohort, differences.

    Parameters
    ----------
    experiment
        Name of the chapter's notebook.
    """
    shown = claims_shown(recorded(), lambda row: row["experiment"] == experiment, "")
    return HTML(shown.data + budgets.of_chapter(experiment))


def of_paper(paper: str) -> HTML:
    """Show all claims of a paper, likewise, with links to their chapters.

    Parameters
    ----------
    paper
        Its letter, as in ``claims/``.
    """
    return claims_shown(recorded(), lambda row: row["paper"] == paper, "experiments/")


def details_of(paper: str) -> HTML:
    """Show margins, corrected p values and what each verdict rests on, of a paper's claims."""
    judged = recorded()
    if judged.empty:
        return HTML("<p>No results are recorded yet.</p>")
    return verdict_details(judged[judged["paper"] == paper].drop(columns="paper"))


def by_paper() -> HTML:
    """Show how many claims of each paper have which verdict, with links to the papers' pages."""
    judged = recorded()
    marks = marks_of(judged)
    rows = [
        {
            "claims": f'<a href="../verdicts_{escape(paper.paper.lower())}.html">'
            f"{escape(paper.paper)}: {escape(cited(paper.citation))}</a>, "
            f"{counted(len(paper.claims), 'claim')}",
            "verdicts, by recorded results": _tallies(judged, paper.paper, marks),
        }
        for paper in all_claims()
    ]
    shown = "Papers, and how many of their claims have which verdict"
    below = "" if judged.empty else frames(judged)
    return HTML(framed(rows_as_html(pd.DataFrame(rows)) + below, shown, "study-tallies"))


def claims_shown(
    judged: pd.DataFrame, wanted: Callable[[dict[str, str]], bool], chapters: str
) -> HTML:
    """Show claims with their verdicts; those without one are folded.

    Parameters
    ----------
    judged
        From :func:`cxrstudy.verdicts.judge.recorded`.
    wanted
        Whether a claim is shown, from its ``paper``, ``claim`` and ``experiment``.
    chapters
        Folder of the chapters, seen from the page.
    """
    listed = [
        {"paper": paper.paper, "claim": claim.id, "experiment": claim.experiment,
         "words": claim.words, "test": claim.test}
        for paper in all_claims() for claim in paper.claims
    ]  # fmt: skip
    shown = [each for each in listed if wanted(each)]
    if not shown:
        return HTML("<p>No claim is about this experiment.</p>")
    keys = {(each["paper"], each["claim"]) for each in shown}
    mine = judged if judged.empty else judged[[
        key in keys for key in zip(judged["paper"], judged["claim"], strict=True)
    ]]  # fmt: skip
    decided = mine if mine.empty else mine[mine["verdict"].isin(DECIDED)]
    done = set() if decided.empty else set(zip(decided["paper"], decided["claim"], strict=True))
    others = [each for each in shown if (each["paper"], each["claim"]) not in done]
    marks = marks_of(judged)
    said = "" if decided.empty else _said(decided, marks, chapters) + _unanswered(mine, marks)
    return HTML(f'<div class="study-found">{said}{_others(others, mine, bool(said))}</div>')


def _said(decided: pd.DataFrame, marks: Mapping[str, int], chapters: str) -> str:
    origins = "".join(
        f'<p class="study-tally">{mark(marks[str(row.origin)])} '
        f"<b>{escape(cohort_title(row.cohort))}</b> ({escape(row.world)}"
        f"{asked_of(row.cohort)}; profile {escape(row.profile)}, "
        f"{counted(int(row.seeds), 'seed')})</p>"
        f"{standings(decided.loc[decided['origin'] == row.origin, 'counts'])}"
        for row in decided.drop_duplicates("origin").itertuples()
    )
    table = claims_table(decided, marks, chapters)
    return f"{origins}{table}{not_against_stricter(decided, marks)}"


def _unanswered(mine: pd.DataFrame, marks: Mapping[str, int]) -> str:
    """Claims that one cohort answers, and another one does not, with each reason once."""
    is_decided = mine["verdict"].isin(DECIDED)
    rows = mine[~is_decided & mine["claim"].isin(mine.loc[is_decided, "claim"])]
    alike: dict[tuple[str, str, str], list[str]] = {}
    for row in rows.itertuples():
        said = f"{row.verdict}, {_short(row.experiment, row.why)}"
        alike.setdefault((str(row.origin), cohort_title(row.cohort), said), []).append(row.claim)
    return "".join(
        f"<p>{mark(marks[origin])} <b>{escape(', '.join(claims))}</b> on {escape(title)}: "
        f"{escape(said)}.</p>"
        for (origin, title, said), claims in alike.items()
    )


def _others(others: list[dict[str, str]], mine: pd.DataFrame, fold: bool) -> str:
    """Claims without a verdict: folded where there are others to read, with the reason of each."""
    if not others:
        return ""
    by_reason: dict[str, list[dict[str, str]]] = {}
    for each in others:
        by_reason.setdefault(_why(each, mine), []).append(each)
    items = "".join(
        f"<p>{escape(reason[:1].upper() + reason[1:].rstrip('.'))}:</p>"
        f"<ul>{''.join(map(_item, alike))}</ul>"
        for reason, alike in by_reason.items()
    )
    summary = f"{counted(len(others), 'claim')} without a verdict, and why"
    opening = f'<details class="study-fold"{"" if fold else " open"}>'
    return f"{opening}<summary>{summary}</summary>{items}</details>"


def _item(claim: dict[str, str]) -> str:
    """A claim without a verdict: its words, which several claims may share, and our test."""
    test = tested_by(claim["paper"], claim["claim"], claim["test"])
    return (
        f"<li><b>{escape(claim['claim'])}</b> “{escape(claim['words'])}”"
        f'<div class="study-test">{escape(test)}.</div></li>'
    )


def _why(claim: dict[str, str], mine: pd.DataFrame) -> str:
    rows = mine if mine.empty else mine[mine["claim"] == claim["claim"]]
    if rows.empty:
        return f"not judged, {NOT_RECORDED}"
    cohorts: dict[str, list[str]] = {}
    for row in rows.itertuples():
        reason = f"{row.verdict}, {_short(claim['experiment'], row.why)}"
        cohorts.setdefault(reason, []).append(cohort_title(str(row.cohort)))
    if len(cohorts) == 1:
        return next(iter(cohorts))
    return "; ".join(
        f"{reason} ({' and '.join(dict.fromkeys(of))})" for reason, of in cohorts.items()
    )


def _short(experiment: str, why: str) -> str:
    """A reason in one line: what is lacking, without all that there is."""
    if LISTING in why:
        return f"these results have {lacking_in_words(experiment, why)}"
    if why == NOTHING_RECORDED:
        return NOT_RECORDED
    return spaced(lacking_in_words(experiment, why))


def _tallies(judged: pd.DataFrame, paper: str, marks: Mapping[str, int]) -> str:
    """How many claims of a paper have which verdict, one line per set of results."""
    if judged.empty:
        return "nothing is recorded yet"
    return "".join(
        f"<div>{mark(marks[str(origin)])}\u202f{escape(origin_in_words(str(origin)))}: "
        + " ".join(
            chip(verdict, said, f"{numbers.count(many)} ") for verdict, said, many in tallied(rows)
        )
        + "</div>"
        for origin, rows in judged[judged["paper"] == paper].groupby("origin", sort=False)
    )
