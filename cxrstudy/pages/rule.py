"""Rule: how claims are decided, in words, with the levels that the claims files ask for."""

import pandas as pd

from cxrstudy.base import numbers
from cxrstudy.verdicts.claims_file import all_claims


def rule_table(levels: list[float]) -> pd.DataFrame:
    """Tabulate the outcomes, each with when it is given.

    Parameters
    ----------
    levels
        Levels of the intervals that claims ask for.

    Returns
    -------
    One row per outcome: ``outcome``, ``when``, ``equivalence``: when it is the outcome of a claim
    that two arms are equal.

    Examples
    --------
    >>> rule_table([0.95])["when"][0]
    'the 95 % interval lies above the margin, and the p value of the margin is below 5 %'
    """
    wide = either(levels)
    alpha = either([1 - level for level in levels])
    narrow = either([1 - 2 * (1 - level) for level in levels])
    beyond = f", and the p value of the margin is below {alpha}"
    same = (
        f"the {narrow} interval lies within the smallest relevant effect of zero, and the p value "
        f"of relevance is below {alpha}"
    )
    rows = {
        "supported": (f"the {wide} interval lies above the margin{beyond}", same),
        "no relevant difference": (same, "never: this is support"),
        "reversed": (
            f"the {wide} interval lies below the margin{beyond}: what the claim asks is not "
            "reached; with a margin of 0 the opposite holds",
            f"the {wide} interval lies beyond the smallest relevant effect, and the p value of "
            f"that is below {alpha}",
        ),
        "inconclusive": ("none of these", "none of these"),
        "not judged": ("there is no evidence, or fewer seeds than the rule asks for", "the same"),
        "not testable": ("no data here can decide the claim", "the same"),
    }
    return pd.DataFrame(
        [(outcome, *when) for outcome, when in rows.items()],
        columns=["outcome", "when", "equivalence"],
    )


def claim_levels() -> list[float]:
    """Levels of the intervals that the claims of all papers ask for."""
    return sorted({claim.level for paper in all_claims() for claim in paper.testable})


def either(shares: list[float]) -> str:
    """Percentages, as text.

    Examples
    --------
    >>> either([0.95, 0.9])
    '90 % or 95 %'
    """
    return " or ".join(numbers.whole_percent(share) for share in sorted(shares))


def fewest_seeds() -> int:
    """The fewest seeds that any claim asks for; a run with fewer judges nothing.

    Examples
    --------
    >>> fewest_seeds() >= 2
    True
    """
    asked = [claim.seeds for paper in all_claims() for claim in paper.testable]
    return min(asked, default=2)
