"""Front: what was found, on the first page, from recorded results and nothing else."""

from collections.abc import Iterable
from html import escape

import pandas as pd

from cxrstudy.base import numbers
from cxrstudy.base.words import counted, label_name
from cxrstudy.pages.arm_words import cohort_title, labels_of_target
from cxrstudy.pages.bounds import bounds_in_words
from cxrstudy.pages.claim_tables import counts_for_a_verdict, paper_links
from cxrstudy.pages.computed.claim_strip import (
    chip,
    frames,
    interval_of,
    limits,
    reading,
    short_strip,
    tested_by,
)
from cxrstudy.pages.computed.glance import at_a_glance
from cxrstudy.pages.computed.plot import mark
from cxrstudy.pages.html import HTML
from cxrstudy.pages.marks import marks_of, most_answered_first
from cxrstudy.verdicts.claims_file import all_claims
from cxrstudy.verdicts.judge import recorded
from cxrstudy.verdicts.outcome import DECIDED

#: What is said of results that count for no verdict, in place of the reason that git gives.
UNREGISTERED = "these results name no registration"

#: All that is said of a claim, in the order of the rule.
IN_TURN = (*DECIDED, "not judged", "not testable")


def what_was_found() -> HTML:
    """Show the verdicts that recorded results give, each with its interval, by cohort."""
    return strip(recorded())


def what_surprised_us() -> HTML:
    """Name the claims whose opposite was found, if registered evidence found any."""
    return surprises(recorded())


def strip(judged: pd.DataFrame) -> HTML:
    """Show how many claims have which verdict, and each decided one with its interval.

    Parameters
    ----------
    judged
        From :func:`cxrstudy.verdicts.judge.recorded`.
    """
    if judged.empty:
        return HTML("<p>No results are recorded yet, so nothing was found yet.</p>")
    judged = most_answered_first(judged)
    marks = marks_of(judged)
    head = at_a_glance(judged) + frames(judged) + _tallies(judged, marks)
    decided = judged[judged["verdict"].isin(DECIDED)]
    if decided.empty:
        return HTML(f'<div class="study-found">{head}<p>No claim is decided.</p></div>')
    return HTML(
        f'<div class="study-found">{head}{_answers(decided, marks)}'
        f"{reading(decided)}<p>{limits(decided)} All claims, also those not judged, and why: "
        f"{paper_links()}.</p></div>"
    )


def _tallies(judged: pd.DataFrame, marks: dict[str, int]) -> str:
    """One line of counts for each set of results; those that count for nothing are folded."""
    sets = {origin: judged[judged["origin"] == origin] for origin in marks}
    lines = {origin: _of_origin(rows, marks[origin]) for origin, rows in sets.items()}
    counted_sets = [
        name for name, rows in sets.items() if rows["counts"].map(counts_for_a_verdict).any()
    ]
    others = [name for name in sets if name not in counted_sets]
    shown = "".join(lines[name] for name in counted_sets or others)
    if not counted_sets or not others:
        return shown
    many = "set of results that counts" if len(others) == 1 else "sets of results that count"
    return (
        f"{shown}<details><summary>{len(others)} {many} for no verdict</summary>"
        f"{''.join(lines[name] for name in others)}</details>"
    )


def _answers(decided: pd.DataFrame, marks: dict[str, int]) -> str:
    """Claims with an answer; below, folded, those that are inconclusive wherever they are asked."""
    answered = set(decided.loc[decided["verdict"] != "inconclusive", "claim"])
    clear = decided[decided["claim"].isin(answered)]
    others = decided[~decided["claim"].isin(answered)]
    if clear.empty or others.empty:
        return short_strip(decided, marks, "experiments/")
    many = counted(others["claim"].nunique(), "claim")
    return (
        f"{short_strip(clear, marks, 'experiments/')}<details><summary>{many} with an inconclusive "
        f"answer</summary>{short_strip(others, marks, 'experiments/')}</details>"
    )


