"""Notebook: everything that the cells of the notebooks import, and the tables that they show.

Nothing here needs torch, except what trains; notebooks import modules that need it directly.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
from IPython.display import HTML, display

from cxrstudy.audit.check_result import CheckResult
from cxrstudy.pages import covidx_leaks, diagrams, figures
from cxrstudy.pages.beside import beside, reference_of
from cxrstudy.pages.demographics import demographics, flow_of
from cxrstudy.pages.levels import (
    by_lesion_size,
    label_efficiency_of,
    label_efficiency_table,
    lesion_extents,
    mixup_levels,
    patients_of,
    resolution_levels,
    sides,
    source_doses,
    strengths,
)
from cxrstudy.pages.source_baseline import source_alone
from cxrstudy.runs.provenance import RUNS, costs, environments, output_of, runs_of, table_of
from cxrstudy.statistics import (
    at_sensitivity,
    auroc,
    brier,
    calibration_curve,
    calibration_slope,
    calibration_table,
    contrasts,
    decision_curve,
    estimates,
    groups_of,
    mean,
    operating_points,
    subgroups,
    trend,
)
from cxrstudy.study.experiment import arms_of
from cxrstudy.study.graph import make_graph
from cxrstudy.study.parameters import check_parameters
from cxrstudy.study.study import Study
from cxrstudy.training.chain import Chain
from cxrstudy.verdicts.claim import all_claims, claims_table, read_claims
from cxrstudy.verdicts.judge import claims_about, judgements, recorded_verdicts
from cxrstudy.verdicts.map_results import attention_by_size
from cxrstudy.verdicts.verdict import evidence

__all__ = [
    "Study",
    "arms_of",
    "at_sensitivity",
    "attention_by_size",
    "audit_rows",
    "auroc",
    "banner",
    "benchmark_leaks",
    "beside",
    "brier",
    "by_lesion_size",
    "calibration_curve",
    "calibration_slope",
    "calibration_table",
    "check_parameters",
    "claims_of",
    "claims_table",
    "contrasts",
    "costs",
    "decision_curve",
    "demographics",
    "diagrams",
    "environments",
    "estimates",
    "figures",
    "flow_of",
    "groups_of",
    "judgements",
    "label_efficiency_of",
    "label_efficiency_table",
    "lesion_extents",
    "make_graph",
    "mean",
    "mixup_levels",
    "operating_points",
    "patients_of",
    "provenance",
    "read_claims",
    "recorded_verdicts",
    "reference_of",
    "reminder",
    "repeat",
    "resolution_levels",
    "rules",
    "runs_of",
    "sides",
    "source_alone",
    "source_doses",
    "strengths",
    "subgroups",
    "table",
    "trend",
    "untestable",
    "verdict_details",
    "verdict_table",
]  # fmt: skip

_CITED = {"A": "Zhao 2021", "B": "Fricks 2021"}

_FORMATS = {
    "p": "{:.3f}", "adjusted_p": "{:.3f}", "minimum_detectable_difference": "{:.3f}",
    "standard_error": "{:.4f}", "threshold": "{:.3f}",
    "source_rule_test": "{:.1%}", "source_rule_train": "{:.1%}", "view_rule_test": "{:.1%}",
    "samples_seen": "{:,.0f}", "seconds": "{:,.0f}", "MiB": "{:,.0f}",
}  # fmt: skip


def banner(study: Study) -> HTML:
    """Say above the numbers which images, profile and seeds they come from, and their caveat."""
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
    """Show the cohort's caveat beside the numbers."""
    return HTML(f'<p class="study-reminder">{study.cohort.caveat}</p>')


def table(frame: pd.DataFrame, **headings: str) -> HTML:
    """Show a table in the style of the book, with estimate and interval in one column.

    Parameters
    ----------
    frame
        Any table; ``estimate``, ``low`` and ``high``, if present, become one column.
    headings
        Column name to heading; other columns keep their name.
    """
    shown = frame.copy()
    if {"estimate", "low", "high"} <= set(shown):
        sign = "+" if (shown["low"] < 0).any() else ""  # a difference
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


def claims_of(experiment: str, scores: pd.DataFrame) -> HTML:
    """Show the claims about an experiment, with the evidence from scores."""
    rows = [
        evidence(claims.of(experiment), scores).assign(
            sentence=[
                f"{claim.sentence} ({claim.contrast}; margin {claim.margin:g})"
                for claim in claims.of(experiment)
            ]
        )
        for claims in claims_about(experiment)
    ]
    columns = ["claim", "sentence", "estimate", "low", "high", "p", "minimum_detectable_difference"]
    return table(
        pd.concat(rows)[columns], estimate="difference [95 %]", p="p, against the margin",
        minimum_detectable_difference="minimum detectable difference",
    )  # fmt: skip


