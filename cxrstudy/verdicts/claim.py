"""Claim: a sentence of a paper as a contrast and a decision rule, fixed before anything is run."""

from typing import Literal, Self

import pandas as pd
from pydantic import Field, model_validator

from cxrstudy.base import places
from cxrstudy.base.identity import file_sha256
from cxrstudy.base.schema import Strict, read_yaml
from cxrstudy.base.words import arm_name

#: Name of an arm in YAML; a list there is a tuple in an experiment.
Arm = str | int | float | tuple[str | int | float, ...]


class ClaimError(ValueError):
    """A claims file breaks the schema, or a claim lacks evidence; the message names it."""


class Claim(Strict):
    """A sentence of a paper, as a contrast and a decision rule.

    Attributes
    ----------
    id, sentence
        Id, and the claim in our own words.
    experiment
        Notebook with the contrast.
    metric, label, role
        Metric, label, and role whose test split is used.
    arm, against
        The contrast: arm minus against.
    margin
        Smallest relevant difference, in units of the metric; a negative margin is an accepted loss
        (non-inferiority).
    level
        Level of the interval; one minus it is the level of the corrected test.
    seeds
        Minimum number of seeds; with fewer, a claim is inconclusive, whatever the interval.
    published
        The paper's own numbers.
    not_testable
        Why no data here can decide the claim, which then has no contrast.
    """

    id: str
    sentence: str
    experiment: str = ""
    metric: Literal["auroc", "lesion energy"] = "auroc"
    label: str = ""
    role: str = "target"
    arm: Arm = ""
    against: Arm = ""
    margin: float = 0.0
    level: float = Field(0.95, gt=0, lt=1)
    seeds: int = Field(5, ge=1)
    published: dict[str, float] = Field(default_factory=dict)
    not_testable: str = ""

    @model_validator(mode="after")
    def _contrast_or_reason(self) -> Self:
        asked = (self.experiment, self.label, self.arm, self.against)
        if self.not_testable:
            if any(asked):
                raise ValueError("a claim that is not testable has no contrast")
        elif "" in asked:
            raise ValueError("experiment, label, arm and against are needed, or not_testable")
        return self

    @property
    def contrast(self) -> str:
        """The difference that decides, for tables."""
        return f"{arm_name(self.arm)} − {arm_name(self.against)}"


class Claims(Strict):
    """The claims of a paper, and the SHA-256 of the file, which identifies the rule."""

    paper: str
    citation: str
    claims: list[Claim]
    sha256: str = Field("", description="filled when read")

    @property
    def testable(self) -> list[Claim]:
        """The claims that have a contrast."""
        return [claim for claim in self.claims if not claim.not_testable]

    def of(self, experiment: str) -> list[Claim]:
        """The claims about an experiment."""
        return [claim for claim in self.testable if claim.experiment == experiment]

    def published(self, claim: str) -> dict[str, float]:
        """The paper's numbers for a claim, by name.

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

    Examples
    --------
    >>> claims = read_claims("paper_b")
    >>> claims.paper, claims.testable[0].contrast
    ('B', 'general → pneumonia − control')
    """
    path = places.claims() / f"{name}.yaml"
    claims = read_yaml(path, Claims, ClaimError)
    return claims.model_copy(update={"sha256": file_sha256(path)})


def all_claims() -> list[Claims]:
    """Read the claims of all papers."""
    return [read_claims(path.stem) for path in sorted(places.claims().glob("*.yaml"))]


def claims_table(claims: Claims) -> pd.DataFrame:
    """Tabulate claims, before they are judged.

    Returns
    -------
    One row per claim: ``claim``, ``sentence``, ``contrast``, ``margin``, ``published``, ``rule``.

    Examples
    --------
    >>> claims_table(read_claims("paper_a")).columns.tolist()
    ['claim', 'sentence', 'contrast', 'margin', 'published', 'rule']
    """
    return pd.DataFrame(
        [
            {
                "claim": claim.id,
                "sentence": claim.sentence,
                "contrast": "not testable" if claim.not_testable else claim.contrast,
                "margin": None if claim.not_testable else claim.margin,
                "published": ", ".join(f"{name}: {v}" for name, v in claim.published.items()),
                "rule": claims.sha256[:12],
            }
            for claim in claims.claims
        ]
    )
