"""Bounds: the lines that the interval of a claim is held against, which depend on its kind.

The interval of most claims must lie beyond a margin. That of an equivalence must lie between two
bounds, the smallest relevant effect below and above zero.
"""

from collections.abc import Hashable

from cxrstudy.base import numbers
from cxrstudy.verdicts.claims_file import all_claims


def is_equivalence(claim: Hashable) -> bool:
    """Whether a claim says that two arms are equal, as far as it matters.

    Examples
    --------
    >>> is_equivalence("B5"), is_equivalence("B1")
    (True, False)
    """
    return any(
        each.id == claim and each.kind == "equivalence"
        for paper in all_claims()
        for each in paper.claims
    )


def bounds_of(claim: Hashable, margin: float, relevant: float) -> tuple[float, ...]:
    """Differences at which a claim's interval is held against a line.

    Parameters
    ----------
    claim
        Its id.
    margin, relevant
        Of the claim; see :class:`cxrstudy.verdicts.claim.Claim`.

    Examples
    --------
    >>> bounds_of("B5", 0.0, 0.05), bounds_of("B1", 0.02, 0.05)
    ((-0.05, 0.05), (0.02,))
    """
    return (-relevant, relevant) if is_equivalence(claim) else (margin,)


def bounds_in_words(claim: Hashable, margin: float, relevant: float) -> str:
    """The same as text, for a table or a picture.

    Examples
    --------
    >>> bounds_in_words("B5", 0.0, 0.05), bounds_in_words("B3", 0.05, 0.02)
    ('within ±0.050', 'above +0.050')
    >>> bounds_in_words("B1", 0.0, 0.02)
    'above 0'
    """
    bounds = bounds_of(claim, margin, relevant)
    if len(bounds) > 1:
        return f"within ±{numbers.level(bounds[-1])}"
    return f"above {numbers.difference(margin) if margin else 0}"
