"""History: every version of the rule, and the verdicts under each, as parts of pages."""

from html import escape

from cxrstudy.pages.arm_words import origin_in_words
from cxrstudy.pages.html import HTML, fold
from cxrstudy.pages.tables import table
from cxrstudy.verdicts import log
from cxrstudy.verdicts.judge import recorded


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
    words = {name: _set_in_words(name) for name in verdicts if name.startswith(log.NOW)}
    return table(verdicts.rename(columns=words))


def _set_in_words(column: str) -> str:
    return log.NOW + origin_in_words(column.removeprefix(log.NOW))


def as_recorded() -> HTML:
    """Show the verdicts that lie beside recorded results, as they were written, folded."""
    return HTML(fold("Every verdict as it was written", table(log.recorded_verdicts()).data))
