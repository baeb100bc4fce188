"""Source baseline: predictions from the source alone, without the image."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from cxrstudy.base.checks import whole
from cxrstudy.data.role import Role
from cxrstudy.runs.score_table import score_table
from cxrstudy.runs.scores import of_arm, together


def source_alone(trained: Role, tested: Sequence[Role], seeds: int) -> pd.DataFrame:
    """Score every test image by the frequency of each label at its source in training.

    A classifier that is not clearly better may have learnt nothing but the source.

    Parameters
    ----------
    trained
        Role whose training split gives the frequencies. One image is added for every label and
        source, so that no probability is 0 or 1 (Laplace). A source without training images gets
        the frequencies over all sources.
    tested
        Roles with the same labels whose test split is scored.
    seeds
        Number of identical repeats, so that the table can be joined with that of trained arms.

    Returns
    -------
    Scores as :meth:`cxrstudy.study.arms.Arms.scores` returns them, under the arm ``source alone``.

    Examples
    --------
    >>> from cxrstudy.notebook import Study, source_alone
    >>> role = Study("quick", "phantom", seeds=1).cohort.role("target")
    >>> source_alone(role, [role], seeds=1)["arm"].unique().tolist()
    ['source alone']
    """
    seeds = whole(seeds, 1, "seeds")
    rows = trained.rows("train")
    names = list(trained.labels)
    truth = pd.DataFrame(trained.truth[rows], columns=names)
    source = trained.table["source"].iloc[rows].to_numpy()
    counts = truth.groupby(source).sum() + 1
    shares = counts.div(counts.sum(axis=1), axis=0)
    overall = (truth.sum() + 1) / (truth.sum() + 1).sum()
    tables = []
    for role in tested:
        test = role.rows("test")
        at = role.table["source"].iloc[test]
        scores = shares.reindex(at).fillna(overall).to_numpy(np.float32)
        tables.append(score_table(role, test, "test", scores, trained.labels))
    table = pd.concat(tables, ignore_index=True)
    return together(of_arm(table, "source alone", seed) for seed in range(seeds))
