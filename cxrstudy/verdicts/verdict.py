"""Verdict: estimates the contrasts of a paper's claims, and applies the rule to them.

The rule is in :mod:`cxrstudy.verdicts.outcome`.
"""

from collections.abc import Sequence
from math import copysign
from typing import Any

import numpy as np
import pandas as pd

from cxrstudy.base.words import counted
from cxrstudy.statistics import Metric, ScoreError, auroc, contrast, holm, mean
from cxrstudy.verdicts.claim import Claim, ClaimError, Claims
from cxrstudy.verdicts.outcome import Evidence, Interval, Outcome, decide

#: Columns of the evidence for a claim; see :func:`evidence`.
EVIDENCE = [
    "claim", "estimate", "low", "high", "p", "narrow_low", "narrow_high", "p_relevant",
    "minimum_detectable_difference", "patients", "images", "seeds", "reason",
]  # fmt: skip

NUMBERS = EVIDENCE[1:-1]

#: What is said of an interval that stands beside corrected p values.
NOT_SIMULTANEOUS = "each interval on its own, not simultaneous over the claims"


def metric_of(claim: Claim) -> Metric:
    """What a claim is about."""
    return mean("energy_lesion") if about_maps(claim) else auroc(claim.label)


def about_maps(claim: Claim) -> bool:
    """Whether a claim is about where maps lie, and not about scores."""
    return claim.metric == "lesion energy"


def evidence(claims: Sequence[Claim], scores: pd.DataFrame, tests: int = 1) -> pd.DataFrame:
    """Estimate the contrasts of claims from the scores of their experiment.

    Parameters
    ----------
    claims
        Claims about one experiment.
    scores
        From :meth:`cxrstudy.study.study.Arms.scores`, or of
        :func:`cxrstudy.explain.attention.attention`.
    tests
        Number of tests that Holm's correction is over; see below.

    Returns
    -------
    One row per claim: the columns of ``EVIDENCE``. ``p`` is two-sided and tests the claim's margin,
    or for equivalence the bound that is nearer to the estimate; ``narrow_low`` and ``narrow_high``
    are the interval at one minus twice the complement of the claim's level; ``p_relevant`` is of
    the two one-sided tests. ``minimum_detectable_difference`` is the smallest distance from the
    margin that this design detects with 80 % power at the strictest level that Holm can ask for.
    Where scores lack an arm or can't be compared, the row has no numbers, and ``reason`` says why.
    """
    rows = [_row(claim, scores, tests) for claim in claims]
    return pd.DataFrame(rows, columns=EVIDENCE)


def _row(claim: Claim, scores: pd.DataFrame, tests: int) -> dict[str, Any]:
    try:
        return {"claim": claim.id, **_estimated(claim, scores, tests)}
    except ScoreError as problem:
        return {"claim": claim.id, "reason": str(problem)}


def _estimated(claim: Claim, scores: pd.DataFrame, tests: int) -> dict[str, Any]:
    alpha = 1 - claim.level

    def about(null: float, level: float) -> pd.Series:
        return contrast(
            scores, metric_of(claim), claim.arm, claim.against,
            role=claim.role, level=level, null=null,
        ).iloc[0]  # fmt: skip

    wide = about(claim.margin, claim.level)
    upper, lower = about(claim.relevant, 1 - 2 * alpha), about(-claim.relevant, 1 - 2 * alpha)
    estimate = wide["estimate"]
    if pd.isna(estimate):
        return {"reason": wide.get("reason") or "the difference is not a number"}
    nearer = upper if copysign(1, estimate) > 0 else lower
    return {
        "estimate": estimate,
        "low": wide["low"],
        "high": wide["high"],
        "p": nearer["p"] if claim.kind == "equivalence" else wide["p"],
        "narrow_low": upper["low"],
        "narrow_high": upper["high"],
        "p_relevant": max(
            _one_sided(upper["p"], estimate < claim.relevant),
            _one_sided(lower["p"], estimate > -claim.relevant),
        ),
        "minimum_detectable_difference": about(claim.margin, 1 - alpha / tests)[
            "minimum_detectable_difference"
        ],
        **{name: wide[name] for name in ("patients", "images", "seeds")},
        "reason": wide.get("reason", ""),
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
    ``relevant``, the columns of ``EVIDENCE``, ``adjusted_p``, ``adjusted_p_relevant``, ``verdict``
    (the outcome), ``world``, ``lacking`` (budgets at which the claim must hold and has no arms),
    ``why`` (for what is not judged or not testable), and the file's SHA-256 as ``rule``.

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
                "relevant": claim.relevant,
                "lacking": "; ".join(claim.lacking),
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
    seen = Evidence(
        Interval(row["low"], row["high"]),
        Interval(row["narrow_low"], row["narrow_high"]),
        row["adjusted_p"],
        row["adjusted_p_relevant"],
    )
    return decide(claim.kind, claim.margin, claim.relevant, seen, claim.level), ""
