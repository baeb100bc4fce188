"""Verdict: estimates the contrasts of a paper's claims, and applies the rule to them.

The rule is in :mod:`cxrstudy.verdicts.outcome`.
"""

from collections.abc import Hashable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from cxrstudy.base.columns import PLATEAU, of_arms
from cxrstudy.base.words import arm_name, counted
from cxrstudy.statistics import (
    REPLICATES,
    Metric,
    ScoreError,
    auroc,
    choices,
    holm,
    mean,
    with_choice,
)
from cxrstudy.statistics.bootstrap import Bootstrap, resample
from cxrstudy.statistics.comparison import spread
from cxrstudy.statistics.inference import Inference
from cxrstudy.statistics.sample import sample
from cxrstudy.statistics.unpaired import unpaired
from cxrstudy.training.plateau import UNKNOWN
from cxrstudy.verdicts.claim import BUDGETS, MAP_METRICS, Claim, ClaimError, Claims
from cxrstudy.verdicts.outcome import (
    DECIDED,
    Evidence,
    Interval,
    Outcome,
    decide,
    short_of_plateau,
)

#: Columns of the evidence for a claim; see :func:`evidence`.
EVIDENCE = [
    "claim", "estimate", "low", "high", "p", "narrow_low", "narrow_high", "p_relevant",
    "minimum_detectable_difference", "patients", "images", "seeds", "trainings", "at_plateau",
    "plateau_unknown", "reason",
]  # fmt: skip

NUMBERS = EVIDENCE[1:-1]

#: What is said of an interval that stands beside corrected p values.
NOT_SIMULTANEOUS = "each interval on its own, not simultaneous over the claims"


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
        Arms with a training that has no result, and why. A claim about one of them has no
        numbers, unless the claim is about failed trainings.

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
        if (why := _refused(claim, failed or {}))
        else _row(claim, scores, tests, failed or {})
        for claim in claims
    ]
    return pd.DataFrame(rows, columns=EVIDENCE)


def _refused(claim: Claim, failed: Mapping[Hashable, str]) -> str:
    """Why an arm has no result; of arms to choose from, why none of them has one."""
    if claim.failed_trainings == "counted":
        return ""
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
        if arm not in there:
            raise ScoreError(
                f"no arm {arm_name(arm)!r}; there are {'; '.join(map(arm_name, there))}"
            )
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
    arms = pd.Series([arm_name(arm) for arm in rows["arm"]], rows.index)
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


def verdicts(claims: Claims, found: pd.DataFrame, world: str) -> pd.DataFrame:
    """Judge the claims of a paper on one cohort.

    This is the only place where p values are corrected. The family is all claims with a contrast; a
    claim without evidence counts with p = 1, so that leaving it out does not make other verdicts
    more lenient.

    Parameters
    ----------
    claims
        From :func:`cxrstudy.verdicts.claim.read_claims`.
    found
        Tables of :func:`evidence` of all experiments, concatenated.
    world
        Which images the outcomes are about, for instance ``on simulated radiographs``.

    Returns
    -------
    One row per claim: ``claim``, ``words``, ``test``, ``contrast``, ``experiment``, ``margin``,
    ``level``, ``relevant``, the columns of ``EVIDENCE``, ``adjusted_p``, ``adjusted_p_relevant``,
    ``verdict`` (the outcome), ``budget`` (at which it holds, in words), ``world``, ``why`` (for
    what is not judged or not testable), ``lacking`` (for a claim that must also hold at a plateau:
    why it is not judged there; else empty), and the file's SHA-256 as ``rule``.

    Raises
    ------
    ClaimError
        There is more than one row of evidence for a claim.
    """
    if found["claim"].duplicated().any():
        twice = found.loc[found["claim"].duplicated(), "claim"].iloc[0]
        raise ClaimError(f"claim {twice}: more than one contrast was given as its evidence")
    table = pd.DataFrame(
        [
            {
                "claim": claim.id,
                "words": claim.words,
                "test": claim.test,
                "contrast": claim.contrast,
                "experiment": claim.experiment,
                "margin": claim.margin,
                "level": claim.level,
                "relevant": claim.relevant,
                "rule": claims.sha256,
                "world": world,
            }
            for claim in claims.claims
        ]
    ).merge(found[EVIDENCE], on="claim", how="left")
    table[NUMBERS] = table[NUMBERS].apply(pd.to_numeric)
    family = np.array([claim.has_contrast for claim in claims.claims], bool)
    for name in ("p", "p_relevant"):
        adjusted = np.full(len(table), np.nan)
        adjusted[family] = holm(table.loc[family, name].fillna(1).to_numpy(float))
        table[f"adjusted_{name}"] = adjusted
    judged = [
        _judge(claim, row) for claim, (_, row) in zip(claims.claims, table.iterrows(), strict=True)
    ]
    table["verdict"] = [outcome for outcome, _ in judged]
    table["why"] = [why for _, why in judged]
    pairs = zip(claims.claims, table.iterrows(), strict=True)
    table["lacking"] = [_lacking(claim, row) for claim, (_, row) in pairs]
    at_plateau = table["trainings"].eq(table["at_plateau"])
    short = [BUDGETS["small" if "small" in each.budgets else "profile"] for each in claims.claims]
    table["budget"] = np.where(at_plateau, BUDGETS["plateau"], short)
    table.loc[~table["verdict"].isin(DECIDED), "budget"] = ""
    return table.drop(columns="reason")


def _judge(claim: Claim, row: pd.Series) -> tuple[Outcome, str]:
    """Outcome, and why there is none."""
    if claim.not_testable:
        return "not testable", claim.not_testable
    if claim.needs:
        return "not judged", f"needs {claim.needs}"
    reason = row["reason"] if isinstance(row["reason"], str) else ""
    if pd.isna(row["estimate"]):
        return "not judged", reason or "no evidence"
    if row["seeds"] < claim.seeds:
        seeds = counted(int(row["seeds"]), "seed")
        return "not judged", f"{seeds}, the rule asks for {claim.seeds}"
    if row[["low", "high", "narrow_low", "narrow_high"]].isna().any():
        return "not judged", reason or "the difference has no interval"
    short = _short_of_plateau(claim, row)
    if short and "profile" not in claim.budgets:
        return "not judged", short
    seen = Evidence(
        Interval(row["low"], row["high"]),
        Interval(row["narrow_low"], row["narrow_high"]),
        row["adjusted_p"],
        row["adjusted_p_relevant"],
    )
    return decide(claim.kind, claim.margin, claim.relevant, seen, claim.level), ""


def _short_of_plateau(claim: Claim, row: pd.Series) -> str:
    """Why a claim that must hold at a plateau is not judged there; empty if it is, or need not."""
    if "plateau" not in claim.budgets:
        return ""
    counts = (int(row[name]) for name in ("trainings", "at_plateau", "plateau_unknown"))
    return short_of_plateau(*counts)


def _lacking(claim: Claim, row: pd.Series) -> str:
    return _short_of_plateau(claim, row) if row["verdict"] in DECIDED else ""
