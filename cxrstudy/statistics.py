"""Statistics: estimates with intervals that respect patients and seeds, and paired contrasts.

The unit that is drawn again in the bootstrap is the patient, with all of the patient's images; the
images of one patient are not independent. The same draw is used for every arm, so that contrasts
are paired. With several seeds, seeds are drawn again too (two-level bootstrap), and an estimate is
the mean over seeds.
"""

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Floats = NDArray[np.float64]

#: Bootstrap replicates, and the seed of their draws: fixed, or a table would change by itself.
REPLICATES, DRAW = 2_000, 20_261_121


#: Labels whose name in a manifest is not what people call them.
SPOKEN = {"covid19": "COVID-19", "other_pneumonia": "other pneumonia"}


@dataclass(frozen=True)
class Metric:
    """A number that a table of scores has for an arm.

    Attributes
    ----------
    name
        For tables and axes.
    label
        The label it is about.
    weighted
        ``(scores (n,), truth (n,), weights (r, n)) -> (r,)``: the metric for each row of weights.
    """

    name: str
    label: str
    weighted: Callable[[Floats, NDArray[np.bool_], Floats], Floats]


class ScoreError(ValueError):
    """The scores can't be compared as asked; the message says which and why."""


def auroc(label: str) -> Metric:
    """Area under the ROC curve of one label against the rest."""
    return Metric(f"AUROC of {SPOKEN.get(label, label)} vs rest", label, weighted_auroc)


def weighted_auroc(scores: Floats, truth: NDArray[np.bool_], weights: Floats) -> Floats:
    """Area under the ROC curve for many weightings of the same images at once.

    The probability that a positive image scores above a negative one, ties counting half
    (Hanley and McNeil 1982), with images drawn in proportion to their weights.

    Parameters
    ----------
    scores, truth
        (n,).
    weights
        (r, n), not negative.

    Returns
    -------
    (r,); NaN where a weighting leaves only one class.
    """
    order = np.argsort(scores, kind="stable")
    starts = np.flatnonzero(np.r_[True, np.diff(scores[order]) > 0])
    weights = weights[:, order]
    positive = np.add.reduceat(weights * truth[order], starts, axis=1)
    negative = np.add.reduceat(weights * ~truth[order], starts, axis=1)
    below = np.cumsum(negative, axis=1) - negative / 2
    pairs = positive.sum(1) * negative.sum(1)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray((positive * below).sum(1) / pairs)


def estimates(
    scores: pd.DataFrame,
    metric: Metric,
    role: str = "target",
    level: float = 0.95,
    replicates: int = REPLICATES,
) -> pd.DataFrame:
    """Estimate a metric for every arm.

    Parameters
    ----------
    scores
        From :meth:`cxrstudy.study.Study.run`.
    metric
        For instance ``auroc("covid19")``.
    role
        Whose test split is used.
    level
        Of the percentile interval.
    replicates
        Of the bootstrap.

    Returns
    -------
    A row an arm: ``arm``, ``estimate``, ``low``, ``high``, ``patients``, ``images``, ``seeds``.

    Raises
    ------
    ScoreError
        There are no scores for the role or label, the images whose truth is known show one class
        only, or arms were scored on different images.
    """
    bootstrap = _bootstrap(scores, metric, role, replicates)
    rows = [
        {"arm": arm, "estimate": bootstrap.estimate[arm], **_interval(draws, level)}
        for arm, draws in bootstrap.draws.items()
    ]
    return pd.DataFrame(rows).assign(**bootstrap.counts)


def contrasts(
    scores: pd.DataFrame,
    metric: Metric,
    against: Hashable,
    role: str = "target",
    level: float = 0.95,
    replicates: int = REPLICATES,
) -> pd.DataFrame:
    """Compare every arm with one of them, paired by patient and seed.

    Returns
    -------
    A row an arm but the one compared with: ``arm``, ``against``, ``estimate`` of the difference,
    ``low``, ``high``, ``p`` (two-sided bootstrap), ``adjusted_p`` (Holm 1979, over the rows),
    ``patients``, ``images``, ``seeds``, and the ``metric`` and ``level`` asked for.

    Raises
    ------
    ScoreError
        As :func:`estimates`; or no arm has the name ``against``, or none has another.
    """
    bootstrap = _bootstrap(scores, metric, role, replicates)
    if against not in bootstrap.draws:
        raise ScoreError(f"no arm {against!r}; there are {', '.join(map(str, bootstrap.draws))}")
    if len(bootstrap.draws) == 1:
        raise ScoreError(f"there is no other arm to compare with {against!r}")
    rows = []
    for arm, draws in bootstrap.draws.items():
        if arm == against:
            continue
        difference = draws - bootstrap.draws[against]
        rows.append(
            {
                "arm": arm,
                "against": against,
                "estimate": bootstrap.estimate[arm] - bootstrap.estimate[against],
                **_interval(difference, level),
                "p": _two_sided(difference),
            }
        )
    table = pd.DataFrame(rows)
    table["adjusted_p"] = holm(table["p"].to_numpy())
    return table.assign(**bootstrap.counts, metric=metric.name, level=level)


