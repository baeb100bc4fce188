"""Verdict: what a contrast says about a claim, by a rule that was fixed before anything was run."""

from pathlib import Path
from typing import Literal

import pandas as pd
from pydantic import Field

from cxrstudy import places
from cxrstudy.identity import file_sha256
from cxrstudy.schema import Strict, read_yaml
from cxrstudy.statistics import auroc

Outcome = Literal["reproduced", "contradicted", "inconclusive"]


class ClaimError(ValueError):
    """A claims file breaks the schema; the message names file and field."""


class Claim(Strict):
    """A sentence of a paper, turned into a contrast and a decision rule.

    The rule is the same for all: *reproduced* when the whole interval of ``arm`` minus
    ``against`` lies above ``margin``, *contradicted* when it lies below, else *inconclusive*.
    """

    id: str
    sentence: str = Field(description="in our words")
    experiment: str = Field(description="notebook that makes the contrast")
    metric: Literal["auroc"]
    label: str
    arm: str
    against: str
    margin: float = Field(
        0.0, description="smallest difference that counts, in units of the metric"
    )
    level: float = Field(0.95, gt=0, lt=1)
    published: dict[str, float] = Field(default_factory=dict, description="the paper's own numbers")

    @property
    def contrast(self) -> str:
        """The difference that decides, for tables."""
        return f"{self.arm} − {self.against}"


class Claims(Strict):
    """The claims of a paper."""

    paper: str
    citation: str
    claims: list[Claim]
    sha256: str = Field("", description="of the file, filled when read: the rule a verdict kept to")

    def published(self, claim: str) -> dict[str, float]:
        """What the paper reports for a claim, under names that say so.

        Raises
        ------
        ClaimError
            The paper has no such claim.
        """
        for candidate in self.claims:
            if candidate.id == claim:
                named = candidate.published.items()
                return {f"paper {self.paper}, {name}": value for name, value in named}
        raise ClaimError(f"paper {self.paper} has no claim {claim!r}")


def read_claims(name: str) -> Claims:
    """Read ``claims/NAME.yaml``.

    Raises
    ------
    ClaimError
        Names the file and the field.
    """
    path: Path = places.CLAIMS / f"{name}.yaml"
    claims = read_yaml(path, Claims, ClaimError)
    return claims.model_copy(update={"sha256": file_sha256(path)})


def claims_table(claims: Claims) -> pd.DataFrame:
    """Tabulate claims as they stand before they are judged."""
    return pd.DataFrame(
        [
            {
                "claim": claim.id,
                "sentence": claim.sentence,
                "contrast": claim.contrast,
                "margin": claim.margin,
                "published": ", ".join(f"{name}: {v}" for name, v in claim.published.items()),
                "rule": claims.sha256[:12],
            }
            for claim in claims.claims
        ]
    )


def decide(low: float, high: float, margin: float) -> Outcome:
    """Apply the rule to an interval of a difference.

    Raises
    ------
    ValueError
        The interval is not one.
    """
    if not low <= high:
        raise ValueError(f"{low} to {high} is no interval")
    if low > margin:
        return "reproduced"
    return "contradicted" if high < margin else "inconclusive"


def verdicts(claims: Claims, contrasts: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Judge the claims of a paper.

    Parameters
    ----------
    claims
        From :func:`read_claims`.
    contrasts
        By the arm compared with: tables of :func:`cxrstudy.statistics.contrasts`.

    Returns
    -------
    A row a claim: ``claim``, ``sentence``, ``contrast``, ``estimate``, ``low``, ``high``,
    ``verdict``, ``patients``, ``seeds``, and the beginning of the file's SHA-256 as ``rule``.

    Raises
    ------
    ClaimError
        A claim needs a contrast that is not there.
    """
    rows = []
    for claim in claims.claims:
        table = contrasts.get(claim.against, pd.DataFrame({"arm": []}))
        row = table[table["arm"] == claim.arm]
        if len(row) != 1:
            raise ClaimError(f"claim {claim.id} needs {claim.arm!r} against {claim.against!r}")
        found = row.iloc[0]
        asked, given = (auroc(claim.label).name, claim.level), (found["metric"], found["level"])
        if asked != given:
            raise ClaimError(f"claim {claim.id} is about {asked}, the contrast about {given}")
        rows.append(
            {
                "claim": claim.id,
                "sentence": claim.sentence,
                "contrast": claim.contrast,
                **found[["estimate", "low", "high"]].to_dict(),
                "verdict": decide(found["low"], found["high"], claim.margin),
                **found[["patients", "seeds"]].to_dict(),
                "rule": claims.sha256[:12],
            }
        )
    return pd.DataFrame(rows)
