"""Ties: arms whose training patients' hospital follows their disease more and more closely.

Arms are tuples (initial weights, strength of the tie); see chapter Weights and shortcuts.
"""

from collections.abc import Hashable

import pandas as pd

from cxrstudy.pages import figures

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
