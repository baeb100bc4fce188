"""Notebook: what the cells of an experiment say, and how their results are shown.

A notebook imports from here all that it needs.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
from IPython.display import HTML, display

from cxrstudy import benchmark, diagrams, figures
from cxrstudy.audit.outcome import Outcome
from cxrstudy.baseline import source_alone
from cxrstudy.chain import Chain
from cxrstudy.demographics import demographics, flow_of
from cxrstudy.parameters import check_parameters
from cxrstudy.provenance import RUNS, costs, environments, output_of, runs_of, table_of
from cxrstudy.statistics import auroc, contrasts, estimates
from cxrstudy.study import Study
from cxrstudy.verdict import claims_table, read_claims, verdicts

__all__ = [
    "Study", "audit_rows", "auroc", "banner", "benchmark_leaks", "check_parameters",
    "claims_table", "contrasts", "costs", "demographics", "diagrams", "environments", "estimates",
    "figures", "flow_of", "provenance", "read_claims", "reminder", "repeat", "runs_of",
    "source_alone", "table", "verdicts",
]  # fmt: skip

_FORMATS = {
    "p": "{:.3f}", "adjusted_p": "{:.3f}",
    "source_rule_test": "{:.1%}", "source_rule_train": "{:.1%}", "view_rule_test": "{:.1%}",
    "image_steps": "{:,.0f}", "seconds": "{:,.0f}", "MiB": "{:,.0f}",
}  # fmt: skip


def banner(study: Study) -> HTML:
    """Say, above any number, which images, sizes and seeds it comes from, and what it can't say."""
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
    """Say beside the numbers what they can't say."""
    return HTML(f'<p class="study-reminder">{study.cohort.caveat}</p>')


def table(frame: pd.DataFrame, **headings: str) -> HTML:
    """Show a table as a page of a book does: plain, an estimate and its interval in one column.

    Parameters
    ----------
    frame
        Any table; ``estimate``, ``low`` and ``high`` become one column where they occur.
    headings
        Column to the heading it is shown under; columns that are not named keep their name.
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


def audit_rows(outcomes: Sequence[Outcome], each: int) -> pd.DataFrame:
    """Show the first rows concerned of every issue and note of an audit."""
    found = [outcome for outcome in outcomes if outcome.state in ("issue", "note")]
    tables = [outcome.rows.head(each).assign(code=outcome.code) for outcome in found]
    rows = pd.concat(tables) if tables else pd.DataFrame(columns=["code", "role", "id", "what"])
    return rows[["code", "role", "id", "what"]]


def benchmark_leaks() -> tuple[pd.DataFrame, HTML]:
    """Measure what COVIDx leaks where its lists are at hand, or show what was recorded.

    Returns
    -------
    The table, and a sentence that says which of the two it is.
    """
    lists, crosswalk = benchmark.lists(), benchmark.crosswalk()
    if lists is None or crosswalk is None:
        said = "The lists are not in the data folder: below is the recorded result."
        return pd.read_csv(benchmark.RECORDED), HTML(f"<p>{said}</p>")
    said = "Measured just now, on the lists in the data folder."
    return benchmark.leaks(lists, crosswalk, benchmark.headers()), HTML(f"<p>{said}</p>")


def provenance(study: Study, arms: Mapping[Any, Chain]) -> None:
    """Show every run that a page rests on, and store the same for other programs."""
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
