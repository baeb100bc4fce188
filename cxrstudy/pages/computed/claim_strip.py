"""Claim strip: decided claims, one row each, with verdicts and intervals by set of results.

Each set of results has one mark, the same on every page.
"""

from collections.abc import Callable, Iterator, Mapping
from html import escape
from typing import Any

import pandas as pd

from cxrstudy.base import numbers
from cxrstudy.pages.arm_words import cohort_title, contrast_in_words, is_simulated
from cxrstudy.pages.bounds import bounds_in_words, bounds_of, is_equivalence
from cxrstudy.pages.claim_tables import cited, counts_for_a_verdict
from cxrstudy.pages.computed.correction import withheld_by_correction
from cxrstudy.pages.computed.plot import Drawn, Scale, mark, plot, scale_of
from cxrstudy.pages.html import fold
from cxrstudy.pages.tables import framed, rows_as_html
from cxrstudy.verdicts.across import OnCohort, together
from cxrstudy.verdicts.claims_file import all_claims
from cxrstudy.verdicts.outcome import DECIDED

#: The profile that is named after what its trainings should reach.
PLATEAU = "plateau"

#: How it begins that a claim would be reversed, were it the only one.
REVERSED_ALONE = "Alone it would be reversed"


#: What the table shows.
SHOWN = "Claims, their verdicts, and the differences that these rest on"


def claims_table(decided: pd.DataFrame, marks: Mapping[str, int], chapters: str) -> str:
    """Show decided claims, one row each, and how to read them.

    Parameters
    ----------
    decided
        Rows of :func:`cxrstudy.verdicts.judge.recorded` with an estimate.
    marks
        From :func:`marks_of`.
    chapters
        Folder of the chapters, seen from the page.
    """
    below = f"<p>{said}</p>" if (said := limits(decided)) else ""
    return f"{frames(decided)}{claim_strip(decided, marks, chapters)}{reading(decided)}{below}"


def claim_strip(decided: pd.DataFrame, marks: Mapping[str, int], chapters: str) -> str:
    """The table of :func:`claims_table` alone."""
    return _strip(decided, marks, chapters, _below, SHOWN)


def short_strip(decided: pd.DataFrame, marks: Mapping[str, int], chapters: str) -> str:
    """The same without our tests, which are in the chapters that it links."""
    return _strip(decided, marks, chapters, _in_short, f"{SHOWN}; our tests are in the chapters")


def _strip(
    decided: pd.DataFrame,
    marks: Mapping[str, int],
    chapters: str,
    below: Callable[[pd.DataFrame, Mapping[str, int]], str],
    shown: str,
) -> str:
    scales = _scales(decided)
    claims = {name: decided[decided["claim"] == name] for name in _in_order(decided)}
    said = _words(claims)
    rows = [
        _claim(rows, marks, scales[name], chapters, said[name]) for name, rows in claims.items()
    ]
    lines = [below(rows, marks) for rows in claims.values()]
    return framed(rows_as_html(pd.DataFrame(rows), lines), shown, "study-strip")


def _words(claims: Mapping[str, pd.DataFrame]) -> dict[str, str]:
    """The abstract's words of each claim, as HTML; those of a claim above are not repeated."""
    citations = {paper.paper: paper.citation for paper in all_claims()}
    first: dict[tuple[str, str], str] = {}
    said = {}
    for name, rows in claims.items():
        row = rows.iloc[0]
        same = first.setdefault((row.paper, row.words), name)
        quoted = f"“{escape(row.words)}” ({escape(cited(citations[row.paper]))})"
        said[name] = quoted if same == name else f"(words as of {escape(same)})"
    return said


def _scales(decided: pd.DataFrame) -> dict[str, Scale]:
    """Axis of each claim: one for all claims of a metric, so that only like is compared."""
    metrics = {claim.id: claim.metric for paper in all_claims() for claim in paper.claims}
    groups = decided.groupby(decided["claim"].map(metrics).fillna(""))
    return {str(name): _scale(rows) for _, rows in groups for name in rows["claim"]}


