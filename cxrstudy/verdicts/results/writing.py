"""Writing: write reference results from the records in a study's store."""

import gzip
import json
import os
from collections import Counter
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxrstudy.base import device, places
from cxrstudy.base.identity import file_sha256
from cxrstudy.base.rounding import significant
from cxrstudy.runs import store
from cxrstudy.runs.plan import Plan
from cxrstudy.runs.provenance import checkout, versions_of
from cxrstudy.runs.record import SCORES, Record
from cxrstudy.runs.scores import (
    all_scores,
    arm_text,
    labels_of,
    of_arm,
    score_column,
    together,
)
from cxrstudy.study import experiment
from cxrstudy.study.study import Study
from cxrstudy.training.plateau import UNKNOWN
from cxrstudy.verdicts.doubling import NOT_RECORDED, Gain, gains
from cxrstudy.verdicts.results.reading import arms as recorded_arms
from cxrstudy.verdicts.results.reading import of_other_labels, read
from cxrstudy.verdicts.results.results import (
    ARMS,
    IMAGES,
    RESULTS,
    SCORED,
    Results,
    ResultsError,
    claims_now,
    write_facts,
)

#: Significant digits of a score's distance to 0 or 1: as few as these, and as many as a number has.
DIGITS, MOST_DIGITS = 4, 17


def write(study: Study, experiments: Sequence[str], folder: Path, command: str) -> Results:
    """Write the recorded results of experiments.

    An arm and seed that was not trained, because a training before it has no result, has a row
    that says so, and no scores.

    Parameters
    ----------
    study
        Study whose store contains the records.
    experiments
        Names of notebooks that have arms for the study's cohort.
    folder
        Folder to write to; created if missing. Other files in it are kept.
    command
        Command that writes the same results again.

    Raises
    ------
    ResultsError
        A run is not recorded, or runs were scored on different images or labels.
    StoreError
        A record is altered.
    """
    plans = {name: experiment.arms_of(name, study).plan for name in experiments}
    never = {
        run: why
        for plan in plans.values()
        for run, why in plan.without_result(study.records).items()
    }
    records = _records(plans, study, never)
    ends = [run for run in _ends_of(plans) if run not in never]
    scorings: dict[str, dict[str, str]] = {}
    for run in (run for plan in plans.values() for run in plan.runs):
        scorings.setdefault(run.id, {}).update(run.scorings)
    tables = {end: all_scores(study.records, end, scorings[end].values()) for end in ends}
    images, scores = _tabulate(tables)
    half = places.results() / study.cohort.name / study.profile.half
    made = _Made(records, tables, never)
    arms = pd.concat([_arms(name, plan, made, half) for name, plan in plans.items()])
    folder.mkdir(parents=True, exist_ok=True)
    arms.to_csv(folder / ARMS, index=False, lineterminator="\n")
    images.to_csv(folder / IMAGES, index=False, lineterminator="\n")
    text = scores.to_csv(index=False, lineterminator="\n")
    (folder / SCORED).write_bytes(gzip.compress(text.encode(), 9, mtime=0))
    results = _facts(study, experiments, command, list(records.values()), folder)
    # Written last, so that incomplete results of an interruption are recognised.
    write_facts(results, folder)
    return results


