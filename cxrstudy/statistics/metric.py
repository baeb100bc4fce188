"""Metric: a number that is computed from the scores of an arm: name, bounds, direction."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np

from cxrstudy.statistics.exact import Trials
from cxrstudy.statistics.weighting import Flags, Floats, Weights

ANY = (-np.inf, np.inf)
PROBABILITY = (0.0, 1.0)

#: Bounds of a metric that is a share.
SHARE = (0.0, 1.0)


#: Which values of a metric are better.
Direction = Literal["higher", "lower", ""]


@dataclass(frozen=True)
class Metric:
    """A number that is computed from the scores of an arm.

    Attributes
    ----------
    name
        For tables and axes.
    labels
        The labels it is about. With several labels it is the unweighted mean over labels, each
        against the rest, over the images for which the truth of all labels is known.
    weighted
        ``(scores (n,), truth (n,), weights (r, n)) -> (r,)``: the metric of one label for each row
        of weights.
    legal
        Lowest and highest legal score.
    classes
        Number of classes of a label that must occur; a mean over images needs only one.
    bounds
        Lowest and highest value of the metric. If both are finite, intervals stay between them.
    better
        Which values are better: ``higher``, ``lower``, or empty if it has no direction, as a
        calibration slope, which is best at 1.
    trials
        How many independent trials it makes of one label, for the interval of a value at a bound
        (:mod:`~cxrstudy.statistics.exact`).
    """

    name: str
    labels: tuple[str, ...]
    weighted: Callable[[Floats, Flags, Weights], Floats]
    legal: tuple[float, float] = ANY
    classes: int = 2
    bounds: tuple[float, float] = ANY
    trials: Trials | None = None
    better: Direction = "higher"

    def values(self, scores: Floats, truth: Flags, weights: Weights) -> Floats:
        """Metric of scores and truth with one column per label, (n, k), for each row of weights."""
        columns = range(len(self.labels))
        found = [self.weighted(scores[:, k], truth[:, k], weights) for k in columns]
        return np.asarray(np.mean(found, axis=0))
