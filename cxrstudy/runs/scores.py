"""Scores: the tidy table of what every arm said about every image."""

from collections.abc import Iterable
from pathlib import Path

import pandas as pd

from cxrstudy.runs import scoring_record, store
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
    scorings = {run.id: run.scorings for run in plan.runs}
    for (arm, seed), run in plan.ends.items():
        read = all_scores(records, run, scorings[run].values())
        # In a list: the name of an arm may be a tuple, which pandas would take for a column.
        tables.append(read.assign(arm=pd.Series([arm] * len(read)), seed=seed, run=run))
    table = pd.concat(tables, ignore_index=True)
    first = ["arm", "seed", "run"]
    return table[[*first, *(name for name in table.columns if name not in first)]]


def all_scores(records: Path, run: str, scorings: Iterable[str]) -> pd.DataFrame:
    """Scores of a run's own role, then of the other roles, in the order asked for."""
    others = [scoring_record.read_scores(records, scoring) for scoring in scorings]
    return pd.concat([store.read_scores(records, run), *others], ignore_index=True)