def rounded(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    """Round scores for writing; within a label the order of any two, and their ties, are kept.

    The distance to the nearer of 0 and 1 keeps its first digits, however small it is. Scores that
    would become equal get more digits, in the end all that they have. So an AUROC from the file is
    that from memory.

    Parameters
    ----------
    scores
        (n,) of one label, or (n, k) of several.
    """
    exact = np.asarray(scores, np.float64)
    if exact.ndim == 1:
        return _rounded_label(exact)
    return np.stack([_rounded_label(label) for label in exact.T], axis=1)


def _rounded_label(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    written = scores.copy()
    open_rows = np.arange(len(written))
    for digits in range(DIGITS, MOST_DIGITS, 2):
        if not len(open_rows):
            break
        tried = _to_digits(scores[open_rows], digits)
        merged = _merged(scores[open_rows], tried)
        written[open_rows[~merged]] = tried[~merged]
        open_rows = open_rows[merged]
    return written


def _to_digits(scores: NDArray[np.float64], digits: int) -> NDArray[np.float64]:
    """Round to significant digits of the distance to 0 or 1, whichever is nearer."""
    is_high = scores > 0.5
    kept = np.array([significant(one, digits) for one in np.where(is_high, 1 - scores, scores)])
    return np.where(is_high, 1 - kept, kept)


def _merged(scores: NDArray[np.float64], tried: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Scores whose rounded value is also that of another score."""
    order = np.lexsort((scores, tried))
    same = (np.diff(tried[order]) == 0) & (np.diff(scores[order]) != 0)
    groups = np.cumsum(np.r_[True, np.diff(tried[order]) != 0])
    bad = np.isin(groups, groups[1:][same])
    merged = np.empty(len(scores), bool)
    merged[order] = bad
    return merged


@dataclass(frozen=True)
class _Made:
    """Records and scores by run, and runs that are not trained, with the reason."""

    records: Mapping[str, Record]
    tables: Mapping[str, pd.DataFrame]
    never: Mapping[str, str]


def _ends_of(plans: Mapping[str, Plan]) -> list[str]:
    """The last run of every arm and seed, each once."""
    return list(dict.fromkeys(run for plan in plans.values() for run in plan.ends.values()))


def _records(plans: dict[str, Plan], study: Study, never: Mapping[str, str]) -> dict[str, Record]:
    runs = {run.id: run for plan in plans.values() for run in plan.runs if run.id not in never}
    missing = [run.id for run in runs.values() if not run.recorded(study.records)]
    if missing:
        raise ResultsError(
            f"{study.records}: {len(missing)} of {len(runs)} runs are not recorded "
            f"(the first is {missing[0][:12]}); run the experiments first"
        )
    return {run: store.read(study.records, run) for run in runs}


def _tabulate(tables: dict[str, pd.DataFrame]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Make a table of the images of all runs, and a table of their scores."""
    known: dict[tuple[str, str], pd.DataFrame] = {}
    for run, table in tables.items():
        scored = [score_column(label) for label in labels_of(table)]
        for place, block in table.drop(columns=scored).groupby(["role", "split"], sort=False):
            block = block.reset_index(drop=True).drop(columns=of_other_labels(table, block))
            if not known.setdefault(place, block).equals(block):
                named = " ".join(place)
                raise ResultsError(f"run {run[:12]}: images of {named} differ from those of others")
    images = pd.concat(known.values(), ignore_index=True)
    index = pd.MultiIndex.from_frame(images[["role", "split", "id"]])
    scores = {}
    for run, table in tables.items():
        labels = labels_of(table)
        scored = [score_column(label) for label in labels]
        if table[scored].isna().any(axis=None):
            raise ResultsError(f"run {run[:12]}: an image has no score")
        placed = table.set_index(["role", "split", "id"])[scored].reindex(index)
        for label in labels:
            scores[f"{run}:{label}"] = rounded(placed[score_column(label)].to_numpy(np.float64))
    return images, pd.DataFrame(scores)


def _arms(name: str, plan: Plan, made: _Made, half: Path) -> pd.DataFrame:
    rows, gained = [], _gained(name, plan, made, half)
    for (arm, seed), run in plan.ends.items():
        start = {"experiment": name, "arm": arm_text(arm)}
        if run in made.never:
            rows.append(start | _not_run(plan, seed, run, made.never[run]))
            continue
        record = made.records[run]
        rows.append(
            {
                **start,
                "cohort": record.cohort,
                "seed": seed,
                "run": run,
                "chain": record.chain,
                "samples_seen": record.samples_seen,
                "seconds": round(sum(record.seconds.values()), 3),
                "patients": record.patients,
                "plateau": record.at_plateau if gained[arm].word == UNKNOWN else gained[arm].word,
                "gain": gained[arm].estimate,
                "gain_high": gained[arm].high,
                "scored": json.dumps(_places(made.tables[run]), ensure_ascii=False),
                "failed": "; ".join(record.outcome.failures),
                "scores_sha256": record.files[SCORES],
            }
        )
    return pd.DataFrame(rows)


def _not_run(plan: Plan, seed: int, run: str, why: str) -> dict[str, object]:
    """The rest of the row of an arm and seed that was not trained."""
    chain = next(str(each.chain) for each in plan.runs if each.id == run)
    return {
        "cohort": "", "seed": seed, "run": run, "chain": chain, "samples_seen": 0, "seconds": 0.0,
        "patients": 0, "plateau": "", "gain": np.nan, "gain_high": np.nan, "scored": "[]",
        "failed": why, "scores_sha256": "",
    }  # fmt: skip


def _gained(name: str, plan: Plan, made: _Made, half: Path) -> dict[Hashable, Gain]:
    """What twice the steps gained every arm, as far as half of them are recorded in a folder."""
    ends = {end: run for end, run in plan.ends.items() if run not in made.never}
    seen = {arm: made.records[run].samples_seen for (arm, _), run in ends.items()}
    there = recorded_arms(half) if (half / RESULTS).is_file() else pd.DataFrame()
    if not ends or there.empty or not (there["experiment"] == name).any():
        return {arm: Gain(why=NOT_RECORDED) for arm in seen}
    there = there[there["experiment"] == name]
    scores = together(of_arm(made.tables[run], arm, seed, run) for (arm, seed), run in ends.items())
    fewer = dict(zip(there["arm"], there["samples_seen"].astype(int), strict=True))
    return gains(scores, seen, read(half, name), fewer)


def _places(table: pd.DataFrame) -> list[list[str]]:
    """Roles and splits that a run scored, in the order of its table."""
    found: list[list[str]] = table[["role", "split"]].drop_duplicates().to_numpy().tolist()
    return found


def _facts(
    study: Study, experiments: Sequence[str], command: str, records: Sequence[Record], folder: Path
) -> Results:
    commit, uncommitted = checkout(places.root())
    return Results(
        profile=study.profile.profile,
        cohort=study.cohort.name,
        seeds=study.seeds,
        experiments=list(experiments),
        command=command,
        commit=commit,
        uncommitted=uncommitted,
        finished=max(record.finished for record in records),
        cores=os.cpu_count() or 1,
        processor=device.name("cpu"),
        devices=sorted({record.device for record in records}),
        runs=len(records),
        samples_seen=sum(record.samples_seen for record in records),
        seconds=round(sum(sum(record.seconds.values()) for record in records), 1),
        versions=versions_of(records),
        claims=claims_now(),
        files={name: file_sha256(folder / name) for name in (ARMS, IMAGES, SCORED)},
        ran=dict(sorted(Counter(record.commit for record in records if record.commit).items())),
        ran_uncommitted=sum(bool(record.commit) and record.uncommitted for record in records),
    ).sealed()
