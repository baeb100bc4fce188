"""Render: what a page shows beside its figures: banners, notes, runs and the command.

Notebooks know this module as ``show``, and find the tables of claims and of trainings here too.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from html import escape
from typing import TYPE_CHECKING

import pandas as pd

from cxrstudy.base import places
from cxrstudy.base.checks import whole
from cxrstudy.base.words import arm_name, counted
from cxrstudy.pages import told
from cxrstudy.pages.agreement import agreement as agreement
from cxrstudy.pages.arm_words import about_auroc as about_auroc
from cxrstudy.pages.arm_words import about_maps as about_maps
from cxrstudy.pages.arm_words import arms_in_words as arms_in_words
from cxrstudy.pages.arm_words import cohort_title
from cxrstudy.pages.certificates import certificates as certificates
from cxrstudy.pages.claim_tables import choices as choices
from cxrstudy.pages.claim_tables import claims as claims
from cxrstudy.pages.claim_tables import power as power
from cxrstudy.pages.claim_tables import rule as rule
from cxrstudy.pages.claim_tables import untestable as untestable
from cxrstudy.pages.claim_tables import verdict_details as verdict_details
from cxrstudy.pages.flow import flow as flow
from cxrstudy.pages.html import HTML
from cxrstudy.pages.html import stacked as stacked
from cxrstudy.pages.marks import marked as marked
from cxrstudy.pages.names import spaced
from cxrstudy.pages.numbers_behind import numbers_behind as numbers_behind
from cxrstudy.pages.own_verdicts import own_verdicts as own_verdicts
from cxrstudy.pages.rule import fewest_seeds
from cxrstudy.pages.tables import table
from cxrstudy.pages.training_code import training_code as training_code
from cxrstudy.pages.training_curves import training_curves as training_curves
from cxrstudy.pages.verdict_explorer import verdict_explorer as verdict_explorer
from cxrstudy.runs.provenance import RUNS, output_of, table_of
from cxrstudy.study.arms import Arms
from cxrstudy.study.parameters import declared_in
from cxrstudy.study.study import Study

if TYPE_CHECKING:  # every kernel would import the whole audit, and its libraries
    from cxrstudy.audit.check_result import CheckResult


def banner(study: Study) -> HTML:
    """Say above the numbers which images, profile and seeds they come from, and their caveat.

    Examples
    --------
    >>> from cxrstudy.notebook import Study, show
    >>> study = Study("quick", "phantom", seeds=1)
    >>> show.banner(study)
    <HTML>
    """
    few = study.seeds < fewest_seeds()
    seeds = f"{counted(study.seeds, 'seed')}{', too few to judge anything' if few else ''}"
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


def note(text: str) -> HTML:
    """Show a text that comes from a file or from numbers.

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
    each = whole(each, 1, "each")
    found = [outcome for outcome in outcomes if outcome.state in ("issue", "note")]
    tables = [outcome.rows.head(each).assign(code=outcome.code) for outcome in found]
    rows = pd.concat(tables) if tables else pd.DataFrame(columns=["code", "role", "id", "what"])
    return table(rows[["code", "role", "id", "what"]])


def runs(arms: Arms, named: Callable[[Hashable], str] | None = None) -> None:
    """Show every run that a page is based on; store records and estimates in the notebook.

    Parameters
    ----------
    arms
        Arms that the page looks at; they are trained.
    named
        What the page calls an arm, where chains do not tell its arms apart: the table then has
        the arms whose last run each run is.

    Examples
    --------
    >>> from cxrstudy.notebook import show
    >>> show.runs(arms)  # doctest: +SKIP
    """
    from IPython.display import display

    records = arms.records
    titles = {cohort_title(each.cohort) for each in records}
    images = ", ".join(f"“{title}”" for title in sorted(titles))
    said = f" on {images}" if images else ""
    listed = table_of(records).drop(columns="finished")
    if named is not None:
        listed.insert(1, "arm", listed["run"].map(_arms_by_run(arms, named)).fillna(""))
    shown = table(listed, caption=f"The runs of this page{said}")
    summary = (
        f"{counted(len(records), 'run')}{said} made this page; the chapter Provenance lists all"
    )
    folded = f"<details><summary>{summary}</summary>{shown.data}</details>"
    stored = {RUNS: output_of(records), told.ESTIMATES: told.take()}
    display({"text/html": folded + _not_run(arms)}, metadata=stored, raw=True)


def _arms_by_run(arms: Arms, named: Callable[[Hashable], str]) -> dict[str, str]:
    """The arms whose last run a run is, by its id as tables have it."""
    found: dict[str, list[str]] = {}
    for (arm, _), run in arms.trained.items():
        found.setdefault(run[:12], []).append(named(arm))
    return {run: "; ".join(dict.fromkeys(names)) for run, names in found.items()}


def _not_run(arms: Arms) -> str:
    """Say which arms were not trained and why; empty if all were."""
    said = [
        f"<li>{escape(arm_name(arm))}, seed {seed}: {escape(spaced(why))}</li>"
        for (arm, seed), why in arms.not_run.items()
    ]
    if not said:
        return ""
    return (
        '<div class="admonition warning"><p class="admonition-title">Arms without a result</p>'
        "<p>Figures and tables of results leave them out; only the plan of the arms, the runs and "
        f"what is said of claims name them.</p><ul>{''.join(said)}</ul></div>"
    )


def command(study: Study, notebook: str) -> HTML:
    """Show the command that repeats a page, with the parameters that its notebook declares.

    Examples
    --------
    >>> from cxrstudy.notebook import Study, show
    >>> study = Study("quick", "phantom", seeds=1)
    >>> show.command(study, "04_mixup").data
    '<pre class="study-command">papermill notebooks/04_mixup.ipynb out.ipynb ...</pre>'
    """
    given = {
        "profile": study.profile.profile, "cohort": study.cohort.name, "seeds": study.seeds
    }  # fmt: skip
    known = declared_in(places.notebooks() / f"{notebook}.ipynb")
    values = " ".join(f"-p {name} {value}" for name, value in given.items() if name in known)
    text = f"papermill notebooks/{notebook}.ipynb out.ipynb {values}"
    return HTML(f'<pre class="study-command">{text}</pre>')
