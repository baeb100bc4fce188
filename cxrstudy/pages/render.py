"""Render: what a page shows beside its figures: tables, banners, verdicts and the command.

Notebooks know this module as ``show``.
"""

from collections.abc import Sequence
from html import escape
from typing import Any

import pandas as pd

from cxrstudy.audit.check_result import CheckResult
from cxrstudy.pages.html import HTML
from cxrstudy.runs.provenance import RUNS, output_of, table_of
from cxrstudy.study.arms import Arms
from cxrstudy.study.study import Study
from cxrstudy.verdicts.claim import all_claims
from cxrstudy.verdicts.judge import claims_about
from cxrstudy.verdicts.verdict import evidence

_FORMATS = {
    "p": "{:.3f}", "adjusted_p": "{:.3f}", "adjusted_p_relevant": "{:.3f}",
    "minimum_detectable_difference": "{:.3f}",
    "standard_error": "{:.4f}", "threshold": "{:.3f}",
    "source_rule_test": "{:.1%}", "source_rule_train": "{:.1%}", "view_rule_test": "{:.1%}",
    "samples_seen": "{:,.0f}", "seconds": "{:,.0f}", "MiB": "{:,.0f}",
}  # fmt: skip


def banner(study: Study) -> HTML:
    """Say above the numbers which images, profile and seeds they come from, and their caveat.

    Examples
    --------
    >>> from cxrstudy.notebook import Study, show
    >>> study = Study("quick", "phantom", seeds=1)
    >>> show.banner(study)
    <HTML>
    """
    seeds = (
        "one seed, which decides nothing by itself" if study.seeds == 1 else f"{study.seeds} seeds"
    )
    return HTML(
        '<div class="admonition note study-banner">'
        f'<p class="admonition-title">{study.cohort.title}, profile “{study.profile.profile}”, '
        f"{seeds}</p>"
        f"<p>This run {study.profile.purpose}. Images: {study.cohort.copies}.</p>"
        f"<p>{study.cohort.caveat}</p></div>"
    )


def reminder(study: Study) -> HTML:
    """Show the cohort's caveat beside the numbers.

    Examples
    --------
    >>> from cxrstudy.notebook import Study, show
    >>> study = Study("quick", "phantom", seeds=1)
    >>> show.reminder(study)
    <HTML>
    """
    return HTML(f'<p class="study-reminder">{study.cohort.caveat}</p>')


def table(frame: pd.DataFrame, **headings: str) -> HTML:
    """Show a table as a page of a book does: plain, an estimate and its interval in one column.

    Parameters
    ----------
    frame
        Any table; ``estimate``, ``low`` and ``high`` become one column where they occur.
    headings
        Column to the heading it is shown under; columns that are not named keep their name.

    Examples
    --------
    >>> from cxrstudy.notebook import estimates, metrics, show, statistics
    >>> scores = statistics.made_scores()
    >>> show.table(estimates(scores, metrics.auroc("covid19")), estimate="AUROC [95 %]")
    <HTML>
    """
    shown = frame.copy()
    if {"estimate", "low", "high"} <= set(shown):
        sign = "+" if (shown["low"] < 0).any() else ""  # a difference, not a level
        interval = [
            f"{row.estimate:{sign}.3f} [{row.low:{sign}.3f}, {row.high:{sign}.3f}]"
            for row in shown.itertuples()
        ]
        shown["estimate"] = [text.replace("-", "−") for text in interval]
        shown = shown.drop(columns=["low", "high"])
    for column, form in _FORMATS.items():
        if column in shown:
            shown[column] = ["" if pd.isna(n) else form.format(n) for n in shown[column]]
    shown = shown.rename(columns=headings).rename(columns=lambda name: str(name).replace("_", " "))
    return HTML(f'<div class="study-table">{shown.to_html(index=False, border=0)}</div>')


def claims(experiment: str, scores: pd.DataFrame) -> HTML:
    """Show the claims that an experiment is about, with the evidence that scores give.

    Examples
    --------
    >>> from cxrstudy.notebook import show, statistics
    >>> scores = statistics.made_scores([(0, 1), (0.1, 1)])
    >>> show.claims("04_mixup", scores)
    <HTML>
    """
    rows = [
        evidence(paper.of(experiment), scores, len(paper.testable)).assign(
            test=[
                f"{claim.test} ({claim.contrast}; margin {claim.margin:g})"
                for claim in paper.of(experiment)
            ]
        )
        for paper in claims_about(experiment)
    ]
    columns = ["claim", "test", "estimate", "low", "high", "p", "minimum_detectable_difference"]
    return table(
        pd.concat(rows)[columns], estimate="difference [95 %]", p="p, against the margin",
        test="our test",
        minimum_detectable_difference="minimum detectable difference",
    )  # fmt: skip


def verdicts(judged: pd.DataFrame) -> HTML:
    """Show one row per claim: what each origin says of it, as difference, interval and verdict.

    Examples
    --------
    >>> from cxrstudy.notebook import show
    >>> from cxrstudy.base import places
    >>> from cxrstudy.verdicts.judge import evidence_of_results, judged
    >>> found = evidence_of_results(places.results() / "phantom" / "quick")
    >>> table = judged(found, "quick results", "phantom", "quick")
    >>> show.verdicts(table)
    <HTML>
    """
    rows = []
    for paper in all_claims():
        for claim in paper.testable:
            mine = judged[judged["claim"] == claim.id]
            said = {row.origin: _said(row) for row in mine.itertuples()}
            numbers = [f"{value:.3f}" for value in paper.published(claim.id).values()]
            rows.append(
                {
                    "claim": f'<a href="{claim.experiment}.html">{claim.id}</a>',
                    "the abstract's words": f"“{claim.words}” ({paper.cited})",
                    "our test": f"{claim.test} ({claim.contrast})",
                    "paper reports": " to ".join(numbers) or "no number",
                    **said,
                }
            )
    shown = pd.DataFrame(rows).to_html(index=False, border=0, escape=False)
    return HTML(f'<div class="study-table study-verdicts">{shown}</div>')


