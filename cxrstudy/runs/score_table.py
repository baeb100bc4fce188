"""Score table: truth and scores of the images of one run, side by side, and its files.

:mod:`cxrstudy.base.columns` says what its columns are.
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
    scores: NDArray[np.float32],
    labels: tuple[str, ...],
) -> pd.DataFrame:
    """Put truth and scores side by side, one row per image.

    Parameters
    ----------
    role
        Of the images.
    rows
        m row numbers of the role.
    split
        That they are in.
    scores
        (m, k) probabilities.
    labels
        k names.
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
