"""Glance: what registered evidence answers, chapter by chapter, at the top of the first page."""

from collections.abc import Sequence
from html import escape

import pandas as pd

from cxrstudy.base.notebooks import chapter, question
from cxrstudy.base.words import label_name
from cxrstudy.pages.arm_words import cohort_title, is_simulated, labels_of_target
from cxrstudy.pages.claim_tables import counts_for_a_verdict
from cxrstudy.pages.computed.claim_strip import chip
from cxrstudy.pages.tables import framed, rows_as_html
from cxrstudy.verdicts.claims_file import all_claims
from cxrstudy.verdicts.outcome import DECIDED

#: What stands where a cohort has no verdict on the claims of a chapter.
NOTHING = "no evidence yet"


def at_a_glance(judged: pd.DataFrame) -> str:
    """Show the verdicts that count, one row per chapter, one column per cohort.

    Empty if no verdict counts.

    Parameters
    ----------
    judged
        From :func:`cxrstudy.verdicts.judge.recorded`.
    """
    found = judged[judged["verdict"].isin(DECIDED) & judged["counts"].map(counts_for_a_verdict)]
    if found.empty:
        return ""
    cohorts = list(dict.fromkeys(found["cohort"]))
    rows = [_chapter(str(name), rows, cohorts) for name, rows in found.groupby("experiment")]
    shown = "What the evidence answers, by chapter; the claims are below"
    said = " ".join(part for part in (_nobody_with(found), _without(found)) if part)
    return framed(rows_as_html(pd.DataFrame(rows)), shown, "study-glance") + f"<p>{said}</p>"


def _nobody_with(found: pd.DataFrame) -> str:
    """That the disease of the claims is on no real radiograph of the evidence; empty if it is."""
    asked = {claim.label for paper in all_claims() for claim in paper.claims if claim.label}
    real = [cohort for cohort in found["cohort"].unique() if not is_simulated(cohort)]
    shown = {label for cohort in real for label in labels_of_target(cohort)}
    if asked & shown:
        return ""
    names = escape(" or ".join(sorted(map(label_name, asked))))
    return f"<b>None of this evidence is on radiographs of patients with {names}.</b>"


def _without(found: pd.DataFrame) -> str:
    """The chapters whose claims have no evidence anywhere."""
    asked = {c.experiment for paper in all_claims() for c in paper.testable if c.experiment}
    missing = sorted(asked - set(found["experiment"]))
    links = [f'<a href="experiments/{escape(name)}.html">{escape(chapter(name))}</a>'
             for name in missing]  # fmt: skip
    return f"No evidence yet: {', '.join(links)}." if links else ""


def _chapter(name: str, rows: pd.DataFrame, cohorts: Sequence[str]) -> dict[str, str]:
    """The question of a chapter, and its verdicts on each cohort."""
    link = f'<a href="experiments/{escape(name)}.html">{escape(chapter(name))}</a>'
    asked = {"question": f'{link}<div class="study-test">{escape(question(name))}</div>'}
    return asked | {
        cohort_title(cohort): _verdicts(rows[rows["cohort"] == cohort]) for cohort in cohorts
    }


def _verdicts(rows: pd.DataFrame) -> str:
    """Each verdict with its claims, in the order of the rule."""
    if rows.empty:
        return f'<span class="study-test">{NOTHING}</span>'
    lines = []
    for verdict in DECIDED:
        same = rows[rows["verdict"] == verdict]
        if not same.empty:
            claims = ", ".join(dict.fromkeys(same["claim"]))
            lines.append(f"{chip(verdict, same['counts'].iloc[0])} {escape(claims)}")
    return "<br>".join(lines)
