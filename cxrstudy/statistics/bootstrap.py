"""Bootstrap: a metric of every arm and seed, as it is and in every replicate.

All estimates, differences and slopes of the study are sums of arms with weights. They get their
intervals here, from :mod:`~cxrstudy.statistics.inference`.
"""

from collections.abc import Hashable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from functools import cached_property, partial
from hashlib import blake2b
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cxrstudy.base import numbers
from cxrstudy.base.words import arm_name
from cxrstudy.statistics import exact
from cxrstudy.statistics.inference import Inference, infer
from cxrstudy.statistics.metric import Metric
from cxrstudy.statistics.recovery import Part, recovered
from cxrstudy.statistics.sample import Sample, ScoreError
from cxrstudy.statistics.weighting import Flags, Floats


@dataclass(frozen=True)
class Bootstrap:
    """A metric of every arm.

    Attributes
    ----------
    drawn
        The sample.
    metric
        The metric.
    by_seed
        Arm to the metric of each seed, without resampling: (s,).
    draws
        Arm to the metric of each seed in each replicate, with the same patients for all arms and
        seeds: (r, s).
    trials
        Arm to the number of patients that its metric rests on, in the seed with the fewest.
    """

    drawn: Sample
    metric: Metric
    by_seed: dict[Hashable, Floats]
    draws: dict[Hashable, Floats]
    trials: dict[Hashable, int]

    def estimate(self, arm: Hashable) -> float:
        """Mean over seeds."""
        return np.nan if self.drawn.short else float(np.mean(self.by_seed[arm]))

    def combined(self, weights: Mapping[Hashable, float]) -> Inference:
        """Inference about a weighted sum of arms, paired by patient and by seed."""
        patients = self.drawn.counts["patients"]
        if self.drawn.short:
            reason, seeds = self.drawn.short, len(self.drawn.seeds)
            return Inference(np.nan, seeds=seeds, patients=patients, reason=reason)
        # An infinite value minus another has no value, and is then said to have none.
        with np.errstate(invalid="ignore"):
            by_seed, draws = (
                np.sum([weight * found[arm] for arm, weight in weights.items()], axis=0)
                for found in (self.by_seed, self.draws)
            )
        found = infer(by_seed, draws, patients, max(2, min(self.trials[arm] for arm in weights)))
        if np.isnan(found.estimate) or not any(map(self.near_end, weights)):
            return found
        return self._recovered(found, weights)

    def difference(self, arm: Hashable, against: Hashable) -> Inference:
        """Inference about an arm minus another."""
        return self.combined({arm: 1.0, against: -1.0})

    def row(self, arm: Hashable, level: float) -> dict[str, Any]:
        """Estimate of an arm with its interval, for a table.

        Returns
        -------
        ``estimate``, ``low``, ``high``, ``covers`` (what the interval is over), ``method`` (how it
        is made), ``reason`` (why there is none).
        """
        found, bounds = self.combined({arm: 1.0}), self.metric.bounds
        if np.isfinite(bounds).all():
            low, high = found.logit_interval(level, bounds)
        else:
            low, high = found.interval(level, bounds)
        return _row(found.estimate, low, high, found.covers, found.method, found.reason)

    def _recovered(self, found: Inference, weights: Mapping[Hashable, float]) -> Inference:
        """Inference about arms of which one is near an end of its range."""
        return together(found, [self.part(arm, weight) for arm, weight in weights.items()])

    def part(self, arm: Hashable, weight: float) -> Part | Inference:
        """An arm with its interval alone, or the inference that says why it has none."""
        share, trials = self.estimate(arm), self.trials[arm]
        if self.near_end(arm):
            return Part(weight, share, partial(exact.exact_interval, share, trials))
        own = self._alone[arm]
        if own.reason:
            return replace(own, reason=f"{arm_name(arm)}: {own.reason}")
        return Part(weight, share, partial(own.logit_interval, bounds=self.metric.bounds))

    @cached_property
    def _alone(self) -> dict[Hashable, Inference]:
        """Inference about each arm that is not near an end of its range."""
        return {arm: self.combined({arm: 1.0}) for arm in self.draws if not self.near_end(arm)}

    def near_end(self, arm: Hashable) -> bool:
        """Whether an arm's metric is a share so near 0 or 1 that draws do not say how it varies."""
        if self.metric.trials is None or self.drawn.short:
            return False
        return exact.near_end(self.estimate(arm), self.trials[arm])


