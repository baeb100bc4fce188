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
        From :meth:`cxrstudy.study.study.Arms.scores`.
    metric
        For instance ``auroc("covid19")``.
    role
        Role whose test split is used.
    level
        Level of the percentile interval.
    replicates
        Number of bootstrap replicates.

    Returns
    -------
    One row per arm: ``arm``, ``estimate``, ``low``, ``high``, ``patients``, ``images``, ``seeds``.

    Raises
    ------
    ScoreError
        There are no scores for the role or label, the images with known truth have only one class
        or come from one patient, a score is missing or outside the metric's legal range, or arms
        were scored on different images.

    Examples
    --------
    >>> from cxrstudy.statistics import auroc, made_scores
    >>> table = estimates(made_scores(["control", "general"]), auroc("covid19"))
    >>> table.columns.tolist()
    ['arm', 'estimate', 'low', 'high', 'patients', 'images', 'seeds']
    >>> table["arm"].tolist()
    ['control', 'general']
    """
    drawn = sample(scores, metric.labels, role, replicates, metric.classes)
    bootstrap = resample(drawn, metric)
    rows = [
        {"arm": arm, "estimate": bootstrap.estimate(arm), **interval(draws, level)}
        for arm, draws in bootstrap.draws.items()
    ]
    return pd.DataFrame(rows).assign(**drawn.counts)
