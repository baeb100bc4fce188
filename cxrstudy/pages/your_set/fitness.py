"""Fitness: whether a set is fit to learn from, by its audit and its numbers of patients."""

from collections.abc import Sequence
from html import escape

from cxrstudy.audit.check_result import CheckResult
from cxrstudy.base.words import counted
from cxrstudy.pages.your_set.answer import Answer


def fitness(outcomes: Sequence[CheckResult], obstacles: Sequence[str] = ()) -> Answer:
    """Whether a cohort is fit to learn from.

    Parameters
    ----------
    outcomes
        Of the audit.
    obstacles
        What else stands in the way, from :func:`cxrstudy.data.own.obstacles.in_the_cohort`.

    Examples
    --------
    >>> fitness([]).said
    'Nothing that was checked speaks against it.'
    """
    issues = [each for each in outcomes if each.state == "issue"]
    notes = [each for each in outcomes if each.state == "note"]
    open_ = [each for each in outcomes if each.state == "could not be checked" or each.unchecked]
    parts = []
    if issues or obstacles:
        names = [f"{one.title} ({one.code})" for one in issues]
        parts.append(f"<b>Not as it is</b>: {escape('; '.join([*names, *obstacles]).rstrip('.'))}.")
    if not parts:
        parts.append("Nothing that was checked speaks against it.")
    if notes:
        known = "; ".join(f"{one.title} ({one.code})" for one in notes)
        parts.append(f"Worth knowing, from {counted(len(notes), 'check')}: {escape(known)}.")
    if open_:
        codes = ", ".join(each.code for each in open_)
        parts.append(f"Not all could be checked ({codes}).")
    told = "".join(
        f"<li><b>{escape(one.title)}</b> ({one.code}): {escape(f'{one.detail} {one.advice}')}</li>"
        for one in (*issues, *notes)
    )
    return Answer(
        "Is this set fit to learn from?", " ".join(parts), f"<ul>{told}</ul>" if told else ""
    )
