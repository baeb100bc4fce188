"""History: every version of the rule, and the verdicts under each, as parts of pages."""

from html import escape

from cxrstudy.pages.arm_words import cohort_title
from cxrstudy.pages.html import HTML, fold
from cxrstudy.pages.tables import table
from cxrstudy.verdicts import log, results
from cxrstudy.verdicts.judge import deciding, recorded


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
        "where a cohort's results do not count, that is said too.</p>"
    )


def _cohort_in_words(column: str) -> str:
    return log.NOW + cohort_title(column.removeprefix(log.NOW))


def as_recorded() -> HTML:
    """Show the verdicts that lie beside recorded results, as they were written, folded."""
    written = log.recorded_verdicts()
    shown = written.assign(cohort=written["cohort"].map(cohort_title))
    folded = fold("Every verdict as it was written", table(shown, rule="claims file").data)
    return HTML(f"{_left_out()}{folded}")


def _left_out() -> str:
    """Which recorded results are not shown, as none of their verdicts may decide."""
    others = sorted(set(results.folders()) - set(deciding()))
    named = [f"{cohort_title(path.parent.name)}, profile {path.name}" for path in others]
    if not named:
        return ""
    return f"<p>Left out are results that decide nothing: {escape('; '.join(named))}.</p>"
