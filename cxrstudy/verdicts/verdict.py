"""Verdict: applies the rule in a claims file to the evidence for a paper's claims."""

from collections.abc import Sequence
from typing import Literal

import numpy as np
import pandas as pd

from cxrstudy.statistics import Metric, auroc, contrast, holm, mean
from cxrstudy.verdicts.claim import Claim, ClaimError, Claims

Decision = Literal["reproduced", "contradicted", "inconclusive", "not testable", "no evidence"]

#: Columns of the evidence for a claim.
EVIDENCE = [
    "claim", "estimate", "low", "high", "p", "minimum_detectable_difference", "patients", "images",
    "seeds",
]  # fmt: skip


def metric_of(claim: Claim) -> Metric:
    """What a claim is about."""
    return mean("energy_lesion") if about_maps(claim) else auroc(claim.label)


def about_maps(claim: Claim) -> bool:
    """Whether a claim is about where maps lie, and not about scores."""
    return claim.metric == "lesion energy"


def evidence(claims: Sequence[Claim], scores: pd.DataFrame) -> pd.DataFrame:
    """Estimate the contrasts of claims from the scores of their experiment.

    Parameters
    ----------
    claims
        Claims about one experiment.
    scores
        From :meth:`cxrstudy.study.study.Arms.scores`, or of
        :func:`cxrstudy.explain.attention.attention`.

    Returns
    -------
    One row per claim: the columns of ``EVIDENCE``. ``p`` tests the claim's margin;
    ``minimum_detectable_difference`` is the smallest distance from the margin that this design
    detects with 80 % power.

    Raises
    ------
    ScoreError
        The scores lack an arm, or can't be compared.
    """
    rows = [
        contrast(
            scores, metric_of(claim), claim.arm, claim.against,
            role=claim.role, level=claim.level, null=claim.margin,
        ).assign(claim=claim.id)
        for claim in claims
    ]  # fmt: skip
    return pd.concat(rows, ignore_index=True)[EVIDENCE] if rows else pd.DataFrame(columns=EVIDENCE)


def decide(low: float, high: float, margin: float, p: float, level: float = 0.95) -> Decision:
    """Apply the rule to the interval of a difference and to its corrected p value.

    Raises
    ------
    ValueError
        The interval is not valid.
    """
    if not low <= high:
        raise ValueError(f"{low} to {high} is not an interval")
    if p + level >= 1:
        return "inconclusive"
    if low > margin:
        return "reproduced"
    return "contradicted" if high < margin else "inconclusive"


def verdicts(claims: Claims, found: pd.DataFrame) -> pd.DataFrame:
    """Judge the claims of a paper.

    Holm's correction (1979) is over all testable claims of the paper. A claim without evidence
    counts with p = 1, so that leaving it out does not make other verdicts more lenient.

    Parameters
    ----------
    claims
        From :func:`cxrstudy.verdicts.claim.read_claims`.
    found
        Tables of :func:`evidence` of all experiments, concatenated.

    Returns
    -------
    One row per claim: ``claim``, ``sentence``, ``contrast``, ``experiment``, ``margin``, the
    columns of ``EVIDENCE``, ``adjusted_p``, ``verdict``, ``why`` (for a claim that is not
    testable), and the file's SHA-256 as ``rule``.

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
                "sentence": claim.sentence,
                "contrast": claim.contrast if not claim.not_testable else "",
                "experiment": claim.experiment,
                "margin": claim.margin,
                "why": claim.not_testable,
                "rule": claims.sha256,
            }
            for claim in claims.claims
        ]
    ).merge(found[EVIDENCE], on="claim", how="left")
    testable = (table["why"] == "").to_numpy()
    adjusted = np.full(len(table), np.nan)
    adjusted[testable] = holm(table.loc[testable, "p"].fillna(1).to_numpy(float))
    table["adjusted_p"] = adjusted
    table["verdict"] = [
        _judge(claim, row) for claim, (_, row) in zip(claims.claims, table.iterrows(), strict=True)
    ]
    return table


def _judge(claim: Claim, row: pd.Series) -> Decision:
    if claim.not_testable:
        return "not testable"
    if pd.isna(row["estimate"]):
        return "no evidence"
    if row["seeds"] < claim.seeds:
        return "inconclusive"
    return decide(row["low"], row["high"], claim.margin, row["adjusted_p"], claim.level)


def standing(recorded: pd.DataFrame, claims: Claims) -> pd.DataFrame:
    """Mark recorded verdicts as void if they were reached with another rule.

    Parameters
    ----------
    recorded
        Columns ``claim``, ``verdict`` and ``rule``, as :func:`verdicts` returned them.
    claims
        Claims in the present file.

    Returns
    -------
    The same, with ``verdict`` set to ``void: the claims file has changed since`` if the rule
    differs.
    """
    void = recorded["rule"] != claims.sha256
    changed = "void: the claims file has changed since"
    return recorded.assign(verdict=recorded["verdict"].where(~void, changed))