def verdict_table(judged: pd.DataFrame) -> HTML:
    """Show one row per claim, with difference, interval and verdict of each origin."""
    rows = []
    for claims in all_claims():
        for claim in claims.testable:
            mine = judged[judged["claim"] == claim.id]
            said = {row.origin: _said(row) for row in mine.itertuples()}
            numbers = [f"{value:.3f}" for value in claims.published(claim.id).values()]
            rows.append(
                {
                    "claim": f'<a href="{claim.experiment}.html">{claim.id}</a>',
                    "sentence": f"{claim.sentence} ({_CITED[claims.paper]}; {claim.contrast})",
                    "paper reports": " to ".join(numbers) or "no number",
                    **said,
                }
            )
    shown = pd.DataFrame(rows).to_html(index=False, border=0, escape=False)
    return HTML(f'<div class="study-table study-verdicts">{shown}</div>')


def verdict_details(judged: pd.DataFrame) -> HTML:
    """Show margin, corrected p value, and patients and seeds of every verdict."""
    shown = judged[judged["estimate"].notna()].sort_values(["claim", "origin"])
    columns = [
        "claim",
        "origin",
        "margin",
        "adjusted_p",
        "minimum_detectable_difference",
        "patients",
        "seeds",
    ]
    counts = {name: shown[name].astype(int) for name in ("patients", "seeds")}
    return table(
        shown.assign(**counts)[columns], adjusted_p="p, corrected (Holm)",
        minimum_detectable_difference="minimum detectable difference",
    )  # fmt: skip


def _said(row: Any) -> str:
    if pd.isna(row.estimate):
        return f"<b>{row.verdict}</b>"
    text = f"{row.estimate:+.3f} [{row.low:+.3f}, {row.high:+.3f}]".replace("-", "−")
    seen = (
        f"<br>minimum detectable: {row.minimum_detectable_difference:.3f}"
        if row.verdict == "inconclusive"
        else ""
    )
    return f"<b>{row.verdict}</b><br>{text}{seen}"


def untestable() -> HTML:
    """Show the claims that no data here can decide, and why."""
    rows = [
        {"claim": claim.id, "sentence": claim.sentence, "why not": claim.not_testable}
        for claims in all_claims()
        for claim in claims.claims
        if claim.not_testable
    ]
    return table(pd.DataFrame(rows))


def rules() -> HTML:
    """Show the SHA-256 of every claims file."""
    rows = [
        {"paper": claims.paper, "SHA-256 of its claims": claims.sha256} for claims in all_claims()
    ]
    return table(pd.DataFrame(rows))


def audit_rows(outcomes: Sequence[CheckResult], each: int) -> pd.DataFrame:
    """Show the first rows concerned of every issue and note of an audit."""
    found = [outcome for outcome in outcomes if outcome.state in ("issue", "note")]
    tables = [outcome.rows.head(each).assign(code=outcome.code) for outcome in found]
    rows = pd.concat(tables) if tables else pd.DataFrame(columns=["code", "role", "id", "what"])
    return rows[["code", "role", "id", "what"]]


def benchmark_leaks() -> tuple[pd.DataFrame, HTML]:
    """Measure what COVIDx leaks if its lists are available, or show the recorded result.

    Returns
    -------
    The table, and a sentence that says which of the two it is.
    """
    lists, crosswalk = covidx_leaks.lists(), covidx_leaks.crosswalk()
    if lists is None or crosswalk is None:
        said = "The lists are not in the data folder: below is the recorded result."
        return pd.read_csv(covidx_leaks.RECORDED), HTML(f"<p>{said}</p>")
    said = "Measured in this run, on the lists in the data folder."
    return covidx_leaks.leaks(lists, crosswalk, covidx_leaks.headers()), HTML(f"<p>{said}</p>")


def provenance(study: Study, arms: Mapping[Any, Chain]) -> None:
    """Show every run that a page is based on, and store the records in the notebook."""
    records = study.records_of(arms)
    shown = table(table_of(records).drop(columns="finished"))
    display({"text/html": shown.data}, metadata={RUNS: output_of(records)}, raw=True)


def repeat(study: Study, notebook: str) -> HTML:
    """Show the command that repeats a page."""
    command = (
        f"papermill notebooks/{notebook}.ipynb out.ipynb -p profile {study.profile.profile} "
        f"-p cohort {study.cohort.name} -p seeds {study.seeds}"
    )
    return HTML(f"<pre>{command}</pre>")