def _scale(rows: pd.DataFrame) -> Scale:
    bounds = (bounds_of(row.claim, row.margin, row.relevant) for row in rows.itertuples())
    return scale_of([*rows["low"], *rows["high"], *(each for pair in bounds for each in pair)])


def chip(verdict: str, counts: str, number: str = "") -> str:
    """A verdict as a word in a frame; filled only if it counts."""
    kind = verdict.replace(" ", "-")
    filled = " registered" if counts_for_a_verdict(counts) else ""
    return f'<span class="study-verdict {kind}{filled}">{number}{escape(verdict)}</span>'


def _claim(
    rows: pd.DataFrame, marks: Mapping[str, int], scale: Scale, chapters: str, words: str
) -> dict[str, str]:
    """One row of the strip: claim, verdict by cohort, intervals as a plot and as text."""
    first = rows.iloc[0]
    link = f'<a href="{chapters}{escape(first.experiment)}.html">{escape(first.claim)}</a>'
    drawn = [
        Drawn(cohort_title(row.cohort), marks[str(row.origin)], row.estimate, row.low, row.high)
        for row in rows.itertuples()
    ]
    said = [(_sign(row, marks), row) for row in rows.itertuples()]
    stated = (first.claim, first.margin, first.relevant)
    return {
        "claim": f"{link} {words}",
        "verdict": "<br>".join(
            f'<span class="study-signed">{sign}{chip(row.verdict, row.counts)}</span>'
            for sign, row in said
        ),
        "difference": plot(drawn, bounds_of(*stated), scale, f"must be {bounds_in_words(*stated)}")
        + "<br>".join(f"{sign}{_interval(row)}" for sign, row in said),
    }


def _below(rows: pd.DataFrame, marks: Mapping[str, int]) -> str:
    """Our test of a claim and its patients, all verdicts together, and what was withheld."""
    first = rows.iloc[0]
    withheld = [
        f"{_sign(row, marks)}{escape(why)}"
        for row in rows.itertuples()
        if (why := withheld_by_correction(row))
    ]
    test = f"Our test: {escape(tested_by(first.paper, first.claim, first.test))}"
    lines = [f"{test}; {_patients(rows, marks)}.", f"Together: {escape(_together(rows))}."]
    return "".join(f'<div class="study-test">{line}</div>' for line in [*lines, *withheld])


def _in_short(rows: pd.DataFrame, marks: Mapping[str, int]) -> str:
    """All verdicts of a claim together, and its patients."""
    said = f"Together: {escape(_together(rows))}; {_patients(rows, marks)}."
    return f'<div class="study-test">{said}</div>'


def _patients(rows: pd.DataFrame, marks: Mapping[str, int]) -> str:
    """Test patients of each set of results."""
    return ", ".join(
        f'<span class="study-signed">{_sign(row, marks)}n&nbsp;=&nbsp;'
        f"{numbers.count(row.patients)}</span>"
        for row in rows.itertuples()
    )


def tested_by(paper: str, claim: str, test: str) -> str:
    """Our test of a claim, with the contrast that it is about, without a stop at its end.

    Examples
    --------
    >>> tested_by("C", "C2", "a small network has a lower AUROC.")
    'A small network has a lower AUROC (small − random)'
    """
    contrasts = {
        (each.paper, one.id): contrast_in_words(one.experiment or "", one.contrast)
        for each in all_claims()
        for one in each.claims
    }
    contrast = contrasts.get((paper, claim), "")
    # A test is registered as it was written, also where it begins with a small letter.
    said = test[:1].upper() + test[1:].rstrip(".")
    return f"{said} ({contrast})" if contrast else said


def _sign(row: Any, marks: Mapping[str, int]) -> str:
    """The mark of a set of results, before what is said by it; none if there is one set only."""
    return f"{mark(marks[str(row.origin)])}\u202f" if len(marks) > 1 else ""


def _together(rows: pd.DataFrame) -> str:
    """What the verdicts on all cohorts that count say together, by the rule."""
    counted = rows[rows["counts"].map(counts_for_a_verdict)]
    of = rows if counted.empty else counted
    said = together(
        [OnCohort(row.verdict, row.world, float(row.estimate)) for row in of.itertuples()]
    )
    # The rule's words; beside opposite results they would be a riddle.
    said = said.replace("the same direction everywhere", "differences have the same sign")
    return f"{said}; none of this counts" if counted.empty else said


