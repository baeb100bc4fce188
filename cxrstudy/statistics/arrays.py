"""Arrays: a metric of arrays of scores and truth, as scikit-learn's functions are called."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from cxrstudy.statistics.metric import Metric


def measure(
    metric: Metric, scores: ArrayLike, truth: ArrayLike, patients: Sequence[Any] | None = None
) -> float:
    """Value of a metric for arrays.

    Parameters
    ----------
    metric
        For instance ``auroc("covid19")``; only its number of labels matters here.
    scores, truth
        (n,), or (n, k) with one column per label of the metric. Truth is 1, 0, or NaN if unknown;
        an image with an unknown label is left out.
    patients
        (n,) names. If given, a patient counts once: with the mean of the scores of the images, and
        as positive if one of them is.

    Returns
    -------
    The value; NaN if the images don't show as many classes as the metric needs.

    Raises
    ------
    ValueError
        The arrays don't have the same shape, or not the metric's number of columns; or a truth is
        neither 0 nor 1.

    Examples
    --------
    >>> from cxrstudy.statistics import auroc
    >>> measure(auroc("covid19"), [0.1, 0.4, 0.35, 0.8], [0, 0, 1, 1])
    0.75
    >>> measure(auroc("covid19"), [0.1, 0.4, 0.35, 0.8], [0, 0, 1, 1], ["a", "a", "b", "b"])
    1.0
    """
    columns, known = _columns(metric, scores), _columns(metric, truth)
    if columns.shape != known.shape:
        raise ValueError(f"scores have the shape {columns.shape}, truth {known.shape}")
    if patients is not None and len(patients) != len(columns):
        raise ValueError(f"{len(patients)} patients of {len(columns)} images")
    used = ~np.isnan(known).any(axis=1)
    columns, known = columns[used], known[used]
    if not np.isin(known, (0, 1)).all():
        raise ValueError("truth must be 0, 1, or NaN if unknown")
    if patients is not None:
        names = np.asarray(patients, dtype=str)[used]
        columns = pd.DataFrame(columns).groupby(names).mean().to_numpy()
        known = pd.DataFrame(known).groupby(names).max().to_numpy()
    if any(len(np.unique(column)) < metric.classes for column in known.T):
        return float("nan")
    (value,) = metric.values(columns, known == 1, np.ones((1, len(columns))))
    return float(value)


def _columns(metric: Metric, values: ArrayLike) -> NDArray[np.float64]:
    array = np.asarray(values, np.float64)
    array = array[:, None] if array.ndim == 1 else array
    if array.ndim != 2 or array.shape[1] != len(metric.labels):
        raise ValueError(
            f"{metric.name} needs {len(metric.labels)} columns ({', '.join(metric.labels)}), not "
            f"the shape {array.shape}"
        )
    return array
