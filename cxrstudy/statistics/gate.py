"""Gate: what a table of scores must be before anything is computed from it.

Every table of scores enters statistics here. A table that is not what it should be is refused, with
the arm, the image and the value: nothing is left out silently and nothing is guessed.
"""

from collections.abc import Hashable, Sequence
from numbers import Integral
from typing import Any

import numpy as np
import pandas as pd

from cxrstudy.base.columns import labels_of, score_column, truth_column
from cxrstudy.base.words import arm_name

#: Least number of bootstrap replicates.
FEWEST_REPLICATES = 100


class ScoreError(ValueError):
    """The scores can't be compared as asked; the message says which and why."""


#: Where a table of scores keeps why an arm has none: a dictionary by arm, in ``DataFrame.attrs``.
NOT_RUN = "not_run"


def no_arm(arm: Hashable, scores: pd.DataFrame, purpose: str = "") -> str:
    """Say that scores lack an arm for a purpose, and why if it was not trained."""
    why = scores.attrs.get(NOT_RUN, {}).get(arm)
    if why:
        return f"arm {arm_name(arm)!r} has no scores: {why}"
    there = "; ".join(map(arm_name, dict.fromkeys(scores["arm"])))
    return f"no arm {arm_name(arm)!r}{purpose}; there are {there}"


def selected(
    scores: pd.DataFrame, labels: Sequence[str], role: str, split: str
) -> dict[Hashable, dict[Any, pd.DataFrame]]:
    """Scores of a role and split: arm to seed to the rows of all images, checked one by one.

    Raises
    ------
    ScoreError
        There are none, a label has no columns, or a name, a truth or a score is not legal.
    """
    rows = scores[(scores["role"] == role) & (scores["split"] == split)]
    if rows.empty:
        raise ScoreError(f"no {split} scores of role {role!r}")
    for label in labels:
        if not {truth_column(label), score_column(label)} <= set(rows):
            there = ", ".join(labels_of(rows))
            raise ScoreError(f"no scores of label {label!r}; there are {there}")
    _check_names(rows)
    _check_values(rows, labels)
    tables = {
        arm: dict(list(of_arm.groupby("seed", dropna=False)))
        for arm, of_arm in rows.groupby("arm", sort=False, dropna=False)
    }
    for arm, by_seed in tables.items():
        for seed, table in by_seed.items():
            _check_unique(table, f"arm {arm!r}, seed {seed}")
    return tables


def check_same_images(
    tables: dict[Hashable, dict[Any, pd.DataFrame]], labels: Sequence[str]
) -> None:
    """Refuse arms and seeds that were not scored on the same images with the same truth.

    Raises
    ------
    ScoreError
        An arm lacks a seed or an image, or has another patient or truth for an image.
    """
    reference, first = next(iter(tables.items()))
    seeds, expected = list(first), next(iter(first.values()))
    for arm, by_seed in tables.items():
        if list(by_seed) != seeds:
            raise ScoreError(
                f"arm {arm!r} has seeds {list(by_seed)}, arm {reference!r} has {seeds}; score all "
                "arms with the same seeds"
            )
        for seed, table in by_seed.items():
            _check_same(table, expected, labels, f"arm {arm!r}, seed {seed}", reference)


def _check_same(
    table: pd.DataFrame, expected: pd.DataFrame, labels: Sequence[str], where: str, arm: Hashable
) -> None:
    ids, others = table["id"].to_numpy(), expected["id"].to_numpy()
    if not np.array_equal(ids, others):
        raise ScoreError(
            f"{where} was scored on other images than arm {arm!r}{_difference(ids, others)}; score "
            "all arms and seeds on the same images, in the same order"
        )
    for column in ("patient", *map(truth_column, labels)):
        one, other = table[column].to_numpy(), expected[column].to_numpy()
        same = (one == other) | (pd.isna(one) & pd.isna(other))
        if not same.all():
            row = int(np.argmin(same))
            raise ScoreError(
                f"{where}, image {ids[row]!r}: {column} is {one[row]!s}, of arm {arm!r} it is "
                f"{other[row]!s}; an image has one"
            )


def _difference(ids: Any, others: Any) -> str:
    """An image that one of two lists lacks, in words."""
    lacking, added = (
        [name for name in one if name not in other]
        for one, other in ((others, set(ids)), (ids, set(others)))
    )
    if lacking:
        return f": it lacks image {lacking[0]!r}"
    return f": it has image {added[0]!r} too" if added else ", or in another order"


def _check_names(rows: pd.DataFrame) -> None:
    for column in ("arm", "seed", "id", "patient"):
        values = rows[column]
        unknown = values.isna() | values.isin([name for name in values.unique() if _is_blank(name)])
        if unknown.any():
            row = rows.iloc[int(np.argmax(unknown.to_numpy()))]
            raise ScoreError(
                f"arm {row['arm']!r}, seed {row['seed']}, image {row['id']!r}: {column} is "
                "empty; give every row one"
            )
    for seed in rows["seed"].unique():
        if not (isinstance(seed, Integral) or (isinstance(seed, float) and seed.is_integer())):
            arm = rows.loc[rows["seed"] == seed, "arm"].iloc[0]
            raise ScoreError(f"arm {arm!r}: seed {seed!r} is not a whole number")


def _is_blank(name: Any) -> bool:
    """Whether a name says nothing: a blank text, or several parts of which one says nothing."""
    if isinstance(name, tuple):
        return not name or any(_is_blank(part) for part in name)
    return not name.strip() if isinstance(name, str) else bool(pd.isna(name))


def _check_values(rows: pd.DataFrame, labels: Sequence[str]) -> None:
    for label in labels:
        truth = rows[truth_column(label)]
        legal = truth.isna() | truth.isin([0, 1])
        if not legal.all():
            _refuse(rows, truth_column(label), legal, "1, 0 or empty (unknown) is needed")
    known = rows[[truth_column(label) for label in labels]].notna().all(axis=1)
    for label in labels:
        column = score_column(label)
        score = pd.to_numeric(rows[column], errors="coerce").astype(np.float64)
        finite = pd.Series(np.isfinite(score.to_numpy()), rows.index) | ~known
        if not finite.all():
            _refuse(rows, column, finite, "a finite number is needed")


def _refuse(rows: pd.DataFrame, column: str, legal: "pd.Series[bool]", needed: str) -> None:
    row = rows.iloc[int(np.argmin(legal.to_numpy()))]
    value = "empty" if pd.isna(row[column]) else repr(row[column])
    raise ScoreError(
        f"arm {row['arm']!r}, seed {row['seed']}, image {row['id']!r}: {column} is {value}; "
        f"{needed}"
    )


def _check_unique(table: pd.DataFrame, where: str) -> None:
    twice = table["id"].duplicated().to_numpy()
    if twice.any():
        name = table["id"].iloc[int(np.argmax(twice))]
        raise ScoreError(f"{where}: image {name!r} has several rows; keep one")
