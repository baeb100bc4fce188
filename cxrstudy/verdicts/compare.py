"""Compare: whether two sets of results agree, and if not, whether the difference matters.

On one platform the same study gives the same bits. On another platform the last bits of the
arithmetic differ, and a run ends as if it had another seed. So differences are measured in standard
deviations between seeds: see :mod:`cxrstudy.statistics.seed_variance`.
"""

from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
import pandas as pd

from cxrstudy.base.identity import canonical, fingerprint
from cxrstudy.runs import scoring_record
from cxrstudy.runs.record import RUN
from cxrstudy.runs.scores import all_scores, labels_of, score_column, truth_column
from cxrstudy.statistics import auroc, brier, macro_auroc, seed_variance
from cxrstudy.study.why import RunFacts, recorded_runs
from cxrstudy.verdicts import results

#: Metrics that differ by no more count as equal, because written scores are rounded.
EQUAL = 1e-6
LABEL = "covid19"

ComparisonState = Literal["equal", "within", "drifted", "other images", "only in A", "only in B"]
#: States that are not failures.
GOOD: tuple[ComparisonState, ...] = ("equal", "within")


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
    """Values of a metric by seed, a hash of the images, and the runs."""

    values: Mapping[int, float]
    images: str
    runs: tuple[str, ...]

    @property
    def mean(self) -> float:
        """Mean over seeds."""
        return float(np.mean(list(self.values.values())))


@dataclass(frozen=True)
class Row:
    """A metric in A and in B; ``moved`` and ``tolerance`` are in standard deviations over seeds.

    ``deviation`` is this standard deviation; NaN if it is not used.
    """

    key: Key
    state: ComparisonState
    a: float = np.nan
    b: float = np.nan
    deviation: float = np.nan
    moved: float = np.nan
    tolerance: float = np.nan


Measured = Mapping[Key, Series]


def measure(folder: Path) -> Measured:
    """Compute the metrics of a folder of reference results, or of a store.

    They are AUROC and Brier score of COVID-19 and the macro AUROC of all labels, for every arm and
    role. In a store, chains with different stages are different arms.

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


def compare(
    a: Measured, b: Measured, measured: Measured | None = None, false_alarms: float = 0.01
) -> list[Row]:
    """Compare two sets of results, metric by metric.

    Metrics are equal if they agree on all seeds that both sets have. Otherwise the mean over seeds
    may differ by as much as seed variance explains:
    ``t * s * sqrt(1 / seeds of A + 1 / seeds of B)``
    with the arm's standard deviation ``s`` over seeds
    (:func:`cxrstudy.statistics.seed_variance.moderate`) and the quantile ``t`` of Student's
    distribution at ``false_alarms``, divided among all rows (Bonferroni). Both are on the same
    images, so patients add no uncertainty.

    Parameters
    ----------
    a, b
        From :func:`measure`.
    measured
        Results from which the seed variance is estimated; A itself, unless given.
    false_alarms
        Probability that a comparison of two equally good sets of results finds any drift.

    Raises
    ------
    CompareError
        Some metrics differ, and no arm has two seeds from which to estimate the seed variance.
    """
    both = [key for key in a if key in b]
    if not both:
        raise CompareError("the two have no experiment and arm in common")
    only = [Row(key, "only in A", a=a[key].mean) for key in a if key not in b]
    only += [Row(key, "only in B", b=b[key].mean) for key in b if key not in a]
    rows = [_settled(key, a[key], b[key]) for key in both]
    if all(row is not None for row in rows):
        return [*(row for row in rows if row), *only]
    spreads = _spreads(both, measured or a)
    chance = false_alarms / len(both)
    judged = [
        row or _judge(key, a[key], b[key], spreads[key], chance)
        for key, row in zip(both, rows, strict=True)
    ]
    return [*judged, *only]


def default_spread(a: Path, measured: Measured) -> Path:
    """Folder to estimate seed variance from: A, or the standard profile's results beside it."""
    beside = a.resolve().parent / "standard"
    if any(len(series.values) > 1 for series in measured.values()):
        return a
    return beside if (beside / results.RESULTS).is_file() else a


def _settled(key: Key, a: Series, b: Series) -> Row | None:
    """Row for a metric that can be judged without seed variance."""
    if a.images != b.images:
        return Row(key, "other images", a.mean, b.mean)
    seeds = sorted(set(a.values) & set(b.values))
    if seeds and all(abs(a.values[seed] - b.values[seed]) <= EQUAL for seed in seeds):
        return Row(key, "equal", a.mean, b.mean, moved=0.0)
    return None


