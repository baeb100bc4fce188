"""Evidence: what the rule needs of a claim, by every measure, from recorded results.

An estimate, its standard error and its degrees of freedom give every interval and p value of a
difference exactly, by Student's t distribution
(:class:`cxrstudy.statistics.inference.Inference`). Where an arm is near the end of its range, they
come from the intervals of the two arms (:mod:`cxrstudy.statistics.recovery`); then each arm is
stored, with its number of trials, or with its standard error and degrees of freedom.
"""

from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from math import nan
from pathlib import Path
from typing import Any

import pandas as pd

from cxrstudy.base.columns import of_arms
from cxrstudy.base.words import counted
from cxrstudy.pages.verdict_explorer.measures import (
    Measure,
    bound_of,
    measures_of,
    own_measure,
    shared_labels,
)
from cxrstudy.statistics import REPLICATES, ScoreError
from cxrstudy.statistics.bootstrap import Bootstrap, computed_once, resample
from cxrstudy.statistics.metric import Metric
from cxrstudy.statistics.recovery import Recovered
from cxrstudy.statistics.sample import Sample, sample
from cxrstudy.statistics.unpaired import unpaired
from cxrstudy.study.profile import read_profile
from cxrstudy.verdicts import judge, results
from cxrstudy.verdicts.claim import Claim
from cxrstudy.verdicts.evidence import about_maps, pair_of
from cxrstudy.verdicts.map_results import read_attention
from cxrstudy.verdicts.outcome import short_of_plateau

#: Draws of patients for measures that no claim is about. Some take a hundred times as long as the
#: AUROC, and a standard error from so many is known to a few hundredths of itself.
DRAWS = 500


@dataclass(frozen=True)
class ArmNearEnd:
    """An arm of a difference of which one arm is near the end of its range.

    Attributes
    ----------
    weight, estimate
        In the difference, and its measure.
    trials
        Independent trials that it rests on, if it is the one near the end; else 0.
    standard_error, freedom
        Of its measure, if it is not.
    """

    weight: float
    estimate: float
    trials: int = 0
    standard_error: float = nan
    freedom: float = nan


@dataclass(frozen=True)
class Difference:
    """All that intervals and p values of a difference follow from.

    Attributes
    ----------
    estimate, standard_error, freedom
        Of the difference.
    arms
        The two arms, if the difference comes from their intervals.
    bound
        Largest difference that the measure can have; None if there is no such bound.
    reason
        Why there is no interval; empty if there is one.
    """

    estimate: float = nan
    standard_error: float = nan
    freedom: float = nan
    arms: tuple[ArmNearEnd, ...] = ()
    bound: float | None = None
    reason: str = ""


@dataclass(frozen=True)
class Recorded:
    """A claim in one folder of results.

    Attributes
    ----------
    claim
        Its label is that of the cohort.
    row
        Its row of :func:`cxrstudy.verdicts.judge.judged_results`.
    barred
        Why no setting of margin, level or correction judges it; empty if one may.
    differences
        By every measure.
    """

    claim: Claim
    row: Mapping[str, Any]
    barred: str
    differences: Mapping[Measure, Difference] = field(default_factory=dict)


def budgets() -> list[Path]:
    """Folders of results to choose from: of profiles that decide, and of their halves.

    Those with half the steps decide nothing; they show what a smaller budget of training gives.
    """
    halves = [read_profile(name).half for name in results.REFERENCE_PROFILES]
    names = list(dict.fromkeys([*results.REFERENCE_PROFILES, *filter(None, halves)]))
    found = [path for path in results.folders() if path.name in names]
    return sorted(found, key=lambda path: (path.parent.name, names.index(path.name)))


def recorded_in(folder: Path) -> list[Recorded]:
    """All claims of which results hold an estimate.

    Raises
    ------
    ResultsError
        The results are missing or altered.
    """
    with computed_once():
        judged = judge.judged_results(folder)
        if judged.empty:
            return []
        rows = {row["claim"]: row for row in judged.to_dict("records") if has_estimate(row)}
        return [
            Recorded(
                claim,
                rows[claim.id],
                barred(claim, rows[claim.id]),
                dict(differences_of(claim, table, failed)),
            )
            for name in results.experiments(folder)
            for claim, table, failed in _asked(folder, name, rows)
        ]


def has_estimate(row: Mapping[str, Any]) -> bool:
    """Whether a row of verdicts has a difference."""
    return bool(pd.notna(row["estimate"]))


