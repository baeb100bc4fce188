"""Outcome: the rule that decides claims. Nothing else decides, and a registration freezes it.

====================== ===========================================================================
supported              the interval lies above the margin
no relevant difference the narrow interval lies within the smallest relevant effect of zero
reversed               the interval lies below the margin: the opposite of the claim holds
inconclusive           none of these
not judged             there is no evidence, or fewer seeds than the rule asks for
not testable           no data here can decide the claim
====================== ===========================================================================

An interval at level 95 % decides about the margin, a narrow one at level 90 % about the smallest
relevant effect (two one-sided tests: Schuirmann 1987). Each decision also needs its p value below 5
% after Holm's correction (1979), over all claims of a paper that have a contrast, on one cohort.
Tests about margins and tests about relevance are corrected apart, so each kind of error is held at
5 % per paper and cohort.

Relevance comes first: a superiority that is shown to be smaller than the smallest relevant effect
is no relevant difference, also where it is not zero. For non-inferiority the margin comes first. An
equivalence is supported by the narrow interval, and reversed where the wide one lies outside of the
smallest relevant effect.

An outcome is about a budget of training. Networks that still improved when their training ended
show what the steps of the profile show, and nothing about a plateau. A claim that must hold at both
budgets is then decided for the profile's steps and *not judged* at a plateau; one that must hold at
a plateau only is not judged.

An outcome is about the world that the images come from. On simulated radiographs it says nothing of
patients, and it never contradicts a paper.
"""

from dataclasses import dataclass
from math import isnan
from typing import Literal

from cxrstudy.base.words import counted
from cxrstudy.verdicts.claim import Kind

Outcome = Literal[
    "supported", "no relevant difference", "reversed", "inconclusive", "not judged", "not testable"
]  # fmt: skip


#: Outcomes that say something of the claim.
DECIDED: tuple[Outcome, ...] = ("supported", "no relevant difference", "reversed", "inconclusive")


@dataclass(frozen=True)
class Interval:
    """An interval of a difference.

    Raises
    ------
    ValueError
        It is none.
    """

    low: float
    high: float

    def __post_init__(self) -> None:
        if not self.low <= self.high:
            raise ValueError(f"{self.low} to {self.high} is not an interval")

    def above(self, value: float) -> bool:
        """Whether the whole interval lies above a value."""
        return self.low > value

    def below(self, value: float) -> bool:
        """Whether the whole interval lies below a value."""
        return self.high < value

    def within(self, bound: float) -> bool:
        """Whether the whole interval lies closer to zero than a bound."""
        return self.above(-bound) and self.below(bound)


@dataclass(frozen=True)
class Evidence:
    """What the rule looks at.

    Attributes
    ----------
    wide, narrow
        Interval of arm minus against at the claim's level, and at one minus twice its complement.
    p
        Corrected two-sided p value of the margin; of equivalence: of the nearer bound.
    p_relevant
        Corrected p value of the two one-sided tests of the smallest relevant effect.
    """

    wide: Interval
    narrow: Interval
    p: float
    p_relevant: float

    def __post_init__(self) -> None:
        if isnan(self.p) or isnan(self.p_relevant):
            raise ValueError("a p value is not a number; a claim without evidence is not judged")


def decide(
    kind: Kind, margin: float, relevant: float, evidence: Evidence, level: float = 0.95
) -> Outcome:
    """Apply the rule.

    Parameters
    ----------
    kind, margin, relevant, level
        Of the claim; see :class:`cxrstudy.verdicts.claim.Claim`.
    evidence
        Intervals and corrected p values.

    Examples
    --------
    >>> seen = Evidence(Interval(0.01, 0.07), Interval(0.02, 0.06), p=0.01, p_relevant=0.9)
    >>> decide("superiority", 0.0, 0.02, seen)
    'supported'
    >>> decide("superiority", 0.05, 0.02, seen)
    'inconclusive'
    """
    wide, narrow = evidence.wide, evidence.narrow
    # Not p < 1 - level, because 1 - 0.95 is a little more than 0.05.
    same = narrow.within(relevant) and evidence.p_relevant + level < 1
    about_margin = evidence.p + level < 1
    if kind == "equivalence":
        apart = wide.above(relevant) or wide.below(-relevant)
        return "supported" if same else "reversed" if apart and about_margin else "inconclusive"
    above = wide.above(margin) and about_margin
    below = wide.below(margin) and about_margin
    if kind == "non-inferiority" and above:
        return "supported"
    if same:
        return "no relevant difference"
    return "supported" if above else "reversed" if below else "inconclusive"


def short_of_plateau(trainings: int, at_plateau: int, unknown: int) -> str:
    """Say why trainings show nothing about a plateau; empty if all of them ended at one.

    Examples
    --------
    >>> short_of_plateau(trainings=10, at_plateau=7, unknown=0)
    '3 of 10 trainings still improved when they ended'
    """
    if at_plateau >= trainings > 0:
        return ""
    if unknown:
        return (
            f"whether {unknown} of {counted(trainings, 'training')} ended at a plateau is not known"
        )
    if not trainings:
        return "no training is recorded"
    short = trainings - at_plateau
    return f"{short} of {counted(trainings, 'training')} still improved when they ended"
