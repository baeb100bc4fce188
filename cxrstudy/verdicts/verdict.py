"""Verdict: applies the rule to the evidence for a paper's claims, all together.

The rule is in :mod:`cxrstudy.verdicts.outcome`, the evidence in :mod:`cxrstudy.verdicts.evidence`.
"""

import numpy as np
import pandas as pd

from cxrstudy.base.words import counted
from cxrstudy.statistics import holm
from cxrstudy.verdicts.claim import BUDGETS, Claim, ClaimError
from cxrstudy.verdicts.claims_file import Claims
from cxrstudy.verdicts.evidence import EVIDENCE, NUMBERS
from cxrstudy.verdicts.outcome import (
    DECIDED,
    Evidence,
    Interval,
    Outcome,
    decide,
    short_of_plateau,
)

#: What is said of an interval that stands beside corrected p values.
NOT_SIMULTANEOUS = "each interval on its own, not simultaneous over the claims"


def verdicts(claims: Claims, found: pd.DataFrame, world: str) -> pd.DataFrame:
    """Judge the claims of a paper on one cohort.

    This is the only place where p values are corrected. The family is all claims with a contrast; a
    claim without evidence counts with p = 1, so that leaving it out does not make other verdicts
    more lenient.

    Parameters
    ----------
    claims
        From :func:`cxrstudy.verdicts.claims_file.read_claims`.
    found
        Tables of :func:`cxrstudy.verdicts.evidence.evidence` of all experiments, concatenated.
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