def holm(p: Floats) -> Floats:
    """Adjust p values for how many there are (Holm 1979, step-down); same order as given."""
    order = np.argsort(p)
    factors = np.arange(len(p), 0, -1)
    stepped = np.maximum.accumulate(np.minimum(1.0, p[order] * factors))
    return np.asarray(stepped[np.argsort(order)])


@dataclass(frozen=True)
class _Bootstrap:
    estimate: dict[Hashable, float]
    draws: dict[Hashable, Floats]
    counts: dict[str, Any]


def _bootstrap(scores: pd.DataFrame, metric: Metric, role: str, replicates: int) -> _Bootstrap:
    """Draw patients and seeds again, the same ones for every arm."""
    tested = _tested(scores, metric.label, role)
    tables = {
        arm: dict(list(rows.groupby("seed"))) for arm, rows in tested.groupby("arm", sort=False)
    }
    first = next(iter(next(iter(tables.values())).values()))
    seeds = list(next(iter(tables.values())))
    patients, patient_of = np.unique(first["patient"].to_numpy(), return_inverse=True)
    generator = np.random.default_rng(DRAW)
    drawn = generator.multinomial(len(patients), [1 / len(patients)] * len(patients), replicates)
    weights = drawn.astype(np.float64)[:, patient_of]
    seed_weights = generator.multinomial(len(seeds), [1 / len(seeds)] * len(seeds), replicates)
    estimate, draws = {}, {}
    for arm, by_seed in tables.items():
        if list(by_seed) != seeds:
            raise ScoreError(f"arm {arm!r} has seeds {list(by_seed)}, another arm has {seeds}")
        points, values = [], []
        for table in by_seed.values():
            if list(table["id"]) != list(first["id"]):
                raise ScoreError(f"arm {arm!r} was scored on other images than the first arm")
            truth = table[f"truth_{metric.label}"].to_numpy() == 1
            column = table[f"score_{metric.label}"].to_numpy(np.float64)
            points.append(metric.weighted(column, truth, np.ones((1, len(table))))[0])
            values.append(metric.weighted(column, truth, weights))
        estimate[arm] = float(np.mean(points))
        draws[arm] = (np.stack(values, 1) * seed_weights).sum(1) / len(seeds)
    counts = {"patients": len(patients), "images": len(first), "seeds": len(seeds)}
    return _Bootstrap(estimate, draws, counts)


def _tested(scores: pd.DataFrame, label: str, role: str) -> pd.DataFrame:
    """Test scores of the images whose truth about a label is known."""
    tested = scores[(scores["role"] == role) & (scores["split"] == "test")]
    if tested.empty:
        raise ScoreError(f"no test scores of role {role!r}")
    if not {f"truth_{label}", f"score_{label}"} <= set(tested):
        names = [name.removeprefix("score_") for name in tested if name.startswith("score_")]
        raise ScoreError(f"no scores of label {label!r}; there are {', '.join(names)}")
    known = tested[tested[f"truth_{label}"].notna()]
    if known[f"truth_{label}"].nunique() != 2:
        raise ScoreError(
            f"the test images of role {role!r} don't show both {label} and its absence"
        )
    lacking = known[known[f"score_{label}"].isna()]
    if len(lacking):
        arm, image = lacking.iloc[0][["arm", "id"]]
        raise ScoreError(f"arm {arm!r} has no score of {label} for image {image!r}")
    return known


def _interval(draws: Floats, level: float) -> dict[str, float]:
    """Percentile interval; replicates that drew one class only are left out."""
    low, high = np.nanquantile(draws, [(1 - level) / 2, (1 + level) / 2])
    return {"low": float(low), "high": float(high)}


def _two_sided(differences: Floats) -> float:
    """Two-sided p of no difference: twice the smaller tail, each counted with one more draw."""
    known = differences[~np.isnan(differences)]
    tails = (1 + (known <= 0).sum()) / (1 + len(known)), (1 + (known >= 0).sum()) / (1 + len(known))
    return float(min(1.0, 2 * min(tails)))
