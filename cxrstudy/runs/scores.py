"""Scores: the tidy table of what every arm said about every image."""

from pathlib import Path

import pandas as pd

from cxrstudy.runs import store
from cxrstudy.runs.plan import Plan


def collect(plan: Plan, records: Path) -> pd.DataFrame:
    """Read the scores at the end of every arm and seed of a plan.

    Returns
    -------
    A row an arm, seed and image: ``arm``, ``seed``, ``run``, then the columns of the record
    (``role``, ``split``, ``id``, ``patient``, ``source``, ``truth_*`` and ``score_*`` a label).

    Raises
    ------
    StoreError
        A run is not recorded or its file is altered.
    """
    tables = []
    for (arm, seed), run in plan.ends.items():
        read = store.read_scores(records, run)
        # In a list: the name of an arm may be a tuple, which pandas would take for a column.
        tables.append(read.assign(arm=pd.Series([arm] * len(read)), seed=seed, run=run))
    table = pd.concat(tables, ignore_index=True)
    first = ["arm", "seed", "run"]
    return table[[*first, *(name for name in table.columns if name not in first)]]
