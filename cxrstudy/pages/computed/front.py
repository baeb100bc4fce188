"""Front: what was found, on the first page, from recorded results and nothing else."""

from collections.abc import Iterable
from html import escape
from typing import Any

import pandas as pd

from cxrstudy.base import numbers, places
from cxrstudy.base.words import counted, label_name
from cxrstudy.data.cohort_file import read_definition
from cxrstudy.pages.arm_words import cohort_title
from cxrstudy.pages.claim_tables import cited
from cxrstudy.pages.computed.correction import withheld_by_correction
from cxrstudy.pages.computed.glance import ANSWERS, at_a_glance, counts_for_a_verdict
from cxrstudy.pages.computed.plot import Drawn, Scale, mark, plot, scale_of
from cxrstudy.pages.html import HTML
from cxrstudy.pages.tables import framed, rows_as_html
from cxrstudy.verdicts.across import OnCohort, together
from cxrstudy.verdicts.claims_file import all_claims
from cxrstudy.verdicts.judge import recorded
from cxrstudy.verdicts.outcome import DECIDED

#: What is said of results that count for no verdict, in place of the reason that git gives.
UNREGISTERED = "these results name no registration"

#: Link to the chapter with every verdict, seen from the first page.
_LINK = '<a href="experiments/09_verdicts.html">All claims, also those not judged, and why</a>.'


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
    marks = {origin: place for place, origin in enumerate(dict.fromkeys(judged["origin"]))}
    head = at_a_glance(judged) + _tallies(judged, marks)
    decided = judged[judged["verdict"].isin(DECIDED)]
    if decided.empty:
        return HTML(f'<div class="study-found">{head}<p>No claim is decided.</p></div>')
    return HTML(
        f'<div class="study-found">{head}{_answers(decided, marks)}'
        f"<p>{_reading(decided)} {_LINK}</p></div>"
    )


def most_answered_first(judged: pd.DataFrame) -> pd.DataFrame:
    """Order results by how many claims they answer, so that a reader meets answers first."""
    judged = judged.reset_index(drop=True)
    answered = judged["verdict"].isin(ANSWERS).groupby(judged["origin"]).transform("sum")
    return judged.loc[answered.sort_values(ascending=False, kind="stable").index]


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
        return _table(decided, marks, "experiments/")
    many = counted(others["claim"].nunique(), "claim")
    return (
        f"{_table(clear, marks, 'experiments/')}<details><summary>{many} with an inconclusive "
        f"answer</summary>{_table(others, marks, 'experiments/')}</details>"
    )


def claims_table(decided: pd.DataFrame, chapters: str) -> str:
    """Show decided claims, one row each, and how to read them.

    Parameters
    ----------
    decided
        Rows of :func:`cxrstudy.verdicts.judge.recorded` with an estimate.
    chapters
        Folder of the chapters, seen from the page.
    """
    marks = {origin: place for place, origin in enumerate(dict.fromkeys(decided["origin"]))}
    return f"{_table(decided, marks, chapters)}<p>{_reading(decided)}</p>"


def _table(decided: pd.DataFrame, marks: dict[str, int], chapters: str) -> str:
    scales = _scales(decided)
    rows = [
        _claim(decided[decided["claim"] == name], marks, scales[name], chapters)
        for name in _in_order(decided)
    ]
    shown = "Claims, their verdicts, and the differences of two arms that these rest on"
    return framed(rows_as_html(pd.DataFrame(rows)), shown, "study-strip")


def _scales(decided: pd.DataFrame) -> dict[str, Scale]:
    """Axis of each claim: one for all claims of a metric, so that only like is compared."""
    metrics = {claim.id: claim.metric for paper in all_claims() for claim in paper.claims}
    groups = decided.groupby(decided["claim"].map(metrics).fillna(""))
    return {
        str(name): scale_of([*rows["low"], *rows["high"], *rows["margin"]])
        for _, rows in groups
        for name in rows["claim"]
    }


def surprises(judged: pd.DataFrame) -> HTML:
    """Name claims of which registered evidence shows the opposite; nothing if there are none."""
    if judged.empty:
        return HTML("")
    found = judged[(judged["verdict"] == "reversed") & judged["counts"].map(counts_for_a_verdict)]
    if found.empty:
        return HTML("")
    items = [
        f"<li><b>{escape(row.claim)}</b>, {escape(row.world)}: the opposite of “"
        f"{escape(row.words)}”, {_interval(row)}</li>"
        for row in found.itertuples()
    ]
    return HTML(f"<p><b>What surprised us:</b></p><ul>{''.join(items)}</ul>")


def _of_origin(rows: pd.DataFrame, number: int) -> str:
    """How many claims have which verdict by one set of results, and whether these count."""
    first = rows.iloc[0]
    title = f"{mark(number)} {escape(cohort_title(first.cohort))}"
    seeds = counted(int(rows["seeds"].max()), "seed") if rows["seeds"].notna().any() else "no seed"
    tallies = rows["verdict"].value_counts()
    order = [name for name in (*DECIDED, "not judged", "not testable") if name in tallies]
    best = min(rows["counts"], key=lambda said: not counts_for_a_verdict(said))
    chips = " ".join(_chip(name, best, f"{numbers.count(tallies[name])} ") for name in order)
    return (
        f'<p class="study-tally"><b>{title}</b> ({escape(first.world)}{asked_of(first.cohort)}; '
        f"profile {escape(first.profile)}, {seeds}), {counted(len(rows), 'claim')}: {chips}</p>"
        f"{standings(rows['counts'])}"
    )


