"""Estimation: a metric of every arm, with its interval."""

import pandas as pd

from cxrstudy.statistics.bootstrap import interval, resample
from cxrstudy.statistics.metrics import Metric
from cxrstudy.statistics.sample import REPLICATES, sample


def estimates(
    scores: pd.DataFrame,
    metric: Metric,
    role: str = "target",
    level: float = 0.95,
    replicates: int = REPLICATES,
) -> pd.DataFrame:
    """Estimate a metric for every arm: mean over seeds, interval over patients and seeds.

    Parameters
    ----------
    scores
        From :meth:`cxrstudy.study.arms.Arms.scores`.
    metric
        For instance ``auroc("covid19")``.
    role
        Whose test split is used.
    level
        Of the percentile interval.
    replicates
        Of the bootstrap.

    Returns
    -------
    A row an arm: ``arm``, ``estimate``, ``low``, ``high``, ``patients``, ``images``, ``seeds``.

    Raises
    ------
    ScoreError
        There are no scores for the role or label, the images whose truth is known show one class
        only or come from one patient, a score is missing or outside what the metric allows, or
        arms were scored on different images.
    """
    drawn = sample(scores, metric.labels, role, replicates, metric.classes)
    bootstrap = resample(drawn, metric)
    rows = [
        {"arm": arm, "estimate": bootstrap.estimate(arm), **interval(draws, level)}
        for arm, draws in bootstrap.draws.items()
    ]
    return pd.DataFrame(rows).assign(**drawn.counts)