def verdict_details(judged: pd.DataFrame) -> HTML:
    """Show margin, relevant effect, corrected p values, and what every verdict rests on.

    The intervals beside corrected p values are not simultaneous over claims; the page says so.

    Examples
    --------
    >>> from cxrstudy.notebook import show
    >>> from cxrstudy.base import places
    >>> from cxrstudy.verdicts.judge import evidence_of_results, judged
    >>> found = evidence_of_results(places.results() / "phantom" / "quick")
    >>> table = judged(found, "quick results", "phantom", "quick")
    >>> show.verdict_details(table)
    <HTML>
    """
    shown = judged[judged["estimate"].notna()].sort_values(["claim", "origin"])
    columns = [
        "claim",
        "origin",
        "margin",
        "adjusted_p",
        "relevant",
        "adjusted_p_relevant",
        "minimum_detectable_difference",
        "patients",
        "seeds",
        "counts",
    ]
    counts = {name: shown[name].astype(int) for name in ("patients", "seeds")}
    return table(
        shown.assign(**counts)[columns], adjusted_p="p of the margin, corrected (Holm)",
        relevant="smallest relevant effect", counts="does it count?",
        adjusted_p_relevant="p of no relevant difference, corrected (Holm)",
        minimum_detectable_difference="minimum detectable difference",
    )  # fmt: skip


def _said(row: Any) -> str:
    """Outcome, world, numbers, and whether it counts."""
    outcome = f"<b>{row.verdict}</b>"
    if pd.isna(row.estimate):
        return f"{outcome}: {row.why}" if row.why else outcome
    outcome = f"<b>{row.verdict}: {row.why}</b>" if row.why else f"<b>{row.verdict} {row.world}</b>"
    text = f"{row.estimate:+.3f} [{row.low:+.3f}, {row.high:+.3f}]".replace("-", "−")
    seen = (
        f"<br>minimum detectable: {row.minimum_detectable_difference:.3f}"
        if row.verdict == "inconclusive"
        else ""
    )
    return f"{outcome}<br>{text}{seen}<br><i>{row.counts}</i>"


def untestable() -> HTML:
    """Show the claims that have no contrast: no data here can decide them, or arms are needed.

    Examples
    --------
    >>> from cxrstudy.notebook import show
    >>> show.untestable()
    <HTML>
    """
    rows = [
        {
            "claim": claim.id,
            "words": f"“{claim.words}”",
            "test": claim.test,
            "outcome": "not testable" if claim.not_testable else "not judged",
            "why": claim.not_testable or f"needs {claim.needs}",
        }
        for paper in all_claims()
        for claim in paper.claims
        if not claim.has_contrast
    ]
    return table(pd.DataFrame(rows), words="the abstract's words", test="our test")


def note(text: str) -> HTML:
    """Show a text that comes from a file.

    Examples
    --------
    >>> from cxrstudy.notebook import log, show
    >>> show.note(log.history().told)
    <HTML>
    """
    return HTML(f"<p>{escape(text)}</p>")


def findings(outcomes: Sequence[CheckResult], each: int) -> HTML:
    """Show the first rows concerned of every issue and note of an audit.

    Examples
    --------
    >>> import pandas as pd
    >>> from cxrstudy.audit.check_result import CheckResult
    >>> from cxrstudy.notebook import show
    >>> rows = pd.DataFrame(
    ...     {"role": "target", "id": ["a", "b"], "what": ["as b", "as a"], "manifest": "made"}
    ... )
    >>> found = CheckResult("CXR001", "identical images", "issue", 1, rows, "a pair", "keep one")
    >>> show.findings([found], each=1)
    <HTML>
    """
    found = [outcome for outcome in outcomes if outcome.state in ("issue", "note")]
    tables = [outcome.rows.head(each).assign(code=outcome.code) for outcome in found]
    rows = pd.concat(tables) if tables else pd.DataFrame(columns=["code", "role", "id", "what"])
    return table(rows[["code", "role", "id", "what"]])


def runs(arms: Arms) -> None:
    """Show every run that a page is based on, and store the records in the notebook.

    Examples
    --------
    >>> from cxrstudy.notebook import show
    >>> show.runs(arms)  # doctest: +SKIP
    """
    from IPython.display import display

    records = arms.records
    shown = table(table_of(records).drop(columns="finished"))
    display({"text/html": shown.data}, metadata={RUNS: output_of(records)}, raw=True)


def command(study: Study, notebook: str) -> HTML:
    """Show the command that repeats a page.

    Examples
    --------
    >>> from cxrstudy.notebook import Study, show
    >>> study = Study("quick", "phantom", seeds=1)
    >>> show.command(study, "04_mixup").data
    '<pre>papermill notebooks/04_mixup.ipynb out.ipynb -p profile quick ...</pre>'
    """
    text = (
        f"papermill notebooks/{notebook}.ipynb out.ipynb -p profile {study.profile.profile} "
        f"-p cohort {study.cohort.name} -p seeds {study.seeds}"
    )
    return HTML(f"<pre>{text}</pre>")
