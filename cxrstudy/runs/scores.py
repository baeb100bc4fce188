"""Scores: the table of the scores of every arm on every image, in memory and in files.

:mod:`cxrstudy.base.columns` describes the columns. In a file, only an empty cell is a missing value
("NA" may be a patient's id). The name of an arm is written as JSON, because it may be a tuple.
"""

import json
from collections.abc import Hashable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from cxrstudy.base.columns import (
    ENDS,
    IMAGE,
    PLATEAU,
    labels_of,
    of_arms,
    score_column,
    truth_column,
    truth_columns_of,
)
from cxrstudy.runs import scoring_record, store
from cxrstudy.runs.no_result import NoResultError
from cxrstudy.runs.plan import Plan
from cxrstudy.runs.record import SCORES
from cxrstudy.runs.score_table import read_table

__all__ = [
    "ENDS", "IMAGE", "all_scores", "arm_column", "arm_of", "arm_text", "collect", "labels_of",
    "measure_table", "of_arm", "of_arms", "read_scores", "read_table", "score_column", "together",
    "truth_column", "truth_columns_of",
]  # fmt: skip


def collect(plan: Plan, records: Path) -> pd.DataFrame:
    """Read the scores of the last run of every arm and seed of a plan.

    Returns
    -------
    One row per arm, seed and image; see :mod:`cxrstudy.base.columns`. Arms with a run that is not
    trained (:mod:`cxrstudy.runs.no_result`) have no rows.

    Raises
    ------
    StoreError
        A run is not recorded, or its file is altered.
    NoResultError
        No arm has rows.
    """
    scorings = {run.id: run.scorings for run in plan.runs}
    ends = plan.trained(records)
    if not ends:
        raise NoResultError("; ".join(dict.fromkeys(plan.without_result(records).values())))
    return together(
        of_arm(all_scores(records, run, scorings[run].values()), arm, seed, run).assign(
            **{PLATEAU: store.read(records, run).at_plateau}
        )
        for (arm, seed), run in ends.items()
    )


def all_scores(records: Path, run: str, scorings: Iterable[str]) -> pd.DataFrame:
    """Scores of a run on its own role, then on the other roles, in the given order."""
    others = [scoring_record.read_scores(records, scoring) for scoring in scorings]
    return pd.concat([read_scores(records, run), *others], ignore_index=True)


def read_scores(records: Path, run: str) -> pd.DataFrame:
    """Read the scores of a run: one row per image of the splits of its own role.

    Raises
    ------
    StoreError
        The file is missing or altered.
    """
    return read_table(store.checked(records, run, SCORES))


def of_arm(table: pd.DataFrame, arm: Hashable, seed: int, run: str = "") -> pd.DataFrame:
    """Add the columns ``arm``, ``seed`` and ``run`` to a table of scores."""
    return table.assign(arm=arm_column([arm] * len(table), table.index), seed=seed, run=run)


def arm_column(arms: Sequence[Hashable], index: pd.Index) -> "pd.Series[Any]":
    """Column of the names of arms; texts are kept as they are, not as pandas' own.

    Rows are chosen by their arm one by one, for which pandas would make each of its texts anew.
    """
    # From a list: the name of an arm may be a tuple, which would be taken as a column of values.
    kind = object if any(isinstance(arm, str) for arm in set(arms)) else None
    return pd.Series(list(arms), index=index, dtype=kind)


def together(tables: Iterable[pd.DataFrame]) -> pd.DataFrame:
    """Concatenate the tables of several arms and seeds, with the columns of the arm first."""
    table = pd.concat(list(tables), ignore_index=True)
    return table[[*ENDS, *(name for name in table.columns if name not in ENDS)]]


def measure_table(images: pd.DataFrame, measures: Mapping[str, Any]) -> pd.DataFrame:
    """Write measures of test images as scores, so that the statistics of scores accept them.

    Parameters
    ----------
    images
        Columns ``role``, ``id`` and ``patient``.
    measures
        Name of each measure to its values, one per image.

    Returns
    -------
    One row per image: ``role``, ``split``, ``id``, ``patient``, a score and a truth per measure.
    The truth is 1, because the statistics of scores require a truth.
    """
    where = images[["role", "id", "patient"]].reset_index(drop=True)
    where.insert(1, "split", "test")
    scores = {score_column(name): np.asarray(values) for name, values in measures.items()}
    truths = {truth_column(name): 1.0 for name in measures}
    return where.assign(**scores, **truths)


def arm_text(arm: Hashable) -> str:
    """Write the name of an arm as JSON.

    Examples
    --------
    >>> arm_text(("in-domain", 0.1))
    '["in-domain", 0.1]'
    """
    return json.dumps(arm, ensure_ascii=False, allow_nan=False)


def arm_of(text: str) -> Hashable:
    """Read the name of an arm from JSON: a list there is a tuple in an experiment.

    Examples
    --------
    >>> arm_of('["in-domain", 0.1]')
    ('in-domain', 0.1)
    """
    value = json.loads(text)
    return tuple(value) if isinstance(value, list) else value
