"""Score table: what networks said about images, one row per image.

Columns: ``role``, ``split``, ``id``, ``patient``, ``source``, then one ``truth_LABEL`` per label of
the role (1, 0, or empty where unknown) and one ``score_LABEL`` per label that was scored.
"""

from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxrstudy.data.role import Role

#: Columns that are text, whatever they look like.
TEXTS = ("role", "split", "id", "patient", "source")


def score_table(
    role: Role,
    rows: NDArray[np.intp],
    split: str,
    scores: NDArray[np.float32],
    labels: tuple[str, ...],
) -> pd.DataFrame:
    """Put truth and scores side by side.

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
    truth = pd.DataFrame(role.truth[rows], columns=[f"truth_{name}" for name in role.labels])
    scored = pd.DataFrame(scores, columns=[f"score_{name}" for name in labels])
    return pd.concat([where, images, truth, scored], axis=1)


def read_score_file(path: Path) -> pd.DataFrame:
    """Read a table of scores from CSV; only an empty cell is unknown, "NA" may be a name."""
    return pd.read_csv(path, dtype=dict.fromkeys(TEXTS, str), keep_default_na=False, na_values=[""])
