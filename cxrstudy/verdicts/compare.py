"""Compare: whether two sets of results agree, and if not, whether the difference matters.

On one platform the same study gives the same bits. On another platform the last bits of the
arithmetic differ, and a run ends as if it had another seed. So differences are measured in standard
deviations between seeds: see :mod:`cxrstudy.statistics.seed_variance`.
"""

from collections import Counter
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np

from cxrstudy.base.checks import between
from cxrstudy.base.words import counted
from cxrstudy.statistics import seed_variance
from cxrstudy.verdicts import results
from cxrstudy.verdicts.measure import CompareError, Key, Measured, Series

#: Metrics that differ by no more count as equal, because written scores are rounded.
EQUAL = 1e-6

ComparisonState = Literal[
    "equal", "fewer seeds", "undefined in both", "within", "drifted", "undefined in A",
    "undefined in B", "other images", "only in A", "only in B",
]  # fmt: skip
#: States that say the same, number by number.
SAME: tuple[ComparisonState, ...] = ("equal", "undefined in both")
#: States that are not failures. Fewer seeds: equal on those that both have, not known on others.
GOOD: tuple[ComparisonState, ...] = (*SAME, "fewer seeds", "within")


@dataclass(frozen=True)
class Row:
    """A metric in A and in B.

    Attributes
    ----------
    key, state
        Which metric, and what was found.
    a, b
        Mean over seeds on each side; NaN if there is none.
    seeds_a, seeds_b
        Seeds on each side.
    images_a, images_b
        Number of test images with known truth on each side.
    deviation
        Standard deviation over seeds; NaN if it is not used.
    moved, tolerance
        Difference and largest difference that chance explains, in standard deviations; the
        difference is zero where all seeds that both have agree.
    """

    key: Key
    state: ComparisonState
    a: float = np.nan
    b: float = np.nan
    seeds_a: tuple[int, ...] = ()
    seeds_b: tuple[int, ...] = ()
    images_a: int = 0
    images_b: int = 0
    deviation: float = np.nan
    moved: float = np.nan
    tolerance: float = np.nan


def compare(
    a: Measured, b: Measured, measured: Measured | None = None, false_alarms: float = 0.01
) -> list[Row]:
    """Compare two sets of results, metric by metric.

    Metrics are equal if they agree on all seeds, and both sets have the same seeds; if they agree
    on those that both have, the state is ``fewer seeds``. Otherwise the mean over seeds may differ
    by as much as seed variance explains: ``t * s * sqrt(1 / seeds of A + 1 / seeds of B)``
    with the arm's standard deviation ``s`` over seeds
    (:func:`cxrstudy.statistics.seed_variance.moderate`) and the quantile ``t`` of Student's
    distribution at ``false_alarms``, divided among all rows (Bonferroni). Both are on the same
    images, so patients add no uncertainty.

    In simulations with five arms, six metrics and five seeds on both sides, the rate of false
    alarms at the default was 1.0 to 1.2 % where the arms' standard deviations are alike, and 2 to
    3 % where they differ by about a half, which so few arms can't show.

    Parameters
    ----------
    a, b
        Metrics, from :func:`cxrstudy.verdicts.measure.measure`.
    measured
        Results from which the seed variance is estimated; A itself, unless given.
    false_alarms
        Probability that a comparison of two equally good sets of results finds any drift.

    Raises
    ------
    CompareError
        Some metrics differ, and no arm has two seeds from which to estimate the seed variance.
    ParameterError
        The probability does not lie between 0 and 1.
    """
    false_alarms = between(false_alarms, 0, 1, "false_alarms")
    both = [key for key in a if key in b]
    if not both:
        raise CompareError("the two have no experiment and arm in common")
    only = [_row(key, "only in A", a[key], None) for key in a if key not in b]
    only += [_row(key, "only in B", None, b[key]) for key in b if key not in a]
    rows = [_settled(key, a[key], b[key]) for key in both]
    if all(row is not None for row in rows):
        return [*(row for row in rows if row), *only]
    spreads = _spreads(both, measured or a)
    chance = false_alarms / len(both)
    judged = [
        row or _judge(key, a[key], b[key], spreads[key], chance)
        for key, row in zip(both, rows, strict=True)
    ]
    return [*judged, *only]