def together(found: Inference, parts: Sequence[Part | Inference]) -> Inference:
    """Inference about a sum of arms from their intervals; if one has none, the reason."""
    for part in parts:
        if isinstance(part, Inference):
            return replace(part, estimate=found.estimate)
    return recovered(found, tuple(part for part in parts if isinstance(part, Part)))


def _row(
    estimate: float, low: float, high: float, covers: str, method: str, reason: str
) -> dict[str, Any]:
    return {
        "estimate": estimate, "low": low, "high": high, "covers": covers, "method": method,
        "reason": reason,
    }  # fmt: skip


def resample(drawn: Sample, metric: Metric) -> Bootstrap:
    """Compute a metric of every arm, seed and replicate.

    Raises
    ------
    ScoreError
        A score is outside the legal range of the metric.
    """
    columns = [drawn.labels.index(label) for label in metric.labels]
    weights: Hashable = () if _KNOWN.get() is None else _content(drawn.weights)
    by_seed, draws = {}, {}
    for arm, tables in drawn.arms.items():
        points, replicates = [], []
        for table in tables:
            scores, truth = table.scores[:, columns], table.truth[:, columns]
            _check(scores, metric, arm, drawn)
            if drawn.short:
                continue
            points.append(metric.values(scores, truth, np.ones((1, len(truth)), np.uint8))[0])
            replicates.append(_replicates(metric, scores, truth, drawn, weights))
        by_seed[arm] = np.array(points)
        draws[arm] = np.stack(replicates, axis=1) if replicates else np.empty((0, 0))
    trials = {arm: _trials(drawn, metric, arm) for arm in drawn.arms}
    return Bootstrap(drawn, metric, by_seed, draws, trials)


#: Replicates by metric and by the content of scores, truth and weights; None outside of a block.
_KNOWN: ContextVar[dict[Hashable, Floats] | None] = ContextVar("known", default=None)
#: Those of earlier blocks, and the most that are kept: of 2,000 replicates each they take 64 MB.
_kept: dict[Hashable, Floats] = {}
KEPT = 4_000


@contextmanager
def computed_once() -> Iterator[None]:
    """Compute a metric of the same scores, truth and weights once within such blocks.

    Experiments share arms, and claims share them with figures: a review of all of them takes a
    third of the time.
    """
    if len(_kept) > KEPT:
        _kept.clear()
    token = _KNOWN.set(_kept)
    try:
        yield
    finally:
        _KNOWN.reset(token)


def _replicates(
    metric: Metric, scores: Floats, truth: Flags, drawn: Sample, weights: Hashable
) -> Floats:
    known = _KNOWN.get()
    if known is None:
        return metric.values(scores, truth, drawn.weights)
    key = metric.name, metric.weighted, _content(scores), _content(truth), weights
    if key not in known:
        known[key] = metric.values(scores, truth, drawn.weights)
    return known[key]


def _content(array: NDArray[Any]) -> Hashable:
    return array.shape, array.dtype.str, blake2b(np.ascontiguousarray(array).data).digest()


def _trials(drawn: Sample, metric: Metric, arm: Hashable) -> int:
    if metric.trials is None or drawn.short:
        return drawn.fewest
    columns = [drawn.labels.index(label) for label in metric.labels]
    return min(
        metric.trials(table.scores[:, k], table.truth[:, k], drawn.patients)
        for table in drawn.arms[arm]
        for k in columns
    )


def _check(scores: Floats, metric: Metric, arm: Hashable, drawn: Sample) -> None:
    low, high = metric.legal
    outside = (scores < low) | (scores > high)
    if outside.any():
        row, column = np.argwhere(outside)[0]
        raise ScoreError(
            f"arm {arm!r} gives image {drawn.ids[row]!r} the score "
            f"{numbers.plain(scores[row, column])} of {metric.labels[column]}; {metric.name} needs "
            f"scores from {numbers.plain(low)} to {numbers.plain(high)}"
        )
