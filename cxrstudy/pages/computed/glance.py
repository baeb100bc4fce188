"""Glance: what registered evidence answers, in a line per answer, at the top of the first page."""

from html import escape

import pandas as pd

from cxrstudy.base.notebooks import chapter
from cxrstudy.pages.claim_tables import counts_for_a_verdict
from cxrstudy.verdicts.outcome import DECIDED

#: Verdicts that answer a claim, in the order of the rule.
ANSWERS = tuple(verdict for verdict in DECIDED if verdict != "inconclusive")


def at_a_glance(judged: pd.DataFrame) -> str:
    """Name, for each answer that registered evidence gives, the chapters and claims that it is of.

    Nothing if no answer counts. An answer that several worlds give names all of them.
    """
    found = judged[judged["verdict"].isin(ANSWERS) & judged["counts"].map(counts_for_a_verdict)]
    lines = [
        f"<li><b>{escape(verdict.capitalize())}</b> {escape(world)}: {_chapters(rows)}.</li>"
        for (verdict, world), rows in _by_answer(found)
    ]
    return f'<ul class="study-glance">{"".join(lines)}</ul>' if lines else ""


def _by_answer(found: pd.DataFrame) -> list[tuple[tuple[str, str], pd.DataFrame]]:
    """Answers in the order of the rule, each with its rows."""
    groups = found.groupby(["verdict", "world"], sort=False)
    return sorted(groups, key=lambda group: ANSWERS.index(group[0][0]))


def _chapters(rows: pd.DataFrame) -> str:
    """Chapters as links, with their claims: "MixUp (A3, A12)"."""
    return ", ".join(
        f'<a href="experiments/{escape(str(experiment))}.html">{escape(chapter(str(experiment)))}'
        f"</a> ({escape(', '.join(dict.fromkeys(group['claim'])))})"
        for experiment, group in rows.groupby("experiment", sort=False)
    )
