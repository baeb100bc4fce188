"""Recording: write beside results what follows from their scores, so that anyone can recompute it.

=================  ===============================================================================
``verdicts.csv``   one row per claim: its evidence and the verdict
``estimates.csv``  what the figures of results show, one row per experiment, role, metric and arm:
                   the estimate, and the difference from the first arm, each with its interval
=================  ===============================================================================

Both follow from the other files of the folder alone, without torch. They can be written again when
the code of the statistics changes; who ran what, and when, stays as it is.
"""

from collections.abc import Hashable, Iterable, Iterator
from pathlib import Path
from typing import Any

import pandas as pd

from cxrstudy.base.columns import PLATEAU, of_arms
from cxrstudy.runs.scores import arm_text, labels_of, score_column
from cxrstudy.statistics import Metric, ScoreError, auroc, mean
from cxrstudy.statistics.bootstrap import computed_once, resample
from cxrstudy.statistics.comparison import spread
from cxrstudy.statistics.sample import REPLICATES, sample
from cxrstudy.study import experiment
from cxrstudy.study.study import Study
from cxrstudy.verdicts import results
from cxrstudy.verdicts.claims_file import all_claims
from cxrstudy.verdicts.evidence import about_maps
from cxrstudy.verdicts.judge import claims_about, evidence_of_results, judged
from cxrstudy.verdicts.map_results import (
    ATTENTION,
    measure_attention,
    read_attention,
    write_attention,
)
from cxrstudy.verdicts.registered_runs import registration_of
from cxrstudy.verdicts.results import VERDICTS
from cxrstudy.verdicts.written_table import read_texts, write_table

#: File of the estimates that figures show.
ESTIMATES = "estimates.csv"
#: Files that follow from the scores.
DERIVED = (VERDICTS, ESTIMATES)
#: Level of the recorded intervals.
LEVEL = 0.95
#: Columns of ``estimates.csv``.
COLUMNS = [
    "experiment", "role", "metric", "better", "arm", "estimate", "low", "high", "against",
    "difference", "difference_low", "difference_high", "p", "patients", "images", "seeds", "reason",
]  # fmt: skip


def record(study: Study, folder: Path, experiments: Iterable[str] | None = None) -> None:
    """Write beside a study's results where its maps lie, the verdicts and the estimates.

    Parameters
    ----------
    study, folder
        Whose results lie there.
    experiments
        Those whose maps are measured, by default all; the measures of others stay.
    """
    for name in results.experiments(folder) if experiments is None else experiments:
        if any(about_maps(claim) for paper in claims_about(name) for claim in paper.of(name)):
            table = measure_attention(experiment.arms_of(name, study))
            made = results.facts(folder)
            write_attention(_as_recorded(table, folder), folder)
            results.hash_again(made, folder, [ATTENTION])
    made = results.facts(folder)
    tables = derived(folder)
    for name, table in tables.items():
        write_table(table, folder / name)
    registered = registration_of(made) or made.registration
    results.hash_again(made.model_copy(update={"registration": registered}), folder, tables)


def _as_recorded(table: pd.DataFrame, folder: Path) -> pd.DataFrame:
    """Measures of maps, whose networks are at a plateau if the results say so."""
    arms = results.arms(folder)
    known = dict(zip(arms["run"], arms[PLATEAU], strict=True))
    said = [known.get(run, own) for run, own in table[["run", PLATEAU]].to_numpy()]
    return table.assign(**{PLATEAU: said})


def rejudge(folder: Path) -> list[str]:
    """Write verdicts and estimates of recorded results again, from their own scores.

    Nothing else changes: commits, times and registration stay those of the runs. Verdicts that
    were recorded under other claims stay too, because a claim of today does not replace what was
    said under one of then.

    Returns
    -------
    Names of the files that were written.

    Raises
    ------
    ResultsError
        The results are missing or altered.
    """
    made = results.facts(folder)
    old = papers_of_then(folder)
    tables = {name: table for name, table in derived(folder).items() if name != VERDICTS or not old}
    for name, table in tables.items():
        write_table(table, folder / name)
    results.hash_again(made, folder, tables)
    return list(tables)


