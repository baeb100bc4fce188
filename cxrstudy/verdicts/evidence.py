"""Evidence: estimates the contrasts of claims from the scores of their experiments."""

from collections.abc import Collection, Hashable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from cxrstudy.base.columns import PLATEAU, of_arms
from cxrstudy.base.words import arm_name
from cxrstudy.statistics import (
    REPLICATES,
    Metric,
    ScoreError,
    auroc,
    choices,
    mean,
    with_choice,
)
from cxrstudy.statistics.bootstrap import Bootstrap, resample
from cxrstudy.statistics.comparison import spread
from cxrstudy.statistics.gate import no_arm
from cxrstudy.statistics.inference import Inference
from cxrstudy.statistics.sample import sample
from cxrstudy.statistics.unpaired import unpaired
from cxrstudy.training.plateau import UNKNOWN
from cxrstudy.verdicts.claim import MAP_METRICS, Claim

#: Columns of the evidence for a claim; see :func:`evidence`.
EVIDENCE = [
    "claim", "estimate", "low", "high", "p", "narrow_low", "narrow_high", "p_relevant",
    "minimum_detectable_difference", "patients", "images", "seeds", "trainings", "at_plateau",
    "plateau_unknown", "reason",
]  # fmt: skip

NUMBERS = EVIDENCE[1:-1]


def metric_of(claim: Claim) -> Metric:
    """What a claim is about."""
    if claim.metric == "share of the perfect map":
        return mean("of_perfect", bounds=(0, np.inf))
    if claim.metric == "sign energy":
        return mean("energy_sign", bounds=(0, 1))
    return mean("energy_lesion", bounds=(0, 1)) if about_maps(claim) else auroc(claim.label)


def about_maps(claim: Claim) -> bool:
    """Whether a claim is about where maps lie, and not about scores."""
    return claim.metric in MAP_METRICS


def evidence(
    claims: Sequence[Claim],
    scores: pd.DataFrame,
    tests: int = 1,
    failed: Mapping[Hashable, str] | None = None,
) -> pd.DataFrame:
    """Estimate the contrasts of claims from the scores of their experiment.

    Parameters
    ----------
    claims
        Claims about one experiment.
    scores
        From :meth:`cxrstudy.study.arms.Arms.scores`, or of
        :func:`cxrstudy.explain.attention.attention`.
    tests
        Number of tests that Holm's correction is over; see below.
    failed
        Arms with a training that has no result or was not run, and why. A claim about one of them
        has no numbers, unless the claim is about failed trainings and they have scores.

    Returns
    -------
    One row per claim: the columns of ``EVIDENCE``. ``p`` is two-sided and tests the claim's margin,
    or for equivalence the bound that is nearer to the estimate; ``narrow_low`` and ``narrow_high``
    are the interval at one minus twice the complement of the claim's level; ``p_relevant`` is of
    the two one-sided tests. ``minimum_detectable_difference`` is the smallest distance from the
    margin that this design detects with 80 % power at the strictest level that Holm can ask for.
    ``trainings`` counts the networks of both arms, ``at_plateau`` those that ended at a plateau,
    and ``plateau_unknown`` those of which it is not known; a map that comes from no network counts
    in none. Where scores lack an arm or can't be compared, the row has no numbers, and ``reason``
    says why.
    """
    rows = [
        {"claim": claim.id, "reason": why}
        if (why := _refused(claim, failed or {}, set(scores["arm"])))
        else _row(claim, scores, tests, failed or {})
        for claim in claims
    ]
    return pd.DataFrame(rows, columns=EVIDENCE)


def _refused(claim: Claim, failed: Mapping[Hashable, str], scored: Collection[Hashable]) -> str:
    """Why an arm has no result; of arms to choose from, why none of them has one."""
    if claim.failed_trainings == "counted":
        failed = {arm: why for arm, why in failed.items() if arm not in scored}
    said = []
    for candidates in (claim.arm_from or [claim.arm], claim.against_from or [claim.against]):
        if all(arm in failed for arm in candidates):
            said += [f"arm {arm_name(arm)!r}: {failed[arm]}" for arm in candidates]
    return "; ".join(said)


def _row(
    claim: Claim, scores: pd.DataFrame, tests: int, failed: Mapping[Hashable, str]
) -> dict[str, Any]:
    try:
        return {"claim": claim.id, **_estimated(claim, pair_of(claim, scores, failed), tests)}
    except ScoreError as problem:
        return {"claim": claim.id, "reason": str(problem)}


