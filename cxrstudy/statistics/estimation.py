"""Estimation: a metric of every arm, with its interval."""

import pandas as pd

from cxrstudy.base.checks import checked_level
from cxrstudy.statistics.bootstrap import resample
from cxrstudy.statistics.metric import Metric
from cxrstudy.statistics.sample import REPLICATES, sample


def estimates(
    scores: pd.DataFrame,
    metric: Metric,
    role: str = "target",
    level: float = 0.95,
    replicates: int = REPLICATES,
) -> pd.DataFrame:
    """Estimate a metric for every arm: mean over seeds, with its interval.

    :mod:`cxrstudy.statistics.inference` says how intervals are made. With one seed they are over
    patients only.

    Parameters
    ----------
    scores
        From :meth:`cxrstudy.study.arms.Arms.scores`.
    metric
        For instance ``auroc("covid19")``.
    role
        Role whose test split is used.
    level
        Level of the interval.
    replicates
        Number of bootstrap replicates; at least 100.

    Returns
    -------
    One row per arm: ``arm``, ``estimate``, ``low``, ``high``, ``covers`` (what the interval is
    over: ``patients`` or ``patients and seeds``), ``method`` (how it is made), ``reason`` (why
    there is no interval, or no estimate; empty if there is one), ``patients``, ``images``,
    ``unknown`` (images that were left out because their truth is not known), ``seeds``, ``level``,
    ``better`` (the direction of the metric: ``higher``, ``lower``, or empty). There is no estimate
    if a class has fewer than ten patients.

    Raises
    ------
    ScoreError
        There are no scores for the role or label, a name, a truth or a score is not legal, an image
        has several rows, or arms were not scored with the same seeds on the same images.
    ValueError
        The level or the number of replicates is not legal.

    Examples
    --------
    >>> from cxrstudy.statistics import auroc, made_scores
    >>> table = estimates(made_scores(["control", "general"]), auroc("covid19"))
    >>> table[["arm", "covers", "patients", "seeds"]]
           arm              covers  patients  seeds
    0  control  patients and seeds        60      2
    1  general  patients and seeds        60      2
    """
    checked_level(level)
    drawn = sample(scores, metric.labels, role, replicates, metric.classes)
    bootstrap = resample(drawn, metric)
    rows = [{"arm": arm, **bootstrap.row(arm, level)} for arm in drawn.arms]
    return pd.DataFrame(rows).assign(**drawn.counts, level=level, better=metric.better)
