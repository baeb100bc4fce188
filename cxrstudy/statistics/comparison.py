"""Comparison: differences between arms, paired by patient and seed."""

from collections.abc import Hashable
from typing import Any

import numpy as np
import pandas as pd

from cxrstudy.base.checks import between, checked_level, finite
from cxrstudy.base.columns import of_arms
from cxrstudy.statistics.bootstrap import resample
from cxrstudy.statistics.gate import ScoreError, no_arm
from cxrstudy.statistics.inference import Inference
from cxrstudy.statistics.metric import Metric
from cxrstudy.statistics.multiplicity import holm
from cxrstudy.statistics.sample import REPLICATES, sample
from cxrstudy.statistics.weighting import Floats

#: Level of the second interval of a contrast. If it lies within plus and minus the smallest
#: relevant effect, two one-sided tests at 5 % show no relevant difference (Schuirmann 1987).
EQUIVALENCE = 0.90


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
    ``low``, ``high``, ``low90``, ``high90`` (a 90 % interval, for equivalence), ``p`` (two-sided,
    of ``null``), ``adjusted_p`` (Holm 1979, over the rows), ``standard_error``, ``freedom`` (its
    degrees of freedom), ``minimum_detectable_difference`` (smallest true distance from ``null``
    that such a design finds with 80 % power at this level), ``covers``, ``method``, ``reason`` (why
    there is no interval and no p value), ``better`` (the direction of the metric),
    ``patients``, ``images``, ``unknown``, ``seeds``, and the
    given ``metric``, ``level`` and ``null``.

    If the difference is the same in every draw of patients, as between an arm and its copy or two
    arms without an error, interval and p value are NaN: this shows no certainty.

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
    checked_level(level)
    _check_null(null, metric)
    drawn = sample(scores, metric.labels, role, replicates, metric.classes)
    if against not in drawn.arms:
        raise ScoreError(no_arm(against, scores))
    if len(drawn.arms) == 1:
        raise ScoreError(f"there is no other arm to compare with {against!r}")
    bootstrap = resample(drawn, metric)
    rows = [
        {
            "arm": arm,
            "against": against,
            **spread(bootstrap.difference(arm, against), level, null, metric),
        }
        for arm in drawn.arms
        if arm != against
    ]
    table = pd.DataFrame(rows)
    table.insert(table.columns.get_loc("p") + 1, "adjusted_p", _adjusted(table["p"].to_numpy()))
    table = table.assign(**drawn.counts, metric=metric.name, level=level, null=null)
    return table.assign(better=metric.better)


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
    if arm not in set(scores["arm"]):
        raise ScoreError(no_arm(arm, scores))
    pair = of_arms(scores, [arm, against])
    return contrasts(pair, metric, against, role, level, replicates, null)


def spread(found: Inference, level: float, null: float, metric: Metric) -> dict[str, Any]:
    """Everything that a table says about a difference, from its inference."""
    low, high = metric.bounds
    bounds = (low - high, high - low)
    ends = dict(zip(("low", "high"), found.interval(level, bounds), strict=True))
    narrow = dict(zip(("low90", "high90"), found.interval(EQUIVALENCE, bounds), strict=True))
    return {
        "estimate": found.estimate,
        **ends,
        **narrow,
        "p": found.p(null),
        "standard_error": found.standard_error,
        "freedom": found.freedom,
        "minimum_detectable_difference": found.detectable(level),
        "covers": found.covers,
        "method": found.method,
        "reason": found.reason,
    }


def _check_null(null: float, metric: Metric) -> None:
    """Refuse a difference that the metric can't have, such as a percentage of a share."""
    finite(null, "null")
    most = metric.bounds[1] - metric.bounds[0]
    if np.isfinite(most):
        between(null, -most, most, "null")


def _adjusted(p: Floats) -> Floats:
    """Adjust by Holm; a difference without a p value counts as a test that found nothing."""
    return np.where(np.isnan(p), np.nan, holm(np.nan_to_num(p, nan=1.0)))
