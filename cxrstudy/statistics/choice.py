"""Choice: of several trainings, the one that validates best, chosen inside each seed.

A hyperparameter that is chosen belongs to the training: what is compared is then "train with each
value, and keep the best". The choice looks at validation images only, so test patients stay unseen
and the intervals of :mod:`~cxrstudy.statistics.inference` hold. Each seed chooses for itself, so
what choosing adds to the variance between seeds is in the interval. The best of several validates
better than each of them by chance alone; arms that are compared must therefore choose from equally
many.
"""

from collections.abc import Hashable, Mapping, Sequence

import numpy as np
import pandas as pd

from cxrstudy.base.columns import of_arms, score_column, truth_column
from cxrstudy.base.words import arm_name
from cxrstudy.statistics.gate import ScoreError, check_same_images, no_arm, selected
from cxrstudy.statistics.metric import Metric
from cxrstudy.statistics.weighting import Floats

#: The split that decides.
DECIDING = "validation"


def choices(
    scores: pd.DataFrame, candidates: Sequence[Hashable], metric: Metric, role: str = "target"
) -> pd.DataFrame:
    """Choose, in each seed, the candidate with the best metric on the validation images.

    Parameters
    ----------
    scores
        From :meth:`cxrstudy.study.arms.Arms.scores`, with the validation split.
    candidates
        Arms to choose from. Of equal ones the first is chosen.
    metric
        Its direction says what is best.
    role
        Role whose validation split is used.

    Returns
    -------
    One row per seed: ``seed``, ``arm`` (the chosen one), ``value`` (its metric on validation).

    Raises
    ------
    ScoreError
        An arm is not there, or its validation scores can't be compared with those of the others, or
        the metric is defined for none of them.
    ValueError
        There is no candidate, one stands twice, or the metric has no direction.

    Examples
    --------
    >>> from cxrstudy.statistics import auroc, made_scores
    >>> scores = made_scores(["slow", "fast"])
    >>> choices(scores, ["slow", "fast"], auroc("covid19"))["arm"].tolist()
    ['fast', 'fast']
    """
    _check_candidates(scores, candidates, metric)
    tables = selected(of_arms(scores, candidates), metric.labels, role, DECIDING)
    check_same_images(tables, metric.labels)
    found = {arm: [_value(table, metric) for table in tables[arm].values()] for arm in candidates}
    rows = []
    for place, seed in enumerate(tables[candidates[0]]):
        values = np.array([of_seeds[place] for of_seeds in found.values()])
        rows.append({"seed": seed, **_best(candidates, values, metric, seed)})
    return pd.DataFrame(rows)


def with_choice(
    scores: pd.DataFrame,
    families: Mapping[Hashable, Sequence[Hashable]],
    metric: Metric,
    role: str = "target",
) -> pd.DataFrame:
    """Scores of arms that were chosen on validation: of each seed, the rows of its chosen arm.

    Parameters
    ----------
    scores, metric, role
        As for :func:`choices`.
    families
        Name of each new arm to the candidates that it is chosen from.

    Returns
    -------
    As ``scores``, of the new arms only. The column ``run`` says which network was chosen.

    Raises
    ------
    ScoreError, ValueError
        As :func:`choices`.

    Examples
    --------
    >>> from cxrstudy.statistics import auroc, made_scores
    >>> scores = made_scores(["slow", "fast"])
    >>> table = with_choice(scores, {"best": ["slow", "fast"]}, auroc("covid19"))
    >>> table["arm"].unique().tolist()
    ['best']
    """
    tables = []
    for name, candidates in families.items():
        for chosen in choices(scores, candidates, metric, role).itertuples():
            rows = of_arms(scores[scores["seed"] == chosen.seed], [chosen.arm])
            # In a list, because the name of an arm may be a tuple.
            tables.append(rows.assign(arm=pd.Series([name] * len(rows), index=rows.index)))
    return pd.concat(tables, ignore_index=True)


def _check_candidates(scores: pd.DataFrame, candidates: Sequence[Hashable], metric: Metric) -> None:
    if not candidates or len(set(candidates)) < len(candidates):
        said = "; ".join(map(arm_name, candidates))
        raise ValueError(f"candidates {said!r}: a choice needs arms, each of them once")
    if not metric.better:
        raise ValueError(f"{metric.name} has no direction, so no arm is the best")
    there = set(scores["arm"])
    for arm in candidates:
        if arm not in there:
            raise ScoreError(no_arm(arm, scores, " to choose"))


def _value(table: pd.DataFrame, metric: Metric) -> float:
    known = table[[truth_column(label) for label in metric.labels]].notna().all(axis=1)
    rows = table[known]
    scores = rows[[score_column(label) for label in metric.labels]].to_numpy(np.float64)
    truth = rows[[truth_column(label) for label in metric.labels]].to_numpy() == 1
    return float(metric.values(scores, truth, np.ones((1, len(rows)), np.uint8))[0])


def _best(
    candidates: Sequence[Hashable], values: Floats, metric: Metric, seed: int
) -> dict[str, Hashable]:
    if np.isnan(values).all():
        raise ScoreError(
            f"seed {seed}: {metric.name} is not defined on the {DECIDING} images, so nothing can "
            "be chosen; more patients are needed there"
        )
    place = int(np.nanargmax(values if metric.better == "higher" else -values))
    return {"arm": candidates[place], "value": float(values[place])}
