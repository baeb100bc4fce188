"""Stricter: claims that hold against one control, but not against the stricter one that they name.

The control of a claim is stated with it, and may be that of another claim: the gain of a sequence
over training on the target alone is one claim, that over a training of equal length another. Who
reads the first must not miss the second.
"""

import re
from collections.abc import Mapping
from html import escape
from typing import Any

import pandas as pd

from cxrstudy.base import numbers
from cxrstudy.pages.arm_words import cohort_title
from cxrstudy.pages.computed.plot import mark
from cxrstudy.verdicts.claims_file import all_claims

#: Another claim that the control of a claim names, in brackets.
NAMED = re.compile(r"\(([A-Z]\d+)\)")


def stricter_controls() -> dict[str, str]:
    """Claims whose stated control is another claim of the same paper: id to that claim's id.

    Examples
    --------
    >>> stricter_controls()["B1"]
    'B6'
    """
    found = {}
    for paper in all_claims():
        ids = {claim.id for claim in paper.claims}
        for claim in paper.claims:
            named = [name for name in NAMED.findall(claim.control) if name in ids - {claim.id}]
            if named:
                found[claim.id] = named[0]
    return found


def not_against_stricter(decided: pd.DataFrame, marks: Mapping[str, int]) -> str:
    """Say which supported claims are not supported against the stricter control, by results.

    Parameters
    ----------
    decided
        Rows of :func:`cxrstudy.verdicts.judge.recorded`.
    marks
        Set of results to the number of its mark.

    Returns
    -------
    HTML, one paragraph per claim and set of results; empty if there is none.
    """
    rows = {(row.claim, row.origin): row for row in decided.itertuples()}
    pairs = [
        (row, rows[control, origin])
        for (claim, origin), row in rows.items()
        if (control := stricter_controls().get(claim)) and (control, origin) in rows
    ]
    return "".join(_paragraph(*pair, marks) for pair in pairs if _only_the_first(*pair))


def _only_the_first(row: Any, strict: Any) -> bool:
    return bool(row.verdict == "supported" and strict.verdict != "supported")


def _paragraph(row: Any, strict: Any, marks: Mapping[str, int]) -> str:
    ends = strict.estimate, strict.low, strict.high
    found = numbers.interval(*ends, numbers.difference, [strict.margin])
    return (
        f"<p>{mark(marks[str(row.origin)])} On {escape(cohort_title(row.cohort))}, "
        f"<b>{escape(row.claim)}</b> is supported, but <b>{escape(strict.claim)}</b>, with the "
        f"stricter control, is {escape(strict.verdict)} ({escape(found)}). The gain of "
        f"{escape(row.claim)} may come from what that control has too.</p>"
    )
