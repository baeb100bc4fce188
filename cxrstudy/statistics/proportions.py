"""Proportions: sensitivity, specificity and predictive values with exact binomial intervals.

Exact intervals assume independent images. If patients have several images, they are too narrow:
with m images per patient and a correlation c between them, the variance is about ``1 + (m - 1) c``
times as large (Kish 1965). With one image per patient they keep their level in samples of any size.
A bootstrap does not: for 20 hits in 20 its interval is 1 to 1.
"""

import numpy as np
import pandas as pd
from scipy.stats import binomtest

from cxrstudy.statistics.weighting import Flags, Floats

#: Measures at a threshold.
MEASURES = (
    "sensitivity", "specificity", "positive predictive value", "negative predictive value",
)  # fmt: skip


def exact_interval(count: int, of: int, level: float = 0.95) -> tuple[float, float]:
    """Interval of a proportion with at least its nominal coverage (Clopper and Pearson 1934).

    Returns
    -------
    Low and high; 0 and 1 if the denominator is 0.
    """
    if of == 0:
        return 0.0, 1.0
    found = binomtest(int(count), int(of)).proportion_ci(level, method="exact")
    return float(found.low), float(found.high)


def exact_proportions(
    scores: Floats, truth: Flags, threshold: float, level: float = 0.95
) -> pd.DataFrame:
    """Count correct calls at a threshold; images at or above the threshold are positive.

    Parameters
    ----------
    scores, truth
        (n,) of one arm and seed.
    threshold
        On the scale of the scores.
    level
        Level of the exact intervals, which ignore that images of a patient are correlated (see
        the module).

    Returns
    -------
    One row per entry of :data:`MEASURES`: ``measure``, ``count``, ``of``, ``estimate`` (NaN if
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
