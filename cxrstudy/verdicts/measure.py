"""Measure: the metrics of a set of results, by arm and seed, to be compared with another set."""

from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import isnan
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxrstudy.base.identity import canonical, fingerprint
from cxrstudy.base.words import arm_name
from cxrstudy.runs import scoring_record
from cxrstudy.runs.record import RUN
from cxrstudy.runs.scores import (
    all_scores,
    arm_of,
    arm_text,
    labels_of,
    score_column,
    truth_column,
)
from cxrstudy.statistics import Metric, auroc, brier, macro_auroc
from cxrstudy.study.run_differences import RunFacts
from cxrstudy.study.why import recorded_runs
from cxrstudy.verdicts import results


class CompareError(ValueError):
    """Two sets of results can't be compared; the message says what to give instead."""


@dataclass(frozen=True)
class Key:
    """A metric of an arm on the test split of a role."""

    experiment: str
    arm: Hashable
    role: str
    metric: str


@dataclass(frozen=True)
class Series:
    """Values of a metric by seed, a hash of the images and their number, and the runs.

    A value is NaN where the metric is not defined, for instance with images of one class only.
    """

    values: Mapping[int, float]
    images: str
    shown: int
    runs: tuple[str, ...]

    @property
    def mean(self) -> float:
        """Mean over the seeds with a value; NaN without any."""
        return float(np.mean(self.known)) if self.known else np.nan

    @property
    def known(self) -> list[float]:
        """Values of the seeds that have one."""
        return [value for value in self.values.values() if not isnan(value)]


Measured = Mapping[Key, Series]


@dataclass(frozen=True)
class Measurement:
    """The metrics of a folder, and, in words, the runs that are not among them."""

    metrics: Measured
    lacking: tuple[str, ...]


def measure(folder: Path) -> Measurement:
    """Compute the metrics of a folder of reference results, or of a store.

    They are AUROC and Brier score of the label that is asked about, which is the last one, and
    the macro AUROC of all labels, for every arm and role. In a store, chains with different stages
    are different arms.

    Raises
    ------
    ResultsError, StoreError
        A file is missing or altered.
    CompareError
        The folder is neither.
    """
    if (folder / results.RESULTS).is_file():
        return _collect(_of_results(folder))
    if any(folder.glob(f"*/{RUN}")):
        return _collect(_of_store(folder))
    raise CompareError(f"{folder}: neither reference results nor a store of records")


#: Experiment, arm, seed, run and scores.
ScoredRun = tuple[str, Hashable, int, str, pd.DataFrame]

#: Value, hash of the images, their number, and run.
Value = tuple[float, str, int, str]


def _collect(scored: Iterator[ScoredRun]) -> Measurement:
    found: dict[Key, dict[int, Value]] = {}
    lacking = []
    for experiment, arm, seed, run, scores in scored:
        named = f"{experiment}, {arm_name(arm)}, seed {seed}"
        measured = list(_metrics(scores))
        if not measured:
            lacking.append(f"{named}: run {run[:12]}, which has no test scores")
        for role, metric, value, images, shown in measured:
            by_seed = found.setdefault(Key(experiment, arm, role, metric), {})
            if seed in by_seed:
                lacking.append(f"{named}: run {by_seed[seed][-1][:12]}, as there is run {run[:12]}")
            by_seed[seed] = value, images, shown, run
    lacking = list(dict.fromkeys(lacking))
    return Measurement({key: _series(by_seed) for key, by_seed in found.items()}, tuple(lacking))


def _series(by_seed: Mapping[int, Value]) -> Series:
    values = {seed: value for seed, (value, *_) in by_seed.items()}
    images = fingerprint(canonical(sorted({seen for _, seen, _, _ in by_seed.values()})))
    shown = max(shown for _, _, shown, _ in by_seed.values())
    return Series(values, images, shown, tuple(run for *_, run in by_seed.values()))


def _metrics(scores: pd.DataFrame) -> Iterator[tuple[str, str, float, str, int]]:
    """Yield role, metric, value, hash and number of the images, for one run."""
    if scores.empty:
        return
    tested = scores[scores["split"] == "test"]
    labels = labels_of(scores)
    metrics = [auroc(labels[-1]), macro_auroc(labels), brier(labels[-1])]
    for role, table in tested.groupby("role", sort=False, dropna=False):
        truths = [truth_column(label) for label in labels]
        seen = fingerprint(table[["id", *truths]].to_csv(index=False, lineterminator="\n"))
        asked = {metric.labels: _known(metric.labels, table) for metric in metrics}
        for metric in metrics:
            value = _value(metric, *asked[metric.labels])
            yield str(role), metric.name, value, seen, len(asked[metric.labels][0])


def _known(
    labels: Sequence[str], table: pd.DataFrame
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Scores, as they are written, and truth of the images whose truth is known."""
    truth = table[[truth_column(label) for label in labels]].to_numpy(float)
    known = ~np.isnan(truth).any(axis=1)
    said = table[[score_column(label) for label in labels]].to_numpy(float)[known]
    return (results.rounded(said) if known.any() else said), truth[known] == 1


def _value(metric: Metric, said: NDArray[np.float64], truth: NDArray[np.bool_]) -> float:
    """A metric over images with known truth; NaN if it is not defined."""
    if not len(said):
        return np.nan
    return float(metric.values(said, truth, np.ones((1, len(said))))[0])


def _of_results(folder: Path) -> Iterator[ScoredRun]:
    for name in results.experiments(folder):
        scores = results.read(folder, name)
        # By text: grouping would drop an arm called None.
        texts = pd.Series([arm_text(arm) for arm in scores["arm"]], scores.index)
        for (run, text, seed), table in scores.groupby(["run", texts, "seed"], sort=False):
            yield name, arm_of(text), int(seed), str(run), table


def _of_store(folder: Path) -> Iterator[ScoredRun]:
    recorded = recorded_runs(folder)
    scorings = scoring_record.by_run(folder)
    for run in recorded.values():
        table = all_scores(folder, run.id, scorings.get(run.id, []))
        arm = f"{run.chain} {_asked(run, recorded)[:8]}"
        yield "store", arm, run.identity["stage"]["seed"], run.id, table


def _asked(run: RunFacts, recorded: Mapping[str, RunFacts]) -> str:
    """Hash of start and stages without seeds, code, versions and device."""
    stage = {name: value for name, value in run.identity["stage"].items() if name != "seed"}
    parent = run.identity["parent"]
    before = _asked(recorded[parent], recorded) if parent in recorded else parent
    return fingerprint(canonical([stage, run.identity["start"], before]))
