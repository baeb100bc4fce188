"""Told apart: how many differences of a run can be told apart from those of a record, in words."""

from collections.abc import Sequence
from html import escape

from cxrstudy.base import numbers


def told_apart(many: int, differing: Sequence[str], level: float) -> str:
    """Say of how many differences chance explains that they are not those of the record.

    Parameters
    ----------
    many
        Differences that both have; at least 1.
    differing
        Names of those that differ by more than chance explains.
    level
        Share of runs that lie as near by chance.

    Returns
    -------
    A sentence, as HTML.

    Examples
    --------
    >>> told_apart(1, [], 0.95)  # doctest: +NORMALIZE_WHITESPACE
    "The one difference that both have can't be told apart from the record's with these seeds and
    patients (95 %)."
    >>> told_apart(2, ["B1", "B6"], 0.95)
    'Both differences, <b>B1, B6</b>, differ from the record by more than chance explains.'
    """
    apart = len(differing)
    within = f"from the record's with these seeds and patients ({numbers.whole_percent(level)})"
    named = f"<b>{escape(', '.join(differing))}</b>"
    beyond = "by more than chance explains"
    if many == 1:
        one = "The one difference that both have"
        if apart:
            return f"{one}, {named}, differs from the record {beyond}."
        return f"{one} can't be told apart {within}."
    if not apart:
        return f"None of the {many} differences that both have can be told apart {within}."
    if apart == many:
        all_of_them = "Both differences" if many == 2 else f"All {many} differences"
        return f"{all_of_them}, {named}, differ from the record {beyond}."
    verb = "differs" if apart == 1 else "differ"
    return (
        f"Of {many} differences that both have, {many - apart} can't be told apart {within}; "
        f"{named} {verb} {beyond}."
    )