def _asked(
    folder: Path, experiment: str, rows: Mapping[str, Any]
) -> Iterator[tuple[Claim, pd.DataFrame, Mapping[Hashable, str]]]:
    """Claims about an experiment that have an estimate, each with its table, as the judge asks."""
    claims = [
        claim
        for paper in judge.claims_about(experiment)
        for claim in paper.of(experiment)
        if claim.id in rows
    ]
    failed = results.failed(folder, experiment) if claims else {}
    for maps in (False, True):
        mine = [claim for claim in claims if about_maps(claim) == maps]
        if not mine:
            continue
        table = read_attention(folder) if maps else results.read(folder, experiment)
        for claim in judge.on_labels_of(table, mine):
            yield claim, table, failed


def barred(claim: Claim, row: Mapping[str, Any]) -> str:
    """Why the rule does not judge a claim by these results, whatever is measured.

    Parameters
    ----------
    row
        With the numbers of seeds and trainings.
    """
    if row["seeds"] < claim.seeds:
        return f"{counted(int(row['seeds']), 'seed')}, the rule asks for {claim.seeds}"
    if "plateau" not in claim.budgets or "profile" in claim.budgets:
        return ""
    counts = (int(row[name]) for name in ("trainings", "at_plateau", "plateau_unknown"))
    return short_of_plateau(*counts)


def differences_of(
    claim: Claim, scores: pd.DataFrame, failed: Mapping[Hashable, str]
) -> Iterator[tuple[Measure, Difference]]:
    """Differences of a claim's two arms, by every measure; its own is that of its verdict.

    Parameters
    ----------
    claim, scores, failed
        As for :func:`cxrstudy.verdicts.evidence.pair_of`. An arm that is to be chosen is chosen by
        the claim's own measure, on validation patients.
    """
    drawn = Drawn(pair_of(claim, scores, failed))
    labels = [] if about_maps(claim) else shared_labels(drawn.pair, claim.role)
    for measure in measures_of(claim, labels):
        try:
            yield measure, _difference(claim, drawn, measure, labels)
        except ScoreError as problem:
            yield measure, Difference(reason=str(problem))


class Drawn:
    """Scores of two arms, and the draws of their patients, each made once."""

    def __init__(self, pair: pd.DataFrame) -> None:
        # Nothing else is drawn from, and looking for an arm among fewer rows is faster.
        self.pair = pair[pair["split"] == "test"]
        self._samples: dict[Hashable, Sample] = {}

    def of(self, metric: Metric, role: str, arms: Sequence[Hashable], draws: int) -> Bootstrap:
        """A metric of some arms, as it is and in every draw."""
        key = (metric.labels, metric.classes, role, tuple(arms), draws)
        if key not in self._samples:
            rows = of_arms(self.pair, arms)
            self._samples[key] = sample(rows, metric.labels, role, draws, metric.classes)
        return resample(self._samples[key], metric)


def _difference(claim: Claim, drawn: Drawn, measure: Measure, labels: Sequence[str]) -> Difference:
    draws = REPLICATES if measure.name == own_measure(claim).name else DRAWS
    metric = measure.metric(claim.label, labels)
    if claim.is_paired:
        both = drawn.of(metric, claim.role, [claim.arm, claim.against], draws)
        sides = [(both, claim.arm), (both, claim.against)]
    else:
        other = measure.metric(claim.against_label or claim.label, labels)
        role = claim.against_role or claim.role
        sides = [
            (drawn.of(metric, claim.role, [claim.arm], draws), claim.arm),
            (drawn.of(other, role, [claim.against], draws), claim.against),
        ]
    if measure.falls:
        sides.reverse()
    (one, arm), (two, against) = sides
    found = one.difference(arm, against) if one is two else unpaired(one, arm, two, against)
    near = isinstance(found, Recovered)
    return Difference(
        found.estimate,
        found.standard_error,
        found.freedom,
        (_near_end(one, arm, 1.0), _near_end(two, against, -1.0)) if near else (),
        bound_of(metric),
        found.reason,
    )


def _near_end(of: Bootstrap, arm: Hashable, weight: float) -> ArmNearEnd:
    if of.near_end(arm):
        return ArmNearEnd(weight, of.estimate(arm), of.trials[arm])
    alone = of.combined({arm: 1.0})
    return ArmNearEnd(weight, alone.estimate, 0, alone.standard_error, alone.freedom)
