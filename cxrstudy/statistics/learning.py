"""Learning: label efficiency, the number of training patients that better initial weights save.

The learning curve of each start is made monotone (isotonic regression over its sizes, Barlow et
al. 1972: the nearest non-decreasing curve by least squares) and interpolated linearly over the
logarithm of the number of patients. The number of patients that the other start needs is where its
curve first reaches the performance of this start. Nothing is extrapolated.

Such a number may be infinite, so it has no standard error. Its interval is made of the sizes that a
test does not refute (Fieller 1954): at each size the difference of the other start's curve and this
start's performance is a weighted sum of arms, with the sizes that the isotonic regression pooled
kept pooled, and has an interval as any contrast. The interval of the size begins where the upper
end of the difference first reaches 0, and ends where its lower end does.
"""

from collections import defaultdict
from collections.abc import Hashable
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
from scipy.optimize import isotonic_regression

from cxrstudy.base.checks import checked_level
from cxrstudy.base.columns import of_arms
from cxrstudy.statistics.bootstrap import Bootstrap, resample
from cxrstudy.statistics.gate import ScoreError
from cxrstudy.statistics.inference import Inference
from cxrstudy.statistics.metric import Metric
from cxrstudy.statistics.sample import REPLICATES, sample
from cxrstudy.statistics.weighting import Floats

#: Number of sizes at which an interval is looked for.
GRID = 129

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

    Both curves are on the same test patients and seeds; the training patients are those that the
    seeds drew. High values of the metric must be good.

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
    ``high``, ``saved`` (``estimate - trained``), ``note``, ``covers``, ``method``, ``reason``,
    ``patients``, ``images``, ``unknown``, ``seeds``, ``level``.
    If the other start never reaches this performance, ``estimate``, ``high`` or ``low`` is infinite
    and the note of the estimate is :data:`BEYOND`. If it reaches it at its smallest size, that size
    is given and the note is :data:`BELOW`, since it may need fewer.

    Raises
    ------
    ScoreError
        As :func:`~cxrstudy.statistics.estimation.estimates`; or an arm is not such a tuple, or a
        start has fewer than two sizes.
    """
    checked_level(level)
    sizes = {start: _sizes(scores, start) for start in (name, against)}
    arms = [(start, size) for start, found in sizes.items() for size in found]
    drawn = sample(of_arms(scores, arms), metric.labels, role, replicates, metric.classes)
    bootstrap = resample(drawn, metric)
    own, other = (_Curve(bootstrap, start, found) for start, found in sizes.items())
    rows = [
        {"name": name, "against": against, "trained": trained, **_row(own, other, place, level)}
        for place, trained in enumerate(sizes[name])
    ]
    return pd.DataFrame(rows).assign(**drawn.counts, level=level)


class _Curve:
    """Monotone learning curve of a start."""

    def __init__(self, bootstrap: Bootstrap, start: Hashable, sizes: list[int]) -> None:
        self.bootstrap, self.sizes = bootstrap, sizes
        self.arms: list[Hashable] = [(start, size) for size in sizes]
        points = np.array([bootstrap.estimate(arm) for arm in self.arms])
        #: (m, m): weights of the arms in the value of the curve at each size.
        self.pooled = _pooling(points)
        self.values = points if np.isnan(points).any() else self.pooled @ points

    def weights(self, size: float) -> Floats:
        """Weights of the arms in the value of the curve at a size between the sizes: (m,)."""
        logs = np.log(self.sizes)
        places = np.interp(np.log(size), logs, np.arange(len(logs)))
        below = min(int(places), len(logs) - 2)
        part = places - below
        return np.asarray((1 - part) * self.pooled[below] + part * self.pooled[below + 1])


def _row(own: _Curve, other: _Curve, place: int, level: float) -> dict[str, Any]:
    reached = float(own.values[place])
    needed = invert(reached, other.sizes, other.values)
    grid = np.geomspace(other.sizes[0], other.sizes[-1], GRID)
    tried = [_difference(own, other, place, size) for size in grid]
    # At a single size the two may be the same arm with other words; the sizes beside it decide.
    kept = [number for number, one in enumerate(tried) if not one.reason]
    found, low, high = tried[kept[0] if kept else 0], np.nan, np.nan
    if kept:
        ends = np.array([tried[number].interval(level) for number in kept])
        low = min(needed, _first(grid[kept], ends[:, 1]))
        high = max(needed, _first(grid[kept], ends[:, 0]))
    return {
        "reached": reached,
        "estimate": needed,
        "low": low,
        "high": high,
        "saved": needed - own.sizes[place],
        "note": _note(needed, other.sizes),
        "covers": found.covers,
        "method": f"sizes not refuted; {found.method}" if kept else "",
        "reason": found.reason,
    }


def _difference(own: _Curve, other: _Curve, place: int, size: float) -> Inference:
    """Other start's curve at a size, minus this start's performance at one of its own sizes."""
    weights: dict[Hashable, float] = defaultdict(float)
    for arm, weight in zip(other.arms, other.weights(size), strict=True):
        weights[arm] += float(weight)
    for arm, weight in zip(own.arms, own.pooled[place], strict=True):
        weights[arm] -= float(weight)
    return own.bootstrap.combined({arm: weight for arm, weight in weights.items() if weight})


def _first(grid: Floats, values: Floats) -> float:
    """Size at which values first reach 0, between the sizes of a grid; infinite if they don't."""
    reached = np.flatnonzero(values >= 0)
    if not len(reached):
        return np.inf
    place = int(reached[0])
    if place == 0:
        return float(grid[0])
    part = values[place - 1] / (values[place - 1] - values[place])
    return float(grid[place - 1] * (grid[place] / grid[place - 1]) ** part)


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


def _pooling(points: Floats) -> Floats:
    """Matrix that makes a curve non-decreasing: (m, m). It averages the sizes that are pooled."""
    if np.isnan(points).any():
        return np.eye(len(points))
    blocks = isotonic_regression(points).blocks
    matrix = np.zeros((len(points), len(points)))
    for first, end in pairwise(blocks):
        matrix[first:end, first:end] = 1 / (end - first)
    return matrix


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
