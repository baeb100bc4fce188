"""Across: what the verdicts of one claim on several cohorts say together. Part of the rule.

Decided are *supported*, *no relevant difference* and *reversed*. The rule, in this order:

======================================= ==========================================================
nothing is judged                       not judged
nothing is decided                      inconclusive
all that is decided agrees              that outcome, with where: in simulation and on
                                        radiographs, only in simulation, only on radiographs
some supported, some reversed           opposite results
anything else                           depends on the cohort
======================================= ==========================================================

Then the direction: whether the differences of all cohorts with an estimate have one sign.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite

from cxrstudy.base.words import counted
from cxrstudy.verdicts.outcome import Outcome

#: Outcomes that decide a claim on a cohort.
DECIDING: tuple[Outcome, ...] = ("supported", "no relevant difference", "reversed")

#: How worlds begin that nobody was imaged for.
SIMULATED = "on simulated radiographs"


@dataclass(frozen=True)
class OnCohort:
    """A verdict of a claim on one cohort.

    Attributes
    ----------
    outcome
        The verdict.
    world
        Where it was decided, such as :data:`SIMULATED`.
    estimate
        Difference of the two arms; not finite if there is none.
    """

    outcome: Outcome
    world: str
    estimate: float


def together(rows: Sequence[OnCohort]) -> str:
    """Say what the verdicts of a claim say together.

    Parameters
    ----------
    rows
        One per cohort.

    Examples
    --------
    >>> phantom = OnCohort("supported", SIMULATED, 0.05)
    >>> together([phantom])
    'supported, only in simulation'
    >>> together([phantom, OnCohort("inconclusive", "on radiographs", 0.02)])
    'supported, only in simulation; inconclusive on 1 cohort; the same direction everywhere'
    """
    decided = [row for row in rows if row.outcome in DECIDING]
    undecided = sum(row.outcome == "inconclusive" for row in rows)
    if not decided and not undecided:
        return "not judged"
    words = [_of_decided(decided)] if decided else []
    if undecided:
        words.append(f"inconclusive on {counted(undecided, 'cohort')}")
    return "; ".join([*words, *_direction(rows)])


def _of_decided(decided: Sequence[OnCohort]) -> str:
    outcomes = [name for name in DECIDING if any(row.outcome == name for row in decided)]
    if len(outcomes) == 1:
        return f"{outcomes[0]}, {_where(decided)}"
    parts = [
        f"{name} {_where([row for row in decided if row.outcome == name])}" for name in outcomes
    ]
    opposite = {"supported", "reversed"} <= set(outcomes)
    return f"{'opposite results' if opposite else 'depends on the cohort'}: {', '.join(parts)}"


def _where(rows: Sequence[OnCohort]) -> str:
    simulated = {row.world.startswith(SIMULATED) for row in rows}
    if len(simulated) == 2:
        return "in simulation and on radiographs"
    return "only in simulation" if True in simulated else "only on radiographs"


def _direction(rows: Sequence[OnCohort]) -> list[str]:
    judged = [row for row in rows if row.outcome in (*DECIDING, "inconclusive")]
    signs = {(row.estimate > 0) - (row.estimate < 0) for row in judged if isfinite(row.estimate)}
    if len(judged) < 2 or not signs:
        return []
    same = len(signs) == 1 and 0 not in signs
    return ["the same direction everywhere" if same else "directions differ"]
