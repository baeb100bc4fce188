"""Reading: read the scores of reference results, as tables of the same form as from a store."""

import gzip
import io
import json
from collections.abc import Callable, Hashable
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxrstudy.base.columns import PLATEAU, labels_of, truth_column, truth_columns_of
from cxrstudy.runs.no_result import NoResultError
from cxrstudy.runs.scores import arm_of, of_arm, read_table, score_column, together
from cxrstudy.training.plateau import UNKNOWN
from cxrstudy.verdicts.results.results import ARMS, IMAGES, SCORED, ResultsError, facts


def experiments(folder: Path) -> list[str]:
    """Names of the experiments in a folder of results, in the order in which they were written."""
    return facts(folder).experiments


def arms(folder: Path) -> pd.DataFrame:
    """Read the last run of every experiment, arm and seed: the columns of ``arms.csv``."""
    facts(folder)
    texts = dict.fromkeys(("experiment", "arm", "cohort", "run", "chain", "scored", PLATEAU), str)
    table = pd.read_csv(folder / ARMS, dtype=texts, keep_default_na=False)
    if PLATEAU not in table:  # older results do not say it
        table = table.assign(**{PLATEAU: UNKNOWN})
    for name in ("gain", "gain_high"):
        table[name] = pd.to_numeric(table[name]) if name in table else np.nan
    named = [arm_of(text) for text in table["arm"]]
    return table.assign(
        arm=pd.Series(named, dtype=object), scored=[json.loads(text) for text in table["scored"]]
    )


def failed(folder: Path, experiment: str) -> dict[Hashable, str]:
    """Arms with a training that has no result, and why; older results do not say it."""
    table = arms(folder)
    if "failed" not in table:
        return {}
    mine = table[(table["experiment"] == experiment) & (table["failed"] != "")]
    found: dict[Hashable, list[str]] = {}
    for row in mine.itertuples():
        found.setdefault(row.arm, []).append(f"seed {row.seed}, {row.failed}")
    return {arm: "; ".join(said) for arm, said in found.items()}


def read(folder: Path, experiment: str) -> pd.DataFrame:
    """Read the scores of an experiment, in the form of :func:`cxrstudy.runs.scores.collect`.

    Raises
    ------
    ResultsError
        A file is missing or altered, or the folder does not contain the experiment.
    NoResultError
        No arm of it was trained in all seeds.
    """
    made = facts(folder)
    # A copy: its columns are shared until somebody writes into one.
    return _read(folder, made.seal, experiment).copy(deep=False)


# Every claim asks for the scores of its experiment. A seal covers the content of all files, and
# `facts` has just compared them with it.
@lru_cache(maxsize=8)
def _read(folder: Path, seal: str, experiment: str) -> pd.DataFrame:
    table = arms(folder)
    ends = table[table["experiment"] == experiment]
    if ends.empty:
        there = ", ".join(dict.fromkeys(table["experiment"]))
        raise ResultsError(f"{folder}: no results of {experiment!r}, only of {there}")
    never = ends[_is_not_run(ends)]
    ends = ends[~ends["arm"].isin(list(never["arm"]))]
    if ends.empty:
        raise NoResultError("; ".join(dict.fromkeys(never["failed"])))
    images, scores = _read_tables(folder, set(ends["run"]))
    columns = pd.Series(scores.columns).groupby(scores.columns.str.split(":").str[0]).agg(list)
    images_of = _images_by_place(images)
    tables = []
    for end in ends.itertuples():
        where = f"{folder / ARMS}: {experiment}, arm {end.arm!r}, seed {end.seed}"
        if end.run not in columns:
            raise ResultsError(f"{where}: run {end.run} has no scores in {SCORED}")
        labels = tuple(name.split(":", 1)[1] for name in columns[end.run])
        try:
            rows, whole = images_of(tuple(map(tuple, end.scored)), labels)
        except KeyError as unknown:
            raise ResultsError(
                f"{where}: scored {unknown.args[0]}, where {IMAGES} has no image"
            ) from None
        own = scores[columns[end.run]].take(rows).set_axis(map(score_column, labels), axis=1)
        said = pd.concat([whole, own.set_axis(whole.index)], axis=1)
        tables.append(of_arm(said, end.arm, end.seed, end.run).assign(**{PLATEAU: end.plateau}))
    return together(tables)


def _images_by_place(
    images: pd.DataFrame,
) -> Callable[[tuple[Any, ...], tuple[str, ...]], tuple[NDArray[np.intp], pd.DataFrame]]:
    """A function from roles with splits, and the labels scored there, to rows and their images.

    It keeps what it found, because many runs are scored in the same places.
    """
    rows = images.groupby(["role", "split"], sort=False).indices

    @cache
    def of(
        places: tuple[Any, ...], labels: tuple[str, ...]
    ) -> tuple[NDArray[np.intp], pd.DataFrame]:
        unknown = [list(place) for place in places if place not in rows]
        if unknown or not places:
            raise KeyError(unknown or "nowhere")
        used = np.concatenate([rows[place] for place in places])
        whole = images.take(used).reset_index(drop=True)
        scored = pd.DataFrame(columns=[score_column(label) for label in labels])
        return used, whole.drop(columns=of_other_labels(scored, whole))

    return of


def _is_not_run(ends: pd.DataFrame) -> "pd.Series[bool]":
    """Rows of arms and seeds that were not trained: they say why, and have no scores."""
    if "failed" not in ends:
        return pd.Series(False, ends.index)
    return (ends["failed"] != "") & (ends["samples_seen"] == 0)


def of_other_labels(scored: pd.DataFrame, images: pd.DataFrame) -> list[str]:
    """Columns of images with a truth that no image has, of labels that a run does not score."""
    own = {truth_column(label) for label in labels_of(scored)}
    unknown = images.columns[images.isna().all()]
    return [name for name in truth_columns_of(images) if name in unknown and name not in own]


def _read_tables(folder: Path, runs: set[str]) -> tuple[pd.DataFrame, pd.DataFrame]:
    content = gzip.decompress((folder / SCORED).read_bytes())
    scores = pd.read_csv(
        io.BytesIO(content), usecols=lambda name: name.split(":")[0] in runs, dtype=np.float64
    )  # fmt: skip
    return read_table(folder / IMAGES), scores
