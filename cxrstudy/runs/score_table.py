"""Score table: truth and scores of the images of one run, and reading it from a file.

:mod:`cxrstudy.base.columns` describes the columns.
"""

from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxrstudy.base.columns import IMAGE, score_column, truth_column, truth_columns_of
from cxrstudy.data.role import Role


def score_table(
    role: Role,
    rows: NDArray[np.intp],
    split: str,
    scores: NDArray[np.float64],
    labels: tuple[str, ...],
) -> pd.DataFrame:
    """Make a table of truth and scores, one row per image.

    Parameters
    ----------
    role
        Role that the images belong to.
    rows
        (m,) row numbers in the role's table.
    split
        Split that these images belong to.
    scores
        (m, k) probabilities.
    labels
        Names of the k labels.
    """
    images = role.table.iloc[rows][["id", "patient", "source"]].reset_index(drop=True)
    where = pd.DataFrame({"role": role.name, "split": split}, index=images.index)
    truth = pd.DataFrame(role.truth[rows], columns=[truth_column(name) for name in role.labels])
    scored = pd.DataFrame(scores, columns=[score_column(name) for name in labels])
    return pd.concat([where, images, truth, scored], axis=1)


def read_table(file: Path) -> pd.DataFrame:
    """Read a table of scores, or of images and their truth, from a CSV file, gzipped or not."""
    table = pd.read_csv(
        file, dtype=dict.fromkeys(IMAGE, str), keep_default_na=False, na_values=[""]
    )
    return table.astype(dict.fromkeys(truth_columns_of(table), np.float64))