def asked_of(cohort: str) -> str:
    """The label that claims are asked about on a cohort that does not have theirs; else empty."""
    path = places.cohort(cohort)
    labels = (read_definition(path).roles["target"].labels or []) if path.exists() else []
    if not labels or any(claim.label in labels for paper in all_claims() for claim in paper.claims):
        return ""
    return f"; asked of {escape(label_name(labels[-1]))}"


def standings(said: Iterable[str]) -> str:
    """Whether results count, and which of their claims do not, each said once."""
    return "".join(
        map(standing, sorted(dict.fromkeys(said), key=lambda each: not counts_for_a_verdict(each)))
    )


def standing(counts: str) -> str:
    """Whether results count for a verdict, and if not why."""
    if counts_for_a_verdict(counts):
        return f'<p class="study-standing">{escape(counts.capitalize())}.</p>'
    reason = counts.partition(": ")[2] or counts
    why = "Recorded before a registration" if reason == UNREGISTERED else reason
    return (
        f'<p class="study-standing"><b>{escape(why)}; does not count as evidence.</b> '
        "It says what these trainings gave, and the verdicts may change.</p>"
    )


def _chip(verdict: str, counts: str, number: str = "") -> str:
    """A verdict as a word in a frame; filled only if it counts."""
    kind = verdict.replace(" ", "-")
    filled = " registered" if counts_for_a_verdict(counts) else ""
    return f'<span class="study-verdict {kind}{filled}">{number}{escape(verdict)}</span>'


def _claim(
    rows: pd.DataFrame, marks: dict[str, int], scale: Scale, chapters: str
) -> dict[str, str]:
    """One row of the strip: claim, verdict by cohort, intervals as a plot and as text."""
    first = rows.iloc[0]
    citation = {paper.paper: paper.citation for paper in all_claims()}[first.paper]
    link = f'<a href="{chapters}{escape(first.experiment)}.html">{escape(first.claim)}</a>'
    drawn = [
        Drawn(cohort_title(row.cohort), marks[str(row.origin)], row.estimate, row.low, row.high)
        for row in rows.itertuples()
    ]
    said = [
        (mark(marks[str(row.origin)]) if len(marks) > 1 else "", row) for row in rows.itertuples()
    ]
    withheld = [(sign, why) for sign, row in said if (why := withheld_by_correction(row))]
    return {
        "claim": f"{link} “{escape(first.words)}” ({escape(cited(citation))})"
        f'<div class="study-test">Our test: {escape(first.test)}</div>',
        "verdict": "<br>".join(
            f'<span class="study-signed">{sign}{_chip(row.verdict, row.counts)}</span>'
            for sign, row in said
        )
        + f'<div class="study-test">Together: {escape(_together(rows))}.</div>'
        + "".join(f'<div class="study-test">{sign}{escape(why)}</div>' for sign, why in withheld),
        "difference": plot(drawn, first.margin, scale)
        + "<br>".join(f"{sign}{_interval(row)}" for sign, row in said),
    }


def _together(rows: pd.DataFrame) -> str:
    """What the verdicts on all cohorts say together, by the rule."""
    return together(
        [OnCohort(row.verdict, row.world, float(row.estimate)) for row in rows.itertuples()]
    )


def _interval(row: Any) -> str:
    text = numbers.interval(row.estimate, row.low, row.high, numbers.difference, [row.margin])
    return f"{escape(text)}, n&nbsp;=&nbsp;{numbers.count(row.patients)}"


def _in_order(decided: pd.DataFrame) -> list[str]:
    """Claims by their first verdict, in the order of the rule, and then by their place."""
    first = decided.drop_duplicates("claim")
    order = first["verdict"].map({verdict: place for place, verdict in enumerate(DECIDED)})
    return list(first.loc[order.sort_values(kind="stable").index, "claim"])


def _reading(decided: pd.DataFrame) -> str:
    """What the brackets, the lines and the budgets are, and where the other claims stand."""
    levels = sorted(set(decided["level"]))
    level = " or ".join(numbers.whole_percent(level) for level in levels)
    lacking = decided["lacking"].fillna("") != ""
    budget = ""
    if lacking.all():
        budget = "All hold for the training steps of the profile; none is judged at a plateau. "
    elif lacking.any():
        names = ", ".join(dict.fromkeys(decided.loc[lacking, "claim"]))
        budget = f"At a plateau, these are not judged: {escape(names)}. "
    return (
        f"In brackets: {level} interval over patients and seeds, difference of the two arms; n: "
        "test patients. Claims of the same metric share an axis. Full line: no difference. Broken "
        "line: the margin that the claim must exceed. "
        f"{budget}"
    )
