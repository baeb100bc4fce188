"""Proportions: sensitivity, specificity and predictive values with exact binomial intervals.

Exact intervals take every image for independent. Where patients have several images they are too
narrow, the more so the more alike the images of a patient are: with m images a patient and a
correlation c between them, the variance is about ``1 + (m - 1) c`` times as large (Kish 1965).
With one image a patient they keep their level in samples of any size, which a bootstrap does not:
of 20 hits in 20 a bootstrap only says 1 to 1.
"""

import numpy as np
import pandas as pd
from scipy.stats import binomtest

from cxrstudy.statistics.weighting import Flags, Floats

#: What is counted at a threshold.
MEASURES = (
    "sensitivity", "specificity", "positive predictive value", "negative predictive value",
)  # fmt: skip


def exact_interval(count: int, of: int, level: float = 0.95) -> tuple[float, float]:
    """Interval of a proportion that covers at least at its level (Clopper and Pearson 1934).

    Returns
    -------
    Low and high; 0 and 1 where nothing was counted.
    """
    if of == 0:
        return 0.0, 1.0
    found = binomtest(int(count), int(of)).proportion_ci(level, method="exact")
    return float(found.low), float(found.high)


def exact_proportions(
    scores: Floats, truth: Flags, threshold: float, level: float = 0.95
) -> pd.DataFrame:
    """Count what a threshold gets right; an image that scores at least the threshold is positive.

    Parameters
    ----------
    scores, truth
        (n,) of one arm and seed.
    threshold
        On the scale of the scores.
    level
        Of the exact intervals, which ignore that images of a patient are alike (see the module).

    Returns
    -------
    A row for each of :data:`MEASURES`: ``measure``, ``count``, ``of``, ``estimate`` (NaN where
    ``of`` is 0), ``low``, ``high``.
    """
    flagged, truth = np.asarray(scores) >= threshold, np.asarray(truth, bool)
    right_and_among = [
        (flagged, truth), (~flagged, ~truth), (truth, flagged), (~truth, ~flagged),
    ]  # fmt: skip
    rows = []
    for measure, (right, among) in zip(MEASURES, right_and_among, strict=True):
        count, of = int((right & among).sum()), int(among.sum())
        low, high = exact_interval(count, of, level)
        estimate = count / of if of else np.nan
        rows.append(
            {"measure": measure, "count": count, "of": of, "estimate": estimate,
             "low": low, "high": high}
        )  # fmt: skip
    return pd.DataFrame(rows)
