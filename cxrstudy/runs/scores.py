"""Scores: the tidy table of the scores of all arms, seeds and images."""

from pathlib import Path

import pandas as pd

from cxrstudy.runs import store
from cxrstudy.runs.plan import Plan


def collect(plan: Plan, records: Path) -> pd.DataFrame:
    """Read the scores of the last run of every arm and seed of a plan.

    Returns
    -------
    One row per arm, seed and image: ``arm``, ``seed``, ``run``, then the columns of the record
    (``role``, ``split``, ``id``, ``patient``, ``source``, and ``truth_*`` and ``score_*`` per
    label).

    Raises
    ------
    StoreError
        A run is not recorded, or its file is altered.
    """
    tables = []
    for (arm, seed), run in plan.ends.items():
        read = store.read_scores(records, run)
        # In a list, because the name of an arm may be a tuple, which pandas would take for a
        # column.
        tables.append(read.assign(arm=pd.Series([arm] * len(read)), seed=seed, run=run))
    table = pd.concat(tables, ignore_index=True)
    first = ["arm", "seed", "run"]
    return table[[*first, *(name for name in table.columns if name not in first)]]
