"""Columns: the columns of a table of scores. Runs write such tables; statistics read them.

A table of scores has one row per arm, seed and image:

======================================  =========================================================
``arm``, ``seed``, ``run``              the network that scored the image (:data:`ENDS`)
``role``, ``split``                     role and split of the image
``id``, ``patient``, ``source``         ids of image, patient and source
``truth_LABEL``                         1 if the image has the label, 0 if not, empty if unknown
``score_LABEL``                         probability of the label, from the network
``plateau``                             whether the network's last training was at a plateau:
                                        ``yes``, ``no``, ``not known``; empty without a network
======================================  =========================================================

Tables of other measures of images, such as the overlap of a map with the lungs, have the same form.
"""

from collections.abc import Hashable, Sequence

import numpy as np
import pandas as pd

#: Columns that name the network: a run at the end of an arm.
ENDS = ("arm", "seed", "run")

#: Columns that describe the image; all are text.
IMAGE = ("role", "split", "id", "patient", "source")

#: Column that says whether the network's last training was at a plateau; tables may lack it.
PLATEAU = "plateau"

_TRUTH, _SCORE = "truth_", "score_"


def truth_column(label: str) -> str:
    """Name of the column with the truth of a label.

    Examples
    --------
    >>> truth_column("covid19")
    'truth_covid19'
    """
    return f"{_TRUTH}{label}"


def score_column(label: str) -> str:
    """Name of the column with the scores of a label.

    Examples
    --------
    >>> score_column("covid19")
    'score_covid19'
    """
    return f"{_SCORE}{label}"


def labels_of(table: pd.DataFrame) -> list[str]:
    """Labels with scores in a table, in the order of its columns.

    Examples
    --------
    >>> labels_of(pd.DataFrame(columns=["id", "truth_normal", "score_normal", "score_covid19"]))
    ['normal', 'covid19']
    """
    return [name.removeprefix(_SCORE) for name in table.columns if name.startswith(_SCORE)]


def truth_columns_of(table: pd.DataFrame) -> list[str]:
    """Names of the columns with the truth of a label."""
    return [name for name in table.columns if name.startswith(_TRUTH)]


def of_arms(scores: pd.DataFrame, arms: Sequence[Hashable]) -> pd.DataFrame:
    """Rows of the given arms, whose names may be tuples."""
    # Compared one by one, because pandas treats a tuple as several values. As an array, because an
    # empty list would select columns.
    return scores[np.array([arm in arms for arm in scores["arm"]], bool)]