def unequal_seeds(rows: Sequence[Row]) -> list[str]:
    """Sentences about arms that have other seeds in A than in B."""
    arms: dict[tuple[str, Hashable], tuple[set[int], set[int]]] = {}
    for row in rows:
        if row.seeds_a and row.seeds_b:
            found = arms.setdefault((row.key.experiment, row.key.arm), (set(), set()))
            found[0].update(row.seeds_a)
            found[1].update(row.seeds_b)
    counted_arms = Counter(
        sentence
        for in_a, in_b in arms.values()
        for sentence in (_only("A", in_a, in_b), _only("B", in_b, in_a))
        if sentence
    )
    return [
        f"{only} of {counted(seeds, 'seed')} of {counted(number, 'arm')} are only in {side}"
        for (only, seeds, side), number in counted_arms.items()
    ]


def _only(side: str, here: set[int], there: set[int]) -> tuple[int, int, str] | None:
    return (len(here - there), len(here), side) if here - there else None


def default_spread(a: Path, measured: Measured) -> Path:
    """Folder to estimate seed variance from: A, or the standard profile's results beside it."""
    beside = a.resolve().parent / "standard"
    if any(len(series.values) > 1 for series in measured.values()):
        return a
    return beside if (beside / results.RESULTS).is_file() else a


def _row(
    key: Key, state: ComparisonState, a: Series | None, b: Series | None, **judged: Any
) -> Row:
    """A row with what both sides have."""
    nothing = Series({}, "", 0, ())
    a, b = a or nothing, b or nothing
    seeds = tuple(sorted(a.values)), tuple(sorted(b.values))
    return Row(key, state, a.mean, b.mean, *seeds, a.shown, b.shown, **judged)


def _settled(key: Key, a: Series, b: Series) -> Row | None:
    """Row for a metric that can be judged without seed variance."""
    if a.images != b.images:
        return _row(key, "other images", a, b)
    if not (a.known or b.known):
        return _row(
            key, "undefined in both" if set(a.values) == set(b.values) else "fewer seeds", a, b
        )
    seeds = sorted(set(a.values) & set(b.values))
    if seeds and all(_agree(a.values[seed], b.values[seed]) for seed in seeds):
        same = set(a.values) == set(b.values)
        return _row(key, "equal" if same else "fewer seeds", a, b, moved=0.0)
    if _loses(a, b, seeds):
        return _row(key, "undefined in A", a, b)
    if _loses(b, a, seeds):
        return _row(key, "undefined in B", a, b)
    return None


def _loses(here: Series, there: Series, seeds: Sequence[int]) -> bool:
    """Whether a metric is not defined here where it is defined there."""
    if not here.known:
        return True
    return any(np.isnan(here.values[seed]) and not np.isnan(there.values[seed]) for seed in seeds)


def _agree(one: float, other: float) -> bool:
    """Whether two values are alike; undefined ones are."""
    return (np.isnan(one) and np.isnan(other)) or abs(one - other) <= EQUAL


def _judge(key: Key, a: Series, b: Series, own: seed_variance.SeedVariance, chance: float) -> Row:
    units = (b.mean - a.mean) / own.deviation
    tolerance = seed_variance.tolerance(own, len(a.known), len(b.known), chance)
    state: ComparisonState = "within" if abs(units) <= tolerance else "drifted"
    found = {"deviation": own.deviation, "moved": units, "tolerance": tolerance}
    return _row(key, state, a, b, **found)


def _spreads(keys: list[Key], measured: Measured) -> dict[Key, seed_variance.SeedVariance]:
    """Seed variance of every key, moderated among the arms with the same role and metric."""
    groups = list(dict.fromkeys((key.role, key.metric) for key in keys))
    values = {
        group: {key: series for key, series in measured.items() if (key.role, key.metric) == group}
        for group in groups
    }
    distinct = {group: _distinct(alike) for group, alike in values.items()}
    priors = seed_variance.priors(
        [own or _borrowed(group, distinct) for group, own in distinct.items()]
    )
    of_group = dict(zip(groups, priors, strict=True))
    found = {}
    for key in keys:
        group = key.role, key.metric
        own = values[group][key].known if key in values[group] else []
        found[key] = seed_variance.moderate(own, of_group[group])
    return found


def _distinct(alike: Measured) -> list[list[float]]:
    """Values by seed of arms with several; an arm that several experiments share counts once."""
    distinct = {series.runs: series.known for series in alike.values() if len(series.known) > 1}
    return list(distinct.values())


def _borrowed(
    group: tuple[str, str], distinct: dict[tuple[str, str], list[list[float]]]
) -> list[list[float]]:
    """Values of the same kind of metric of other labels and roles, for one that has none."""
    role, metric = group
    kind = metric.split(" of ")[0]
    found = [
        series
        for (_, other), known in distinct.items()
        if other.split(" of ")[0] == kind
        for series in known
    ]
    if not found:
        raise CompareError(
            f"no arm has two seeds of {metric} on {role} to estimate seed variance from; "
            "give --spread FOLDER"
        )
    return found
