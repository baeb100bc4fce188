"""Learning: how many training patients one way to start saves against another.

The learning curve of each start is made monotone (isotonic regression over its sizes, Barlow et
al. 1972: the nearest rising curve by least squares) and joined by straight lines over the logarithm
of the number of patients. Where the curve of the other start first reaches the performance of this
one is the number of patients that the other needs. Nothing is extrapolated.
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
    """Patients that another start needs to get as far as this one, at every size of this one.

    Both curves are drawn again together, with patients and seeds of the test split; the training
    patients are those that the seeds drew. High values of the metric must be good.

    Parameters
    ----------
    scores
        Arms are tuples (name of the start, number of training patients).
    metric, role, level, replicates
        As for :func:`~cxrstudy.statistics.estimation.estimates`.
    name, against
        The start that may save patients, and the other one.

    Returns
    -------
    A row a size of ``name``: ``name``, ``against``, ``trained`` (patients), ``reached`` (the
    metric on the monotone curve), ``estimate`` (patients that the other start needs), ``low``,
    ``high``, ``saved`` (``estimate - trained``), ``note``, ``patients``, ``images``, ``seeds``.
    Where the other start does not get there, ``estimate``, ``high`` or ``low`` is infinite and
    the note of the estimate says :data:`BEYOND`; where it is there from its smallest size, that
    size is given and the note says :data:`BELOW`, since it may need fewer.

    Raises
    ------
    ScoreError
        As :func:`~cxrstudy.statistics.estimation.estimates`; or an arm is no such tuple, or a
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
    """Smallest size at which a rising curve reaches a level; infinite where it never does.

    Parameters
    ----------
    level
        Of the metric.
    sizes
        Rising, m of them.
    curve
        (m,), not falling.

    Returns
    -------
    Between sizes on straight lines over the logarithm of the size; the smallest size where the
    curve is there from the start; NaN where the level or the curve is.
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
    """Nearest rising curve of each row, (r, m); a replicate of one class has none and stays."""
    return np.stack([row if np.isnan(row).any() else isotonic_regression(row).x for row in curves])


def _sizes(scores: pd.DataFrame, start: Hashable) -> list[int]:
    pairs = list(dict.fromkeys(scores["arm"]))
    for arm in pairs:
        if not (isinstance(arm, tuple) and len(arm) == 2):
            raise ScoreError(f"arm {arm!r} is no tuple of a start and its number of patients")
    sizes = sorted(size for name, size in pairs if name == start)
    if len(sizes) < 2:
        raise ScoreError(f"a learning curve needs at least two sizes; {start!r} has {sizes}")
    return sizes


def _note(needed: float, sizes: list[int]) -> str:
    if np.isinf(needed):
        return BEYOND
    return BELOW if needed <= sizes[0] else ""
