"""Reading: the scores of reference results, in the form in which a store gives them."""

import gzip
import io
import json
from collections.abc import Hashable
from pathlib import Path

import numpy as np
import pandas as pd

from cxrstudy.verdicts.results.results import ARMS, IMAGES, SCORED, ResultsError, facts


def experiments(folder: Path) -> list[str]:
    """Names of the experiments in a folder of results, in the order written."""
    return facts(folder).experiments


def arms(folder: Path) -> pd.DataFrame:
    """Read the last run of every experiment, arm and seed: the columns of ``arms.csv``."""
    facts(folder)
    texts = dict.fromkeys(("experiment", "arm", "cohort", "run", "chain", "scored"), str)
    table = pd.read_csv(folder / ARMS, dtype=texts, keep_default_na=False)
    named = [arm_of(text) for text in table["arm"]]
    return table.assign(
        arm=pd.Series(named, dtype=object), scored=[json.loads(text) for text in table["scored"]]
    )


def read(folder: Path, experiment: str) -> pd.DataFrame:
    """Read the scores of an experiment, as :func:`cxrstudy.runs.scores.collect` gives them.

    Raises
    ------
    ResultsError
        A file is missing or altered, or the folder holds no such experiment.
    """
    table = arms(folder)
    ends = table[table["experiment"] == experiment]
    if ends.empty:
        there = ", ".join(dict.fromkeys(table["experiment"]))
        raise ResultsError(f"{folder}: no results of {experiment!r}; there are {there}")
    images, scores = _read_tables(folder, set(ends["run"]))
    rows = images.groupby(["role", "split"], sort=False).indices
    tables = []
    for end in ends.itertuples():
        used = np.concatenate([rows[tuple(place)] for place in end.scored])
        prefix = f"{end.run}:"
        own = [name for name in scores.columns if name.startswith(prefix)]
        said = scores[own].rename(columns=lambda name: f"score_{name.split(':', 1)[1]}")
        whole = pd.concat([images, said], axis=1).iloc[used].reset_index(drop=True)
        # In a list, because the name of an arm may be a tuple, which pandas would take for a
        # column.
        arm = pd.Series([end.arm] * len(whole))
        tables.append(whole.assign(arm=arm, seed=end.seed, run=end.run))
    together = pd.concat(tables, ignore_index=True)
    first = ["arm", "seed", "run"]
    return together[[*first, *(name for name in together.columns if name not in first)]]


def arm_of(text: str) -> Hashable:
    """Read the name of an arm from JSON: a list there is a tuple in an experiment."""
    value = json.loads(text)
    return tuple(value) if isinstance(value, list) else value


def _read_tables(folder: Path, runs: set[str]) -> tuple[pd.DataFrame, pd.DataFrame]:
    texts = dict.fromkeys(("role", "split", "id", "patient", "source"), str)
    images = pd.read_csv(folder / IMAGES, dtype=texts, keep_default_na=False, na_values=[""])
    truth = [name for name in images.columns if name.startswith("truth_")]
    content = gzip.decompress((folder / SCORED).read_bytes())
    scores = pd.read_csv(
        io.BytesIO(content), usecols=lambda name: name.split(":")[0] in runs, dtype=np.float64
    )
    return images.astype(dict.fromkeys(truth, np.float64)), scores
