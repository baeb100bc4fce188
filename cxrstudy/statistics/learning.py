"""Learning: label efficiency, the number of training patients that better initial weights save.

The learning curve of each start is made monotone (isotonic regression over its sizes, Barlow et
al. 1972: the nearest non-decreasing curve by least squares) and interpolated linearly over the
logarithm of the number of patients. The number of patients that the other start needs is where its
curve first reaches the performance of this start. Nothing is extrapolated.
"""

from collections.abc import Hashable
from typing import Any

import numpy as np
import pandas as pd
from scipy.optimize import isotonic_regression

from cxrstudy.base.columns import of_arms
from cxrstudy.statistics.bootstrap import interval, resample
from cxrstudy.statistics.metrics import Metric
from cxrstudy.statistics.sample import REPLICATES, ScoreError, sample
from cxrstudy.statistics.weighting import Floats

BEYOND = "beyond the largest size"
BELOW = "at or below the smallest size"


def label_efficiency(
    scores: pd.DataFrame,
    metric: Metric,
    name: Hashable,
    against: Hashable,
    role: str = "target",
    level: float = 0.95,
    replicates: int = REPLICATES,
) -> pd.DataFrame:
    """Patients that another start needs for the same performance, at every size of this start.

    Both curves are resampled together, with the test patients and the seeds; the training patients
    are those that the seeds drew. High values of the metric must be good.

    Parameters
    ----------
    scores
        Arms are tuples (name of the start, number of training patients).
    metric, role, level, replicates
        As for :func:`~cxrstudy.statistics.estimation.estimates`.
    name, against
        The start that may save patients, and the start to compare with.

    Returns
    -------
    One row per size of ``name``: ``name``, ``against``, ``trained`` (patients), ``reached`` (the
    metric on the monotone curve), ``estimate`` (patients that the other start needs), ``low``,
    ``high``, ``saved`` (``estimate - trained``), ``note``, ``patients``, ``images``, ``seeds``.
    If the other start never reaches this performance, ``estimate``, ``high`` or ``low`` is infinite
    and the note of the estimate is :data:`BEYOND`. If it reaches it at its smallest size, that size
    is given and the note is :data:`BELOW`, since it may need fewer.

    Raises
    ------
    ScoreError
        As :func:`~cxrstudy.statistics.estimation.estimates`; or an arm is not such a tuple, or a
        start has fewer than two sizes.
    """
    sizes = {start: _sizes(scores, start) for start in (name, against)}
    arms = [(start, size) for start, found in sizes.items() for size in found]
    drawn = sample(of_arms(scores, arms), metric.labels, role, replicates)
    bootstrap = resample(drawn, metric)
    points, draws = {}, {}
    for start, found in sizes.items():
        points[start] = _monotone(np.array([[bootstrap.estimate((start, size)) for size in found]]))
        draws[start] = _monotone(np.stack([bootstrap.draws[start, size] for size in found], axis=1))
    rows: list[dict[str, Any]] = []
    for place, trained in enumerate(sizes[name]):
        reached = points[name][:, place]
        (needed,) = _needed(reached, points[against], sizes[against])
        replicated = _needed(draws[name][:, place], draws[against], sizes[against])
        rows.append(
            {
                "name": name,
                "against": against,
                "trained": trained,
                "reached": float(reached[0]),
                "estimate": float(needed),
                **interval(replicated, level),
                "saved": float(needed - trained),
                "note": _note(float(needed), sizes[against]),
            }
        )
    return pd.DataFrame(rows).assign(**drawn.counts)


def invert(level: float, sizes: list[int], curve: Floats) -> float:
    """Smallest size at which a non-decreasing curve reaches a level; infinite if it never does.

    Parameters
    ----------
    level
        Level of the metric.
    sizes
        m increasing sizes.
    curve
        (m,), non-decreasing.

    Returns
    -------
    The size, interpolated linearly over the logarithm of the size; the smallest size if the curve
    is above the level there; NaN if the level or the curve is.
    """
    if np.isnan(level) or np.isnan(curve).any():
        return np.nan
    above = int(np.searchsorted(curve, level, side="left"))
    if above == len(sizes):
        return np.inf
    if above == 0:
        return float(sizes[0])
    part = (level - curve[above - 1]) / (curve[above] - curve[above - 1])
    low, high = np.log(sizes[above - 1]), np.log(sizes[above])
    return float(np.exp(low + part * (high - low)))


def _needed(levels: Floats, curves: Floats, sizes: list[int]) -> Floats:
    pairs = zip(levels, curves, strict=True)
    return np.array([invert(float(level), sizes, curve) for level, curve in pairs])


def _monotone(curves: Floats) -> Floats:
    """Nearest non-decreasing curve of each row, (r, m); rows with NaN are unchanged."""
    return np.stack([row if np.isnan(row).any() else isotonic_regression(row).x for row in curves])


def _sizes(scores: pd.DataFrame, start: Hashable) -> list[int]:
    pairs = list(dict.fromkeys(scores["arm"]))
    for arm in pairs:
        if not (isinstance(arm, tuple) and len(arm) == 2):
            raise ScoreError(f"arm {arm!r} is not a tuple of a start and its number of patients")
    sizes = sorted(size for name, size in pairs if name == start)
    if len(sizes) < 2:
        raise ScoreError(f"a learning curve needs at least two sizes; {start!r} has {sizes}")
    return sizes


def _note(needed: float, sizes: list[int]) -> str:
    if np.isinf(needed):
        return BEYOND
    return BELOW if needed <= sizes[0] else ""
