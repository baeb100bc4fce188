"""Doubling: whether trainings are at a plateau, from other results with half the steps.

A training with a one-cycle schedule improves while its learning rate falls, however long it is. So
its own course can't tell whether more steps would help (:mod:`cxrstudy.training.plateau` says "no"
then). Another training with half the steps can. An arm is at a plateau if twice the steps gained

- less than :data:`RISE` of macro AUROC on the test patients, as the mean over seeds, and
- surely less than :data:`RELEVANT`, by one side of a 95 % interval over patients and seeds.

The second is one of the two one-sided tests of Schuirmann (1987); the other does not matter: twice
the steps may well harm. A profile names the one with half the steps as ``half``. An arm that there
has more than half of its steps counts as if every doubling gained the same, so a gain by half more
steps is divided by the logarithm of 1.5 to the base of 2.
"""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from math import log2

import pandas as pd

from cxrstudy.base.columns import labels_of, of_arms
from cxrstudy.base.numbers import difference
from cxrstudy.statistics.comparison import contrast
from cxrstudy.statistics.gate import ScoreError
from cxrstudy.statistics.metrics import macro_auroc
from cxrstudy.training.plateau import RISE, UNKNOWN

#: What is said where there are no results to compare with.
NOT_RECORDED = "half the steps are not recorded"
#: Fewest times as many steps from which a gain by twice as many may be told.
LEAST = 4 / 3
#: What twice the steps must surely not gain: the smallest relevant effect of most claims.
RELEVANT = 0.02


@dataclass(frozen=True)
class Gain:
    """What twice the steps gained an arm.

    Attributes
    ----------
    estimate
        Gain of macro AUROC; NaN if it is not known.
    high
        Upper end of the interval that leaves out 5 % on this side.
    why
        Why it is not known.
    """

    estimate: float = float("nan")
    high: float = float("nan")
    why: str = ""

    @property
    def word(self) -> str:
        """Whether the arm is at a plateau: ``yes``, ``no``, or ``not known``.

        Examples
        --------
        >>> Gain(0.001, 0.008).word, Gain(0.001, 0.03).word, Gain(0.012, 0.018).word
        ('yes', 'no', 'no')
        """
        if pd.isna(self.estimate) or pd.isna(self.high):
            return UNKNOWN
        return "yes" if self.estimate < RISE and self.high < RELEVANT else "no"

    @property
    def said(self) -> str:
        """The same with what it was decided from.

        Examples
        --------
        >>> Gain(0.001, 0.008).said
        'yes: twice the steps gain +0.001, at most +0.008'
        """
        if self.word == UNKNOWN:
            return f"{UNKNOWN}: {self.why}"
        gained, most = difference(self.estimate), difference(self.high)
        return f"{self.word}: twice the steps gain {gained}, at most {most}"


def gains(
    scores: pd.DataFrame,
    seen: Mapping[Hashable, int],
    half: pd.DataFrame,
    seen_there: Mapping[Hashable, int],
) -> dict[Hashable, Gain]:
    """What twice the steps gained the arms of an experiment.

    Parameters
    ----------
    scores
        Of the arms, from :func:`cxrstudy.runs.scores.collect`.
    seen
        Images that the last training of each arm saw: steps times batch.
    half, seen_there
        The same of the profile with half the steps, which may lack arms.
    """
    return {
        arm: _gain(
            of_arms(scores, [arm]), of_arms(half, [arm]), seen[arm] / seen_there.get(arm, seen[arm])
        )
        for arm in dict.fromkeys(scores["arm"])
    }


def _gain(longer: pd.DataFrame, shorter: pd.DataFrame, times: float) -> Gain:
    """Gain by twice the steps, from that by some times as many."""
    if times < LEAST:
        return Gain(why=NOT_RECORDED)
    if set(longer["seed"]) != set(shorter["seed"]):
        return Gain(why="half the steps are recorded for other seeds")
    both = pd.concat([longer.assign(arm="twice"), shorter.assign(arm="half")], ignore_index=True)
    role = longer["role"].iloc[0]
    labels = [label for label in labels_of(both) if both[f"score_{label}"].notna().all()]
    try:
        found = contrast(both, macro_auroc(labels), "twice", "half", role).iloc[0]
    except ScoreError as problem:
        return Gain(why=str(problem))
    if pd.isna(found["high90"]):
        return Gain(why=str(found["reason"]))
    doublings = log2(times)
    return Gain(float(found["estimate"]) / doublings, float(found["high90"]) / doublings)