def difference_of(claim: Claim, pair: pd.DataFrame) -> tuple[Inference, dict[str, int]]:
    """Inference about a claim's arm minus the other, and the numbers of patients, images and seeds.

    Parameters
    ----------
    claim
        With a contrast.
    pair
        Scores of its two arms, from :func:`pair_of`.

    Raises
    ------
    ScoreError
        The scores can't be compared.
    """
    if claim.is_paired:
        both = _resampled(pair, metric_of(claim), claim.role)
        return both.difference(claim.arm, claim.against), both.drawn.counts
    label, role = claim.against_label or claim.label, claim.against_role or claim.role
    one = _resampled(of_arms(pair, [claim.arm]), metric_of(claim), claim.role)
    other = _resampled(of_arms(pair, [claim.against]), auroc(label), role)
    counts = one.drawn.counts
    counts |= {name: counts[name] + other.drawn.counts[name] for name in ("patients", "images")}
    return unpaired(one, claim.arm, other, claim.against), counts


def pair_of(
    claim: Claim, scores: pd.DataFrame, failed: Mapping[Hashable, str] | None = None
) -> pd.DataFrame:
    """Scores of a claim's two arms; an arm that is to be chosen is chosen on validation.

    Arms with a training that has no result (``failed``) are not chosen from.

    Raises
    ------
    ScoreError
        The scores lack an arm, or nothing can be chosen.
    """
    there = list(dict.fromkeys(scores["arm"]))
    for arm in claim.arms:
        if arm not in there and claim.arm_from and arm in (failed or {}):
            continue  # was not trained: others are chosen from
        if arm not in there:
            raise ScoreError(no_arm(arm, scores))
    if not claim.arm_from:
        return of_arms(scores, [claim.arm, claim.against])
    families: dict[Hashable, list[Hashable]] = {
        name: [arm for arm in candidates if arm not in (failed or {})]
        for name, candidates in ((claim.arm, claim.arm_from), (claim.against, claim.against_from))
    }
    return with_choice(scores, families, metric_of(claim), claim.role)


def chosen_arms(claim: Claim, scores: pd.DataFrame) -> pd.DataFrame:
    """The arms that a claim's two arms are in each seed, by their AUROC on validation.

    Returns
    -------
    One row per arm and seed: ``claim``, ``arm``, ``seed``, ``chosen``, ``value``; empty if the
    claim does not choose, or the scores lack an arm.
    """
    if not claim.arm_from or not set(claim.arms) <= set(scores["arm"]):
        return pd.DataFrame()
    tables = []
    for name, candidates in ((claim.arm, claim.arm_from), (claim.against, claim.against_from)):
        found = choices(scores, candidates, metric_of(claim), claim.role)
        chosen = [arm_name(arm) for arm in found["arm"]]
        tables.append(found.assign(claim=claim.id, arm=arm_name(name), chosen=chosen))
    table = pd.concat(tables, ignore_index=True)
    return table[["claim", "arm", "seed", "chosen", "value"]]


def _resampled(scores: pd.DataFrame, metric: Metric, role: str) -> Bootstrap:
    return resample(sample(scores, metric.labels, role, REPLICATES, metric.classes), metric)


def _estimated(claim: Claim, pair: pd.DataFrame, tests: int) -> dict[str, Any]:
    found, counts = difference_of(claim, pair)
    if np.isnan(found.estimate):
        return {"reason": found.reason or "the difference is not a number"}
    alpha, metric = 1 - claim.level, metric_of(claim)
    bound = claim.relevant if found.estimate > 0 else -claim.relevant
    null = bound if claim.kind == "equivalence" else claim.margin
    wide = spread(found, claim.level, null, metric)
    narrow = spread(found, 1 - 2 * alpha, null, metric)
    return {
        **{name: wide[name] for name in ("estimate", "low", "high", "p")},
        "narrow_low": narrow["low"],
        "narrow_high": narrow["high"],
        "p_relevant": max(
            _one_sided(found.p(claim.relevant), found.estimate < claim.relevant),
            _one_sided(found.p(-claim.relevant), found.estimate > -claim.relevant),
        ),
        "minimum_detectable_difference": found.detectable(1 - alpha / tests),
        **{name: counts[name] for name in ("patients", "images", "seeds")},
        **_plateaus(pair),
        "reason": found.reason,
    }


def _plateaus(scores: pd.DataFrame) -> dict[str, int]:
    """Numbers of networks, of those at a plateau, and of those of which it is not known."""
    rows = scores if PLATEAU in scores else scores.assign(**{PLATEAU: UNKNOWN})
    # By text, because grouping takes the tuple of an arm apart.
    names = {arm: arm_name(arm) for arm in dict.fromkeys(rows["arm"])}
    arms = pd.Series([names[arm] for arm in rows["arm"]], rows.index)
    said = rows[PLATEAU].fillna(UNKNOWN).groupby([arms, rows["seed"]]).first()
    trained = said[said != ""]
    return {
        "trainings": len(trained),
        "at_plateau": int((trained == "yes").sum()),
        "plateau_unknown": int((trained == UNKNOWN).sum()),
    }


def _one_sided(p: float, as_expected: bool) -> float:
    """One-sided p value of a symmetric test, from its two-sided one."""
    return p / 2 if as_expected else 1 - p / 2
