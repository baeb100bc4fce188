"""Ties: arms whose training patients' hospital follows their disease more and more closely.

Arms are tuples (initial weights, strength of the tie); see chapter Weights and shortcuts.
"""

from collections.abc import Callable, Collection, Hashable, Iterable, Sequence
from html import escape
from typing import Any

import numpy as np
import pandas as pd

from cxrstudy import statistics
from cxrstudy.base import numbers
from cxrstudy.pages import figures
from cxrstudy.pages.html import HTML
from cxrstudy.statistics import Metric
from cxrstudy.study.arms import Arms

#: How often the hospital of a training patient follows the disease, by the strength of the tie.
HOW_OFTEN = {0.0: "never", 0.5: "for half", 0.8: "for four of five", 0.95: "nearly always"}
#: Part of the name of initial weights that are trained with a cure.
CURED = ", balanced"


def by_strength(scores: pd.DataFrame) -> pd.DataFrame:
    """Scores of the arms without a cure, named (strength, initial weights) as figures want them.

    Examples
    --------
    >>> from cxrstudy.notebook import statistics
    >>> from cxrstudy.pages import ties
    >>> scores = statistics.made_scores([("random", 0.5), ("random, balanced", 0.5)])
    >>> ties.by_strength(scores)["arm"].unique().tolist()
    [(0.5, 'random')]
    """
    kept = scores[[CURED not in arm[0] for arm in scores["arm"]]]
    return kept.assign(arm=[(tie, name) for name, tie in kept["arm"]])


def strength() -> figures.Factor:
    """The strength of the tie, as the factor of a figure.

    Examples
    --------
    >>> from cxrstudy.pages import ties
    >>> ties.strength().scale
    'linear'
    """
    return figures.Factor("share of training patients whose hospital follows their disease")


def ends_of(tables: Iterable[pd.DataFrame]) -> list[float]:
    """The lowest and the highest of all estimates and ends of intervals of some tables.

    Examples
    --------
    >>> from cxrstudy.pages import ties
    >>> one = pd.DataFrame({"estimate": [0.5], "low": [float("nan")], "high": [0.7]})
    >>> ties.ends_of([one, one.assign(estimate=0.1)])
    [0.1, 0.7]
    """
    values = pd.concat(tables)[["estimate", "low", "high"]].to_numpy(float)
    known = values[np.isfinite(values)]
    return [float(known.min()), float(known.max())] if known.size else []


def strongest(scores: pd.DataFrame) -> pd.DataFrame:
    """Scores of the arms with the strongest tie.

    Examples
    --------
    >>> from cxrstudy.notebook import statistics
    >>> from cxrstudy.pages import ties
    >>> scores = statistics.made_scores([("random", 0.5), ("random", 0.95)])
    >>> ties.strongest(scores)["arm"].unique().tolist()
    [('random', 0.95)]
    """
    most = max(tie for _, tie in scores["arm"])
    return scores[[arm[1] == most for arm in scores["arm"]]]


def uncured(scores: pd.DataFrame) -> Hashable:
    """The arm with random weights and the strongest tie, which the others are compared with.

    Examples
    --------
    >>> from cxrstudy.notebook import statistics
    >>> from cxrstudy.pages import ties
    >>> ties.uncured(statistics.made_scores([("random", 0.5), ("random", 0.95)]))
    ('random', 0.95)
    """
    return ("random", max(tie for _, tie in scores["arm"]))


def how_often(tie: float) -> str:
    """How often the hospital of a training patient follows the disease, in words.

    Examples
    --------
    >>> from cxrstudy.pages import ties
    >>> ties.how_often(0.95), ties.how_often(0.25)
    ('nearly always', 'for 25 %')
    """
    return HOW_OFTEN.get(tie) or f"for {numbers.whole_percent(tie)}"


def network_in_words(arm: tuple[str, float]) -> str:
    """A network by how often the hospital followed the disease in its training.

    Examples
    --------
    >>> from cxrstudy.pages import ties
    >>> ties.network_in_words(("random, balanced", 0.95))
    'nearly always, balanced'
    """
    name, tie = arm
    return f"{how_often(tie)}{CURED if CURED in name else ''}"


def network_shown(arm: tuple[str, float], named: Callable[[Any], str] = network_in_words) -> HTML:
    """Say which network stands below, by how often the hospital followed the disease.

    Parameters
    ----------
    arm
        The network.
    named
        What the page calls it, such as with a mark where its training has no result.

    Examples
    --------
    >>> from cxrstudy.pages import ties
    >>> "follows their disease <b>nearly always</b>" in ties.network_shown(("random", 0.95)).data
    True
    """
    said = escape(named(arm))
    whose = "The network whose training patients' hospital follows their disease"
    return HTML(f"<p>{whose} <b>{said}</b>:</p>")


def in_words(arms: Arms) -> Arms:
    """The same arms, under names that say what the strength of the tie is.

    Examples
    --------
    >>> from cxrstudy.notebook import Study
    >>> from cxrstudy.pages import ties
    >>> study = Study("quick", "phantom", seeds=1)
    >>> chain = study.random_init >> study.stage("target")
    >>> list(ties.in_words(study.arms({("random", 0.0): chain})))
    ['random (tie: never)']
    """
    named = {f"{name} (tie: {how_often(tie)})": chain for (name, tie), chain in arms.items()}
    return Arms(arms.study, named)


def strengths_here(ties: Sequence[float]) -> HTML:
    """Say which strengths of the tie a run has, of those that the study asks for.

    Examples
    --------
    >>> from cxrstudy.pages import ties
    >>> ties.strengths_here([0.0, 0.95]).data
    '<p>This run trains only where the hospital follows the disease never and nearly always.</p>'
    """
    said = " and ".join(how_often(tie) for tie in sorted(ties))
    only = "only " if len(ties) < len(HOW_OFTEN) else ""
    return HTML(f"<p>This run trains {only}where the hospital follows the disease {said}.</p>")


def moved_without_a_tie(
    scores: pd.DataFrame, metric: Metric, failed: Collection[Hashable] = ()
) -> HTML:
    """Say how networks that were trained without a tie fare when the hospital is reversed.

    They learnt no shortcut. But a score that differs between hospitals for any reason gains or
    loses order where hospital and disease go together in the test.

    Parameters
    ----------
    scores
        Of all arms, tested in both ways.
    metric
        What is looked at.
    failed
        Arms without a result; nothing is said of them.

    Examples
    --------
    >>> from cxrstudy.notebook import metrics, statistics
    >>> from cxrstudy.pages import ties
    >>> made = statistics.made_scores([("random", 0.0), ("random", 0.95)])
    >>> both = pd.concat([made.assign(role=role) for role in ("untied", "reversed")])
    >>> ties.moved_without_a_tie(both, metrics.auroc("covid19"))
    <HTML>
    """
    untied = scores[[arm[1] == 0 and arm not in failed for arm in scores["arm"]]]
    if untied.empty:
        return HTML("")
    here, there = (
        statistics.estimates(untied, metric, role).set_index("arm")["estimate"]
        for role in ("untied", "reversed")
    )
    listed = "; ".join(
        f"{escape(name)} {numbers.level(here[name, tie])} to {numbers.level(there[name, tie])}"
        for name, tie in here.index
    )
    return HTML(
        f"<p>Networks whose training had no tie move too when the hospital is reversed: {listed}. "
        "They had no shortcut to learn. But hospitals differ in their images, and a score that is "
        "a little higher in one of them for any reason orders patients better or worse where "
        "hospital and disease go together in the test.</p>"
    )
