"""History: every version of the rule, and the verdicts under each, as parts of pages."""

from html import escape

import pandas as pd

from cxrstudy.pages.arm_words import cohort_title
from cxrstudy.pages.claim_tables import paper_links
from cxrstudy.pages.html import HTML, fold
from cxrstudy.pages.tables import table
from cxrstudy.verdicts import log, results
from cxrstudy.verdicts.judge import deciding, recorded

#: What is said of a claim of which the rule of now gives another result than the registered one.
OTHERWISE = "the rule was changed since"


def versions() -> HTML:
    """Show every version of the rule."""
    return table(log.versions())


def told() -> HTML:
    """Show what was done before there were registrations."""
    return HTML(f"<p>{escape(log.history().told)}</p>")


def by_rule() -> HTML:
    """Show the verdicts of recorded results under every version of the rule."""
    judged = recorded()
    if judged.empty:
        return HTML("<p>No results are recorded yet.</p>")
    verdicts = log.verdicts_by_rule(judged)
    words = {name: _cohort_in_words(name) for name in verdicts if name.startswith(log.NOW)}
    shown = table(verdicts.rename(columns=words))
    return HTML(f"{_without_verdicts()}{shown.data}")


def _without_verdicts() -> str:
    """Which versions have no column, as nothing was run under them."""
    idle = [version.committed for version in log.history().rules if not version.verdicts]
    said = f"No run was recorded under the versions of {' and '.join(idle)}. " if idle else ""
    return (
        f"<p>{said}Under the present rule, a verdict stands with the profile that it rests on; "
        f"where a cohort's results do not count, that is said too. Why a claim is not judged is on "
        f"the page of its paper: {paper_links()}.</p>"
    )


def _cohort_in_words(column: str) -> str:
    return log.NOW + cohort_title(column.removeprefix(log.NOW))


def as_recorded() -> HTML:
    """Show the verdicts that lie beside recorded results, as they were written, folded."""
    written = log.recorded_verdicts()
    shown = written.assign(cohort=written["cohort"].map(cohort_title))
    folded = fold("Every verdict as it was written", table(shown, rule="claims file").data)
    return HTML(f"{_left_out()}{_otherwise_now(written)}{folded}")


def _otherwise_now(written: pd.DataFrame) -> str:
    """Claims of which the rule of now says something else by the same results, if any counted."""
    now = recorded()
    if now.empty or written.empty:
        return ""
    now = now[now["counts"].str.contains(OTHERWISE)]
    both = now.merge(written, on=["paper", "claim", "cohort", "profile"], suffixes=("", "_then"))
    said = [
        f"{row.claim} on {cohort_title(row.cohort)}, profile {row.profile}: written as "
        f"{row.verdict_then}, now {row.verdict}"
        for row in both.itertuples()
    ]
    if not said:
        return ""
    return (
        "<p>Where the rule of now gives another result than the registered one, neither counts: "
        f"{escape('; '.join(said))}.</p>"
    )


def _left_out() -> str:
    """Which recorded results are not shown, as none of their verdicts may decide."""
    others = sorted(set(results.folders()) - set(deciding()))
    named = [f"{cohort_title(path.parent.name)}, profile {path.name}" for path in others]
    if not named:
        return ""
    return f"<p>Left out are results that decide nothing: {escape('; '.join(named))}.</p>"
