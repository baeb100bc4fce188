"""Compared: the recipes of an experiment on one set, beside the one that does best on validation.

The recipe that the others are compared with is chosen on validation images, and compared on test
patients, so that it does not win by having been chosen. With fewer seeds than the rule asks for
nothing is said about differences. Recipes that are the same trainings, because a profile leaves out
what they differ in, are one. A recipe with a training that has no result is named, not compared.
"""

from collections import Counter
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from cxrstudy.base.columns import of_arms
from cxrstudy.base.words import counted
from cxrstudy.pages.rule import fewest_seeds
from cxrstudy.statistics import Metric, choices, contrasts, estimates
from cxrstudy.study.arms import Arms

#: What is said of an arm beside the chosen one.
CHOSEN, ALIKE = "chosen on validation", "can't be told apart"


@dataclass(frozen=True)
class Compared:
    """The arms of an experiment, beside the one that was chosen on validation.

    Attributes
    ----------
    experiment
        Name of the experiment.
    what
        What the arms differ in.
    chosen
        The arm; None if none has a result.
    table
        One row per arm with a result: ``arm``, ``estimate``, ``low``, ``high``, ``validation``
        (mean over seeds), ``minutes`` (of a seed, with all that it starts from), and, of the
        difference from the chosen arm, ``less``, ``less_low``, ``less_high`` and ``finds``
        (smallest difference that such a comparison finds in four of five studies); and ``said``.
    seeds, patients
        Of the comparison.
    same
        Arms that are left out, because their trainings are those of an arm of the table, by that.
    failed
        Arms that are left out, because a training of theirs has no result, and why.
    """

    experiment: str
    what: str
    chosen: Hashable
    table: pd.DataFrame
    seeds: int
    patients: int
    same: Mapping[Hashable, Sequence[Hashable]] = field(default_factory=dict)
    failed: Mapping[Hashable, str] = field(default_factory=dict)

    @property
    def alike(self) -> pd.DataFrame:
        """Arms that can't be told apart from the chosen one."""
        return self.table[self.table["said"] == ALIKE]


def compare(
    experiment: str,
    what: str,
    scores: pd.DataFrame,
    metric: Metric,
    minutes: Mapping[Hashable, float],
    failed: Mapping[Hashable, str] | None = None,
) -> Compared:
    """Compare the arms of an experiment with the one that does best on validation images.

    Parameters
    ----------
    experiment
        Name of the experiment.
    what
        What the arms differ in.
    scores
        Of all arms, with the validation split.
    metric
        What is compared.
    minutes
        Cost of a seed of each arm.
    failed
        Arms with a training that has no result, and why.

    Examples
    --------
    >>> from cxrstudy.statistics import auroc, made_scores
    >>> made = made_scores(["control", "general"])
    >>> cost = {"control": 2.0, "general": 5.0}
    >>> compare("06_sequential_schemes", "sets", made, auroc("covid19"), cost).chosen
    'general'
    """
    failed = failed or {}
    same = same_trainings(
        of_arms(scores, [arm for arm in dict.fromkeys(scores["arm"]) if arm not in failed])
    )
    if not same:
        return Compared(experiment, what, None, pd.DataFrame(), 0, 0, failed=failed)
    scores = of_arms(scores, list(same))
    arms = list(same)
    picked = choices(scores, arms, metric)["arm"]
    chosen = Counter(picked).most_common(1)[0][0]
    own = estimates(scores, metric)
    others = len(arms) > 1
    differences = contrasts(scores, metric, against=chosen) if others else pd.DataFrame()
    rows = []
    for row in own.itertuples():
        found: Any = None if row.arm == chosen else _at(differences, row.arm)
        rows.append(
            {
                "arm": row.arm, "estimate": row.estimate, "low": row.low, "high": row.high,
                "validation": choices(scores, [row.arm], metric)["value"].mean(),
                "minutes": minutes.get(row.arm, np.nan),
                "less": np.nan if found is None else found["estimate"],
                "less_low": np.nan if found is None else found["low"],
                "less_high": np.nan if found is None else found["high"],
                "finds": np.nan if found is None else found["minimum_detectable_difference"],
                "said": CHOSEN if found is None else _told_apart(found),
            }
        )  # fmt: skip
    first = own.iloc[0]
    seeds, patients = int(first["seeds"]), int(first["patients"])
    return Compared(experiment, what, chosen, pd.DataFrame(rows), seeds, patients, same, failed)


def same_trainings(scores: pd.DataFrame) -> dict[Hashable, list[Hashable]]:
    """Name the first arm of those that have the same runs, and the others by it.

    Examples
    --------
    >>> made = pd.DataFrame({"arm": ["short", "long", "other"], "run": ["1", "1", "2"]})
    >>> same_trainings(made)
    {'short': ['long'], 'other': []}
    """
    found: dict[Hashable, list[Hashable]] = {}
    first: dict[Hashable, Hashable] = {}
    for arm in dict.fromkeys(scores["arm"]):
        runs = tuple(of_arms(scores, [arm])["run"].unique()) if "run" in scores else ()
        known = first.setdefault(runs if all(runs) and runs else (arm,), arm)
        found.setdefault(known, [])
        if known != arm:
            found[known].append(arm)
    return found


def _at(differences: pd.DataFrame, arm: Hashable) -> "pd.Series[Any]":
    places = [place for place, each in enumerate(differences["arm"]) if each == arm]
    return differences.iloc[places[0]]


def _told_apart(found: "pd.Series[Any]") -> str:
    """What may be said of a difference."""
    if found["seeds"] < fewest_seeds():
        return f"not judged: {counted(int(found['seeds']), 'seed')} of {fewest_seeds()}"
    if np.isnan(found["adjusted_p"]):
        return str(found["reason"]) or ALIKE
    if found["adjusted_p"] >= 1 - found["level"]:
        return ALIKE
    return "better" if found["estimate"] > 0 else "worse"


def minutes_of(arms: Arms) -> dict[Hashable, float]:
    """Minutes of a seed of each arm, with all trainings that it starts from.

    Raises
    ------
    StoreError
        A run is not recorded.
    """
    records = {record.id: record for record in arms.records}

    def of_run(run: str | None) -> float:
        if run is None:
            return 0.0
        record = records[run]
        return sum(record.seconds.values()) + of_run(record.parent)

    seconds: dict[Hashable, list[float]] = {}
    for (arm, _), run in arms.trained.items():
        seconds.setdefault(arm, []).append(of_run(run))
    return {arm: float(np.mean(each)) / 60 for arm, each in seconds.items()}
