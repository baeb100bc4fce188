"""Correction: what a verdict would be, were its claim the only one that was tested.

An interval that is shown covers one claim. A verdict is about several, and asks a p value that is
corrected for them. Where the two differ, a reader is told, beside the interval.
"""

from typing import Any

from cxrstudy.base import numbers
from cxrstudy.verdicts.claims_file import all_claims
from cxrstudy.verdicts.outcome import Evidence, Interval, decide


def withheld_by_correction(row: Any) -> str:
    """Say which verdict the correction for several claims withholds; empty if it withholds none.

    Parameters
    ----------
    row
        A decided row of :func:`cxrstudy.verdicts.judge.recorded`, by attribute.
    """
    kinds = {claim.id: claim.kind for paper in all_claims() for claim in paper.claims}
    intervals = Interval(row.low, row.high), Interval(row.narrow_low, row.narrow_high)
    alone = decide(
        kinds[row.claim],
        row.margin,
        row.relevant,
        Evidence(*intervals, row.p, row.p_relevant),
        row.level,
    )
    if alone == row.verdict:
        return ""
    same = alone == "no relevant difference" or (
        kinds[row.claim] == "equivalence" and alone == "supported"
    )
    corrected = row.adjusted_p_relevant if same else row.adjusted_p
    return (
        f"Alone it would be {alone}; with the paper's other claims (Holm), p = "
        f"{numbers.p_value(corrected, [round(1 - row.level, 9)])}."
    )