def surprises(judged: pd.DataFrame) -> HTML:
    """Name claims of which registered evidence shows the opposite; nothing if there are none."""
    if judged.empty:
        return HTML("")
    found = judged[(judged["verdict"] == "reversed") & judged["counts"].map(counts_for_a_verdict)]
    if found.empty:
        return HTML("")
    items = [
        f"<li><b>{escape(row.claim)}</b>, {escape(row.world)}{asked_of(row.cohort)}. "
        f"Reversed: “{escape(tested_by(row.paper, row.claim, row.test))}” "
        f"{interval_of(row)}; it had to be {bounds_in_words(row.claim, row.margin, row.relevant)}."
        "</li>"
        for row in found.itertuples()
    ]
    return HTML(f"<p><b>What surprised us:</b></p><ul>{''.join(items)}</ul>")


def _of_origin(rows: pd.DataFrame, number: int) -> str:
    """How many claims have which verdict by one set of results, and whether these count."""
    first = rows.iloc[0]
    title = f"{mark(number)} {escape(cohort_title(first.cohort))}"
    seeds = counted(int(rows["seeds"].max()), "seed") if rows["seeds"].notna().any() else "no seed"
    chips = " ".join(
        chip(verdict, counts, f"{numbers.count(many)} ") for verdict, counts, many in tallied(rows)
    )
    return (
        f'<p class="study-tally"><b>{title}</b> ({escape(first.world)}{asked_of(first.cohort)}; '
        f"profile {escape(first.profile)}, {seeds}), {counted(len(rows), 'claim')}: {chips}</p>"
        f"{standings(_said_of(rows))}"
    )


def _said_of(rows: pd.DataFrame) -> "pd.Series[str]":
    """Whether what is decided counts; that of other claims says nothing to a reader."""
    decided = rows["verdict"].isin(DECIDED)
    return rows.loc[decided if decided.any() else ~decided, "counts"]


def tallied(rows: pd.DataFrame) -> list[tuple[str, str, int]]:
    """How often each verdict occurs, in the order of the rule: those that count, then the others.

    What is not decided is counted with what counts, as nothing that could count is said of it.
    """
    best = min(rows["counts"], key=lambda said: not counts_for_a_verdict(said))
    counts = rows["counts"].where(rows["verdict"].isin(DECIDED), best)
    said = counts.where(~counts.map(counts_for_a_verdict), "counts")
    many = rows.groupby(["verdict", said]).size()
    return [
        (verdict, words, int(many[verdict, words]))
        for verdict in IN_TURN
        for words in sorted(set(said), key=lambda each: not counts_for_a_verdict(each))
        if (verdict, words) in many
    ]


def asked_of(cohort: str) -> str:
    """What is scored in place of the claims' label on a cohort that lacks it; else empty."""
    labels = labels_of_target(cohort)
    if not labels or any(claim.label in labels for paper in all_claims() for claim in paper.claims):
        return ""
    theirs = " or ".join(
        label_name(label)
        for label in dict.fromkeys(c.label for paper in all_claims() for c in paper.claims)
        if label
    )
    asked = escape(label_name(labels[-1]))
    return f"; where a claim says {escape(theirs)}, the label scored is “{asked}”"


def standings(said: Iterable[str]) -> str:
    """Whether results count, in a paragraph, and which of their claims do not, each said once."""
    each = list(dict.fromkeys(said))
    counting = [text for text in each if counts_for_a_verdict(text)]
    others = [_why_not(text) for text in each if not counts_for_a_verdict(text)]
    if not counting:
        return "".join(map(_no_evidence, others))
    where = counting[0].partition("registered in ")[2] or counting[0]
    reasons = "; ".join(why.replace(f" since {where}", " since") for why in others)
    return (
        f'<p class="study-standing">Counts as evidence: registered before it ran ({escape(where)}).'
        + (f" <b>Except</b> where {escape(reasons)}." if reasons else "")
        + "</p>"
    )


def _no_evidence(why: str) -> str:
    return (
        f'<p class="study-standing"><b>{escape(why[:1].upper() + why[1:])}: '
        "this does not count as evidence.</b> "
        "It says what these trainings gave.</p>"
    )


def _why_not(counts: str) -> str:
    reason = counts.partition(": ")[2] or counts
    return "recorded before a registration" if reason == UNREGISTERED else reason