def _judge(key: Key, a: Series, b: Series, own: seed_variance.SeedVariance, chance: float) -> Row:
    units = (b.mean - a.mean) / own.deviation
    tolerance = seed_variance.tolerance(own, len(a.values), len(b.values), chance)
    state: ComparisonState = "within" if abs(units) <= tolerance else "drifted"
    return Row(key, state, a.mean, b.mean, own.deviation, units, tolerance)


def _spreads(keys: list[Key], measured: Measured) -> dict[Key, seed_variance.SeedVariance]:
    """Seed variance of every key, moderated among the arms with the same role and metric."""
    found: dict[Key, seed_variance.SeedVariance] = {}
    for group in dict.fromkeys((key.role, key.metric) for key in keys):
        alike = {key: series for key, series in measured.items() if (key.role, key.metric) == group}
        several = {key: list(one.values.values()) for key, one in alike.items()}
        # An arm that several experiments share counts once.
        distinct = {alike[key].runs: values for key, values in several.items() if len(values) > 1}
        if not distinct:
            raise CompareError(
                f"no arm has two seeds of {group[1]} on {group[0]} to estimate seed variance from; "
                "give --spread FOLDER"
            )
        prior = seed_variance.prior(list(distinct.values()))
        for key in keys:
            if (key.role, key.metric) == group:
                found[key] = seed_variance.moderate(several.get(key, []), prior)
    return found


# --- Measuring ----------------------------------------------------------------------------------

#: Experiment, arm, seed, run and scores.
ScoredRun = tuple[str, Hashable, int, str, pd.DataFrame]


def _collect(scored: Iterator[ScoredRun]) -> Measured:
    found: dict[Key, dict[int, tuple[float, str, str]]] = {}
    for experiment, arm, seed, run, scores in scored:
        for role, metric, value, images in _metrics(scores):
            key = Key(experiment, arm, role, metric)
            found.setdefault(key, {})[seed] = value, images, run
    series = {}
    for key, by_seed in found.items():
        values = {seed: value for seed, (value, _, _) in by_seed.items()}
        images = fingerprint(canonical(sorted({seen for _, seen, _ in by_seed.values()})))
        series[key] = Series(values, images, tuple(run for _, _, run in by_seed.values()))
    return series


def _metrics(scores: pd.DataFrame) -> Iterator[tuple[str, str, float, str]]:
    """Yield role, metric, value and hash of the images, for one run."""
    tested = scores[scores["split"] == "test"]
    labels = labels_of(scores)
    metrics = [macro_auroc(labels)]
    if LABEL in labels:
        metrics = [auroc(LABEL), macro_auroc(labels), brier(LABEL)]
    for role, table in tested.groupby("role", sort=False):
        truths = [truth_column(label) for label in labels]
        seen = table[["id", *truths]].to_csv(index=False, lineterminator="\n")
        for metric in metrics:
            truth = table[[truth_column(label) for label in metric.labels]].to_numpy(float)
            known = ~np.isnan(truth).any(axis=1)
            said = table[[score_column(label) for label in metric.labels]].to_numpy(float)[known]
            weights = np.ones((1, len(said)))
            value = metric.values(results.rounded(said), truth[known] == 1, weights)[0]
            yield str(role), metric.name, float(value), fingerprint(seen)


def _of_results(folder: Path) -> Iterator[ScoredRun]:
    for name in results.experiments(folder):
        scores = results.read(folder, name)
        for (run, arm, seed), table in scores.groupby(["run", "arm", "seed"], sort=False):
            yield name, arm, int(seed), str(run), table


def _of_store(folder: Path) -> Iterator[ScoredRun]:
    recorded = recorded_runs(folder)
    scorings = scoring_record.by_run(folder)
    for run in recorded.values():
        table = all_scores(folder, run.id, scorings.get(run.id, []))
        if table.empty:
            continue
        arm = f"{run.chain} {_asked(run, recorded)[:8]}"
        yield "store", arm, run.identity["stage"]["seed"], run.id, table


def _asked(run: RunFacts, recorded: Mapping[str, RunFacts]) -> str:
    """Hash of start and stages without seeds, code, versions and device."""
    stage = {name: value for name, value in run.identity["stage"].items() if name != "seed"}
    parent = run.identity["parent"]
    before = _asked(recorded[parent], recorded) if parent in recorded else parent
    return fingerprint(canonical([stage, run.identity["start"], before]))