def interval_of(row: Any) -> str:
    """A difference with its interval and the number of its patients, as HTML."""
    return f"{_interval(row)}, n&nbsp;=&nbsp;{numbers.count(row.patients)}"


def _interval(row: Any) -> str:
    text = numbers.interval(row.estimate, row.low, row.high, numbers.difference, [row.margin])
    return escape(text)


def _in_order(decided: pd.DataFrame) -> list[str]:
    """Claims by their first verdict, in the order of the rule, and then by their place."""
    first = decided.drop_duplicates("claim")
    order = first["verdict"].map({verdict: place for place, verdict in enumerate(DECIDED)})
    return list(first.loc[order.sort_values(kind="stable").index, "claim"])


def reading(decided: pd.DataFrame) -> str:
    """What the brackets, the lines and the verdicts are, folded."""
    level = " or ".join(numbers.whole_percent(level) for level in sorted(set(decided["level"])))
    several = decided["origin"].nunique() > 1
    parts = [
        f"In brackets: {level} interval over patients and seeds of the difference of two arms, or "
        "of an arm and a baseline, for this claim alone; verdicts are corrected for all claims of "
        "a paper. n: test patients.",
        "Claims of the same metric share an axis. Full line: no difference. Broken line: what the "
        "whole interval must lie above"
        + (", or, if there are two, between." if _has_equivalence(decided) else "."),
        *_other_verdicts(decided),
        "A mark is of one set of results on all pages." if several else "",
    ]
    return fold("How to read this table", f"<p>{' '.join(part for part in parts if part)}</p>")


def limits(decided: pd.DataFrame) -> str:
    """What no reader of a table may miss: budgets, and made images."""
    return " ".join(part for part in (_budget(decided), _made_images(decided)) if part)


def _other_verdicts(decided: pd.DataFrame) -> Iterator[str]:
    """What the verdicts mean that are not support, as far as they occur; the first comes first."""
    if _has(decided, "no relevant difference"):
        yield (
            "No relevant difference: an interval at twice the error lies within the claim's "
            "smallest relevant effect of zero; this is asked first."
        )
    # Also where it is only told what a verdict would be without the correction.
    if _has(decided, "reversed") or any(
        REVERSED_ALONE in withheld_by_correction(row) for row in decided.itertuples()
    ):
        outside = ", or, of two, beyond one of them" if _has_equivalence(decided) else ""
        yield f"Reversed: the whole interval lies below the broken line{outside}."


def _has(decided: pd.DataFrame, verdict: str) -> bool:
    return bool((decided["verdict"] == verdict).any())


def _has_equivalence(decided: pd.DataFrame) -> bool:
    return any(map(is_equivalence, decided["claim"]))


def frames(judged: pd.DataFrame) -> str:
    """What a frame without a filling means, in a paragraph, where there is one."""
    if judged["counts"].map(counts_for_a_verdict).all():
        return ""
    return '<p class="study-standing">A verdict in an empty frame is no evidence.</p>'


def _budget(decided: pd.DataFrame) -> str:
    """Of which claims trainings still improved, so that longer ones might say something else."""
    short = decided["at_plateau"] < decided["trainings"]
    if not short.any():
        return ""
    which = ", ".join(dict.fromkeys(decided.loc[short, "claim"]))
    where = "In every row" if short.all() else f"{escape(which)}:"
    # The name of a profile says what it is for, not what its trainings reached.
    names = set(decided.loc[short, "profile"])
    named = f", also of the profile “{PLATEAU}”," if PLATEAU in names else ""
    return (
        f"{where} some or all trainings{named} still improved when they ended, so this holds for "
        "their number of steps, and longer ones may say something else."
    )


def _made_images(decided: pd.DataFrame) -> str:
    """What takes the place of natural images where all images are simulated."""
    simulated = [cohort for cohort in decided["cohort"].unique() if is_simulated(cohort)]
    if not simulated:
        return ""
    where = escape(" and ".join(map(cohort_title, simulated)))
    return f"{where}: fractals, computed images, take the place of natural images."
