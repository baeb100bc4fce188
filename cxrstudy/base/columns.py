"""Columns: what a table of scores is made of. Runs write such tables, statistics take them.

A table of scores has one row per arm, seed and image:

======================================  =========================================================
``arm``, ``seed``, ``run``              what was scored (:data:`ENDS`)
``role``, ``split``                     where the image was used
``id``, ``patient``, ``source``         which image it is
``truth_LABEL``                         1 where the image shows the label, 0 where it does not,
                                        empty where that is not known
``score_LABEL``                         what the network says: a probability
======================================  =========================================================

Tables of other measures of images, for instance of where a map lies, have the same form.
"""

from collections.abc import Hashable, Sequence

import numpy as np
import pandas as pd

#: What was scored.
ENDS = ("arm", "seed", "run")

#: What is said about an image, whoever scored it. All of it is text.
IMAGE = ("role", "split", "id", "patient", "source")

_TRUTH, _SCORE = "truth_", "score_"


def truth_column(label: str) -> str:
    """Name of the column that holds the truth about a label.

    Examples
    --------
    >>> truth_column("covid19")
    'truth_covid19'
    """
    return f"{_TRUTH}{label}"


def score_column(label: str) -> str:
    """Name of the column that holds the scores of a label.

    Examples
    --------
    >>> score_column("covid19")
    'score_covid19'
    """
    return f"{_SCORE}{label}"


def labels_of(table: pd.DataFrame) -> list[str]:
    """Labels that a table has scores of, in the order of its columns.

    Examples
    --------
    >>> labels_of(pd.DataFrame(columns=["id", "truth_normal", "score_normal", "score_covid19"]))
    ['normal', 'covid19']
    """
    return [name.removeprefix(_SCORE) for name in table.columns if name.startswith(_SCORE)]


def truth_columns_of(table: pd.DataFrame) -> list[str]:
    """Names of the columns of a table that hold a truth."""
    return [name for name in table.columns if name.startswith(_TRUTH)]


def of_arms(scores: pd.DataFrame, arms: Sequence[Hashable]) -> pd.DataFrame:
    """Rows of some arms, whatever their names are made of."""
    # Comparisons one by one: to pandas a tuple would be several arms. As an array, because an empty
    # list would select no columns.
    return scores[np.array([arm in arms for arm in scores["arm"]], bool)]