def papers_of_then(folder: Path) -> dict[str, str]:
    """Papers whose recorded verdicts were made under other claims, with the hash of those."""
    if not (folder / VERDICTS).is_file():
        return {}
    said = read_texts(folder / VERDICTS)
    now = {paper.paper: paper.sha256 for paper in all_claims()}
    pairs = zip(said["paper"], said["rule"], strict=True)
    return {paper: rule for paper, rule in pairs if now.get(paper) != rule}


def derived(folder: Path) -> dict[str, pd.DataFrame]:
    """Compute what follows from the scores of results: file to table.

    Raises
    ------
    ResultsError
        The results are missing or altered.
    """
    made = results.facts(folder)
    with computed_once():
        tables, found = {ESTIMATES: estimates_of(folder)}, evidence_of_results(folder)
    if len(found):
        table = judged(found, "", made.cohort, made.profile)
        # Whether they count is not recorded: git says it, each time that it is asked.
        tables[VERDICTS] = table.drop(columns=["origin", "counts"])
    return tables


def estimates_of(folder: Path) -> pd.DataFrame:
    """Estimate what the figures of results show.

    Every arm's AUROC of the label that it is asked about, its last one, on the test split of every
    role; and the mean of every measure of maps. The interval of an arm, and that of its difference
    from the first arm of the experiment, come from the same replicates.

    Returns
    -------
    One row per experiment, role, metric and arm: the columns of ``COLUMNS``. ``reason`` says why a
    row has no numbers.
    """
    rows: list[dict[str, Any]] = []
    for name in results.experiments(folder):
        for role, metric, scores in _asked(results.read(folder, name)):
            rows += [{"experiment": name, **row} for row in _rows(scores, metric, role)]
    maps = read_attention(folder)
    for label in labels_of(maps) if len(maps) else ():
        known = maps[maps[score_column(label)].notna()]
        for role in dict.fromkeys(known["role"]):
            rows += [{"experiment": "maps", **row} for row in _rows(known, mean(label), role)]
    return pd.DataFrame(rows, columns=COLUMNS)


def _asked(scores: pd.DataFrame) -> Iterator[tuple[str, Metric, pd.DataFrame]]:
    """Role, metric and scores of the arms that score its label last."""
    tested = scores[scores["split"] == "test"]
    last: dict[str, list[Hashable]] = {}
    for arm in dict.fromkeys(tested["arm"]):
        mine = of_arms(tested, [arm])
        own = [name for name in labels_of(mine) if mine[score_column(name)].notna().any()]
        last.setdefault(own[-1], []).append(arm)
    for label, arms in last.items():
        theirs = of_arms(tested, arms)
        for role in dict.fromkeys(theirs["role"]):
            yield role, auroc(label), theirs


def _rows(scores: pd.DataFrame, metric: Metric, role: str) -> list[dict[str, Any]]:
    common = {"role": role, "metric": metric.name, "better": metric.better}
    try:
        drawn = sample(scores, metric.labels, role, REPLICATES, metric.classes)
        both = resample(drawn, metric)
    except ScoreError as problem:
        arms = dict.fromkeys(scores["arm"])
        return [{**common, "arm": arm_text(arm), "reason": str(problem)} for arm in arms]
    first, rows = next(iter(drawn.arms)), []
    for arm in drawn.arms:
        own = both.row(arm, LEVEL)
        row = {**common, "arm": arm_text(arm), **drawn.counts, **own}
        if arm != first:
            found = spread(both.difference(arm, first), LEVEL, 0.0, metric)
            row |= {
                "against": arm_text(first),
                "difference": found["estimate"],
                "difference_low": found["low"],
                "difference_high": found["high"],
                "p": found["p"],
            }
        rows.append({name: row.get(name) for name in COLUMNS if name != "experiment"})
    return rows
