"""Glance: what registered evidence answers, chapter by chapter, at the top of the first page."""

from collections.abc import Sequence
from html import escape

import pandas as pd

from cxrstudy.base.notebooks import chapter, question
from cxrstudy.pages.arm_words import cohort_title
from cxrstudy.pages.claim_tables import counts_for_a_verdict
from cxrstudy.pages.computed.claim_strip import chip
from cxrstudy.pages.tables import framed, rows_as_html
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
    return framed(rows_as_html(pd.DataFrame(rows)), shown, "study-glance")


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
