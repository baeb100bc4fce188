"""Comparison: differences between arms, paired by patient and seed."""

from collections.abc import Hashable
from typing import Any

import pandas as pd
from scipy.stats import norm

from cxrstudy.base.columns import of_arms
from cxrstudy.statistics.bootstrap import interval, resample, standard_error, two_sided
from cxrstudy.statistics.metrics import Metric
from cxrstudy.statistics.multiplicity import holm
from cxrstudy.statistics.sample import REPLICATES, ScoreError, sample
from cxrstudy.statistics.weighting import Floats

#: Statistical power that :func:`minimum_detectable_difference` assumes.
POWER = 0.8


def contrasts(
    scores: pd.DataFrame,
    metric: Metric,
    against: Hashable,
    role: str = "target",
    level: float = 0.95,
    replicates: int = REPLICATES,
    null: float = 0.0,
) -> pd.DataFrame:
    """Compare every arm with a reference arm, paired by patient and seed.

    Parameters
    ----------
    scores, metric, role, level, replicates
        As for :func:`~cxrstudy.statistics.estimation.estimates`.
    against
        The reference arm, which is subtracted.
    null
        The difference that p values test, for instance a non-inferiority margin.

    Returns
    -------
    One row per arm except the reference: ``arm``, ``against``, ``estimate`` of the difference,
    ``low``, ``high``, ``p`` (two-sided bootstrap, of ``null``; 1 if no replicate has a value),
    ``adjusted_p`` (Holm 1979, over the rows), ``standard_error`` (standard deviation of the
    replicates), ``minimum_detectable_difference`` (see :func:`minimum_detectable_difference`),
    ``patients``, ``images``, ``seeds``, and the given ``metric``, ``level`` and ``null``.

    Raises
    ------
    ScoreError
        As :func:`~cxrstudy.statistics.estimation.estimates`; or no arm has the name ``against``,
        or there is no other arm.

    Examples
    --------
    >>> from cxrstudy.statistics import auroc, made_scores
    >>> scores = made_scores(["control", "general", "pooled"])
    >>> table = contrasts(scores, auroc("covid19"), against="control")
    >>> table[["arm", "against"]]
           arm  against
    0  general  control
    1   pooled  control
    >>> bool((table["low"] <= table["estimate"]).all())
    True
    """
    drawn = sample(scores, metric.labels, role, replicates, metric.classes)
    if against not in drawn.arms:
        raise ScoreError(f"no arm {against!r}; there are {', '.join(map(str, drawn.arms))}")
    if len(drawn.arms) == 1:
        raise ScoreError(f"there is no other arm to compare with {against!r}")
    bootstrap = resample(drawn, metric)
    rows = [
        {
            "arm": arm,
            "against": against,
            "estimate": bootstrap.estimate(arm) - bootstrap.estimate(against),
            **_spread(draws - bootstrap.draws[against], level, null),
        }
        for arm, draws in bootstrap.draws.items()
        if arm != against
    ]
    table = pd.DataFrame(rows)
    table.insert(table.columns.get_loc("p") + 1, "adjusted_p", holm(table["p"].to_numpy()))
    return table.assign(**drawn.counts, metric=metric.name, level=level, null=null)


def contrast(
    scores: pd.DataFrame,
    metric: Metric,
    arm: Hashable,
    against: Hashable,
    role: str = "target",
    level: float = 0.95,
    replicates: int = REPLICATES,
    null: float = 0.0,
) -> pd.DataFrame:
    """Compare one arm with another: one row of :func:`contrasts`, not adjusted.

    The adjusted p value is only over this row; adjust over all claims with
    :func:`~cxrstudy.statistics.multiplicity.holm`.

    Raises
    ------
    ScoreError
        As :func:`contrasts`; or no arm has the name ``arm``.
    """
    names = list(dict.fromkeys(scores["arm"]))
    if arm not in names:
        raise ScoreError(f"no arm {arm!r}; there are {', '.join(map(str, names))}")
    pair = of_arms(scores, [arm, against])
    return contrasts(pair, metric, against, role, level, replicates, null)


def minimum_detectable_difference(standard_error: float, level: float) -> float:
    """Smallest true distance from the null that such a design detects with 80 % power.

    ``(z(1 - alpha / 2) + z(0.8)) * standard error`` with ``alpha = 1 - level``, for a two-sided
    test and a normal estimate (Cohen 1988, chapter 2; Bloom 1995, minimum detectable effects). It
    is not adjusted for several tests. It describes the design, and does not say whether there is a
    difference.
    """
    return float((norm.ppf((1 + level) / 2) + norm.ppf(POWER)) * standard_error)


def _spread(differences: Floats, level: float, null: float) -> dict[str, Any]:
    error = standard_error(differences)
    return {
        **interval(differences, level),
        "p": two_sided(differences, null),
        "standard_error": error,
        "minimum_detectable_difference": minimum_detectable_difference(error, level),
    }
